"""A user's own clips by a table: formats, columns, words, and what is said when something is wrong."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_up_recordings import voice, write

from workflow_scripts import corpora
from workflow_scripts.corpora import Clip
from workflow_scripts.materials.manifest import assemble
from workflow_scripts.study.errors import UserError

TABLE = corpora.find("table")


def load(folder: Path, **options: Any) -> list[Clip]:
    return TABLE.find_clips(folder, corpora.resolve_options(TABLE, options))


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "path": ["wav/a 1.wav", "wav/b2.flac"],
            "speaker": ["007", "anna"],
            "emotion": ["angry", "Sadness"],
            "gender": ["m", "woman"],
            "take": ["2", ""],
        }
    )


@pytest.mark.parametrize("kind", ["comma", "semicolon", "tab", "parquet", "jsonl", "byte order mark"])
def test_every_format_gives_the_same_clips(tmp_path: Path, kind: str) -> None:
    frame, file = rows(), tmp_path / "list.csv"
    if kind == "parquet":
        frame.to_parquet(file := tmp_path / "list.parquet")
    elif kind == "jsonl":
        file = tmp_path / "list.jsonl"
        file.write_text("\n".join(json.dumps(row) for row in frame.to_dict("records")))
    else:
        separator = {"semicolon": ";", "tab": "\t"}.get(kind, ",")
        frame.to_csv(file, sep=separator, index=False, encoding="utf-8-sig" if "mark" in kind else "utf-8")
    first, second = load(tmp_path, file=file.name)
    assert (first.clip_id, first.path) == ("wav/a 1", str(tmp_path / "wav/a 1.wav"))
    assert (first.speaker, first.sex, first.emotion, first.repetition) == ("007", "male", "angry", 2)
    assert (second.sex, second.emotion, second.label, second.repetition) == ("female", "sad", "Sadness", 0)
    assert first.fault == second.fault == ""
    assert first.domain == "speech"


def test_own_ids_columns_labels_base_domain_and_language(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"where": ["x.wav"], "who": ["s1"], "rating": ["A"], "name": ["clip-1"], "what": ["Hello, you"]}
    )
    frame.to_csv(tmp_path / "list.csv", index=False)
    (clip,) = load(
        tmp_path,
        file="list.csv",
        columns={"path": "where", "speaker": "who", "emotion": "rating", "clip_id": "name", "statement": "what"},
        labels={"A": "angry"},
        base="audio",
        domain="song",
        language="it",
    )
    assert (clip.clip_id, clip.path) == ("clip-1", str(tmp_path / "audio" / "x.wav"))
    assert (clip.emotion, clip.label, clip.statement) == ("angry", "A", "Hello, you")
    assert (clip.domain, clip.language) == ("song", "it")


def test_an_audformat_database_with_its_tables_apart(tmp_path: Path) -> None:
    files = pd.Index(["wav/03a01Fa.wav", "wav/08a01Wa.wav"], name="file")
    pd.DataFrame({"emotion": ["happiness", "anger"], "emotion.confidence": [0.9, 1.0]}, index=files).to_csv(
        tmp_path / "db.emotion.csv"
    )
    pd.DataFrame({"speaker": [3, 8], "transcription": ["a01", "a01"]}, index=files).to_parquet(
        tmp_path / "db.files.parquet"
    )
    first, second = load(tmp_path, file="db.emotion.csv", join=["db.files.parquet"])
    assert (first.speaker, first.emotion, first.statement) == ("3", "happy", "a01")
    assert (second.speaker, second.emotion, second.label) == ("8", "angry", "anger")


def test_audformat_segments_are_refused_and_whole_files_are_not(tmp_path: Path) -> None:
    frame = pd.DataFrame({"file": ["a.wav", "b.wav"], "start": [pd.Timedelta(0)] * 2, "end": [pd.NaT] * 2})
    frame["speaker"], frame["emotion"] = ["1", "2"], ["happy", "sad"]
    frame.set_index(["file", "start", "end"]).to_parquet(tmp_path / "whole.parquet")
    assert [clip.fault for clip in load(tmp_path, file="whole.parquet")] == ["", ""]
    frame["start"] = [pd.Timedelta(0), pd.Timedelta("1.5s")]
    frame.to_csv(tmp_path / "segments.csv", index=False)
    with pytest.raises(UserError, match="lists segments"):
        load(tmp_path, file="segments.csv")


def test_an_emobox_list_with_the_speaker_taken_from_the_path(tmp_path: Path) -> None:
    line = {
        "key": "emodb-13a05Lc", "dataset": "emodb", "wav": "downloads/emodb/wav/13a05Lc.wav", "type": "raw",
        "sample_rate": 16000, "num_frame": 30372.0, "length": 1.9, "emo": "boredem", "channel": 1,
    }  # fmt: skip
    (tmp_path / "fold.jsonl").write_text(json.dumps(line) + "\n")
    (clip,) = load(
        tmp_path, file="fold.jsonl", patterns={"speaker": r"/(\d\d)[ab]\d\d", "statement": r"\d\d([ab]\d\d)"}
    )
    assert (clip.clip_id, clip.speaker, clip.emotion, clip.statement) == ("emodb-13a05Lc", "13", "boredom", "a05")


def test_sexes_fill_in_and_make_the_pool_known(tmp_path: Path) -> None:
    rows()[["path", "speaker", "emotion"]].to_csv(tmp_path / "list.csv", index=False)
    options = corpora.resolve_options(
        TABLE, {"file": "list.csv", "sexes": {"007": "male", "anna": "female", "eva": "female"}, "pool": "friends"}
    )
    assert [clip.sex for clip in TABLE.find_clips(tmp_path, options)] == ["male", "female"]
    assert corpora.speakers_of(TABLE, options) == {"007": "male", "anna": "female", "eva": "female"}
    assert corpora.pool_of(TABLE, "mine", options) == "friends"
    assert corpora.pool_of(TABLE, "mine", corpora.resolve_options(TABLE, {})) == "mine"


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.drop(columns="speaker"), {}, "no column speaker; it has"),
        (lambda f: f.head(0), {}, "has no rows"),
        (lambda f: f, {"columns": {"emotion": "feeling"}}, "no column 'feeling'"),
        (lambda f: f, {"columns": {"mood": "emotion"}}, "'mood' is none of"),
        (lambda f: f, {"patterns": {"speaker": "a("}}, "not a regular expression"),
        (lambda f: f, {"patterns": {"speaker": "a"}}, "exactly one group"),
    ],
)
def test_mistakes_in_the_table_as_a_whole(tmp_path: Path, change: Any, options: dict[str, Any], message: str) -> None:
    change(rows()).to_csv(tmp_path / "list.csv", index=False)
    with pytest.raises(UserError, match=message):
        load(tmp_path, file="list.csv", **options)


def test_a_missing_or_damaged_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.csv.*does not exist"):
        load(tmp_path, file="nowhere.csv")
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    with pytest.raises(UserError, match=r"bad\.parquet.*cannot be read"):
        load(tmp_path, file="bad.parquet")


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("speaker", "", "no speaker stated"),
        ("emotion", "", "no emotion stated"),
        ("gender", "femal", "did you mean 'female'"),
        ("domain", "whistling", "neither speech nor song"),
        ("intensity", "very", "neither normal nor strong"),
        ("take", "first", "is no number"),
    ],
)
def test_mistakes_in_a_row_are_faults_of_its_clip(tmp_path: Path, column: str, value: str, why: str) -> None:
    frame = rows()
    frame[column] = [value, {"domain": "song", "take": "b"}.get(column, frame.get(column, pd.Series(["", ""]))[1])]
    frame.to_csv(tmp_path / "list.csv", index=False)
    first, second = load(tmp_path, file="list.csv")
    assert why in first.fault
    assert second.fault == ""


def test_own_emotion_words_need_the_study_to_list_them(tmp_path: Path) -> None:
    for index in range(2):
        write(tmp_path / f"{index}.wav", voice(index))
    frame = pd.DataFrame({"path": ["0.wav", "1.wav"], "speaker": ["a", "b"], "emotion": ["proud", "hapy"]})
    frame.to_csv(tmp_path / "list.csv", index=False)
    clips = load(tmp_path, file="list.csv")
    with pytest.raises(UserError) as error:
        assemble("table", "mine", clips, "as-recorded", None, own_emotions=["proud"])
    assert "unknown emotion 'hapy'; did you mean 'happy'?" in str(error.value)
    assert "'proud'" not in str(error.value)
    manifest, _ = assemble("table", "mine", clips, "as-recorded", None, own_emotions=["proud", "hapy"])
    assert list(manifest["emotion"]) == ["proud", "hapy"]


def test_sources_are_the_tables_and_the_files_that_exist(tmp_path: Path) -> None:
    rows().to_csv(tmp_path / "list.csv", index=False)
    there = write(tmp_path / "wav" / "a 1.wav", voice())
    options = corpora.resolve_options(TABLE, {"file": "list.csv"})
    assert TABLE.sources(tmp_path, options) == [tmp_path / "list.csv", there]


def test_a_table_without_paths_is_refused_with_the_columns_it_has(tmp_path: Path) -> None:
    rows().to_csv(tmp_path / "list.csv", index=False)
    pd.DataFrame({"who": ["anna"], "feels": ["sad"]}).to_csv(tmp_path / "other.csv", index=False)
    for options in ({"file": "other.csv", "patterns": {"speaker": "(a)"}}, {"file": "list.csv", "join": ["other.csv"]}):
        with pytest.raises(UserError, match=r"other.csv: the table has no column path; it has who, feels"):
            load(tmp_path, **options)


def test_whatever_else_the_table_has_is_kept_in_the_manifest(tmp_path: Path) -> None:
    frame = rows().assign(valence=[0.25, -1.0], onset=["early", ""])
    frame.to_csv(tmp_path / "list.csv", index=False)
    for path in frame["path"]:
        write(tmp_path / path, voice())
    manifest, _ = assemble("table", "mine", load(tmp_path, file="list.csv"), "as-recorded", None)
    assert manifest["own_valence"].tolist() == ["0.25", "-1.0"]
    assert manifest["own_onset"].tolist() == ["early", ""]
    assert manifest["onset"].dtype == float
