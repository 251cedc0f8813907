"""What every family of networks promises, those of a user's own too: each is found by its file.

`python -m pytest tests/test_networks_contract.py -k my-network` tests one of them.
"""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_cases import check_batch_mates, in_float64, noise, relative
from network_contract import OF_THE_PAGE, tiny_entry, with_the_page

from workflow_scripts import networks
from workflow_scripts.embedding.forward import check_wave, forward, forward_scaled, hidden_states
from workflow_scripts.embedding.long_clips import pool_windows
from workflow_scripts.embedding.pooling import LongPooler
from workflow_scripts.embedding.windows import windows
from workflow_scripts.networks import load, states_of
from workflow_scripts.study.errors import UserError

RAGGED = (0.1, 10.0, 0.33, 2.0, 5.0, 2.0, 0.7)  # seconds


@pytest.fixture(scope="module", params=[*networks.names(), OF_THE_PAGE])
def family(request, tmp_path_factory):
    if request.param in networks.names():
        yield request.param
    else:
        with with_the_page(tmp_path_factory.mktemp("networks")) as name:
            yield name


@pytest.fixture(scope="module")
def network(family):
    return load(f"tiny-{family}", tiny_entry(family), "", 1)


@pytest.fixture(scope="module")
def exact(network):
    return in_float64(network)


def clips(network, seconds) -> list[np.ndarray]:
    return [noise(int(length * network.sample_rate), i) for i, length in enumerate(seconds)]


def test_states_are_those_of_its_entry(family, network):
    entry = tiny_entry(family)
    assert network.states == tuple(states_of(entry["layers"], entry["final_norm"]))
    (found,) = hidden_states(network, clips(network, [1.0]))
    assert tuple(found) == network.states
    for state, frames in found.items():
        assert frames.shape == (network.frames(network.sample_rate), network.width)
        assert torch.isfinite(frames).all(), state
        assert frames.std() > 0, f"state {state} is the same everywhere"
    pairs = zip(found.values(), list(found.values())[1:], strict=False)
    assert all(not torch.equal(before, after) for before, after in pairs), "two states are one and the same"


def test_frames_are_as_many_as_it_says_from_the_shortest_clip_on(network):
    assert network.frames(network.shortest - 1) == 0
    assert network.frames(network.shortest) == 1
    for more in (0, 1, network.stride - 1, network.stride, 10 * network.stride + 3):
        samples = network.shortest + more
        (found,) = hidden_states(network, [noise(samples, 2)])
        frames = network.frames(samples)
        assert {len(of_state) for of_state in found.values()} == {frames}
        last = network.first_centre + network.stride * (frames - 1)
        assert 0 <= network.first_centre <= last <= samples - 1


def test_clips_that_it_cannot_take_are_refused_by_name(network):
    with pytest.raises(UserError, match=f"at least {network.shortest}") as error:
        check_wave(network, "speech/03-01", np.zeros(network.shortest - 1, np.float32))
    assert "speech/03-01" in str(error.value)


