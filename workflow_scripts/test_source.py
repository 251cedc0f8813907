"""A stage that was trained on the source alone, tested on the target: what carries over with no clip of the target."""

from typing import TYPE_CHECKING

from workflow_scripts.embedding.device import ready_device
from workflow_scripts.probing.inputs import chosen
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.transfer import checkpoints, splits
from workflow_scripts.transfer.fold import predictions
from workflow_scripts.transfer.job import Begun, builder, labelled, settings_of, write_predictions
from workflow_scripts.transfer.material import material, people_of

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    ready_device(smk.threads)
    manifests, folds = ([tables.read(path) for path in paths] for paths in (smk.input.manifests, smk.input.folds))
    rows = [chosen(manifest, spec["emotions"]) for manifest in manifests]
    target = material(spec, manifests[1], smk.input.target_layers)
    (index,) = smk.input.begun
    begun = Begun(index, spec, target)
    settings, found = settings_of(spec), []
    for first, second in splits.pairs(
        spec["protocol"], spec["shared"], tuple(rows), tuple(folds), int(spec["seed"]) - 1
    ):
        listener = builder(spec, target.width, second.fold)()
        checkpoints.load(listener, begun.tensors(first.fold), index)
        head = begun.head(first.fold)
        own = predictions(listener, head, second.test, target.examples(second.test), spec["emotions"], settings)
        found.append(labelled(own, spec, second.fold, target, people_of(rows[0], first.train)))
    write_predictions(found, smk.output.predictions, spec)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
