"""Tables behind the live charts of transfer: differences, scores, recalls, curves; paper 1's claims on it."""

from collections.abc import Callable

import pandas as pd

from workflow_scripts.figures import (
    transfer_bias,
    transfer_claims,
    transfer_curves,
    transfer_differences,
    transfer_grid,
)
from workflow_scripts.figures import transfer_rows as t
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_rows import variants

DIGITS = 3  # of curves, which are many
KEPT = ["direct", "two-stage", "joint"]  # of the curves; controls go like these
Make = Callable[[str, str], pd.DataFrame]


def tables(study: Study) -> dict[str, pd.DataFrame]:
    """Tables by the name that the charts know them by; none where nothing was trained.

    `source` and `target` are a direction throughout, also in rows of trainings on the target alone.
    """
    if not study.trained:
        return {}
    scores, comparisons = study.transfer["scores"], study.transfer["comparisons"]
    models, tuners = study.models, list(variants(study))

    def over_ways(make: Make) -> pd.DataFrame:
        ways = study.trained["directions"]
        return pd.concat(
            [make(source, target).assign(source=source, target=target) for source, target in ways], ignore_index=True
        )

    return {
        "transfer_differences": over_ways(
            lambda source, target: transfer_differences.data(comparisons, source, target, models, tuners)
        ),
        "transfer_grid": over_ways(lambda source, target: transfer_grid.data(scores, source, target, models, tuners)),
        "transfer_recalls": over_ways(lambda source, target: _recalls(study, source, target)),
        "transfer_curves": over_ways(lambda source, target: _curves(study, source, target)),
        "transfer_claims": _claims(study.transfer["claims"]),
    }


def _recalls(study: Study, source: str, target: str) -> pd.DataFrame:
    parts = [
        transfer_bias.data(
            study.transfer["scores"], study.transfer["comparisons"], source, target, study.models,
            list(variants(study)), protocol,
        )
        for protocol in t.PROTOCOLS
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).drop(columns="interval")


def _curves(study: Study, source: str, target: str) -> pd.DataFrame:
    """Of the main protocol alone: they would be a third of the page."""
    curves = study.transfer["curves"]
    protocol = t.main_protocol(curves, source, target)
    rows = transfer_curves.data(curves, source, target, protocol, study.models, list(variants(study)))
    return rows[rows["condition"].isin(KEPT)].round(DIGITS)


def _claims(table: pd.DataFrame) -> pd.DataFrame:
    rows = transfer_claims.data(table)
    return rows.assign(claim=rows["claim"].astype(str) + ". " + rows["sentence"]).drop(columns="sentence")
