"""data2vec: its positions come from a stack of convolutions, through which the end of a clip must not be seen."""

import dataclasses

import numpy as np
import pytest
import torch
from network_cases import edit_config, folder_entry, folder_of, in_float64, noise, relative, sharpen, shipped
from safetensors.torch import load_file, save_file

from workflow_scripts.embedding.forward import hidden_states
from workflow_scripts.networks import data2vec, load
from workflow_scripts.networks._waveform import normalised
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError

RAGGED = (0.1, 10.0, 0.33, 2.0, 5.0, 2.0, 0.7)  # seconds


def sharp():
    """The tiny network with attention far from uniform and biases in the positional stack."""
    network = shipped("data2vec")
    sharpen(network)
    for layer in network.model.encoder.pos_conv_embed.layers:
        layer.conv.bias.add_(0.5)
    return network


def largest_error(network):
    """Of a batch against each clip alone, over all clips and states, in float64."""
    waves = [noise(int(seconds * 16000), i).astype(np.float64) for i, seconds in enumerate(RAGGED)]
    alone = [hidden_states(network, [wave])[0] for wave in waves]
    batched = hidden_states(network, waves)
    return max(relative(batched[i][state], alone[i][state]) for i in range(len(waves)) for state in network.states)


def test_no_clip_sees_its_batch_mates_through_the_positions():
    assert largest_error(in_float64(sharp())) < 1e-10


def test_one_mask_before_the_stack_would_not_have_been_enough():
    """The test above has teeth: with the encoder's own mask alone, as in the library, clips change by per cents."""
    assert largest_error(dataclasses.replace(in_float64(sharp()), guard=None)) > 0.01


def test_every_convolution_of_the_stack_meets_zeros_behind_a_clip():
    network = sharp()
    waves = [noise(int(seconds * 16000), 3) for seconds in (0.1, 1.0)]
    ends = [network.frames(wave.size) for wave in waves]
    met = []

    def look(module, args):
        met.append((float(args[0][0, :, ends[0] :].abs().max()), float(args[0][1].abs().max())))

    for layer in network.model.encoder.pos_conv_embed.layers:
        layer.conv.register_forward_pre_hook(look)
    hidden_states(network, waves)
    assert len(met) == 3
    assert all(behind == 0 and longest > 0 for behind, longest in met)


def test_its_hooks_are_gone_after_the_forward():
    network = shipped("data2vec")
    hidden_states(network, [noise(4000, 0), noise(9000, 1)])
    assert all(not module._forward_hooks and not module._forward_pre_hooks for module in network.model.modules())


def test_states_are_those_of_the_library():
    network = sharp()
    wave = noise(9000, 4)
    ours = hidden_states(network, [wave])[0]
    with torch.inference_mode():
        theirs = network.model(torch.from_numpy(normalised(wave))[None], output_hidden_states=True)
    for state, expected in zip(network.states, theirs.hidden_states, strict=True):
        assert relative(ours[state], expected[0]) < 1e-5
    assert relative(ours["2"], theirs.last_hidden_state[0]) < 1e-5


def test_a_folder_gives_the_weights_that_lie_in_it_without_its_heads(tmp_path):
    folder = folder_of("data2vec", tmp_path)
    tensors = load_file(folder / "model.safetensors")
    of_recognition = {f"data2vec_audio.{key}": tensor for key, tensor in tensors.items()} | {
        "lm_head.weight": torch.zeros(5, 32)
    }
    save_file(of_recognition, folder / "model.safetensors", metadata={"format": "pt"})
    network = load("mine", folder_entry("data2vec"), folder, 1)
    loaded = network.model.state_dict()
    assert set(loaded) == set(tensors) - {"masked_spec_embed"}
    for key, weights in loaded.items():
        torch.testing.assert_close(weights, tensors[key], rtol=0, atol=0)
    assert network.normalise is True


def test_a_missing_layer_of_the_stack_is_refused_by_name(tmp_path):
    folder = folder_of("data2vec", tmp_path)
    key = "encoder.pos_conv_embed.layers.2.conv.weight"
    tensors = load_file(folder / "model.safetensors")
    del tensors[key]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match="missing") as error:
        load("mine", folder_entry("data2vec"), folder, 1)
    assert key in str(error.value)


def test_a_key_that_the_class_does_not_read_makes_no_final_norm(tmp_path):
    """Its norms stand after each sub-layer: do_stable_layer_norm of wav2vec 2.0 means nothing here."""
    folder = folder_of("data2vec", tmp_path / "weights" / "mine")
    edit_config(folder, do_stable_layer_norm=True)
    entry = {key: own for key, own in folder_entry("data2vec").items() if key != "architecture"}
    study = {"study": "A test", "datasets": {"speech": {"corpus": "emodb"}}, "weights": str(folder.parent)}
    check_study({**study, "models": [{"name": "mine", **entry}]})
    network = load("mine", entry, folder, 1)
    assert network.states == ("0", "1", "2")
    assert tuple(hidden_states(network, [noise(9000, 4)])[0]) == network.states


def test_a_folder_of_data2vec_for_text_is_refused(tmp_path):
    folder = folder_of("data2vec", tmp_path)
    edit_config(folder, model_type="data2vec-text")
    with pytest.raises(UserError, match="model_type is 'data2vec-text', this family is data2vec-audio"):
        load("mine", folder_entry("data2vec"), folder, 1)


def test_the_base_shape_is_the_published_one():
    config = data2vec.classes()[0](**data2vec.ARCHITECTURES["data2vec-audio-base"]["config"])
    assert (config.num_hidden_layers, config.hidden_size, config.intermediate_size) == (12, 768, 3072)
    assert (config.num_conv_pos_embeddings, config.conv_pos_kernel_size, config.conv_bias) == (5, 19, False)
