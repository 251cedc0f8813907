"""Methods in words that can go into a paper, generated from the config that ran."""

from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

from workflow_scripts.report_page import distance_methods, explanation_methods, transfer_methods
from workflow_scripts.report_page.grid import Grid, cell
from workflow_scripts.report_page.material import preparation
from workflow_scripts.report_page.words import counted, listed
from workflow_scripts.summaries.roles import Facts, acoustic_sets, elsewhere, networks, untrained

PACKAGES = (
    "vocalise", "torch", "transformers", "safetensors", "opensmile", "scikit-learn", "numpy", "scipy", "pandas",
    "pyarrow", "soundfile", "soxr", "matplotlib", "plotly", "snakemake",
)  # fmt: skip


def paragraphs(
    config: Mapping[str, Any],
    datasets: Mapping[str, Mapping[str, Any]],
    models: Facts,
    trained: Mapping[str, Any] | None = None,
) -> list[tuple[str, str]]:
    """(heading, text) of the methods of this study.

    Args:
        config: the whole config with its defaults.
        datasets, models: facts by name.
        trained: what was trained, as the plan gives it; nothing where nothing was.
    """
    found = [("Recordings", _recordings(datasets)), ("Held-out clips", _folds(config, datasets))]
    listening = [name for name in networks(models) if name not in elsewhere(models)]
    if listening:
        found.append(("Embeddings", _embeddings(config, models, listening)))
    if elsewhere(models):
        found.append(("Vectors made elsewhere", _elsewhere(models)))
    if acoustic_sets(models):
        sets = listed(acoustic_sets(models))
        found.append(
            ("Acoustics", f"openSMILE functionals ({sets}), one vector per clip, from the recording in floating point.")
        )
    if config.get("probing"):
        found += [
            ("Probes", _probes(config["probing"])),
            ("Choice of the layer", _layers(datasets)),
            ("Statistics", _statistics(config, _protocols(datasets))),
        ]
    if config.get("distances"):
        found += distance_methods.paragraphs(config, models)
    if config.get("explanation"):
        found += explanation_methods.paragraphs(config, models)
    if trained:
        found += transfer_methods.paragraphs(trained)
    found.append(("Random draws", f"Every draw comes from the study's seed {config['seed']} and a name of its own."))
    return found


LAYERS = {
    "strict": "Under strict the layer is chosen in every fold by its score inside the training speakers, and the "
    "predictions of the chosen layers are put together.",
    "paper1": "Under paper1 it is the layer with the best score on test, as was most likely done there.",
    "emobox": "Under emobox it is the last analysed layer (EmoBox took the network's last).",
}
INTERVALS = {
    "strict": "under strict over speakers, t on jackknife pseudo-values (on the logit scale near 0 and 1)",
    "paper1": "under paper1 over clips, Wilson's, which speak of new clips of the same speakers only",
    "emobox": "under emobox over speakers where its folds hold them out, else over clips",
}


