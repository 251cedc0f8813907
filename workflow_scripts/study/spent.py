"""What the jobs of earlier runs took, by the records that they left: time, memory, bytes on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_scripts.study.disk import CHECKPOINTS, Bytes, kind_of


@dataclass(frozen=True)
class Spent:
    """One job that ended well.

    Attributes:
        rule: as of `Plan.spec`.
        model: the network or feature set; "" where the job has none.
        gpu: whether it had a GPU.
        seconds: of one core; of the GPU where it had one.
        memory: bytes at most.
        disk: {kind: bytes} of what it left.
        taken: whether it took its result from another study, so that it says nothing of what the work takes.
    """

    rule: str
    model: str
    gpu: bool
    seconds: float
    memory: int
    disk: Bytes
    taken: bool = False


def key_of(rule: str, names: Mapping[str, str]) -> str:
    """One word for a job."""
    return " ".join([rule, *(f"{name}={names[name]}" for name in sorted(names))])


def spent(results: Path = Path("results")) -> dict[str, Spent]:
    """{key of a job: what it took}, of each job its last run. Records that say nothing of it are passed over."""
    found: dict[str, tuple[str, Spent]] = {}
    for path in (results / "provenance").rglob("*.json"):
        try:
            record = json.loads(path.read_bytes())
            rule, names, started = record["job"].split("/")[0], record["wildcards"], record["started"]
            key = key_of(rule, names)
            if key not in found or found[key][0] < started:
                found[key] = started, _spent(rule, names, record, results)
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return {key: own for key, (_, own) in found.items()}


def _spent(rule: str, names: Mapping[str, str], record: Mapping[str, Any], results: Path) -> Spent:
    gpu = bool(record["gpus"])
    disk: Bytes = {}
    for path, state in record["outputs"].items():
        disk[kind_of(path)] = disk.get(kind_of(path), 0.0) + state["bytes"]
        if path.endswith("checkpoint.json"):  # tensors of the folds, which it names, lie beside it
            beside = results.joinpath(*Path(path).parts[1:]).parent.glob("fold_*/*.safetensors")
            disk[CHECKPOINTS] = float(sum(file.stat().st_size for file in beside))
    seconds = record["seconds"] * record["gpus"] if gpu else record["cpu_seconds"]
    model = names.get("model", names.get("features", ""))
    return Spent(rule, model, gpu, float(seconds), int(record["peak_memory"]), disk, "taken" in record)
