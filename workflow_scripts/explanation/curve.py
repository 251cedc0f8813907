"""How well an emotion is told from the k dimensions that matter most, for every k, chosen and scored without a leak.

Every training part of an outer fold, the inner ones included, is standardised, fitted and ranked by itself. C and k
are chosen by UAR of the inner held-out clips, and every side of the comparison has its own C.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.explanation.logistic import balanced, path, solve
from workflow_scripts.explanation.training_parts import (
    TrainingParts,
    all_dimensions,
    confusion_tables,
    parts_of,
    ranked,
    subsets,
)
from workflow_scripts.probing.logistic import inner_parts
from workflow_scripts.statistics import jackknife
from workflow_scripts.statistics.metrics import uar
from workflow_scripts.statistics.permutation import permuted_labels
from workflow_scripts.study.errors import UserError

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

SIDES = ("top", "rest", "bottom", "random")
DRAWS_FOR_C = 2  # random sets whose inner scores choose the C of all random sets


@dataclass(frozen=True)
class Fold:
    """What one outer fold chose in its training clips, and what it says of its test clips.

    Attributes:
        order: (d,) dimensions from the one that matters most.
        importance: (d,) mean |SHAP| over the training clips, log-odds.
        coef, intercept: model of all dimensions, for vectors as they came: log-odds = x @ coef (d,) + intercept.
        background: (d,) mean of the training clips.
        C_all: C of that model.
        k: smallest k whose inner score is within one standard error of the best.
        k_best: smallest k with the best inner score.
        C: C of the top k.
        inner: (ks,) UAR of the top k over the inner held-out clips, pooled.
        inner_error: (ks,) its standard error, by the jackknife over inner folds.
        permuted_orders: (draws, d) orders from labels permuted within speaker.
        decisions: side -> (ks, draws, test clips) log-odds of the emotion, in the order of the clips. Only `random`
            and `permuted` have several draws; `all` and `permuted` have one k (all dimensions, and the chosen k).
    """

    order: Indices
    importance: F64
    coef: F64
    intercept: float
    background: F64
    C_all: float
    k: int
    k_best: int
    C: float
    inner: F64
    inner_error: F64
    permuted_orders: Indices
    decisions: dict[str, F64]


def nested_curve(
    x: F64,
    positive: Flags,
    speakers: npt.NDArray[Any],
    train: Flags,
    test: Flags,
    ks: Sequence[int],
    grid: Sequence[float],
    inner_folds: int,
    seed: int,
    random_sets: int = 20,
    permuted_draws: int = 5,
    sides: Sequence[str] = SIDES,
) -> list[Fold]:
    """Rank, choose and score in every outer fold.

    Sides: `top` the k dimensions that matter most, `rest` all others, `bottom` the k that matter least, `random` k
    drawn at random (of one draw, the smaller sets lie in the larger ones). Always there: `all` dimensions, and
    `permuted`, the top k of labels permuted within speaker, which are then fitted to the labels as they are.

    Every inner part makes its own ranking, with the C that its fold has chosen for all dimensions. C goes by UAR
    pooled over the inner held-out clips, ties to the smaller C. The random sets of a fold share one C per k, by the
    pooled inner scores of the first DRAWS_FOR_C of them.

    Args:
        x: (clips, d).
        positive: (clips,) whether a clip has the emotion.
        speakers: (clips,).
        train, test: (folds, clips).
        ks: numbers of dimensions, ascending, at least 1 and below d.
        grid: values of C.
        inner_folds: inner folds of speakers; fewer where a training part has fewer speakers.
        seed: of the deal to inner folds, of random sets and of permutations.
        random_sets, permuted_draws: draws of these sides.
        sides: those of SIDES that are wanted.

    Raises:
        ValueError: ks that are not as above, or vectors that are not finite.
        UserError: a training part with one speaker, or a part of it with clips of one side only.
    """
    if not len(ks) or list(ks) != sorted(set(ks)) or ks[0] < 1 or ks[-1] >= x.shape[1]:
        raise ValueError(f"k must ascend from at least 1 and stay below the {x.shape[1]} dimensions")
    if not np.isfinite(x[(train | test).any(0)]).all():
        raise ValueError("vectors hold values that are not finite")
    if any(len(np.unique(speakers[part])) < 2 for part in train):
        raise UserError(
            "C and k are chosen on held-out speakers of the training part, and a fold trains on one speaker only",
            remedy="add speakers, or leave the dataset out of the explanation",
        )
    inner, owner = inner_parts(speakers, train, inner_folds, seed)
    if any(len(np.unique(positive[part])) < 2 for part in np.vstack([train, inner])):
        raise UserError(
            "without its held-out speakers a fold has clips with the emotion only, or only clips without it",
            remedy="add speakers who have both, or leave the emotion out of the explanation",
        )
    folds = []
    for fold, (own, tested) in enumerate(zip(train, test, strict=True)):
        parts = inner[owner == fold]
        sides_of = _Sides(
            parts_of(x, positive, parts, own & ~parts),
            parts_of(x, positive, own[None], tested[None]),
            sorted(grid),
            [seed, fold],
        )
        folds.append(sides_of.fold(list(ks), speakers, random_sets, permuted_draws, sides))
    return folds


class _Sides:
    """The sides of one outer fold, from its inner parts and from the outer part that they are parts of."""

    def __init__(self, inner: TrainingParts, outer: TrainingParts, grid: list[float], seed: list[int]) -> None:
        self._inner, self._outer, self._grid, self._seed = inner, outer, grid, seed

    def fold(
        self, ks: list[int], speakers: npt.NDArray[Any], random_sets: int, permuted_draws: int, sides: Sequence[str]
    ) -> Fold:
        inner, outer, grid = self._inner, self._outer, self._grid
        subset = all_dimensions(inner)
        solutions = path(subset, inner.positive, inner.weight, grid)
        (best,) = _best_C(confusion_tables(inner, subset.decisions(*solutions))[None])
        inner_orders, _, _ = ranked(inner, solutions[0][best])
        subset = all_dimensions(outer)
        a, b = path(subset, outer.positive, outer.weight, grid[: best + 1])
        order, importances, standardised = ranked(outer, a[-1])
        coef = (standardised / outer.scale)[0]
        decisions = {"all": subset.decisions(a[-1:], b[-1:])}

        tables = self._inner_tables(inner_orders, ks)
        chosen = _best_C(tables)
        scores, errors = _scores(tables, chosen)
        at, best_at = _smallest(scores, errors)
        decisions["top"] = self._decisions(order, ks, chosen)
        if "rest" in sides:
            choice = _best_C(self._inner_tables(inner_orders, ks, rest=True))
            decisions["rest"] = self._decisions(order, ks, choice, rest=True)
        if "bottom" in sides:
            choice = _best_C(self._inner_tables(inner_orders[:, ::-1], ks))
            decisions["bottom"] = self._decisions(order[:, ::-1], ks, choice)
        if "random" in sides and random_sets:
            drawn = [np.random.default_rng([*self._seed, 0, i]).permutation(outer.d) for i in range(random_sets)]
            same = [np.tile(one, (len(inner.z), 1)) for one in drawn[:DRAWS_FOR_C]]
            choice = _best_C(np.concatenate([self._inner_tables(one, ks) for one in same], axis=2))
            decisions["random"] = self._decisions(np.array(drawn), ks, choice)
        permuted = np.empty((permuted_draws, outer.d), np.int64)
        decisions["permuted"] = np.empty((1, permuted_draws, len(outer.held[0])))
        for draw in range(permuted_draws):
            of_parts, own = self._permuted_orders(speakers, grid[best], draw)
            choice = _best_C(self._inner_tables(of_parts, [ks[at]]))
            permuted[draw] = own[0]
            decisions["permuted"][:, draw] = self._decisions(own, [ks[at]], choice)[:, 0]
        return Fold(
            order=order[0],
            importance=importances[0],
            coef=coef,
            intercept=float(b[-1, 0] - coef @ outer.mean[0]),
            background=outer.mean[0],
            C_all=grid[best],
            k=ks[at],
            k_best=ks[best_at],
            C=grid[chosen[at]],
            inner=scores,
            inner_error=errors,
            permuted_orders=permuted,
            decisions=decisions,
        )

    def _inner_tables(self, orders: Indices, ks: list[int], rest: bool = False) -> Indices:
        """Confusion counts (ks, C, inner parts, 2, 2) of the inner held-out clips, for orders (inner parts, d)."""
        inner = self._inner
        tables = [
            confusion_tables(inner, subset.decisions(*path(subset, inner.positive, inner.weight, self._grid)))
            for subset in subsets(inner, orders, ks, rest)
        ]
        return np.array(tables)

    def _decisions(self, orders: Indices, ks: list[int], chosen: Indices, rest: bool = False) -> F64:
        """Log-odds (ks, draws, test clips) with the C chosen for each k, for orders (draws, d)."""
        outer, draws = self._outer, len(orders)
        positive, weight = np.tile(outer.positive, (draws, 1)), np.tile(outer.weight, (draws, 1))
        a, b, decisions = np.zeros(weight.shape), np.zeros(draws), []
        for subset, choice in zip(subsets(outer, orders, ks, rest), chosen, strict=True):
            # from the solution of the last k
            a, b = solve(subset, positive, weight, self._grid[choice], a, b)
            decisions.append(subset.decisions(a, b))
        return np.array(decisions)

    def _permuted_orders(self, speakers: npt.NDArray[Any], C: float, draw: int) -> tuple[Indices, Indices]:
        """Orders of the inner parts (m, d) and of the outer part (1, d) by labels permuted within speaker."""
        outer = self._outer
        clips, rng = outer.clips[0, : outer.n], np.random.default_rng([*self._seed, 1, draw])
        labels = np.zeros(len(speakers), bool)
        labels[clips] = permuted_labels(speakers[clips], outer.positive[0], 1, rng)[0]
        orders = []
        for parts in (self._inner, outer):
            positive = labels[parts.clips[:, : parts.n]]
            weight = balanced(positive, parts.weight > 0)
            a, _ = solve(all_dimensions(parts), positive, weight, C, np.zeros_like(weight), np.zeros(len(weight)))
            orders.append(ranked(parts, a)[0])
        return orders[0], orders[1]


def _best_C(tables: Indices) -> Indices:
    """Place of the best C for each k, from counts (ks, C, parts, 2, 2)."""
    return np.asarray(uar(tables.sum(axis=2)).round(12).argmax(axis=1))


def _scores(tables: Indices, chosen: Indices) -> tuple[F64, F64]:
    """Pooled UAR at the chosen C and its standard error over inner folds, each (ks,).

    For folds of equal numbers of clips the jackknife error is that of the mean of the folds' UARs; it is also defined
    where a fold holds out clips of one class only, since the others have both (their clips train that fold's part).
    """
    own = tables[np.arange(len(tables)), chosen]
    total = own.sum(axis=1, keepdims=True)
    return uar(total[:, 0]), np.sqrt(jackknife.variance(uar(total - own).T))


def _smallest(scores: F64, errors: F64) -> tuple[int, int]:
    """Place of the smallest k within one standard error of the best score, and of the smallest k with that score."""
    best = int(scores.round(12).argmax())
    return int(np.argmax(scores >= scores[best] - errors[best] - 1e-12)), best
