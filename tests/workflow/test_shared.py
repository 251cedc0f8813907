"""A second study of the same clips embeds nothing, and where what they share lies is no reason to run a job."""

import json
from pathlib import Path

from project import Project, new_study

from workflow_scripts.study import tables

LAYERS = [f"results/embeddings/{{}}/tiny-wav2vec2/layer_{layer}.parquet" for layer in (0, 1, 2)]
SPEECH = [layer.format("speech") for layer in LAYERS]


def sharing(folder: Path, group: Path) -> Project:
    project = new_study(folder)
    project.config = {**project.config, "embeddings": {"shared": str(group), "frame_statistics": True}}
    return project


def test_a_second_study_takes_what_the_first_embedded(tmp_path: Path) -> None:
    group = tmp_path / "group"
    first = sharing(tmp_path / "first", group)
    said = first.snakemake(*SPEECH)
    assert f"speech with tiny-wav2vec2: stored in {group}" in said
    (made,) = group.iterdir()

    # the same recordings in another folder, as another dataset
    second = sharing(tmp_path / "second", group)
    config = {key: value for key, value in second.config.items() if key not in ("pairs", "distances", "explanation")}
    config["datasets"] = {"talk": {**config["datasets"]["speech"], "folder": "talk"}}
    (second.folder / "clips" / "speech").rename(second.folder / "talk")
    second.config = config
    said = second.snakemake(*(layer.format("talk") for layer in LAYERS))
    assert f"talk with tiny-wav2vec2: taken from {made}" in said
    assert "stored in" not in said
    log = (second.folder / "results/logs/embed/talk_tiny-wav2vec2.log").read_text()
    assert "taken from" in log
    assert "clips," not in log  # the line of a network that listens
    records = [json.loads(path.read_text()) for path in (second.folder / "results/provenance").rglob("*.json")]
    assert [record["rule"] for record in records if record.get("taken", {}).get("from") == str(made)] == [
        "embed_3_layers"
    ]
    assert list(group.iterdir()) == [made]
    second.config = {**config, "embeddings": {**config["embeddings"], "shared": "elsewhere"}}
    assert second.plan(*(layer.format("talk") for layer in LAYERS)) == {}

    for layer in LAYERS:
        own, theirs = second.folder / layer.format("talk"), first.folder / layer.format("speech")
        assert tables.read(own).equals(tables.read(theirs))
        assert tables.about(own)["dataset"] == "talk"
