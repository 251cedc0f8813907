"""A user's own clips, listed in a table: CSV, parquet or JSON lines (audformat and EmoBox lists too)."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow_scripts.corpora import EMOTIONS, SEXES, Clip, Corpus, Option, nearest
from workflow_scripts.study.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

LAYOUT = "a CSV, parquet or jsonl file with one row per clip and columns path, speaker, emotion (others if known)"
# Other names under which a column is recognised, lower case; the config's `columns` comes first.
COLUMNS = {
    "path": ("file", "wav", "filename", "file_name", "audio", "audio_path"),
    "emotion": ("emo", "label"),
    "speaker": ("speaker_id", "spk", "actor"),
    "sex": ("gender",),
    "clip_id": ("key", "id"),
    "domain": (),
    "language": ("lang",),
    "intensity": (),
    "statement": ("sentence", "text", "transcription", "transcript"),
    "repetition": ("take",),
    "melody": (),
}
OWN = "own_"  # goes before the name of a column that is none of ours
REQUIRED = ("path", "emotion", "speaker")
# Words of other corpora for the canonical ones; a word of the config's `labels` comes first.
SYNONYMS = {
    "anger": "angry",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "fear": "fearful",
    "anxiety": "fearful",
    "surprise": "surprised",
    "disgusted": "disgust",
    "bored": "boredom",
    "boredem": "boredom",
    "calmness": "calm",
}
SEX_WORDS = {"f": "female", "w": "female", "woman": "female", "m": "male", "man": "male"}


def find_clips(folder: Path, options: Mapping[str, Any]) -> list[Clip]:
    """The rows of the table, in its order.

    Relative paths are below `base`, or below the table's own folder. Raises UserError when the table cannot
    be read or a required column is neither there nor made by `patterns`.
    """
    file = table_file(folder, options)
    own = _read(file)
    frame = _columns(own, file, options)
    if "path" not in frame:
        raise _without(["path"], own, file)
    for other in options["join"]:
        beside = _read(folder / other)
        joined = _columns(beside, folder / other, options)
        if "path" not in joined:
            raise _without(["path"], beside, folder / other)
        new = [column for column in joined if column not in frame]
        frame = frame.merge(joined[["path", *new]].drop_duplicates("path"), on="path", how="left").fillna("")
    frame = _from_patterns(frame, options["patterns"])
    absent = [column for column in REQUIRED if column not in frame]
    if absent:
        raise _without(absent, own, file)
    if frame.empty:
        raise UserError("the table has no rows", str(file), f"expected: {LAYOUT}")
    base = base_folder(file, folder, options)
    rows = frame.to_dict("records")
    return [_clip({str(key): value for key, value in row.items()}, base, options) for row in rows]


def _without(columns: Sequence[str], frame: "pd.DataFrame", file: Path) -> UserError:
    return UserError(
        f"the table has no column {' and no column '.join(columns)}; it has {', '.join(frame.columns)}",
        str(file),
        "name them in `columns`, e.g. columns: {emotion: my_label}, or take them by `patterns`",
    )


def table_file(folder: Path, options: Mapping[str, Any]) -> Path:
    """The table: `file` below the folder of the audio, or wherever an absolute path says."""
    return folder / str(options["file"])


def base_folder(file: Path, folder: Path, options: Mapping[str, Any]) -> Path:
    """The folder that relative paths of clips start from."""
    return folder / str(options["base"]) if options["base"] else file.parent


def sources(folder: Path, options: Mapping[str, Any]) -> list[Path]:
    """The tables, and the audio files they list as far as these exist; of a table that cannot be read itself alone."""
    tables = [table_file(folder, options), *(folder / other for other in options["join"])]
    try:
        clips = find_clips(folder, options)
    except Exception:  # asked while planning; the job of the manifest meets the same fault and tells the user
        return tables
    return tables + [path for clip in clips if (path := Path(clip.path)).is_file()]


def _read(file: Path) -> "pd.DataFrame":
    """Any of the formats as strings, index columns (audformat) as plain columns, "" where nothing is said."""
    import pandas as pd

    suffix = file.suffix.lower()
    try:
        if suffix == ".parquet":
            frame = pd.read_parquet(file)
            named = [name for name in frame.index.names if name is not None]
            frame = frame.reset_index() if named else frame
        elif suffix in (".jsonl", ".json"):
            frame = pd.read_json(file, lines=suffix == ".jsonl", dtype=False)
        else:
            with open(file, encoding="utf-8-sig") as lines:
                header = lines.readline()
            separator = max(",;\t|", key=header.count)
            frame = pd.read_csv(file, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError("the table of the corpus does not exist", str(file), f"expected: {LAYOUT}") from error
    except (ValueError, OSError, ImportError) as error:
        raise UserError(f"the table cannot be read ({error})", str(file), f"expected: {LAYOUT}") from error
    frame.columns = [str(column).strip() for column in frame.columns]
    return frame.astype(object).where(frame.notna(), "")


def _columns(frame: "pd.DataFrame", file: Path, options: Mapping[str, Any]) -> "pd.DataFrame":
    """Rename the table's columns to ours, stated names first, then known other names; the rest become `own_<name>`."""
    stated: Mapping[str, str] = options["columns"]
    unknown = [name for name in stated if name not in COLUMNS]
    absent = [column for column in stated.values() if column not in frame]
    if unknown or absent:
        problems = [f"{name!r} is none of {', '.join(COLUMNS)}" for name in unknown]
        problems += [f"the table has no column {column!r}" for column in absent]
        raise UserError("; ".join(problems), f"{file}, option `columns`")
    lower: dict[str, str] = {}
    for column in frame.columns:
        lower.setdefault(column.lower(), column)
    chosen: dict[str, str] = {}
    for name, others in COLUMNS.items():
        candidates = [stated[name]] if name in stated else [lower[word] for word in (name, *others) if word in lower]
        if candidates:
            chosen[name] = candidates[0]
    rest = [column for column in frame.columns if column not in chosen.values()]
    renamed = frame[[*chosen.values(), *rest]].copy()
    renamed.columns = [*chosen, *(f"{OWN}{column}" for column in rest)]
    if {"start", "end"} & set(lower) and _has_segments(frame, lower):
        raise UserError(
            "the table lists segments (start, end) within files; a clip is a whole file here",
            str(file),
            "cut the segments into files of their own; where every clip is a whole file, drop both columns",
        )
    return renamed


