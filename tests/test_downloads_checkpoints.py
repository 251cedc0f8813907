"""Pickles are opened once, by a loader that runs nothing; every tensor of a published checkpoint lands as it is."""

import json
import logging
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from network_cases import noise
from published_networks import LAYOUTS, POSITIONS, in_shards, pickled, published
from safetensors import SafetensorError
from safetensors.torch import load_file

from workflow_scripts import convert_weights
from workflow_scripts.downloads import checkpoints
from workflow_scripts.downloads.checkpoints import convert, pickles, shards
from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.networks import load
from workflow_scripts.study.errors import UserError

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.tensor([1, 2], dtype=torch.int64)}


class Hostile:
    """Pickled, it is a call that makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_tensor_of_a_published_checkpoint_lands(layout, tmp_path, caplog):
    made = published(layout)
    folder = write(tmp_path / "weights", made.files)
    if not list(folder.glob("*.safetensors")):
        convert(folder)
    with caplog.at_level(logging.INFO):
        network = load("mine", made.entry, folder, 1)
    own, theirs = network.model.state_dict(), made.inner.state_dict()
    left_out = {"masked_spec_embed"} | {key for key in theirs if key.startswith(f"{POSITIONS}parametrizations")}
    assert own.keys() == theirs.keys() - left_out | {f"{POSITIONS}weight"}
    for key in theirs.keys() - left_out:
        torch.testing.assert_close(own[key], theirs[key], rtol=0, atol=0)
    length = theirs[f"{POSITIONS}parametrizations.weight.original0"]
    direction = theirs[f"{POSITIONS}parametrizations.weight.original1"]
    expected = length * direction / direction.norm(dim=(0, 1), keepdim=True)
    torch.testing.assert_close(own[f"{POSITIONS}weight"], expected)
    for head in (*made.heads, "masked_spec_embed"):
        assert head in caplog.text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_published_checkpoint_hears_what_the_model_that_was_published_hears(layout, tmp_path):
    made = published(layout)
    folder = write(tmp_path / "weights", made.files)
    if not list(folder.glob("*.safetensors")):
        convert(folder)
    network = load("mine", made.entry, folder, 1)
    wave = torch.from_numpy(noise(6000, 3))
    normalised = (wave - wave.mean()) / torch.sqrt(wave.var(correction=0) + 1e-7)
    with torch.no_grad():
        expected = made.inner(normalised[None]).last_hidden_state[0]
    heard = hidden_states(network, [wave.numpy()])[0]
    torch.testing.assert_close(heard[network.states[-1]], expected, rtol=1e-4, atol=1e-5)


def test_tensors_keep_name_type_and_value_also_where_they_share_memory(tmp_path):
    base = torch.arange(12.0)
    tensors = {**TENSORS, "half": base.half(), "view": base[2:8], "turned": base.reshape(3, 4).T, "tied": base}
    convert(write(tmp_path, {"pytorch_model.bin": pickled({**tensors, "tied too": base})}))
    found = load_file(tmp_path / "model.safetensors")
    assert found.keys() == {*tensors, "tied too"}
    for name, tensor in {**tensors, "tied too": base}.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_the_same_pickle_gives_the_same_bytes(tmp_path):
    contents = []
    for run in ("one", "two"):
        folder = write(tmp_path / run, {"pytorch_model.bin": pickled(TENSORS)})
        convert(folder)
        contents.append((folder / "model.safetensors").read_bytes())
        assert sorted(path.name for path in folder.iterdir()) == ["model.safetensors", "pytorch_model.bin"]
    assert contents[0] == contents[1]


def test_shards_become_one_file(tmp_path):
    convert(write(tmp_path, in_shards("bin", TENSORS)))
    found = load_file(tmp_path / "model.safetensors")
    assert found.keys() == TENSORS.keys()
    assert all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)


@pytest.mark.parametrize("form", ["torch's", "torch's of old", "python's"])
def test_a_hostile_pickle_is_refused_and_runs_nothing(form, tmp_path):
    sign = tmp_path / "it ran"
    loaded = {"a.weight": torch.zeros(2), "b": Hostile(sign)}
    bait = tmp_path / "pytorch_model.bin"
    if form == "python's":
        bait.write_bytes(pickle.dumps({"b": Hostile(sign)}, protocol=2))
        pickle.loads(bait.read_bytes())
    else:
        torch.save(loaded, bait, _use_new_zipfile_serialization=form == "torch's")
        torch.load(bait, weights_only=False)
    assert sign.exists()  # it is hostile: any other loader falls for it
    sign.unlink()
    with pytest.raises(UserError, match="no checkpoint of plain tensors, and nothing of it was run") as refused:
        convert(tmp_path)
    assert not sign.exists()
    assert not (tmp_path / "model.safetensors").exists()
    assert "weights_only" not in str(refused.value)  # torch would advise to open it after all


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickled({"state_dict": TENSORS, "epoch": 3}), "holds its tensors under 'state_dict'"),
        (pickled({"model": TENSORS, "args": None}), "holds its tensors under 'model'"),
        (pickled({**TENSORS, "epoch": 3}), "holds more than named tensors: 'epoch'"),
        (pickled({**TENSORS, 3: torch.zeros(1)}), "holds more than named tensors: 3"),
        (pickled({**TENSORS, "s": torch.zeros(2, 2).to_sparse()}), "holds more than named tensors: 's'"),
        (pickled([torch.zeros(1)]), "holds no named tensors"),
        (pickled({}), "holds no named tensors"),
        (pickled(TENSORS)[:-100], "is no checkpoint of plain tensors"),
        (b"", "is no checkpoint of plain tensors"),
        (b"<html>not here</html>", "is no checkpoint of plain tensors"),
    ],
)
def test_what_is_no_plain_checkpoint_is_refused(content, message, tmp_path):
    write(tmp_path, {"pytorch_model.bin": content})
    with pytest.raises(UserError, match=message) as refused:
        convert(tmp_path)
    assert "pytorch_model.bin" in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["pytorch_model.bin"]


def test_a_tensor_in_two_shards_a_missing_shard_and_a_folder_without_pickles_are_refused(tmp_path):
    files = in_shards("bin", TENSORS)
    twice = write(tmp_path / "twice", {**files, "pytorch_model-00002-of-00002.bin": pickled(TENSORS)})
    with pytest.raises(UserError, match=r"tensor a\.weight stands in two shards"):
        convert(twice)
    del files["pytorch_model-00002-of-00002.bin"]
    with pytest.raises(UserError, match=r"pytorch_model-00002-of-00002\.bin: file is missing"):
        convert(write(tmp_path / "one", files))
    with pytest.raises(UserError, match=r"holds neither pytorch_model\.bin nor"):
        convert(write(tmp_path / "none", {}))
    assert pickles(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["../../evil.bin", "/evil.bin", "a/b.bin", "evil.sh", ".bin"])
def test_an_index_names_files_beside_it_and_nothing_else(name, tmp_path):
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": {"a": name, "b": "good.bin"}}))
    with pytest.raises(UserError, match="names shards that are no bin files beside it"):
        shards(index)
    for broken in ("{}", "[]", "no json", '{"weight_map": []}', '{"weight_map": {}}', '{"weight_map": {"a": 7}}'):
        index.write_text(broken)
        with pytest.raises(UserError):
            shards(index)


def test_a_pickle_brought_by_hand_is_converted_by_a_command(tmp_path, monkeypatch, capsys):
    made = published("mert, pickle")
    folder = write(tmp_path / "weights", made.files)
    with pytest.raises(UserError, match="convert_weights") as refused:
        load("mine", made.entry, folder, 1)
    assert f"python -m workflow_scripts.convert_weights {folder}" in str(refused.value)
    monkeypatch.setattr("sys.argv", ["convert_weights", str(folder)])
    assert convert_weights.main() == 0
    assert load("mine", made.entry, folder, 1).states == ("0", "1", "2")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"")
    assert convert_weights.main() == 1
    assert "no checkpoint of plain tensors" in capsys.readouterr().err


def test_a_disk_that_is_full_during_the_conversion_is_told_and_nothing_is_left(tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    folder = write(tmp_path / "weights", {"pytorch_model.bin": pickled(TENSORS)})
    monkeypatch.setattr(checkpoints, "save_file", full)
    with pytest.raises(UserError, match=r"cannot be written \(I/O error: No space left") as error:
        convert(folder)
    assert error.value.place == str(folder / "model.safetensors")
    assert "make room" in str(error.value)
    assert [path.name for path in folder.iterdir()] == ["pytorch_model.bin"]


@pytest.mark.parametrize("there", ["model.safetensors", "model.safetensors.index.json"])
def test_weights_that_are_there_already_are_not_overwritten(there, tmp_path, monkeypatch, capsys):
    folder = write(tmp_path / "weights", {"pytorch_model.bin": pickled(TENSORS), there: b"mine"})
    monkeypatch.setattr("sys.argv", ["convert_weights", str(folder)])
    assert convert_weights.main() == 1
    assert f"{folder / there}: is there already and is not overwritten" in capsys.readouterr().err
    assert (folder / there).read_bytes() == b"mine"
    assert len(list(folder.iterdir())) == 2
