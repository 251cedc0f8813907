"""What embeddings know: the dimensions that tell an emotion, and the acoustics that these predict."""
