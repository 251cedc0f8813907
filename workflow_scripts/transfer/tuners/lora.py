"""LoRA (Hu et al. 2022, arXiv 2106.09685), by peft: W x + (alpha / rank) B A x, A random, B zero.

On WavLM the network's own preparation makes it work (see networks/_wavlm_attention.py); stock transformers passes
LoRA by there.
"""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.transfer.site import Site
from workflow_scripts.transfer.tuners import Option, Shape

# word of the config -> module of a block
MODULES = {
    "q": "q_proj",
    "k": "k_proj",
    "v": "v_proj",
    "out": "out_proj",
    "ffn-in": "intermediate_dense",
    "ffn-out": "output_dense",
}

OPTIONS = {
    "rank": Option(8, "rank of B A", low=1),
    "alpha": Option(16, "B A is scaled by alpha / rank", low=1),
    "targets": Option(["q", "k", "v"], "linear maps of a block that get it", choices=tuple(MODULES)),
    "dropout": Option(0.0, "share of A's inputs that are dropped in training", low=0, high=0.9),
}
DEFAULTS = {"learning_rate": 5e-4, "epochs": 30}
SOURCE = (
    "q, k, v: Lashkarashvili et al. (2024), whose rank is not known; rank 8, alpha 16: our choice; "
    "rate and epochs: Feng & Narayanan (2023, PEFT-SER)"
)
INSIDE = True
ALONE = False


def parameters(options: Mapping[str, Any], shape: Shape) -> int:
    """A and B for each target of each block."""
    sides = {"ffn-in": shape.width + shape.inner, "ffn-out": shape.inner + shape.width}
    ends = sum(sides.get(target, 2 * shape.width) for target in options["targets"])
    return int(shape.layers * options["rank"] * ends)


def attach(site: Site, options: Mapping[str, Any]) -> None:
    """See the package's docstring."""
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(
        r=options["rank"],
        lora_alpha=options["alpha"],
        target_modules=[MODULES[target] for target in options["targets"]],
        lora_dropout=options["dropout"],
    )
    others = [tensor for tensor in site.model.parameters() if tensor.requires_grad]
    inject_adapter_in_model(config, site.model)
    for tensor in others:  # peft freezes whatever is not its own, also what another tuner lets learn
        tensor.requires_grad_(True)


def settings(model: Any) -> dict[str, Any]:
    """Content of adapter_config.json of a network with LoRA attached, as peft writes it."""
    found = model.peft_config["default"].to_dict()
    return {key: sorted(own) if isinstance(own, set) else own for key, own in found.items()} | {"inference_mode": True}
