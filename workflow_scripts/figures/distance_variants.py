"""What the figures of distances share: variants in the order of the story, panels, the order of the emotions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workflow_scripts.distances.layer import ALL, EQUAL, NORMAL, PUBLISHED
from workflow_scripts.distances.measures import FRECHET, KERNEL, MEAN_TERM
from workflow_scripts.figures import style
from workflow_scripts.statistics.scales import RAW
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks

ACTIVE = "-active"
PAPER = "#D55E00"
SEQUENTIAL = "Blues"
KEYS = ["model", "scale", "variant", "emotion"]


@dataclass(frozen=True)
class Variant:
    """One way to take the distance: its name (the measure, then what is with or without), and which rows it is."""

    name: str
    measure: str
    form: str = EQUAL
    grain: str = "clip"
    condition: str = ALL
    silence: bool = True
    pair: tuple[str, str] | None = None  # None: the pair that is drawn

    @property
    def words(self) -> str:
        """What is with or without, such as 'silence left out'."""
        return self.name.split(", ", 1)[1]

    def of(self, table: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
        """Its rows of a table, with column `variant`; of each model at its first pooling, active frames or all."""
        here = table[(table["first"] == (self.pair or pair)[0]) & (table["second"] == (self.pair or pair)[1])]
        model = "of" if "of" in here else "model"
        own = here[
            (here["measure"] == self.measure)
            & (here["form"] == self.form)
            & (here["grain"] == self.grain)
            & (here["condition"] == self.condition)
        ]
        first = here[here["pooling"] != ""].groupby(model)["pooling"].first()
        wanted = "" if self.grain == "frame" else own[model].map(first).astype(str) + ("" if self.silence else ACTIVE)
        return own[own["pooling"] == wanted].assign(variant=self.name)


AS_PUBLISHED = Variant("Frechet, as published", FRECHET, form=PUBLISHED)
OF_FRAMES = Variant("Frechet, frames as samples", FRECHET, form=PUBLISHED, grain="frame")
FRECHET_EQUAL = Variant("Frechet, equal clips", FRECHET)
HEADLINE = Variant("kernel, equal clips", KERNEL)
MEANS = Variant("mean term, equal clips", MEAN_TERM)
WITHOUT_SILENCE = Variant("kernel, silence left out", KERNEL, silence=False)
NORMAL_ONLY = Variant("kernel, normal intensity only", KERNEL, condition=NORMAL)


def prepared_otherwise(conditions: Sequence[Sequence[Any]]) -> list[Variant]:
    """The headline of other pairs of the same corpora, [[first, second], how their audio is prepared]."""
    return [Variant(f"kernel, {words}", KERNEL, pair=(pair[0], pair[1])) for pair, words in conditions]


def of_pair(table: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    """Rows of one pair of datasets."""
    return table[(table["first"] == pair[0]) & (table["second"] == pair[1])]


def middle_layer(layers: Sequence[str]) -> str:
    """The layer half-way through those analysed."""
    return layers[len(layers) // 2]


def emotions_in_order(ranking: pd.DataFrame, pair: tuple[str, str]) -> list[str]:
    """The paper's order, nearest first; then emotions that it has not, by their mean rank under the headline."""
    rows = of_pair(ranking, pair)
    rows = rows[rows["layer"] == "mean"]
    main = HEADLINE.of(rows, pair)
    found = pd.DataFrame(
        {
            "paper": rows.groupby("emotion", sort=False)["rank_paper"].first(),
            "mean": main.groupby("emotion", sort=False)["rank"].mean(),
        }
    )
    return [str(emotion) for emotion in found.sort_values(["paper", "mean"], kind="stable").index]


def papers_ranks(ranking: pd.DataFrame, emotions: Sequence[str]) -> "pd.Series[float]":
    """The paper's rank of each emotion among those drawn that it has; NaN where it has none."""
    return ranking.groupby("emotion")["rank_paper"].first().reindex(list(emotions)).rank()


def panels(frame: pd.DataFrame, models: Facts) -> list[tuple[str, str]]:
    """(model, scale) of every panel: networks, then acoustic feature sets, raw and as rank-normal scores."""
    there = frame[["model", "scale"]].drop_duplicates()
    order = [*networks(models), *acoustic_sets(models)]
    return [
        (model, str(scale)) for model in order for scale in there.loc[there["model"] == model, "scale"]
    ]  # raw comes first in the tables


def panel_words(panel: tuple[str, str], every: Iterable[tuple[str, str]]) -> str:
    """A panel's title; the scale where its model has several."""
    model, scale = panel
    scales = [other for name, other in every if name == model]
    words = "raw" if scale == RAW else "rank-normal"
    return style.two_lines(model) if len(scales) == 1 else f"{model}\n{words}"


def columns_of(panels: int, most: int) -> int:
    """Columns of a grid of panels: so many that few panels are no larger than many."""
    return min(max(panels, 3), most)


def in_panel_order(
    frame: pd.DataFrame, models: Facts, variants: Sequence[str], emotions: Sequence[str]
) -> pd.DataFrame:
    """Rows by model, scale, variant and emotion, in the order in which they are drawn."""
    names = [*networks(models), *acoustic_sets(models)]
    places = {
        "model": {name: index for index, name in enumerate(names)},
        "scale": {RAW: 0},
        "variant": {name: index for index, name in enumerate(variants)},
        "emotion": {name: index for index, name in enumerate(emotions)},
    }
    keys = pd.DataFrame({name: frame[name].map(order).fillna(1) for name, order in places.items()})
    return frame.loc[keys.sort_values([*places], kind="stable").index].reset_index(drop=True)


def sizes(frame: pd.DataFrame) -> str:
    """'n = 6 speakers' of the rows; from least to most where they differ."""
    numbers = frame.loc[frame["n_speakers"] > 0, "n_speakers"].dropna()
    if numbers.empty:
        return "n of speakers not known"
    low, high = int(numbers.min()), int(numbers.max())
    return f"n = {high} speakers" if low == high else f"n = {low} to {high} speakers"