def _has_segments(frame: "pd.DataFrame", lower: Mapping[str, str]) -> bool:
    """Whether any row states a start other than zero, or an end."""
    starts = set(frame[lower["start"]].map(_text)) if "start" in lower else set()
    ends = set(frame[lower["end"]].map(_text)) if "end" in lower else set()
    return bool(starts - {"", "0", "0.0", "0 days 00:00:00", "0:00:00"} or ends - {"", "NaT"})


def _from_patterns(frame: "pd.DataFrame", patterns: Mapping[str, str]) -> "pd.DataFrame":
    """Fill columns from the path by regular expressions with one group."""
    for name, pattern in patterns.items():
        if name not in COLUMNS or name == "path":
            raise UserError(f"{name!r} is none of {', '.join(COLUMNS)}", "option `patterns`")
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise UserError(f"not a regular expression ({error}): {pattern}", "option `patterns`") from error
        if groups != 1:
            raise UserError(f"a pattern needs exactly one group in round brackets: {pattern}", "option `patterns`")
        frame[name] = frame["path"].astype(str).str.extract(pattern, expand=False).fillna("")
    return frame


def _clip(row: dict[str, Any], base: Path, options: Mapping[str, Any]) -> Clip:
    """One row as a clip; what is wrong with it in words is its fault."""
    text = {name: _text(value) for name, value in row.items()}
    path = text["path"].replace("\\", "/")
    faults = [f"no {name} stated" for name in REQUIRED if not text[name]]
    label = text["emotion"]
    sexes: Mapping[str, str] = options["sexes"]
    sex = text.get("sex", "").lower()
    sex = sexes.get(text["speaker"], SEX_WORDS.get(sex, sex))
    if sex not in (*SEXES, "", "other", "unknown"):
        faults.append(f"sex {sex!r} is none of {', '.join(SEXES)}" + _did_you_mean(sex, SEXES))
    domain = text.get("domain") or str(options["domain"])
    if domain not in ("speech", "song"):
        faults.append(f"domain {domain!r} is neither speech nor song")
    repetition = text.get("repetition", "")
    if len(repetition) == 1 and "a" <= repetition.lower() <= "z":
        repetition = str(ord(repetition.lower()) - ord("a") + 1)
    if repetition and not repetition.isdigit():
        faults.append(f"repetition {repetition!r} is no number")
    intensity = text.get("intensity", "")
    if intensity not in ("normal", "strong", ""):
        faults.append(f"intensity {intensity!r} is neither normal nor strong")
    return Clip(
        clip_id=text.get("clip_id") or re.sub(r"\.[A-Za-z0-9]+$", "", path),
        path=str(base / path),
        speaker=text["speaker"],
        sex=sex if sex in SEXES else "",
        emotion=canonical(label, options["labels"]),
        label=label,
        domain=domain,
        language=text.get("language") or str(options["language"]),
        intensity=intensity if intensity in ("normal", "strong") else "",
        statement=text.get("statement", ""),
        repetition=int(repetition) if repetition.isdigit() else 0,
        melody=text.get("melody", ""),
        fault="; ".join(faults),
        own={name: value for name, value in text.items() if name.startswith(OWN)},
    )


def canonical(label: str, labels: Mapping[str, str]) -> str:
    """The canonical word of a label: by `labels`, by itself, by a synonym, else the label itself."""
    if label in labels:
        return str(labels[label])
    word = label.lower()
    return word if word in EMOTIONS else SYNONYMS.get(word, label)


def _text(value: Any) -> str:
    """A cell as text; whole numbers without the `.0` that a column with gaps gives them."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _did_you_mean(word: str, words: Sequence[str]) -> str:
    near = nearest(word, list(words))
    return f" (did you mean {near!r}?)" if near else ""


CORPUS = Corpus(
    name="table",
    domain="",
    language="",
    emotions=(),
    layout=LAYOUT,
    find_clips=find_clips,
    own_emotions=True,
    sources=sources,
    options={
        "file": Option(str, "", "the table: CSV, TSV, parquet or jsonl, one row per clip", required=True),
        "join": Option(list, [], "further tables with the same paths (audformat keeps speakers and emotions apart)"),
        "base": Option(str, "", "folder that relative paths start from; empty: the table's own folder"),
        "columns": Option(dict, {}, "our column: column of the table, e.g. {emotion: rating}"),
        "patterns": Option(
            dict, {}, "column: regular expression on the path, with one group, e.g. {speaker: '_(S\\d+)_'}"
        ),
        "labels": Option(dict, {}, "label of the table: emotion, e.g. {A: angry}"),
        "domain": Option(str, "speech", "speech or song, where the table has no such column"),
        "language": Option(str, "", "two-letter code, where the table has no such column"),
        "pool": Option(str, "", "name of the speaker pool; datasets with the same speakers share one"),
        "sexes": Option(dict, {}, "speaker: female or male, for all speakers of a shared pool"),
    },
)
