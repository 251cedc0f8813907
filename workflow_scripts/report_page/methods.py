"""Methods in words that can go into a paper, generated from the config that ran; works are named as [@key]."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import pandas as pd

from workflow_scripts import corpora
from workflow_scripts.report_page import distance_methods, explanation_methods, transfer_methods
from workflow_scripts.report_page.grid import Grid, cell
from workflow_scripts.report_page.material import preparation
from workflow_scripts.report_page.references import mark
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.words import counted, listed, spans
from workflow_scripts.summaries.comparisons import pairs
from workflow_scripts.summaries.fold_sizes import COLUMNS
from workflow_scripts.summaries.roles import Facts, acoustic_sets, elsewhere, networks, untrained

PACKAGES = (
    "vocalise", "torch", "transformers", "safetensors", "opensmile", "scikit-learn", "numpy", "scipy", "pandas",
    "pyarrow", "soundfile", "soxr", "matplotlib", "plotly", "snakemake",
)  # fmt: skip
# packages that a paper names, with their works
CITED = {
    "snakemake": "molder2021", "numpy": "harris2020", "scipy": "virtanen2020", "scikit-learn": "pedregosa2011",
    "torch": "paszke2019", "transformers": "wolf2020", "opensmile": "eyben2010", "accelerate": "gugger2022",
    "peft": "mangrulkar2022",
}  # fmt: skip
SETS = {"eGeMAPSv02": "eyben2016", "GeMAPSv01b": "eyben2016", "ComParE_2016": "schuller2016", "emobase": "eyben2010"}


@dataclass(frozen=True)
class Ran:
    """What only the tables of a study tell of its methods.

    Attributes:
        sizes: {dataset: (clips, speakers)}.
        folds: sizes of training parts, as `fold_sizes.sizes` gives them.
        conditions: restrictions under which emotions were told; None where nobody knows.
        longest: seconds of the longest clip.
    """

    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    folds: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    conditions: Collection[str] | None = None
    longest: float = float("inf")


def of_study(study: Study, config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(heading, text) of the methods of a study that has run."""
    scores = study.explanation.get("scores")
    ran = Ran(
        sizes={name: (len(clips), clips["speaker"].nunique()) for name, clips in study.manifests.items()},
        folds=study.folds,
        conditions=None if scores is None else set(scores["condition"]),
        longest=max(clips["prepared_seconds"].max() for clips in study.manifests.values()),
    )
    trained = study.trained
    if trained:  # the config may name variants that no training takes
        used = set(study.transfer["scores"]["tuner"])
        tuners = {name: facts for name, facts in trained["tuners"].items() if name in used}
        trained = {**trained, "tuners": tuners} if tuners else {}
    return paragraphs(config, study.datasets, study.models, trained, ran)


def citations(datasets: Facts, models: Facts) -> list[str]:
    """What corpora and networks state as their citation, keys and free text."""
    stated = [corpora.find(facts["corpus"]).citation for facts in datasets.values()]
    return [text for text in [*stated, *(facts.get("citation", "") for facts in models.values())] if text]


def paragraphs(
    config: Mapping[str, Any],
    datasets: Mapping[str, Mapping[str, Any]],
    models: Facts,
    trained: Mapping[str, Any] | None = None,
    ran: Ran | None = None,
) -> list[tuple[str, str]]:
    """(heading, text) of the methods of this study.

    Args:
        config: the whole config with its defaults.
        datasets, models: facts by name.
        trained: what was trained, as the plan gives it; nothing where nothing was.
        ran: what the tables tell beside it.
    """
    ran = ran or Ran()
    found = [("Recordings", _recordings(datasets, ran)), ("Held-out clips", _folds(config, datasets, ran.folds))]
    listening = [name for name in networks(models) if name not in elsewhere(models)]
    if listening:
        found.append(("Embeddings", _embeddings(config, models, listening, ran.longest)))
    if elsewhere(models):
        found.append(("Vectors made elsewhere", _elsewhere(models)))
    if acoustic_sets(models):
        found.append(("Acoustics", _acoustics(models)))
    if config.get("probing"):
        found += [
            ("Probes", _probes(config["probing"])),
            ("Choice of the layer", _layers(datasets)),
            ("Statistics", _statistics(config, models, _protocols(datasets))),
        ]
    if config.get("distances"):
        found += distance_methods.paragraphs(config, models)
    if config.get("explanation"):
        found += explanation_methods.paragraphs(config, models, ran.conditions)
    if trained:
        found += transfer_methods.paragraphs(trained)
    learns = bool(config.get("probing") or config.get("explanation"))
    return [*found, ("Software", _software(config["seed"], models, bool(listening), learns, trained))]


