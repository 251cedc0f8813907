"""Tables of transfer over all directions: claims, tuners and protocols compared, what was trained, how often."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workflow_scripts.report_page import transfer_rows as select
from workflow_scripts.report_page.front_rules import judged
from workflow_scripts.report_page.grid import Cell, Grid, cell, grid
from workflow_scripts.report_page.results import p_cell, score
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_results import difference, sizes
from workflow_scripts.report_page.transfer_words import of_claim
from workflow_scripts.report_page.words import listed, points
from workflow_scripts.summaries.transfer_bias import SPREAD
from workflow_scripts.summaries.transfer_claims import NO_VERDICT
from workflow_scripts.summaries.transfer_claims_compared import LEVEL_ITSELF
from workflow_scripts.summaries.transfer_comparisons import CONDITIONS
from workflow_scripts.summaries.transfer_printed import DIRECTION
from workflow_scripts.summaries.transfer_verdicts import CANNOT, LEVEL, NOT_TOLD

CORRELATION, BIAS, LEVELS = 7, 8, 9
NAN = float("nan")


def claims(study: Study) -> list[Grid]:
    """One table a claim: paper / as published / strict / verdict with interval."""
    table = study.transfer["claims"]
    return [_claim(own) for _, own in table.groupby("claim", sort=False)]


def claims_in_short(study: Study) -> Grid:
    """One row a claim: in how many figures it is told as published and strict, and what follows."""
    lines = []
    for claim, rows in study.transfer["claims"].groupby("claim", sort=False):
        verdict, sides = judged(int(str(claim)), rows)
        figures = rows[~rows["quantity"].str.startswith("share of")]  # which counts the others
        published = [_is_told(said) for said in figures["as_published_verdict"] if said not in ("", LEVEL_ITSELF)]
        lines.append(
            {
                "claim": f"{claim}. {rows['sentence'].iloc[0]}",
                "published": f"{sum(published)} of {len(published)}" if published else "–",
                "strict": f"for it {sides.count(1)}, against it {sides.count(-1)}, not told {sides.count(0)}",
                "verdict": verdict,
            }
        )
    return grid(
        pd.DataFrame(lines),
        "Paper 1's claims on transfer (1, 2 and 6 are on layers and distances): how many figures of this study tell "
        "anything, after correction",
        {
            "paper 1 says": lambda row: cell(row.claim),
            "told as published": lambda row: cell(row.published),
            "strict": lambda row: cell(row.strict),
            "verdict, strict": lambda row: cell(row.verdict),
        },
    )


def _claim(rows: pd.DataFrame) -> Grid:
    row = rows.iloc[0]
    families, speakers = set(rows["family"]) - {""}, set(rows["n_speakers"]) - {0}
    if len(families) == 1:  # a row without p, such as a count of the others, would keep them from the caption
        rows = rows.assign(family=families.pop())
    if len(speakers) == 1:
        rows = rows.assign(n_speakers=speakers.pop())
    printed = f"; paper: {DIRECTION}" if rows["paper"].str.contains(DIRECTION).any() else ""
    return grid(
        rows,
        f"Claim {row['claim']}: {row['sentence'][0].lower()}{row['sentence'][1:]}; grey: not told from "
        f"{'chance or 0' if row['claim'] == BIAS else '0'}{printed}",
        {
            "what": lambda row: cell(row.quantity),
            "of": lambda row: cell("–" if not row.model else "all trainings" if row.model == "all" else of_claim(row)),
            "paper": lambda row: cell(row.paper.replace(f" ({DIRECTION})", "")),
            "as published": lambda row: _figure(
                row, row.as_published, (row.as_published_low, row.as_published_high), _is_told(row.as_published_verdict)
            ),
            "strict": lambda row: score(row.strict, NAN, NAN) if row.claim == LEVELS else _judged(row),
            "difference": lambda row: _judged(row) if row.claim == LEVELS else cell(NAN),
            "p (Holm)": lambda row: p_cell(row.p_adjusted),
            "verdict": lambda row: cell("; ".join(filter(None, [row.verdict, row.why_not]))),
            "verdict as published": lambda row: cell(row.as_published_verdict),
            "corrected over": lambda row: cell(row.family),
            "speakers": lambda row: cell(str(row.n_speakers or "")),
            "emotions": lambda row: cell(str(row.n_emotions or "")),
            "remark": lambda row: cell(row.note),
        },
        ("what", "paper", "corrected over", "speakers", "emotions", "remark"),
    )


def _is_told(verdict: str) -> bool:
    """Whether a verdict says which side is better; as published, it is all that holds the correction."""
    return bool(verdict) and not verdict.startswith((NOT_TOLD, CANNOT, NO_VERDICT))


def _judged(row: Any) -> Cell:
    return _figure(row, row.value, (row.low, row.high), bool(row.p_adjusted <= LEVEL))


def _figure(row: Any, value: float, ends: tuple[float, float], told: bool) -> Cell:
    """A figure of a claim in its own unit: a correlation, a share, a level, or a difference in points."""
    if pd.isna(value):
        return cell(value)
    if row.claim == CORRELATION:
        return cell(value, f"{value:+.2f}", "" if told else "quiet")
    if row.quantity == SPREAD:
        return score(value, *ends, "" if told else "quiet")
    level = row.as_published_verdict == LEVEL_ITSELF and value == row.as_published
    if level or row.quantity.startswith("share of"):
        return score(value, *ends)
    return cell(value, points(value, *ends).replace(" points", ""), "" if told else "quiet")


def compared(study: Study) -> Grid:
    """Tuners, class weights and protocols compared, one row each."""
    table = study.transfer["comparisons"]
    rows = table[table["question"] != CONDITIONS]
    return grid(
        rows.assign(value=rows["difference"]),
        "Tuners and protocols compared, all else the same; [95 % intervals] are not corrected, p is; grey: cannot be "
        "told apart",
        {
            "compared": lambda row: cell(f"{row.one} less {row.other}"),
            "network": lambda row: cell(row.model),
            "tuner": lambda row: cell("" if row.question == "tuners" else row.tuner),
            "condition": lambda row: cell(row.condition),
            "datasets": lambda row: cell(f"{row.source} to {row.target}" if row.source else row.target),
            "protocol": lambda row: cell("–" if row.question == "protocols" else row.protocol),
            "metric": lambda row: cell(row.metric),
            "difference": difference,
            "p (Holm)": lambda row: p_cell(row.p_adjusted),
            "smallest reachable": lambda row: p_cell(row.smallest_p_adjusted),
            "verdict": lambda row: cell(row.verdict),
            "n": lambda row: cell(row.n_clips, sizes(row)),
            "remark": lambda row: cell(row.note),
        },
        ("metric", "smallest reachable", "n", "remark"),
    )


def variants(study: Study) -> Grid:
    """What was trained: parts with their options, settings, and where they come from."""
    rows = [
        {"variant": name, "parts": facts["parts"], "sources": facts["sources"], **facts["training"]}
        for name, facts in select.variants(study).items()
        if name in set(study.transfer["scores"]["tuner"])
    ]
    return grid(
        pd.DataFrame(rows),
        "What was trained",
        {
            "variant": lambda row: cell(row.variant),
            "parts": lambda row: cell(listed([part_words(name, options) for name, options in row.parts])),
            "learning rate": lambda row: cell(row.learning_rate),
            "weight decay": lambda row: cell(row.weight_decay),
            "epochs at most": lambda row: cell(row.epochs),
            "patience": lambda row: cell(row.patience),
            "clips an update": lambda row: cell(row.batch_clips),
            "class weights": lambda row: cell("yes" if row.class_weights else "no"),
            "head of the second stage": lambda row: cell("kept" if row.head == "keep" else "fresh"),
            "precision": lambda row: cell(row.precision),
            "SpecAugment": lambda row: cell("yes" if row.spec_augment else "no"),
            "LayerDrop": lambda row: cell(row.layer_drop),
            "where options and rates come from": lambda row: cell(
                "; ".join(f"{name}: {text}" for name, text in row.sources.items())
            ),
        },
        ("weight decay", "patience", "clips an update", "class weights", "head of the second stage", "precision",
         "SpecAugment", "LayerDrop"),
    )  # fmt: skip


def part_words(name: str, options: Mapping[str, Any]) -> str:
    """'lora (rank 8, alpha 16, targets q k v)'."""
    said = [
        f"{key} {' '.join(map(str, value)) if isinstance(value, list) else value}" for key, value in options.items()
    ]
    return f"{name} ({', '.join(said)})" if said else name


def trainings(study: Study) -> Grid:
    """How many trainings were made, how long they took, and how many early stopping did not end."""
    table = select.jobs(study)
    late = set(select.unfinished(study).index)
    table = table.assign(late=table.index.isin(late))
    keys = ["model", "tuner", "protocol"]
    rows = table.groupby(keys, sort=False).agg(
        trainings=("epoch", "size"), epochs=("epoch", "mean"), kept=("kept", "mean"), updates=("updates", "mean"),
        seconds=("seconds", "sum"), late=("late", "sum"),
    )  # fmt: skip
    return grid(
        rows.reset_index(),
        f"Trainings: {len(table)} in all, each of one fold; the first stages that several trainings share count once",
        {
            "network": lambda row: cell(row.model),
            "tuner": lambda row: cell(row.tuner),
            "protocol": lambda row: cell(row.protocol),
            "trainings": lambda row: cell(int(row.trainings)),
            "epochs taken (mean)": lambda row: cell(row.epochs, f"{row.epochs:.1f}"),
            "epoch kept (mean)": lambda row: cell(row.kept, None if pd.isna(row.kept) else f"{row.kept:.1f}"),
            "updates (mean)": lambda row: cell(row.updates, f"{row.updates:.0f}"),
            "not ended by early stopping": lambda row: cell(
                int(row.late) if row.protocol == "strict" else float("nan")
            ),
            "minutes in all": lambda row: cell(row.seconds, f"{row.seconds / 60:.1f}"),
        },
    )
