"""Scores of a table of predictions as one long table, with intervals, chance and p.

Conventions of the table (`scores`):
- One row per score. `repeat` -1 is the headline row: the mean over the draws of a protocol (there is one draw but in
  `paper1`); `spread` is then the standard deviation over draws. With more than one draw each also has rows of its own.
- The units of intervals are speakers where every speaker is tested by a probe that never heard them, else clips
  (`paper1`, and any fold set that has a speaker on both sides).
- `chance`, `p`, `p_smallest`: true labels permuted within speaker, predictions fixed: is there any relation in these
  speakers? For `p` the permuted scores are widened, since the labels also trained the predictions
  (`permutation.widened`). `p_speakers`, `p_speakers_smallest`: sign flips over speakers of score minus chance: would
  it hold in new speakers? Only the second depends on the number of speakers.
- Emotions without a clip are left out of means (see `metrics`).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.statistics import intervals, metrics, permutation
from workflow_scripts.statistics.conditions import Block, Clips, Measure, blocks, melody_alone
from workflow_scripts.statistics.null_runs import null_run_rows
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.study.seeds import seed_of

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Row = dict[str, Any]

KEYS = ["protocol", "probe", "pooling", "speaker_normalisation"]
AVERAGED = -1
FLIPS = 9999

# What a row holds in a column that does not concern it: by type, but for three.
_BLANK = {"str": "", "int": 0, "float": np.nan}
DEFAULTS: Row = {name: _BLANK[kind] for name, (kind, _) in TABLES["scores"].items()} | {
    "repeat": AVERAGED,
    "condition": "all",
    "n_draws": 1,
}


def scores(
    predictions: pd.DataFrame, manifest: pd.DataFrame, *, permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    """Score predictions with intervals, chance and p, for every protocol, probe, pooling and normalisation in them.

    Args:
        predictions: clip_id, speaker, protocol, repeat, fold, probe, pooling, speaker_normalisation, true, predicted,
            p_<emotion> for every emotion of the probe, null_run (0 where absent: real labels; above: null runs).
        manifest: clip_id, intensity ("strong" or other), melody ("" where there is none) of at least these clips;
            its columns emotion and melody say which emotions are sung to a melody.
        permutations: B.
        seed: of all draws; each protocol, probe, pooling, normalisation and condition has its own stream.

    Returns: one row per score; columns and meanings in study.schemas.TABLES["scores"].
    Raises: ValueError for missing columns, clips not in the manifest, emotions without a probability column.
    """
    _check(predictions, manifest)
    predictions = predictions.reset_index(drop=True)
    emotions = [name[2:] for name in predictions.columns if name.startswith("p_")]
    melodies = _emotions_of_melody(manifest, emotions)
    null_run = predictions["null_run"] if "null_run" in predictions else pd.Series(0, index=predictions.index)
    rows: list[Row] = []
    for names, part in predictions.groupby(KEYS, sort=False):
        key: Row = dict(zip(KEYS, names, strict=True))
        runs = null_run.loc[part.index].to_numpy()
        real = part[runs == 0]
        if len(real):
            clips, speakers = _clips(real, manifest, emotions)
            disjoint = speaker_disjoint(real)
            for block in blocks(clips, melodies):
                rng = np.random.default_rng(seed_of(seed, "scores", *names, block.condition))
                found = _score_block(clips, block, speakers, disjoint, permutations, rng)
                rows += [{**key, "condition": block.condition, **row} for row in found]
            known = melody_alone(clips, melodies)
            if not np.isnan(known) and any(
                block_melody < len(emotions) for block_melody in map(len, melodies.values())
            ):
                note = "knowing the melody alone, without hearing the voice, reaches this"
                rows.append({**key, "metric": "melody-UAR", "value": known, "n_clips": len(real), "note": note})
        if (runs > 0).any():
            found = null_run_rows(part[runs > 0].assign(null_run=runs[runs > 0]), emotions)
            rows += [{**key, **row} for row in found]
    filled = {name: [row.get(name, default) for row in rows] for name, default in DEFAULTS.items()}
    return pd.DataFrame(filled)


def confusion_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Confusion counts of the real labels, long and complete (zeros included).

    Args: predictions as for `scores`; null runs are left out.
    Returns: protocol, probe, pooling, speaker_normalisation, speaker, true, predicted, count (summed over draws) and
        share (of the clips of that speaker and true emotion; NaN where there are none). Summing `count` over
        speakers gives the confusion of all.
    """
    real = predictions[predictions["null_run"] == 0] if "null_run" in predictions else predictions
    emotions = [name[2:] for name in predictions.columns if name.startswith("p_")]
    tables = []
    for names, part in real.groupby(KEYS, sort=False):
        speaker, speakers = pd.factorize(part["speaker"], sort=True)
        counts = metrics.confusion_by(
            speaker, _codes(part["true"], emotions), _codes(part["predicted"], emotions), len(speakers), len(emotions)
        )
        index = pd.MultiIndex.from_product([list(speakers), emotions, emotions], names=["speaker", "true", "predicted"])
        table = pd.DataFrame({"count": counts.ravel()}, index=index).reset_index()
        totals = table.groupby(["speaker", "true"])["count"].transform("sum")
        table["share"] = table["count"] / totals.where(totals > 0)
        for position, (name, value) in enumerate(zip(KEYS, names, strict=True)):
            table.insert(position, name, value)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def speaker_disjoint(predictions: pd.DataFrame) -> bool:
    """Whether each speaker is tested by probes that never heard them, as far as predictions of one protocol show it.

    `paper1` is not, nor is one whose predictions say that a speaker was heard in training; another protocol is if no
    speaker is tested in two folds of one repeat.
    """
    heard = predictions["speaker_in_training"].any() if "speaker_in_training" in predictions else False
    if heard or (predictions["protocol"] == "paper1").any():
        return False
    folds = predictions[["repeat", "speaker", "fold"]].drop_duplicates()
    return not folds.duplicated(["repeat", "speaker"]).any()


