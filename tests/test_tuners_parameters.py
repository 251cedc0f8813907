"""Numbers of trainable parameters: by the formulas, by counting, and as published for a base network."""

import pytest
import torch
from tuner_cases import EMOTIONS, FAMILIES, VARIED, built

from workflow_scripts.networks import load
from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.listener import inside

BLOCK = 4 * (768 * 768 + 768) + (768 * 3072 + 3072) + (3072 * 768 + 768) + 2 * 2 * 768
PROJECTION = 2 * 512 + 512 * 768 + 768
POSITIONS = 768 * (768 // 16) * 128 + 768
BASE = tuners.Shape(width=768, layers=12, states=13, inner=3072, behind=12 * BLOCK + PROJECTION + POSITIONS + 2 * 768)


@pytest.mark.parametrize(
    ("variant", "count"),
    [
        ("lora", 442_368),
        ({"lora": {"rank": 16}}, 884_736),
        ({"lora": {"targets": ["q", "v"]}}, 294_912),
        ("bottleneck", 2_370_048),
        ({"bottleneck": {"width": 64}}, 1_189_632),
        ("weight-gating", 9_228),
        ({"weight-gating": {"form": "block"}}, 12),
        ({"weight-gating": {"form": "frame"}}, 12 * 768 * 768),
        ({"weighted-sum": {"first": 1}}, 12),
        ("weighted-sum", 13),
        ("frozen", 0),
        (["weighted-sum", "lora", "bottleneck", "weight-gating"], 13 + 442_368 + 2_370_048 + 9_228),
    ],
)
def test_formulas_give_the_published_numbers_for_a_base_network(variant, count):
    assert tuners.parameters(tuners.variant(variant), BASE) == count


@pytest.mark.parametrize("variant", VARIED.values(), ids=list(VARIED))
def test_a_base_network_has_as_many(variant):
    """Without memory for its weights: on the meta device."""
    entry = {"family": "hubert", "weights": "untrained", "architecture": "hubert-base"}
    with torch.device("meta"):
        network = load("base", entry, "", 1)
    listener = inside(network, tuners.variant(variant), EMOTIONS, 1)
    assert listener.shape == BASE
    assert {tensor.device.type for tensor in listener.parameters()} == {"meta"}
    head = listener.head.weight.numel() + listener.head.bias.numel()
    assert head == listener.heads * 4_614
    assert listener.heads == (13 if variant == "frozen" else 1)
    found = sum(tensor.numel() for tensor in listener.trainable().values())
    assert found == tuners.parameters(listener.parts, BASE) + head


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("variant", VARIED.values(), ids=list(VARIED))
def test_tiny_networks_of_every_family_have_as_many(family, variant):
    listener = built(family, variant)
    head = listener.heads * EMOTIONS * (32 + 1)
    found = sum(tensor.numel() for tensor in listener.trainable().values())
    assert found == tuners.parameters(listener.parts, listener.shape) + head
