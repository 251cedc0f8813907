"""The synthetic voice: what was planted is found, what was not is not, and it stays a voice."""

import types
from itertools import islice
from pathlib import Path

import numpy as np
import opensmile
import pandas as pd
import pytest
import soundfile
from scipy.signal import medfilt, welch

from workflow_scripts import synthesise as entry
from workflow_scripts.corpora import find
from workflow_scripts.corpora._synthetic import EMOTIONS, MELODIES, STRONGEST, Task, tasks
from workflow_scripts.corpora._voice import RATE, Timbre, glottal_source
from workflow_scripts.corpora._voice_clips import MELODY_OF, clip, waveform
from workflow_scripts.corpora._voice_score import BEATS, TUNES, timing
from workflow_scripts.corpora._voice_settings import NAMES, SETTINGS, perform, planted_settings, speaker_of

SEED = 3
MAN, WOMAN = "01", "02"


def pitches(voice, low=65.0, high=520.0):
    """F0 (Hz) every 10 ms by autocorrelation of 40 ms, NaN where the voice is weak or aperiodic; times (s)."""
    size, hop = 640, 160
    frames = np.lib.stride_tricks.sliding_window_view(voice, size)[::hop] * np.hanning(size)
    spectrum = np.abs(np.fft.rfft(frames, 2048)) ** 2
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(size), 2048)) ** 2)
    correlation = np.fft.irfft(spectrum) / np.maximum(window / window[0], 0.05)
    lags = np.arange(int(RATE / high), int(RATE / low))
    part = correlation[:, lags] / correlation[:, :1]
    # The shortest lag that is nearly as good as the best, else octaves below are taken for the voice.
    best = np.argmax(part > 0.93 * part.max(axis=1, keepdims=True), axis=1)
    rows = np.arange(len(best))
    for _ in range(20):  # climb to the top of that peak
        further = np.minimum(best + 1, len(lags) - 2)
        best = np.where(part[rows, further] > part[rows, best], further, best)
    best = np.clip(best, 1, len(lags) - 2)
    before, at, after = (part[rows, best + step] for step in (-1, 0, 1))
    shift = np.clip(0.5 * (before - after) / np.minimum(before - 2 * at + after, -1e-9), -0.5, 0.5)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-20)
    voiced = (part.max(axis=1) > 0.75) & (level > level.max() - 25)
    return np.where(voiced, RATE / (lags[best] + shift), np.nan), (np.arange(len(best)) * hop + size / 2) / RATE


def semitones(hertz):
    return 12 * np.log2(hertz / 100)


