"""A corpus is fetched whole or not at all, whatever happens on the way, and nobody's folder is written over."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from loopback import Answer, Server, serving
from made_up_recordings import ravdess_names, record_ravdess, zip_of
from test_downloads_archives import packed

from workflow_scripts import corpora, fetch_corpus
from workflow_scripts.corpora import Archive
from workflow_scripts.downloads import http
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks

CORPUS = corpora.find("ravdess-speech")
NAME = "Audio_Speech_Actors_01-24.zip"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A little archive in the layout of the real one: one actor."""
    return zip_of(record_ravdess(tmp_path_factory.mktemp("ravdess"), "01", [1]))


@pytest.fixture
def server(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server in Zenodo's place."""
    monkeypatch.setattr(http, "PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Server(content)) as server:
        monkeypatch.setenv(fetch_corpus.MIRROR, server.url)
        yield server


@pytest.fixture
def archive(content: bytes) -> Archive:
    return archive_of(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ravdess-speech"


def archive_of(content: bytes) -> Archive:
    assert CORPUS.archive is not None
    return Archive(CORPUS.archive.url, len(content), hashlib.md5(content).hexdigest())


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def test_the_stated_files_of_zenodo() -> None:
    stated = {name: corpora.find(name).archive for name in ("ravdess-speech", "ravdess-song")}
    assert {archive.name for archive in stated.values()} == {NAME, "Audio_Song_Actors_01-24.zip"}
    for archive in stated.values():
        assert archive.url == f"https://zenodo.org/records/1188976/files/{archive.name}?download=1"
        assert len(archive.md5) == 32
        assert archive.bytes > 200e6


def test_a_fetched_corpus_is_whole_and_says_where_it_comes_from(server, archive, folder):
    record = fetch_corpus.fetch(CORPUS, archive, folder)
    assert json.loads((folder / corpora.FETCHED).read_text()) == record
    assert record["source"] == f"{server.url}/records/1188976/files/{NAME}?download=1"
    assert (record["bytes"], record["md5"], record["licence"]) == (archive.bytes, archive.md5, "CC BY-NC-SA 4.0")
    assert record["recordings"] == 60
    assert len([clip for clip in CORPUS.find_clips(folder, {}) if not clip.fault]) == 60
    assert left_over(folder) == []
    assert len(server.requests) == 1


def test_what_was_fetched_is_not_fetched_again(server, archive, folder):
    first = fetch_corpus.fetch(CORPUS, archive, folder)
    assert fetch_corpus.fetch(CORPUS, archive, folder) == first
    assert len(server.requests) == 1


def test_a_link_to_another_disk_stays_a_link(server, archive, folder, tmp_path):
    (tmp_path / "disk" / "elsewhere").mkdir(parents=True)
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "disk" / "elsewhere")
    fetch_corpus.fetch(CORPUS, archive, folder)
    assert folder.is_symlink()
    assert (tmp_path / "disk" / "elsewhere" / corpora.FETCHED).exists()


@pytest.mark.parametrize("fault", ["somebody's file", "another version", "broken record", "a file in its place"])
def test_a_folder_that_was_not_fetched_from_this_archive_is_left_as_it_is(server, archive, folder, fault):
    folder.parent.mkdir()
    if fault == "a file in its place":
        folder.write_text("mine")
    else:
        folder.mkdir()
        name, text = {
            "somebody's file": ("mine.wav", "mine"),
            "another version": (corpora.FETCHED, '{"md5": "other"}'),
            "broken record": (corpora.FETCHED, "{"),
        }[fault]
        (folder / name).write_text(text)
    before = {str(path): path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match="move it away"):
        fetch_corpus.fetch(CORPUS, archive, folder)
    assert {str(path): path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()} == before
    assert server.requests == []


def test_a_zip_that_a_person_brought_is_used_and_kept(server, content, archive, folder):
    folder.parent.mkdir()
    (folder.parent / NAME).write_bytes(content)
    record = fetch_corpus.fetch(CORPUS, archive, folder)
    assert record["source"] == str(folder.parent / NAME)
    assert (folder / "Actor_01").is_dir()
    assert left_over(folder) == [NAME]
    assert server.requests == []


@pytest.mark.parametrize("wrong", ["truncated", "of the right size"])
def test_a_brought_zip_that_is_another_is_refused_and_kept(server, content, archive, folder, wrong):
    folder.parent.mkdir()
    brought = folder.parent / NAME
    brought.write_bytes(content[:-1] if wrong == "truncated" else content[::-1])
    with pytest.raises(UserError, match="not the file that its page states"):
        fetch_corpus.fetch(CORPUS, archive, folder)
    assert brought.exists()
    assert not folder.exists()
    assert server.requests == []


def test_a_hostile_zip_with_the_stated_checksum_leaves_no_folder(server, folder, tmp_path):
    server.content = packed([("Actor_01/../../../out.wav", b"harm")])
    with pytest.raises(UserError, match="leads out"):
        fetch_corpus.fetch(CORPUS, archive_of(server.content), folder)
    assert not folder.exists()
    assert not list(tmp_path.rglob("out.wav"))


def run_entry(tmp_path: Path, folder: Path) -> None:
    fetch_corpus.main(
        SimpleNamespace(
            params=SimpleNamespace(spec={"corpus": "ravdess-speech", "folder": str(folder), "md5": ""}),
            output=SimpleNamespace(fetched=str(tmp_path / "results" / "ravdess-speech.json")),
        )
    )


def test_recordings_that_come_again_are_the_same_input(folder, tmp_path, monkeypatch):
    said = []
    for fetched in ("here", "later from there"):
        record = {"md5": "5f5f", "recordings": 1, "licence": "CC", "source": fetched, "when": fetched}
        monkeypatch.setattr(fetch_corpus, "fetch", lambda *_, record=record: record)
        run_entry(tmp_path, folder)
        said.append((tmp_path / "results" / "ravdess-speech.json").read_text())
    assert said[0] == said[1]


@pytest.mark.parametrize("fault", ["no network", "404", "a web page", "wrong checksum"])
def test_every_failure_of_the_fetch_says_how_to_bring_the_recordings_by_hand(server, folder, tmp_path, fault):
    assert CORPUS.archive is not None
    server.always = {
        "no network": Answer(cut_after=0),
        "404": Answer(status=404),
        "a web page": Answer(headers={"Content-Type": "text/html"}),
        "wrong checksum": None,
    }[fault]
    with pytest.raises(UserError) as error:
        run_entry(tmp_path, folder)
    assert server.url in error.value.place
    for needed in (
        f"put {NAME} into {folder.parent} and run again",
        f"{NAME} ({CORPUS.archive.bytes} bytes, md5 {CORPUS.archive.md5})",
        "https://zenodo.org/records/1188976",
        f"unpacked into {folder}",
        CORPUS.layout,
    ):
        assert needed in error.value.remedy
    assert not folder.exists()
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("name", "page"), [("savee", "kahlan.eps.surrey.ac.uk/savee"), ("emodb", "emodb.bilderbar.info")]
)
def test_a_corpus_that_cannot_be_fetched_names_its_page_folder_and_files(tmp_path, name, page):
    corpus = corpora.find(name)
    assert corpus.archive is None
    with pytest.raises(UserError) as error:
        corpus.find_clips(tmp_path / name, {})
    for needed in (page, str(tmp_path / name), corpus.layout):
        assert needed in str(error.value)
    assert name != "savee" or "registration" in str(error.value)


PROGRAM = """
import json, sys, time
from pathlib import Path
from workflow_scripts import corpora, fetch_corpus
from workflow_scripts.downloads import archives

write, left = archives._write, [int(sys.argv[3])]

def write_some(*given):
    left[0] -= 1
    time.sleep(60 if left[0] < 0 else 0)
    write(*given)

archives._write = write_some
fetch_corpus.fetch(corpora.find("ravdess-speech"), corpora.Archive(**json.loads(sys.argv[1])), Path(sys.argv[2]))
"""


def kill_when(reached: Callable[[], bool], archive: Archive, folder: Path, members: int) -> None:
    """Fetch in a process that stands still after so many unpacked members, and kill it once that is reached."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, json.dumps(asdict(archive)), folder, str(members)])
    deadline = time.monotonic() + 60
    try:
        while not reached():
            assert process.poll() is None, "the process ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()


def test_killed_at_any_moment_there_is_nothing_and_the_next_run_goes_on(server, archive, folder):
    work = folder.with_name(".ravdess-speech.fetching")
    part, unpacked = work / f"{NAME}.part", work / "unpacked"
    half = archive.bytes // 2

    server.faults = [Answer(stop_after=half)]
    kill_when(lambda: part.exists() and part.stat().st_size > half - 20_000, archive, folder, members=0)
    assert not folder.exists()

    kill_when(lambda: len(list(unpacked.rglob("*.wav"))) > 20, archive, folder, members=30)
    assert not folder.exists()
    assert int(server.requests[1].headers["Range"].strip("bytes=-")) > half - 20_000
    assert len(server.requests) == 2

    fetch_corpus.fetch(CORPUS, archive, folder)
    assert sorted(path.stem for path in folder.rglob("*.wav")) == sorted(ravdess_names("01", [1]))
    assert left_over(folder) == []
    assert len(server.requests) == 2  # the file was whole already


def test_two_runs_at_a_time_fetch_once(server, archive, folder):
    server.always = Answer(pause=0.002)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: fetch_corpus.fetch(CORPUS, archive, folder), range(2))
    assert first == second
    assert len(server.requests) == 1
    assert left_over(folder) == []


def planned(tmp_path: Path, **changes: object) -> Plan:
    """The plan of a study with two datasets of speech and one of song."""
    entry = {"corpus": "ravdess-speech", **changes}
    datasets = {"speech": entry, "short": {**entry, "crop": 1.0}, "song": {"corpus": "ravdess-song"}}
    study = {"study": "A test", "datasets": datasets, "models": ["tiny-hubert"], "audio": str(tmp_path / "data")}
    return Plan(check_study(study), tmp_path / "hashes.json")


def test_the_plan_fetches_what_has_an_archive_and_no_folder_of_its_own(tmp_path, folder):
    everything = ["ravdess-song", "ravdess-speech"]
    assert planned(tmp_path).fetched_corpora == everything
    assert list(planned(tmp_path).fetched) == ["speech", "short", "song"]
    folder.mkdir(parents=True)
    assert planned(tmp_path).fetched_corpora == everything
    (folder / "mine.txt").touch()
    assert planned(tmp_path).fetched_corpora == ["ravdess-song"]
    (folder / corpora.FETCHED).touch()
    assert planned(tmp_path).fetched_corpora == everything
    assert planned(tmp_path, folder=str(tmp_path / "mine")).fetched_corpora == ["ravdess-song"]


def test_the_spec_of_the_manifest_is_the_same_before_and_after_and_another_for_other_audio(
    server, archive, folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(corpora, "find", lambda name, find=corpora.find: replace(find(name), archive=archive))

    def spec() -> object:
        return planned(tmp_path).spec("manifest", dataset="speech")

    before = spec()
    fetch_corpus.fetch(CORPUS, archive, folder)
    assert spec() == before
    recording = next(folder.rglob("*.wav"))
    content = recording.read_bytes()
    recording.write_bytes(content + b"more")
    assert spec() != before
    recording.write_bytes(content)
    assert spec() == before
    (folder / "Actor_01" / "03-01-01-01-01-01-99.wav").touch()
    assert spec() != before


def test_the_job_that_fetches_depends_on_the_archive_alone(tmp_path):
    spec = planned(tmp_path).fetch("ravdess-song")
    archive = corpora.find("ravdess-song").archive
    assert spec == {
        "corpus": "ravdess-song",
        "folder": str(tmp_path / "data" / "ravdess-song"),
        "bytes": archive.bytes,
        "md5": archive.md5,
    }


def test_remarks_say_what_will_be_fetched_from_where(tmp_path, folder):
    speech, short, song = remarks(planned(tmp_path))
    assert speech.startswith("datasets.speech: will be fetched into ")
    for needed in (str(folder), NAME, "208 MB", "https://zenodo.org/records/1188976", "CC BY-NC-SA 4.0"):
        assert needed in speech
    assert f"without a network put that file into {folder.parent}" in speech
    folder.mkdir(parents=True)
    assert len(remarks(planned(tmp_path))) == 3
    (folder / corpora.FETCHED).touch()
    assert remarks(planned(tmp_path)) == [song]
