"""From the distances of every layer to rankings, their certainty, contrasts of emotions and agreement.

Values of Frechet distances and mean terms are put over the layer's unit here (the mean trace of its groups'
covariances), so that layers and models can be set beside each other; kernel distances need none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.distances.contrasts import by_side, contrasts, half_widths
from workflow_scripts.distances.layer import EQUAL, PUBLISHED, SHARED, top_share
from workflow_scripts.distances.measures import FRECHET, KERNEL, MEASURES
from workflow_scripts.distances.ranks import agreement, concordance, rank_probabilities, ranks
from workflow_scripts.distances.resampling import HALF_SAMPLE, JACKKNIFE
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.seeds import seed_of

MEAN = "mean"  # in place of a layer: the mean over the analysed layers
VARIANT = ["grain", "pooling", "scale", "condition", "form", "clips_per_speaker", "measure"]
SELECTION = ["pooling", "scale", "condition"]
TIED_IN_PAPER = {"angry", "fearful"}  # named together as the nearest; which comes first is not known
OTHER_SPEAKERS = "emotions differ in speakers"
CARRIERS = 5  # clips named per distance


def paper_order(published: pd.DataFrame) -> "pd.Series[float]":
    """Rank of each emotion in the paper's figure 3, 1 the nearest, from resources/published/paper1.csv."""
    rows = published[published["metric"] == "FAD_rank_ascending"]
    order = pd.Series(
        rows["value"].astype(float).to_numpy(), index=rows["method"].str.removeprefix("FAD emotion="), dtype=float
    )
    tied = order.index.isin(TIED_IN_PAPER)
    order[tied] = order[tied].mean()
    return order


def same_emotion(cells: pd.DataFrame, pair: Sequence[str], emotions: Sequence[str]) -> pd.DataFrame:
    """Rows of one emotion in both datasets, for the emotions of the study, column `emotion`; values over the unit."""
    rows = cells[
        (cells["first_dataset"] == pair[0])
        & (cells["second_dataset"] == pair[1])
        & (cells["first_emotion"] == cells["second_emotion"])
        & cells["first_emotion"].isin(emotions)
    ]
    unit = np.where(rows["measure"].str.startswith(KERNEL), 1.0, rows["unit"])
    scaled = {name: rows[name] / unit for name in ("value", "low", "high", "floor")}
    return rows.assign(emotion=rows["first_emotion"], unit=unit, **scaled)


def clips_per_speaker(rows: pd.DataFrame, emotions: Sequence[str], place: str) -> dict[tuple[str, ...], int]:
    """The largest equal number of clips that every emotion has, by pooling, scale and condition.

    A condition that lacks an emotion is left out. Raises UserError where no emotion may be missing: all clips.
    """
    found: dict[tuple[str, ...], int] = {}
    equal = rows[rows["form"] == EQUAL]
    for names, own in equal.groupby(SELECTION, sort=False):
        have = own.groupby("emotion")["clips_per_speaker"].agg(set)
        lacking = [emotion for emotion in emotions if emotion not in have]
        if lacking and names[2] == "all":
            fault = f"no distance of {', '.join(lacking)}: too few clips with a defined vector"
            raise UserError(fault, place, "leave the emotions out, or see which clips were set aside, and why")
        if not lacking:
            found[tuple(map(str, names))] = max(set.intersection(*have))
    return found


def at_equal_numbers(table: pd.DataFrame, numbers: Mapping[tuple[str, ...], int]) -> pd.DataFrame:
    """Rows at the number of clips per speaker that all emotions have; forms without such a number stay."""
    chosen = pd.Series(-1, index=table.index)
    for selection, number in numbers.items():
        chosen[(table[SELECTION] == list(selection)).all(axis=1)] = number
    stay = table["form"] != EQUAL if "form" in table else False
    return table[stay | (table["clips_per_speaker"] == chosen)]


