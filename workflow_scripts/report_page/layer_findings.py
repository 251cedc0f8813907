"""What the section on layers says of a dataset and of a pair, in sentences."""

from typing import Any

import pandas as pd

from workflow_scripts.report_page.study import ALPHA, Study, best_network, called
from workflow_scripts.report_page.words import listed, p_in_words, per_cent, points, spans
from workflow_scripts.statistics.corrections import holm
from workflow_scripts.summaries.audit import LEAK
from workflow_scripts.summaries.roles import acoustic_sets, elsewhere, networks
from workflow_scripts.summaries.select import INSIDE, LAST, ON_TEST, ONLY, headline_of, scope


def of_dataset(study: Study, dataset: str) -> list[str]:
    """Sentences on one dataset: best network, its layers, its controls, what leaks are worth, its emotions."""
    top = best_network(study, dataset)
    if top is None:
        return []
    found = [highest(study, top), acoustics_above(study, top), layer_set(study, top), *controls(study, top)]
    found += [leaks_worth(study, top), emotions(study, top)]
    return [sentence for sentence in found if sentence]


def of_pair(study: Study, source: str, target: str) -> str:
    """Trained on one dataset and tested on the other, for the network that is best within the target."""
    top = best_network(study, target)
    if top is None or study.tables["cross"].empty:
        return ""
    cross = study.tables["cross"]
    rows = cross[
        (cross["source"] == source)
        & (cross["dataset"] == target)
        & (cross["model"] == top["model"])
        & (cross["protocol"] == top["protocol"])
        & (cross["probe"] == top["probe"])
        & (cross["pooling"] == top["pooling"])
        & (cross["metric"] == "UAR")
        & (cross["condition"] == "all")
        & (cross["null_run"] == 0)
        & (cross["repeat"] == -1)
        & (cross["speaker"] == "")
    ]
    if rows.empty:
        return ""
    across = [
        f"{per_cent(row.value, row.low, row.high)} ({_normalised(row.speaker_normalisation)})"
        for row in rows.itertuples()
    ]
    within = per_cent(top["value"], top["low"], top["high"])
    return (
        f"Trained on {source} and tested on {target}, {called(study, top['model'])} reaches UAR "
        f"{listed(across)}, against {within} "
        f"when trained on {target} itself ({_normalised(top['speaker_normalisation'])})."
    )


def highest(study: Study, top: "pd.Series[Any]") -> str:
    """Which network scores highest, with its interval; or that none is told from chance."""
    score, chance = per_cent(top["value"], top["low"], top["high"]), per_cent(float(top["chance"]))
    present = set(study.tables["best"]["model"])
    several = sum(name in present for name in networks(study.models)) > 1
    name = called(study, top["model"])
    if not top["p"] <= ALPHA:
        subject = f"no {_any_of(study)} tells the emotions" if several else f"{name} does not tell the emotions"
        of = f"the highest, {name}, reaches" if several else "it reaches"
        return (
            f"In {top['dataset']}, {subject} from chance: {of} UAR {score} (chance {chance}, {p_in_words(top['p'])})."
        )
    layers = "" if top["choice"] == ONLY else f", layer {_chosen(top)}"
    rank = f"scores highest of the {_any_of(study)}s" if several else "knows the emotion"
    return (
        f"In {top['dataset']}, {name} {rank}: UAR {score}, {top['n_speakers']} speakers, "
        f"{top['protocol']}{layers} (chance {chance})."
    )


def acoustics_above(study: Study, top: "pd.Series[Any]") -> str:
    """Acoustic features that score higher than the highest network."""
    best = study.tables["best"]
    own = best[(best["dataset"] == top["dataset"]) & best["model"].isin(acoustic_sets(study.models))]
    rows = headline_of(own, top["protocol"])
    rows = rows[(rows["value"] > top["value"]) & (rows["model"] != top["model"])]
    each = [f"{row.model} ({per_cent(row.value, row.low, row.high)})" for row in rows.itertuples()]
    return f"Acoustic features score higher than any {_any_of(study)}: {listed(each)}." if each else ""


def _any_of(study: Study) -> str:
    """What the models are called that are ranked: network, or model where some are vectors made elsewhere."""
    return "model" if elsewhere(study.models) else "network"


def _chosen(top: "pd.Series[Any]") -> str:
    how = {
        INSIDE: "chosen inside the training speakers",
        ON_TEST: "chosen on test",
        LAST: "the last analysed",
    }
    return f"{top['layer']} {how[top['choice']]}"


def layer_set(study: Study, top: "pd.Series[Any]") -> str:
    """The best layer of the curve with those that cannot be told from it."""
    layers = study.tables["layers"]
    curve = layers[
        (layers["dataset"] == top["dataset"])
        & (layers["model"] == top["model"])
        & (layers["protocol"] == top["protocol"])
        & layers["headline"]
        & (layers["condition"] == "all")
    ].sort_values("position")
    if len(curve) < 2 or not curve["among_best"].any():
        return ""
    order, best = list(curve["layer"]), curve.loc[curve["best"], "layer"].iloc[0]
    same = [layer for layer in curve.loc[curve["among_best"], "layer"] if layer != best]
    n, smallest = int(curve["n_speakers"].max()), float(curve["smallest_p"].max())
    curve_of = f"The curve of {called(study, top['model'])}"
    if smallest > ALPHA:
        return (
            f"{curve_of} is highest at layer {best}, but {n} speakers cannot tell layers apart (smallest p "
            f"{smallest:.3g})."
        )
    if len(same) == len(order) - 1:
        return f"{curve_of} is highest at layer {best}, which is not distinguishable from any other layer."
    if not same:
        return f"{curve_of} is highest at layer {best}, and every other layer is lower beyond chance."
    are = "is" if len(same) == 1 else "are"
    return (
        f"{curve_of} is highest at layer {best}; of the others, {spans(same, order)} {are} not distinguishable from it."
    )


