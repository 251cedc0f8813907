"""Distances where the truth is known: simulated speakers, emotions equally far apart, RAVDESS-like numbers of clips.

Neutral has half the clips of every other emotion, and one speaker does not sing. What a measure says of such data is
known beforehand: who is ranked farthest or nearest is chance, p is uniform, intervals hold the true distance.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workflow_scripts.distances import design, kernel, layer, resampling
from workflow_scripts.distances import measures as distances
from workflow_scripts.distances.layer import Layer, Settings

PAIR = ("speech", "song")
EMOTIONS = {"neutral": 4, "calm": 8, "happy": 8, "sad": 8, "angry": 8, "fearful": 8}  # clips of each speaker
SPEAKERS, WIDTH, SHIFT = 8, 48, 0.15  # SHIFT: squared, of a total variance of 1
VOICE = 0.4  # share of the variance that is the speaker's own, in speech as in song
RUNS, PLANTED_RUNS, NULL_RUNS, COVERAGE_RUNS = 150, 40, 104, 100
FAIR = 1 / len(EMOTIONS)
# Share of runs in which one of six is at an end if its variance is twice that of the others, whose means are the same
NOISIER = 0.23


def variances(width: int, power: float = 0.8) -> np.ndarray:
    values = np.arange(1, width + 1) ** -power
    return values / values.sum()


def recordings(
    seed: int,
    people: Mapping[str, Sequence[str]],
    counts: Mapping[str, int] = EMOTIONS,
    shifts: Mapping[str, float] | None = None,
    width: int = WIDTH,
    said: float = 0.0,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Vectors (clips, width) and clips of both datasets; `shifts`: squared distance of an emotion, else SHIFT.

    said: variance, over that of a voice, of what the same take has in common whoever speaks or sings it.
    """
    rng = np.random.default_rng(seed)
    root = np.sqrt(variances(width))
    voices = {name: rng.standard_normal(width) for name in sorted({*people[PAIR[0]], *people[PAIR[1]]})}
    takes = np.random.default_rng([seed, 7]).standard_normal((max(counts.values()), width))
    manner = dict(zip(counts, rng.standard_normal((len(counts), width)), strict=True))
    vectors, rows = [], []
    for side, dataset in enumerate(PAIR):
        for emotion, number in counts.items():
            step = side * np.sqrt((shifts or {}).get(emotion, SHIFT))  # along the spectrum: |step * root| = step
            for name in people[dataset]:
                noise = rng.standard_normal((number, width))
                own = np.sqrt(VOICE) * voices[name] + np.sqrt(1 - VOICE) * noise + manner[emotion] + step
                vectors.append((own + np.sqrt(said) * takes[:number]) * root)
                rows += [(dataset, emotion, name, str(take % 2), take // 2) for take in range(number)]
    clips = pd.DataFrame(rows, columns=["dataset", "emotion", "person", "statement", "repetition"])
    ids = [f"clip-{row}" for row in range(len(clips))]
    return np.vstack(vectors), clips.assign(intensity="normal", clip_id=ids, speaker=clips["person"])


def names(number: int, first: str = "p") -> list[str]:
    return [f"{first}{index:02d}" for index in range(number)]


RAVDESS_LIKE = {"speech": names(SPEAKERS), "song": names(SPEAKERS - 1)}


def measured(vectors: np.ndarray, clips: pd.DataFrame, number: int, draws: int, seed: int) -> dict[str, np.ndarray]:
    """The six cells of one emotion in both datasets, as `Layer` takes them, without all that it adds.

    published: raw Frechet of all clips (6,); shared: all clips of the speakers of both (6, 3); equal: `number` clips
    of each (6, draws, 3), the same ones where a speaker has no more.
    """
    condensed = kernel.distances(vectors)
    layer_of = distances.of_layer(vectors, kernel.kernel(condensed, kernel.bandwidth(condensed)))
    people = clips["person"].to_numpy(dtype=str)
    drawing = design.Draws(seed, draws, layer.items(clips))
    found: dict[str, list] = {"published": [], "shared": [], "equal": []}
    for emotion in EMOTIONS:
        sides = [
            design.by_speaker(people, np.flatnonzero((clips["dataset"] == dataset) & (clips["emotion"] == emotion)))
            for dataset in PAIR
        ]
        found["published"].append(layer_of.terms(design.Cell(*sides, paired=False)).distance)
        cell = design.cell(*sides)
        found["shared"].append(layer_of.of([cell])[0])
        drawn = [drawing.of(own, number) for own in (cell.one, cell.other)]
        values = layer_of.of([design.Cell(*both, paired=True) for both in zip(*drawn, strict=True)])
        found["equal"].append(np.tile(values, (draws // len(values), 1)))
    return {form: np.array(values) for form, values in found.items()}


@pytest.fixture(scope="module")
def runs() -> dict[str, np.ndarray]:
    """Distances of emotions that are equally far apart, see `measured`, runs first."""
    found = [measured(*recordings(seed, RAVDESS_LIKE), number=4, draws=3, seed=seed) for seed in range(RUNS)]
    return {form: np.array([run[form] for run in found]) for form in found[0]}


def ends(values: np.ndarray) -> np.ndarray:
    """How often each emotion is farthest and nearest: (2, 6)."""
    return np.array([np.bincount(place, minlength=len(EMOTIONS)) for place in (values.argmax(1), values.argmin(1))])


def most(chance: float, runs: int, tests: int) -> int:
    """Count that none of so many tests goes beyond in 99 of 100 cases."""
    return int(stats.binom.ppf(1 - 0.01 / tests, runs, chance))


def test_the_helper_measures_as_the_layer_does():
    vectors, clips = recordings(1, RAVDESS_LIKE)
    found = Layer(vectors, clips, PAIR, [*EMOTIONS], Settings(3, 1, 1, 5)).tables(layer.ALL, swapped=False)[0]
    table = found[(found["first_emotion"] == found["second_emotion"]) & (found["measure"].isin(distances.MEASURES))]
    ours = measured(vectors, clips, 2, 3, 5)
    ours["equal"] = ours["equal"].mean(axis=1)
    for form, rows in table.groupby("form"):
        rows = rows[rows["clips_per_speaker"].isin([2, np.nan])]
        wide = rows.pivot(index="first_emotion", columns="measure", values="value").loc[[*EMOTIONS]]
        if form == layer.PUBLISHED:
            assert wide["frechet"].to_numpy() == pytest.approx(ours["published"], rel=1e-9)
        else:
            assert wide[[*distances.MEASURES]].to_numpy() == pytest.approx(ours[form], rel=1e-9)


@pytest.mark.long
def test_the_published_frechet_distance_ranks_the_emotion_with_fewest_clips_farthest(runs):
    """The counter-test: what the other tests would see if numbers of clips still mattered."""
    assert ends(runs["published"])[0, 0] == RUNS
    assert ends(runs["shared"][:, :, 0])[0, 0] == RUNS


def test_in_a_draw_of_equal_clips_every_emotion_is_farthest_and_nearest_by_chance_only(runs):
    for index in range(len(distances.MEASURES)):
        counted = ends(runs["equal"][:, :, 0, index])
        assert counted.max() <= most(FAIR, RUNS, counted.size * len(distances.MEASURES))


@pytest.mark.parametrize(
    ("form", "measures"), [("equal", distances.MEASURES), ("shared", ("kernel", "mean-term"))], ids=["equal", "shared"]
)
def test_an_emotion_with_fewer_clips_to_draw_from_is_ranked_by_its_noise_not_by_its_number(runs, form, measures):
    """Its distance scatters more, so that it is at either end in up to 23 % of runs (statistics F34), not in all.

    Of equal clips that is so for the mean over draws, whose scatter is nearly that of all clips.
    """
    values = runs[form].mean(axis=2) if form == "equal" else runs[form]
    for measure in measures:
        own = values[:, :, distances.MEASURES.index(measure)]
        counted = ends(own)
        assert counted[:, 0].max() <= most(NOISIER, RUNS, 2 * len(measures))
        assert counted[:, 1:].max() <= most(FAIR, RUNS, 10 * len(measures))
        error = (own - own.mean(axis=1, keepdims=True)).std(axis=0) / np.sqrt(RUNS)
        assert (np.abs(own.mean(axis=0) - own.mean()) < 4 * error).all()  # and its mean is that of the others


@pytest.mark.long
def test_what_is_said_does_not_bring_the_emotion_nearer_whose_clips_are_all_taken():
    """In neutral everybody says the same on both sides; so must they of the eight takes of which four are drawn."""
    found = []
    for seed in range(RUNS):
        run = measured(*recordings(500 + seed, RAVDESS_LIKE, said=0.3), number=4, draws=1, seed=seed)
        found.append(run["equal"][:, 0, 0])
    counted = ends(np.array(found))
    assert counted.max() <= most(FAIR, RUNS, counted.size)


def test_an_emotion_that_is_farther_is_found_so():
    """Twice the distance in units of the voice's spread."""
    farthest = np.zeros(3)
    for seed in range(PLANTED_RUNS):
        planted = [*EMOTIONS][seed % len(EMOTIONS)]
        vectors, clips = recordings(1000 + seed, RAVDESS_LIKE, shifts={planted: 4 * SHIFT})
        found = measured(vectors, clips, number=4, draws=2, seed=seed)["equal"]
        farthest += found.mean(axis=1).argmax(axis=0) == seed % len(EMOTIONS)
    assert (farthest >= 0.95 * PLANTED_RUNS).all()


def one_emotion(
    seed: int, people: Mapping[str, Sequence[str]], clips: int, shift: float, width: int, swaps: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Distances and resamples of one cell as the layer gives them, and the bandwidth of its kernel."""
    vectors, table = recordings(seed, people, {"angry": clips}, {"angry": shift}, width)
    found = Layer(vectors, table, PAIR, ["angry"], Settings(1, 1, swaps, seed)).tables(layer.ALL, swapped=swaps > 0)
    return found[0], found[1], kernel.bandwidth(kernel.distances(vectors))


NULLS = {  # speakers of both datasets, swaps, bins of equal chance
    "paired, every swap": ({"speech": names(5), "song": names(5)}, 32, 8),
    "paired, drawn": ({"speech": names(10), "song": names(10)}, 31, 8),
    "unpaired, every deal": ({"speech": names(3), "song": names(4, "q")}, 35, 7),
}


def p_of(seed: int, people: Mapping[str, Sequence[str]], swaps: int, shift: float) -> pd.DataFrame:
    """p and the smallest p of the three measures, 2 clips of each speaker."""
    table = one_emotion(seed, people, 2, shift, 4, swaps)[0]
    rows = table[table["form"] == layer.SHARED].set_index("measure").loc[[*distances.MEASURES]]
    assert (rows["paired"] == (people["speech"][:1] == people["song"][:1])).all()
    return rows[["p", "p_smallest"]]


@pytest.mark.parametrize(("people", "swaps", "bins"), NULLS.values(), ids=NULLS)
def test_p_is_uniform_where_speech_and_song_do_not_differ(people, swaps, bins):
    found = np.array([p_of(seed, people, swaps, 0.0)["p"] for seed in range(NULL_RUNS)])
    for p in found.T:
        counted = np.bincount(np.ceil(p * bins - 1e-9).astype(int) - 1, minlength=bins)
        assert stats.chisquare(counted).pvalue > 0.01 / (3 * len(NULLS))


FAR_APART = {  # speakers, swaps, smallest p: what was seen is one of all, and so is its mirror image if that can be
    "paired, every swap": (*NULLS["paired, every swap"][:2], 2 / 32),
    "paired, drawn": (*NULLS["paired, drawn"][:2], 1 / 32),
    "unpaired, every deal": (*NULLS["unpaired, every deal"][:2], 1 / 35),
    "unpaired, equal sides": ({"speech": names(3), "song": names(3, "q")}, 20, 2 / 20),
}


@pytest.mark.parametrize(("people", "swaps", "smallest"), FAR_APART.values(), ids=FAR_APART)
def test_p_is_the_smallest_there_is_where_they_are_far_apart(people, swaps, smallest):
    for seed in range(5):
        found = p_of(seed, people, swaps, 60.0)
        np.testing.assert_allclose(found.to_numpy(), smallest, rtol=1e-12)


def truth(shift: float, width: int, bandwidth: float) -> dict[str, float]:
    """Kernel distance and mean term of the distributions that the vectors are drawn from."""
    gaps = 2 * variances(width)  # variances of the difference of two clips of different speakers
    alike = np.prod((1 + gaps / bandwidth**2) ** -0.5)
    across = np.exp(-(shift * variances(width) / (2 * (bandwidth**2 + gaps))).sum())
    return {"kernel": 2 * alike * (1 - across), "mean-term": shift}


SPEAKER_NUMBERS = {
    "8 speakers": {"speech": names(8), "song": names(8)},
    "24 speakers": {"speech": names(24), "song": names(24)},
    "8 and 10, unpaired": {"speech": names(8), "song": names(10, "q")},
}


@pytest.mark.parametrize("people", SPEAKER_NUMBERS.values(), ids=SPEAKER_NUMBERS)
def test_intervals_hold_the_true_distance(people):
    """Nominally 95 %."""
    held = {"kernel": 0, "mean-term": 0}
    for seed in range(COVERAGE_RUNS):
        table, _, bandwidth = one_emotion(seed, people, 2, 0.3, 12)
        rows = table[table["clips_per_speaker"] == 2].set_index("measure")
        for measure, value in truth(0.3, 12, bandwidth).items():
            held[measure] += rows.loc[measure, "low"] <= value <= rows.loc[measure, "high"]
    for count in held.values():
        assert count / COVERAGE_RUNS > 0.95 - 3 * np.sqrt(0.95 * 0.05 / COVERAGE_RUNS)


@pytest.mark.parametrize("people", SPEAKER_NUMBERS.values(), ids=SPEAKER_NUMBERS)
def test_the_jackknife_is_the_layer_without_each_speaker(people):
    vectors, clips = recordings(3, people, {"angry": 3}, width=12)  # two of three are drawn
    settings = Settings(3, 1, 1, 7)
    table, resamples, _ = Layer(vectors, clips, PAIR, ["angry"], settings).tables(layer.ALL, swapped=False)
    left_out = resamples[(resamples["kind"] == resampling.JACKKNIFE) & (resamples["clips_per_speaker"] == 2)]
    everyone = sorted({*people["speech"], *people["song"]})
    assert sorted(left_out["person"].unique()) == everyone
    for measure in ("frechet", "mean-term"):  # the kernel's bandwidth is of all clips
        own = left_out[left_out["measure"] == measure].set_index("person")
        for name in (everyone[0], everyone[-1]):
            rest = (clips["person"] != name).to_numpy()
            again = Layer(vectors[rest], clips[rest].reset_index(drop=True), PAIR, ["angry"], settings)
            rows = again.tables(layer.ALL, swapped=False)[0].set_index(["measure", "clips_per_speaker"])
            assert own.loc[name, "value"] == pytest.approx(rows.loc[(measure, 2), "value"], rel=1e-9)
    for measure, own in left_out.groupby("measure"):
        row = table[(table["measure"] == measure) & (table["clips_per_speaker"] == 2)].iloc[0]
        groups = [values for _, values in own.groupby("dataset")["value"]]
        assert len(groups) == (1 if row["paired"] else 2)
        parts = [(len(values) - 1) / len(values) * ((values - values.mean()) ** 2).sum() for values in groups]
        # Welch's degrees, which of one group are m - 1
        degrees = sum(parts) ** 2 / sum(part**2 / (len(own) - 1) for part, own in zip(parts, groups, strict=True))
        reach = stats.t.ppf(0.975, degrees) * np.sqrt(sum(parts))
        assert (row["low"], row["high"]) == pytest.approx((row["value"] - reach, row["value"] + reach), rel=1e-9)
