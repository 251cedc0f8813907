"""What the figures of the explanation share: layers explained in full, the order of categories, n, what counts."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from workflow_scripts.explanation import rows as conditions
from workflow_scripts.figures import style
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks

ALL = conditions.ALL
STRICT, PUBLISHED = "strict", "paper2"
WITHIN, PLAIN = "within-emotion", "plain"
AGGREGATE = "mean"  # over the features of a category
LEVEL = 0.05
OTHER = "other"
FAINT = 0.32  # opacity of what is not significant


def full_layers(curve: pd.DataFrame, models: Facts) -> dict[str, str]:
    """The layer of each model that has the full curve over k: of layers with equally many k the last one.

    Args:
        curve: table `curve` of the explanation.
        models: facts of the models by name, with their layers in order. Models without a row are left out.
    """
    numbers = curve[curve["side"] == "top"].groupby(["model", "layer"])["k"].nunique()
    found = {}
    for model in [*networks(models), *acoustic_sets(models)]:
        known = {layer: numbers[model, layer] for layer in models[model]["layers"] if (model, layer) in numbers.index}
        if known:
            found[model] = [layer for layer, count in known.items() if count == max(known.values())][-1]
    return found


def at_layers(table: pd.DataFrame, dataset: str, layers: Mapping[str, str]) -> pd.DataFrame:
    """Rows of a dataset at one layer of each model, models in the order of `layers`."""
    places = {model: place for place, model in enumerate(layers)}
    rows = table[(table["dataset"] == dataset) & (table["layer"] == table["model"].map(layers))]
    return rows.loc[rows["model"].map(places).sort_values(kind="stable").index].reset_index(drop=True)


def with_sizes(rows: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """The rows with the numbers of clips and speakers that the table `scores` has for the same job and condition."""
    keys = ["dataset", "model", "layer", "emotion", "protocol", "condition"]
    known = scores.drop_duplicates(keys)[[*keys, "n_clips", "n_speakers"]]
    return rows.merge(known, on=keys, how="left", validate="many_to_one")


def in_order(categories: Iterable[str]) -> list[str]:
    """Categories by name, which is the paper's order of them; `other` last."""
    return sorted(set(categories) - {""}, key=lambda name: (name == OTHER, name))


def model_words(model: str, layer: str) -> str:
    """A model with its layer, where it has layers."""
    return model if layer == "functionals" else f"{model}, layer {layer}"


def emotion_title(axis: Axes, emotion: str, emotions: Sequence[str]) -> None:
    """An emotion in its colour, above a panel."""
    axis.set_title(emotion, color=style.dark(style.look_of(emotion, emotions).colour), fontsize=7.5)


def sizes(frame: pd.DataFrame) -> str:
    """'n = 24 speakers, 288 clips (each emotion against neutral)' of the rows; from least to most where they differ."""
    said = []
    for column, word in (("n_speakers", "speakers"), ("n_clips", "clips")):
        numbers = frame.loc[frame[column] > 0, column].dropna()
        if len(numbers):
            low, high = int(numbers.min()), int(numbers.max())
            said.append(f"{high} {word}" if low == high else f"{low} to {high} {word}")
    return f"n = {', '.join(said)} ({_told(frame)})" if said else f"n not known ({_told(frame)})"


def _told(frame: pd.DataFrame) -> str:
    """What an emotion is told from, and which clips are left out for it."""
    condition = frame["condition"].iloc[0] if "condition" in frame else ALL
    if condition == conditions.MELODY:
        return "each emotion against the others sung to the same melody"
    others = frame.loc[frame["against"] != "", "against"].iloc[0]
    words = "each emotion against " + ("all others" if others == "rest" else others)
    return words + (", clips of normal intensity only" if condition == conditions.NORMAL else "")


def clear(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Whether a gain counts: its corrected p is 0.05 or less and its interval over speakers lies above 0."""
    return (rows["p_adjusted"] <= LEVEL) & (rows["low"] > 0)


def ends(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Lengths (2, n) of the bars to both ends of the intervals; NaN where there are none."""
    lengths = np.array([rows["value"] - rows["low"], rows["high"] - rows["value"]], dtype=np.float64)
    return np.maximum(lengths, 0.0)


def sorted_by(frame: pd.DataFrame, order: Mapping[str, Mapping[str, int]], then: Sequence[str] = ()) -> pd.DataFrame:
    """Rows by the places of the values of some columns, then by other columns as they are; equal rows keep theirs."""
    places = pd.DataFrame({name: frame[name].map(known) for name, known in order.items()}, index=frame.index)
    places = places.assign(**{name: frame[name] for name in then})
    return frame.loc[places.sort_values([*places.columns], kind="stable").index].reset_index(drop=True)


def placed(values: Iterable[str]) -> dict[str, int]:
    """Each value's place among the different ones, by first appearance."""
    return {value: place for place, value in enumerate(dict.fromkeys(values))}
