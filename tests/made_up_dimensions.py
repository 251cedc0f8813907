"""Made-up dimensions and acoustic features of speakers who say every clip with or without an emotion."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workflow_scripts.explanation.errors import ALL, TOP, Errors
from workflow_scripts.explanation.ridge import predict

CATEGORIES = ("Energy", "Frequency", "Spectral", "Temporal")


@dataclass(frozen=True)
class Material:
    """x (clips, d), targets (clips, f), and the clips' speakers, classes and folds."""

    x: np.ndarray
    targets: np.ndarray
    positive: np.ndarray
    speakers: np.ndarray
    train: np.ndarray
    test: np.ndarray

    def predict(self, top: Any, k: int, **options: Any) -> Errors:
        """With sides all and top, the same dimensions in every fold, and k random ones."""
        folds, d = len(self.train), self.x.shape[1]
        sides = {ALL: [np.arange(d)[None]] * folds, TOP: [np.asarray(top)[None]] * folds}
        return self.of_sides(options.pop("sides", sides), [k] * folds, **options)

    def of_sides(self, sides: dict[str, list[np.ndarray]], k: list[int], **options: Any) -> Errors:
        settings = {"draws": 0, "inner_folds": 3, "seed": 1, "within": False} | options
        who = (self.positive, self.speakers, self.train, self.test)
        return predict(self.x, self.targets, *who, sides, k, **settings)

    def but(self, **changed: Any) -> "Material":
        return replace(self, **changed)


def material(
    d: int, features: int, seed: int = 0, speakers: int = 8, clips: int = 6, folds: int = 4, voice: float = 0.5
) -> Material:
    """Noise and voices, neither of which knows of the emotion or of the other; half of the clips have it."""
    rng = np.random.default_rng([seed, d])
    who = np.repeat(np.arange(speakers), clips)
    x, targets = (
        rng.standard_normal((len(who), width)) + voice * rng.standard_normal((speakers, width))[who]
        for width in (d, features)
    )
    test = np.array([who % folds == fold for fold in range(folds)])
    positive = np.tile(np.arange(clips) % 2 == 1, speakers)
    return Material(x, targets, positive, np.array([f"{one:02d}" for one in who]), ~test, test)
