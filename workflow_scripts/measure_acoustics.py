"""openSMILE functionals of every clip of a dataset, on all cores."""

import logging
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import opensmile
import pandas as pd

from workflow_scripts.acoustics.functionals import RATE, Functionals
from workflow_scripts.materials.preparation import load_prepared
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.parallel import in_threads

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)
PROGRESS_EVERY = 10.0  # seconds


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    manifest = tables.read(smk.input.manifest)
    functionals = Functionals(spec["features"])

    def measure(position: int) -> npt.NDArray[np.float32]:
        row = manifest.iloc[position].to_dict()
        return functionals(str(row["clip_id"]), load_prepared(row, RATE))

    measured = np.empty((len(manifest), len(functionals.names)))
    said = time.monotonic()
    for done, values in enumerate(in_threads(measure, range(len(manifest)), smk.threads)):
        measured[done] = values
        if time.monotonic() - said > PROGRESS_EVERY:
            said = time.monotonic()
            line = f"{spec['features']}: {done + 1} of {len(manifest)} clips"
            print(line, file=sys.stderr, flush=True)
            log.info(line)
    frame = pd.DataFrame(measured, columns=functionals.names)
    frame.insert(0, "clip_id", manifest["clip_id"])
    frame.insert(1, "audio_hash", manifest["audio_hash"])
    about = {key: value for key, value in spec.items() if key != "code"}
    tables.write(frame, smk.output.features, "acoustics", {**about, "rate": RATE, "opensmile": opensmile.__version__})


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
