"""Made-up tables of an explanation, each as the workflow writes it (study/schemas)."""

from collections.abc import Sequence

import made_up_explanation_encoding as encoding
import made_up_explanation_telling as telling
import numpy as np
from made_up_explanation import (
    CATEGORY,
    DATASETS,
    EMOTIONS,
    FEATURES,
    Models,
    Row,
    Tables,
    declared,
    depth,
    ends,
    random,
)
from made_up_explanation_papers import papers
from made_up_explanation_shap import mean_shap

CONDITIONS = {"speech": ["all", "normal-intensity"], "song": ["all", "normal-intensity", "within-melody"]}
COARSE, FULL = [10, 20, 50, 100, 200], list(range(10, 511, 10))
OF_JOB = ["scores", "curve", "choices", "importance", "gains", "categories", "orders", "stability"]


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
    whole = {name: declared(rows, f"study_explanation_{name}") for name, rows in made.items()}
    return {**whole, "papers": papers(whole, models)}


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
        made["scores"] += telling.scores(rng, about, n, know, k, facts["width"])
        made["curve"] += telling.curve(rng, about, grid, know, facts["width"]) if condition == "all" else []
        made["choices"] += telling.choices(rng, about, grid, k, n)
        of_features = [encoding.gains(rng, {**about, "form": form}, job, facts, k, n) for form in encoding.FORMS]
        gains += of_features
        of_categories, of_orders = encoding.categories(rng, about, of_features, job, facts)
        categories += of_categories
        orders += of_orders
    if paper2 and full:
        k_of_all = int(rng.choice(grid))
        made["scores"] += telling.published_scores(rng, know, k_of_all, speakers, facts)
        made["curve"] += telling.published_curve(rng, grid)
        made["choices"] += telling.published_choice(k_of_all, speakers)
        categories += encoding.published_categories(rng, job, facts)
    made |= {"gains": gains, "categories": categories, "orders": orders}
    made["importance"] = _importance(rng, job, facts, full)
    made["stability"] = _stability(rng, grid, speakers)
    return made


def _knows(job: Row, facts: Row) -> float:
    """UAR of the emotion from all dimensions."""
    if facts["family"] == "acoustics":
        return 0.78
    best = 0.6 if facts["weights"] == "untrained" else 0.9
    return best - 0.5 * (depth(job, facts) - 0.65) ** 2 - (0.03 if job["dataset"] == "song" else 0.0)


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
        {**about, "k": k, "ranking": ranking, **ends(rng, value, 0.04)}
        for ranking, value in (("top", 0.45), ("permuted", 0.12), ("random", 0.0)) for k in grid
    ]  # fmt: skip
