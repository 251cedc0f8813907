"""Vectors made elsewhere go through a whole study as a network's do, and a replaced file runs what follows from it."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from project import Project
from test_incremental import APART, APART_BY_ONE_MODEL, KNOWN, KNOWN_BY_ONE_MODEL, PROBES_OF_ONE_MODEL, REPORT

MODEL = "theirs-1.0"
IMPORT = f"import_vectors_of_{MODEL}"
FILES = {"speech": "vectors/speech.parquet", "song": "vectors/song.npy"}


def give(project: Project, dataset: str, seed: int) -> Path:
    """Write vectors of the dataset's clips in which the emotion is planted."""
    manifest = pd.read_parquet(project.folder / f"results/corpora/{dataset}/manifest.parquet")
    generator = np.random.default_rng(seed)
    planted = 2 * np.eye(8)[manifest["emotion"].map(sorted(set(manifest["emotion"])).index)]
    vectors = (planted + generator.standard_normal(planted.shape)).astype(np.float32)
    file = project.folder / FILES[dataset]
    file.parent.mkdir(exist_ok=True)
    if file.suffix == ".npy":
        np.save(file, vectors)
        manifest[["clip_id"]].to_csv(file.with_suffix(".clips.csv"), index=False)
    else:
        manifest[["clip_id", "audio_hash"]].assign(vector=list(vectors)).to_parquet(file)
    return file


@pytest.mark.long
def test_from_file_to_report_and_again_after_a_file_is_replaced(project: Project) -> None:
    given = [give(project, dataset, seed) for seed, dataset in enumerate(FILES)]
    models = [*project.config["models"], {"name": MODEL, "vectors": FILES}]
    project.config = {**project.config, "models": models}
    known = {**KNOWN_BY_ONE_MODEL, "figures_atlas": 2}
    assert project.plan() == {IMPORT: 2, **PROBES_OF_ONE_MODEL, **APART_BY_ONE_MODEL, **known, **REPORT}
    project.snakemake()
    assert project.plan() == {}

    best = pd.read_parquet(project.folder / "results/probing/best.parquet")
    own = best[(best["model"] == MODEL) & best["headline"] & (best["metric"] == "UAR") & (best["speaker"] == "")]
    assert set(own["dataset"]) == set(FILES)
    assert set(own["pooling"]) == {"given"}
    assert (own["value"] > 0.6).all()  # planted
    page = (project.folder / "results/report.html").read_text()
    assert f"{MODEL} (vectors made elsewhere)" in page
    for file in given:
        assert hashlib.md5(file.read_bytes()).hexdigest() in page
    figure = (project.folder / "results/figures/speech/layer_curves.svg").read_text()
    assert f"vectors made elsewhere: {MODEL}" in " ".join(figure.split())

    os.utime(given[0])
    assert project.plan() == {}
    give(project, "speech", seed=9)
    follows = {"probe": 1, "cross_probe": 2, "summarise_layers": 1, "summarise_cross": 2}
    assert project.plan() == {IMPORT: 1, **follows, **APART_BY_ONE_MODEL, **known, "explain": 2, **REPORT}


def test_models_with_as_many_layers_of_other_names_are_planned_before_their_files_are_there(project: Project) -> None:
    models = [
        {"name": "early", "vectors": FILES, "layers": [0, 3]},
        {"name": "late", "vectors": FILES, "layers": [9, "final"]},
    ]
    project.config = {**project.config, "models": models, "layers": "all"}
    assert project.plan() == {
        "import_vectors_of_early": 2,
        "import_vectors_of_late": 2,
        **PROBES_OF_ONE_MODEL,
        **APART,
        "measure_distances": 4,
        "probe": 8,
        "cross_probe": 8,
        **KNOWN,
        "explain": 16,
        "figures_atlas": 2,
        **REPORT,
    }
