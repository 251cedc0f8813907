"""Figures of one dataset: layer curves, recall by emotion and by speaker, confusions; from the tables of the study."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import confusion, files, layer_curves, recall_by_emotion, recall_by_speaker
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    dataset, facts, models = spec["dataset"], spec["facts"], spec["models"]
    scores, layers, best, counts = (
        tables.read(path) for path in (smk.input.scores, smk.input.layers, smk.input.best, smk.input.confusion)
    )
    curve = layer_curves.data(layers, dataset, models)
    by_emotion = recall_by_emotion.data(scores, layers, dataset, models)
    by_speaker = recall_by_speaker.data(best, dataset, models)
    cells = confusion.data(counts, dataset, models)
    # in the order of the rule's PNG and CSV files
    drawn = [
        (layer_curves.draw(curve, facts), curve, smk.output.layer_curves),
        (recall_by_emotion.draw(by_emotion, facts, models), by_emotion, smk.output.recall_by_emotion),
        (recall_by_speaker.draw(by_speaker, facts), by_speaker, smk.output.recall_by_speaker),
        (confusion.draw(cells, facts), cells, smk.output.confusion),
    ]
    for (figure, frame, svg), png, csv in zip(drawn, smk.output.png, smk.output.csv, strict=True):
        files.write(figure, frame, svg, png, csv, smk.output.pdf if svg == smk.output.layer_curves else "")


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
