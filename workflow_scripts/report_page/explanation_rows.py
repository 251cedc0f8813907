"""Which rows of the explanation tables the report tells of: the shown layer of each model, strict and as published.

Shown is the last layer with the full curve, which the config names; it is not chosen by any score of the study. The
network that the sentences are about is the one with the highest mean UAR over the emotions there.
"""

import pandas as pd

from workflow_scripts.report_page.findings import ALPHA, Study
from workflow_scripts.summaries.roles import acoustic_sets, elsewhere, networks, untrained

STRICT, PAPER2 = "strict", "paper2"
ALL, NORMAL, MELODY = "all", "normal-intensity", "within-melody"
PLAIN, WITHIN = "plain", "within-emotion"
MEAN, MEDIAN = "mean", "median"
KEYS = ["model", "layer", "emotion"]


def rows_of(
    study: Study, table: str, dataset: str, protocol: str = STRICT, condition: str = ALL, **equal: str
) -> pd.DataFrame:
    """Rows of one dataset in the study's order of models: of every layer.

    Args:
        study: facts and tables.
        table: name of the table.
        dataset: its name.
        protocol, condition: of the rows, where the table has them.
        equal: further columns and what they must say.
    """
    rows = study.explanation[table]
    wanted = {"dataset": dataset, "protocol": protocol, "condition": condition, **equal}
    for column, value in wanted.items():
        if column in rows:
            rows = rows[rows[column] == value]
    place = rows["model"].map({name: place for place, name in enumerate(study.models)})
    return rows.assign(place_of_model=place).sort_values("place_of_model", kind="stable")


def shown(
    study: Study, table: str, dataset: str, protocol: str = STRICT, condition: str = ALL, **equal: str
) -> pd.DataFrame:
    """The same at the shown layer of every model."""
    rows = rows_of(study, table, dataset, protocol, condition, **equal)
    return rows[rows["layer"] == rows["model"].map(shown_layers(study, dataset))]


def shown_layers(study: Study, dataset: str) -> dict[str, str]:
    """The last layer of every explained model that has the full curve."""
    scores = rows_of(study, "scores", dataset)
    curve = rows_of(study, "curve", dataset, side="top")
    tried = curve.groupby(["model", "layer"])["k"].nunique()
    found = {}
    for model, own in scores.groupby("model", sort=False):
        present = set(own["layer"])
        layers = [layer for layer in map(str, study.models[str(model)]["layers"]) if layer in present]
        numbers = [int(tried.get((model, layer), 0)) for layer in layers]
        found[str(model)] = next(
            layer for layer, number in zip(layers[::-1], numbers[::-1], strict=True) if number == max(numbers)
        )
    return found


def emotions_of(study: Study, dataset: str) -> list[str]:
    """The emotions that are explained, in the order of the study."""
    return list(dict.fromkeys(rows_of(study, "scores", dataset)["emotion"]))


def told_from(study: Study) -> str:
    """What the emotions are told from, in words."""
    return "neutral" if set(study.explanation["scores"]["against"]) <= {"neutral"} else "the other emotions"


def counted_models(study: Study, dataset: str) -> tuple[list[str], str]:
    """The explained models that compete for the headline, and what one of them is called.

    Trained networks (and vectors made elsewhere); untrained ones where there are no others; acoustic feature sets where
    the study has no network.
    """
    present = shown_layers(study, dataset)
    listening = [model for model in networks(study.models) if model in present]
    if not listening:
        return [model for model in acoustic_sets(study.models) if model in present], "feature set"
    counted = [model for model in listening if model not in untrained(study.models)] or listening
    return counted, "model" if set(counted) & set(elsewhere(study.models)) else "network"


def headline_model(study: Study, dataset: str) -> str:
    """The counted model with the highest mean UAR from all dimensions over the emotions, at its shown layer; or ""."""
    models, _ = counted_models(study, dataset)
    rows = shown(study, "scores", dataset, side="all", metric="UAR")
    means = rows[rows["model"].isin(models)].groupby("model", sort=False)["value"].mean().dropna()
    return str(means.idxmax()) if len(means) else ""


