"""The folder that several studies share: objects whole or not at all, whoever writes, dies, damages or may not."""

import json
import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest

from workflow_scripts.study import store
from workflow_scripts.study.store import Stored

NAMES = ["a.bin", "b.bin"]
LARGE = 2_000_000
FORK = multiprocessing.get_context("fork")


def files_in(folder: Path, seed: bytes = b"x") -> list[Path]:
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_bytes(name.encode() + seed * LARGE)
    return [folder / name for name in NAMES]


def an_object(folder: Path) -> Stored:
    return Stored(folder, "0123abcd", "speech with tiny")


def taken(shared: Stored, into: Path) -> dict | None:
    into.mkdir()
    return shared.take(NAMES, into)


@pytest.fixture
def shared(tmp_path) -> Stored:
    """An object that is there, in the folder `group` of the test."""
    own = an_object(tmp_path / "group")
    own.keep(files_in(tmp_path / "made"), {"device": "cpu"})
    return own


def test_what_is_kept_is_taken_by_its_name(tmp_path, capsys):
    shared = an_object(tmp_path / "group")
    shared.keep(files_in(tmp_path / "made"), {"device": "cpu"})
    assert taken(shared, tmp_path / "taken") == {"device": "cpu"}
    for name in NAMES:
        assert (tmp_path / "taken" / name).read_bytes() == (tmp_path / "made" / name).read_bytes()
    said = capsys.readouterr().err
    assert f"speech with tiny: stored in {shared.place}" in said
    assert f"speech with tiny: taken from {shared.place}, made on" in said
    assert taken(Stored(shared.folder, "another", "song with tiny"), tmp_path / "none") is None
    assert sorted(os.listdir(shared.folder)) == [shared.key]


def damage(place: Path, kind: str) -> None:
    file = place / ("object.json" if "record" in kind else "b.bin")
    if kind.startswith("missing"):
        file.unlink()
    elif kind == "flipped record":  # still JSON
        file.write_text(file.read_text().replace('"cpu"', '"cpv"'))
    elif kind.startswith("flipped"):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif kind == "cut record":
        file.write_text(file.read_text()[:40])
    elif kind == "record of other files":
        record = json.loads(file.read_text())["object"]
        record["files"]["../c.bin"] = record["files"].pop("b.bin")
        file.write_text(json.dumps({"sha256": store._digest(record), "object": record}))


@pytest.mark.parametrize(
    "kind", ["flipped", "missing", "flipped record", "missing record", "cut record", "record of other files"]
)
def test_a_damaged_object_is_set_aside_with_a_message_and_made_again(shared, tmp_path, capsys, kind):
    damage(shared.place, kind)
    assert taken(shared, tmp_path / "first") is None
    assert f"WARNING: {shared.place} was damaged" in capsys.readouterr().err
    (aside,) = os.listdir(shared.folder)
    assert aside.startswith(f"damaged-{shared.key}-")
    shared.keep([tmp_path / "made" / name for name in NAMES], {"device": "cpu"})
    assert taken(shared, tmp_path / "second") == {"device": "cpu"}


def test_a_damaged_object_that_cannot_be_moved_is_not_taken(shared, tmp_path, capsys, monkeypatch):
    damage(shared.place, "flipped")

    def refuse(self, target):
        raise PermissionError("not yours")

    monkeypatch.setattr(Path, "rename", refuse)
    assert taken(shared, tmp_path / "taken") is None
    assert "cannot be moved out of the way (not yours): delete it" in capsys.readouterr().err


def at_once(shared: Stored, barrier, files: list[Path], number: int) -> None:
    barrier.wait()
    shared.keep(files, {"writer": number})


