"""Figures of one pair of datasets: how far apart it is, emotion by emotion, and what becomes of the order."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import (
    distance_conditions,
    distance_drivers,
    distance_layers,
    distance_matrix,
    distance_ranking,
    files,
)
from workflow_scripts.figures.distance_variants import emotions_in_order
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    models, conditions = spec["models"], spec["conditions"]
    pair, synthetic = (spec["first"], spec["second"]), any(facts["synthetic"] for facts in spec["facts"].values())
    ranking, ranks, agreement, distances, drivers = (
        tables.read(smk.input[name]) for name in ("ranking", "ranks", "agreement", "distances", "drivers")
    )
    emotions = emotions_in_order(ranking, pair)
    order = distance_ranking.data(ranking, ranks, pair, models)
    survival = distance_conditions.data(ranking, ranks, agreement, pair, models, conditions)
    layers = distance_layers.data(ranking, pair, models)
    cells = distance_matrix.data(distances, ranking, pair, models)
    driven = distance_drivers.data(drivers, ranking, pair, models)
    # in the order of the rule's PNG and CSV files
    drawn = {
        "distance_ranking": (distance_ranking.draw(order, pair, synthetic, models), order),
        "distance_conditions": (distance_conditions.draw(survival, pair, synthetic, models, conditions), survival),
        "distance_layers": (distance_layers.draw(layers, pair, synthetic, models), layers),
        "distance_matrix": (distance_matrix.draw(cells, emotions, pair, synthetic, models), cells),
        "distance_drivers": (distance_drivers.draw(driven, pair, synthetic, models), driven),
    }
    for (name, (figure, frame)), png, csv in zip(drawn.items(), smk.output.png, smk.output.csv, strict=True):
        pdf = smk.output.pdf if name == "distance_ranking" else ""
        files.write(figure, frame, smk.output[name], png, csv, pdf)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
