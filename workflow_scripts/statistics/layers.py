"""Which layer is best, which others cannot be told from it, and the choice of a layer inside the training part.

"The best layer" of a curve, tested on the same speakers, is optimistic twice: it was picked as the highest, and it was
picked among many. The set of layers not told apart from it (`compare_layers`) says how much of the pick is chance;
the nested choice (`choose_layers_inside`) gives a score that no test speaker had a part in.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from workflow_scripts.statistics import permutation
from workflow_scripts.statistics.all_pairs import t_of

Floats = npt.NDArray[np.float64]

KEYS = ["protocol", "repeat", "fold", "probe", "pooling", "speaker_normalisation", "null_run"]
FEWEST_FOR_FLIPS = 6


class LayerComparison(NamedTuple):
    """Result of `compare_layers`; arrays have one entry per layer, in the order given.

    `p` is the adjusted p of each layer against the best one (1 for the best itself), `low` and `high` are bands that
    hold all layers' means at once with the stated level.
    """

    best: int
    p: Floats
    in_set: npt.NDArray[np.bool_]
    mean: Floats
    low: Floats
    high: Floats
    p_smallest: float


def layer_order(layer: str) -> tuple[int, str]:
    """Sort key of layer names: "0", "1", .. by number, then names such as "final"."""
    return (int(layer), "") if layer.isdigit() else (10**9, layer)


def compare_layers(
    scores: npt.ArrayLike, rng: np.random.Generator, *, alpha: float = 0.05, draws: int = 9999
) -> LayerComparison:
    """Best layer by the mean over speakers, with the layers that cannot be told from it.

    All pairs of layers are tested at once: one sign flip per speaker for all pairs, the largest |t| over pairs as
    reference, so that the pick of the best is covered too (testing only the best against the rest is not valid:
    it excludes a layer in 14 to 26 % of nulls). A layer is in the set if its adjusted p against the best is
    above alpha. The bands take the largest |t| over layers under joint flips of the speakers' residuals (in simulations
    of 6 to 24 speakers and 13 layers they hold all means in 95 to 96 %).

    Args:
        scores: (m speakers, L layers), one score per speaker and layer.
        rng: source of the flips.
        alpha: family-wise error over all pairs, and 1 - level of the bands.
        draws: all 2^m flips are used if they are no more than this.

    Raises: ValueError for gaps (NaN) or no speaker. One speaker: every layer is in the set, bands NaN.
    Source: Westfall & Young 1993 (max-T); Sidak 1967 (bands of fewer than 6 speakers).
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or not values.size or np.isnan(values).any():
        raise ValueError("a table of speakers x layers without gaps is needed")
    m, n_layers = values.shape
    mean = values.mean(axis=0)
    best = int(mean.argmax())
    smallest = permutation.smallest_flip_p(m, draws)
    if m < 2:
        nothing = np.full(n_layers, np.nan)
        return LayerComparison(best, np.ones(n_layers), np.ones(n_layers, bool), mean, nothing, nothing, smallest)
    p = _all_pairs_p(values, best, rng, draws)
    reach = _band_quantile(values, 1 - alpha, rng, draws) * values.std(axis=0, ddof=1) / np.sqrt(m)
    return LayerComparison(best, p, p > alpha, mean, mean - reach, mean + reach, smallest)


