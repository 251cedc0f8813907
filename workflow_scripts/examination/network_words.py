"""What was seen of a network, in plain text."""

from collections.abc import Mapping, Sequence
from typing import Any

from workflow_scripts.examination.network import EXACT, ROUNDING, NetworkExamination
from workflow_scripts.examination.words import Line, section, table
from workflow_scripts.networks import Network

SCALING = {
    "none": "samples as they are, not scaled",
    "unit": "each clip is scaled to zero mean and unit variance",
    "level": "each clip is scaled to a level of its own: louder or softer recordings give the same samples",
    "other": "each clip's samples are changed, and its level remains",
}


def origin(
    entry: Mapping[str, Any], folder: str, record: Mapping[str, Any], altered: Sequence[str], left_out: Sequence[str]
) -> str:
    """Where the weights come from.

    Args:
        entry: the model's, from the catalogue or the config.
        folder: of its weights, "" for random ones.
        record: what a fetch wrote beside them; {} where they were brought by hand.
        altered: files that are no longer as they were fetched.
        left_out: what loading said of tensors that are not used.
    """
    if not folder:
        random = f"random weights of the shape {entry['architecture']}: the control, it knows nothing"
        return section("Where it comes from", [("weights", random)])
    by_hand = "not recorded: the weights were brought by hand"
    lines = [
        ("weights", folder),
        ("source", str(record.get("source") or entry.get("source") or "not known")),
        ("commit", str(record.get("commit") or by_hand)),
        ("licence", str(record.get("licence") or entry.get("licence") or "not recorded: see its source")),
        *([("altered", f"{', '.join(altered)}: no longer as fetched")] if altered else []),
        ("tensors", "none is missing: every tensor of the network came from the file"),
        *(("left out", words) for words in left_out),
    ]
    return section("Where it comes from", lines)


def report(one: Network, family: str, seen: NetworkExamination, device: str, threads: int) -> str:
    """What a network is, what its layers do with a batch, and what it costs here."""
    rate, pace = one.sample_rate, seen.pace
    blocks = [state for state in one.states if state not in ("0", "final")]
    shown = one.states if len(one.states) <= 6 else (*one.states[:2], "...", *one.states[-2:])
    final = "; final: what leaves the norm behind the last block" if "final" in one.states else ""
    facts = [
        ("family", f"{family} ({type(one.model).__name__})"),
        ("parameters", _million(seen.parameters)),
        ("hears", f"{rate} Hz{_fixed(one)}"),
        ("input", SCALING[seen.scaling]),
        ("level", f"{_heard(seen.level)}: half the level changes layer 0 by {seen.level:.1e} of its largest value"),
        ("offset", f"{_heard(seen.offset)}: 0.01 added changes layer 0 by {seen.offset:.1e}"),
        ("frames", _frames(one)),
        ("layers", f"{', '.join(shown)}; {one.width} numbers a frame"),
        ("", f"0: input of the first block; k: output of block k{final}"),
        *_norms(seen, len(blocks)),
    ]
    half = any(layer.half == layer.half for layer in seen.layers)
    header = ["layer", "float64 together", "reversed", "float32 alone", "together", *(["bfloat16"] if half else []), ""]
    rows = [
        [
            layer.state,
            *(f"{value:.1e}" for value in (layer.together, layer.reversed, layer.alone32, layer.together32)),
            *([f"{layer.half:.1e}"] if half else []),
            "good" if layer.independent and layer.finite and layer.repeated else "NOT good",
        ]
        for layer in seen.layers
    ]
    lengths = ", ".join(f"{length:.2g}" for length in seen.seconds)
    title = (
        "Does a clip depend on its batch mates? Differences from each clip alone in float64, of the layer's largest\n"
        f"value. Bars: float64 {EXACT:g}; float32 together {ROUNDING:g} times alone. Made-up clips of {lengths} s."
        + ("\nbfloat16, the study's precision, against float32." if half else "")
    )
    silent = all(layer.finite for layer in seen.layers)
    again = all(layer.repeated for layer in seen.layers)
    checks = [
        ("silence, a click", "finite in every layer" if silent else "NOT finite"),
        ("a second call", "gives the same numbers" if again else "gives OTHER numbers"),
    ]
    batch = f"{pace.clips} clip{'s' if pace.clips > 1 else ''}, {pace.audio:.3g} s in all"
    cost = [
        ("machine", f"{device}" + (f", {threads} thread{'s' if threads > 1 else ''}" if threads else "")),
        ("speed", f"{pace.wall / pace.audio:.3g} s per second of audio (a batch of {batch}, float32)"),
        ("memory", f"{pace.memory / 1e6:.0f} MB at most in this process, libraries and weights included"),
    ]  # fmt: skip
    if pace.gpu_memory:
        cost.append(("GPU memory", f"{pace.gpu_memory / 1e6:.0f} MB at most"))
    return "\n".join(
        [
            section("What it is", facts),
            table(title, header, rows),
            section("What else was tried", checks),
            section("What it costs here", cost),
        ]
    )


def _million(number: int) -> str:
    return f"{number / 1e6:.1f} million" if number >= 1e5 else str(number)


def _fixed(one: Network) -> str:
    return f", always {one.fixed_input / one.sample_rate:g} s: shorter clips are padded" if one.fixed_input else ""


def _heard(change: float) -> str:
    return "is heard" if change > 1e-3 else "is not heard"


def _frames(one: Network) -> str:
    rate = one.sample_rate
    where = "centred at multiples of it" if one.centred else "the first from the start of the clip"
    return (
        f"{rate / one.stride:g} a second (every {1000 * one.stride / rate:g} ms), each of "
        f"{1000 * one.receptive_field / rate:g} ms, {where}"
    )


def _norms(seen: NetworkExamination, blocks: int) -> list[Line]:
    if not seen.norms.within:
        order = "none in the blocks"
    elif all(seen.norms.ends):
        order = "post-norm: what leaves a block comes from its norm"
    elif not any(seen.norms.ends):
        order = "pre-norm: what leaves a block does not come from a norm"
    else:
        order = f"{sum(seen.norms.ends)} of {blocks} blocks end in a norm"
    before, within = _counted(seen.norms.before), _counted(seen.norms.within)
    return [("norms", order), ("", f"before layer 0: {before}; in the {blocks} blocks together: {within}")]


def _counted(names: Sequence[str]) -> str:
    return ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names)) or "none"
