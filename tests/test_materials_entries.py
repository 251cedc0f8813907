"""The jobs from recordings to folds, leaks and confounds, run as the rules run them; and on real recordings."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up_recordings import record_ravdess

from workflow_scripts import confounds, corpora, folds, manifest, pair_leaks
from workflow_scripts.materials.folds import parts, restricted
from workflow_scripts.materials.manifest import assemble
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError

EMOTIONS = ["neutral", "calm", "happy", "sad", "angry", "fearful"]
RECORDINGS = os.environ.get("VOCALISE_RECORDINGS", "")


def job(inputs: dict[str, Any], outputs: dict[str, Path], **spec: Any) -> SimpleNamespace:
    """What an entry takes from Snakemake."""
    spec = {"code": "0", "seed": 1, **spec}
    return SimpleNamespace(
        input=SimpleNamespace(**inputs),
        output=SimpleNamespace(**{name: str(path) for name, path in outputs.items()}),
        params=SimpleNamespace(spec=spec),
        threads=2,
    )


def run_manifest(folder: Path, dataset: str, corpus: str, recordings: Path, **spec: Any) -> Path:
    outputs = {name: folder / dataset / f"{name}.parquet" for name in ("manifest", "set_aside")}
    settings = {"level": "as-recorded", "crop": None, "on_bad_clips": "stop", "own_emotions": [], "options": {}, **spec}
    manifest.main(job({}, outputs, dataset=dataset, corpus=corpus, folder=str(recordings), **settings))
    return outputs["manifest"]


def run_folds(table: Path, dataset: str, corpus: str, protocol: str, **spec: Any) -> Path:
    outputs = {
        name: table.parent / f"{name}_{protocol}.parquet" for name in ("folds", "leaks", "set_aside")
    }  # fmt: skip
    settings = {
        "emotions": EMOTIONS,
        "draws": 2,
        "stratified": False,
        "folds": 6,
        "options": {},
        "on_bad_clips": "stop",
        **spec,
    }
    folds.main(job({"manifest": table}, outputs, dataset=dataset, corpus=corpus, protocol=protocol, **settings))
    return outputs["folds"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Manifests of made-up speech and song of three actors."""
    folder = tmp_path_factory.mktemp("study")
    made = {}
    for dataset, channel in (("speech", "01"), ("song", "02")):
        recordings = record_ravdess(folder / f"ravdess-{dataset}", channel, [1, 2, 3])
        made[dataset] = run_manifest(folder, dataset, f"ravdess-{dataset}", recordings, level="matched", crop=0.1)
    return made


def test_a_manifest_on_disk_has_one_prepared_row_per_clip(study: dict[str, Path]) -> None:
    table = tables.read(study["speech"])
    assert len(table) == table["clip_id"].nunique() == 180
    assert table["prepared_seconds"].eq(0.1).all()
    assert np.allclose(table["prepared_level_db"], -26.0)
    assert set(table["pool"]) == {"ravdess"}
    assert tables.read(study["speech"].with_name("set_aside.parquet")).empty
    assert tables.about(study["speech"])["level"] == "matched"


def test_an_emotion_that_no_clip_of_the_table_has_is_told(tmp_path: Path) -> None:
    recordings = record_ravdess(tmp_path / "clips", "01", [1])
    files = sorted(recordings.rglob("*.wav"))[:4]
    lines = ["path,speaker,emotion", *(f"{path},anna,happy" for path in files)]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    table = corpora.find("table")
    own = {"options": corpora.resolve_options(table, {"file": "list.csv"}), "own_emotions": ["Wut"]}
    with pytest.raises(UserError, match="no clip has the emotion 'Wut'.*the clips have happy"):
        run_manifest(tmp_path, "mine", "table", tmp_path, **own)
    assert run_manifest(tmp_path, "mine", "table", tmp_path, on_bad_clips="set-aside", **own).exists()


def test_folds_and_leaks_of_every_protocol(study: dict[str, Path]) -> None:
    sizes = {}
    for protocol in ("strict", "paper1", "emobox"):
        file = run_folds(study["speech"], "speech", "ravdess-speech", protocol)
        table, leaks = tables.read(file), tables.read(file.with_name(f"leaks_{protocol}.parquet"))
        sizes[protocol] = [len(test) for *_, test in parts(table)]
        assert set(leaks["protocol"]) == {protocol}
        assert len(leaks) == 3 * len(sizes[protocol])
        assert (leaks.loc[leaks["kind"] == "speakers", "count"].sum() == 0) == (protocol != "paper1")
    # Actors 01 and 02 share a strict fold; paper1 tests ceil(0.2 * 132) in each of two draws.
    assert sizes == {"strict": [88, 44], "paper1": [27, 27], "emobox": [44, 44, 44]}


