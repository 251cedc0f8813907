"""What paper 1 prints or says of transfer, in words beside this study's rows."""

from collections.abc import Sequence

import pandas as pd

from workflow_scripts.summaries.papers import PRINTED
from workflow_scripts.summaries.transfer_cells import Facts
from workflow_scripts.summaries.transfer_comparisons import baselines, joined, weighted_sums

BASELINE, WEIGHTED_SUM, PEFT = "baseline", "weighted_sum", "PEFT"  # methods as the table of printed figures names them
DIRECTION = "after two stages, direction not certain"


class Printed:
    """The printed accuracies of two-stage training, by this study's names.

    Args:
        printed: resources/published/paper1.csv.
        datasets: facts by name; only RAVDESS has printed figures.
        tuners: facts by variant, which say what the paper would call it.
    """

    def __init__(self, printed: pd.DataFrame, datasets: Facts, tuners: Facts) -> None:
        rows = printed[(printed["metric"] == "accuracy_pct") & (printed["source_domain"] != "none")]
        self._of = {
            (model, str(row.method)): str(row.value) for row in rows.itertuples() for model in PRINTED[row.model]
        }
        self._datasets = datasets
        self._methods = (
            dict.fromkeys(baselines(tuners), BASELINE)
            | dict.fromkeys(weighted_sums(tuners), WEIGHTED_SUM)
            | dict.fromkeys(joined(tuners), PEFT)
        )

    def level(self, target: str, model: str, tuner: str) -> str:
        """The printed accuracy of a model and tuner, or ""."""
        return self.levels(target, model, [tuner])

    def levels(self, target: str, model: str, tuners: Sequence[str]) -> str:
        """The printed accuracies of a model by several tuners, or "" where one is not printed."""
        methods = [self._methods.get(tuner, "") for tuner in tuners]
        found = [self._of.get((model, method), "") for method in methods]
        if not all(found) or not self._datasets[target]["corpus"].startswith("ravdess-"):
            return ""
        words = ", ".join(f"{method.replace('_', ' ')} {value} %" for method, value in zip(methods, found, strict=True))
        return f"{words} ({DIRECTION})"
