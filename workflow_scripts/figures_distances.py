"""Figures of one pair of datasets: how far apart it is, emotion by emotion."""
