"""Networks: loading, one exact forward for all layers, pooling.

A network is one entry of the catalogue (`resources/models.yaml`), a plain mapping:

    wav2vec2-base:
      family: wav2vec2           # the file workflow_scripts/networks/<family>.py
      layers: 12                 # number of blocks L; the states are "0".."L" (and "final")
      width: 768                 # numbers in one frame of any state
      final_norm: false          # true: a norm stands after the last block; "L" before it, "final" after it
      sample_rate: 16000         # Hz, the rate that the network was trained on
      weights: weights/wav2vec2-base   # folder with config.json, preprocessor_config.json, model.safetensors
    untrained-base:
      family: wav2vec2
      layers: 12
      width: 768
      final_norm: false
      sample_rate: 16000
      weights: untrained         # random weights from the study's seed ...
      architecture: wav2vec2-base      # ... of this shape: a key of ARCHITECTURES in the family's file

Other keys (revision, licence, source, ...) are kept in the metadata of what is written and mean nothing here.
layers, width, final_norm and sample_rate are checked against the network itself when it is loaded.

This file imports nothing heavy: the config check uses it.
"""


def states_of(layers: int, final_norm: bool) -> list[str]:
    """Names of all states of a network, in order: "0" (input of the first block), "1".."L", perhaps "final"."""
    return [str(layer) for layer in range(layers + 1)] + (["final"] if final_norm else [])


def family_module(family: str) -> str:
    """Name of the module that knows the family: the plug-in which the digest of a job's code takes in."""
    return f"workflow_scripts.networks.{family}"
