"""openSMILE functionals: float all the way, named as openSMILE names them, keyed like the layers."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import soundfile

from workflow_scripts import measure_acoustics
from workflow_scripts.acoustics.functionals import FEATURE_SETS, RATE, Functionals
from workflow_scripts.materials.audio import audio_hash, decode
from workflow_scripts.materials.preparation import prepare
from workflow_scripts.study import tables
from workflow_scripts.study.errors import UserError

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def egemaps() -> Functionals:
    return Functionals("eGeMAPSv02")


def voice(pitch: float = 140.0, seconds: float = 0.8) -> np.ndarray:
    """A buzz of falling harmonics with a little noise: voiced, at a known pitch."""
    time = np.arange(int(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 20))
    return (0.05 * buzz + 1e-4 * np.random.default_rng(0).standard_normal(time.size)).astype(np.float32)


def feature(functionals: Functionals, wave: np.ndarray, name: str) -> float:
    return float(functionals("clip", wave)[functionals.names.index(name)])


def test_categories_cover_every_feature_once(egemaps):
    table = pd.read_csv(ROOT / "resources" / "egemaps_categories.csv")
    assert sorted(table["feature"]) == sorted(egemaps.names)
    counts = Counter(table["category"])
    assert sorted(counts.values()) == [6, 15, 24, 43]
    assert counts == {"Frequency": 24, "Energy": 15, "Spectral": 43, "Temporal": 6}


@pytest.mark.parametrize(
    ("name", "count"), [("eGeMAPSv02", 88), ("GeMAPSv01b", 62), ("ComParE_2016", 6373), ("emobase", 988)]
)
def test_every_feature_set_measures_what_it_names(name, count):
    assert name in FEATURE_SETS
    functionals = Functionals(name)
    assert len(functionals.names) == len(set(functionals.names)) == count
    values = functionals("clip", voice())
    assert values.shape == (count,)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()


def test_pitch_and_loudness_are_what_was_made(egemaps):
    semitones = feature(egemaps, voice(220.0), "F0semitoneFrom27.5Hz_sma3nz_amean")
    assert semitones == pytest.approx(36.0, abs=0.1)  # three octaves above 27.5 Hz
    loud, quiet = (feature(egemaps, voice() * gain, "loudness_sma3_amean") for gain in (1.0, 0.3))
    assert loud > 1.3 * quiet


def test_nothing_passes_through_16_bits(egemaps):
    """Spectral shape does not hang on level, even where a voice spans some thirty steps of 16 bits."""
    import opensmile

    loud = voice(220.0)
    faint = (loud * 0.01).astype(np.float32)
    name = "mfcc2_sma3_amean"
    expected = feature(egemaps, loud, name)
    assert feature(egemaps, faint, name) == pytest.approx(expected, rel=1e-4)
    own_way = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    assert abs(own_way.process_signal(faint, RATE)[name].iloc[0] - expected) > 1


def test_values_on_16_bit_material_are_those_of_the_package_but_for_its_truncation(egemaps):
    import opensmile

    samples = np.round(voice() * 32768) / 32768
    theirs = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    expected = theirs.process_signal(samples.astype(np.float32), RATE).iloc[0]
    ours = pd.Series(egemaps("clip", samples.astype(np.float32)), egemaps.names)
    for name in (
        "F0semitoneFrom27.5Hz_sma3nz_amean",
        "loudness_sma3_amean",
        "mfcc1_sma3_amean",
        "HNRdBACF_sma3nz_amean",
    ):
        assert ours[name] == pytest.approx(expected[name], rel=1e-3, abs=1e-3), name


def test_a_clip_too_short_to_measure_is_refused_by_name(egemaps):
    with pytest.raises(UserError, match="measured nothing") as error:
        egemaps("own/short", voice()[:200])
    assert "own/short" in str(error.value)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_job_writes_one_row_per_clip_in_order(tmp_path, monkeypatch, egemaps, threads):
    rows = []
    for i, rate in enumerate((16000, 48000, 22050)):
        wave = np.interp(np.arange(0, 0.5, 1 / rate), np.arange(voice().size) / RATE, voice(120 + 60 * i))
        path = tmp_path / f"clip{i}.wav"
        soundfile.write(path, wave, rate, subtype="FLOAT")
        recording = decode(path)
        prepared = asdict(prepare(recording, "matched", 0.4))
        rows.append({"clip_id": f"own/{i}", "path": str(path), "audio_hash": audio_hash(recording), **prepared})
    manifest = pd.DataFrame(rows)
    job = measure_acoustics
    with monkeypatch.context() as patch:
        patch.setattr(tables, "read", lambda path: manifest)
        spec = {"dataset": "own", "features": "eGeMAPSv02", "level": "matched", "crop": 0.4, "code": "none"}
        out = SimpleNamespace(features=str(tmp_path / "out.parquet"))
        params = SimpleNamespace(spec=spec)
        job.main(SimpleNamespace(params=params, input=SimpleNamespace(manifest=""), output=out, threads=threads))
    written = tables.read(tmp_path / "out.parquet")
    assert list(written.columns) == ["clip_id", "audio_hash", *egemaps.names]
    assert written["clip_id"].tolist() == manifest["clip_id"].tolist()
    assert written["audio_hash"].tolist() == manifest["audio_hash"].tolist()
    for row, values in zip(rows, written[egemaps.names].to_numpy(), strict=True):
        np.testing.assert_array_equal(values, egemaps("clip", job.load_prepared(row, RATE)).astype(np.float64))
    assert tables.about(tmp_path / "out.parquet")["opensmile"]
