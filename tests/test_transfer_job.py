"""A job that trains: what it may go on from."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_up_checkpoints import EMOTIONS, trained_checkpoint

from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer import checkpoints, job
from workflow_scripts.transfer.material import Material, data_of
from workflow_scripts.transfer.resume import digest_of


def test_what_a_training_begins_with_counts_by_its_content(tmp_path: Path) -> None:
    """A layer of embeddings in another precision, or a first stage that was trained anew, under the same name."""
    rows = pd.DataFrame({"clip_id": ["a", "b"], "audio_hash": ["1", "2"], "emotion": ["happy", "sad"]})
    folds = pd.DataFrame({"clip_id": ["a", "b"], "repeat": 0, "fold": [0, 1]})
    file, found = tmp_path / "checkpoint.json", list[Any]()
    for content in ("one", "other", "one"):
        file.write_text(content)
        found.append(data_of(rows, folds, files=[str(file)]))
    assert found[0] == found[2] != found[1]
    assert digest_of({}, found[0]) == digest_of({}, found[2]) != digest_of({}, found[1])
    assert data_of(rows.assign(emotion="sad"), folds) != data_of(rows, folds) != data_of(rows, folds.assign(fold=0))


def test_a_state_is_of_the_weights_that_it_was_trained_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The spec of a network that is yet to be fetched is the same whichever revision comes."""
    digests: list[str] = []

    class ThatWillDo(Exception):
        """Nothing need be trained here."""

    def resume(folder: Path, digest: str) -> None:
        digests.append(digest)
        raise ThatWillDo

    monkeypatch.setattr(job, "Resume", resume)
    for weights in ("one", "other", "one"):
        target = Material(pd.DataFrame(), {}, ("happy", "sad"), False, 32, weights)
        with pytest.raises(ThatWillDo):
            job.run({"weights_digest": "as fetched"}, [], target, [], None, [])
    assert digests[0] == digests[2] != digests[1]


def test_the_stage_of_something_else_is_refused(tmp_path: Path) -> None:
    index = tmp_path / "checkpoint.json"
    trained_checkpoint(index, "hubert", "weighted-sum", folds=(0,))
    about = checkpoints.read(index)
    parts = [[name, options] for name, options in about.parts]
    spec = {"model": "tiny-hubert", "states": about.states, "parts": parts, "emotions": EMOTIONS}

    def begun(width: int = 32, weights: str = about.weights, **other: Any) -> job.Begun:
        target = Material(pd.DataFrame(), {}, tuple(EMOTIONS), True, width, weights)
        return job.Begun(str(index), {**spec, **other}, target)

    assert begun().tensors(0).keys() == {"mix.weights", "head.weight", "head.bias", "head.mean", "head.scale"}
    with pytest.raises(UserError, match="is of another model: tiny-hubert instead of tiny-mert"):
        begun(model="tiny-mert")
    with pytest.raises(UserError, match="has other tuners: .*weighted-sum.* instead of .*frozen"):
        begun(parts=[["frozen", {}]])
    with pytest.raises(UserError, match="has other emotions"):
        begun(emotions=EMOTIONS[:2])
    with pytest.raises(UserError, match="has other width: 32 instead of 64"):
        begun(width=64)
    with pytest.raises(UserError, match="has other weights: untrained, seed .* instead of those of a folder"):
        begun(weights="those of a folder")
