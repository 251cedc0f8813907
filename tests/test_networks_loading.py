"""Weights from a folder: every tensor comes from the file or the folder is refused by name."""

import json
import logging

import pytest
import torch
from network_cases import SHIPPED, edit_config, folder_entry, folder_of, noise, shipped, shipped_entry
from safetensors.torch import load_file, save_file

from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.networks import load
from workflow_scripts.study.errors import UserError

FAMILIES = list(SHIPPED)


def rewrite(folder, change, name="model.safetensors"):
    tensors = load_file(folder / name)
    save_file(change(tensors), folder / name, metadata={"format": "pt"})


@pytest.mark.parametrize("family", FAMILIES)
def test_a_folder_gives_the_weights_that_lie_in_it(family, tmp_path):
    folder = folder_of(family, tmp_path)
    network = load("mine", folder_entry(family), folder, 1)
    loaded = dict(network.model.named_parameters())
    checked = 0
    for key, tensor in load_file(folder / "model.safetensors").items():
        if key in loaded:
            torch.testing.assert_close(loaded[key], tensor, rtol=0, atol=0)
            checked += 1
    assert checked == len(loaded) - 1  # all but the positional convolution, kept as length and direction in the file
    assert not network.model.training
    assert not any(weight.requires_grad for weight in loaded.values())
    assert network.model.config.layerdrop == 0
    assert not network.model.config.apply_spec_augment
    assert network.about["weights_digest"]


def test_the_weight_normalised_convolution_keeps_its_value_under_its_old_and_new_names(tmp_path):
    folder = folder_of("hubert", tmp_path)
    prefix = "encoder.pos_conv_embed.conv."
    tensors = load_file(folder / "model.safetensors")
    length = tensors[prefix + "parametrizations.weight.original0"]
    direction = tensors[prefix + "parametrizations.weight.original1"]
    expected = length * direction / direction.norm(dim=(0, 1), keepdim=True)
    new = load("mine", folder_entry("hubert"), folder, 1)

    def old_names(tensors):
        tensors[prefix + "weight_g"] = tensors.pop(prefix + "parametrizations.weight.original0")
        tensors[prefix + "weight_v"] = tensors.pop(prefix + "parametrizations.weight.original1")
        return tensors

    rewrite(folder, old_names)
    old = load("mine", folder_entry("hubert"), folder, 1)
    for network in (new, old):
        torch.testing.assert_close(network.model.encoder.pos_conv_embed.conv.weight, expected)


def test_shards_and_half_precision_are_read(tmp_path):
    folder = folder_of("wav2vec2", tmp_path)
    before = load("mine", folder_entry("wav2vec2"), folder, 1)
    tensors = {key: tensor.half() for key, tensor in load_file(folder / "model.safetensors").items()}
    (folder / "model.safetensors").unlink()
    keys = sorted(tensors)
    shards = {"model-00001-of-00002.safetensors": keys[::2], "model-00002-of-00002.safetensors": keys[1::2]}
    for shard, own in shards.items():
        save_file({key: tensors[key] for key in own}, folder / shard, metadata={"format": "pt"})
    weight_map = {key: shard for shard, own in shards.items() for key in own}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    after = load("mine", folder_entry("wav2vec2"), folder, 1)
    assert next(after.model.parameters()).dtype == torch.float32
    for key, weights in before.model.named_parameters():
        torch.testing.assert_close(after.model.get_parameter(key), weights, rtol=2e-3, atol=1e-4)


def test_a_missing_tensor_is_refused_by_name(tmp_path):
    folder = folder_of("wav2vec2", tmp_path)
    key = "encoder.layers.1.attention.q_proj.weight"
    rewrite(folder, lambda tensors: {name: tensor for name, tensor in tensors.items() if name != key})
    with pytest.raises(UserError, match="missing") as error:
        load("mine", folder_entry("wav2vec2"), folder, 1)
    assert key in str(error.value)


def test_an_unexpected_tensor_is_refused_by_name(tmp_path):
    folder = folder_of("hubert", tmp_path)
    rewrite(folder, lambda tensors: {**tensors, "encoder.layers.2.surprise.weight": torch.zeros(3)})
    with pytest.raises(UserError, match=r"unexpected: encoder\.layers\.2\.surprise\.weight"):
        load("mine", folder_entry("hubert"), folder, 1)


def test_a_tensor_of_another_shape_is_refused_by_name(tmp_path):
    folder = folder_of("wavlm", tmp_path)
    key = "feature_projection.projection.weight"
    rewrite(folder, lambda tensors: {**tensors, key: tensors[key][:, :-1].contiguous()})
    with pytest.raises(UserError, match="another shape") as error:
        load("mine", folder_entry("wavlm"), folder, 1)
    assert key in str(error.value)


def test_heads_of_pretraining_and_recognition_are_left_out_and_said(tmp_path, caplog):
    folder = folder_of("wav2vec2", tmp_path)
    plain = load("mine", folder_entry("wav2vec2"), folder, 1)

    def with_heads(tensors):
        inside = {f"wav2vec2.{key}": tensor for key, tensor in tensors.items()}
        heads = {key: torch.zeros(2) for key in ("quantizer.codevectors", "project_q.weight", "lm_head.bias")}
        return {**inside, **heads, "wav2vec2.masked_spec_embed": torch.zeros(32)}

    rewrite(folder, with_heads)
    with caplog.at_level(logging.INFO):
        network = load("mine", folder_entry("wav2vec2"), folder, 1)
    for key in ("quantizer.codevectors", "project_q.weight", "lm_head.bias", "masked_spec_embed"):
        assert key in caplog.text
    wave = noise(4000, 0)
    assert torch.equal(hidden_states(network, [wave])[0]["2"], hidden_states(plain, [wave])[0]["2"])


