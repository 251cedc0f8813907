"""Made-up tables of distances between speech and song: planted orders, shares and p values, no audio."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from made_up import EMOTIONS, MODELS, SPEAKERS

from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summarise_distances import SCHEMAS

PAIR = ("speech", "song")
PREPARED = ("speech-level", "song-level")
OTHERS = [[list(PREPARED), "levels matched"]]
PAPER = {"angry": 1.5, "fearful": 1.5, "happy": 3.0, "sad": 4.0, "neutral": 5.0, "calm": 6.0}
# headline distance by model, in the order of EMOTIONS: neutral, calm, happy, sad, angry, fearful
PLANTED = {
    "hubert-base": [0.51, 0.62, 0.33, 0.44, 0.12, 0.23],
    "untrained-hubert-base": [0.31, 0.32, 0.13, 0.34, 0.25, 0.36],
    "eGeMAPSv02": [0.71, 0.62, 0.53, 0.44, 0.35, 0.26],
}
NEAREST = {"hubert-base": 0.815, "untrained-hubert-base": 0.421, "eGeMAPSv02": 0.613}
FARTHEST = {"hubert-base": 0.724, "untrained-hubert-base": 0.397, "eGeMAPSv02": 0.588}
PAIRS_OF_EMOTIONS = [(one, other) for index, one in enumerate(EMOTIONS) for other in EMOTIONS[index + 1 :]]


def variants(model: str) -> Iterator[dict[str, Any]]:
    """Every variant of the tables, with its distances.

    Normal intensity and the published way reorder the emotions, and raw features turn their order round.
    """
    poolings = ["functionals"] if model == "eGeMAPSv02" else ["mean", "mean-active"]
    for pooling in poolings:
        for scale in ("raw", "rank-normal") if pooling == "functionals" else ("raw",):
            turned = pooling == "functionals" and scale == "raw"
            base = PLANTED[model][::-1] if turned else PLANTED[model]
            swapped = [base[1], base[0], *base[2:]]  # neutral the farthest, not calm
            common = {"grain": "clip", "pooling": pooling, "scale": scale}
            for condition, values in (("all", base), ("normal-intensity", [*base[:4], base[5], base[4]])):
                where = {**common, "condition": condition}
                for measure in ("kernel", "frechet", "mean-term"):
                    yield {**where, "form": "equal", "clips_per_speaker": 4, "measure": measure, "values": values}
                for measure in ("kernel", "frechet", "kernel-half", "kernel-double"):
                    yield {**where, "form": "shared", "clips_per_speaker": 0, "measure": measure, "values": values}
                published = {"form": "published", "clips_per_speaker": 0, "measure": "frechet", "values": swapped}
                yield {**where, **published}


def layers(model: str) -> list[str]:
    return [*MODELS[model]["layers"], "mean"]


def ranking(pair: tuple[str, str]) -> pd.DataFrame:
    rows = []
    for model in MODELS:
        for variant in variants(model):
            names = {key: value for key, value in variant.items() if key != "values"}
            order = pd.Series(variant["values"]).rank()
            sure = names["form"] == "equal"
            single = names["measure"] == "kernel" or names["form"] == "shared"
            for layer in layers(model) if single and names["condition"] == "all" else ["mean"]:
                for emotion, value, rank in zip(EMOTIONS, variant["values"], order, strict=True):
                    rows.append(
                        {"first": pair[0], "second": pair[1], "model": model, "layer": layer, **names,
                         "emotion": emotion, "value": value, "rank": rank, "rank_paper": PAPER[emotion],
                         "low": value - 0.15 if sure else None, "high": value + 0.15 if sure else None,
                         "floor": 0.004 if sure and emotion != "neutral" else None,
                         "mean_rank": rank if sure else None,
                         "p_nearest": (NEAREST[model] if rank == 1 else 0.037) if sure else None,
                         "p_farthest": (FARTHEST[model] if rank == 6 else 0.055) if sure else None,
                         "top_share": 0.107 + 0.031 * EMOTIONS.index(emotion) if names["form"] == "shared" else None,
                         "n_half_samples": 70 if sure else 0, "n_speakers": len(SPEAKERS), "note": ""}
                    )  # fmt: skip
    return typed(pd.DataFrame(rows), "ranking")


def contrasts(pair: tuple[str, str]) -> pd.DataFrame:
    """Only angry against calm is told apart, for hubert-base alone."""
    rows = []
    for model in MODELS:
        values = dict(zip(EMOTIONS, PLANTED[model], strict=True))
        for variant in variants(model):
            if (variant["form"], variant["measure"]) != ("equal", "kernel"):
                continue
            names = {key: value for key, value in variant.items() if key != "values"}
            for one, other in PAIRS_OF_EMOTIONS:
                difference = values[one] - values[other]
                told = model == "hubert-base" and {one, other} == {"angry", "calm"}
                rows.append(
                    {"first": pair[0], "second": pair[1], "model": model, "layer": "mean", **names,
                     "emotion": one, "against": other, "difference": difference,
                     "low": difference - 0.2, "high": difference + 0.1,
                     "p": 0.0078 if told else 0.27, "p_adjusted": 0.0312 if told else 0.64,
                     "p_smallest": 0.0078, "n_speakers": len(SPEAKERS),
                     "method": "sign flips", "note": ""}
                )  # fmt: skip
    return typed(pd.DataFrame(rows), "contrasts")


def agreement(pair: tuple[str, str]) -> pd.DataFrame:
    rows = []
    for model in MODELS:
        for variant in variants(model):
            names = {key: value for key, value in variant.items() if key != "values"}
            about = {"first": pair[0], "second": pair[1], "layer": "mean", **names, "n_emotions": 6}
            tau = {"value": 0.966, "p": 0.0056} if model == "hubert-base" else {"value": 0.138, "p": 0.43}
            tied = "angry and fearful are tied in the paper's order"
            rows.append({**about, **tau, "what": "paper", "of": model, "p_smallest": 0.0028, "n_models": 1,
                         "note": tied})  # fmt: skip
            if names["form"] == "equal" and model == "hubert-base":
                rows.append({**about, "what": "models", "of": "networks", "value": 0.571, "p": 0.39,
                             "p_smallest": 0.0014, "n_models": 2, "note": "hubert-base, another"})  # fmt: skip
    return typed(pd.DataFrame(rows), "agreement")


def carriers(pair: tuple[str, str]) -> pd.DataFrame:
    rows = []
    for model in MODELS:
        for variant in variants(model):
            if variant["form"] != "shared" or variant["measure"] not in ("frechet", "kernel"):
                continue
            names = {key: variant[key] for key in ("pooling", "scale", "condition", "measure")}
            for layer in MODELS[model]["layers"]:
                for emotion in EMOTIONS:
                    for place in (1, 2):
                        rows.append(
                            {"first": pair[0], "second": pair[1], "model": model, "layer": layer, **names,
                             "emotion": emotion, "dataset": pair[0], "clip_id": f"{pair[0]}/{emotion}-{place}",
                             "speaker": "03", "part": 0.02, "share": 0.067 / place, "speaker_share": 0.148,
                             "place": place}
                        )  # fmt: skip
    return typed(pd.DataFrame(rows), "carriers")


def drivers(pair: tuple[str, str]) -> pd.DataFrame:
    """Temporal features shift most in every emotion; the shift accounts for a part that calm has no share of."""
    rows = []
    for index, emotion in enumerate(EMOTIONS):
        about = {"first": pair[0], "second": pair[1], "emotion": emotion, "n_speakers": len(SPEAKERS), "note": ""}
        acoustic = {**about, "model": "eGeMAPSv02", "layer": "functionals", "pooling": "functionals", "what": "shift"}
        for category, shift in (("Energy", 0.44), ("Temporal", 1.21 + 0.1 * index)):
            whole = {"value": shift, "low": shift - 0.3, "high": shift + 0.3}
            rows.append({**acoustic, "features": "", "category": category, "feature": "", **whole})
            for number in range(3):
                told = {"p": 0.0078, "p_adjusted": 0.017 if number else 0.31, "p_smallest": 0.0078}
                rows.append({**acoustic, "features": "", "category": category, "feature": f"{category}-{number}",
                             **whole, **told})  # fmt: skip
        for model in ("hubert-base", "untrained-hubert-base"):
            for layer in MODELS[model]["layers"]:
                for features, category in (("all", ""), ("only", "Energy"), ("without", "Energy")):
                    share = {"value": 0.216 + 0.041 * index, "low": 0.058, "high": 0.623}
                    if emotion == "calm":
                        share = {**dict.fromkeys(share), "note": "no share: not clearly above 0"}
                    rows.append({**about, "model": model, "layer": layer, "pooling": "mean", "what": "accounted",
                                 "features": features, "category": category, "feature": "", **share})  # fmt: skip
    return typed(pd.DataFrame(rows), "drivers")


def cells(pair: tuple[str, str]) -> pd.DataFrame:
    """The same emotion of both datasets, and two emotions within either."""
    rows = []
    for model in MODELS:
        values = dict(zip(EMOTIONS, PLANTED[model], strict=True))
        sides = [((pair[0], emotion), (pair[1], emotion), values[emotion]) for emotion in EMOTIONS]
        sides += [((dataset, one), (dataset, other), 0.071) for dataset in pair for one, other in PAIRS_OF_EMOTIONS]
        for variant in variants(model):
            if variant["measure"] != "kernel" or variant["condition"] != "all":
                continue
            names = {key: value for key, value in variant.items() if key != "values"}
            for layer in MODELS[model]["layers"]:
                for one, other, value in sides:
                    null = names["form"] == "shared" and one[1] == other[1]
                    rows.append(
                        {"first": pair[0], "second": pair[1], "model": model, "layer": layer, **names,
                         "first_dataset": one[0], "first_emotion": one[1],
                         "second_dataset": other[0], "second_emotion": other[1], "value": value,
                         "null_mean": 0.019 if null else None, "p": 0.0078 if null else None,
                         "p_smallest": 0.0078 if null else None, "n_swaps": 256 if null else 0,
                         "n_first": 32, "n_second": 32, "n_speakers": len(SPEAKERS), "paired": True}
                    )  # fmt: skip
    return typed(pd.DataFrame(rows), "distances")


def typed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """All declared columns, in their types."""
    blank: dict[str, Any] = {"int": 0, "str": "", "bool": False, "float": float("nan")}
    columns = TABLES[SCHEMAS[name]]
    kinds = {"int": "int64", "str": object, "bool": bool, "float": float}
    filled = {
        column: table[column] if column in table else pd.Series(blank[kind], index=table.index)
        for column, (kind, _) in columns.items()
    }
    return pd.DataFrame(filled).astype({column: kinds[kind] for column, (kind, _) in columns.items()})


MAKERS = {
    "distances": cells,
    "ranking": ranking,
    "contrasts": contrasts,
    "agreement": agreement,
    "carriers": carriers,
    "drivers": drivers,
}


def tables() -> dict[str, pd.DataFrame]:
    """All tables of the pair as recorded; of the pair prepared in another way fearful and angry change places."""
    made = {name: maker(PAIR) for name, maker in MAKERS.items()}
    prepared = ranking(PREPARED)
    angry, fearful = (prepared["emotion"] == emotion for emotion in ("angry", "fearful"))
    for column in ("value", "rank", "p_nearest"):
        one, other = prepared.loc[angry, column].to_numpy(), prepared.loc[fearful, column].to_numpy()
        prepared.loc[angry, column], prepared.loc[fearful, column] = other, one
    made["ranking"] = pd.concat([made["ranking"], prepared], ignore_index=True)
    made["ranks"] = ranks(made["ranking"])
    return made


def ranks(ranking: pd.DataFrame) -> pd.DataFrame:
    """What the probabilities of the first and the last rank leave lies on the others alike."""
    places = pd.DataFrame({"rank": range(1, len(EMOTIONS) + 1)})
    table = ranking[ranking["n_half_samples"] > 0].drop(columns="rank").merge(places, how="cross")
    between = (1 - table["p_nearest"] - table["p_farthest"]) / (len(EMOTIONS) - 2)
    ends = table["p_nearest"].where(
        table["rank"] == 1, table["p_farthest"].where(table["rank"] == len(EMOTIONS), between)
    )
    return typed(table.assign(probability=ends), "ranks")
