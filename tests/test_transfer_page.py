"""docs/transfer.md: the tuner that it shows works as it says, and its tables name what there is."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from tuner_cases import EMOTIONS, batch, built

from workflow_scripts.summaries.transfer_claims import CLAIMS
from workflow_scripts.transfer import tuners
from workflow_scripts.transfer.self_test import self_test

PAGE = (Path(__file__).parent.parent / "docs" / "transfer.md").read_text()


@pytest.fixture
def norms(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The page's tuner, as if its file lay in the folder."""
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    name = tuners.tuner_module("norms")
    spec = importlib.util.spec_from_loader(name, loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(code[1], module.__dict__)
    monkeypatch.setitem(sys.modules, name, module)
    known = tuners.names()
    monkeypatch.setattr(tuners, "names", lambda: (*known, "norms"))
    return module


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
@pytest.mark.parametrize("variant", ["norms", {"norms": {"first": 1}}, ["norms", "lora"]])
def test_the_tuner_of_the_page_passes_the_self_test(norms: ModuleType, family: str, variant: object) -> None:
    listener = built(family, variant)
    inputs, lengths = batch(listener.network)
    self_test(listener, inputs, lengths)
    found = sum(tensor.numel() for tensor in listener.trainable().values())
    head = EMOTIONS * (listener.network.width + 1)
    assert found - head == tuners.parameters(listener.parts, listener.shape) > 0
    assert torch.isfinite(listener(inputs, lengths)).all()


def test_the_page_names_every_claim() -> None:
    for number in CLAIMS:
        assert re.search(rf"^\| {number} \|", PAGE, re.MULTILINE)