def _protocols(datasets: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {protocol for facts in datasets.values() for protocol in facts["protocols"]}


def _layers(datasets: Mapping[str, Mapping[str, Any]]) -> str:
    used = _protocols(datasets)
    said = [text for protocol, text in LAYERS.items() if protocol in used]
    return " ".join([*said, "Best layers named beside the curves are chosen on test."])


def _recordings(datasets: Mapping[str, Mapping[str, Any]]) -> str:
    each = [f"{name} ({facts['corpus']}; {preparation(dict(facts))})" for name, facts in datasets.items()]
    return (
        f"{counted(len(each), 'dataset')}: {listed(each)}. Stereo was averaged; each consumer resampled the "
        "original once. "
        "Levels and lengths refer to active frames and to windows from the onset of the voice."
    )


def _folds(config: Mapping[str, Any], datasets: Mapping[str, Mapping[str, Any]]) -> str:
    used = _protocols(datasets)
    words = {
        "strict": f"strict: up to {config['folds']['strict']} folds with speakers held out, sexes balanced, "
        "every speaker "
        "tested once, the same actors held out in paired datasets; any leak stops the run",
        "paper1": f"paper1: a clip-level 80/20 draw as published, with its leaks, repeated over "
        f"{counted(config['folds']['paper1_draws'], 'seed')}",
        "emobox": "emobox: the fold lists of EmoBox",
    }
    return "; ".join(text for name, text in words.items() if name in used).capitalize() + "."


def _embeddings(config: Mapping[str, Any], models: Facts, listening: Sequence[str]) -> str:
    settings = config["embeddings"]
    random = untrained(models)
    text = (
        f"Hidden states of {listed(listening)}: layer 0 is the input of the first block, L the output of "
        "the last, "
        f"final follows a norm outside the blocks. Frames were pooled ({listed(settings['poolings'])}) in one forward "
        f"pass ({settings['precision']})."
    )
    fetched = [
        f"{name} from {facts['source']} at commit {facts['commit']} (licence: {facts['licence'] or 'none stated'})"
        for name, facts in models.items()
        if facts.get("commit")
    ]
    if fetched:
        text += f" Weights came from the Hugging Face hub: {listed(fetched)}."
    own = [
        f"{name} (blake2b {facts['weights_digest']})"
        for name, facts in models.items()
        if "weights_digest" in facts and not facts.get("commit")
    ]
    if own:
        text += f" Weights were read from folders that the user brought: {listed(own)}."
    if settings["window_seconds"] is not None:
        text += f" Clips longer than {settings['window_seconds']:g} s went through in overlapping windows."
    return text + (
        f" {listed(random)} {'has' if len(random) == 1 else 'have'} random weights (controls)." if random else ""
    )


def _elsewhere(models: Facts) -> str:
    """Which files were read, by their content, and what is not known of them."""
    each = []
    for name in elsewhere(models):
        files = [
            f"for {dataset} {listed([f'{file} (md5 {md5})' for file, md5 in of.items()])}"
            for dataset, of in models[name]["files"].items()
        ]
        each.append(f"The vectors of {name} were made elsewhere and read {', '.join(files)}.")
    return (
        f"{' '.join(each)} Each clip has exactly one; how it was made, and how frames were pooled (called given), is "
        "not known here. Level and crop of a dataset do not bear on them, and no network of the study is their control."
    )


def _probes(probing: Mapping[str, Any]) -> str:
    words = {
        "logistic": "multinomial logistic regression (L2), features standardised and C chosen among "
        f"{listed([f'{value:g}' for value in probing['C']])} by {probing['inner_folds']} inner folds of "
        "training speakers",
        "linear-head": "a linear layer trained by gradient descent, as in paper 1",
    }
    forms = {
        "none": "none",
        "training-only": "with statistics of training clips only",
        "per-speaker": "per speaker over all clips, as in the papers (it sees held-out clips, not their labels)",
    }
    probes = listed([words[name] for name in probing["probes"]])
    return (
        f"Probes: {probes}. Poolings: {listed(probing['poolings'])}. Speaker normalisation: "
        f"{listed([forms[name] for name in probing['speaker_normalisation']])}. The first of each is the headline."
    )


def _statistics(config: Mapping[str, Any], used: set[str]) -> str:
    probing = config["probing"]
    intervals = "; ".join(text for protocol, text in INTERVALS.items() if protocol in used)
    return (
        "WA is the share of right clips, UAR the mean recall over emotions, macro-F1 the mean F1. Intervals (95 %): "
        f"{intervals}. Bands over layers hold at once for all layers. "
        f"Chance: {probing['permutations']} permutations of labels within speaker, fixed predictions; folds train "
        "each other, so the permuted scores are widened to 2.5 times their variance before p is taken. Layers not "
        "distinguishable from the "
        "best: sign flips over speakers, largest difference over all pairs of layers, family-wise 5 %. Models "
        "are compared "
        "by sign flips of per-speaker differences, corrected by Holm over the study; "
        "the conservative variant widens their standard error since training folds overlap (Nadeau & Bengio 2003). "
        f"{counted(probing['null_runs'], 'null run')} repeat the pipeline on labels shuffled within speaker."
    )


def versions(more: Sequence[str] = ()) -> Grid:
    """Installed versions of the packages that bear on results, and of `more`, read now."""
    rows = []
    for name in [*PACKAGES, *more]:
        try:
            rows.append([cell(name), cell(metadata.version(name))])
        except metadata.PackageNotFoundError:
            rows.append([cell(name), cell("not installed where the report was made")])
    return Grid("Packages where the report was made", [("package", False), ("version", False)], rows)


def models_used(models: Facts) -> Grid:
    """Networks and acoustic feature sets with where they come from."""
    rows = [
        [
            cell(name),
            cell("vectors made elsewhere" if name in elsewhere(models) else facts["family"]),
            cell(
                {
                    "untrained": "random",
                    "local": "as fetched" if facts.get("commit") else "the user's own",
                    "none": "–",
                }[facts["weights"]]
            ),
            cell(facts["architecture"] or facts["source"] or "–"),
            cell(len(facts["layers"])),
        ]
        for name, facts in models.items()
    ]
    headings = [
        ("model", False),
        ("family", False),
        ("weights", False),
        ("architecture or source", False),
        ("layers", True),
    ]
    return Grid("Models", headings, rows)
