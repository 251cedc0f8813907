"""Long clips: which windows they are cut into, and that the pooled frames are those of the whole clip."""

import dataclasses
import weakref

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_cases import in_float64, noise, shipped, variant

from workflow_scripts.embedding import long_clips
from workflow_scripts.embedding.batches import Heard, embed
from workflow_scripts.embedding.forward import forward, hidden_states
from workflow_scripts.embedding.frame_statistics import FrameStatistics
from workflow_scripts.embedding.frame_totals import read as read_statistics
from workflow_scripts.embedding.long_clips import pool_windows
from workflow_scripts.embedding.pooling import POOLINGS, LongPooler, Pooler
from workflow_scripts.embedding.windows import longest, windows
from workflow_scripts.networks import Network
from workflow_scripts.study.errors import UserError

RATE = 1000
FAMILIES = ("wav2vec2", "hubert", "wavlm", "mert", "data2vec", "whisper")


class Local(Network):
    """Each frame is computed from its own field of samples alone; what lies beside a centred clip is zero."""

    def listen(self, wave):
        if self.centred:
            wave = torch.nn.functional.pad(wave, (self.receptive_field // 2, self.receptive_field // 2))
        fields = wave.unfold(0, self.receptive_field, self.stride)
        yield torch.tanh(fields @ self.model.weight.T)
        yield torch.sin(3 * fields @ self.model.weight.T) + 100


class Scaled(Local):
    """The same, scaled to unit deviation over the whole clip first."""

    def scaled(self, wave):
        return wave / wave.std()


def local(field: int, stride: int, centred: bool = False, cls: type = Local) -> Network:
    model = torch.nn.Linear(field, 3, bias=False).double().requires_grad_(False)
    model.weight.copy_(torch.from_numpy(np.random.default_rng(field).standard_normal((3, field)) / field))
    return cls(
        name="local",
        model=model,
        states=("0", "1"),
        width=3,
        sample_rate=RATE,
        receptive_field=field,
        stride=stride,
        centred=centred,
    )


GEOMETRIES = st.fixed_dictionaries(
    {"field": st.integers(1, 60), "stride": st.integers(1, 40), "centred": st.booleans()}
)


@settings(max_examples=300, deadline=None)
@given(
    geometry=GEOMETRIES,
    samples=st.integers(1, 5000),
    length=st.integers(1, 900),
    overlap=st.integers(0, 500),
)
def test_every_frame_of_the_clip_is_taken_once_from_where_it_lies_farthest_from_a_cut(
    geometry, samples, length, overlap
):
    network = local(**geometry)
    samples = max(samples, network.shortest)
    # room for a window and, at most half of it, an overlap
    length = max(length, 2 * (network.shortest + 2 * network.stride))
    overlap = min(overlap, length // 2)
    plan = windows(network, samples, length, overlap)
    assert [window.first for window in plan[1:]] == [window.last for window in plan[:-1]]
    assert (plan[0].first, plan[-1].last) == (0, network.frames(samples))
    assert (plan[0].start, plan[-1].stop) == (0, samples)
    begins = [window.start // network.stride for window in plan]
    own = [network.frames(window.stop - window.start) for window in plan]
    for window, begin, frames in zip(plan, begins, own, strict=True):
        assert window.start == begin * network.stride
        assert window.stop - window.start <= length
        assert window.skip == window.first - begin
        assert 0 <= window.kept.start < window.kept.stop <= frames
    assert all(window.stop - window.start == length for window in plan[:-1] if len(plan) > 1)
    for i in range(len(plan) - 1):
        assert plan[i].stop - plan[i + 1].start >= overlap
        assert begins[i] + own[i] - begins[i + 1] >= overlap / network.stride
        # distance of the frames beside the seam from the cuts on either side
        seam, end = plan[i].last, begins[i] + own[i]
        assert abs((end - seam) - (seam - begins[i + 1])) <= 1
    gaps = np.diff(begins)
    assert len(gaps) == 0 or max(gaps) - min(gaps) <= 1


def test_a_clip_that_is_not_longer_than_the_window_is_whole():
    network = local(25, 10)
    for samples in (25, 500):
        (window,) = windows(network, samples, 500, 40)
        assert (window.start, window.stop, window.kept) == (0, samples, slice(0, network.frames(samples)))
    assert len(windows(network, 501, 500, 40)) == 2
    assert len(windows(network, 10**6, None, 40)) == 1


def test_a_window_of_too_few_frames_is_refused_by_its_key():
    with pytest.raises(UserError, match="too short for local") as error:
        windows(local(300, 100), 5000, 350, 100)
    assert error.value.place == "embeddings.window_seconds"


def test_an_overlap_of_more_than_half_a_window_is_refused_before_anything_is_heard():
    """It is accepted for windows of 2 s, and this network hears 1 s at most."""

    def hear(position):
        raise AssertionError("nothing may be heard")

    network = dataclasses.replace(local(25, 10), fixed_input=1000)
    options = {"batch_seconds": 2.0, "window_seconds": 2.0, "window_overlap_seconds": 0.6}
    with pytest.raises(UserError, match=r"0\.6 s, more than half of local's windows of 1 s") as error:
        embed(network, [0.5, 1.5], hear, ["mean"], lambda *_: None, **options)
    assert error.value.place == "embeddings.window_overlap_seconds"
    with pytest.raises(AssertionError, match="nothing may be heard"):
        embed(network, [0.5, 1.0], hear, ["mean"], lambda *_: None, **options)


def test_a_fixed_input_limits_the_window():
    network, other = shipped("whisper"), shipped("hubert")
    assert [longest(network, seconds) for seconds in (None, 60, 10)] == [480000, 480000, 160000]
    assert [longest(other, seconds) for seconds in (None, 60.0)] == [None, 960000]


def plainly(network, wave, active, statistics=None, emotion=None):
    """Every pooling of the whole clip in one forward: state -> (rows, width)."""
    pooler = Pooler(list(POOLINGS), [active], network.device, torch.float64)
    found = {}

    def visit(state, frames, lengths):
        found[state] = pooler(frames)[0]
        if statistics is not None:
            statistics.add(state, frames, lengths, [emotion])

    forward(network, [wave], visit)
    return torch.stack(list(found.values())).numpy()


def by_windows(network, wave, active, length, overlap, together, **statistics):
    pooler = LongPooler(list(POOLINGS), active, network.device)
    plan = windows(network, wave.size, length, overlap)
    assert len(plan) > 1
    return pool_windows(network, wave, plan, pooler, together=together, **statistics).numpy()


@settings(max_examples=60, deadline=None)
@given(
    geometry=st.fixed_dictionaries(
        {"field": st.integers(1, 20).map(lambda half: 2 * half + 1), "stride": st.integers(1, 20)}
    ),
    centred=st.booleans(),
    samples=st.integers(301, 3000),
    length=st.integers(200, 300),
    together=st.integers(1, 4),
    share=st.sampled_from([0.0, 0.001, 0.5, 1.0]),
    seed=st.integers(0, 9),
)
def test_where_frames_depend_on_their_own_field_windows_change_nothing(
    geometry, centred, samples, length, together, share, seed
):
    """A centred frame sees padding at the end of a window: then half the overlap must hold half a field."""
    rng = np.random.default_rng(seed)
    network = local(**geometry, centred=centred, cls=Scaled)
    overlap = network.receptive_field + 2 * network.stride if centred else int(rng.integers(0, 90))
    wave = rng.standard_normal(samples) * np.linspace(0.1, 3, samples)
    active = rng.random(network.frames(samples)) < share
    totals = [FrameStatistics(["calm", "sad"], network.states, network.width) for _ in range(2)]
    expected = plainly(network, wave, active, totals[0], "sad")
    found = by_windows(network, wave, active, length, overlap, together, statistics=totals[1], emotion="sad")
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    for name in ("_n", "_sum", "_outer"):
        ours, theirs = getattr(totals[1], name), getattr(totals[0], name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
    assert int(totals[1]._n[0, 1]) == network.frames(samples)


def run(network, waves, **options):
    """Vectors and frame statistics of the clips: state -> pooling -> (clips, numbers)."""
    statistics = FrameStatistics(["calm", "sad"], network.states, network.width)
    rows = {state: {name: [None] * len(waves) for name in POOLINGS} for state in network.states}

    def hear(position):
        frames = network.frames(waves[position].size)
        return Heard(waves[position], np.arange(frames) % 3 > 0)

    def write(positions, vectors):
        for state, of_state in vectors.items():
            for name, values in of_state.items():
                for position, value in zip(positions, values, strict=True):
                    rows[state][name][position] = value

    seconds = [wave.size / network.sample_rate for wave in waves]
    emotions = [("calm", "sad")[i % 2] for i in range(len(waves))]
    embed(network, seconds, hear, list(POOLINGS), write, emotions=emotions, statistics=statistics, **options)
    return {state: {k: np.stack(v) for k, v in of_state.items()} for state, of_state in rows.items()}, statistics


def test_long_and_short_clips_side_by_side(tmp_path):
    network = local(25, 10)
    waves = [np.random.default_rng(i).standard_normal(n) for i, n in enumerate((700, 9000, 30, 1001, 1000, 4000))]
    options = {"batch_seconds": 4.0}
    (whole, all_frames), (cut, kept) = (
        run(network, waves, **options, window_seconds=seconds, window_overlap_seconds=0.1) for seconds in (None, 1.0)
    )
    for state in network.states:
        for name in POOLINGS:
            np.testing.assert_allclose(cut[state][name], whole[state][name], rtol=1e-6, atol=1e-6)
    read = []
    for i, statistics in enumerate((all_frames, kept)):
        statistics.save(tmp_path / str(i), {})
        read.append(read_statistics(tmp_path / str(i), "1"))
    assert read[0][1].tolist() == read[1][1].tolist()
    np.testing.assert_allclose(read[1][3], read[0][3], rtol=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_clip_not_longer_than_the_window_has_the_same_bits(family):
    network = shipped(family)
    rate = network.sample_rate
    waves = [noise(int(seconds * rate), i) for i, seconds in enumerate((0.4, 1.5, 1.0, 0.4, 2.0, 0.05))]
    options = {"batch_seconds": 2.5}
    uncut, cut = (
        run(network, waves, **options, window_seconds=seconds, window_overlap_seconds=0.5)[0] for seconds in (None, 2.0)
    )
    for state in network.states:
        for name in POOLINGS:
            np.testing.assert_array_equal(cut[state][name], uncut[state][name])


def test_windows_go_through_within_the_budget_of_a_batch(monkeypatch):
    network = local(25, 10)
    seen = []

    def counting(network, waves, visit):
        seen.append(sum(wave.size for wave in waves) / network.sample_rate)
        forward_scaled(network, waves, visit)

    forward_scaled = long_clips.forward_scaled
    monkeypatch.setattr(long_clips, "forward_scaled", counting)
    wave = np.random.default_rng(0).standard_normal(20000)
    run(network, [wave], batch_seconds=3.5, window_seconds=1.0, window_overlap_seconds=0.1)
    assert max(seen) <= 3.0
    assert len(seen) == -(-22 // 3)


def test_of_long_clips_only_the_next_is_decoded_ahead():
    """Samples are what grows with a clip's length: those of one clip and of the next are held, no more."""
    held, most = [], []

    class Watched(Local):
        def scaled(self, wave):
            most.append(sum(one() is not None for one in held))
            return wave

    def hear(position):
        wave = np.random.default_rng(position).standard_normal(20000)
        held.append(weakref.ref(wave))
        return Heard(wave, np.ones(network.frames(wave.size), bool))

    network = local(25, 10, cls=Watched)
    embed(network, [20.0] * 8, hear, ["mean"], lambda *_: None, batch_seconds=2.0, window_seconds=1.0)
    assert len(held) == 8
    assert max(most) <= 2


def mean_difference(network, wave, seconds, overlap) -> dict[str, float]:
    """Relative L2 distance of the mean-pooled vector by windows from that of the plain forward, by state."""
    plan = windows(network, wave.size, round(seconds * network.sample_rate), round(overlap * network.sample_rate))
    assert len(plan) > 1
    pooler = LongPooler(["mean"], np.ones(network.frames(wave.size), bool), network.device)
    found = pool_windows(network, wave, plan, pooler, together=2)
    whole = hidden_states(network, [wave])[0]
    return {
        state: float((vectors[0] - whole[state].mean(dim=0)).norm() / whole[state].mean(dim=0).norm())
        for state, vectors in zip(network.states, found, strict=True)
    }


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm", "mert"])
@pytest.mark.parametrize("norm", ["group", "layer"])
def test_what_enters_the_first_block_is_that_of_the_plain_forward(family, norm):
    """The front end and the positions see no further than half the overlap, and the norm over time the whole clip."""
    network = in_float64(variant(family, norm, stable=False))
    rate = network.sample_rate
    wave = noise(4 * rate, 5).astype(np.float64) * np.linspace(0.05, 4, 4 * rate) ** 2 + 0.3
    differences = mean_difference(network, wave, 1.5, 0.5)
    assert differences["0"] < 1e-12
    assert differences["2"] > 1e-9
    # nothing stays behind that the next clip would meet
    before, after = (hidden_states(network, [wave[:rate]])[0]["0"] for _ in range(2))
    assert torch.equal(before, after)
    assert not network.model.feature_extractor.conv_layers[0].layer_norm._forward_hooks


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "whisper"])
def test_windows_of_a_transformer_come_near_the_plain_forward(family):
    """The bound that docs/embeddings.md states for untrained networks; 4 s in windows of 1.5 s."""
    network = in_float64(shipped(family))
    wave = noise(4 * network.sample_rate, 5).astype(np.float64)
    differences = mean_difference(network, wave, 1.5, 0.5)
    assert max(differences.values()) < 0.03


def test_whisper_hears_clips_of_more_than_thirty_seconds():
    network = shipped("whisper")
    wave = noise(47 * 16000 + 123, 1)
    vectors, statistics = run(network, [wave], batch_seconds=60.0, window_seconds=60.0, window_overlap_seconds=4.0)
    assert all(np.isfinite(values).all() for of_state in vectors.values() for values in of_state.values())
    assert statistics._n.tolist() == [[network.frames(wave.size), 0]] * len(network.states)
