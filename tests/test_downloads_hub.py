"""Networks come from the hub whole and checked, or not at all; a loopback server plays the hub, faults included."""

import errno
import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hub_server import Hub, serving, sha256
from huggingface_hub import constants
from published_networks import in_shards, old_names, pickled, published, safe

from workflow_scripts.downloads import disk, records, weights
from workflow_scripts.downloads.weights import fetch
from workflow_scripts.networks import load
from workflow_scripts.study.errors import UserError

SOURCE = "someone/some-network"
SAFE, PICKLE = "wav2vec2, recogniser, safetensors beside a pickle", "mert, pickle"
CONFIGS = ["config.json", "preprocessor_config.json"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "no-cache"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
        yield hub


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "weights" / "mine"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(source: str, revision: str, folder: Path) -> str:
    """What the fetch says when it refuses; nothing may stand in the folder then."""
    with pytest.raises(UserError) as error:
        fetch(source, revision, folder)
    assert not folder.exists()
    return str(error.value)


def test_a_network_comes_with_its_record_and_nothing_else_is_asked_for(hub, folder):
    made = published(SAFE)
    commit = hub.publish(SOURCE, made.files, licence="apache-2.0")
    record = fetch(SOURCE, "main", folder)
    expected = [*CONFIGS, "model.safetensors"]
    assert names(folder) == sorted([*expected, "fetched.json"])
    assert hub.downloads() == expected
    assert {one.path for one in hub.asked} == {
        f"/api/models/{SOURCE}/revision/main",
        *(f"/{SOURCE}/resolve/{commit}/{name}" for name in expected),
        f"/stored/{SOURCE}/{commit}/model.safetensors",
    }
    for one in hub.asked:
        assert "authorization" not in one.headers
        assert not any(word in one.headers["user-agent"] for word in ("torch", "agent"))
    assert record == json.loads((folder / "fetched.json").read_text()) == records.read(folder)
    stated = {"source": SOURCE, "endpoint": hub.address, "revision": "main", "commit": commit, "licence": "apache-2.0"}
    assert record.items() >= {**stated, "converted": False}.items()
    for name in expected:
        assert (folder / name).read_bytes() == made.files[name]
        assert record["files"][name] == {"bytes": len(made.files[name]), "sha256": sha256(made.files[name])}
        assert record["published"][name].items() >= record["files"][name].items()
    network = load("mine", made.entry, folder, 1)
    assert network.about.items() >= {"source": SOURCE, "commit": commit, "licence": "apache-2.0"}.items()
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


def test_a_pickle_is_converted_once_and_its_hash_is_recorded(hub, folder):
    made = published(PICKLE)
    hub.publish(SOURCE, made.files)
    record = fetch(SOURCE, "main", folder)
    assert hub.downloads() == [*CONFIGS, "pytorch_model.bin"]
    assert names(folder) == sorted([*CONFIGS, "fetched.json", "model.safetensors"])
    assert record["converted"] is True
    assert record["published"]["pytorch_model.bin"]["sha256"] == sha256(made.files["pytorch_model.bin"])
    assert record["files"]["model.safetensors"]["sha256"] == records.sha256(folder / "model.safetensors")
    assert load("mine", made.entry, folder, 1).about["commit"] == record["commit"]


def test_weights_that_were_changed_after_the_fetch_do_not_pass_for_the_commit(hub, folder):
    made = published(SAFE)
    hub.publish(SOURCE, made.files)
    fetch(SOURCE, "main", folder)
    (folder / "model.safetensors").write_bytes(
        safe(old_names(published("wav2vec2, pre-trained, pickle").inner.state_dict()))
    )
    about = load("mine", made.entry, folder, 1).about
    assert "commit" not in about
    assert "source" not in about
    with pytest.raises(UserError, match=r"files are not as they were fetched: model\.safetensors"):
        fetch(SOURCE, "other", folder)


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_a_truncated_shard_is_refused_and_finished_shards_are_kept(kind, hub, folder):
    made = published(SAFE)
    shards = in_shards(kind, old_names(made.inner.state_dict()))
    index, first, second = shards
    hub.publish(SOURCE, {name: made.files[name] for name in CONFIGS} | shards)
    hub.served[second] = shards[second][:-10]
    text = refused(SOURCE, "main", folder)
    assert second in text
    assert folder.parent.is_dir()
    hub.served.clear()
    hub.asked.clear()
    record = fetch(SOURCE, "main", folder)
    assert hub.downloads() == [second]
    assert record["converted"] is (kind == "bin")
    kept = ["model.safetensors"] if kind == "bin" else [index, first, second]
    assert names(folder) == sorted([*CONFIGS, "fetched.json", *kept])
    load("mine", made.entry, folder, 1)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_file_that_is_not_what_the_hub_lists_is_refused(name, hub, folder):
    made = published(SAFE)
    commit = hub.publish(SOURCE, made.files)
    last = made.files[name][-1]
    hub.served[name] = made.files[name][:-1] + bytes([last ^ 1])
    text = refused(SOURCE, "main", folder)
    assert f"{name} has other content than the hub lists (commit {commit})" in text
    hub.served.clear()
    hub.asked.clear()
    fetch(SOURCE, "main", folder)
    assert name in hub.downloads()
    assert (folder / name).read_bytes() == made.files[name]


def test_a_connection_that_is_cut_is_taken_up_where_it_broke_off(hub, folder, monkeypatch):
    made = published(SAFE)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)  # what came is written in pieces of this size
    hub.publish(SOURCE, made.files)
    hub.cuts["model.safetensors"] = [50_000, 20_000]
    fetch(SOURCE, "main", folder)
    parts = [one.headers.get("range") for one in hub.asked if one.method == "GET" and "/stored/" in one.path]
    assert parts == [None, "bytes=50000-", "bytes=70000-"]
    assert (folder / "model.safetensors").read_bytes() == made.files["model.safetensors"]


