"""The whole chain as a user with a network connection meets it: nothing is there, and one command makes the report."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hub_server import serving as serving_hub
from loopback import Server, serving
from made_up_recordings import record_ravdess, zip_of
from project import Project
from published_networks import published

from workflow_scripts import corpora

LAYOUTS = {"spoken": "wav2vec2, recogniser, safetensors beside a pickle", "sung": "mert, pickle"}


class Zenodo(Server):
    """Offers several files by name, one answer at a time."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(b"")
        self.files, self.turn = files, threading.Lock()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self.turn:
            self.content = self.files[Path(urlsplit(handler.path).path).name]
            super().answer(handler)


@pytest.mark.long
def test_one_command_fetches_corpora_and_networks_and_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, files = Project.fresh(tmp_path / "project"), {}
    for name, channel in (("ravdess-speech", "01"), ("ravdess-song", "02")):
        stated = corpora.find(name).archive
        assert stated is not None
        content = zip_of(record_ravdess(tmp_path / name, channel, [1, 2, 3, 4]))
        files[stated.name] = content
        # the project's own copy of the corpus states the made-up archive
        project.edit("workflow_scripts/corpora/_ravdess.py", f"{stated.bytes:_}", str(len(content)))
        project.edit("workflow_scripts/corpora/_ravdess.py", stated.md5, hashlib.md5(content).hexdigest())
    for variable in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home-of-the-hub"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Zenodo(files)) as zenodo, serving_hub() as hub:
        monkeypatch.setenv("VOCALISE_ZENODO", zenodo.url)
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        models = []
        for name, layout in LAYOUTS.items():
            made = published(layout)
            hub.publish(f"someone/{name}", made.files, licence="apache-2.0")
            models.append({"name": name, **made.entry, "source": f"someone/{name}"})
        project.config = {
            "study": "From nothing to a report",
            "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
            "models": models,
            "layers": [1],
            "emotions": ["neutral", "sad", "angry"],
            "pairs": [["speech", "song"]],
            "protocols": ["strict", "paper1"],
            "acoustics": [],
            "folds": {"paper1_draws": 1},
            "embeddings": {"poolings": ["mean"], "threads": 1},
            "probing": {"C": [0.01, 0.1], "inner_folds": 2, "null_runs": 0, "permutations": 99},
        }
        ahead = project.snakemake("--dry-run")
        for said in (
            "will be fetched into data/ravdess-song",
            "someone/sung/tree/main",
            "of one core without a GPU",
        ):
            assert said in ahead, said
        project.snakemake()
        zenodo.requests.clear()
        hub.asked.clear()
        assert project.plan() == {}
        assert (zenodo.requests, hub.asked) == ([], [])
    assert project.plan() == {}  # and without any network
    report = (project.folder / "results/report.html").read_text()
    for said in ("sung from someone/sung at commit", "Livingstone", "trained on speech and tested on song"):
        assert said in report, said
