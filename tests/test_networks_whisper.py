"""Whisper's encoder: a fixed input of 30 s, frames of the clip alone handed on, weights out of a whole model."""

import json
import logging

import numpy as np
import pytest
import torch
from network_cases import edit_config, folder_entry, noise, shipped
from safetensors.torch import load_file, save_file
from transformers.models.whisper.configuration_whisper import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperForConditionalGeneration, WhisperModel

from workflow_scripts.embedding import batches
from workflow_scripts.embedding.batches import Heard, embed
from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.embedding.windows import longest, windows
from workflow_scripts.networks import load, whisper
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError

TINY = {**whisper.ARCHITECTURES["whisper-2x32-tiny"]["config"], "decoder_layers": 1, "decoder_attention_heads": 4}
TOKENS = {"pad_token_id": 1, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 3, "vocab_size": 10}


def folder_of(path, model_class=WhisperForConditionalGeneration, preprocessor=None, **settings):
    """A tiny whole model in a folder, decoder included, as a model hub would hold it."""
    torch.manual_seed(3)
    config = WhisperConfig(**TINY, **TOKENS, decoder_ffn_dim=64, begin_suppress_tokens=None, **settings)
    model_class(config).save_pretrained(path)
    stated = {"feature_size": config.num_mel_bins, "chunk_length": 30, "processor_class": "WhisperProcessor"}
    (path / "preprocessor_config.json").write_text(json.dumps({**stated, **(preprocessor or {})}))
    return path


