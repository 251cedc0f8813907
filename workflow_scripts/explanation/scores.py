"""Scores of held-out decisions, emotion or not: UAR, F1 of the emotion, WA, over speakers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from workflow_scripts.statistics import metrics, permutation
from workflow_scripts.statistics.intervals import Metric, over_speakers, pseudo_values

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Rows = list[dict[str, Any]]


def f1_of_emotion(tables: npt.ArrayLike) -> Floats:
    """F1 of the positive class; (..., 2, 2) -> (...)."""
    return np.asarray(metrics.f1(tables)[..., 1])


METRICS: dict[str, Metric] = {"UAR": metrics.uar, "F1": f1_of_emotion, "WA": metrics.wa}
ALONE = ("all", "top", "rest", "bottom")  # sides with one set of dimensions, which a permutation can test
DIFFERENCES = (("top", "random"), ("top", "all"))


def tables_of(decided: Flags, positive: Flags, speaker: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Confusion counts (draws, speakers, 2, 2) of decisions (draws, clips)."""
    n_speakers = int(speaker.max()) + 1
    return np.stack([metrics.confusion_by(speaker, positive, draw, n_speakers, 2) for draw in decided])


def score_rows(
    sides: Mapping[str, Flags], positive: Flags, speaker: npt.NDArray[np.int64], draws: int, seed: int
) -> Rows:
    """Rows of the table explanation_scores, without k, protocol and condition.

    Args:
        sides: decisions (draws of the dimensions, clips) of each side, speakers held out.
        positive: (clips,) whether a clip has the emotion.
        speaker: (clips,) number of its speaker, 0 .. m - 1.
        draws: permutations of the labels within speaker.
        seed: of these and of the sign flips.

    Returns: value with a jackknife interval over speakers; chance by permutation, p where a side is one set of
        dimensions; differences of sides with a t interval of their pseudo-values and sign flips over speakers.
    """
    rows, pseudo = [], {}
    about = {"n_clips": len(positive), "n_positive": int(positive.sum()), "n_speakers": int(speaker.max()) + 1}
    for side, decided in sides.items():
        tables = tables_of(decided, positive, speaker)
        null = [
            permutation.permuted_tables(own, -(-draws // len(tables)), np.random.default_rng([seed, place]))
            for place, own in enumerate(tables)
        ]
        for name, metric in METRICS.items():
            each = metric(tables.sum(axis=1))
            value, by_chance = float(each.mean()), np.concatenate([metric(drawn) for drawn in null])
            values = pseudo_values(tables, metric)
            pseudo[side, name] = (value, values)
            interval = over_speakers(value, values)
            tested = side in ALONE
            rows.append(
                {
                    "side": side, "metric": name, "value": value,
                    "low": interval.low, "high": interval.high, "interval": interval.method,
                    "spread": float(each.std(ddof=1)) if len(each) > 1 else np.nan,
                    "chance": float(by_chance.mean()),
                    "p": permutation.p_value(value, permutation.widened(by_chance)) if tested else np.nan,
                    "p_smallest": permutation.smallest_p(tables[0], draws) if tested else np.nan,
                    "n_draws": len(tables), "note": "", **about,
                }
            )  # fmt: skip
    for one, other in DIFFERENCES:
        for name in METRICS if one in sides and other in sides else ():
            rows.append({**_difference(pseudo[one, name], pseudo[other, name], seed), "metric": name, **about})
            rows[-1] |= {"side": f"{one}-less-{other}", "n_draws": len(sides[other]), "spread": np.nan}
    return rows


def _difference(one: tuple[float, Floats], other: tuple[float, Floats], seed: int) -> dict[str, Any]:
    value, values = one[0] - other[0], one[1] - other[1]
    m = len(values)
    if m < 2 or np.isnan(values).any():
        none = dict.fromkeys(("low", "high", "chance", "p", "p_smallest"), np.nan)
        return {
            "value": value,
            **none,
            "interval": "none",
            "note": "no interval: speakers without a score",
        }
    reach = float(special.stdtrit(m - 1, 0.975)) * float(values.std(ddof=1)) / np.sqrt(m)
    flips = permutation.sign_flip_test(values, np.random.default_rng(seed))
    return {
        "value": value, "low": value - reach, "high": value + reach,
        "interval": "t over speakers, jackknife pseudo-values", "chance": 0.0,
        "p": flips.p, "p_smallest": flips.p_smallest, "note": permutation.flips_note(m),
    }  # fmt: skip


def curve_rows(decided: Flags, positive: Flags, speaker: npt.NDArray[np.int64]) -> Rows:
    """Rows of the table explanation_curve for one side and k: metric, value, low, high, spread."""
    tables = tables_of(decided, positive, speaker)
    rows = []
    for name in ("UAR", "F1"):
        each = METRICS[name](tables.sum(axis=1))
        value = float(each.mean())
        interval = over_speakers(value, pseudo_values(tables, METRICS[name]))
        spread = float(each.std(ddof=1)) if len(each) > 1 else np.nan
        rows.append({"metric": name, "value": value, "low": interval.low, "high": interval.high, "spread": spread})
    return rows