def _score_block(
    clips: Clips, block: Block, speakers: list[str], disjoint: bool, permutations: int, rng: np.random.Generator
) -> list[Row]:
    """Rows of one condition: every measure over all clips, then per draw, then per speaker."""
    tables = _tables(clips, block, block.true, len(speakers))
    expected = _expected_tables(clips, block, len(speakers))
    null = _null_tables(clips, block, permutations, rng)
    rows = []
    for measure in block.measures:
        part, heard = _about(tables, measure)
        if not heard:
            continue
        row = _describe(measure, part, null, clips, block)
        pooled = part.sum(axis=1)
        if measure.blind == 1:
            row["note"] = "one emotion only: right by construction"
        elif disjoint:
            row |= _over_speakers(row["value"], part, expected[:, heard], measure, rng)
        else:
            interval = intervals.over_clips(pooled, measure.score)
            row |= {"low": interval.low, "high": interval.high, "interval": interval.method}
        row["note"] = "; ".join(filter(None, [row["note"], block.note, _units_note(part, measure, disjoint)]))
        rows.append(row)
        if len(pooled) > 1 and not measure.rows:
            rows += _draw_rows(measure, part, null, disjoint)
        if measure.of_speakers:
            rows += _speaker_rows(measure, part, expected[:, heard], [speakers[s] for s in heard], disjoint)
    return rows


def _tables(clips: Clips, block: Block, true: Codes, n_speakers: int) -> Codes:
    """Confusion counts (draws, speakers, K, K) of a block."""
    draws = int(clips.draw.max()) + 1
    unit = (clips.draw * n_speakers + clips.speaker)[block.keep]
    counts = metrics.confusion_by(
        unit, true[block.keep], block.predicted[block.keep], draws * n_speakers, block.n_classes
    )
    return counts.reshape(draws, n_speakers, block.n_classes, block.n_classes)


def _expected_tables(clips: Clips, block: Block, n_speakers: int) -> Floats:
    """Mean counts (draws, speakers, K, K) with true labels permuted within stratum; exact chance of linear scores."""
    keep = np.flatnonzero(block.keep)
    unit, first, index = np.unique(
        np.stack([clips.draw[keep], block.stratum[keep]]), axis=1, return_index=True, return_inverse=True
    )
    by_stratum = metrics.confusion_by(index, block.true[keep], block.predicted[keep], unit.shape[1], block.n_classes)
    expected = np.zeros((int(clips.draw.max()) + 1, n_speakers, block.n_classes, block.n_classes))
    np.add.at(expected, (unit[0], clips.speaker[keep[first]]), permutation.expected_table(by_stratum))
    return expected


