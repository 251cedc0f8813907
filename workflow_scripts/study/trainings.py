"""The trainings of a study: every cell of the grid, and the stages that its cells share."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from workflow_scripts import corpora
from workflow_scripts.study.config.transfer import Grid
from workflow_scripts.study.names import Names

PLAIN, WHOLE, SHUFFLED = "plain", "whole", "shuffled"
TWO_STAGES = ("two-stage", "shuffled-source")


@dataclass(frozen=True)
class Stage:
    """Training on one dataset alone, from the pretrained network.

    Attributes:
        labels: name of the set of emotions that are told apart, see `labels_of`.
        training: plain; whole: no speaker of the dataset is held out, since its target has others; shuffled: the
            labels are shuffled within speaker; shuffled-whole.
    """

    labels: str
    dataset: str
    model: str
    tuner: str
    training: str
    protocol: str
    seed: int

    @property
    def folder(self) -> str:
        """Where its results lie."""
        *axes, seed = astuple(self)
        return f"results/transfer/stages/{'/'.join(axes)}/seed_{seed}"


@dataclass(frozen=True)
class Cell:
    """One training of the grid as it is compared: what was trained on what, in which order, tested on the target."""

    source: str
    target: str
    model: str
    tuner: str
    condition: str
    protocol: str
    seed: int

    @property
    def folder(self) -> str:
        """Where its results lie; a direct cell has none of its own, it is a stage."""
        source, target, *axes, seed = astuple(self)
        return f"results/transfer/{source}_to_{target}/{'/'.join(axes)}/seed_{seed}"


def labels_of(names: Names, source: str, target: str) -> str:
    """Name of the emotions that a pair of datasets has in common: these, joined by '+'."""
    return "+".join(names.common_emotions(source, target))


def cells(names: Names) -> list[Cell]:
    """All cells of the grid, each once, in the order of its entries."""
    settings = names.study.transfer
    every = (cell for entry in (settings.grid if settings else ()) for cell in _cells(names, entry))
    return list(dict.fromkeys(every))


def _cells(names: Names, entry: Grid) -> Iterator[Cell]:
    settings = names.study.transfer
    assert settings is not None, "nothing is trained without a section `transfer`"
    pairs = [tuple(pair) for pair in names.study.pairs]
    both_ways = [way for pair in pairs for way in (pair, pair[::-1])]
    protocols = entry.protocols or [name for name in ("strict", "paper1") if name in names.study.protocols]
    for source, target in map(tuple, entry.directions) if entry.directions else both_ways:
        for model in entry.models or names.networks:
            for tuner in entry.tuners or settings.tuners:
                for condition in entry.conditions:
                    for protocol in protocols:
                        for seed in range(1, entry.seeds + 1):
                            yield Cell(source, target, model, tuner, condition, protocol, seed)


def stage_of(names: Names, cell: Cell) -> Stage | None:
    """The stage that a cell is (direct), tests (source-only) or goes on from; None where it begins anew."""
    if cell.condition in ("joint", "equal-updates"):
        return None
    dataset = cell.target if cell.condition == "direct" else cell.source
    training = [SHUFFLED] if cell.condition == "shuffled-source" else []
    if cell.condition != "direct" and cell.protocol == "strict" and not share_speakers(names, cell):
        training.append(WHOLE)
    labels = labels_of(names, cell.source, cell.target)
    return Stage(labels, dataset, cell.model, cell.tuner, "-".join(training) or PLAIN, cell.protocol, cell.seed)


def equalled(cell: Cell) -> Cell:
    """The two-stage cell whose updates an equal-updates cell has."""
    return Cell(cell.source, cell.target, cell.model, cell.tuner, "two-stage", cell.protocol, cell.seed)


def stages(names: Names) -> list[Stage]:
    """All stages that the cells need, each once."""
    needed = [stage_of(names, cell) for cell in trained(names)]
    return list(dict.fromkeys(stage for stage in needed if stage))


def trained(names: Names) -> list[Cell]:
    """The cells, and the two-stage ones that only lend their number of updates."""
    every = cells(names)
    lent = [equalled(cell) for cell in every if cell.condition == "equal-updates"]
    return list(dict.fromkeys([*every, *lent]))


def predictions_of(names: Names, cell: Cell) -> str:
    """File of a cell's predictions."""
    stage = stage_of(names, cell) if cell.condition == "direct" else None
    return f"{(stage or cell).folder}/predictions.parquet"


def share_speakers(names: Names, cell: Cell) -> bool:
    """Whether source and target are of one pool of speakers."""
    pools = [
        corpora.pool_of(names.corpus(dataset), dataset, names.options(dataset))
        for dataset in (cell.source, cell.target)
    ]
    return pools[0] == pools[1]