class Summary:
    """The rows of one pair and model.

    Args:
        names: first, second, model.
        emotions: of the study, which both datasets have.
        seed: of the study.
        paper: rank of emotions in the paper; empty where the pair is not of speech and song.
    """

    def __init__(self, names: Mapping[str, str], emotions: Sequence[str], seed: int, paper: "pd.Series[float]") -> None:
        self._names, self._emotions, self._seed, self._paper = dict(names), list(emotions), seed, paper
        self.ranking: list[dict[str, Any]] = []
        self.ranks: list[dict[str, Any]] = []
        self.contrasts: list[pd.DataFrame] = []
        self.points: dict[tuple[Any, ...], pd.Series[float]] = {}

    def add(self, rows: pd.DataFrame, resamples: pd.DataFrame, carried: pd.DataFrame) -> None:
        """Take in all layers: rows of `same_emotion` at equal numbers, resamples likewise, shares of top clips.

        Args:
            rows: with columns layer, emotion, unit.
            resamples: with column layer, values over the unit.
            carried: layer, pooling, scale, condition, measure, emotion, top_share.
        """
        drawn = {
            tuple(key): table
            for key, table in resamples.groupby(["kind", *SELECTION, "clips_per_speaker", "measure"], sort=False)
        }
        shares = carried.set_index(["layer", *SELECTION, "measure", "emotion"])["top_share"]
        shares_of = {**shares.to_dict(), **_mean_layer(shares).to_dict()}
        # unstacked once for all: pandas takes milliseconds for every table that it turns
        columns = ["value", "floor", "n_speakers"]
        wide = rows.pivot(index=[*VARIANT, "layer"], columns="emotion", values=columns)
        # a pivot sorts; the order of the rows is that of the config, whose first pooling is the headline
        wide = wide.loc[pd.MultiIndex.from_frame(rows[[*VARIANT, "layer"]].drop_duplicates())]
        means = wide.groupby(level=VARIANT, sort=False, dropna=False).mean()
        means.index = pd.MultiIndex.from_tuples([(*variant, MEAN) for variant in means.index], names=wide.index.names)
        wide = pd.concat([wide, means])
        points, floors, speakers = (wide[name].reindex(columns=self._emotions).to_numpy() for name in columns)
        resampled: dict[tuple[Any, ...], dict[str, pd.DataFrame]] = {}
        for place, (*variant, layer) in enumerate(wide.index):
            if np.isnan(points[place]).any():
                continue
            names = dict(zip(VARIANT, variant, strict=True))
            key = tuple(names[name] for name in [*SELECTION, "clips_per_speaker", "measure"])
            sampled = names["form"] == EQUAL and names["measure"] in MEASURES
            for kind in (JACKKNIFE, HALF_SAMPLE) if sampled else ():
                if (kind, *key) not in resampled:
                    resampled[kind, *key] = _resampled(drawn.get((kind, *key)), self._emotions)
            left_out, halves = (
                resampled[kind, *key].get(layer) if sampled else None for kind in (JACKKNIFE, HALF_SAMPLE)
            )
            point = pd.Series(points[place], index=self._emotions)
            self.points[(layer, *variant)] = point
            self._one({**self._names, "layer": layer, **names}, point, left_out, halves)
            for index, row in enumerate(self.ranking[-len(self._emotions) :]):
                share_of = (layer, *(names[name] for name in SELECTION), names["measure"], row["emotion"])
                row["floor"], row["n_speakers"] = floors[place, index], speakers[place, index]
                row["rank_paper"] = self._paper.get(row["emotion"], np.nan)
                row["top_share"] = shares_of.get(share_of, np.nan) if names["form"] == SHARED else np.nan
                row["note"] = _note(names, speakers[place], left_out)

    def _one(
        self,
        about: Mapping[str, Any],
        point: "pd.Series[float]",
        left_out: pd.DataFrame | None,
        halves: pd.DataFrame | None,
    ) -> None:
        """Rows of one layer, or of the mean over layers, and one variant: ranks, their certainty, contrasts."""
        k = len(self._emotions)
        error, chance = dict.fromkeys(self._emotions, np.nan), np.full((k, k), np.nan)
        mean_ranks, used = np.full(k, np.nan), 0
        if left_out is not None:
            half = half_widths([side.to_numpy() for side in by_side(point, left_out)])
            error = dict(zip(self._emotions, half.tolist(), strict=True))
            rng = np.random.default_rng(seed_of(self._seed, "contrasts", *map(str, about.values())))
            self.contrasts.append(contrasts(point, left_out, rng).assign(**about))
        if halves is not None:
            whole = halves.dropna().to_numpy()
            used, chance = len(whole), rank_probabilities(whole)
            mean_ranks = ranks(whole).mean(axis=0) if used else mean_ranks
            self.ranks += [
                {**about, "emotion": emotion, "rank": place + 1, "probability": chance[index, place]}
                for index, emotion in enumerate(self._emotions)
                for place in range(k)
            ]
        order = ranks(point.to_numpy())
        self.ranking += [
            {
                **about,
                "emotion": emotion,
                "value": point[emotion],
                "low": point[emotion] - error[emotion],
                "high": point[emotion] + error[emotion],
                "rank": order[index],
                "mean_rank": mean_ranks[index],
                "p_nearest": chance[index, 0],
                "p_farthest": chance[index, -1],
                "n_half_samples": used,
            }
            for index, emotion in enumerate(self._emotions)
        ]

    def agreement_rows(self) -> Iterator[dict[str, Any]]:
        """Agreement of each layer and variant with the paper's order, and of the measures with the kernel distance."""
        known = [emotion for emotion in self._emotions if emotion in self._paper.index]
        about = {name: self._names[name] for name in ("first", "second")}
        for (layer, *variant), point in self.points.items():
            names = {**about, "of": self._names["model"], "layer": layer, **dict(zip(VARIANT, variant, strict=True))}
            rng = np.random.default_rng(seed_of(self._seed, "agreement", *map(str, names.values())))
            if len(known) > 1:
                found = agreement(point[known].to_numpy(), self._paper[known].to_numpy(), rng)
                note = "angry and fearful are tied in the paper's order" if set(known) >= TIED_IN_PAPER else ""
                yield _agreed({**names, "what": "paper"}, found, 1, len(known), note)
            kernel = self.points.get((layer, *variant[:-1], KERNEL))
            if names["measure"] != KERNEL and names["form"] == EQUAL and kernel is not None:
                found = agreement(point.to_numpy(), kernel.to_numpy(), rng)
                yield _agreed(
                    {**names, "what": "measures"}, found, 1, len(point), "with the order of the kernel distance"
                )


