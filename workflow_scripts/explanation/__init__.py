"""What a layer knows of an emotion: which dimensions tell it, how few are enough, which acoustic features they hold."""
