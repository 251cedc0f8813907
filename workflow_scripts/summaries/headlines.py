"""The headline score of one model: one layer per fold, chosen as the protocol allows, scored like any layer."""

from collections.abc import Sequence

import pandas as pd

from workflow_scripts.statistics.layers import choose_layers_inside
from workflow_scripts.statistics.scores import confusion_table, scores
from workflow_scripts.summaries.select import EACH, HOW, INSIDE, LAST, ON_TEST, ONLY

LOGISTIC = "logistic"

Tables = tuple[pd.DataFrame, pd.DataFrame]


def headlines(
    predictions: pd.DataFrame,
    choices: pd.DataFrame,
    layer_scores: pd.DataFrame,
    curves: pd.DataFrame,
    manifest: pd.DataFrame,
    layers: Sequence[str],
    permutations: int,
    seed: int,
) -> Tables:
    """Headline scores and confusions for every protocol, probe, pooling and normalisation.

    `strict`: the layer is chosen in every fold on its training speakers, the predictions of the chosen layers are put
    together and scored (null runs choose theirs likewise). `paper1`: the layer with the best score on test, as was
    most likely done. `emobox`: the last layer of those analysed, as EmoBox took the network's last. The linear head
    has no score inside the training part; it takes the layers that the logistic probe chose, or the last of those
    analysed where there is no logistic probe.

    Args:
        predictions, choices, layer_scores: tables of all layers, with a column `layer`.
        curves: from `curves.curves`.
        manifest: of the clips.
        layers: layer names in the order of the network.
        permutations, seed: for the scores of put-together predictions.

    Returns: (scores with choice, layer, usual_layer; confusion counts per speaker with choice and layer, and for every
        layer by itself, choice EACH, of all speakers together).
    """
    parts, counts = [], []
    for names, own in predictions.groupby(HOW, sort=False):
        key = dict(zip(HOW, names, strict=True))
        inner = _inner_choices(choices, key)
        if len(layers) == 1 or key["protocol"] != "strict" or inner.empty:
            choice, layer = _fixed(key, curves, layers)
            kept = own[own["layer"] == layer]
            scored = layer_scores[_of(layer_scores, key) & (layer_scores["layer"] == layer)]
            words = usual = layer
        else:
            choice = INSIDE
            known = own[own["null_run"].isin(inner["null_run"])]
            kept, chosen = choose_layers_inside(inner, known)
            words, usual = in_words(chosen.loc[chosen["null_run"] == 0, "layer"], layers)
            scored = scores(kept.drop(columns="layer"), manifest, permutations=permutations, seed=seed)
        about = {"choice": choice, "layer": words}
        parts.append(scored.assign(**about, usual_layer=usual))
        counts.append(confusion_table(kept.drop(columns="layer")).assign(**about))
        counts += [
            _of_all_speakers(layer, rows) for layer, rows in own[own["null_run"] == 0].groupby("layer", sort=False)
        ]
    return pd.concat(parts, ignore_index=True), pd.concat(counts, ignore_index=True)


def _of_all_speakers(layer: object, predictions: pd.DataFrame) -> pd.DataFrame:
    """Confusions at one layer, of all speakers together."""
    keys = [*HOW, "true", "predicted"]
    counts = confusion_table(predictions.drop(columns="layer")).groupby(keys, sort=False)["count"].sum().reset_index()
    total = counts.groupby([*HOW, "true"], sort=False)["count"].transform("sum")
    return counts.assign(share=counts["count"] / total.where(total > 0), speaker="", choice=EACH, layer=str(layer))


def in_words(chosen: "pd.Series[str]", layers: Sequence[str]) -> tuple[str, str]:
    """('7 (4 of 6 folds), 8 (2)', '7'): chosen layers with the folds that chose each, and the one most folds chose."""
    counts = chosen.value_counts()
    ordered = sorted(counts.index, key=lambda layer: (-counts[layer], layers.index(layer)))
    if len(ordered) == 1:
        return ordered[0], ordered[0]
    first, *rest = ordered
    words = [f"{first} ({counts[first]} of {len(chosen)} folds)", *(f"{layer} ({counts[layer]})" for layer in rest)]
    return ", ".join(words), first


def _fixed(key: dict[str, str], curves: pd.DataFrame, layers: Sequence[str]) -> tuple[str, str]:
    """How one layer is taken for all folds, and which."""
    if len(layers) == 1:
        return ONLY, layers[0]
    if key["protocol"] == "paper1":
        curve = curves[_of(curves, key) & (curves["condition"] == "all") & curves["best"]]
        return ON_TEST, str(curve["layer"].iloc[0])
    return LAST, layers[-1]


def _inner_choices(choices: pd.DataFrame, key: dict[str, str]) -> pd.DataFrame:
    """The logistic probe's choices under the same protocol, pooling and normalisation, as if made for this probe."""
    rows = choices[_of(choices, {**key, "probe": LOGISTIC})]
    if key["probe"] != LOGISTIC:
        rows = rows[rows["null_run"] == 0]
    return rows.assign(probe=key["probe"])


def _of(table: pd.DataFrame, key: dict[str, str]) -> "pd.Series[bool]":
    """Rows with these values."""
    return (table[list(key)] == list(key.values())).all(axis=1)
