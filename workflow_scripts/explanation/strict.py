"""The strict form of an explanation: speakers held out, every choice made inside the training speakers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.explanation.categories import of_importances, of_predictions
from workflow_scripts.explanation.curve import SIDES, Fold, nested_curve
from workflow_scripts.explanation.errors import Errors
from workflow_scripts.explanation.gains import gains
from workflow_scripts.explanation.ranking import linear_shap
from workflow_scripts.explanation.ridge import predict
from workflow_scripts.explanation.scores import curve_rows, score_rows
from workflow_scripts.explanation.stability import FEWEST_SETS, half_samples, stability_of_rankings
from workflow_scripts.statistics import jackknife

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
PLAIN, WITHIN = "plain", "within-emotion"
ORDER = ("all", "top", "random", "rest", "bottom", "permuted")


@dataclass(frozen=True)
class Settings:
    """What the study asks for; permutations are of labels within speaker, random_draws of sets of dimensions."""

    C: Sequence[float]
    inner_folds: int
    permutations: int
    random_draws: int
    seed: int


@dataclass(frozen=True)
class Sample:
    """The clips of one condition: vectors (n, d), features (n, f), emotion or not (n,), speaker and fold (n,)."""

    vectors: F64
    features: F64
    positive: Flags
    speakers: npt.NDArray[np.str_]
    fold: npt.NDArray[np.int64]


class Strict:
    """One emotion of one layer under one condition.

    Args:
        sample: the clips.
        ks: numbers of dimensions to try, ascending, below the width (see `numbers_below`).
        settings: of the study.
        curves: whether the rest and the bottom k are scored too, which only a drawn curve needs.
    """

    def __init__(self, sample: Sample, ks: Sequence[int], settings: Settings, curves: bool) -> None:
        self.sample, self.ks, self._settings = sample, list(ks), settings
        self.numbers = np.unique(sample.fold)
        self.train = np.stack([sample.fold != number for number in self.numbers])
        self.folds: list[Fold] = nested_curve(
            sample.vectors, sample.positive, sample.speakers, self.train, ~self.train, self.ks, settings.C,
            settings.inner_folds, settings.seed, sides=SIDES if curves else ("top", "random"),
        )  # fmt: skip
        self.names, self._speaker = np.unique(sample.speakers, return_inverse=True)

    @property
    def k(self) -> float:
        """Median over folds of the number of dimensions that was chosen."""
        return float(np.median([fold.k for fold in self.folds]))

    @property
    def usual_C(self) -> float:
        """Median over folds of the inverse penalty with all dimensions, one of the grid."""
        return float(sorted(fold.C_all for fold in self.folds)[len(self.folds) // 2])

    def decided(self, side: str, k: int | None = None) -> Flags:
        """Held-out decisions (draws, clips) of a side with k dimensions, or with those that each fold chose."""
        draws = self.folds[0].decisions[side].shape[1]
        made = np.empty((draws, len(self.sample.fold)), dtype=bool)
        for number, fold in zip(self.numbers, self.folds, strict=True):
            given = fold.decisions[side]
            place = 0 if len(given) == 1 else self.ks.index(fold.k if k is None else k)
            made[:, self.sample.fold == number] = given[place] > 0
        return made

    def scores(self) -> pd.DataFrame:
        """Rows of explanation_scores."""
        sides = {side: self.decided(side) for side in sorted(self._present(), key=ORDER.index)}
        rows = score_rows(
            sides, self.sample.positive, self._speaker, self._settings.permutations, self._settings.seed
        )  # fmt: skip
        width = self.sample.vectors.shape[1]
        k = {"all": float(width), "rest": width - self.k}
        for row in rows:
            row |= {"k": k.get(row["side"], self.k), "note": "; ".join(filter(None, [row["note"], self._one_sided()]))}
        return pd.DataFrame(rows)

    def _one_sided(self) -> str:
        """Speakers who have clips of one side only, in words: they say less of UAR than `n_speakers` lets on."""
        share = np.array([self.sample.positive[self._speaker == place].mean() for place in range(len(self.names))])
        some = self.names[(share == 0) | (share == 1)]
        words = f"{len(some)} of {len(share)} speakers have clips of one side only: {', '.join(some)}"
        return words if len(some) else ""

    def _present(self) -> set[str]:
        return set(self.folds[0].decisions)

    def curve(self) -> pd.DataFrame:
        """Rows of explanation_curve."""
        rows = []
        for side in [side for side in SIDES if side in self._present()]:
            for place, k in enumerate(self.ks):
                inner = float(np.mean([fold.inner[place] for fold in self.folds])) if side == "top" else np.nan
                for row in curve_rows(self.decided(side, k), self.sample.positive, self._speaker):
                    rows.append({"side": side, "k": k, "inner": inner if row["metric"] == "UAR" else np.nan, **row})
        return pd.DataFrame(rows)

    def choices(self) -> pd.DataFrame:
        """Rows of explanation_choices."""
        return pd.DataFrame(
            [
                {
                    "fold": int(number), "k": fold.k, "k_best": fold.k_best, "C": fold.C, "C_all": fold.C_all,
                    "score": float(fold.inner[self.ks.index(fold.k)]), "n_train": int(train.sum()),
                    "n_test": int((~train).sum()),
                }
                for number, fold, train in zip(self.numbers, self.folds, self.train, strict=True)
            ]
        )  # fmt: skip

    def attributions(self) -> tuple[F64, pd.DataFrame]:
        """SHAP values (clips, d) of the held-out clips by the models with all dimensions, and what stands beside them.

        The frame has speaker, positive, fold, decision and expected, as in the table explanation_shap.
        """
        sample = self.sample
        values = np.empty(sample.vectors.shape)
        decision, expected = np.empty(len(values)), np.empty(len(values))
        for number, fold in zip(self.numbers, self.folds, strict=True):
            held_out = sample.fold == number
            values[held_out] = linear_shap(sample.vectors[held_out], fold.coef, fold.background)
            decision[held_out] = fold.decisions["all"][0, 0]
            expected[held_out] = fold.intercept + fold.coef @ fold.background
        about = {"speaker": sample.speakers, "positive": sample.positive, "fold": sample.fold}
        return values, pd.DataFrame({**about, "decision": decision, "expected": expected})

    def importance(self, values: F64) -> pd.DataFrame:
        """Rows of explanation_importance, features left blank; `values` are the `attributions`."""
        each = [
            pd.DataFrame({"fold": number, "dimension": np.arange(len(fold.order)), "value": fold.importance})
            for number, fold in zip(self.numbers, self.folds, strict=True)
        ]
        for frame, fold, train in zip(each, self.folds, self.train, strict=True):
            frame["rank"] = np.argsort(fold.order) + 1
            frame["coefficient"] = fold.coef * self.sample.vectors[train].std(axis=0)
        sums, clips = self.per_speaker(np.abs(values))
        pooled, reach = over_speakers(sums, clips)
        ranks = np.empty(len(pooled), dtype=np.int64)
        ranks[np.argsort(-pooled, kind="stable")] = np.arange(len(pooled)) + 1
        together = pd.DataFrame(
            {
                "fold": -1, "dimension": np.arange(len(pooled)), "value": pooled, "rank": ranks,
                "low": np.maximum(pooled - reach, 0.0), "high": pooled + reach,
                "coefficient": np.mean([frame["coefficient"] for frame in each], axis=0),
            }
        )  # fmt: skip
        return pd.concat([together, *[frame.assign(low=np.nan, high=np.nan) for frame in each]], ignore_index=True)

    def per_speaker(self, values: F64) -> tuple[F64, F64]:
        """Sums of clips' values (n, d) per speaker (m, d), and clips per speaker (m,)."""
        sums = np.zeros((len(self.names), values.shape[1]))
        np.add.at(sums, self._speaker, values)
        return sums, np.bincount(self._speaker).astype(np.float64)

    def shap_categories(self, values: F64, category: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows of explanation_categories and explanation_orders for mean |SHAP| of acoustic features."""
        sums, clips = self.per_speaker(np.abs(values))
        return of_importances(sums / clips[:, None], clips, category, self._settings.seed)

    def stability(self, ks: Sequence[int], halves: int) -> pd.DataFrame:
        """Rows of explanation_stability for the top k of rankings in so many halves of the speakers."""
        sample, seed = self.sample, self._settings.seed
        found = stability_of_rankings(
            sample.vectors, sample.positive, sample.speakers, half_samples(sample.speakers, halves, seed), ks,
            self.usual_C, seed,
        )  # fmt: skip
        m = len(self.names)
        few = f"{m} speakers have {{}} different halves to rank in, and {FEWEST_SETS} are needed"
        return pd.DataFrame(
            [
                {
                    "k": one.k, "ranking": one.ranking, "value": one.value, "low": one.low, "high": one.high,
                    "n_sets": one.sets, "n_speakers": m, "note": few.format(one.sets) if one.sets < FEWEST_SETS else "",
                }
                for one in found
            ]
        )  # fmt: skip

    def prediction(
        self, features: Sequence[str], category: Sequence[str]
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Rows of explanation_gains, explanation_categories and explanation_orders, plain and within the emotion."""
        made: list[list[pd.DataFrame]] = [[], [], []]
        for form in (PLAIN, WITHIN):
            errors = self._errors(form == WITHIN)
            of_form = of_predictions(errors, category, form, self._settings.seed)
            for frames, frame in zip(made, (gains(errors, features, category, form), *of_form), strict=True):
                frames.append(frame)
        plain, within = made[0]
        plain["claimed"] &= within["claimed"]  # by itself it may say no more than that the feature differs by emotion
        whole = [pd.concat(frames, ignore_index=True) for frames in made]
        return whole[0], whole[1], whole[2]

    def _errors(self, within: bool) -> Errors:
        sample, settings = self.sample, self._settings
        width = sample.vectors.shape[1]
        sides: Mapping[str, list[npt.NDArray[np.int64]]] = {
            "all": [np.arange(width)[None] for _ in self.folds],
            "top": [fold.order[None, : fold.k] for fold in self.folds],
            "bottom": [fold.order[None, -fold.k :] for fold in self.folds],
            "permuted": [fold.permuted_orders[:, : fold.k] for fold in self.folds],
        }
        return predict(
            sample.vectors, sample.features, sample.positive, sample.speakers, self.train, ~self.train, sides,
            [fold.k for fold in self.folds], draws=settings.random_draws, inner_folds=settings.inner_folds,
            seed=settings.seed, within=within,
        )  # fmt: skip


def over_speakers(sums: F64, clips: F64) -> tuple[F64, F64]:
    """Mean over clips (d,) of per-speaker sums (m, d), and half of its 95 % interval by the jackknife; NaN for one."""
    whole = sums.sum(axis=0) / clips.sum()
    if len(clips) < 2:
        return whole, np.full(len(whole), np.nan)
    without = (sums.sum(axis=0) - sums) / (clips.sum() - clips)[:, None]
    return whole, jackknife.reach([jackknife.variance(without)], [len(clips)])