def of_headline(
    study: Study, table: str, dataset: str, protocol: str = STRICT, condition: str = ALL, **equal: str
) -> pd.DataFrame:
    """Rows of the headline model at its shown layer."""
    return shown(study, table, dataset, protocol, condition, model=headline_model(study, dataset), **equal)


def of_networks(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Without acoustic features, which predict themselves."""
    return rows[~rows["model"].isin(acoustic_sets(study.models))]


def is_claimed(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Whether a gain is claimed: corrected p and interval over speakers, both."""
    return (rows["p_adjusted"] <= ALPHA) & (rows["low"] > 0)


def acoustic_set(study: Study, dataset: str) -> str:
    """The acoustic feature set that is explained itself, or ""."""
    present = shown_layers(study, dataset)
    return next((name for name in acoustic_sets(study.models) if name in present), "")


def conditions_of(study: Study, dataset: str) -> list[str]:
    """The conditions beside `all` that some emotion was explained under."""
    rows = study.explanation["scores"]
    rows = rows[(rows["dataset"] == dataset) & (rows["protocol"] == STRICT) & (rows["condition"] != ALL)]
    return list(dict.fromkeys(rows["condition"]))


def is_published(study: Study, dataset: str) -> bool:
    """Whether the dataset was explained as published too."""
    return not rows_of(study, "scores", dataset, PAPER2).empty


def gains_of_categories(
    study: Study, dataset: str, form: str = WITHIN, condition: str = ALL, aggregate: str = MEAN
) -> pd.DataFrame:
    """Gains of categories of the headline model, with n_speakers; of acoustic features none."""
    rows = of_headline(study, "categories", dataset, condition=condition, what="gain", form=form, aggregate=aggregate)
    scores = of_headline(study, "scores", dataset, condition=condition, side="all", metric="UAR")
    speakers = scores.set_index("emotion")["n_speakers"]
    return of_networks(study, rows).dropna(subset="value").assign(n_speakers=lambda own: own["emotion"].map(speakers))


def gains_of_features(study: Study, dataset: str, form: str = WITHIN) -> pd.DataFrame:
    """Gains of single features of the headline model; of acoustic features none."""
    return of_networks(study, of_headline(study, "gains", dataset, form=form)).dropna(subset="gain")


def orders_of_gains(study: Study, dataset: str) -> pd.DataFrame:
    """Orders of the categories by gain within the emotion, headline model."""
    return of_networks(study, of_headline(study, "orders", dataset, what="gain", form=WITHIN, aggregate=MEAN))


def shap_of_categories(study: Study, dataset: str, aggregate: str = MEAN) -> pd.DataFrame:
    """Mean |SHAP| of the categories of acoustic features."""
    model = acoustic_set(study, dataset)
    return shown(study, "categories", dataset, model=model, what="shap", aggregate=aggregate).dropna(subset="value")


def heaviest_features(study: Study, dataset: str, number: int = 1) -> pd.DataFrame:
    """The acoustic features with the highest mean |SHAP| of each emotion, held-out clips of all folds together."""
    rows = shown(study, "importance", dataset, model=acoustic_set(study, dataset))
    rows = rows[(rows["fold"] == -1) & (rows["feature"] != "")]
    return rows.sort_values(["emotion", "rank"], kind="stable").groupby("emotion", sort=False).head(number)


def stability_at_k(study: Study, dataset: str, model: str = "") -> pd.DataFrame:
    """Stability of a model's sets (the headline model's), at the number of dimensions next to the chosen one."""
    model = model or headline_model(study, dataset)
    rows = shown(study, "stability", dataset, model=model)
    chosen = shown(study, "scores", dataset, model=model, side="top", metric="UAR").set_index("emotion")["k"]
    away = (rows["k"] - rows["emotion"].map(chosen)).abs()
    nearest = away.groupby([rows["emotion"], rows["ranking"]]).transform("min")
    near = rows[(away == nearest) & away.notna()]
    return near.drop_duplicates(["emotion", "ranking"])
