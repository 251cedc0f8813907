"""Which acoustic features tell each emotion of a dataset: SHAP values of held-out clips."""

from typing import TYPE_CHECKING

from workflow_scripts.figures import explanation_shap, files
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    shap = {tables.about(path)["emotion"]: tables.read(path) for path in smk.input.shap}
    features, importance = tables.read(smk.input.features), tables.read(smk.input.importance)
    frame = explanation_shap.data(shap, features, importance, spec["dataset"], spec["features"])
    figure = explanation_shap.draw(frame, spec["facts"])
    files.write(figure, frame, smk.output.svg, smk.output.png, smk.output.csv)


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
