"""Facts of a made-up explanation for tests of figures and report: planted layers and categories, nothing measured.

Energy is known in early layers, time in late ones, in song a little later than in speech; every emotion has a category
of its own that comes first (FIRST). The tables stand in made_up_explanation_tables, SHAP values and acoustic features
of clips in made_up_explanation_shap, printed figures in made_up_explanation_papers.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workflow_scripts.study.schemas import TABLES

Tables = dict[str, pd.DataFrame]
Models = dict[str, dict[str, Any]]
Row = dict[str, Any]

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
CATEGORY = pd.read_csv(RESOURCES / "egemaps_categories.csv").set_index("feature")["category"]
FEATURES = [str(feature) for feature in CATEGORY.index]
CATEGORIES = ["Energy", "Frequency", "Spectral", "Temporal"]
NETWORK, TINY, ACOUSTIC = "wavlm-large", "tiny-wavlm", "eGeMAPSv02"
EMOTIONS = ["angry", "disgust", "fearful", "happy", "sad"]
FIRST = {"angry": "Energy", "disgust": "Spectral", "fearful": "Frequency", "happy": "Frequency", "sad": "Energy"}
DATASETS: dict[str, dict[str, Any]] = {
    name: {"corpus": f"ravdess-{name}", "domain": name, "synthetic": False, "emotions": ["neutral", *EMOTIONS]}
    for name in ("speech", "song")
}
PUBLISHED = {"protocol": "paper2", "condition": "all"}


def models(layers: int = 5, tiny: bool = True, acoustics: bool = True, final: bool = False) -> Models:
    """Facts of a network, of a tiny one of three layers and of eGeMAPS."""
    names = [*(str(layer) for layer in range(layers)), *(["final"] if final else [])]
    facts: Models = {NETWORK: {"family": "wavlm", "weights": "local", "layers": names, "width": 1024}}
    if tiny:
        facts[TINY] = {"family": "wavlm", "weights": "untrained", "layers": ["0", "1", "2"], "width": 32}
    if acoustics:
        facts[ACOUSTIC] = {"family": "acoustics", "weights": "none", "layers": ["functionals"], "width": len(FEATURES)}
    return facts


def random(*names: Any) -> np.random.Generator:
    """Numbers that depend on the names alone."""
    return np.random.default_rng(zlib.crc32(" ".join(map(str, names)).encode()))


def depth(job: Row, facts: Row) -> float:
    """Place of the layer in its network, from 0 to 1; of acoustic features NaN."""
    layers = facts["layers"]
    if facts["family"] == "acoustics":
        return np.nan
    return float(layers.index(job["layer"]) / max(1, len(layers) - 1))


def ends(rng: np.random.Generator, value: float, half: float = 0.05) -> Row:
    """The value with its interval, about twice `half` wide."""
    wide = half * rng.uniform(0.7, 1.3)
    return {"value": value, "low": value - wide, "high": value + 1.05 * wide}


def declared(rows: Sequence[Row], table: str) -> pd.DataFrame:
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
