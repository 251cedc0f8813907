"""Probes: what a linear reader finds in a layer, and how its settings are chosen."""