def test_a_server_without_ranges_begins_again(hub, folder, monkeypatch):
    made = published(SAFE)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
    hub.publish(SOURCE, made.files)
    hub.cuts["model.safetensors"], hub.ranges = [50_000], False
    fetch(SOURCE, "main", folder)
    assert (folder / "model.safetensors").read_bytes() == made.files["model.safetensors"]


def test_a_connection_that_stays_cut_leaves_nothing_that_looks_whole(hub, folder):
    made = published(SAFE)
    hub.publish(SOURCE, made.files)
    hub.cuts["model.safetensors"] = [10_000] + [0] * 20
    text = refused(SOURCE, "main", folder)
    assert "could not be downloaded (RemoteProtocolError" in text
    assert_says_what_to_do_by_hand(text, hub, folder)
    hub.cuts.clear()
    hub.asked.clear()
    fetch(SOURCE, "main", folder)
    assert hub.downloads() == ["model.safetensors"]


def assert_says_what_to_do_by_hand(text: str, hub: Hub, folder: Path) -> None:
    for part in (f"{hub.address}/{SOURCE}/tree/main", "config.json", "model.safetensors", str(folder)):
        assert part in text


def test_without_a_network_the_page_the_files_and_the_folder_are_named(hub, folder, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused
        hub.port = nobody.getsockname()[1]
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        text = refused(SOURCE, "main", folder)
    assert "could not be downloaded (ConnectError" in text
    assert_says_what_to_do_by_hand(text, hub, folder)
    assert not folder.parent.exists()


def test_a_hub_that_is_switched_off_is_not_asked(hub, folder, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    text = refused(SOURCE, "main", folder)
    assert "HF_HUB_OFFLINE is set" in text
    assert_says_what_to_do_by_hand(text, hub, folder)
    assert hub.asked == []


@pytest.mark.parametrize("token", [None, "hf_of-somebody-else"])
def test_a_gated_network_is_refused_with_its_conditions(token, hub, folder, monkeypatch):
    hub.publish(SOURCE, published(SAFE).files)
    hub.gated.add(SOURCE)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    text = refused(SOURCE, "main", folder)
    assert "is gated" in text
    assert "HF_TOKEN" in text
    assert_says_what_to_do_by_hand(text, hub, folder)


def test_a_token_is_shown_where_it_is_asked_for_and_nowhere_else(hub, folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    hub.tokens.add("hf_mine")
    hub.publish("someone/open", published(SAFE).files)
    fetch("someone/open", "main", folder.with_name("open"))
    assert not any("authorization" in one.headers for one in hub.asked)
    hub.publish(SOURCE, published(SAFE).files)
    hub.gated.add(SOURCE)
    hub.asked.clear()
    fetch(SOURCE, "main", folder)
    shown = [one for one in hub.asked if "authorization" in one.headers]
    assert {one.headers["authorization"] for one in shown} == {"Bearer hf_mine"}
    assert {one.path.split("/")[3] for one in shown} == {"resolve"}
    assert {one.host for one in shown} == {"127.0.0.1"}
    assert any(one.host == "localhost" for one in hub.asked)  # where the large file lies


def test_a_missing_revision_and_a_missing_repository_are_named(hub, folder):
    hub.publish(SOURCE, published(SAFE).files)
    assert "has no revision 'v9'" in refused(SOURCE, "v9", folder)
    text = refused("someone/else", "main", folder)
    assert "someone/else" in text
    assert "is not there, or not for everybody" in text


@pytest.mark.parametrize(
    ("left", "message"),
    [
        (["config.json", "preprocessor_config.json"], "holds no weights that can be read here"),
        (["config.json", "model.safetensors"], "holds no preprocessor_config.json"),
        (["preprocessor_config.json", "model.safetensors"], "holds no config.json"),
        (["README.md"], "no config.json and no preprocessor_config.json and no weights that can be read here"),
        (
            ["config.json", "preprocessor_config.json", "MERT-v1-95M_fairseq.pt", "tf_model.h5"],
            "holds no weights that can be read here, only tf_model.h5, MERT-v1-95M_fairseq.pt",
        ),
    ],
)
def test_a_repository_that_lacks_what_is_needed_is_refused(left, message, hub, folder):
    files = published(PICKLE).files | published(SAFE).files
    hub.publish(SOURCE, {name: content for name, content in files.items() if name in left})
    text = refused(SOURCE, "main", folder)
    assert message in text
    assert str(folder) in text
    assert hub.downloads() == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a pickle", "is no checkpoint of plain tensors, and nothing of it was run"),
        (pickled({"model": {}, "args": {}, "cfg": {}}), "holds its tensors under 'model'"),
    ],
)
def test_a_pickle_of_an_unknown_kind_is_refused(content, message, hub, folder):
    hub.publish(SOURCE, published(PICKLE).files | {"pytorch_model.bin": content})
    assert message in refused(SOURCE, "main", folder)


def test_an_index_that_names_a_file_elsewhere_is_refused(hub, folder):
    files = published(SAFE).files
    index = json.dumps({"weight_map": {"a": "../../evil.safetensors"}}).encode()
    kept = {name: files[name] for name in CONFIGS}
    hub.publish(SOURCE, {**kept, "model.safetensors.index.json": index, "../../evil.safetensors": b"x"})
    assert "names shards that are no safetensors files beside it" in refused(SOURCE, "main", folder)
    index = json.dumps({"weight_map": {"a": "missing.safetensors"}}).encode()
    hub.publish(SOURCE, {**kept, "model.safetensors.index.json": index})
    assert "lists no missing.safetensors" in refused(SOURCE, "main", folder)
    assert not list(folder.parents[2].rglob("*evil*"))


def test_what_is_there_is_not_fetched_again(hub, folder):
    hub.publish(SOURCE, published(SAFE).files)
    record = fetch(SOURCE, "main", folder)
    hub.publish(SOURCE, published(PICKLE).files)  # the branch moves on
    hub.asked.clear()
    assert fetch(SOURCE, "main", folder) == record
    assert hub.asked == []


def test_pinning_the_commit_that_is_there_downloads_nothing(hub, folder):
    commit = hub.publish(SOURCE, published(PICKLE).files)
    record = fetch(SOURCE, "main", folder)
    hub.asked.clear()
    assert fetch(SOURCE, commit, folder) == {**record, "revision": commit}
    assert records.read(folder)["revision"] == commit
    assert hub.downloads() == []


def test_another_revision_takes_the_place_of_the_first(hub, folder):
    hub.publish(SOURCE, published(PICKLE).files)
    first = fetch(SOURCE, "main", folder)
    hub.publish(SOURCE, published(SAFE).files, revision="v2")
    second = fetch(SOURCE, "v2", folder)
    assert second["commit"] != first["commit"]
    assert names(folder) == sorted([*CONFIGS, "fetched.json", "model.safetensors"])
    load("mine", published(SAFE).entry, folder, 1)
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("name", ["pytorch_model.bin", "config.json"])
def test_other_content_under_the_same_commit_is_refused_and_the_old_stays(name, hub, folder):
    files = published(PICKLE).files
    commit = hub.publish(SOURCE, files)
    record = fetch(SOURCE, "main", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    forged = hub.repositories[SOURCE]["main"]
    hub.repositories[SOURCE][commit] = type("Forged", (), {
        "files": {**files, name: files[name] + b" "}, "licence": forged.licence, "name": commit
    })()  # fmt: skip
    with pytest.raises(UserError, match=f"other content than before under the same commit {commit}: {name}"):
        fetch(SOURCE, commit, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert records.read(folder) == record


def test_a_folder_that_was_filled_by_hand_is_not_overwritten(hub, folder):
    hub.publish(SOURCE, published(SAFE).files)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"mine")
    with pytest.raises(UserError, match="holds files that were not fetched"):
        fetch(SOURCE, "main", folder)
    assert (folder / "model.safetensors").read_bytes() == b"mine"
    assert hub.asked == []


def test_a_licence_that_is_not_stated_is_not_made_up(hub, folder):
    hub.publish(SOURCE, published(SAFE).files, licence=None)
    assert fetch(SOURCE, "main", folder)["licence"] == ""


@pytest.mark.parametrize("answer", [b"<html>Log in to this network</html>", b"[]", b'{"id": "x"}'])
def test_a_page_in_place_of_the_hub_is_told(answer, hub, folder):
    hub.instead = answer
    text = refused(SOURCE, "main", folder)
    assert "check HF_ENDPOINT and the proxy" in text


@pytest.mark.parametrize("damage", ["", "no json", "[]", '{"source": "someone/some-network"}'])
def test_a_folder_whose_record_is_damaged_is_neither_trusted_nor_overwritten(damage, hub, folder):
    made = published(SAFE)
    hub.publish(SOURCE, made.files)
    fetch(SOURCE, "main", folder)
    (folder / "fetched.json").write_text(damage)
    with pytest.raises(UserError, match="holds files that were not fetched"):
        fetch(SOURCE, "main", folder)
    assert "commit" not in load("mine", made.entry, folder, 1).about


def together(*revisions: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Fetch revisions at the same time: all have seen an empty folder before one begins. What each gave or raised."""
    seen, alone_in = threading.Barrier(len(revisions), timeout=60), weights.alone_in

    def once_all_have_looked(work: Path) -> object:
        seen.wait()
        return alone_in(work)

    def one(revision: str) -> object:
        try:
            return fetch(SOURCE, revision, folder)
        except UserError as error:
            return error

    monkeypatch.setattr(weights, "alone_in", once_all_have_looked)
    with ThreadPoolExecutor(len(revisions)) as pool:
        return list(pool.map(one, revisions))


def test_several_runs_at_a_time_fetch_once(hub, folder, monkeypatch):
    hub.publish(SOURCE, published(PICKLE).files)
    first, *others = together(*["main"] * 3, folder=folder, monkeypatch=monkeypatch)
    assert others == [first] * 2
    assert hub.downloads() == [*CONFIGS, "pytorch_model.bin"]
    assert records.changed(folder, records.read(folder)) == []
    assert names(folder) == sorted([*CONFIGS, "fetched.json", "model.safetensors"])
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


def test_of_two_revisions_at_a_time_one_is_refused(hub, folder, monkeypatch):
    hub.publish(SOURCE, published(PICKLE).files)
    hub.publish(SOURCE, published(SAFE).files, revision="v2")
    done = together("main", "v2", folder=folder, monkeypatch=monkeypatch)
    (record,) = [one for one in done if isinstance(one, dict)]
    (error,) = [one for one in done if isinstance(one, UserError)]
    assert f"another run fetched {SOURCE}, revision {record['revision']}, at the same time" in str(error)
    assert records.read(folder) == record
    assert records.changed(folder, record) == []


def test_files_that_another_program_takes_away_meanwhile_are_not_put_in_place(hub, folder, monkeypatch):
    hub.publish(SOURCE, published(SAFE).files)
    write = records.write

    def write_and_lose(made: Path, record: records.Record) -> None:
        write(made, record)
        (made / "config.json").unlink()

    monkeypatch.setattr(records, "write", write_and_lose)
    assert "files changed while they were fetched: config.json" in refused(SOURCE, "main", folder)


def test_killed_while_it_takes_the_place_of_another_the_other_is_given_back(hub, folder, monkeypatch):
    hub.publish(SOURCE, published(PICKLE).files)
    first = fetch(SOURCE, "main", folder)
    hub.publish(SOURCE, published(SAFE).files, revision="v2")
    rename = os.rename

    def killed(old: Path, new: Path) -> None:
        if Path(new) == folder:
            raise KeyboardInterrupt
        rename(old, new)

    with monkeypatch.context() as patched:
        patched.setattr(disk.os, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            fetch(SOURCE, "v2", folder)
    assert not folder.exists()
    hub.asked.clear()
    assert fetch(SOURCE, "main", folder) == first
    assert hub.asked == []
    assert records.changed(folder, first) == []
    assert fetch(SOURCE, "v2", folder)["revision"] == "v2"
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


def test_a_disk_without_room_is_told_before_anything_large_comes(hub, folder, monkeypatch):
    made = published(PICKLE)
    hub.publish(SOURCE, made.files)
    needed = sum(len(made.files[name]) for name in (*CONFIGS, "pytorch_model.bin", "pytorch_model.bin"))
    usage = disk.shutil.disk_usage(folder.parents[1])
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage._replace(free=needed - 1))
    text = refused(SOURCE, "main", folder)
    assert "make room and run again" in text
    assert hub.downloads() == []
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage._replace(free=needed))
    fetch(SOURCE, "main", folder)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_what_the_disk_refuses_is_not_blamed_on_the_network(number, hub, folder, monkeypatch):
    hub.publish(SOURCE, published(SAFE).files)

    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("workflow_scripts.downloads.hub.hf_hub_download", full)
    text = refused(SOURCE, "main", folder)
    assert f"cannot be written ({os.strerror(number)})" in text
    assert "network" not in text.replace(SOURCE, "")
    assert str(folder) in text


@pytest.mark.parametrize("in_the_way", ["weights", "weights/mine"])
def test_a_file_where_the_folder_should_be_is_told_and_stays(in_the_way, hub, folder):
    hub.publish(SOURCE, published(SAFE).files)
    file = folder.parents[1] / in_the_way
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    with pytest.raises(UserError) as error:
        fetch(SOURCE, "main", folder)
    assert str(file) in str(error.value)
    assert error.value.remedy
    assert file.read_text() == "mine"


def test_a_record_with_values_of_another_kind_is_none(hub, folder):
    hub.publish(SOURCE, published(SAFE).files)
    record = fetch(SOURCE, "main", folder)
    damaged = [{**record, "files": []}, {**record, "published": None}, {**record, "digest": 3}]
    damaged += [{**record, "files": {"config.json": "x"}}, {**record, "published": {"config.json": {}}}]
    for one in damaged:
        records.write(folder, one)
        assert records.read(folder) == {}
        with pytest.raises(UserError, match="holds files that were not fetched"):
            fetch(SOURCE, "other", folder)
    records.write(folder, record)
    assert records.read(folder) == record
