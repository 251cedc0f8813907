"""Made-up gains of acoustic features, their categories and orders: what the dimensions of a layer encode."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import numpy.typing as npt
from made_up_explanation import CATEGORIES, CATEGORY, FEATURES, FIRST, PUBLISHED, Row, depth, ends, random

DRAWS = 2000
PEAK = {"Energy": 0.2, "Frequency": 0.45, "Spectral": 0.6, "Temporal": 0.85}  # place in the depth of a network
NOT_ENCODED = "the layer does not encode it: R2 from all dimensions is not above 0"
FORMS = ["plain", "within-emotion"]
MEMBERS = {category: np.array([name == category for name in CATEGORY]) for category in CATEGORIES}


def gains(rng: np.random.Generator, about: Row, job: Row, facts: Row, k: float, n: Row) -> Row:
    """Arrays of one value per acoustic feature."""
    category = CATEGORY.to_numpy()
    later = 0.1 if job["dataset"] == "song" else 0.0
    away = depth(job, facts) - np.array([PEAK[name] + later for name in category])
    near = np.ones(len(category)) if facts["family"] == "acoustics" else np.exp(-((away / 0.35) ** 2))
    strength = 0.1 if facts["weights"] == "untrained" else 1.0
    encoded = strength * near * random("feature", job["model"]).uniform(0.2, 0.9, len(category))
    encoded = encoded + strength * rng.normal(0, 0.03)
    first = np.where(category == FIRST.get(job["emotion"], "Spectral"), 1.0, 0.35)
    gain = (
        strength
        * (0.3 + 0.7 * near)
        * first
        * rng.uniform(0.0, 0.22 if about["form"] == "plain" else 0.14, len(category))
    )
    gain = gain + rng.normal(0, 0.015, len(category))
    r2_random = 0.6 * encoded
    half = 0.045 * rng.uniform(0.6, 1.4, len(category))
    p = np.clip(np.exp(-gain / 0.012), 1 / (DRAWS + 1), 1.0)
    adjusted = _benjamini_hochberg(p)
    r2 = {
        "all": encoded - 0.03, "top": r2_random + gain, "random": r2_random, "bottom": 0.5 * r2_random,
        "permuted": 0.9 * r2_random,
    }  # fmt: skip
    rmse = {side: np.sqrt(np.clip(1 - r2[side], 0, None)) for side in ("all", "top", "random")}
    return {
        **about, **n, "feature": np.array(FEATURES, dtype=object), "category": category,
        **{f"r2_{side}": values for side, values in r2.items()},
        **{f"rmse_{side}": values for side, values in rmse.items()}, "rmse_mean": 1.0,
        "information_increase": rmse["all"] / rmse["top"] ** 2, "gain": gain, "low": gain - half,
        "high": gain + half, "p": p, "p_adjusted": adjusted, "claimed": (adjusted <= 0.05) & (gain - half > 0),
        "k": k, "alpha_top": 10.0, "alpha_all": 1000.0, "n_draws": DRAWS,
        "note": np.where(r2["all"] <= 0, NOT_ENCODED, "").astype(object),
    }  # fmt: skip


def _benjamini_hochberg(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    return adjusted


def categories(
    rng: np.random.Generator, about: Row, gains: Sequence[Row], job: Row, facts: Row
) -> tuple[list[Row], list[Row]]:
    """Mean and median over the features of each category of what `gains` holds, and of mean |SHAP|."""
    rows, orders = [], []
    for form, own in zip(FORMS, gains, strict=True):
        for what, column in (("gain", "gain"), ("r2-all", "r2_all"), ("information-increase", "information_increase")):
            if what == "information-increase" and form != "plain":
                continue
            for aggregate, function in (("mean", np.mean), ("median", np.median)):
                values = np.array([function(own[column][MEMBERS[name]]) for name in CATEGORIES])
                key = {**about, "form": form, "what": what, "aggregate": aggregate}
                rows += _of_category(rng, key, values)
                orders += _orders(rng, key, values) if what == "gain" else []
    if facts["family"] == "acoustics":
        for aggregate in ("mean", "median"):
            key = {**about, "form": "", "what": "shap", "aggregate": aggregate}
            values = np.array([0.22 if name == FIRST.get(job["emotion"]) else 0.1 for name in CATEGORIES])
            values = values + rng.uniform(-0.03, 0.03, len(values))
            rows += _of_category(rng, key, values)
            orders += _orders(rng, key, values)
    return rows, orders


def _of_category(rng: np.random.Generator, key: Row, values: npt.NDArray[np.float64]) -> list[Row]:
    shares = np.exp((values - values.max()) / 0.02)
    rows = []
    for index, category in enumerate(CATEGORIES):
        p = float(np.clip(np.exp(-values[index] / 0.008), 1 / (DRAWS + 1), 1.0)) if key["what"] == "gain" else np.nan
        rows.append(
            {**key, "category": category, **ends(rng, values[index], 0.025), "p": p, "p_adjusted": min(1.0, 4 * p),
             "p_first": shares[index] / shares.sum(), "n_features": int(MEMBERS[category].sum())}
        )  # fmt: skip
    return rows


def _orders(rng: np.random.Generator, key: Row, values: npt.NDArray[np.float64]) -> list[Row]:
    """The order of the values in three quarters of the resamples, others in the rest."""
    likely = tuple(CATEGORIES[index] for index in np.argsort(-values))
    others = [order for order in permutations(CATEGORIES) if order != likely]
    drawn = [others[index] for index in rng.choice(len(others), 3, replace=False)]
    return [
        {**key, "order": " > ".join(order), "probability": share, "n_resamples": DRAWS}
        for order, share in zip([likely, *drawn], (0.75, 0.12, 0.08, 0.05), strict=True)
    ]


def published_categories(rng: np.random.Generator, job: Row, facts: Row) -> list[Row]:
    acoustic = facts["family"] == "acoustics"
    key = {**PUBLISHED, "form": "" if acoustic else "plain", "what": "shap" if acoustic else "information-increase"}
    rows = []
    for aggregate in ("mean", "median"):
        for category in CATEGORIES:
            value = (0.5 if acoustic else 1.6) if category == FIRST.get(job["emotion"]) else 0.2 if acoustic else 1.0
            features = int(MEMBERS[category].sum())
            value = value + rng.uniform(-0.05, 0.05)
            rows.append({**key, "aggregate": aggregate, "category": category, "value": value, "n_features": features})
    return rows