def test_an_emotion_without_enough_speakers_follows_the_policy(study: dict[str, Path], tmp_path: Path) -> None:
    table = tables.read(study["song"])
    table.loc[(table["emotion"] == "fearful") & (table["speaker"] != "01"), "emotion"] = "sad"
    file = tmp_path / "manifest.parquet"
    tables.write(table, file, "manifest")
    with pytest.raises(UserError, match="emotion fearful has too few clips or speakers"):
        run_folds(file, "song", "ravdess-song", "strict")
    made = tables.read(run_folds(file, "song", "ravdess-song", "strict", on_bad_clips="set-aside"))
    aside = tables.read(tmp_path / "set_aside_strict.parquet")
    assert len(made) == len(table) - 8
    assert len(aside) == 8
    assert aside["reason"].str.contains("fearful").all()
    assert aside["path"].str.endswith(".wav").all()


def test_a_pair_is_audited_for_every_protocol(study: dict[str, Path], tmp_path: Path) -> None:
    files = [
        run_folds(study[dataset], dataset, f"ravdess-{dataset}", protocol)
        for protocol in ("strict", "paper1")
        for dataset in ("speech", "song")
    ]
    output = tmp_path / "leaks.parquet"
    inputs = {"manifests": [study["speech"], study["song"]], "folds": files}
    pair_leaks.main(job(inputs, {"leaks": output}, source="speech", target="song", protocols=["strict", "paper1"]))
    table = tables.read(output)
    assert table.groupby("protocol")["count"].sum()["strict"] == 0
    paper1 = table[(table["protocol"] == "paper1") & (table["kind"] == "speakers")]
    assert paper1["count"].tolist() == [3, 3]
    assert set(table["source"]) == {"speech"}


def test_confounds_of_song(study: dict[str, Path], tmp_path: Path) -> None:
    output = tmp_path / "confounds.parquet"
    confounds.main(job({"manifest": study["song"]}, {"confounds": output}, dataset="song", emotions=EMOTIONS))
    table = tables.read(output).set_index("nuisance")
    assert table.loc["melody", "uar"] == pytest.approx(0.5)
    assert table.loc["level", "note"] == "the same for every clip"


@pytest.fixture(scope="module", params=["ravdess-speech", "ravdess-song", "emodb"])
def real(request: pytest.FixtureRequest) -> tuple[str, pd.DataFrame]:
    """A corpus of the real recordings, every third clip of it measured."""
    folder = Path(RECORDINGS) / request.param
    if not (Path(RECORDINGS) / "manifest.csv").is_file():
        pytest.skip("VOCALISE_RECORDINGS names no folder with real recordings")
    corpus = corpora.find(request.param)
    clips = list(corpus.find_clips(folder, {}))[::3]
    return request.param, assemble(corpus.name, corpus.pool, clips, "as-recorded", None, threads=2)[0]


@pytest.mark.recordings
def test_real_recordings_agree_with_their_own_table(real: tuple[str, pd.DataFrame]) -> None:
    name, measured = real
    table = pd.read_csv(Path(RECORDINGS) / "manifest.csv", dtype={"speaker": str})
    stated = table[table["dataset"] == name].set_index("path")
    words = {"anger": "angry", "anxiety": "fearful", "happiness": "happy", "sadness": "sad"}
    for row in measured.itertuples():
        other = stated.loc[str(Path(row.path).relative_to(RECORDINGS))]
        assert row.emotion == words.get(other["emotion"], other["emotion"])
        assert row.sex == other["sex"]
        assert other["speaker"].endswith(row.speaker)
        assert row.seconds == pytest.approx(other["seconds"], abs=1e-3)


@pytest.mark.recordings
def test_the_voice_of_real_recordings_starts_where_it_should(real: tuple[str, pd.DataFrame]) -> None:
    name, measured = real
    low, high = (0.8, 1.2) if name.startswith("ravdess") else (0.0, 0.2)
    assert measured["onset"].between(low, high).mean() > 0.9
    assert measured["active_fraction"].between(0.3, 1.0).all()
    used = restricted(measured, corpora.find(name).paper1)
    assert len(used) > 60
