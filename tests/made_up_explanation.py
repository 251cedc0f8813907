"""Made-up tables of the explanation for tests of figures and report: planted layers and categories, nothing measured.

Every table is as the workflow writes it (study/schemas.py). Energy is known in early layers, time in late ones, in song
a little later than in speech; every emotion has a category of its own that comes first (FIRST).
"""

import zlib
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.study.schemas import TABLES

Tables = dict[str, pd.DataFrame]
Models = dict[str, dict[str, Any]]
Row = dict[str, Any]

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
CATEGORY = pd.read_csv(RESOURCES / "egemaps_categories.csv").set_index("feature")["category"]
FEATURES = [str(feature) for feature in CATEGORY.index]
CATEGORIES = ["Energy", "Frequency", "Spectral", "Temporal"]
MEMBERS = {category: np.array([name == category for name in CATEGORY]) for category in CATEGORIES}
NETWORK, TINY, ACOUSTIC = "wavlm-large", "tiny-wavlm", "eGeMAPSv02"
EMOTIONS = ["angry", "disgust", "fearful", "happy", "sad"]
FIRST = {"angry": "Energy", "disgust": "Spectral", "fearful": "Frequency", "happy": "Frequency", "sad": "Energy"}
DATASETS: dict[str, dict[str, Any]] = {
    name: {"corpus": f"ravdess-{name}", "domain": name, "synthetic": False, "emotions": ["neutral", *EMOTIONS]}
    for name in ("speech", "song")
}
CONDITIONS = {"speech": ["all", "normal-intensity"], "song": ["all", "normal-intensity", "within-melody"]}
COARSE, FULL = [10, 20, 50, 100, 200], list(range(10, 511, 10))
DRAWS, SPLITS = 2000, 5
METRICS = ["UAR", "F1", "WA"]
PEAK = {"Energy": 0.2, "Frequency": 0.45, "Spectral": 0.6, "Temporal": 0.85}  # place in the depth of a network
NOT_ENCODED = "the layer does not encode it: R2 from all dimensions is not above 0"
# F1 of the three printed runs (paper2.md, A7): lowest and highest of acoustic, all, top
PRINTED = {
    "angry": [(92.0, 93.7), (97.5, 98.1), (100.0, 100.0)],
    "fearful": [(90.3, 91.8), (96.6, 99.3), (99.0, 100.0)],
    "happy": [(83.8, 86.4), (91.8, 96.2), (99.2, 99.5)],
    "sad": [(75.6, 77.2), (82.7, 87.2), (96.5, 97.4)],
    "disgust": [(86.3, 89.9), (98.7, 100.0), (100.0, 100.0)],
}
OF_JOB = ["scores", "curve", "choices", "importance", "gains", "categories", "orders", "stability"]


def models(layers: int = 5, tiny: bool = True, acoustics: bool = True, final: bool = False) -> Models:
    """Facts of a network, of a tiny one of three layers and of eGeMAPS."""
    names = [*(str(layer) for layer in range(layers)), *(["final"] if final else [])]
    facts: Models = {NETWORK: {"family": "wavlm", "weights": "local", "layers": names, "width": 1024}}
    if tiny:
        facts[TINY] = {"family": "wavlm", "weights": "untrained", "layers": ["0", "1", "2"], "width": 32}
    if acoustics:
        facts[ACOUSTIC] = {"family": "acoustics", "weights": "none", "layers": ["functionals"], "width": len(FEATURES)}
    return facts


def tables(
    models: Models,
    datasets: Sequence[str] = tuple(DATASETS),
    emotions: Sequence[str] = EMOTIONS,
    paper2: bool = True,
    speakers: int = 24,
    against: str = "neutral",
) -> Tables:
    """scores, curve, choices, importance, gains, categories, orders, stability of the study, and papers.

    The last layer of every network and the acoustic features have the full grid of k and, with `paper2`, that form. Of
    embeddings, only the last layer has rows of importance, of all folds together.
    """
    made: dict[str, list[Row]] = {name: [] for name in OF_JOB}
    for dataset in datasets:
        for model, facts in models.items():
            for layer in facts["layers"]:
                for emotion in emotions:
                    job = {"dataset": dataset, "model": model, "layer": layer, "emotion": emotion, "against": against}
                    for name, rows in _job(job, facts, speakers, paper2).items():
                        made[name] += [{**job, **row} for row in rows]
    whole = {name: _declared(rows, f"study_explanation_{name}") for name, rows in made.items()}
    return {**whole, "papers": papers(whole, models)}


