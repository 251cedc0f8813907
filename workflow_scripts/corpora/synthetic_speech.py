"""Synthetic speech: a source-filter voice with planted settings by emotion (see _voice_settings)."""

from workflow_scripts.corpora._synthetic import corpus

CORPUS = corpus("speech")
