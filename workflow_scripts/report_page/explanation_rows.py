"""Which rows of the explanation tables the report tells of: the shown layer of each model, strict and as published.

Shown is the last layer with the full curve, which the config names; it is not chosen by any score of the study. The
network that the sentences are about is the one with the highest mean UAR over the emotions there.
"""

from functools import cached_property

import numpy as np
import pandas as pd

from workflow_scripts.explanation.rows import ALL
from workflow_scripts.figures.explanation_rows import AGGREGATE, STRICT, WITHIN, full_layers
from workflow_scripts.figures.explanation_rows import PUBLISHED as PAPER2
from workflow_scripts.report_page.study import Study
from workflow_scripts.summaries.roles import acoustic_sets, elsewhere, networks, untrained

MEDIAN = "median"  # over the features of a category, beside AGGREGATE
KEYS = ["model", "layer", "emotion"]


class Explained:
    """One explained dataset of a study: its rows at the shown layer of every model."""

    def __init__(self, study: Study, dataset: str) -> None:
        self.study, self.dataset = study, dataset
        self._tables: dict[str, pd.DataFrame] = {}

    @cached_property
    def layers(self) -> dict[str, str]:
        """The shown layer of every explained model: networks first, as in the figures."""
        return full_layers(where(self.study.explanation["curve"], dataset=self.dataset), self.study.models)

    @cached_property
    def emotions(self) -> list[str]:
        """The emotions that are explained, in the order of the study."""
        return list(dict.fromkeys(self.rows("scores")["emotion"]))

    @cached_property
    def told_from(self) -> str:
        """What the emotions are told from, in words."""
        return "neutral" if set(self.rows("scores")["against"]) <= {"neutral"} else "the other emotions"

    @cached_property
    def counted(self) -> tuple[list[str], str]:
        """The models that compete for the headline, and what one of them is called.

        Trained networks (and vectors made elsewhere); untrained ones where there are no others; acoustic feature sets
        where the study has no network.
        """
        models = self.study.models
        listening = [model for model in networks(models) if model in self.layers]
        if not listening:
            return [model for model in acoustic_sets(models) if model in self.layers], "feature set"
        counted = [model for model in listening if model not in untrained(models)] or listening
        return counted, "model" if set(counted) & set(elsewhere(models)) else "network"

    @cached_property
    def headline(self) -> str:
        """The counted model with the highest mean UAR from all dimensions over the emotions; or ""."""
        rows = self.rows("scores", side="all", metric="UAR")
        means = rows[rows["model"].isin(self.counted[0])].groupby("model", sort=False)["value"].mean().dropna()
        return str(means.idxmax()) if len(means) else ""

    @cached_property
    def acoustic_set(self) -> str:
        """The acoustic feature set that is explained itself, or ""."""
        return next((name for name in acoustic_sets(self.study.models) if name in self.layers), "")

    @cached_property
    def conditions(self) -> list[str]:
        """The conditions beside `all` that some emotion was explained under."""
        rows = where(self._table("scores"), protocol=STRICT)
        return [name for name in dict.fromkeys(rows["condition"]) if name != ALL]

    @property
    def is_published(self) -> bool:
        """Whether the dataset was explained as published too."""
        return not self.rows("scores", PAPER2).empty

    def rows(self, table: str, protocol: str = STRICT, condition: str = ALL, **equal: str) -> pd.DataFrame:
        """Rows at the shown layers, in the order of `layers`.

        Args:
            table: name of the table.
            protocol, condition: of the rows, where the table has them.
            equal: further columns and what they must say.
        """
        return where(self._table(table), protocol=protocol, condition=condition, **equal)

    def of_headline(self, table: str, protocol: str = STRICT, condition: str = ALL, **equal: str) -> pd.DataFrame:
        """Those of the headline model."""
        return self.rows(table, protocol, condition, model=self.headline, **equal)

    def _table(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            rows = where(self.study.explanation[name], dataset=self.dataset)
            rows = rows[rows["layer"] == rows["model"].map(self.layers)]
            place = {model: place for place, model in enumerate(self.layers)}
            self._tables[name] = rows.loc[rows["model"].map(place).astype(float).sort_values(kind="stable").index]
        return self._tables[name]


def where(rows: pd.DataFrame, **equal: str) -> pd.DataFrame:
    """The rows whose columns say this; columns that the table lacks are passed over."""
    kept = np.ones(len(rows), dtype=bool)
    for column, value in equal.items():
        if column in rows:
            kept &= (rows[column] == value).to_numpy()
    return rows[kept]


def of_networks(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Without acoustic features, which predict themselves."""
    return rows[~rows["model"].isin(acoustic_sets(study.models))]


def gains_of_categories(
    about: Explained, form: str = WITHIN, condition: str = ALL, aggregate: str = AGGREGATE
) -> pd.DataFrame:
    """Gains of categories of the headline model, with n_speakers; of acoustic features none."""
    rows = about.of_headline("categories", condition=condition, what="gain", form=form, aggregate=aggregate)
    scores = about.of_headline("scores", condition=condition, side="all", metric="UAR")
    speakers = rows["emotion"].map(scores.set_index("emotion")["n_speakers"])
    return of_networks(about.study, rows.assign(n_speakers=speakers)).dropna(subset="value")


def gains_of_features(about: Explained, form: str = WITHIN) -> pd.DataFrame:
    """Gains of single features of the headline model; of acoustic features none."""
    return of_networks(about.study, about.of_headline("gains", form=form)).dropna(subset="gain")


def orders_of_gains(about: Explained) -> pd.DataFrame:
    """Orders of the categories by gain within the emotion, headline model."""
    return of_networks(about.study, about.of_headline("orders", what="gain", form=WITHIN, aggregate=AGGREGATE))


def shap_of_categories(about: Explained, aggregate: str = AGGREGATE) -> pd.DataFrame:
    """Mean |SHAP| of the categories of acoustic features."""
    rows = about.rows("categories", model=about.acoustic_set, what="shap", aggregate=aggregate)
    return rows.dropna(subset="value")


def heaviest_features(about: Explained) -> pd.DataFrame:
    """The acoustic feature with the highest mean |SHAP| of each emotion, held-out clips of all folds together."""
    rows = about.rows("importance", model=about.acoustic_set)
    rows = rows[(rows["fold"] == -1) & (rows["feature"] != "")]
    rows = rows.sort_values("rank", kind="stable").groupby("emotion", sort=False).head(1)
    place = {emotion: place for place, emotion in enumerate(about.emotions)}
    return rows.loc[rows["emotion"].map(place).astype(float).sort_values(kind="stable").index]


def stability_at_k(about: Explained, model: str) -> pd.DataFrame:
    """Stability of a model's sets of dimensions, at the number of dimensions next to the chosen one."""
    rows = about.rows("stability", model=model)
    chosen = about.rows("scores", model=model, side="top", metric="UAR").set_index("emotion")["k"]
    away = (rows["k"] - rows["emotion"].map(chosen).astype(float)).abs()
    nearest = away.groupby([rows["emotion"], rows["ranking"]]).transform("min")
    near = rows[(away == nearest) & away.notna()]
    return near.drop_duplicates(["emotion", "ranking"])