def _declared(rows: Sequence[Row], table: str) -> pd.DataFrame:
    """The rows with the columns of a table in their types; a row that holds arrays stands for as many rows."""
    columns = TABLES[table]
    lengths = [next((len(value) for value in row.values() if isinstance(value, np.ndarray)), 1) for row in rows]
    empty = {"str": "", "float": np.nan, "int": 0, "bool": False}
    types = {"str": object, "float": float, "int": "int64", "bool": bool}
    found = {}
    for name, (kind, _) in columns.items():
        values = [row.get(name, empty[kind]) for row in rows]
        if any(length > 1 for length in lengths):
            parts = [np.full(length, value, dtype=types[kind]) if np.ndim(value) == 0 else value
                     for value, length in zip(values, lengths, strict=True)]  # fmt: skip
            found[name] = np.concatenate(parts).astype(types[kind])
        else:
            found[name] = np.array(values, dtype=types[kind])
    return pd.DataFrame(found)


def random(*names: Any) -> np.random.Generator:
    """Numbers that depend on the names alone."""
    return np.random.default_rng(zlib.crc32(" ".join(map(str, names)).encode()))


def _job(job: Row, facts: Row, speakers: int, paper2: bool) -> dict[str, list[Row]]:
    rng = random(*job.values(), speakers)
    full = job["layer"] == facts["layers"][-1]
    grid = [k for k in (FULL if full else COARSE) if k < facts["width"]] or [max(1, facts["width"] // 2)]
    made: dict[str, list[Row]] = {"scores": [], "curve": [], "choices": []}
    gains, categories, orders = [], [], []
    know = _knows(job, facts)
    for condition in CONDITIONS.get(job["dataset"], ["all"]):
        about = {"protocol": "strict", "condition": condition}
        size = {"all": 12, "normal-intensity": 8, "within-melody": 7}[condition] * speakers
        n = {"n_clips": size, "n_positive": size - 4 * speakers, "n_speakers": speakers}
        k = float(rng.choice(grid[: max(1, len(grid) // 2)]))
        made["scores"] += _scores(rng, about, n, know, k, facts["width"])
        made["curve"] += _curve(rng, about, grid, know, facts["width"]) if condition == "all" else []
        made["choices"] += _choices(rng, about, grid, k, n)
        of_features = [_gains(rng, {**about, "form": form}, job, facts, k, n) for form in FORMS]
        gains += of_features
        of_categories, of_orders = _categories(rng, about, of_features, job, facts)
        categories += of_categories
        orders += of_orders
    if paper2 and full:
        k_of_all = int(rng.choice(grid))
        made["scores"] += _published_scores(rng, know, k_of_all, speakers, facts)
        made["curve"] += _published_curve(rng, grid)
        made["choices"] += _published_choice(k_of_all, speakers)
        categories += _published_categories(rng, job, facts)
    made |= {"gains": gains, "categories": categories, "orders": orders}
    made["importance"] = _importance(rng, job, facts, full)
    made["stability"] = _stability(rng, grid, speakers)
    return made


FORMS = ["plain", "within-emotion"]


def depth(job: Row, facts: Row) -> float:
    """Place of the layer in its network, from 0 to 1; of acoustic features NaN."""
    layers = facts["layers"]
    if facts["family"] == "acoustics":
        return np.nan
    return float(layers.index(job["layer"]) / max(1, len(layers) - 1))


def _knows(job: Row, facts: Row) -> float:
    """UAR of the emotion from all dimensions."""
    if facts["family"] == "acoustics":
        return 0.78
    best = 0.6 if facts["weights"] == "untrained" else 0.9
    return best - 0.5 * (depth(job, facts) - 0.65) ** 2 - (0.03 if job["dataset"] == "song" else 0.0)


def _ends(rng: np.random.Generator, value: float, half: float = 0.05) -> Row:
    wide = half * rng.uniform(0.7, 1.3)
    return {"value": value, "low": value - wide, "high": value + 1.05 * wide}


# -- scores, curve, choices --------------------------------------------------------------------------------------------

CHANCE = {"UAR": 0.5, "F1": 0.7, "WA": 0.58}
LESS = {"all": 0.0, "top": 0.01, "rest": 0.03, "random": 0.06, "bottom": 0.2, "permuted": 0.08}


def _scores(rng: np.random.Generator, about: Row, n: Row, know: float, k: float, width: int) -> list[Row]:
    rows = []
    for metric in METRICS:
        chance = CHANCE[metric]
        values = {
            side: chance + (know - 0.5) * (1 - chance) / 0.5 - less + rng.normal(0, 0.01) for side, less in LESS.items()
        }
        for side, value in values.items():
            draws = 20 if side in ("random", "permuted") else 1
            rows.append(
                {**about, **n, "side": side, "metric": metric, **_ends(rng, min(value, 0.97)),
                 "interval": "jackknife t over speakers", "spread": 0.02 if draws > 1 else np.nan, "chance": chance,
                 "p": np.nan if draws > 1 else 0.001 if value > chance + 0.05 else 0.2,
                 "p_smallest": np.nan if draws > 1 else 0.001, "n_draws": draws,
                 "k": float(width) if side == "all" else width - k if side == "rest" else k, "note": ""}
            )  # fmt: skip
        for other in ("random", "all"):
            difference = values["top"] - values[other]
            rows.append(
                {**about, **n, "side": f"top-less-{other}", "metric": metric, **_ends(rng, difference, 0.03),
                 "interval": "jackknife t over speakers", "chance": 0.0, "p": 0.01 if difference > 0.03 else 0.4,
                 "p_smallest": 2.0**-23, "n_draws": 1, "k": k, "note": ""}
            )  # fmt: skip
    return rows


def _curve(rng: np.random.Generator, about: Row, grid: Sequence[int], know: float, width: int) -> list[Row]:
    rows = []
    for metric in ("UAR", "F1"):
        chance = CHANCE[metric]
        best = chance + (know - 0.5) * (1 - chance) / 0.5
        for side, slow in (("top", 8.0), ("random", 40.0), ("bottom", 200.0), ("rest", 0.0)):
            for k in grid:
                reached = best - 0.1 * k / width if side == "rest" else chance + (best - chance) * k / (k + slow)
                value = reached + rng.normal(0, 0.006)
                inner = value + 0.01 if side == "top" else np.nan
                spread = 0.02 if side == "random" else np.nan
                rows.append(
                    {**about, "side": side, "k": k, "metric": metric, **_ends(rng, value), "spread": spread,
                     "inner": inner}
                )  # fmt: skip
    return rows


def _choices(rng: np.random.Generator, about: Row, grid: Sequence[int], k: float, n: Row) -> list[Row]:
    near = [one for one in grid if 0.5 * k <= one <= 1.5 * k]
    folds = min(6, n["n_speakers"])
    chosen = [int(k)] * (folds // 2 + 1) + [int(rng.choice(near)) for _ in range(folds - folds // 2 - 1)]
    return [
        {**about, "fold": fold, "k": one, "k_best": grid[-1], "score": 0.85, "C": 0.1, "C_all": 0.01,
         "n_train": n["n_clips"] * (folds - 1) // folds, "n_test": n["n_clips"] // folds}
        for fold, one in enumerate(chosen)
    ]  # fmt: skip


CHOSEN = "k is the best of all on the test speakers themselves, after a ranking that saw them"
PUBLISHED = {"protocol": "paper2", "condition": "all"}


def _published_scores(rng: np.random.Generator, know: float, k: int, speakers: int, facts: Row) -> list[Row]:
    n = {"n_clips": 8 * speakers, "n_positive": 4 * speakers, "n_speakers": speakers}
    more = {"all": 0.0, "top": 0.05, "rest": -0.02, "bottom": -0.1, "random": -0.01}
    width = facts["width"]
    numbers = {"all": width, "rest": width - k - 1, "bottom": k + 1}
    return [
        {**PUBLISHED, **n, "side": side, "metric": metric, "value": min(1.0, know + 0.08 + extra + rng.normal(0, 0.01)),
         "interval": "", "spread": 0.02, "k": float(numbers.get(side, k)), "n_draws": 20 if side == "random" else 0,
         "note": CHOSEN if side == "top" else ""}
        for side, extra in more.items() for metric in METRICS
    ]  # fmt: skip


def _published_curve(rng: np.random.Generator, grid: Sequence[int]) -> list[Row]:
    return [
        {**PUBLISHED, "side": side, "k": k, "metric": metric, "value": best - 0.2 / k + rng.normal(0, 0.004),
         "spread": 0.03}
        for side, best in (("top", 0.98), ("rest", 0.9), ("bottom", 0.7)) for k in grid for metric in ("UAR", "F1")
    ]  # fmt: skip


def _published_choice(k: int, speakers: int) -> list[Row]:
    n = {"n_train": 6 * speakers, "n_test": 2 * speakers}
    return [{**PUBLISHED, **n, "fold": -1, "k": k, "k_best": k, "score": 0.99, "C": 0.1, "C_all": 0.01}]


# -- what the dimensions encode ----------------------------------------------------------------------------------------


def _gains(rng: np.random.Generator, about: Row, job: Row, facts: Row, k: float, n: Row) -> Row:
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


def _categories(
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
            {**key, "category": category, **_ends(rng, values[index], 0.025), "p": p, "p_adjusted": min(1.0, 4 * p),
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


def _published_categories(rng: np.random.Generator, job: Row, facts: Row) -> list[Row]:
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


# -- importance, stability, SHAP ---------------------------------------------------------------------------------------


def _importance(rng: np.random.Generator, job: Row, facts: Row, full: bool) -> list[Row]:
    if not full:
        return []
    acoustic = facts["family"] == "acoustics"
    names = FEATURES if acoustic else [""] * facts["width"]
    rows = []
    for fold in range(-1, 6 if acoustic else 0):
        value = mean_shap(job["dataset"], job["emotion"]) if acoustic else rng.gamma(1.0, 0.05, len(names))
        value = value * rng.uniform(0.9, 1.1, len(names)) if fold >= 0 else value
        rank = np.argsort(np.argsort(-value)) + 1
        rows += [
            {"protocol": "strict", "fold": fold, "dimension": place, "feature": name,
             "category": CATEGORY.get(name, ""), "value": value[place],
             "low": 0.7 * value[place] if fold < 0 else np.nan, "high": 1.3 * value[place] if fold < 0 else np.nan,
             "coefficient": value[place], "rank": int(rank[place])}
            for place, name in enumerate(names)
        ]  # fmt: skip
    return rows


def _stability(rng: np.random.Generator, grid: Sequence[int], speakers: int) -> list[Row]:
    about = {"n_sets": 50, "n_speakers": speakers, "note": ""}
    return [
        {**about, "k": k, "ranking": ranking, **_ends(rng, value, 0.04)}
        for ranking, value in (("top", 0.45), ("permuted", 0.12), ("random", 0.0)) for k in grid
    ]  # fmt: skip


def clips(dataset: str, emotion: str, speakers: int = 24) -> Iterator[tuple[str, str, bool]]:
    """clip_id, speaker and whether it has the emotion: eight clips of the emotion and four others of each speaker."""
    for number in range(1, speakers + 1):
        for take in range(12):
            positive = take < 8
            yield f"{dataset}/{number:02d}-{emotion if positive else 'neutral'}-{take:02d}", f"{number:02d}", positive


def mean_shap(dataset: str, emotion: str) -> npt.NDArray[np.float64]:
    """Mean |SHAP| of every acoustic feature: about what the values of `shap` have."""
    rng = random("shap", dataset, emotion)
    first = np.where(CATEGORY.to_numpy() == FIRST.get(emotion, "Spectral"), 2.0, 1.0)
    return np.asarray(first * rng.gamma(0.6, 0.12, len(FEATURES)))


def acoustics(dataset: str, emotions: Sequence[str] = EMOTIONS, speakers: int = 24) -> pd.DataFrame:
    """The acoustic features of all clips: table `acoustics` with a column per feature."""
    names = list(dict.fromkeys(clip for emotion in emotions for clip, _, _ in clips(dataset, emotion, speakers)))
    scale = random("scale").lognormal(0, 2, len(FEATURES))
    values = np.array([random(name).normal(size=len(FEATURES)) for name in names]).reshape(-1, len(FEATURES)) * scale
    return pd.concat(
        [pd.DataFrame({"clip_id": names, "audio_hash": names}), pd.DataFrame(values, columns=FEATURES)], axis=1
    )


def shap(dataset: str, emotion: str, speakers: int = 24) -> pd.DataFrame:
    """Held-out SHAP values of the acoustic features of every clip: table `explanation_shap`, a column per feature.

    A value is the standardised feature times a coefficient, which is negative for every second feature.
    """
    rows = pd.DataFrame(clips(dataset, emotion, speakers), columns=["clip_id", "speaker", "positive"])
    features = acoustics(dataset, [emotion], speakers).set_index("clip_id").loc[rows["clip_id"], FEATURES].to_numpy()
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    sign = np.where(np.arange(len(FEATURES)) % 2, -1.0, 1.0)
    values = standard * sign * mean_shap(dataset, emotion) / 0.8
    fold = [int(speaker) % 6 for speaker in rows["speaker"]]
    rows = rows.assign(fold=fold, decision=values.sum(axis=1) + 0.7, expected=0.7)
    return pd.concat([rows, pd.DataFrame(values, columns=FEATURES)], axis=1)


# -- papers ------------------------------------------------------------------------------------------------------------

WHY = "the printed top dimensions and their number were chosen on test clips"
# digitised medians of the published figure, order of CATEGORIES: SHAP scaled to 0..1, information increase
DIGITISED = {
    "RAVDESS": {
        "angry": [(0.63, 0.33, 0.28, 0.16), (1.18, 1.14, 1.08, 1.09)],
        "fearful": [(0.41, 0.32, 0.12, 0.13), (1.14, 0.74, 1.00, np.nan)],
        "happy": [(0.28, 0.37, 0.19, 0.12), (1.07, 0.53, 0.60, 0.49)],
        "sad": [(0.09, 0.20, 0.11, 0.23), (2.00, 0.73, 0.94, 0.90)],
        "disgust": [(0.11, 0.09, 0.08, 0.17), (1.69, 1.22, 1.07, 1.27)],
    },
    "SAVEE": {
        "angry": [(0.57, 0.22, 0.29, 0.19), (1.04, 0.69, 0.87, 0.76)],
        "fearful": [(0.20, 0.18, 0.15, 0.18), (1.43, 0.93, 0.95, 0.70)],
        "happy": [(0.42, 0.28, 0.32, 0.12), (1.34, 1.21, 0.96, 1.14)],
        "sad": [(0.04, 0.23, 0.14, 0.24), (1.99, 1.07, 1.25, 1.13)],
        "disgust": [(0.10, 0.17, 0.08, 0.09), (1.60, 0.92, 1.05, 1.05)],
    },
}


def papers(whole: Tables, models: Models) -> pd.DataFrame:
    """Printed figures of paper 2 beside the dataset `speech` of the study; SAVEE has no counterpart."""
    rows = []
    for emotion, printed in PRINTED.items():
        for side, (low, high) in zip(("acoustic", "all", "top"), printed, strict=True):
            about = {"corpus": "RAVDESS", "emotion": emotion, "what": "F1", "side": side, "n_printed": 3}
            about |= {"printed_low": low / 100, "printed_high": high / 100, "how_known": "printed, three runs"}
            rows.append({**about, **_own_score(whole["scores"], models, emotion, side)})
    for corpus, medians in DIGITISED.items():
        for emotion, both in medians.items():
            for what, values in zip(("shap", "information-increase"), both, strict=True):
                for category, value in zip(CATEGORIES, values, strict=True):
                    about = {"corpus": corpus, "emotion": emotion, "what": what, "category": category, "n_printed": 1}
                    about |= {"printed_low": value, "printed_high": value, "how_known": "digitised from the figure"}
                    own = _own_category(whole["categories"], models, emotion, what, category)
                    rows.append({**about, **(own if corpus == "RAVDESS" else {})})
    return _declared(rows, "explanation_papers")


def _beside(table: pd.DataFrame, models: Models, emotion: str, acoustic: bool) -> tuple[pd.DataFrame, Row]:
    """Rows of the study that a printed figure stands beside, and their names; none where the study has none."""
    model = ACOUSTIC if acoustic else NETWORK
    if model not in models:
        return table.iloc[:0], {}
    layer = models[model]["layers"][-1]
    rows = table[(table["dataset"] == "speech") & (table["model"] == model) & (table["layer"] == layer)]
    rows = rows[(rows["emotion"] == emotion) & (rows["condition"] == "all")]
    return rows, {"dataset": "speech", "model": model, "layer": layer, "why": WHY} if len(rows) else {}


def _own_score(scores: pd.DataFrame, models: Models, emotion: str, side: str) -> Row:
    rows, names = _beside(scores, models, emotion, side == "acoustic")
    rows = rows[(rows["metric"] == "F1") & (rows["side"] == ("all" if side == "acoustic" else side))]
    return {**names, **_both(rows, "chance")} if names else {}


def _own_category(categories: pd.DataFrame, models: Models, emotion: str, what: str, category: str) -> Row:
    rows, names = _beside(categories, models, emotion, what == "shap")
    rows = rows[(rows["what"] == what) & (rows["category"] == category) & (rows["aggregate"] == "median")]
    return {**names, **_both(rows)} if names else {}


def _both(rows: pd.DataFrame, *more: str) -> Row:
    found: Row = {}
    for row in rows[rows["protocol"] == "paper2"].to_dict("records"):
        found |= {"published": row["value"], "spread": row.get("spread", np.nan)}
    for row in rows[rows["protocol"] == "strict"].to_dict("records"):
        scale = 2.5 if row.get("what") == "shap" else 1.0  # printed ones are scaled to 0..1
        ends = {"strict": "value", "strict_low": "low", "strict_high": "high"}
        found |= {name: scale * row[column] for name, column in ends.items()}
        found |= {name: row[name] for name in more}
    return found
