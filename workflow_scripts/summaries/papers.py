"""The papers side by side: a printed figure, this study under the same protocol, this study strict."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.audit import LEAK
from workflow_scripts.summaries.roles import Facts
from workflow_scripts.summaries.select import LAST, headline_of, scope

# Names in print -> names in resources/models.yaml, and where a name in print may mean several, all of them.
PRINTED = {
    "Wav2Vec 2.0": ["wav2vec2-base", "wav2vec2-base-960h"],
    "HuBERT": ["hubert-base"],
    "MERT": ["mert-v1-95m"],
    "wav2vec 2.0 base": ["wav2vec2-base"],
    "HuBERT base": ["hubert-base"],
    "HuBERT large": ["hubert-large"],
    "WavLM base": ["wavlm-base"],
    "WavLM large": ["wavlm-large"],
}
BENCHMARKS = {"RAVDESS": "ravdess-speech", "SAVEE": "savee", "EmoDB": "emodb"}
METRICS = {"accuracy_pct": "WA", "WA": "WA", "UA": "UAR", "macro_F1": "macro-F1"}
PAPER1_EMOTIONS = 6
OTHER_TASKS = "Other tasks, so that no difference is given"
Datasets = Mapping[str, Mapping[str, Any]]


def side_by_side(
    paper1: pd.DataFrame,
    emobox: pd.DataFrame,
    best: pd.DataFrame,
    audit: pd.DataFrame,
    datasets: Datasets,
    models: Facts,
) -> pd.DataFrame:
    """One row per printed figure and model of this study that it speaks of; a printed figure without one stands alone.

    Args:
        paper1, emobox: the published tables.
        best, audit: tables of the study.
        datasets, models: facts by name.

    Returns: the columns of the table side_by_side. Of paper 1 the single-domain accuracies (two-stage rows belong to
        transfer); of EmoBox every score within a corpus that this study has, else those of RAVDESS in UA.
    """
    rows = []
    for printed in [*_of_paper1(paper1), *_of_emobox(emobox, datasets)]:
        known = [name for name in PRINTED.get(printed["model"], []) if name in models]
        places = [name for name, facts in datasets.items() if facts["corpus"] == printed["corpus"]]
        beside = [(name, place) for name in known for place in places] or [("", "")]
        rows += [_row(printed, name, place, best, audit) for name, place in beside]
    return pd.DataFrame(rows, columns=[*TABLES["side_by_side"]])


def _of_paper1(table: pd.DataFrame) -> list[dict[str, Any]]:
    single = table[(table["metric"] == "accuracy_pct") & (table["source_domain"] == "none")]
    return [
        {
            "paper": "paper1",
            "domain": row.target_domain,
            "corpus": f"ravdess-{row.target_domain}",
            "model": row.model,
            "what": row.method,
            "metric": METRICS[row.metric],
            "printed": float(row.value) / 100,
            "published_protocol": "paper1",
            "emotions": PAPER1_EMOTIONS,
            "how_known": row.how_known,
        }
        for row in single.itertuples()
    ]


def _of_emobox(table: pd.DataFrame, datasets: Datasets) -> list[dict[str, Any]]:
    present = [
        name for name, corpus in BENCHMARKS.items() if corpus in {facts["corpus"] for facts in datasets.values()}
    ]
    rows = table[table["dataset"].isin(present or ["RAVDESS"]) & (table["metric"] == "UA")]
    known = rows[rows["model"].isin(PRINTED)]
    return [
        {
            "paper": "emobox",
            "domain": row.dataset,
            "corpus": BENCHMARKS[row.dataset],
            "model": row.model,
            "what": f"{row.dataset}, {row.classes} emotions, last layer, {row.split}",
            "metric": METRICS[row.metric],
            "printed": float(row.value) / 100,
            "published_protocol": "emobox",
            "emotions": int(row.classes.split()[0]),
            "how_known": "; ".join(filter(None, [row.source, row.note])),
        }
        for row in known.itertuples()
    ]


def _row(printed: dict[str, Any], model: str, dataset: str, best: pd.DataFrame, audit: pd.DataFrame) -> dict[str, Any]:
    row = {key: value for key, value in printed.items() if key != "corpus"} | {"study_model": model, "dataset": dataset}
    row |= dict.fromkeys(["probe", "pooling", "speaker_normalisation", "published_interval", "strict_interval"], "")
    last = ""
    for column, protocol in (("published", printed["published_protocol"]), ("strict", "strict")):
        found = headline_of(best, protocol, printed["metric"])
        found = found[(found["model"] == model) & (found["dataset"] == dataset)]
        if len(found):
            one = found.iloc[0]
            row |= {column: one["value"], f"{column}_low": one["low"], f"{column}_high": one["high"]}
            row[f"{column}_interval"] = one["interval"]
            row |= {name: one[name] for name in ("probe", "pooling", "speaker_normalisation")}
            if protocol == "strict":
                row["n_speakers"] = one["n_speakers"]
            elif one["choice"] == LAST:
                last = one["layer"]
    row.setdefault("n_speakers", 0)
    row.pop("emotions")
    return row | {"why": why(printed, row, dataset, best, audit, last)}


def why(
    printed: dict[str, Any], row: dict[str, Any], dataset: str, best: pd.DataFrame, audit: pd.DataFrame, last: str = ""
) -> str:
    """What the differences are due to, with the leaks counted; no difference of protocols that test other things.

    Args:
        printed, row: the printed figure; what of this study stands beside it.
        dataset: of this study, "" where nothing stands beside.
        best, audit: tables of the study.
        last: the last analysed layer, where the protocol takes that one.
    """
    if not dataset:
        return "This study has no such model on this corpus; the printed figure stands alone."
    protocol = printed["published_protocol"]
    leaks = audit[(audit["topic"] == LEAK) & (audit["source"] == dataset) & (audit["target"] == dataset)]
    leaks = leaks[leaks["protocol"] == protocol].set_index("what")
    shared = [
        f"{_share(leaks, 'speakers')} of test speakers are heard in training" if _share(leaks, "speakers") else "",
        f"{_share(leaks, 'twins')} of test clips have a twin there" if _share(leaks, "twins") else "",
    ]
    parts = [" and ".join(filter(None, shared))]
    if protocol == "paper1":
        parts.append("the layer is chosen on the test clips")
    if protocol == "emobox":
        here = f" (here: layer {last}, the last analysed)" if last else ""
        parts.append(f"EmoBox takes the last layer{here} and the epoch that its recipe evaluates on test")
    published, strict = scope(best, dataset, protocol), scope(best, dataset, "strict")
    n_emotions = len((published if "published" in row else strict)[0])
    if printed["emotions"] != n_emotions:
        parts.append(f"the printed figure is for {printed['emotions']} emotions, this study has {n_emotions}")
    said = "; ".join(filter(None, parts))
    if "published" in row and "strict" in row:
        if published != strict:
            return f"{OTHER_TASKS}: {protocol} has {_of(published)}, strict {_of(strict)}. Under {protocol} {said}."
        gap = 100 * (row["published"] - row["strict"])
        return f"Under {protocol} {said}: {gap:+.1f} points against strict."
    return f"Under {protocol} {said}."


def _of(tested: tuple[frozenset[str], int]) -> str:
    emotions, speakers = tested
    return f"{len(emotions)} emotions of {speakers} speakers"


def _share(leaks: pd.DataFrame, kind: str) -> str:
    """'81 %' of the test part that leaks; "" where none does."""
    if kind not in leaks.index or not leaks.loc[kind, "count"]:
        return ""
    return f"{100 * float(leaks.loc[kind, 'value']):.0f} %"
