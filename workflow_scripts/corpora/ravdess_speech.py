"""RAVDESS, speech, audio only: 24 actors, 8 emotions, 1440 clips."""

from workflow_scripts.corpora._ravdess import corpus

CORPUS = corpus("ravdess-speech", channel="01")
