"""What there is to compute on, found without importing torch."""

import os
from pathlib import Path
from typing import Any


def gpus() -> int:
    """1 where an NVIDIA driver is loaded, else 0: networks share a GPU one after the other, cores side by side."""
    return int(Path("/dev/nvidiactl").exists())


def asked_gpus(workflow: Any) -> int:
    """1 if a job that can use a GPU is to ask for one, else 0.

    On one machine where it has one; of a cluster (any executor but the local one) where the profile gives some, by
    `resources: gpu=N`, since the login node has none.

    Args:
        workflow: Snakemake's own, once it knows its executor.
    """
    if workflow.remote_exec:  # on a node: what the job was given
        return int("SLURM_GPUS" in os.environ)
    if workflow.local_exec:
        return gpus()
    return int((workflow.global_resources.get("gpu").value or 0) > 0)