def _null_tables(clips: Clips, block: Block, permutations: int, rng: np.random.Generator) -> Codes:
    """Pooled counts (B, draws, K, K) with true labels permuted within stratum.

    With several draws a clip keeps its permuted label in all of them, since draws that share clips vary together.
    """
    keep = np.flatnonzero(block.keep)
    stratum = np.unique(block.stratum[keep], return_inverse=True)[1]
    true, predicted, draw = block.true[keep], block.predicted[keep], clips.draw[keep]
    draws = int(clips.draw.max()) + 1
    if draws == 1:
        tables = metrics.confusion_by(stratum, true, predicted, int(stratum.max()) + 1, block.n_classes)
        return permutation.permuted_tables(tables, permutations, rng)[:, None]
    _, first, clip = np.unique(clips.clip[keep], return_index=True, return_inverse=True)
    permuted = permutation.permuted_labels(stratum[first], true[first], permutations, rng)
    one_by_one = [
        metrics.confusion(permuted[:, clip[draw == d]], predicted[draw == d], block.n_classes) for d in range(draws)
    ]
    return np.stack(one_by_one, axis=1)


def _about(tables: Codes, measure: Measure) -> tuple[Codes, list[int]]:
    """The counts that a measure is about: its true emotions, and the speakers who have clips of them."""
    if measure.rows:
        kept = np.zeros_like(tables)
        kept[..., list(measure.rows), :] = tables[..., list(measure.rows), :]
        tables = kept
    heard = np.flatnonzero(tables.sum(axis=(0, 2, 3)))
    return tables[:, heard], heard.tolist()


def _describe(measure: Measure, tables: Codes, null: Codes, clips: Clips, block: Block) -> Row:
    """Value, spread over draws, chance and p of a measure; tables (draws, speakers, K, K)."""
    per_draw = measure.score(tables.sum(axis=1))
    value = float(metrics.mean_of_present(per_draw))
    by_chance = metrics.mean_of_present(measure.score(null))
    smallest = _smallest_p(clips, block, measure, len(null))
    several = len(per_draw) > 1
    spread = float(np.nanstd(per_draw, ddof=1)) if np.count_nonzero(~np.isnan(per_draw)) > 1 else float("nan")
    low, high = np.nanmin(per_draw), np.nanmax(per_draw)
    return {
        "group": measure.group,
        "metric": measure.metric,
        "emotion": measure.emotion,
        "value": value,
        "spread": spread,
        "n_draws": len(per_draw),
        "n_clips": round(tables.sum() / len(per_draw)),
        "n_speakers": tables.shape[1],
        "blind": measure.blind,
        "chance": float(metrics.mean_of_present(by_chance)),
        "p": max(_p(value, by_chance), smallest),  # few draws may miss what few arrangements share
        "p_smallest": smallest,
        "note": f"mean of {len(per_draw)} draws, which range from {low:.3f} to {high:.3f}" if several else "",
    }


def _p(value: float, by_chance: Floats) -> float:
    return permutation.p_value(value, permutation.widened(by_chance))


def _smallest_p(clips: Clips, block: Block, measure: Measure, permutations: int) -> float:
    """Smallest p of the permutations that can move this measure: those of strata that have clips of its emotions."""
    once = np.zeros(len(block.keep), dtype=bool)
    once[np.unique(clips.clip, return_index=True)[1]] = True
    kept = block.keep & once
    if measure.rows:
        kept &= np.isin(block.stratum, block.stratum[kept & np.isin(block.true, measure.rows)])
    stratum = np.unique(block.stratum[kept], return_inverse=True)[1]
    n_strata = int(stratum.max()) + 1
    labels = metrics.confusion_by(stratum, block.true[kept], block.true[kept], n_strata, block.n_classes)
    return permutation.smallest_p(labels, permutations)


def _over_speakers(value: float, tables: Codes, by_chance: Floats, measure: Measure, rng: np.random.Generator) -> Row:
    """Interval over speakers, its check from 12 speakers up, and for linear scores sign flips against chance.

    `by_chance` are the mean permuted counts that go with `tables`, both (draws, speakers, K, K).
    """
    values = intervals.pseudo_values(tables, measure.score)
    interval = intervals.over_speakers(value, values)
    row: Row = {"low": interval.low, "high": interval.high, "interval": interval.method}
    if not measure.of_speakers or np.isnan(values).any():
        return row
    if len(values) >= intervals.FEWEST_FOR_BOOTSTRAP:
        check = intervals.studentised_bootstrap(values, rng)
        row |= {"check_low": check.low, "check_high": check.high}
    chance = intervals.pseudo_values(by_chance, measure.score)
    flips = permutation.sign_flip_test(values - chance, rng, FLIPS)
    return row | {"p_speakers": flips.p, "p_speakers_smallest": flips.p_smallest}


