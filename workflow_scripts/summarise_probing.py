"""All scores of the study in one place: curves, headlines, confusions, comparisons of models, audit of the material."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.audit import audit
from workflow_scripts.summaries.comparisons import comparisons

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec, files = smk.params.spec, smk.input
    leaks = _read(files.leaks)
    best = _together(files.best, [*TABLES["best"]])
    made = {
        "scores": _scores([*files.scores, *files.cross]).reindex(columns=[*TABLES["study_scores"]]),
        "layers": _together(files.layers, [*TABLES["layers"]]),
        "best": best,
        "confusion": _together(files.confusion, [*TABLES["confusion"]]),
        "cross": _together(files.cross_best, [*TABLES["best"]]),
        "comparisons": comparisons(best, spec["models"], spec["seed"], _strict_folds(leaks)),
        "audit": audit([*leaks, *_read(files.pair_leaks)], _read(files.confounds)),
    }
    for (name, table), csv in zip(made.items(), smk.output.csv, strict=True):
        tables.write(table, smk.output[name], SCHEMAS[name], spec)
        with tables.whole(csv) as temporary:
            table.to_csv(temporary, index=False)


# name of the output -> declared table
SCHEMAS = {
    "scores": "study_scores",
    "layers": "layers",
    "best": "best",
    "confusion": "confusion",
    "cross": "best",
    "comparisons": "comparisons",
    "audit": "audit",
}


def _read(paths: Sequence[str]) -> list[pd.DataFrame]:
    return [tables.read(path) for path in paths]


def _together(paths: Sequence[str], columns: list[str]) -> pd.DataFrame:
    frames = _read(paths)
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _strict_folds(leaks: Sequence[pd.DataFrame]) -> dict[str, int]:
    """Number of strict folds by dataset."""
    strict = [table[table["protocol"] == "strict"] for table in leaks]
    return {str(table["source"].iloc[0]): int(table["fold"].nunique()) for table in strict if len(table)}


def _scores(paths: Sequence[str]) -> pd.DataFrame:
    """Score tables with the dataset, model and layer that the file's own metadata says they are of."""
    frames = []
    for path in paths:
        spec = tables.about(path)
        target = spec.get("target", spec.get("dataset"))
        names = {
            "dataset": target,
            "source": spec.get("source", target),
            "model": spec["model"],
            "layer": spec["layer"],
        }
        frames.append(tables.read(path).assign(**names))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
