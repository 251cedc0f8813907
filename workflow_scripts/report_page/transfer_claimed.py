"""Paper 1's claims on transfer in sentences: what this study, strict, tells of each."""

import pandas as pd

from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_words import gained, judged, of_claim
from workflow_scripts.report_page.words import per_cent
from workflow_scripts.summaries.transfer_bias import SPREAD
from workflow_scripts.summaries.transfer_distances import GAIN, LOUDNESS, ZERO_SHOT


def sentences(study: Study) -> list[str]:
    """One or more sentences on every claim that the study has figures for, in the order of the claims."""
    first = inflated(study, "paper1", "strict")
    return [*always(study), *peft(study), *gains(study), *near(study), *bias(study), *first]


def more(study: Study) -> list[str]:
    """What stands beside these: which part of the published level the twins contribute, and which the speakers."""
    return [*inflated(study, "paper1", "twins"), *inflated(study, "twins", "strict")]


def always(study: Study) -> list[str]:
    """Claim 3: how often two stages are better."""
    rows = select.picked(select.claimed(study, 3), model="all")
    return [
        f"Paper 1 says that two stages are always better than the target alone. Here, strict: {row.verdict}"
        + (f"; as published: {row.as_published_verdict}." if row.as_published_verdict else ".")
        for row in rows.itertuples()
    ]


def peft(study: Study) -> list[str]:
    """Claim 4: tuners that join parts against the baseline and the weighted sum, after two stages and directly."""
    return _of_trainings(
        select.claimed(study, 4),
        "Tuners that join several parts scored higher than one frozen layer or the weighted sum in {who}",
        "Tuners that join several parts scored lower than one frozen layer or the weighted sum in {who}",
        "Whether tuners that join several parts are better than one frozen layer or the weighted sum cannot be told in "
        "{who}",
    )


def gains(study: Study) -> list[str]:
    """Claim 5: speech networks against a music network."""
    return _of_trainings(
        select.claimed(study, 5),
        "Speech networks gained more from song than a music network from speech in {who}",
        "Speech networks gained less from song than a music network from speech in {who}",
        "Whether speech networks gain more from song than a music network from speech cannot be told in {who}",
    )


def near(study: Study) -> list[str]:
    """Claim 7: distance and transfer, over emotions; with loudness held constant it is the same question again."""
    found = []
    unaided = "were recognised better without any training on the target"
    for outcome, given, better in (
        (ZERO_SHOT, "", unaided),
        (ZERO_SHOT + LOUDNESS, ", given how much louder one dataset is,", unaided),
        (GAIN, "", "gained more in recall by a first stage"),
    ):
        found += judged(
            select.near_and_far(study, outcome),
            f"Emotions whose datasets lie farther apart{given} {better} in {{who}}",
            f"Emotions whose datasets lie nearer{given} {better} in {{who}}",
            f"Whether emotions whose datasets lie nearer{given} {better} cannot be told in {{who}}",
            lambda row: f"rank correlation {row.value:+.2f}",
            of_claim,
            "correlation",
        )
    return found


def bias(study: Study) -> list[str]:
    """Claim 8: whether recalls differ between emotions, and whether a first stage or class weights lessen that."""
    rows = select.claimed(study, 8)
    found = judged(
        rows[rows["quantity"] == SPREAD],
        "Some emotions are recognised better than others, beyond chance, in {who}",
        "",
        "Whether some emotions are recognised better than others cannot be told in {who}",
        lambda row: f"SD over emotions {per_cent(row.value, row.low, row.high)}",
        of_claim,
    )
    changes = rows[rows["quantity"] != SPREAD]
    stages = changes["quantity"].str.endswith("two-stage less direct")
    for what, own in (("A first stage", changes[stages]), ("Class weights", changes[~stages])):
        found += _of_trainings(
            own,
            f"{what} made recalls less even over emotions in {{who}}",
            f"{what} made recalls more even over emotions in {{who}}",
            f"Whether recalls are more even with {what.lower()} cannot be told in {{who}}",
        )
    return found


def inflated(study: Study, one: str, other: str) -> list[str]:
    """Claim 9: the levels of two protocols, on the same speakers."""
    rows = select.claimed(study, 9)
    return judged(
        rows[rows["quantity"] == f"WA of {one} less {other}"],
        f"Under {one} WA reads higher than under {other} in {{who}}",
        f"Under {one} WA reads lower than under {other} in {{who}}",
        f"Whether WA reads higher under {one} than under {other} cannot be told in {{who}}",
        gained,
        of_claim,
    )


def _of_trainings(rows: pd.DataFrame, above: str, below: str, unknown: str) -> list[str]:
    return judged(rows, above, below, unknown, gained, of_claim, "comparison")