def agreement_of_models(
    points: Mapping[str, Mapping[tuple[Any, ...], "pd.Series[float]"]],
    groups: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    seed: int,
) -> Iterator[dict[str, Any]]:
    """Kendall's W of the models' orders, mean over layers, for every variant that all of a group have.

    Args:
        points: model -> (layer, *variant) -> distances by emotion.
        groups: what the models of a group are called -> models.
        names: first, second.
        seed: of the study.
    """
    for called, models in groups.items():
        shared = [key for key in points[models[0]] if key[0] == MEAN and all(key in points[model] for model in models)]
        for key in shared:
            rng = np.random.default_rng(seed_of(seed, "concordance", *names.values(), called, *map(str, key)))
            found = concordance(np.array([points[model][key].to_numpy() for model in models]), rng)
            about = {**names, "what": "models", "of": called, "layer": MEAN, **dict(zip(VARIANT, key[1:], strict=True))}
            yield _agreed(about, found, len(models), len(points[models[0]][key]), ", ".join(models))


def _agreed(about: Mapping[str, Any], found: Any, models: int, emotions: int, note: str) -> dict[str, Any]:
    return {**about, **found._asdict(), "n_models": models, "n_emotions": emotions, "note": note}


def _resampled(table: pd.DataFrame | None, emotions: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Resamples by layer, and their mean over layers: columns emotions, index (dataset, person, draw); {} for none.

    The draws of the jackknife number the speakers of an emotion, who may be others than those of the next.
    """
    if table is None:
        return {}
    index = ["dataset", "person"] if (table["kind"] == JACKKNIFE).any() else ["draw"]
    wide = table.pivot(index=["layer", *index], columns="emotion", values="value").reindex(columns=list(emotions))
    layers = {str(layer): rows.droplevel("layer") for layer, rows in wide.groupby(level="layer", sort=False)}
    return {**layers, MEAN: wide.groupby(level=index, sort=False).mean()}


def _mean_layer(shares: "pd.Series[float]") -> "pd.Series[float]":
    means = shares.groupby(level=[name for name in shares.index.names if name != "layer"]).mean()
    return pd.concat({MEAN: means}, names=["layer"])


def _note(names: Mapping[str, Any], speakers: npt.NDArray[np.float64], left_out: pd.DataFrame | None) -> str:
    """What a reader must know of a variant."""
    notes = []
    if names["grain"] == "frame":
        notes.append("frames as samples: no interval")
    if names["form"] == PUBLISHED and names["measure"] == FRECHET and names["grain"] == "clip":
        notes.append("unequal numbers of clips: the fewer, the farther")
    if np.ptp(speakers) > 0 or (left_out is not None and left_out.isna().any(axis=None)):
        notes.append(OTHER_SPEAKERS)
    return "; ".join(notes)


def carriers(table: pd.DataFrame) -> pd.DataFrame:
    """The clips that carry most of each distance, with the share that their speakers carry; column `place` from 1.

    Args:
        table: `distance_carriers` of one layer.
    """
    keys = [*SELECTION, "measure", "emotion"]
    by_speaker = table.groupby([*keys, "dataset", "speaker"])["share"].transform("sum")
    ranked = table.assign(speaker_share=by_speaker).sort_values("part", ascending=False, kind="stable")
    place = ranked.groupby(keys, sort=False).cumcount() + 1
    return ranked.assign(place=place)[place <= CARRIERS].sort_values([*keys, "place"], kind="stable")


def shares_of_top(table: pd.DataFrame) -> pd.DataFrame:
    """Share of each distance that 5 % of its clips carry: pooling, scale, condition, measure, emotion, top_share."""
    keys = [*SELECTION, "measure", "emotion"]
    return table.groupby(keys, sort=False)["part"].agg(top_share).rename("top_share").reset_index()
