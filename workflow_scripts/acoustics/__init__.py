"""Acoustic feature sets: what a phonetician would measure."""
