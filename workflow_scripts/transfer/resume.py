"""Where a training that was killed goes on: its state after an epoch, and the folds that are finished.

One file for each fold, replaced as a whole, in a folder named after a digest of the job's spec and data: an edit of
either starts anew. What is no such file (cut short, of another training) is left aside with a line in the log.
"""

import hashlib
import json
import logging
import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError, safe_open

from workflow_scripts.study.tables import whole
from workflow_scripts.transfer.training import State, Trained

log = logging.getLogger(__name__)

FORMAT = "vocalise-training-1"


def digest_of(spec: Any, data: Any) -> str:
    """Name of the folder of a training: blake2b of spec and data, both plain types (order of keys does not matter)."""
    words = json.dumps([spec, data], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


@dataclass
class Resume:
    """The states of one job.

    Attributes:
        folder: of all trainings; that of this one lies below.
        digest: from `digest_of`.
        every: seconds between two writings of one fold at least; 0: after every epoch.
    """

    folder: Path
    digest: str
    every: float = 60.0

    def fold(self, number: int) -> "Fold":
        """The place of one fold."""
        return Fold(self.folder / self.digest / f"fold_{number}.safetensors", f"{self.digest}/{number}", self.every)

    def clear(self) -> None:
        """Delete everything of this job: its results are in place."""
        shutil.rmtree(self.folder / self.digest, ignore_errors=True)


@dataclass
class Fold:
    """The state of one fold, and its result once it is finished; a `Keeper` of the training."""

    path: Path
    key: str
    every: float
    _written: float = field(default_factory=lambda: time.monotonic())

    def due(self) -> bool:
        """See `training.Keeper`."""
        return time.monotonic() - self._written >= self.every

    def write(self, state: State) -> None:
        """See `training.Keeper`."""
        self._save("running", state)
        self._written = time.monotonic()

    def finish(self, trained: Trained) -> None:
        """Keep the result in place of the state."""
        record = {key: value for key, value in asdict(trained).items() if key != "tensors"}
        self._save("finished", State(trained.tensors, record))

    def state(self) -> State | None:
        """The state to go on from; None where there is none, or the fold is finished."""
        kind, state = self._load()
        return state if kind == "running" else None

    def finished(self) -> Trained | None:
        """The result; None where the fold is not finished."""
        kind, state = self._load()
        return Trained(tensors=state.tensors, **state.record) if state and kind == "finished" else None

    def _save(self, kind: str, state: State) -> None:
        about = {"format": FORMAT, "kind": kind, "key": self.key, "record": json.dumps(state.record)}
        with whole(self.path) as temporary:
            safetensors.torch.save_file(state.tensors, temporary, about)

    def _load(self) -> tuple[str, State | None]:
        if not self.path.exists():
            return "", None
        try:
            with safe_open(self.path, "pt") as file:
                about = file.metadata() or {}
                if (about.get("format"), about.get("key")) != (FORMAT, self.key):
                    raise ValueError("it is of another training")
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
                return about["kind"], State(tensors, json.loads(about["record"]))
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            log.warning("%s is left aside, and this fold is trained from the start: %s", self.path, error)
            return "", None
