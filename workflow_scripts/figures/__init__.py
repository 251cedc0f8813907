"""Figures: one function per kind, from a table to a matplotlib figure. No files, no Snakemake."""
