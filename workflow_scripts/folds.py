"""Held-out clips of one dataset under one protocol, and what leaks across the split, from its manifest."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workflow_scripts import corpora
from workflow_scripts.materials import folds as splits
from workflow_scripts.materials import leaks
from workflow_scripts.materials.manifest import SET_ASIDE_COLUMNS
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)
EMOBOX = Path(__file__).resolve().parents[1] / "resources" / "emobox_folds.csv"


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    place = f"dataset {spec['dataset']}, protocol {spec['protocol']}"
    manifest = tables.read(smk.input.manifest)
    clips, folds, left_out = hold_out(manifest, spec)
    if left_out and spec["on_bad_clips"] == "stop":
        raise UserError(
            f"{len(left_out)} clips cannot be used in these folds:\n{splits.unfit_in_words(left_out)}",
            place,
            "leave the emotion out of `emotions`, remove the speaker, leave the protocol out, "
            "or set `bad_clips: set-aside`",
        )
    paths = manifest.set_index("clip_id")["path"]
    aside = [{"clip_id": name, "path": paths[name], "reason": why} for name, why in sorted(left_out.items())]
    found = leaks.within(spec["dataset"], spec["protocol"], clips, folds)
    log.info("%s: %d clips in %d folds; on both sides: %s", place, folds["clip_id"].nunique(),
             len(splits.parts(folds)), leaks.in_words(found))  # fmt: skip
    leaks.refuse(found)
    tables.write(folds, smk.output.folds, "folds", spec)
    tables.write(found, smk.output.leaks, "leaks", spec)
    tables.write(pd.DataFrame(aside, columns=SET_ASIDE_COLUMNS), smk.output.set_aside, "set_aside", spec)


def hold_out(manifest: pd.DataFrame, spec: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Split a manifest as its protocol says: (clips that the folds use, folds, {clip_id: reason} of the others).

    Clips of emotions outside the study, or outside the part that the protocol uses, are in neither.

    Raises:
        UserError: no clip is left, or none can be held out.
    """
    corpus = corpora.find(spec["corpus"])
    if spec["emotions"]:
        manifest = manifest[manifest["emotion"].isin(spec["emotions"])]
    if spec["protocol"] in ("paper1", "twins"):
        manifest = splits.restricted(manifest, corpus.paper1)
    if manifest.empty:
        place = f"dataset {spec['dataset']}, protocol {spec['protocol']}"
        raise UserError("no clip has an emotion of the study", place, "see `emotions` in the config")
    speakers = corpora.speakers_of(corpus, spec["options"])

    def split(clips: pd.DataFrame) -> pd.DataFrame:
        if spec["protocol"] == "strict":
            return splits.strict(clips, speakers, spec["folds"])
        if spec["protocol"] == "paper1":
            return splits.paper1(clips, spec["draws"], spec["stratified"])
        if spec["protocol"] == "twins":
            return splits.twins(clips, spec["draws"])
        return splits.emobox(clips, pd.read_csv(EMOBOX))

    return splits.fit(manifest, split)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