def test_of_writers_at_once_one_object_is_left_whole(tmp_path):
    shared, writers = an_object(tmp_path / "group"), 6
    barrier = FORK.Barrier(writers)
    made = [files_in(tmp_path / f"made_{i}", bytes([65 + i])) for i in range(writers)]
    processes = [FORK.Process(target=at_once, args=(shared, barrier, made[i], i)) for i in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * writers
    assert os.listdir(shared.folder) == [shared.key]
    told = taken(shared, tmp_path / "taken")
    for own in made[told["writer"]]:
        assert (tmp_path / "taken" / own.name).read_bytes() == own.read_bytes()


def read_all_the_while(shared: Stored, folder: Path, hit, stop) -> None:
    """End with 1 where something was taken that nobody made."""
    turn = 0
    while not stop.is_set():
        turn += 1
        into = folder / str(turn)
        told = taken(shared, into)
        if told is not None:
            hit.set()
            if (into / "b.bin").read_bytes() != b"b.bin" + bytes([65 + told["writer"]]) * LARGE:
                os._exit(1)
        shutil.rmtree(into)


def test_readers_beside_writers_and_an_eviction_take_whole_objects_or_none(tmp_path):
    shared, hit, stop = an_object(tmp_path / "group"), FORK.Event(), FORK.Event()
    (tmp_path / "reader").mkdir()
    reader = FORK.Process(target=read_all_the_while, args=(shared, tmp_path / "reader", hit, stop), daemon=True)
    reader.start()
    for i in range(12):
        shared.keep(files_in(tmp_path / f"made_{i}", bytes([65 + i])), {"writer": i})
        assert hit.wait(60 if i == 0 else 0.05) or i
        shutil.rmtree(shared.place, ignore_errors=True)  # what a person does to make room
    stop.set()
    reader.join()
    assert reader.exitcode == 0


def test_a_killed_writer_leaves_no_object_and_stands_in_nobodys_way(tmp_path, monkeypatch):
    shared, made = an_object(tmp_path / "group"), files_in(tmp_path / "made")
    copyfile = shutil.copyfile

    def killed_halfway(source, target):
        copyfile(source, target)
        if Path(source).name == NAMES[1]:
            os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(store.shutil, "copyfile", killed_halfway)
    writer = FORK.Process(target=shared.keep, args=(made, {}))
    writer.start()
    writer.join()
    monkeypatch.undo()
    assert writer.exitcode == -signal.SIGKILL
    (left,) = os.listdir(shared.folder)
    assert left.endswith(".part")
    assert taken(shared, tmp_path / "first") is None
    shared.keep(made, {"device": "cpu"})
    assert taken(shared, tmp_path / "second") == {"device": "cpu"}


@pytest.mark.parametrize("kind", ["a file", "not mounted", "full"])
def test_a_folder_that_takes_nothing_is_said_and_is_no_error(tmp_path, capsys, monkeypatch, kind):
    shared, made = an_object(tmp_path / "group"), files_in(tmp_path / "made")
    if kind == "a file":
        shared.folder.touch()
    elif kind == "not mounted":
        shared = an_object(tmp_path / "mount" / "group")
    else:
        copyfile = shutil.copyfile

        def full(source, target):
            copyfile(source, target)
            os.truncate(target, 10)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store.shutil, "copyfile", full)
    assert taken(shared, tmp_path / "taken") is None
    shared.keep(made, {})
    assert "speech with tiny: WARNING: is not stored in" in capsys.readouterr().err
    assert kind != "full" or os.listdir(shared.folder) == []
    assert not (tmp_path / "mount").exists()


def test_a_file_that_cannot_be_read_is_said_and_is_no_error(shared, tmp_path, capsys, monkeypatch):
    def fail(source, target):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(store.shutil, "copyfile", fail)
    assert taken(shared, tmp_path / "taken") is None
    assert "WARNING: what is shared cannot be read, so it is made here ([Errno 5]" in capsys.readouterr().err
    assert os.listdir(shared.folder) == [shared.key]


@pytest.mark.parametrize(("folder", "file"), [(0o2770, 0o660), (0o755, 0o644), (0o700, 0o600)])
def test_objects_have_the_rights_of_their_folder_whatever_the_umask(tmp_path, folder, file):
    shared, made = an_object(tmp_path / "group"), files_in(tmp_path / "made")
    shared.folder.mkdir()
    shared.folder.chmod(folder)
    before = os.umask(0o077)
    try:
        shared.keep(made, {})
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o7777 for path in shared.place.iterdir()} == {file}
    assert shared.place.stat().st_mode & 0o7777 == folder


GROUP = 40_000  # of no account


def as_member(number: int, folder: Path, work) -> int:
    """Exit code of `work`, done as another user of the group with a narrow umask where the tests run as root."""

    def inside() -> None:
        os.chdir(folder)
        if os.getuid() == 0:
            os.setgroups([GROUP])
            os.setgid(40_000 + number)
            os.setuid(40_000 + number)
        os.umask(0o077)
        os._exit(0 if work() else 1)

    process = FORK.Process(target=inside)
    process.start()
    process.join()
    return process.exitcode


def test_members_of_a_group_take_add_and_mend_what_others_stored(tmp_path):
    tmp_path.chmod(0o777)  # members work in it
    shared = an_object(Path("group"))  # relative: what lies above is the test runner's own
    (tmp_path / "group").mkdir()
    (tmp_path / "group").chmod(0o770)
    if os.getuid() == 0:
        os.chown(tmp_path / "group", -1, GROUP)

    def add(name: str) -> bool:
        shared.keep(files_in(Path(name)), {"by": name})
        return shared.place.exists()

    def take(name: str) -> bool:
        return taken(shared, Path(name)) == {"by": "first"}

    def mend(name: str) -> bool:
        damage(shared.place, "flipped")
        return taken(shared, Path(f"{name} damaged")) is None and add(name)

    assert as_member(1, tmp_path, lambda: add("first")) == 0
    assert as_member(2, tmp_path, lambda: take("second")) == 0
    assert as_member(2, tmp_path, lambda: mend("third")) == 0
    place = tmp_path / "group" / shared.key
    assert os.getuid() != 0 or (place.stat().st_uid, place.stat().st_gid) == (40_002, GROUP)
    assert as_member(1, tmp_path, lambda: taken(shared, Path("fourth")) == {"by": "third"}) == 0
