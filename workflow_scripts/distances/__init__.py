"""Distances between groups of clips: what is far apart, what only looks so."""