LAYERS = {
    "strict": "Under strict the layer is chosen in every fold by its score inside the training speakers, and the "
    "predictions of the chosen layers are put together.",
    "paper1": "Under paper1 it is the layer with the best score on test, as was most likely done there.",
    "emobox": "Under emobox it is the last analysed layer (EmoBox took the network's last).",
}
INTERVALS = {
    "strict": "under strict over speakers, Student's t on jackknife pseudo-values [@efron1993] (on the logit scale "
    "near 0 and 1)",
    "paper1": "under paper1 over clips, Wilson's [@wilson1927], which speak of new clips of the same speakers only",
    "emobox": "under emobox over speakers where its folds hold them out, else over clips",
}


def _protocols(datasets: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {protocol for facts in datasets.values() for protocol in facts["protocols"]}


def _layers(datasets: Mapping[str, Mapping[str, Any]]) -> str:
    used = _protocols(datasets)
    said = [text for protocol, text in LAYERS.items() if protocol in used]
    return " ".join([*said, "Best layers named beside the curves are chosen on test."])


def _recordings(datasets: Mapping[str, Mapping[str, Any]], ran: Ran) -> str:
    each = [f"{name} ({_recording(name, facts, ran)})" for name, facts in datasets.items()]
    text = f"{counted(len(each), 'dataset')}: {listed(each)}."
    made = [name for name, facts in datasets.items() if facts["synthetic"]]
    if made:
        text += (
            f" The audio of {listed(made)} is synthetic: a voice made by this workflow, with settings after the "
            "acoustic cues that are reported for people [@juslin2003]. What is found in it shows the machinery and "
            "says nothing about people."
        )
    emotions = list(dict.fromkeys(emotion for facts in datasets.values() for emotion in facts["emotions"]))
    if emotions:
        text += f" Studied were the emotions {listed(emotions)}; clips of others were left out."
    text += " Channels were averaged; every network and feature set got its sampling rate from the original at once."
    if any(facts["level"] != "as-recorded" or facts["crop"] for facts in datasets.values()):
        text += " Levels and lengths refer to active frames and to windows from the onset of the voice."
    return text


def _recording(name: str, facts: Mapping[str, Any], ran: Ran) -> str:
    corpus = corpora.find(facts["corpus"])
    source = "" if corpus.synthetic else mark(corpus.citation)
    said = [f"corpus {facts['corpus']}{source}" if corpus.citation else "recordings that the user brought"]
    if name in ran.sizes:
        clips, speakers = ran.sizes[name]
        said.append(f"{counted(clips, 'clip')} of {counted(speakers, 'speaker')}")
    return "; ".join([*said, preparation(dict(facts))])


def _folds(config: Mapping[str, Any], datasets: Mapping[str, Mapping[str, Any]], sizes: pd.DataFrame) -> str:
    used = _protocols(datasets)
    words = {
        "strict": f"Protocol strict holds speakers out: up to {config['folds']['strict']} folds with sexes balanced, "
        "every speaker tested once, the same speakers held out in datasets that share them; any leak stops the run.",
        "paper1": "Protocol paper1 repeats the clip-level 80/20 draw of Sun et al. [@sun2024], with its leaks, over "
        f"{counted(config['folds']['paper1_draws'], 'seed')}.",
        "emobox": "Protocol emobox takes the fold lists of EmoBox [@ma2024].",
    }
    found = [text for name, text in words.items() if name in used]
    return " ".join([*found, *(_trains_on(own, str(name)) for name, own in sizes.groupby("protocol", sort=False))])


def _trains_on(sizes: pd.DataFrame, protocol: str) -> str:
    """'Under strict there were 3 folds of speech (each trained on 168–176 clips of 4 speakers), ...'"""

    def between(low: int, high: int) -> str:
        return f"{low}" if low == high else f"{low}–{high}"

    word = "draw" if protocol == "paper1" else "fold"
    each = [
        f"{counted(row.folds, word)} of {row.dataset} (each trained on {between(row.clips_least, row.clips_most)} "
        f"clips of {between(row.speakers_least, row.speakers_most)} speakers)"
        for row in sizes.itertuples()
    ]
    return f"Under {protocol} there were {listed(each)}."


def _embeddings(config: Mapping[str, Any], models: Facts, listening: Sequence[str], longest: float) -> str:
    settings = config["embeddings"]
    random = [name for name in untrained(models) if name in listening]
    named = [f"{name}{mark(models[name].get('citation', ''))}" for name in listening]
    final = any("final" in models[name]["layers"] for name in listening)
    text = (
        f"Hidden states of {listed(named)}: layer 0 is the input of the first block, L the output of the last"
        f"{', final follows a norm outside the blocks' if final else ''}. {_analysed(models, listening)} Frames were "
        f"pooled ({listed(settings['poolings'])}) in one forward pass ({settings['precision']})."
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
    if settings["window_seconds"] is not None and longest > settings["window_seconds"]:
        text += f" Clips longer than {settings['window_seconds']:g} s went through in overlapping windows."
    return text + (
        f" {listed(random)} {'has' if len(random) == 1 else 'have'} random weights (controls)." if random else ""
    )


def _analysed(models: Facts, listening: Sequence[str]) -> str:
    """'Analysed were layers 0-12 of a and b, 0 and 2 of c.'"""
    of: dict[str, list[str]] = {}
    for name in listening:
        layers = models[name]["layers"]
        last = max((int(layer) for layer in layers if layer.isdigit()), default=-1)
        of.setdefault(spans(layers, [*map(str, range(last + 1)), "", "final"]), []).append(name)
    return f"Analysed were layers {'; '.join(f'{layers} of {listed(names)}' for layers, names in of.items())}."


def _acoustics(models: Facts) -> str:
    sets = [f"{name}{mark(SETS.get(name, ''))}" for name in acoustic_sets(models)]
    return f"openSMILE functionals [@eyben2010]: {listed(sets)}, one vector per clip, from the recording in floats."


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
        f"{listed([f'{value:g}' for value in probing['C']])} by up to {probing['inner_folds']} inner "
        "folds of training speakers",
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


def _statistics(config: Mapping[str, Any], models: Facts, used: set[str]) -> str:
    probing = config["probing"]
    text = (
        "WA is the share of right clips, UAR the mean recall over emotions, macro-F1 the mean F1. Intervals (95 %): "
        f"{'; '.join(words for protocol, words in INTERVALS.items() if protocol in used)}. Chance: "
        f"{probing['permutations']} permutations of labels within speaker, fixed predictions, none of whose p is 0 "
        "[@phipson2010]; folds train each other, so the permuted scores are widened to 2.5 times their variance before "
        "p is taken."
    )
    if "strict" not in used:
        return text
    if any(len(models[name]["layers"]) > 1 for name in networks(models)):
        text += (
            " Bands over layers hold at once for all layers. Layers not distinguishable from the best: sign flips over "
            "speakers, largest difference over all pairs of layers [@westfall1993], family-wise 5 %."
        )
    if pairs(models):
        text += (
            " Models are compared with their controls by sign flips of per-speaker differences, corrected by Holm "
            "[@holm1979] over the study; the conservative variant widens their standard error since training folds "
            "overlap [@nadeau2003]."
        )
    if probing["null_runs"]:
        runs = counted(probing["null_runs"], "null run")
        verb = "repeats" if probing["null_runs"] == 1 else "repeat"
        text += f" {runs} {verb} the pipeline on labels shuffled within speaker."
    return text


def _software(seed: int, models: Facts, listening: bool, learns: bool, trained: Mapping[str, Any] | None) -> str:
    """Packages whose code was used, with the versions that are installed now; where random numbers come from."""
    used = ["vocalise", "snakemake", "numpy", "scipy"]
    used += ["scikit-learn"] if learns else []
    used += ["torch", "transformers"] if listening or trained else []
    used += ["opensmile"] if acoustic_sets(models) else []
    used += transfer_methods.packages(trained) if trained else []
    named = [f"{name} {version_of(name)}{mark(CITED.get(name, ''))}" for name in used]
    return f"Computed with {listed(named)}. Every random draw comes from the study's seed {seed} and a name of its own."


def version_of(package: str) -> str:
    """The installed version, '(not installed where this was written)' where there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed where this was written)"


def versions(more: Sequence[str] = ()) -> Grid:
    """Installed versions of the packages that bear on results, and of `more`, read now."""
    rows = [[cell(name), cell(version_of(name))] for name in [*PACKAGES, *more]]
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
