"""From recordings to vectors: batches through a network, every state pooled from one forward."""
