"""The clips that the report shows: which are chosen, what a picture of one shows, and none unless asked for."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up_recordings import RATE, write
from PIL import Image

from workflow_scripts import clips as entry
from workflow_scripts.corpora import Clip
from workflow_scripts.figures.spectrogram import HEIGHT, WIDEST, band_edges, levels, spectrogram
from workflow_scripts.materials.manifest import assemble
from workflow_scripts.study import tables
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.costs import job_seconds
from workflow_scripts.study.disk import job_bytes
from workflow_scripts.study.jobs import jobs
from workflow_scripts.study.needs import megabytes
from workflow_scripts.study.plan import Plan
from workflow_scripts.summaries.clips import answers, clips_of_layer, distances

ASKED = {"protocol": "strict", "probe": "logistic", "speaker_normalisation": "none", "null_run": 0, "pooling": "mean"}
STUDY = {
    "study": "Clips",
    "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
    "models": ["wavlm-large"],
    "layers": [6, 12],
    "emotions": ["happy", "sad"],
    "protocols": ["strict", "paper1"],
    "probing": {"probes": ["linear-head", "logistic"], "poolings": ["mean-active", "mean"]},
}


def planned(**changes: Any) -> Plan:
    return Plan(check_study({**STUDY, **changes}))


def table(emotions: list[str]) -> pd.DataFrame:
    """Clips named by their place, as of a manifest."""
    names = [f"c{place:02d}" for place in range(len(emotions))]
    return pd.DataFrame({"clip_id": names, "emotion": emotions, "speaker": "s1", "seconds": 1.0})


def told(predicted: dict[str, tuple[str, float]]) -> pd.DataFrame:
    rows = [(clip, *said) for clip, said in predicted.items()]
    return pd.DataFrame(rows, columns=["clip_id", "predicted", "probability"])


def chosen(found: pd.DataFrame, emotion: str, kind: str) -> list[str]:
    own = found[(found["emotion"] == emotion) & (found["kind"] == kind)]
    assert own["place"].tolist() == list(range(1, len(own) + 1))
    return own["clip_id"].tolist()


def test_a_distance_is_to_the_mean_of_the_others_in_standard_deviations() -> None:
    vectors = np.random.default_rng(0).normal(size=(9, 4)) * [1, 10, 0.1, 0] + 3
    emotions = pd.Series(["sad"] * 5 + ["happy"] * 3 + ["calm"])
    scaled = (vectors[:, :3] - vectors[:, :3].mean(axis=0)) / vectors[:, :3].std(axis=0, ddof=1)
    others = scaled[[0, 1, 3, 4]].mean(axis=0)
    found = distances(vectors, emotions)
    assert found[2] == pytest.approx(np.sqrt(((scaled[2] - others) ** 2).sum() / 4))  # the constant one counts as 0
    assert np.isnan(found[8])
    assert np.isfinite(found[:8]).all()


def test_planted_clips_are_chosen() -> None:
    clips = table(["sad"] * 8 + ["happy"] * 4)
    # c00 lies in the middle of the sad ones, c05 and c06 far from them on both sides
    place = [0.0, 1.0, -1.0, 2.0, -2.0, 9.0, -9.0, 0.1, 50.0, 51.0, 52.0, 53.0]
    vectors = np.array([place, place]).T
    said = told({"c03": ("happy", 0.5), "c04": ("happy", 0.9), "c01": ("sad", 0.99), "c08": ("happy", 1.0)})
    found = clips_of_layer(clips, vectors, said)
    assert chosen(found, "sad", "nearest") == ["c00", "c07", "c01"]
    assert chosen(found, "sad", "farthest") == ["c06", "c05", "c04"]
    assert chosen(found, "sad", "misclassified") == ["c04", "c03"]
    assert chosen(found, "happy", "misclassified") == []
    # of four clips two are near and two far, none is both
    assert chosen(found, "happy", "nearest") == ["c09", "c10"]
    assert chosen(found, "happy", "farthest") == ["c08", "c11"]
    far = found[(found["clip_id"] == "c05") & (found["kind"] == "farthest")].iloc[0]
    assert (far["predicted"], np.isnan(far["probability"])) == ("", True)
    first = found[found["kind"] == "misclassified"].iloc[0]
    assert (first["predicted"], first["probability"], first["distance"] > 0) == ("happy", 0.9, True)


def test_ties_go_by_name_in_whatever_order_clips_come() -> None:
    clips, vectors = table(["sad"] * 8), np.tile(np.repeat([[0.1, -0.3]], 4, axis=0), (2, 1))
    vectors[4:] *= -1
    said = told(dict.fromkeys(clips["clip_id"], ("happy", 0.5)))
    order = np.random.default_rng(1).permutation(8)
    for rows in (np.arange(8), order):
        found = clips_of_layer(clips.iloc[rows].reset_index(drop=True), vectors[rows], said)
        assert chosen(found, "sad", "nearest") == ["c00", "c01", "c02"]
        assert chosen(found, "sad", "misclassified") == ["c00", "c01", "c02"]


def test_one_probe_is_asked_and_its_real_labels_alone() -> None:
    rows = []
    for clip in ("c00", "c01"):
        rows.append({"clip_id": clip, **ASKED, "predicted": "sad", "p_sad": 0.7, "p_happy": 0.3})
        for other in ({"protocol": "paper1"}, {"null_run": 1}, {"probe": "linear-head"}, {"pooling": "std"}):
            rows.append({**rows[0], "clip_id": clip, **other, "predicted": "happy"})
    found = answers(pd.DataFrame(rows), ASKED)
    assert found.to_dict("list") == {"clip_id": ["c00", "c01"], "predicted": ["sad"] * 2, "probability": [0.7] * 2}


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.mark.parametrize("hertz", [110.0, 440.0, 3000.0])
def test_a_tone_lies_at_its_frequency_and_at_its_time(hertz: float) -> None:
    samples = np.concatenate([np.zeros(RATE, np.float32), tone(hertz)])
    loudness, edges = levels(samples, 128), band_edges()
    loudest = int(loudness[:, 96].argmax())
    # within a bin of the transform, which spans several bands at the bottom
    assert edges[loudest] - 20 < hertz < edges[loudest + 1] + 20
    assert (loudness[:, 96].max() - loudness[:, :60].max()) > 60
    picture = np.asarray(Image.open(io.BytesIO(spectrogram(samples))).convert("L")).astype(int)
    assert picture.shape == (HEIGHT, 128)
    row = HEIGHT - 1 - loudest  # from the top
    assert picture[row, 96] == picture.min()
    assert (picture[:, :60] == picture.max()).all()


def test_a_picture_is_small_stays_within_its_width_and_pales_what_was_not_heard() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 10 * RATE).astype(np.float32)
    whole, part = spectrogram(noise), spectrogram(noise, (0.5, 1.0))
    assert len(whole) < 20_000  # noise is the worst there is
    drawn, paled = (np.asarray(Image.open(io.BytesIO(own)).convert("RGB")).astype(int) for own in (whole, part))
    assert drawn.shape == (HEIGHT, WIDEST, 3)
    assert (drawn[:, 160:] == paled[:, 160:]).all()
    assert (paled[:, :160] >= drawn[:, :160]).all()
    assert paled[:, :160].mean() > drawn[:, :160].mean() + 30
    assert Image.open(io.BytesIO(spectrogram(noise[:400]))).size == (2, HEIGHT)


def recorded(folder: Path) -> pd.DataFrame:
    """The manifest of twelve recordings of tones, all cropped to half a second."""
    made = []
    for place in range(12):
        path = write(folder / f"{'sad' if place % 2 else 'happy'} #{place}.wav", tone(200 + 50 * place, 0.8))
        made.append(Clip(f"mine/{place:02d}", str(path), f"s{place % 3}", emotion=path.name.split()[0]))
    return assemble("table", "mine", made, "matched", 0.5)[0]


def run(folder: Path, manifest: pd.DataFrame, probed: bool) -> pd.DataFrame:
    """The table of the entry, for one layer of random vectors; the probe takes every sad clip for a happy one."""
    vectors = np.random.default_rng(0).normal(size=(len(manifest), 5)).astype(np.float32)
    ids, hashes = manifest["clip_id"].tolist(), manifest["audio_hash"].tolist()
    tables.write(manifest, folder / "manifest.parquet", "manifest")
    tables.write_vectors(folder / "layer.parquet", ids, hashes, {"mean": vectors})
    rows = manifest[["clip_id", "speaker"]].assign(
        **ASKED, repeat=0, fold=0, true=manifest["emotion"], predicted="happy", speaker_in_training=False,
        p_happy=0.6, p_sad=0.4,
    )  # fmt: skip
    tables.write(rows, folder / "predictions.parquet", "predictions")
    asked = {key: value for key, value in ASKED.items() if key != "pooling"}
    spec = {"dataset": "mine", "models": {"m": {"layers": ["0"], "pooling": "mean"}}, "emotions": [],
            "asked": asked if probed else {}, "on_bad_clips": "stop"}  # fmt: skip
    files = SimpleNamespace(
        manifest=folder / "manifest.parquet",
        vectors=[folder / "layer.parquet"],
        predictions=[folder / "predictions.parquet"] if probed else [],
    )
    made = SimpleNamespace(clips=folder / "clips.parquet", pictures=folder / "pictures")
    entry.main(SimpleNamespace(params=SimpleNamespace(spec=spec), input=files, output=made))
    return tables.read(folder / "clips.parquet")


def test_every_chosen_clip_has_its_recording_and_a_picture_of_it(tmp_path: Path) -> None:
    manifest = recorded(tmp_path / "audio")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "old.png").touch()  # of an earlier run
    found = run(tmp_path, manifest, probed=True)
    assert found.groupby(["emotion", "kind"]).size().to_dict() == {
        ("happy", "nearest"): 3, ("happy", "farthest"): 3,
        ("sad", "nearest"): 3, ("sad", "farthest"): 3, ("sad", "misclassified"): 3,
    }  # fmt: skip
    assert set(found["path"]) <= set(manifest["path"])
    pictures = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert pictures == sorted(set(found["picture"]))
    assert len(pictures) == found["clip_id"].nunique()
    size = Image.open(tmp_path / "pictures" / pictures[0]).size
    assert size == (51, HEIGHT)  # the whole recording of 0.8 s
    assert not list(tmp_path.glob(".pictures*"))


def test_without_a_strict_probe_clips_are_near_and_far_alone(tmp_path: Path) -> None:
    found = run(tmp_path, recorded(tmp_path / "audio"), probed=False)
    assert set(found["kind"]) == {"nearest", "farthest"}
    assert set(found["predicted"]) == {""}


def test_clips_are_off_unless_the_config_asks_for_them() -> None:
    off, on = planned(), planned(report={"clips": True})
    assert [names for rule, names in jobs(off) if rule == "clips"] == off.shown == []
    assert [names["dataset"] for rule, names in jobs(on) if rule == "clips"] == ["speech", "song"]
    # nothing else is made again for it, but for what holds the config
    others = [(rule, names) for rule, names in jobs(off) if rule not in ("report", "paper", "fetch_corpus")]
    assert all(off.spec(rule, **names) == on.spec(rule, **names) for rule, names in others)
    assert off.spec("report") != on.spec("report")


def test_the_headline_probe_is_asked_where_it_was_made_strictly() -> None:
    first = planned(report={"clips": True}).spec("clips", dataset="song")
    assert {**first["asked"], "pooling": "mean"} == {**ASKED, "probe": "linear-head"}
    assert first["models"]["wavlm-large"] == {"layers": ["6", "12"], "pooling": "mean-active"}
    assert first["models"]["eGeMAPSv02"] == {"layers": ["functionals"], "pooling": "functionals"}
    more = {**STUDY["probing"], "C": [0.01], "null_runs": 9}
    assert planned(report={"clips": True}, probing=more).spec("clips", dataset="song") == first
    for changes in ({"protocols": ["paper1"]}, {"probing": None}, {"probing": {**more, "datasets": ["speech"]}}):
        study = {key: value for key, value in {**STUDY, **changes}.items() if value is not None}
        assert Plan(check_study(study)).spec("clips", dataset="song")["asked"] == {}


def test_what_the_clips_cost_grows_with_the_layers() -> None:
    few, many = planned(report={"clips": True}), planned(report={"clips": True}, layers="all")
    for cost in (
        lambda plan: job_seconds(plan, "clips", dataset="speech"),
        lambda plan: job_bytes(plan, "clips", dataset="speech")["figures"],
    ):
        assert 0 < cost(few) < cost(many)
    assert megabytes(few, "clips", 1, 0, dataset="speech") >= 2500
