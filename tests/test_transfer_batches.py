"""Batches of training: every clip once, of similar length, and one loss however a batch is cut."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_listeners import Small, clips

from workflow_scripts.transfer.batches import by_length, inverse_frequency, losses, pieces, shuffled

lengths_of = st.lists(st.integers(1, 400), min_size=1, max_size=200)


@given(lengths=lengths_of, batch=st.integers(1, 40), seed=st.integers(0, 2**62))
def test_every_clip_comes_once_an_epoch(lengths: list[int], batch: int, seed: int) -> None:
    batches = shuffled(lengths, batch, seed)
    assert sorted(i for own in batches for i in own) == list(range(len(lengths)))
    assert max(map(len, batches)) <= batch
    assert sum(len(own) < batch for own in batches) <= 1
    assert batches == shuffled(lengths, batch, seed)


def test_epochs_differ_and_clips_of_a_batch_are_of_similar_length() -> None:
    lengths = torch.randint(50, 300, (512,), generator=torch.Generator().manual_seed(1)).tolist()

    def padding(batches: list[list[int]]) -> float:
        return sum(len(own) * max(lengths[i] for i in own) for own in batches) / sum(lengths)

    first, second = shuffled(lengths, 16, 1), shuffled(lengths, 16, 2)
    assert {frozenset(own) for own in first}.isdisjoint({frozenset(own) for own in second})
    assert padding(first) < 1.12  # 1.6 in random order
    assert padding(by_length(lengths, 16)) < 1.03
    assert first != sorted(first, key=lambda own: -lengths[own[0]])


def test_epochs_of_few_clips_differ_too() -> None:
    epochs = [{frozenset(own) for own in shuffled(range(90), 30, seed)} for seed in range(4)]
    assert len(set.union(*epochs)) > 3


@settings(deadline=None)  # the first call of autograd takes its time
@given(cut=st.integers(1, 23), heads=st.integers(1, 3), weighted=st.booleans())
def test_gradients_do_not_depend_on_how_a_batch_is_cut(cut: int, heads: int, weighted: bool) -> None:
    examples = clips(23, seed=3, dtype=torch.float64)
    examples.labels[:9] = 0
    weights = inverse_frequency(examples.labels, 3) if weighted else torch.ones(3)
    found = []
    for size in (23, cut):
        listener = Small(heads=heads, dropout=0.0).double()
        total = float(weights[examples.labels].sum())
        lost = torch.zeros(heads, dtype=torch.float64)
        for inputs, lengths, labels in pieces(examples, range(23), size, torch.device("cpu")):
            own = losses(listener(inputs, lengths), labels, weights, total)
            own.sum().backward()
            lost += own.detach()
        found.append([lost, *(own.grad for own in listener.trainable().values())])
    for whole, parts in zip(*found, strict=True):
        torch.testing.assert_close(parts, whole, rtol=1e-10, atol=1e-12)


def test_the_loss_is_that_of_torch() -> None:
    examples = clips(20, seed=4, dtype=torch.float64)
    examples.labels[:8] = 1
    weights = inverse_frequency(examples.labels, 3)
    logits = torch.randn(20, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    own = losses(logits, examples.labels, weights, weights[examples.labels].sum())
    for head in range(2):
        expected = torch.nn.functional.cross_entropy(logits[:, head], examples.labels, weight=weights.double())
        assert float(own[head]) == pytest.approx(float(expected), abs=1e-6)


def test_rare_emotions_weigh_more() -> None:
    weights = inverse_frequency(torch.tensor([0, 0, 0, 1]), 2)
    assert weights.tolist() == pytest.approx([4 / 6, 2.0])
    with pytest.raises(ValueError, match=r"\[2\]"):
        inverse_frequency(torch.tensor([0, 1]), 3)