def controls(study: Study, top: "pd.Series[Any]") -> list[str]:
    """The network against acoustic features and its untrained control, paired over speakers."""
    table = study.tables["comparisons"]
    rows = table[(table["dataset"] == top["dataset"]) & (table["model"] == top["model"])]
    return [_against(row, len(table), reachable(table["p"], row.Index, row.smallest_p)) for row in rows.itertuples()]


def reachable(p: "pd.Series[float]", place: int, smallest: float) -> float:
    """The smallest corrected p that one comparison can have beside the others as they are.

    Args:
        p: of all comparisons that are corrected together (Holm).
        place: index of the comparison.
        smallest: its smallest p before correction.
    """
    best_case = p.astype(float).mask(p.index == place, smallest)
    return float(pd.Series(holm(best_case), index=p.index)[place])


def _against(row: Any, family: int, smallest: float) -> str:
    """One comparison of a family of so many; `smallest` is the smallest corrected p that it can have."""
    difference = points(row.difference, row.low, row.high)
    apart = row.low > 0 or row.high < 0
    if smallest > ALPHA:
        limit = f"with {row.n_speakers} speakers (smallest {p_in_words(smallest)} after Holm over {family} comparisons)"
        said = f"Against {row.against} ({row.role}) the difference is {difference}"
        if apart:
            return f"{said}: its interval leaves out 0, but its p cannot reach significance {limit}."
        return f"{said}: it cannot reach significance {limit}."
    corrected = f"{p_in_words(row.p_adjusted)} after Holm over {family} comparisons, {row.n_speakers} speakers"
    if row.p <= ALPHA < row.p_adjusted:
        alone = f"{p_in_words(row.p)} alone"
        return f"Against {row.against} ({row.role}) the difference is {difference}: {corrected} ({alone})."
    if row.p_adjusted > ALPHA:
        but = ", though the interval leaves out 0" if apart else ""
        return f"It is not distinguishable from {row.against} ({row.role}): {difference}, {corrected}{but}."
    side = "above" if row.difference > 0 else "below"
    return f"It lies {side} {row.against} ({row.role}): {difference}, {corrected}."


def leaks_worth(study: Study, top: "pd.Series[Any]") -> str:
    """The same network as published, and what leaks there."""
    best = study.tables["best"]
    rows = headline_of(best[(best["dataset"] == top["dataset"]) & (best["model"] == top["model"])], "paper1")
    if rows.empty or top["protocol"] != "strict":
        return ""
    row = rows.iloc[0]
    audit = study.audit
    leaks = audit[
        (audit["topic"] == LEAK)
        & (audit["protocol"] == "paper1")
        & (audit["source"] == top["dataset"])
        & (audit["target"] == top["dataset"])
        & (audit["count"] > 0)
    ]
    words = {"speakers": "of the test speakers are heard in training", "twins": "of the test clips have a twin there",
             "equal audio": "of the test clips lie there under another name"}  # fmt: skip
    shared = [f"{per_cent(leak.value)} {words[leak.what]}" for leak in leaks.itertuples() if leak.value >= 0.005]
    because = f"; there {listed(shared)}" if shared else ""
    score = per_cent(row["value"], row["low"], row["high"])
    published, strict = (scope(best, str(top["dataset"]), protocol) for protocol in ("paper1", "strict"))
    if published != strict:
        (some, speakers), (others, held_out) = published, strict
        return (
            f"As published (paper1) the task is another: {len(some)} emotions of {speakers} speakers, under strict "
            f"{len(others)} of {held_out}, so that the scores cannot be set against each other; the same network "
            f"reads UAR {score}{because}."
        )
    return (
        f"As published (paper1) the same network reads UAR {score}, {points(row['value'] - top['value'])} "
        "against strict"
        f"{because}."
    )


def emotions(study: Study, top: "pd.Series[Any]") -> str:
    """The emotions with the highest and the lowest recall."""
    best = study.tables["best"]
    rows = best[
        (best["dataset"] == top["dataset"])
        & (best["source"] == top["dataset"])
        & (best["model"] == top["model"])
        & (best["protocol"] == top["protocol"])
        & best["headline"]
        & (best["metric"] == "recall")
        & (best["condition"] == "all")
        & (best["null_run"] == 0)
        & (best["repeat"] == -1)
    ]
    if len(rows) < 2 or not top["p"] <= ALPHA:
        return ""
    high, low = rows.loc[rows["value"].idxmax()], rows.loc[rows["value"].idxmin()]
    one, other = (f"{row['emotion']} ({per_cent(row['value'], row['low'], row['high'])})" for row in (high, low))
    return f"Recall is highest for {one} and lowest for {other}."


def _normalised(form: str) -> str:
    return "no speaker normalisation" if form == "none" else f"speaker normalisation {form}"