def _draw_rows(measure: Measure, tables: Codes, null: Codes, disjoint: bool) -> list[Row]:
    """One row per draw of tables (draws, speakers, K, K), with its own interval where clips are the units."""
    rows = []
    for draw, table in enumerate(tables.sum(axis=1)):
        value, by_chance = float(measure.score(table)), measure.score(null[:, draw])
        interval = intervals.NO_INTERVAL if disjoint else intervals.over_clips(table, measure.score)
        rows.append(
            {
                "repeat": draw,
                "metric": measure.metric,
                "value": value,
                "low": interval.low,
                "high": interval.high,
                "interval": interval.method,
                "n_clips": int(table.sum()),
                "n_speakers": int(np.count_nonzero(tables[draw].sum(axis=(1, 2)))),
                "blind": measure.blind,
                "chance": float(metrics.mean_of_present(by_chance)),
                "p": _p(value, by_chance),
                "p_smallest": 1 / (len(null) + 1),
            }
        )
    return rows


def _speaker_rows(measure: Measure, tables: Codes, by_chance: Floats, speakers: list[str], disjoint: bool) -> list[Row]:
    """One row per speaker: the speaker's own score (clips of all draws pooled) and jackknife pseudo-value."""
    own = tables.sum(axis=0)
    values, chance = measure.score(own), measure.score(by_chance.sum(axis=0))
    pseudo = intervals.pseudo_values(tables, measure.score) if disjoint else np.full(len(speakers), np.nan)
    return [
        {
            "group": measure.group,
            "metric": measure.metric,
            "speaker": speaker,
            "value": float(values[i]),
            "pseudo_value": float(pseudo[i]),
            "n_draws": len(tables),
            "n_clips": int(own[i].sum()),
            "n_speakers": 1,
            "chance": float(chance[i]),
        }
        for i, speaker in enumerate(speakers)
    ]


def _units_note(tables: Codes, measure: Measure, disjoint: bool) -> str:
    """What the units of the interval allow to say."""
    if not disjoint:
        return "speakers on both sides of the split: the interval speaks of new clips of these speakers only"
    if tables.shape[1] < 2:
        return "one speaker: no interval over speakers"
    return permutation.flips_note(tables.shape[1], FLIPS) if measure.of_speakers else ""


def _clips(part: pd.DataFrame, manifest: pd.DataFrame, emotions: list[str]) -> tuple[Clips, list[str]]:
    """Arrays of the predictions of one probe and the names behind the speaker codes."""
    speaker, speakers = pd.factorize(part["speaker"], sort=True)
    about = manifest.drop_duplicates("clip_id").set_index("clip_id").reindex(part["clip_id"])
    clips = Clips(
        clip=pd.factorize(part["clip_id"])[0].astype(np.int64),
        speaker=speaker.astype(np.int64),
        draw=pd.factorize(part["repeat"], sort=True)[0].astype(np.int64),
        true=_codes(part["true"], emotions),
        predicted=_codes(part["predicted"], emotions),
        probabilities=part[[f"p_{emotion}" for emotion in emotions]].to_numpy(dtype=np.float64),
        melody=about["melody"].fillna("").to_numpy(dtype=str),
        intensity=about["intensity"].fillna("").to_numpy(dtype=str),
        emotions=emotions,
    )
    return clips, [str(name) for name in speakers]


def _codes(labels: pd.Series, emotions: list[str]) -> Codes:
    return np.asarray(pd.Index(emotions).get_indexer(labels), dtype=np.int64)


def _emotions_of_melody(manifest: pd.DataFrame, emotions: list[str]) -> dict[str, list[str]]:
    """Which of the probe's emotions the corpus has under each melody; empty without melodies."""
    sung = manifest[(manifest["melody"].fillna("") != "") & manifest["emotion"].isin(emotions)]
    return {str(name): [e for e in emotions if e in set(part["emotion"])] for name, part in sung.groupby("melody")}


def _check(predictions: pd.DataFrame, manifest: pd.DataFrame) -> None:
    missing = {"clip_id", "speaker", "repeat", "fold", "true", "predicted", *KEYS} - set(predictions.columns)
    if missing:
        raise ValueError(f"predictions lack the columns {sorted(missing)}")
    missing = {"clip_id", "intensity", "melody", "emotion"} - set(manifest.columns)
    if missing:
        raise ValueError(f"the manifest lacks the columns {sorted(missing)}")
    unknown = predictions.loc[~predictions["clip_id"].isin(manifest["clip_id"]), "clip_id"].unique()
    if len(unknown):
        raise ValueError(f"{len(unknown)} predicted clips are not in the manifest, the first is {unknown[0]}")
    named = set(predictions["true"]) | set(predictions["predicted"])
    without = sorted(emotion for emotion in named if f"p_{emotion}" not in predictions.columns)
    if without:
        raise ValueError(f"no probability column p_<emotion> for {without}")
