"""Shards as Snakemake runs them: their jobs, and that a killed one is made up for with the same vectors."""

import signal
from pathlib import Path

import pandas as pd
import pytest
from project import Project, new_study
from test_kill import finished_jobs, start, wait_until

LAYERS = [f"results/embeddings/speech/tiny-wav2vec2/layer_{layer}.parquet" for layer in (0, 1, 2)]
PATIENCE = "a shard to end"


def with_shards(folder: Path, shards: int) -> Project:
    project = new_study(folder)
    # batches of a few clips, so that every shard has some
    project.config = {**project.config, "embeddings": {"shards": shards, "batch_seconds": 5.0}}
    return project


def test_a_plan_with_shards_has_their_jobs_and_nothing_after_them_knows(tmp_path: Path) -> None:
    project = with_shards(tmp_path / "project", 3)
    jobs = project.plan()
    assert jobs["embed_3_layers"] == 3 * 2
    assert jobs["gather_shards_3_layers"] == 2
    project.config = {**project.config, "embeddings": {"shards": 1}}
    unsharded = project.plan()
    assert "gather_shards_3_layers" not in unsharded
    assert unsharded["embed_3_layers"] == 2
    embedding = ("embed_3_layers", "gather_shards_3_layers")
    others = [{rule: n for rule, n in plan.items() if rule not in embedding} for plan in (jobs, unsharded)]
    assert others[0] == others[1]


@pytest.mark.long
def test_shards_of_a_killed_run_end_with_the_vectors_of_the_unsharded_one(tmp_path: Path) -> None:
    """All with the same number of cores, and so of threads: another number rounds in another order."""
    plain, project = with_shards(tmp_path / "plain", 1), with_shards(tmp_path / "project", 3)
    plain.snakemake(*LAYERS)
    process = start(project, *LAYERS)
    wait_until(lambda: finished_jobs(project) >= 2, PATIENCE)  # the manifest and a shard
    process.kill()
    assert process.wait() == -signal.SIGKILL, "the run ended before it could be killed"
    assert not any((project.folder / layer).exists() for layer in LAYERS)
    project.snakemake("--unlock")
    left = project.plan(*LAYERS)
    assert 1 <= left["embed_3_layers"] <= 2
    project.snakemake(*LAYERS)
    for layer in LAYERS:
        found, expected = (pd.read_parquet(own.folder / layer) for own in (project, plain))
        assert len(found) > 3
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert not list((project.folder / LAYERS[0]).parent.glob("shard_*/*"))
    assert project.plan(*LAYERS) == {}