def rewrite(folder, change):
    tensors = change(load_file(folder / "model.safetensors"))
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def test_states_are_those_of_the_library_over_the_clip_alone():
    network = shipped("whisper")
    waves = [noise(samples, 4) for samples in (9000, 41000)]
    ours = hidden_states(network, waves)
    heard = network.extractor(waves, sampling_rate=16000, return_tensors="pt")["input_features"]
    assert heard.shape == (2, 80, 3000)
    with torch.inference_mode():
        theirs = network.model(heard, output_hidden_states=True)
    for clip, frames in enumerate((29, 129)):
        for state, expected in zip(("0", "1"), theirs.hidden_states[:2], strict=False):
            torch.testing.assert_close(ours[clip][state], expected[clip, :frames], rtol=1e-4, atol=1e-5)
        last = theirs.last_hidden_state[clip, :frames]
        torch.testing.assert_close(ours[clip]["final"], last, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(network.model.layer_norm(ours[clip]["2"]), last, rtol=1e-4, atol=1e-5)
        assert (ours[clip]["2"] - last).abs().max() > 0.1


def test_there_are_fifty_frames_a_second_and_each_lies_where_it_says():
    """A click moves the frames around it, those whose field it is in, and no others (before attention)."""
    network = shipped("whisper")
    assert [network.frames(samples) for samples in (1, 320, 321, 16000, 480000)] == [1, 1, 2, 50, 1500]
    wave = 0.1 * noise(16000, 0)
    click = wave.copy()
    at = 8000
    click[at] += 0.05
    before, after = (hidden_states(network, [one])[0]["0"] for one in (wave, click))
    moved = torch.nonzero((after - before).abs().amax(dim=1) > 1e-6).ravel().numpy()
    centres = network.first_centre + network.stride * moved
    assert 25 in moved  # 8000 / 320
    assert np.abs(centres - at).max() <= network.receptive_field / 2
    assert len(moved) >= 3


def test_thirty_seconds_pass_as_a_whole_and_a_sample_more_is_cut():
    """What the library would do with more is to drop it; here that is an error if it ever comes so far."""
    network = shipped("whisper")
    assert len(hidden_states(network, [noise(480000, 0)])[0]["final"]) == 1500
    first, second = windows(network, 480001, longest(network, 60.0), 16000)
    assert (first.start, first.stop, second.stop) == (0, 480000, 480001)
    with pytest.raises(RuntimeError, match=r"frames \(1, 1500, 32\)"):
        hidden_states(network, [noise(480001, 0)])


def test_every_clip_counts_as_thirty_seconds_of_a_batch(monkeypatch):
    network = shipped("whisper")
    sizes = []
    monkeypatch.setattr(batches, "forward", _counted(batches.forward, sizes))
    waves = [noise(4000 + i, i) for i in range(5)]

    def hear(position):
        return Heard(waves[position], np.ones(network.frames(waves[position].size), bool))

    embed(network, [0.25] * 5, hear, ["mean"], lambda *_: None, batch_seconds=70.0)
    assert sorted(sizes) == [1, 2, 2]


def _counted(forward, sizes):
    def counting(network, waves, visit):
        sizes.append(len(waves))
        forward(network, waves, visit)

    return counting


@pytest.mark.parametrize(
    ("model_class", "prefix"), [(WhisperForConditionalGeneration, "model.encoder."), (WhisperModel, "encoder.")]
)
def test_the_encoder_is_read_out_of_a_whole_model(model_class, prefix, tmp_path, caplog):
    folder = folder_of(tmp_path, model_class)
    tensors = load_file(folder / "model.safetensors")
    with caplog.at_level(logging.INFO):
        network = load("mine", folder_entry("whisper"), folder, 1)
    loaded = network.model.state_dict()
    assert {f"{prefix}{key}" for key in loaded} == {key for key in tensors if "encoder." in key.split("decoder")[0]}
    for key, weights in loaded.items():
        torch.testing.assert_close(weights, tensors[f"{prefix}{key}"], rtol=0, atol=0)
    assert f"decoder ({sum('decoder.' in key for key in tensors)} tensors)" in caplog.text
    assert network.about["weights_digest"]


def test_a_missing_tensor_of_the_encoder_is_refused_by_name(tmp_path):
    folder = folder_of(tmp_path)
    key = "model.encoder.embed_positions.weight"
    rewrite(folder, lambda tensors: {name: tensor for name, tensor in tensors.items() if name != key})
    with pytest.raises(UserError, match=r"missing .*: embed_positions\.weight"):
        load("mine", folder_entry("whisper"), folder, 1)


def test_an_unexpected_tensor_is_refused_by_name(tmp_path):
    folder = folder_of(tmp_path)
    rewrite(folder, lambda tensors: {**tensors, "model.encoder.layers.2.surprise": torch.zeros(3)})
    with pytest.raises(UserError, match=r"unexpected: .*layers\.2\.surprise"):
        load("mine", folder_entry("whisper"), folder, 1)


def test_a_network_of_128_bins_hears_128_bins(tmp_path):
    folder = folder_of(tmp_path, num_mel_bins=128)
    network = load("mine", folder_entry("whisper"), folder, 1)
    assert network.model.conv1.in_channels == 128
    assert torch.isfinite(hidden_states(network, [noise(4000, 0)])[0]["final"]).all()


def test_the_filters_that_older_files_carry_are_those_of_the_library(tmp_path):
    """Preprocessor files of the first releases list the mel filters; the library computes them, and so do we."""
    plain = load("mine", folder_entry("whisper"), folder_of(tmp_path / "new"), 1)
    old = {"mel_filters": plain.extractor.mel_filters.T.tolist(), "n_samples": 480000, "nb_max_frames": 3000}
    network = load("mine", folder_entry("whisper"), folder_of(tmp_path / "old", preprocessor=old), 1)
    wave = noise(4000, 0)
    assert torch.equal(hidden_states(network, [wave])[0]["final"], hidden_states(plain, [wave])[0]["final"])


@pytest.mark.parametrize(
    ("preprocessor", "message"),
    [
        ({"feature_size": 128}, "feature_size of the preprocessor is 128, num_mel_bins of the network is 80"),
        ({"chunk_length": 20}, "the preprocessor makes 2000 windows, the network takes 3000"),
        ({"chunk_length": 20}, "the preprocessor pads clips to 20 s, this family to 30"),
        ({"dither": 0.1}, "dither of the preprocessor must be 0"),
    ],
)
def test_a_preprocessor_that_does_not_fit_is_refused(preprocessor, message, tmp_path):
    folder = folder_of(tmp_path, preprocessor=preprocessor)
    with pytest.raises(UserError, match=message):
        load("mine", folder_entry("whisper"), folder, 1)


def test_a_folder_of_another_family_is_refused(tmp_path):
    folder = folder_of(tmp_path)
    edit_config(folder, model_type="wav2vec2")
    with pytest.raises(UserError, match="model_type is 'wav2vec2', this family is whisper"):
        load("mine", folder_entry("whisper"), folder, 1)


@pytest.mark.parametrize(
    ("architecture", "layers", "width", "heads", "bins"),
    [
        ("whisper-base", 6, 512, 8, 80),
        ("whisper-small", 12, 768, 12, 80),
        ("whisper-large-v3", 32, 1280, 20, 128),
    ],
)
def test_full_size_shapes(architecture, layers, width, heads, bins):
    """By configuration alone: nothing of this size is built in a test."""
    config = WhisperConfig(**whisper.ARCHITECTURES[architecture]["config"])
    assert (config.encoder_layers, config.d_model, config.encoder_attention_heads) == (layers, width, heads)
    assert (config.num_mel_bins, config.encoder_ffn_dim) == (bins, 4 * width)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"layers": 3}, "models[0].layers: weights/mine/config.json has 2, the entry says 3"),
        ({"final_norm": False}, "models[0].final_norm: weights/mine/config.json has true, the entry says false"),
        ({"sample_rate": 24000}, "models[0].sample_rate: weights/mine/config.json has 16000, the entry says 24000"),
    ],
)
def test_its_own_config_json_is_compared_with_the_entry_before_anything_runs(change, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "weights/mine"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "whisper", "encoder_layers": 2, "d_model": 32}))
    right = {"name": "mine", "family": "whisper", "layers": 2, "width": 32, "final_norm": True}
    study = {"study": "A test", "datasets": {"speech": {"corpus": "emodb"}}}
    assert check_study({**study, "models": [right]})
    with pytest.raises(UserError) as refused:
        check_study({**study, "models": [right | change]})
    assert expected in str(refused.value)