@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json", "model.safetensors"])
def test_a_missing_file_is_named(file, tmp_path):
    folder = folder_of("wav2vec2", tmp_path)
    (folder / file).unlink()
    with pytest.raises(UserError, match=file.replace(".", r"\.")):
        load("mine", folder_entry("wav2vec2"), folder, 1)


def test_a_pickle_is_never_opened(tmp_path):
    folder = folder_of("wav2vec2", tmp_path)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserError, match="convert the weights to safetensors"):
        load("mine", folder_entry("wav2vec2"), folder, 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [("layers", 3), ("width", 64), ("final_norm", True), ("sample_rate", 8000)],
)
def test_an_entry_that_contradicts_the_network_is_refused(key, value):
    entry = {**shipped_entry("wav2vec2"), key: value}
    with pytest.raises(UserError, match=f"{key} is .*, its entry says {value}"):
        load("mine", entry, "", 1)


def test_a_folder_of_another_family_is_refused(tmp_path):
    folder = folder_of("hubert", tmp_path)
    with pytest.raises(UserError, match="model_type is 'hubert', this family is wavlm"):
        load("mine", folder_entry("wavlm"), folder, 1)


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(UserError, match="unknown family 'whispr'"):
        load("mine", {**shipped_entry("wavlm"), "family": "whispr"}, "", 1)
    with pytest.raises(UserError, match="wavlm-base-plus"):
        load("mine", {**shipped_entry("wavlm"), "architecture": "wavlm-huge"}, "", 1)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("feature_extractor_cqt", True, "feature_extractor_cqt must be false"),
        ("deepnorm", True, "deepnorm must be false"),
        ("feat_proj_layer_norm", False, "feat_proj_layer_norm must be true"),
        ("sample_rate", 16000, "sample_rate must be 24000"),
        ("conv_pos_batch_norm", True, "conv_pos_batch_norm must be false"),
        ("model_type", "hubert", "model_type is 'hubert', this family is mert_model"),
    ],
)
def test_mert_is_refused_where_the_native_class_would_compute_something_else(setting, value, message, tmp_path):
    folder = folder_of("mert", tmp_path)
    edit_config(folder, **{setting: value})
    with pytest.raises(UserError, match=message):
        load("mine", folder_entry("mert"), folder, 1)


def test_mert_at_a_wrong_rate_of_its_preprocessor_is_refused(tmp_path):
    folder = folder_of("mert", tmp_path, {"sampling_rate": 16000})
    with pytest.raises(UserError, match="sample_rate is 16000, its entry says 24000"):
        load("mine", folder_entry("mert"), folder, 1)


def test_normalisation_follows_the_preprocessor_file(tmp_path):
    for value in (True, False):
        folder = folder_of("hubert", tmp_path / str(value), {"do_normalize": value})
        assert load("mine", folder_entry("hubert"), folder, 1).normalise is value


def test_untrained_weights_hang_on_seed_and_architecture_and_touch_no_global_state():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, again, other = shipped("wav2vec2", 1), shipped("wav2vec2", 1), shipped("wav2vec2", 2)
    assert torch.equal(torch.rand(3), expected)
    weights = [network.model.feature_projection.projection.weight for network in (one, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert one.about["weights"] == "untrained"


@pytest.mark.parametrize(
    ("architecture", "family", "layers", "width", "final_norm"),
    [
        ("wav2vec2-base", "wav2vec2", 12, 768, False),
        ("wav2vec2-large", "wav2vec2", 24, 1024, False),
        ("wav2vec2-large-lv60", "wav2vec2", 24, 1024, True),
        ("hubert-base", "hubert", 12, 768, False),
        ("hubert-large", "hubert", 24, 1024, True),
        ("wavlm-base", "wavlm", 12, 768, False),
        ("wavlm-base-plus", "wavlm", 12, 768, False),
        ("wavlm-large", "wavlm", 24, 1024, True),
        ("mert-v1-95m", "mert", 12, 768, False),
        ("mert-v1-330m", "mert", 24, 1024, True),
    ],
)
def test_full_size_shapes(architecture, family, layers, width, final_norm):
    """By configuration alone: nothing of this size is built in a test."""
    import importlib

    module = importlib.import_module(f"workflow_scripts.networks.{family}")
    shape = module.ARCHITECTURES[architecture]
    config = module.classes()[0](**shape["config"])
    assert (config.num_hidden_layers, config.hidden_size, config.do_stable_layer_norm) == (layers, width, final_norm)
    assert config.hidden_size == 64 * config.num_attention_heads
    assert config.intermediate_size == 4 * width
    assert list(config.conv_stride) == [5, 2, 2, 2, 2, 2, 2]
    assert shape["sample_rate"] == (24000 if family == "mert" else 16000)


def test_architectures_have_names_of_their_own():
    import importlib

    names = [
        name
        for family in FAMILIES
        for name in importlib.import_module(f"workflow_scripts.networks.{family}").ARCHITECTURES
    ]
    assert len(names) == len(set(names)) == 14


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_a_file_that_is_not_whole_is_refused_in_words(kept, tmp_path):
    file = folder_of("wav2vec2", tmp_path) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(UserError, match="is damaged or not whole") as error:
        load("mine", folder_entry("wav2vec2"), file.parent, 1)
    assert str(file.parent) in str(error.value)
    assert "copy it again" in str(error.value)
