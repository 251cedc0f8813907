"""Tables behind the live charts of the layers: curves, recalls, speakers, confusions, scores across datasets."""

import pandas as pd

from workflow_scripts.report_page.study import Study
from workflow_scripts.summaries.select import EACH, HOW, headline_scores

SIZES = ["n_speakers", "n_clips"]


def tables(study: Study) -> dict[str, pd.DataFrame]:
    """Tables by the name that the charts know them by; none where no layers were probed."""
    if not study.probed:
        return {}
    found = {"curves": _curves(study), "recalls": _recalls(study), "speakers": _speakers(study)}
    found["confusions"] = _confusions(study.tables["confusion"])
    if len(crossed := _crossed(study)):
        found["crossed"] = crossed
    return found


def _curves(study: Study) -> pd.DataFrame:
    """UAR of every layer; under strict with the band that holds for all layers at once."""
    rows = study.tables["layers"]
    rows = rows[rows["headline"] & (rows["condition"] == "all")]
    banded = (rows["protocol"] == "strict") & rows["band_low"].notna()
    rows = rows.assign(
        low=rows["band_low"].where(banded, rows["low"]),
        high=rows["band_high"].where(banded, rows["high"]),
        kind=banded.map({True: "simultaneous 95 % band", False: "pointwise 95 % interval"}),
        headline=1,
    )
    columns = ["dataset", "model", "layer", "protocol", "headline", "value", "low", "high", "kind", "chance"]
    return rows[[*columns, "best", "among_best", *SIZES]]


def _of_layers(study: Study) -> pd.DataFrame:
    parts = [headline_scores(study.tables["scores"], study.tables["layers"], dataset) for dataset in study.datasets]
    rows = pd.concat(parts, ignore_index=True)
    return rows[(rows["condition"] == "all") & (rows["repeat"] == -1) & (rows["group"] == "")]


def _recalls(study: Study) -> pd.DataFrame:
    rows = _of_layers(study)
    rows = rows[(rows["metric"] == "recall") & (rows["speaker"] == "")]
    return rows[["dataset", "model", "layer", "protocol", "emotion", "value", "low", "high", *SIZES]]


def _speakers(study: Study) -> pd.DataFrame:
    rows = _of_layers(study)
    rows = rows[(rows["metric"] == "UAR") & (rows["speaker"] != "")]
    layers = study.tables["layers"]
    layers = layers[layers["headline"] & (layers["condition"] == "all")]
    chance = layers.groupby(["dataset", "protocol"])["chance"].mean().rename("chance").reset_index()
    rows = rows.drop(columns="chance").merge(chance, on=["dataset", "protocol"], how="left")
    return rows[["dataset", "model", "layer", "protocol", "speaker", "value", "n_clips", "chance"]]


def _confusions(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["headline"] & (table["choice"] == EACH) & (table["dataset"] == table["source"])]
    return rows[["dataset", "model", "layer", "protocol", "true", "predicted", "count", "share"]]


def _crossed(study: Study) -> pd.DataFrame:
    """Headline scores within and across datasets, with every speaker normalisation."""
    rows = pd.concat([study.tables[name] for name in ("best", "cross") if len(study.tables[name])], ignore_index=True)
    rows = rows[
        (rows["metric"] == "UAR")
        & (rows["condition"] == "all")
        & (rows["null_run"] == 0)
        & (rows["repeat"] == -1)
        & (rows["speaker"] == "")
        & (rows["group"] == "")
    ]
    first = rows.loc[rows["headline"], ["model", "probe", "pooling"]].drop_duplicates()
    rows = rows.merge(first, on=["model", "probe", "pooling"]).drop_duplicates(["source", "dataset", "model", *HOW])
    rows = rows[rows["dataset"].isin(study.tables["cross"]["dataset"])] if len(study.tables["cross"]) else rows.head(0)
    columns = ["source", "dataset", "model", "layer", "protocol", "speaker_normalisation", "headline"]
    return rows[[*columns, "value", "low", "high", "chance", *SIZES]]
