"""Training on one domain and on the next: tuners, the network that listens, and its test."""
