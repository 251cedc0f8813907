"""A network of one's own is one file and one line of the study: the file of docs/own-network.md, run by Snakemake."""

import pandas as pd
from network_contract import blocks
from project import Project

UNTRAINED = {"name": "untrained-mine", "family": "my-network", "layers": 2, "weights": "untrained"}
OWN_JOBS = {"embed_3_layers": 2, "embeddings": 1}


def test_a_file_and_a_line_embed_and_an_edit_of_the_file_embeds_again(project: Project) -> None:
    file = project.folder / "workflow_scripts/networks/my_network.py"
    file.write_text(blocks("python")[0])
    own = UNTRAINED | {"architecture": "my-network-tiny"}
    project.config = {**project.config, "models": [*project.config["models"], own]}
    assert project.plan("embeddings") == OWN_JOBS
    project.snakemake("embeddings")
    for dataset in ("speech", "song"):
        folder = project.folder / "results/embeddings" / dataset / "untrained-mine"
        tables = [pd.read_parquet(folder / f"layer_{layer}.parquet") for layer in (0, 1, 2)]
        assert [len(table["mean"][0]) for table in tables] == [16, 16, 16]
        clips = pd.read_parquet(project.folder / "results/corpora" / dataset / "manifest.parquet")
        assert all(table["clip_id"].tolist() == clips["clip_id"].tolist() for table in tables)
    file.write_text(file.read_text().replace("stride=160", "stride=200"))
    assert project.plan("embeddings") == OWN_JOBS
