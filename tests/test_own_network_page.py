"""docs/own-network.md: its file and its study, word by word. (Its file also goes through test_networks_contract.py.)"""

import json

import pytest
import torch
import yaml
from network_cases import noise
from network_contract import OF_THE_PAGE, blocks, with_the_page
from safetensors.torch import save_file

from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.networks import load
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks

STUDY = {"study": "A test", "datasets": {"speech": {"corpus": "emodb"}}}


@pytest.fixture
def models(tmp_path):
    """The models of the page's study, while its file is there."""
    with with_the_page(tmp_path) as family:
        (text,) = blocks("yaml")
        assert "family: my-network," in text
        yield yaml.safe_load(text.replace("family: my-network,", f"family: {family},"))["models"]


def test_the_study_of_the_page_passes_and_a_slip_in_it_is_refused(models):
    study = check_study({**STUDY, "models": models})
    assert "models: mine is not at weights/mine yet; expected there: its weights" in remarks(Plan(study))
    with pytest.raises(UserError, match=r"models\[1\].layers: architecture 'my-network' has 4, the entry says 3"):
        check_study({**STUDY, "models": [models[0], {**models[1], "layers": 3}]})
    with pytest.raises(UserError, match=f"no family 'of-the-pge'; did you mean '{OF_THE_PAGE}'"):
        check_study({**STUDY, "models": [{**models[0], "family": "of-the-pge"}]})


def test_without_its_file_the_family_is_unknown():
    with pytest.raises(UserError, match="no family 'my-network'"):
        check_study({**STUDY, "models": yaml.safe_load(blocks("yaml")[0])["models"]})


def test_the_folder_that_the_page_describes_gives_the_weights_in_it(models, tmp_path):
    trained = load("of-another-seed", models[1], "", 7)
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(UserError, match=r"no config\.json"):
        load("mine", {**models[0], "weights": "local"}, folder, 1)
    (folder / "config.json").write_text(json.dumps({"layers": 4, "width": 128, "sample_rate": 16000}))
    with pytest.raises(UserError, match=r"no model\.safetensors"):
        load("mine", {**models[0], "weights": "local"}, folder, 1)
    save_file(trained.model.state_dict(), folder / "model.safetensors")
    network = load("mine", {**models[0], "weights": "local"}, folder, 1)
    wave = noise(4000, 0)
    for state, frames in hidden_states(network, [wave])[0].items():
        assert torch.equal(frames, hidden_states(trained, [wave])[0][state])
    assert (network.about["weights"], network.about["family"]) == (str(folder), OF_THE_PAGE)
