"""What the machine that runs the Snakefile has, found without importing torch."""

from pathlib import Path


def gpus() -> int:
    """1 where an NVIDIA driver is loaded, else 0: networks share a GPU one after the other, cores side by side."""
    return int(Path("/dev/nvidiactl").exists())