def _all_pairs_p(values: Floats, best: int, rng: np.random.Generator, draws: int) -> Floats:
    """Adjusted p of every layer against `best` by the largest |t| over all pairs of layers."""
    m, n_layers = values.shape
    if n_layers == 1:
        return np.ones(1)
    signs, exact = permutation.sign_patterns(m, draws, rng)
    first, second = np.triu_indices(n_layers, 1)
    differences = values[:, first] - values[:, second]
    squares = (differences**2).sum(axis=0)
    largest = np.zeros(len(signs))
    for some in np.array_split(np.arange(len(signs)), max(1, len(signs) * len(first) // 2_000_000)):
        largest[some] = np.abs(t_of(signs[some] @ differences, squares, m)).max(axis=1)
    against = values[:, [best]] - values
    observed = np.abs(t_of(against.sum(axis=0), (against**2).sum(axis=0), m))
    reached = (largest[:, None] >= observed * (1 - 1e-9)).sum(axis=0)
    p = reached / len(signs) if exact else (1 + reached) / (len(signs) + 1)
    p[best] = 1.0
    return np.asarray(p)


def _band_quantile(values: Floats, level: float, rng: np.random.Generator, draws: int) -> float:
    """How many standard errors the band of all layers reaches: the largest |t| under flips of speakers' residuals.

    Too few speakers leave too few flips; below FEWEST_FOR_FLIPS it is Sidak's bound, right under any correlation.
    """
    m, n_layers = values.shape
    if m < FEWEST_FOR_FLIPS:
        return float(special.stdtrit(m - 1, (1 + level ** (1 / n_layers)) / 2))
    residuals = values - values.mean(axis=0)
    signs, _ = permutation.sign_patterns(m, draws, rng)
    return float(np.quantile(np.abs(t_of(signs @ residuals, (residuals**2).sum(axis=0), m)).max(axis=1), level))


def layer_table(
    scores: pd.DataFrame, rng: np.random.Generator, *, metric: str = "UAR", alpha: float = 0.05, draws: int = 9999
) -> pd.DataFrame:
    """The curve of one model over layers: value, simultaneous band, best layer and the layers not told from it.

    Args:
        scores: rows of `scores.scores` of all layers with a column `layer`, of *one* protocol with speakers as units,
            probe, pooling, normalisation and condition (pick them first).
        metric: WA or UAR.

    Returns: layer (in network order), value, band_low, band_high, best, in_set, p_against_best, p_smallest, note.
        Per-speaker values are the jackknife pseudo-values, which are the speakers' own scores in balanced designs;
        bands are cut at 0 and 1.
    Raises: ValueError if the rows mix several curves or lack pseudo-values (clips as units).
    """
    curve = ["protocol", "probe", "pooling", "speaker_normalisation", "condition"]
    rows = scores[
        (scores["metric"] == metric)
        & (scores["speaker"] != "")
        & (scores["group"] == "")
        & (scores["null_run"] == 0)
        & (scores["repeat"] == -1)
    ]
    if len(rows[curve].drop_duplicates()) != 1:
        raise ValueError(f"one curve is needed, the rows hold {len(rows[curve].drop_duplicates())}")
    by_speaker = rows.pivot(index="speaker", columns="layer", values="pseudo_value")
    by_speaker = by_speaker[sorted(by_speaker.columns, key=layer_order)]
    found = compare_layers(by_speaker.to_numpy(), rng, alpha=alpha, draws=draws)
    return pd.DataFrame(
        {
            "layer": list(by_speaker.columns),
            "value": found.mean,
            "band_low": np.maximum(found.low, 0.0),
            "band_high": np.minimum(found.high, 1.0),
            "best": np.arange(len(found.mean)) == found.best,
            "in_set": found.in_set,
            "p_against_best": found.p,
            "p_smallest": found.p_smallest,
            "note": permutation.flips_note(len(by_speaker), draws, alpha),
        }
    )


def choose_layers_inside(choices: pd.DataFrame, predictions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose the layer of every outer fold on its training speakers, and stitch the predictions of these layers.

    The score of the stitched predictions is that of "the best layer" without any test speaker's part in the choice.

    Args:
        choices: one row per layer and outer fold: layer, protocol, repeat, fold, probe, pooling, speaker_normalisation,
            null_run, inner_uar (the score inside the training part).
        predictions: all layers' predictions with a column `layer`, and the same keys.

    Returns: (predictions of the chosen layers, `layer` kept; the chosen layers, one row of `choices` per fold).
        Ties go to the lower layer; numbers come before `final`.
    Raises: ValueError where a fold of the predictions has no choice, a choice has no score, or layers are missing
        from one side.
    """
    scored = choices.assign(_order=[layer_order(str(layer)) for layer in choices["layer"]])
    if scored["inner_uar"].isna().any():
        raise ValueError("layers can be chosen only where every fold has an inner score (inner_uar has gaps)")
    scored["_rounded"] = scored["inner_uar"].round(12)
    ranked = scored.sort_values(["_rounded", "_order"], ascending=[False, True], kind="stable")
    chosen = ranked.drop_duplicates(KEYS).drop(columns=["_order", "_rounded"])
    offered = choices[[*KEYS, "layer"]].drop_duplicates()
    present = predictions[[*KEYS, "layer"]].drop_duplicates()
    if len(offered.merge(present)) != len(present) or len(present) != len(offered):
        raise ValueError("choices and predictions must hold the same layers for the same folds")
    stitched = predictions.merge(chosen[[*KEYS, "layer"]], on=[*KEYS, "layer"], how="inner")
    return stitched, chosen.sort_values(KEYS).reset_index(drop=True)
