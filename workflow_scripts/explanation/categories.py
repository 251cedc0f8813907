"""Categories of acoustic features: what each gains, and how sure their order is over speakers."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.explanation.errors import ALL, RANDOM, Errors, Quantity, interval, quotient
from workflow_scripts.statistics.corrections import holm
from workflow_scripts.statistics.permutation import p_value

F64 = npt.NDArray[np.float64]
Members = dict[str, npt.NDArray[np.int64]]  # category -> places of its features
Frames = tuple[pd.DataFrame, pd.DataFrame]

RESAMPLES = 2000
AGGREGATES: dict[str, Callable[..., F64]] = {"mean": np.mean, "median": np.median}


def of_predictions(errors: Errors, category: Sequence[str], form: str, seed: int, resamples: int = RESAMPLES) -> Frames:
    """Rows of `explanation_categories` and `explanation_orders` but for protocol and condition.

    gain, r2-all and information-increase of each feature are pooled over speakers; a category has the mean and the
    median over its features. The models stay as they are: intervals leave out one speaker at a time, orders are those
    of resamples of the speakers' sums. p of the gain is the share of random draws whose features, aggregated alike,
    are as far above the mean of the draws as those of the top k (all with the penalties of the draws); Holm over the
    categories. Features with a flaw take no part; a category without others has no row.

    Args:
        errors: with the sides all, top and random.
        category: (f,) of each feature.
        form: plain or within-emotion, as `errors` were made.
        seed: of the resamples, which are the same for every quantity.
    """

    def r2_all(weights: F64) -> F64:
        return errors.r2(ALL, weights)

    members = _members(category, errors.flaws == "")
    speakers = len(errors.speakers)
    as_draws = np.vstack([errors.r2_as_draw(), errors.r2_of_draws()]) - errors.r2(RANDOM, errors.everybody())
    return _joined(
        [
            _tables({"form": form, "what": what}, quantity, tested, members, speakers, seed, resamples)
            for what, quantity, tested in [
                ("gain", errors.gain, as_draws),
                ("r2-all", r2_all, None),
                ("information-increase", errors.information_increase, None),
            ]
        ]
    )


def of_importances(
    values: F64, clips: npt.ArrayLike, category: Sequence[str], seed: int, resamples: int = RESAMPLES
) -> Frames:
    """The same rows of the SHAP values of acoustic features, which are not tested: p is NaN.

    Args:
        values: (speakers, f) mean |SHAP| over a speaker's held-out clips.
        clips: (speakers,) how many these are.
        category: (f,) of each feature.
        seed: of the resamples of speakers.
    """
    counts = np.asarray(clips, dtype=np.float64)

    def mean(weights: F64) -> F64:
        return quotient(weights @ (counts[:, None] * values), (weights @ counts)[:, None])

    members = _members(category, np.ones(len(category), dtype=np.bool_))
    table, orders = _tables({"form": "", "what": "shap"}, mean, None, members, len(values), seed, resamples)
    return table.assign(low=table["low"].clip(lower=0.0)), orders  # a mean size is never below 0


def _members(category: Sequence[str], defined: npt.NDArray[np.bool_]) -> Members:
    kind = np.asarray(category)
    return {str(name): np.flatnonzero((kind == name) & defined) for name in np.unique(kind[defined])}


def _joined(frames: Sequence[Frames]) -> Frames:
    return pd.concat([table for table, _ in frames], ignore_index=True), pd.concat(
        [orders for _, orders in frames], ignore_index=True
    )


def _tables(
    about: dict[str, str], of: Quantity, tested: F64 | None, members: Members, speakers: int, seed: int, resamples: int
) -> Frames:
    """Categories and orders of a quantity of features; p ranks the first of `tested` (1 + draws, f) among the rest."""
    weights, names, frames = _resampled(speakers, seed, resamples), np.array(list(members)), []
    for aggregate in AGGREGATES:
        own = about | {"aggregate": aggregate}

        def per_category(weights: F64, aggregate: str = aggregate) -> F64:
            return _aggregated(of(weights), members, aggregate)

        value, low, high = interval(per_category, speakers)
        p = np.full(len(names), np.nan)
        if tested is not None:
            p = np.array([p_value(one[0], one[1:]) for one in _aggregated(tested, members, aggregate).T])
        standing = np.argsort(-per_category(weights), axis=1, kind="stable")
        first = [(standing[:, 0] == place).mean() if len(standing) else np.nan for place in range(len(names))]
        found, counts = np.unique(standing, axis=0, return_counts=True)
        table = {
            "category": names,
            "value": value,
            "low": low,
            "high": high,
            "p": p,
            "p_adjusted": holm(p),
            "p_first": first,
            "n_features": [len(some) for some in members.values()],
        }
        orders = {
            "order": [" > ".join(names[order]) for order in found],
            "probability": counts / len(weights),
            "n_resamples": resamples,
        }
        frames.append((pd.DataFrame(own | table), pd.DataFrame(own | orders)))
    return _joined(frames)


def _resampled(speakers: int, seed: int, resamples: int) -> F64:
    """How often each speaker is drawn: (resamples, speakers); none for a single speaker, of whom nothing is learnt."""
    if speakers < 2:
        return np.empty((0, speakers))
    rng = np.random.default_rng(seed)
    return rng.multinomial(speakers, np.full(speakers, 1 / speakers), size=resamples).astype(np.float64)


def _aggregated(values: F64, members: Members, aggregate: str) -> F64:
    """Values of features (r, f) to those of categories (r, categories)."""
    reduce = AGGREGATES[aggregate]
    return np.array([reduce(values[:, some], axis=1) for some in members.values()]).reshape(len(members), -1).T
