"""What the top k dimensions tell of each acoustic feature beyond random dimensions."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.explanation.errors import ALL, BOTTOM, PERMUTED, RANDOM, TOP, Errors, interval
from workflow_scripts.statistics.corrections import benjamini_hochberg
from workflow_scripts.statistics.permutation import p_value

F64 = npt.NDArray[np.float64]

CLAIM = 0.05  # highest adjusted p of a claim
LEAST = 0.01  # of R2, which a claimed gain has at least: of targets that nothing predicts the least gain is sure


def gains(errors: Errors, features: Sequence[str], category: Sequence[str], form: str) -> pd.DataFrame:
    """Rows of the table `explanation_gains` but for protocol and condition, one per feature, in their order.

    p asks whether these speakers' features are better predicted than from random dimensions (all with the penalties of
    the random ones), the interval whether that holds in new speakers. A claim needs both, a gain of LEAST at least, and
    a feature that is predicted better than by its mean.

    Args:
        errors: with the sides all, top and random; bottom and permuted where they are there.
        features, category: (f,) name and category of each feature.
        form: plain or within-emotion, as `errors` were made.
    """
    once = errors.everybody()
    r2 = {
        side: errors.r2(side, once)[0] if side in errors.sse else np.full(len(features), np.nan)
        for side in (ALL, TOP, RANDOM, BOTTOM, PERMUTED)
    }
    gain, low, high = interval(errors.gain, len(errors.speakers))
    p = np.array([p_value(*pair) for pair in zip(errors.r2_as_draw(), errors.r2_of_draws().T, strict=True)])
    adjusted = benjamini_hochberg(p)
    return pd.DataFrame(
        {
            "form": form,
            "feature": list(features),
            "category": list(category),
            **{f"r2_{side}": values for side, values in r2.items()},
            **{f"rmse_{side}": errors.rmse(side, once)[0] for side in (ALL, TOP, RANDOM)},
            "rmse_mean": errors.rmse_mean(once)[0],
            "information_increase": errors.information_increase(once)[0],
            "gain": gain,
            "low": low,
            "high": high,
            "p": p,
            "p_adjusted": adjusted,
            "claimed": (adjusted <= CLAIM) & (low > 0) & (gain >= LEAST) & (r2[TOP] > 0),
            "k": np.median(errors.k),
            "alpha_top": np.median(errors.alphas[TOP], axis=0),
            "alpha_all": np.median(errors.alphas[ALL], axis=0),
            "n_draws": len(errors.draws),
            "n_clips": int(errors.clips.sum()),
            "n_speakers": len(errors.speakers),
            "note": _notes(errors, r2[ALL], r2[TOP], gain),
        }
    )


def _notes(errors: Errors, r2_all: F64, r2_top: F64, gain: F64) -> list[str]:
    notes = []
    for place, flaw in enumerate(errors.flaws):
        said = {
            f"not predicted: {flaw}": flaw != "",
            "from all dimensions it is predicted no better than by its mean": (r2_all[place] <= 0),
            "better than random dimensions, but no better than its mean": r2_top[place] <= 0 < gain[place],
            "one speaker: no interval": len(errors.speakers) < 2,
        }
        notes.append("; ".join(words for words, true in said.items() if true))
    return notes
