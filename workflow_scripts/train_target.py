"""Training that knows two datasets, tested on the target: two stages, both at once, or as long as two stages took."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workflow_scripts.embedding.device import ready_device
from workflow_scripts.probing.inputs import chosen
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.transfer import splits
from workflow_scripts.transfer.job import Begun, Task, run, together
from workflow_scripts.transfer.material import data_of, material, people_of

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    ready_device(smk.threads)
    manifests, folds = ([tables.read(path) for path in paths] for paths in (smk.input.manifests, smk.input.folds))
    rows = [chosen(manifest, spec["emotions"]) for manifest in manifests]
    target = material(spec, manifests[1], smk.input.target_layers)
    source = material(spec, manifests[0], smk.input.source_layers) if spec["condition"] == "joint" else None
    begun = Begun(smk.input.begun[0], spec, target) if smk.input.begun else None
    updates = _updates(smk.input.equalled)
    tasks = []
    both = splits.pairs(spec["protocol"], spec["shared"], tuple(rows), tuple(folds), int(spec["seed"]) - 1)
    for first, second in both:
        training, heard = target.examples(second.train), target.people(second.train)
        if source is not None:
            training = together(source.examples(first.train), training)
        if spec["condition"] != "equal-updates":
            heard |= people_of(rows[0], first.train)
        tensors = begun.tensors(first.fold) if begun else {}
        if spec["head"] == "fresh":
            tensors = {name: own for name, own in tensors.items() if not name.startswith("head.")}
        validation = target.examples(second.validation) if second.validation else None
        tasks.append(Task(second.fold, training, validation, second.test, heard, tensors, updates.get(second.fold)))
    files = [*smk.input.source_layers, *smk.input.target_layers, *smk.input.begun, *smk.input.equalled]
    data = data_of(*rows, *folds, files=files)
    run(spec, tasks, target, data, smk.output, [spec["source"], spec["target"]])


def _updates(curves: Sequence[str]) -> dict[int, int]:
    """{fold of the target: updates that both stages took}, from the curves of both; {} where none are given."""
    if not curves:
        return {}
    first, second = (tables.read(path).groupby("fold")["updates"].max() for path in curves)
    whole = first.get(splits.WHOLE)
    return {int(fold): int(own + (whole if whole is not None else first[fold])) for fold, own in second.items()}


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
