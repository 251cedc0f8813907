"""Checkpoints: what is read is what was written, peft reads LoRA by itself, and nothing that does not fit is read."""

import json
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from made_up_checkpoints import ALL, EMOTIONS, listener_of, tiny, trained_checkpoint
from network_cases import folder_of, noise

from workflow_scripts.study.errors import UserError
from workflow_scripts.transfer import checkpoints, tuners

VARIANTS: dict[str, Any] = {"frozen": "frozen", "sum": "weighted-sum", "peft": ALL, "full": "full"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_read_is_what_was_written(variant: str, tmp_path: Path) -> None:
    index, parts = tmp_path / "checkpoint.json", tuners.variant(VARIANTS[variant])
    trained = trained_checkpoint(index, "wavlm", VARIANTS[variant])
    about = checkpoints.read(index)
    assert [fold.fold for fold in about.folds] == [0, 1]
    assert about.parts == parts
    network, _ = tiny("wavlm")
    checkpoints.refuse_other(about, network, parts, EMOTIONS, str(index))
    other = listener_of(network, parts, seed=9)
    for fold, own in trained.items():
        tensors = checkpoints.read_fold(index, about, fold)
        checkpoints.load(other, tensors, str(index))
        assert own.learnt().keys() == other.learnt().keys() == tensors.keys()
        assert all(torch.equal(tensor, other.learnt()[name]) for name, tensor in own.learnt().items())


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
def test_plain_peft_loads_lora(family: str, tmp_path: Path) -> None:
    """Onto a network as transformers has it; WavLM's attention passes LoRA by unless it is prepared for tuning."""
    index = tmp_path / "checkpoint.json"
    trained = trained_checkpoint(index, family, "lora", folds=(4,))[4]
    network, _ = tiny(family)
    network.prepare_for_tuning()
    before = [state.clone() for state in _states(network)]
    model = peft.PeftModel.from_pretrained(network.model, tmp_path / "fold_4")
    after = _states(network)
    expected = trained.states(*_front(network))
    assert trained.network is not None
    for one, other in zip(after, expected, strict=True):
        torch.testing.assert_close(one, other)
    assert not torch.allclose(before[-1], after[-1], atol=1e-3)
    assert model.peft_config["default"].r == 8


def _front(network: Any) -> tuple[torch.Tensor, list[int]]:
    (front,) = network.front([network.scaled(noise(6000, seed=3))])
    return front[None], [len(front)]


@torch.no_grad()
def _states(network: Any) -> list[torch.Tensor]:
    found: list[torch.Tensor] = network.states_from(*_front(network))
    return found


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    index = tmp_path / "checkpoint.json"
    trained_checkpoint(index, "hubert", "weighted-sum", folds=(0,))
    about, parts = checkpoints.read(index), tuners.variant("weighted-sum")
    hubert, wavlm = tiny("hubert")[0], tiny("wavlm")[0]
    elsewhere = tiny("hubert", folder_of("hubert", tmp_path / "weights"))[0]
    first = tuners.variant({"weighted-sum": {"first": 1}})
    cases: list[tuple[str, Any, Any, list[str]]] = [
        ("is of another model: tiny-hubert instead of tiny-wavlm", wavlm, parts, EMOTIONS),
        ("has other weights: untrained, seed .* instead of ", elsewhere, parts, EMOTIONS),
        ("has other emotions: .*angry.* instead of .*'happy', 'sad'", hubert, parts, EMOTIONS[:2]),
        ("has other tuners: .*weighted-sum.* instead of .*frozen", hubert, tuners.variant("frozen"), EMOTIONS),
        ("has other tuners: .*'first': 0.* instead of .*'first': 1", hubert, first, EMOTIONS),
    ]
    for message, network, of_parts, emotions in cases:
        with pytest.raises(UserError, match=message):
            checkpoints.refuse_other(about, network, of_parts, emotions, str(index))
    wide = about.model_copy(update={"width": 64})
    with pytest.raises(UserError, match="has other width: 64 instead of 32"):
        checkpoints.refuse_other(wide, hubert, parts, EMOTIONS, str(index))
    deep = about.model_copy(update={"states": ["0", "1"]})
    with pytest.raises(UserError, match="has other states"):
        checkpoints.refuse_other(deep, hubert, parts, EMOTIONS, str(index))
    tensors = checkpoints.read_fold(index, about, 0)
    with pytest.raises(UserError, match=r"do not fit the network: .*mix\.weights"):
        checkpoints.load(listener_of(hubert, tuners.variant("frozen")), tensors, str(index))


def test_damaged_files_are_refused_by_name(tmp_path: Path) -> None:
    index = tmp_path / "checkpoint.json"
    trained_checkpoint(index, "hubert", "lora", folds=(0,))
    about = checkpoints.read(index)
    for name in (checkpoints.PARTS, checkpoints.ADAPTER):
        path = tmp_path / "fold_0" / name
        content = path.read_bytes()
        path.write_bytes(content[:-10])
        with pytest.raises(UserError, match=f"{name}: is damaged, cut short"):
            checkpoints.read_fold(index, about, 0)
        path.unlink()
        with pytest.raises(UserError, match=f"{name}: a file of the checkpoint is missing"):
            checkpoints.read_fold(index, about, 0)
        path.write_bytes(content)
    checkpoints.read_fold(index, about, 0)
    with pytest.raises(UserError, match="has no fold 3\n.*one of: 0"):
        checkpoints.read_fold(index, about, 3)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    index = tmp_path / "checkpoint.json"
    trained_checkpoint(index, "hubert", "weighted-sum", folds=(0,))
    good = json.loads(index.read_text())
    with pytest.raises(UserError, match="there is no such file"):
        checkpoints.read(tmp_path / "other.json")
    versions = [{**good, "version": 2}, {**good, "format": "other"}]
    without = [{key: value for key, value in good.items() if key != gone} for gone in ("emotions", "parts", "states")]
    for content in ["", "{", "[1]", "{}", index.read_text()[:-200], *map(json.dumps, [*versions, *without])]:
        index.write_text(content)
        with pytest.raises(UserError, match="is no checkpoint of this version"):
            checkpoints.read(index)
    index.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="is no checkpoint of this version"):
        checkpoints.read(index)
