"""A corpus that fetches itself, from an empty folder to its manifest, against a server on this machine."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import soundfile
from loopback import Answer, Server, serving
from made_up_recordings import RATE, record_ravdess, voice, zip_of
from project import Project

from workflow_scripts import corpora

MANIFESTS = [f"results/corpora/{dataset}/manifest.parquet" for dataset in ("speech", "short")]
STUDY = {
    "study": "A corpus that fetches itself",
    "datasets": {"speech": {"corpus": "ravdess-speech"}, "short": {"corpus": "ravdess-speech", "crop": 0.1}},
    "models": ["tiny-hubert"],
    "emotions": ["sad", "angry"],
}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving(Server(zip_of(record_ravdess(tmp_path / "original", "01", [1, 2])))) as server:
        monkeypatch.setenv("VOCALISE_ZENODO", server.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield server


@pytest.fixture
def project(server: Server, tmp_path: Path) -> Project:
    """A project whose own copy of the corpus states the size and checksum of the made-up archive."""
    project, stated = Project.fresh(tmp_path / "project"), corpora.find("ravdess-speech").archive
    assert stated is not None
    project.edit("workflow_scripts/corpora/_ravdess.py", f"{stated.bytes:_}", str(len(server.content)))
    project.edit("workflow_scripts/corpora/_ravdess.py", stated.md5, hashlib.md5(server.content).hexdigest())
    project.config = STUDY
    return project


def test_from_nothing_to_the_manifest_and_what_runs_again(project: Project, server: Server) -> None:
    data = project.folder / "data"
    assert project.plan(*MANIFESTS) == {"fetch_corpus": 1, "manifest": 2}
    assert not data.exists()

    server.faults = [Answer(cut_after=50_000)]
    project.snakemake(*MANIFESTS)
    assert sum(server.sent) == len(server.content)
    assert [path.name for path in data.iterdir()] == ["ravdess-speech"]
    manifest = pd.read_parquet(project.folder / MANIFESTS[0])
    assert len(manifest) == 120
    assert set(manifest["path"].map(lambda path: Path(path).parent.parent)) == {Path("data/ravdess-speech")}

    module = project.folder / "workflow_scripts/downloads/http.py"
    module.write_text(module.read_text() + "\n\nANOTHER_WAY_TO_FETCH_THE_SAME = 1\n")
    assert project.plan(*MANIFESTS) == {}

    soundfile.write(project.folder / manifest["path"][5], voice(seed=77), RATE)
    assert project.plan(*MANIFESTS) == {"manifest": 2}


def test_a_failed_fetch_leaves_nothing_and_says_how_to_go_on(project: Project, server: Server) -> None:
    server.always = Answer(status=403)
    with pytest.raises(AssertionError) as failed:
        project.snakemake(*MANIFESTS)
    output = str(failed.value)
    assert "fetch_corpus: http://127.0.0.1" in output
    assert "the server says 403" in output
    assert "put Audio_Speech_Actors_01-24.zip into data and run again" in output
    assert "https://zenodo.org/records/1188976" in output
    assert "Traceback" not in output
    assert not (project.folder / "data/ravdess-speech").exists()

    (project.folder / "data/Audio_Speech_Actors_01-24.zip").write_bytes(server.content)
    project.snakemake(*MANIFESTS)
    assert len(pd.read_parquet(project.folder / MANIFESTS[1])) == 120
