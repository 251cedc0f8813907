"""Paper 1's claims on transfer: what it prints, this study as published, this study strict, and a verdict."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.statistics.corrections import holm
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries import transfer_claims_compared as compared
from workflow_scripts.summaries.transfer_bias import bias
from workflow_scripts.summaries.transfer_cells import Facts, cells
from workflow_scripts.summaries.transfer_distances import distance_and_transfer
from workflow_scripts.summaries.transfer_gains import gains
from workflow_scripts.summaries.transfer_printed import Printed
from workflow_scripts.summaries.transfer_verdicts import corrected, count, verdict

Row = dict[str, Any]

CLAIMS = {
    3: "Training in two stages is always better than training on the target alone",
    4: "Parameter-efficient tuning is better than the baseline and the weighted sum",
    5: "Speech networks gain more from song than a music network from speech",
    7: "Emotions whose speech and song lie near each other transfer better",
    8: "Networks are biased: some emotions are recognised better than others",
    9: "The published level is inflated by the clip-level split",
}
WHY_NOT = {
    3: "no training ran both two-stage and direct on the same dataset",
    4: "no variant that joins parts ran beside the baseline or the weighted sum",
    9: "no training ran under two protocols",
}
_BY_TYPE = {"str": "", "int": 0, "float": np.nan}
BLANK = {name: _BY_TYPE[kind] for name, (kind, _) in TABLES["transfer_claims"].items()}
NO_VERDICT = "cannot be judged"


def transfer_claims(
    predictions: pd.DataFrame,
    comparisons: pd.DataFrame,
    ranking: pd.DataFrame | None,
    manifests: Mapping[str, pd.DataFrame],
    printed: pd.DataFrame,
    facts: Mapping[str, Facts],
    seed: int,
) -> pd.DataFrame:
    """The columns of the table transfer_claims, in the order of the claims; each claim has at least one row.

    Args:
        predictions: the tables `transfer_predictions` of all trainings, one below another.
        comparisons: table transfer_comparisons.
        ranking: table distance_ranking, or None.
        manifests: of every dataset of the trainings.
        printed: resources/published/paper1.csv.
        facts: models, datasets and tuners, each by name.
        seed: of the study.
    """
    found, tuners = cells(predictions), facts["tuners"]
    paper = Printed(printed, facts["datasets"], tuners)
    pools = {name: str(manifest["pool"].iloc[0]) for name, manifest in manifests.items()}
    of_claim = {
        3: compared.two_stage(comparisons, paper),
        4: compared.peft(comparisons, tuners, paper),
        5: _judged(gains(found, facts["models"], facts["datasets"], pools, seed)),
        7: _judged(distance_and_transfer(found, ranking, manifests, facts["models"], seed)),
        8: _judged(bias(found, tuners, seed)),
        9: compared.inflated(comparisons, paper),
    }
    rows = []
    for claim, made in of_claim.items():
        nothing = {"claim": claim, "verdict": NO_VERDICT, "why_not": WHY_NOT.get(claim, "")}
        rows += [{"value": row.get("strict", np.nan), **row, "sentence": CLAIMS[claim]} for row in [*made] or [nothing]]
    return pd.DataFrame({name: [row.get(name, blank) for row in rows] for name, blank in BLANK.items()})


def _judged(made: Iterator[Row]) -> list[Row]:
    """Rows of a claim with p corrected within the families that they name, and verdicts."""
    rows = [*made]
    table = pd.DataFrame(rows).reindex(columns=["p", "smallest_p", "as_published_p"])
    families = pd.Series([row.get("family", "") for row in rows])
    done = corrected(table.astype({"p": float, "smallest_p": float}), families)
    published = table["as_published_p"].astype(float).groupby(families).transform(lambda p: holm(p.to_numpy()))
    return [
        _with_verdict(row, one, float(other))
        for row, one, other in zip(rows, done.to_dict("records"), published, strict=True)
    ]


def _with_verdict(row: Row, figures: Row, published_p: float) -> Row:
    if not np.isnan(published_p):
        told = verdict(row["words"], row["as_published"], published_p, (0.0, 0.0), "")
        row = row | {"as_published_verdict": told}
    if row.get("why_not"):
        return row | {"verdict": NO_VERDICT}
    units = count(row.get(f"n_{row['unit']}s", 0), row["unit"])
    said = {"p_adjusted": figures["p_adjusted"], "family": figures["family"] if pd.notna(row.get("p")) else ""}
    if "n_speakers" in row or "n_emotions" in row:
        reachable = (figures["smallest_p"], figures["smallest_p_adjusted"])
        value = row.get("strict", np.nan)
        said["verdict"] = verdict(row["words"], value, figures["p_adjusted"], reachable, units)
        if said["verdict"].startswith("cannot be told"):
            said["why_not"] = f"{units}: smallest p {figures['smallest_p']:.2g}"
    else:
        said |= {"verdict": NO_VERDICT, "why_not": "the study has no strict training of it"}
    return row | said
