"""Networks: loading, one exact forward for all layers, pooling.

A network is one entry of the catalogue (`resources/models.yaml`), a plain mapping:

    family: wav2vec2           # the file workflow_scripts/networks/<family>.py
    layers: 12                 # number of blocks L; the states are "0".."L" (and "final")
    final_norm: false          # true: a norm stands after the last block; "L" before it, "final" after it
    width: 768                 # numbers in one frame of any state; checked where given
    sample_rate: 16000         # Hz, the rate that the network was trained on; checked where given
    weights: local             # config.json, preprocessor_config.json and model.safetensors in a folder, or
                               # untrained: random weights from the study's seed ...
    architecture: ...          # ... of this shape: a key of ARCHITECTURES in the family's file
    source: owner/name         # where they are published on the model hub, and fetched from into an empty folder
    revision: main             # branch, tag or commit of the source; the commit that it stood for is recorded
    licence: apache-2.0        # of the weights, as their authors state it; for readers

Where a network is loaded the last three mean nothing, nor do other keys; downloads/weights.py uses them. layers,
final_norm, width and sample_rate are checked against the network itself when it is loaded.

This file imports nothing heavy: the config check uses it.
"""


def states_of(layers: int, final_norm: bool) -> list[str]:
    """Names of all states of a network, in order: "0" (input of the first block), "1".."L", perhaps "final"."""
    return [str(layer) for layer in range(layers + 1)] + (["final"] if final_norm else [])


def family_module(family: str) -> str:
    """Name of the module that knows the family: the plug-in which the digest of a job's code takes in."""
    return f"workflow_scripts.networks.{family}"