def test_a_long_clip_by_windows_has_the_frames_of_the_whole(network):
    """Of such networks frames of windows stand for frames of the clip: as many, finite, and nearly the same."""
    rate = network.sample_rate
    wave = clips(network, [(network.fixed_input or 2 * rate) / rate + 1.3])[0]
    length = network.fixed_input or 2 * rate
    plan = windows(network, wave.size, length, rate // 2)
    assert len(plan) == 2
    pooler = LongPooler(["mean"], np.ones(network.frames(wave.size), bool), network.device)
    pooled = pool_windows(network, wave, plan, pooler, together=2)
    assert pooled.shape == (len(network.states), 1, network.width)
    assert torch.isfinite(pooled).all()
    if network.fixed_input is None:
        for (vector,), frames in zip(pooled, hidden_states(network, [wave])[0].values(), strict=True):
            assert (vector - frames.mean(dim=0)).norm() < 0.1 * frames.mean(dim=0).norm()


def level_error(network) -> float:
    """Layer 0 of the last window of a clip that falls by 20 dB halfway, against the same frames of the whole clip.

    The window lies in the quiet half. Of the frames' largest value.
    """
    rate = network.sample_rate
    wave = noise(6 * rate, 3).astype(np.float64)
    wave[3 * rate :] /= 10
    last = windows(network, wave.size, 2 * rate, rate // 2)[-1]
    assert last.start >= 3 * rate
    states = {}

    def visit(state, frames, lengths):
        states[state] = frames[0, last.kept].clone()

    scaled = network.scaled(wave)
    with network.within(scaled):
        forward_scaled(network, [scaled[last.start : last.stop]], visit)
    return relative(states["0"], hidden_states(network, [wave])[0]["0"][last.first : last.last])


def test_a_window_is_heard_at_the_level_of_its_clip(exact):
    """What depends on the whole clip belongs into `scaled` and `within`: `listen` sees one window of a long clip."""
    if exact.fixed_input is None:
        assert level_error(exact) < 1e-3, "is a clip scaled in `listen`? Scale it in `scaled`, or fix it in `within`"
    else:
        assert windows(exact, exact.fixed_input + 1, exact.fixed_input, 0)[0].stop == exact.fixed_input


def test_scaling_each_window_by_itself_would_be_seen(tmp_path):
    """The test above has teeth: the page's network, scaled to unit variance in `listen` instead of `scaled`."""
    with with_the_page(tmp_path) as name:
        own = in_float64(load("mine", tiny_entry(name), "", 1))

    class InScaled(type(own)):
        def scaled(self, wave):
            return (wave - wave.mean()) / wave.std()

    class InListen(type(own)):
        def listen(self, wave):
            return super().listen((wave - wave.mean()) / wave.std())

    facts = {field.name: getattr(own, field.name) for field in dataclasses.fields(own)}
    assert level_error(InScaled(**facts)) < 1e-3
    assert level_error(InListen(**facts)) > 0.1


def test_a_clip_never_depends_on_its_batch_mates(network, exact):
    check_batch_mates(network, exact, clips(network, RAGGED))


@settings(max_examples=4, deadline=None)
@given(more=st.lists(st.integers(0, 12000), min_size=2, max_size=4), order=st.randoms(use_true_random=False))
def test_any_lengths_in_any_order(exact, more, order):
    waves = [noise(exact.shortest + length, i).astype(np.float64) for i, length in enumerate(more)]
    places = list(range(len(waves)))
    order.shuffle(places)
    straight, shuffled = hidden_states(exact, waves), hidden_states(exact, [waves[i] for i in places])
    for place, clip in zip(places, shuffled, strict=True):
        alone = hidden_states(exact, [waves[place]])[0]
        for state in exact.states:
            assert relative(clip[state], alone[state]) < 1e-10, state
            assert relative(straight[place][state], alone[state]) < 1e-10, state


def test_what_stands_behind_a_clip_is_finite(network):
    waves = clips(network, [0.1, 1.0])

    def visit(state, frames, lengths):
        assert torch.isfinite(frames).all(), state

    forward(network, waves, visit)


def test_nothing_is_left_to_chance(family, network):
    wave = clips(network, [0.7])
    torch.manual_seed(5)
    of_torch = torch.get_rng_state()
    of_numpy = np.random.get_state()[1].tolist()  # noqa: NPY002 (numpy's global state is what is looked at)
    again, other = (load(f"tiny-{family}", tiny_entry(family), "", seed) for seed in (1, 2))
    first = hidden_states(network, wave)[0]
    assert torch.equal(torch.get_rng_state(), of_torch), "torch's own generator was drawn from"
    after = np.random.get_state()[1].tolist()  # noqa: NPY002 (numpy's global state is what is looked at)
    assert after == of_numpy, "numpy's own generator was drawn from"
    torch.manual_seed(6)
    second, third, of_another_seed = (hidden_states(which, wave)[0] for which in (network, again, other))
    for state in network.states:
        assert torch.equal(first[state], second[state])
        assert torch.equal(first[state], third[state]), "the study's seed does not decide the weights"
    drawn = any(True for _ in network.model.parameters())  # what is computed, not drawn, is kept in buffers
    assert torch.equal(first[network.states[-1]], of_another_seed[network.states[-1]]) is not drawn


def test_silence_and_a_click_stay_finite(network):
    click = np.zeros(network.shortest + network.stride, np.float32)
    click[0] = 1
    for wave in (np.zeros(network.sample_rate, np.float32), click):
        (found,) = hidden_states(network, [wave])
        assert all(torch.isfinite(frames).all() for frames in found.values())


def test_it_is_in_evaluation_mode_and_keeps_no_gradients(network):
    assert not any(module.training for module in network.model.modules())
    assert not any(weight.requires_grad for weight in network.model.parameters())
    (found,) = hidden_states(network, clips(network, [0.3]))
    assert not any(frames.requires_grad for frames in found.values())


def test_half_precision_is_possible_and_near(network):
    wave = clips(network, [0.7])
    short = dataclasses.replace(network, model=in_float64(network).model.to(torch.bfloat16))
    exact, rounded = hidden_states(network, wave)[0], hidden_states(short, wave)[0]
    for state in network.states:
        error = (rounded[state].float() - exact[state]).norm() / exact[state].norm()
        assert error < 0.1, (state, float(error))


def test_an_entry_that_says_something_else_is_refused(family):
    for key, value in (("layers", 99), ("width", 99), ("final_norm", not tiny_entry(family)["final_norm"])):
        with pytest.raises(UserError, match=f"{key} is .*, its entry says {value}"):
            load("mine", {**tiny_entry(family), key: value}, "", 1)


def test_importing_it_is_light(family):
    """Every start of Snakemake imports the families of a study, to check its config."""
    module = networks.find(family)
    code = (
        "import sys, importlib, workflow_scripts.networks as networks;"
        f"networks.__path__.append({str(Path(module.__file__).parent)!r});"
        f"importlib.import_module({module.__name__!r});"
        "print(*sorted({'torch', 'transformers', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not loaded, f"{family}: import {', '.join(loaded)} inside functions"


def test_a_file_that_is_no_family_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A slip in a user's own file is told like any other mistake."""
    (tmp_path / "half_network.py").write_text("ARCHITECTURES = {}\n\n\ndef laod(name, entry, folder): ...\n")
    (tmp_path / "broken_network.py").write_text("def load(:\n")
    monkeypatch.setattr(networks, "__path__", [*networks.__path__, str(tmp_path)])
    networks.names.cache_clear()
    try:
        with pytest.raises(UserError, match=r"networks/half_network.py: does not define load\b"):
            networks.find("half-network")
        with pytest.raises(UserError, match=r"networks/broken_network.py: is not valid Python"):
            networks.find("broken-network")
    finally:
        networks.names.cache_clear()
