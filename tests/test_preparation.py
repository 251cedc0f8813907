"""Decoding, identity, activity, onset, level and crop of recordings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_recordings import RATE, voice, with_chunks, write

from workflow_scripts.materials.audio import BadAudio, Recording, audio_hash, decode, resample, stated_wav_frames
from workflow_scripts.materials.preparation import active_frames, frame_levels, load_prepared, prepare
from workflow_scripts.study.errors import UserError


@pytest.mark.parametrize("rate", [48000, 44100, 24000, 22050, 16000])
@pytest.mark.parametrize(("suffix", "subtype"), [(".wav", "PCM_16"), (".flac", "PCM_24"), (".wav", "FLOAT")])
def test_every_rate_and_format_is_decoded_at_its_own_rate(tmp_path: Path, rate: int, suffix: str, subtype: str) -> None:
    samples = voice(rate=rate)
    recording = decode(write(tmp_path / f"a{suffix}", samples, rate, subtype))
    assert (recording.rate, recording.channels, len(recording.samples)) == (rate, 1, len(samples))
    assert recording.samples.dtype == np.float32
    assert np.abs(recording.samples - samples).max() <= (0 if subtype == "FLOAT" else 2**-15)


def test_channels_are_averaged(tmp_path: Path) -> None:
    left, right = voice(1), voice(2)
    soundfile.write(tmp_path / "stereo.wav", np.stack([left, right], axis=1), RATE, subtype="FLOAT")
    recording = decode(tmp_path / "stereo.wav")
    assert recording.channels == 2
    np.testing.assert_allclose(recording.samples, (left + right) / 2, atol=1e-7)


def test_equal_channels_sound_like_one(tmp_path: Path) -> None:
    mono = decode(write(tmp_path / "mono.wav", voice()))
    both = np.repeat(voice()[:, None], 2, axis=1)
    write(tmp_path / "both.wav", both)
    assert audio_hash(decode(tmp_path / "both.wav")) == audio_hash(mono)


def test_chunks_before_the_data_change_nothing(tmp_path: Path) -> None:
    plain, odd = write(tmp_path / "plain.wav", voice()), with_chunks(tmp_path / "odd.wav", voice())
    assert stated_wav_frames(odd) == stated_wav_frames(plain) == len(voice())
    np.testing.assert_allclose(decode(odd).samples, decode(plain).samples, atol=2**-14)


def test_wav_and_flac_of_the_same_samples_have_one_identity(tmp_path: Path) -> None:
    hashes = {audio_hash(decode(write(tmp_path / f"a{suffix}", voice()))) for suffix in (".wav", ".flac")}
    assert len(hashes) == 1


def test_identity_knows_samples_and_rate() -> None:
    one = Recording(voice(), RATE, 1)
    changed = voice()
    changed[100] += 2**-15
    assert (
        len({audio_hash(one), audio_hash(Recording(voice(), 48000, 1)), audio_hash(Recording(changed, RATE, 1))}) == 3
    )
    assert len(audio_hash(one)) == 32


@pytest.mark.parametrize("rate", [48000, 44100, 24000, 22050])
def test_resampling_keeps_a_tone(rate: int) -> None:
    time = np.arange(rate) / rate
    tone = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    at_16k = resample(tone, rate, 16000)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(at_16k)) / 16000)
    assert abs(len(at_16k) - 16000) <= 1
    assert np.abs(at_16k - expected)[2000:-2000].max() < 1e-5


@given(gain=st.floats(-70, 20), seed=st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_gain_changes_no_decision(gain: float, seed: int) -> None:
    signal = voice(seed, seconds=0.8, lead=0.3)
    louder = (signal.astype(np.float64) * 10 ** (gain / 20)).astype(np.float32)
    np.testing.assert_array_equal(active_frames(signal, RATE).frames, active_frames(louder, RATE).frames)


@pytest.mark.parametrize("rate", [16000, 24000, 44100, 48000])
@pytest.mark.parametrize("lead", [0.0, 0.15, 1.0])
@pytest.mark.parametrize("floor", [0.0, 1e-4])
def test_the_onset_is_where_the_voice_starts(rate: int, lead: float, floor: float) -> None:
    signal = voice(seconds=lead + 0.5, rate=rate, lead=lead) * (0.03 if floor == 0 else 1.0)
    signal[: round(lead * rate)] = floor * np.random.default_rng(1).standard_normal(round(lead * rate))
    activity = active_frames(signal, rate)
    assert lead - 0.025 <= activity.onset <= lead + 0.010
    assert activity.fraction == pytest.approx(0.5 / (lead + 0.5), abs=0.04)


def test_padding_with_digital_zeros_adds_no_activity() -> None:
    signal = voice(seconds=0.5, lead=0.0)
    padded = np.concatenate([np.zeros(8000, np.float32), signal, np.zeros(16000, np.float32)])
    active = active_frames(padded, RATE)
    assert active.onset == pytest.approx(0.5, abs=0.03)
    assert not active.at([0.1, 1.1, 1.9]).any()
    assert np.isneginf(frame_levels(padded, RATE)[120])


def test_an_offset_is_no_voice() -> None:
    signal = voice(seconds=1.0, lead=0.5) + np.float32(0.2)
    assert active_frames(signal, RATE).onset == pytest.approx(0.5, abs=0.03)


def test_breaths_and_clicks_before_the_voice_are_not_its_onset() -> None:
    generator = np.random.default_rng(3)
    signal = voice(seconds=1.5, lead=1.0)
    loud = np.sqrt(np.mean(signal[17000:] ** 2))
    breath = loud * 10 ** (-24 / 20) * generator.standard_normal(4800).astype(np.float32)
    signal[3200:8000] += breath
    signal[400] += 1.0
    assert active_frames(signal, RATE).onset == pytest.approx(1.0, abs=0.03)


def test_closures_of_stops_belong_to_the_voice_and_pauses_do_not() -> None:
    for gap, filled in ((0.08, True), (0.4, False)):
        signal = voice(seconds=1.5, lead=0.0)
        signal[8000 : 8000 + round(gap * RATE)] = 0.0
        assert active_frames(signal, RATE).at(0.5 + gap / 2) == filled


def test_matched_level_is_reached_on_active_frames_whatever_the_silence() -> None:
    for lead in (0.0, 0.5):
        recording = Recording(0.01 * voice(seconds=1.0 + lead, lead=lead), RATE, 1)
        prepared = prepare(recording, "matched", None)
        assert prepared.prepared_level_db == pytest.approx(-26.0)
        assert prepared.level_db + prepared.gain_db == pytest.approx(-26.0)
        assert prepare(recording, "as-recorded", None).gain_db == 0.0


@pytest.mark.parametrize(("lead", "start"), [(0.4, 0.4), (1.2, 1.0)])
def test_the_window_starts_at_the_onset_or_earlier_when_the_clip_ends_too_soon(lead: float, start: float) -> None:
    prepared = prepare(Recording(voice(seconds=2.0, lead=lead), RATE, 1), "as-recorded", 1.0)
    assert prepared.prepared_seconds == 1.0
    assert prepared.crop_start == pytest.approx(start, abs=0.03)
    assert prepared.crop_start + prepared.prepared_seconds <= 2.0


def test_a_clip_shorter_than_the_window_is_bad() -> None:
    with pytest.raises(BadAudio, match="too short for the crop: 0.400 s; the window is 1 s"):
        prepare(Recording(voice(), RATE, 1), "as-recorded", 1.0)


def row_of(path: Path, level: str, crop: float | None) -> dict[str, object]:
    recording = decode(path)
    prepared = prepare(recording, level, crop)
    return {"path": str(path), "audio_hash": audio_hash(recording), **prepared.__dict__}


@pytest.mark.parametrize("wanted", [16000, 24000])
@pytest.mark.parametrize("level", ["as-recorded", "matched"])
@pytest.mark.parametrize("crop", [None, 0.5])
def test_what_is_loaded_is_what_was_prepared(tmp_path: Path, wanted: int, level: str, crop: float | None) -> None:
    path = write(tmp_path / "a.wav", voice(seconds=1.0, rate=48000, lead=0.3), 48000)
    row = row_of(path, level, crop)
    loaded = load_prepared(row, wanted)
    assert loaded.dtype == np.float32
    assert abs(len(loaded) - row["prepared_seconds"] * wanted) <= 1
    again = prepare(Recording(loaded, wanted, 1), "as-recorded", None)
    assert again.level_db == pytest.approx(row["prepared_level_db"], abs=0.1)
    assert again.active_fraction == pytest.approx(row["prepared_active_fraction"], abs=0.03)


def test_an_untouched_recording_comes_as_it_was_decoded(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", voice())
    np.testing.assert_array_equal(load_prepared(row_of(path, "as-recorded", None), RATE), decode(path).samples)


@pytest.mark.parametrize("change", ["changed", "is gone"])
def test_a_recording_that_changed_since_the_manifest_is_refused(tmp_path: Path, change: str) -> None:
    path = write(tmp_path / "a.wav", voice())
    row = row_of(path, "as-recorded", None)
    path.unlink() if change == "is gone" else write(path, voice(9))
    with pytest.raises(UserError, match=f"the recording {change} since the manifest was made") as error:
        load_prepared(row, RATE)
    assert str(path) in str(error.value)
