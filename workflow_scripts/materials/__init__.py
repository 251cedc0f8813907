"""Recordings made ready for every question: audio, manifest, folds, leaks, confounds."""