def level_of(voice):
    """RMS in dB over 20 ms frames within 25 dB of the loudest."""
    power = np.mean(voice[: len(voice) // 320 * 320].reshape(-1, 320) ** 2, axis=1)
    return 10 * np.log10(np.mean(power[power > power.max() / 316]))


def seconds_of_sound(voice):
    power = np.mean(voice[: len(voice) // 80 * 80].reshape(-1, 80) ** 2, axis=1)
    heard = np.flatnonzero(power > power.max() / 10**4)
    return (heard[-1] - heard[0] + 1) * 0.005


def first_formant_of(voice):
    """Mean frequency (semitones over 100 Hz) of the power between 200 and 1200 Hz."""
    frequencies, power = welch(voice, RATE, nperseg=1024)
    band = (frequencies > 200) & (frequencies < 1200)
    return semitones(np.sum(frequencies[band] * power[band]) / power[band].sum())


def tilt_of(voice):
    """Level (dB) of 1 to 4 kHz over that below 1 kHz."""
    frequencies, power = welch(voice, RATE, nperseg=1024)
    high, low = (frequencies > 1000) & (frequencies < 4000), (frequencies > 50) & (frequencies <= 1000)
    return 10 * np.log10(power[high].sum() / power[low].sum())


def voices(setting, value, speaker=MAN, domain="speech"):
    """Four clips of one speaker in which one setting alone has this value, all else being plain and equal."""
    values = dict.fromkeys(NAMES, 0.0) | {setting: value}
    for i, statement in enumerate("1212"):
        task = Task(domain, speaker, "neutral", "normal", statement, 1)
        melody = "neutral" if domain == "song" else ""
        yield waveform(task, melody, speaker_of(SEED, speaker), values, np.random.default_rng(i))


def same_draw(emotion, intensity="normal", strength=1.0, domain="speech", speaker=MAN, name="equal"):
    return clip(Task(domain, speaker, emotion, intensity, "1", 1), strength, SEED, name)


@pytest.fixture
def few_clips(monkeypatch):
    """Eleven clips per speaker instead of 44."""
    monkeypatch.setattr(
        entry, "tasks", lambda *given: (task for task in tasks(*given) if (task.statement, task.repetition) == ("1", 1))
    )


@pytest.mark.usefixtures("few_clips")
def test_a_clip_depends_on_its_own_name_and_the_seed_only(tmp_path):
    task = Task("song", WOMAN, "happy", "strong", "2", 1)
    first, again = clip(task, 1.0, SEED)[0], clip(task, 1.0, SEED)[0]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, clip(task, 1.0, SEED + 1)[0][: len(first)])
    folders = [tmp_path / "one", tmp_path / "two"]
    for number, folder in enumerate(folders, start=1):
        folder.mkdir()
        table = entry.synthesise("speech", {"strength": 1.0, "speakers": number}, SEED, folder, threads=number)
        assert len(table) == 11 * number
        assert table["samples"].is_unique
    for file in sorted(folders[0].iterdir()):
        assert file.read_bytes() == (folders[1] / file.name).read_bytes()


@pytest.mark.parametrize("domain", ["speech", "song"])
def test_at_strength_zero_the_emotion_changes_nothing(domain):
    for speaker in (MAN, WOMAN):
        neutral, row = same_draw("neutral", strength=0.0, domain=domain, speaker=speaker)
        for emotion in EMOTIONS[1:]:
            for intensity in ("normal", "strong"):
                voice, other = same_draw(emotion, intensity, 0.0, domain, speaker)
                assert np.array_equal(voice, neutral)
                assert other["melody"] == row["melody"]
        assert not np.array_equal(same_draw("angry", domain=domain, speaker=speaker)[0][:9000], neutral[:9000])


def test_clips_of_the_null_corpus_differ_from_each_other_and_melodies_mix():
    draws = [clip(task, 0.0, SEED) for task in islice(tasks("song", 1), 24)]
    assert len({voice.tobytes() for voice, _ in draws}) == 24
    rows = pd.DataFrame([row for _, row in draws])
    assert (rows.filter(like="planted_") == 0).all(axis=None)
    assert rows.groupby("emotion")["melody"].nunique().min() > 1


def test_melody_follows_valence_in_song_and_speech_has_none():
    assert {MELODY_OF[emotion] for emotion in EMOTIONS} == set(MELODIES)
    for emotion in EMOTIONS:
        assert same_draw(emotion, domain="song")[1]["melody"] == MELODY_OF[emotion]
        assert same_draw(emotion)[1]["melody"] == ""


def test_planted_settings_scale_with_strength_and_intensity():
    normal, strong = planted_settings(1.0), planted_settings(1.0, "strong")
    assert set(normal["category"]) == {"Frequency", "Energy", "Spectral", "Temporal"}
    assert len(normal) == len(EMOTIONS) * len(SETTINGS)
    assert (normal.query("emotion == 'neutral'")["departure"] == 0).all()
    assert (strong["departure"].abs() >= normal["departure"].abs()).all()
    assert strong["departure"].abs().sum() > 1.5 * normal["departure"].abs().sum()
    assert np.allclose(planted_settings(0.5)["departure"], normal["departure"] / 2)
    assert (planted_settings(0.0, "strong")["departure"] == 0).all()
    song = planted_settings(1.0, domain="song").query("setting == 'pitch_level'")
    assert (song["departure"] == 0).all(), "in song the score prescribes the pitch"


def test_what_a_clip_has_is_what_was_planted_plus_what_does_not_know_the_emotion():
    speaker = speaker_of(SEED, MAN)
    plain = perform(dict.fromkeys(NAMES, 0.0), speaker, np.random.default_rng(1))
    raised = perform(dict.fromkeys(NAMES, 1.0), speaker, np.random.default_rng(1))
    gains = [raised[name] - plain[name] for name in NAMES]
    assert np.allclose(gains, speaker.gain)
    assert 0.4 < speaker.gain.min() < speaker.gain.max() < 2.5


def test_speakers_differ_and_sexes_alternate():
    speakers = [speaker_of(SEED, f"{number:02d}") for number in range(1, 9)]
    assert [speaker.sex for speaker in speakers] == ["male", "female"] * 4
    assert len({speaker.pitch for speaker in speakers}) == 8
    men, women = speakers[::2], speakers[1::2]
    assert max(man.pitch for man in men) < min(woman.pitch for woman in women)
    assert max(man.tract for man in men) < min(woman.tract for woman in women)


PLAIN_MEASURES = {
    "pitch_level": (4.0, lambda voice: np.nanmedian(semitones(pitches(voice)[0])), (3.5, 4.5)),
    "pitch_range": (1.0, lambda voice: np.nanstd(semitones(pitches(voice)[0])), (0.6, 4.0)),
    "first_formant": (3.0, first_formant_of, (1.5, 6.0)),
    "level": (6.0, level_of, (5.7, 6.3)),
    "spectral_slope": (2.0, tilt_of, (1.5, 6.0)),
    "tempo": (0.4, lambda voice: -seconds_of_sound(voice), (0.2, 0.6)),
    "pauses": (1.0, seconds_of_sound, (0.09, 0.17)),
}


@pytest.mark.parametrize("setting", PLAIN_MEASURES)
@pytest.mark.parametrize("speaker", [MAN, WOMAN])
def test_each_setting_moves_its_own_measure(setting, speaker):
    step, measure, (low, high) = PLAIN_MEASURES[setting]
    plain = np.mean([measure(voice) for voice in voices(setting, 0.0, speaker)])
    moved = np.mean([measure(voice) for voice in voices(setting, step, speaker)])
    assert low < moved - plain < high


def test_pitch_contour_rises():
    def slope(voice):
        hertz, times = pitches(voice)
        heard = np.isfinite(hertz)
        return np.polyfit(times[heard], semitones(hertz[heard]), 1)[0] * np.ptp(times[heard])

    change = np.mean([slope(v) for v in voices("pitch_contour", 4.0)]) - np.mean(
        [slope(v) for v in voices("pitch_contour", 0.0)]
    )
    assert 3.0 < change < 5.0


def test_loudness_varies_more():
    def spread(voice):
        power = np.mean(voice[: len(voice) // 400 * 400].reshape(-1, 400) ** 2, axis=1)
        levels = 10 * np.log10(power)
        return np.std(levels[levels > levels.max() - 20])

    more, plain = ([spread(v) for v in voices("level_variability", value)] for value in (5.0, 0.0))
    assert np.mean(more) > np.mean(plain) + 0.7


@pytest.fixture(scope="module")
def egemaps():
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    return lambda voice: smile.process_signal(voice, RATE).iloc[0]


@pytest.mark.parametrize(
    ("setting", "step", "feature", "sign"),
    [
        ("jitter", 1.5, "jitterLocal_sma3nz_amean", 1),
        ("shimmer", 1.5, "shimmerLocaldB_sma3nz_amean", 1),
        ("breathiness", 8.0, "HNRdBACF_sma3nz_amean", -1),
    ],
)
def test_settings_of_voice_quality_reach_egemaps(egemaps, setting, step, feature, sign):
    plain, moved = (
        np.array([egemaps(voice)[feature] for voice in islice(voices(setting, value), 2)]) for value in (0.0, step)
    )
    assert (sign * (moved - plain) > 0.03 * plain).all()


def test_emotions_are_ordered_as_stated():
    def measured(measure, emotion, domain="speech"):
        return np.mean([measure(same_draw(emotion, "strong", 1.0, domain, MAN, name)[0]) for name in "abcd"])

    for domain in ("speech", "song"):
        angry, neutral, sad = (measured(level_of, emotion, domain) for emotion in ("angry", "neutral", "sad"))
        assert angry > neutral + 2 > sad + 4
        assert measured(tilt_of, "angry", domain) > measured(tilt_of, "sad", domain) + 2
    assert measured(seconds_of_sound, "sad") > 1.1 * measured(seconds_of_sound, "neutral")
    assert measured(seconds_of_sound, "fearful") < 0.95 * measured(seconds_of_sound, "neutral")
    pitch = {e: measured(lambda v: np.nanmedian(semitones(pitches(v)[0])), e) for e in ("neutral", "happy", "sad")}
    assert pitch["happy"] > pitch["neutral"] + 1.5 > pitch["sad"] + 1.5


def test_it_stays_within_the_range_of_human_voices(egemaps):
    for speaker, low, high in ((MAN, 85, 160), (WOMAN, 150, 270)):
        features = egemaps(clip(Task("speech", speaker, "neutral", "normal", "1", 1), 1.0, SEED)[0])
        pitch = 27.5 * 2 ** (features["F0semitoneFrom27.5Hz_sma3nz_amean"] / 12)
        assert low < pitch < high
        assert 350 < features["F1frequency_sma3nz_amean"] < 900
        assert 1200 < features["F2frequency_sma3nz_amean"] < 2200
        assert 2300 < features["F3frequency_sma3nz_amean"] < 3300
        assert 0.003 < features["jitterLocal_sma3nz_amean"] < 0.03
        assert 0.5 < features["shimmerLocaldB_sma3nz_amean"] < 2.5
        assert 3 < features["HNRdBACF_sma3nz_amean"] < 15
        assert -25 < features["alphaRatioV_sma3nz_amean"] < -3


@pytest.mark.parametrize("domain", ["speech", "song"])
def test_no_clip_is_broken_or_too_loud(domain):
    for speaker in (MAN, WOMAN):
        for emotion, strength in (("angry", STRONGEST), ("sad", STRONGEST), ("neutral", 0.0)):
            voice, row = same_draw(emotion, "normal" if emotion == "neutral" else "strong", strength, domain, speaker)
            assert np.isfinite(voice).all()
            assert 0.005 < np.abs(voice).max() < 1
            assert 0.9 < len(voice) / RATE < 3.6
            assert abs(voice.mean()) < 1e-3
            assert row["seconds"] == pytest.approx(len(voice) / RATE, abs=1e-3)


def test_periods_vary_as_asked_and_do_not_alias():
    f0 = np.full(3 * RATE, 200.0)
    plain = Timbre(jitter=0.0, shimmer=0.0, open_quotient=0.6, slope=0.0, tract=1.0)
    source, phase = glottal_source(f0, plain, np.random.default_rng(0))
    spectrum = np.abs(np.fft.rfft(source * np.hanning(len(source)))) ** 2
    frequencies = np.fft.rfftfreq(len(source), 1 / RATE)
    off = np.abs(frequencies - 200 * np.round(frequencies / 200)) > 5
    assert spectrum[off].sum() < 1e-8 * spectrum.sum()
    asked = Timbre(jitter=0.02, shimmer=0.0, open_quotient=0.6, slope=0.0, tract=1.0)
    _, phase = glottal_source(f0, asked, np.random.default_rng(0))
    whole = np.unwrap(2 * np.pi * phase) / (2 * np.pi)
    edges = np.interp(np.arange(1, int(whole[-1])), whole, np.arange(len(whole)))
    periods = np.diff(edges)
    assert np.mean(np.abs(np.diff(periods))) / np.mean(periods) == pytest.approx(0.02, rel=0.12)


@pytest.mark.parametrize("speaker", [MAN, WOMAN])
def test_song_holds_the_notes_of_its_tune_with_vibrato(speaker):
    voice = speaker_of(SEED, speaker)
    values = dict.fromkeys(NAMES, 0.0) | {"tempo": -0.5}
    for melody in MELODIES:
        task = Task("song", speaker, "neutral", "normal", "1", 1)
        spans, _ = timing(task, values, np.random.default_rng(5))
        hertz, times = pitches(waveform(task, melody, voice, values, np.random.default_rng(5)))
        notes = []
        for i in range(len(BEATS)):
            vowel = next(span for span in spans if span.vowel and span.syllable == i)
            within = (times > vowel.start + 0.05) & (times < vowel.end - 0.02) & np.isfinite(hertz)
            notes.append(np.median(semitones(hertz[within])))
        sung = np.array(notes) - np.mean(notes)
        assert np.abs(sung - (np.array(TUNES[melody]) - np.mean(TUNES[melody]))).max() < 0.7
        last = (times > spans[-1].start + 0.08) & (times < spans[-1].end - 0.02) & np.isfinite(hertz)
        rate, extent = vibrato_of(times[last], medfilt(semitones(hertz[last]), 5))  # octave errors of single frames go
        assert rate == pytest.approx(voice.vibrato[0], abs=0.5)
        assert extent == pytest.approx(voice.vibrato[1], rel=0.35)


def vibrato_of(times, pitch):
    """Rate (Hz) and half extent (semitones) of the sinusoid that fits best between 3 and 9 Hz over a trend."""
    fits = []
    for rate in np.arange(3, 9, 0.1):
        angle = 2 * np.pi * rate * times
        design = np.stack([np.ones_like(times), times, np.sin(angle), np.cos(angle)], axis=1)
        weights, *_ = np.linalg.lstsq(design, pitch, rcond=None)
        fits.append((np.sum((pitch - design @ weights) ** 2), rate, np.hypot(*weights[2:])))
    return min(fits)[1:]


def job(folder: Path, corpus="synthetic-song", speakers=1):
    (folder / "audio").mkdir(parents=True, exist_ok=True)  # as Snakemake does
    spec = {"voices": "song", "corpus": corpus, "options": {"strength": 1.0, "speakers": speakers}, "seed": SEED}
    return types.SimpleNamespace(
        params=types.SimpleNamespace(spec=spec),
        output=types.SimpleNamespace(audio=str(folder / "audio"), planted=str(folder / "planted.csv")),
        threads=2,
    )


def test_the_job_leaves_a_corpus_that_the_plug_in_reads(tmp_path):
    entry.main(job(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audio", "planted.csv"]
    corpus = find("synthetic-song")
    clips = corpus.find_clips(tmp_path / "audio", {})
    assert [clip.emotion for clip in clips] == [task.emotion for task in tasks("song", 1)]
    assert len({clip.clip_id for clip in clips}) == 44
    assert {clip.melody for clip in clips} == set(MELODIES)
    info = soundfile.info(clips[0].path)
    assert (info.samplerate, info.channels, info.format, info.subtype) == (16000, 1, "FLAC", "PCM_16")
    table = pd.read_csv(tmp_path / "planted.csv", dtype={"speaker": str}, keep_default_na=False)
    angry = table.query("emotion == 'angry' and intensity == 'strong'")
    stated = planted_settings(1.0, "strong", "song").query("emotion == 'angry'").set_index("setting")["departure"]
    for name in NAMES:
        assert angry[f"planted_{name}"].to_numpy() == pytest.approx(stated[name])
    assert soundfile.read(clips[0].path)[0] == pytest.approx(clip(next(tasks("song", 1)), 1.0, SEED)[0], abs=2e-5)


@pytest.mark.usefixtures("few_clips")
def test_a_job_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    entry.main(job(tmp_path))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def failing(*_):
        raise RuntimeError("no voice")

    monkeypatch.setattr(entry, "clip", failing)
    with pytest.raises(RuntimeError, match="no voice"):
        entry.main(job(tmp_path))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
