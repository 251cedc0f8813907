"""The manifest of one dataset from its recordings: identity, labels, level, onset; and the clips set aside."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workflow_scripts import corpora
from workflow_scripts.materials.manifest import assemble, in_words
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest, set_aside = gather(spec, smk.threads)
    unheard = [word for word in spec["own_emotions"] if word not in set(manifest["emotion"])]
    if unheard and spec["on_bad_clips"] == "stop":
        raise UserError(
            f"no clip has the emotion {', '.join(map(repr, unheard))} of the study; the clips have "
            f"{', '.join(sorted(set(manifest['emotion'])))}",
            f"dataset {spec['dataset']}",
            "mend `emotions` or map the table's words by `labels` (or set `bad_clips: set-aside` to go on)",
        )
    log.info("%s: %s", spec["dataset"], in_words(manifest))
    if len(set_aside):
        log.warning("%s: %d clips set aside, listed in %s", spec["dataset"], len(set_aside), smk.output.set_aside)
    tables.write(manifest, smk.output.manifest, "manifest", spec)
    tables.write(set_aside, smk.output.set_aside, "set_aside", spec)


def gather(spec: Mapping[str, Any], threads: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find and open the clips of a dataset: (manifest, set aside).

    Raises:
        UserError: no clip of the corpus is there, or as `assemble` says.
    """
    corpus = corpora.find(spec["corpus"])
    options = corpora.resolve_options(corpus, spec["options"])
    return assemble(
        corpus.name,
        corpora.pool_of(corpus, spec["dataset"], options),
        corpus.find_clips(Path(spec["folder"]), options),
        spec["level"],
        spec["crop"],
        own_emotions=spec["own_emotions"],
        on_bad_clips=spec["on_bad_clips"],
        threads=threads,
    )


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
