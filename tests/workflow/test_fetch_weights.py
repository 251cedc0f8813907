"""Networks are fetched, heard and reported; afterwards nothing is fetched again, and nothing needs the network."""

import json
from pathlib import Path

import pytest
from hub_server import Hub, serving
from project import Project, job_counts, make_clips
from published_networks import old_names, published, safe

SAFE, PICKLE = "wav2vec2, recogniser, safetensors beside a pickle", "mert, pickle"


def study(project: Project, hub: Hub) -> None:
    """Two networks of the hub over one little corpus, nothing probed."""
    make_clips(project.folder / "clips/speech", takes=1)
    models = []
    for name, layout in (("spoken", SAFE), ("sung", PICKLE)):
        made = published(layout)
        hub.publish(f"someone/{name}", made.files, licence="cc-by-nc-4.0")
        models.append({"name": name, **made.entry, "source": f"someone/{name}"})
    project.config = {
        "study": "Fetched networks",
        "datasets": {"speech": {"corpus": "table", "folder": "clips/speech", "file": "clips.csv"}},
        "models": models,
        "acoustics": [],
        "protocols": ["strict"],
        "folds": {"strict": 2},
        "embeddings": {"poolings": ["mean"], "threads": 1},
    }


def test_from_the_hub_to_the_report_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.fresh(tmp_path / "project")
    for variable in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home-of-the-hub"))
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        study(project, hub)
        assert project.plan().items() >= {"fetch_weights": 2, "embed_3_layers": 2}.items()
        hub.gated.add("someone/sung")
        with pytest.raises(AssertionError, match="fetch_weights: .*/someone/sung/tree/main: is gated"):
            project.snakemake("weights/sung/fetched.json")
        hub.gated.clear()
        assert job_counts(project.snakemake("fetch")) == {"fetch_weights": 2, "fetch": 1}
        given = [name for name in hub.downloads() if not name.endswith(".json")]
        assert sorted(given) == ["model.safetensors", "pytorch_model.bin"]
    project.snakemake()  # from here on there is no hub
    report = (project.folder / "results/report.html").read_text()
    for name in ("spoken", "sung"):
        commit = json.loads((project.folder / f"weights/{name}/fetched.json").read_text())["commit"]
        assert f"{name} from someone/{name} at commit {commit} (licence: cc-by-nc-4.0)" in report
    assert sorted(path.name for path in (project.folder / "weights").iterdir()) == ["spoken", "sung"]
    project.edit("workflow_scripts/downloads/weights.py", "CONFIGS = ", "UNUSED = 1\nCONFIGS = ")
    assert project.plan() == {}  # hashes prove what was fetched, whatever the code
    project.snakemake("weights/sung/fetched.json", "--forcerun", "fetch_weights")

    other = old_names(published("wav2vec2, pre-trained, pickle").inner.state_dict())
    (project.folder / "weights/spoken/model.safetensors").write_bytes(safe(other))
    jobs = job_counts(project.snakemake())
    assert jobs == {"embed_3_layers": 1, "report": 1, "paper": 1}
    report = (project.folder / "results/report.html").read_text()
    assert "spoken from someone/spoken" not in report
    assert "sung from someone/sung" in report
