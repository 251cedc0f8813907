"""What embeddings know: which dimensions carry an emotion, and which acoustic features these encode."""
