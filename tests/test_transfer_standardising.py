"""What a head hears is standardised by the training clips: the scale of a state decides nothing."""

import pytest
import torch

from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.batches import Examples
from workflow_scripts.transfer.listener import Listener, cached
from workflow_scripts.transfer.standardising import standardise
from workflow_scripts.transfer.training import Settings, train

STATES, WIDTH, EMOTIONS = 3, 5, 3


def clips(scale: float, shift: float = 0.0, count: int = 60) -> Examples:
    """Pooled states that tell the emotions, in small or large numbers."""
    generator = torch.Generator().manual_seed(3)
    labels = torch.arange(count) % EMOTIONS
    inputs = torch.randn(count, STATES, WIDTH, generator=generator)
    inputs[torch.arange(count), :, labels] += 2.0
    return Examples(list(scale * inputs + shift), labels, pooled=True)


def listener(parts: str) -> Listener:
    return cached(STATES, WIDTH, tuners.variant(parts), EMOTIONS, seed=1)


def trained(examples: Examples, parts: str = "frozen") -> torch.Tensor:
    """Logits after some epochs."""
    own = listener(parts)
    standardise(own, examples, clips_at_once=7)
    train(own, examples, Settings(epochs=5, batch_clips=16), seed=1, test=examples)
    with torch.no_grad():
        logits: torch.Tensor = own(torch.stack(list(examples.inputs)))
    return logits


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (50.0, 7.0)])
def test_training_does_not_depend_on_the_scale_of_a_state(scale: float, shift: float) -> None:
    torch.testing.assert_close(trained(clips(scale, shift)), trained(clips(1.0)), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("parts", ["frozen", "weighted-sum"])
def test_the_heads_input_has_mean_0_and_deviation_1_over_the_training_clips(parts: str) -> None:
    own, examples = listener(parts), clips(0.01, 3.0)
    standardise(own, examples, clips_at_once=7)
    heard = own.heard(torch.stack(list(examples.inputs)))
    standard = (heard - own.head.mean) / own.head.scale
    torch.testing.assert_close(standard.mean(0), torch.zeros_like(own.head.mean), rtol=0, atol=1e-4)
    torch.testing.assert_close(standard.std(0, unbiased=False), torch.ones_like(own.head.mean), rtol=1e-3, atol=0)


def test_a_number_that_does_not_vary_stays_finite() -> None:
    examples = clips(1.0)
    for own in examples.inputs:
        own[:, 2] = 4.0
    own = listener("frozen")
    standardise(own, examples, clips_at_once=7)
    assert torch.equal(own.head.scale[:, 2], torch.ones(STATES))
    assert torch.isfinite(own(torch.stack(list(examples.inputs)))).all()


def test_a_checkpoint_holds_the_numbers() -> None:
    assert {"head.mean", "head.scale"} <= listener("frozen").learnt().keys()
    assert not {"head.mean", "head.scale"} & listener("frozen").trainable().keys()
