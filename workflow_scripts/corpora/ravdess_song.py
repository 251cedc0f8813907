"""RAVDESS, song, audio only: 23 actors, 6 emotions, 1012 clips."""

from workflow_scripts.corpora._ravdess import corpus

CORPUS = corpus("ravdess-song", channel="02")
