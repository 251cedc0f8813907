"""Methods of transfer in words that can go into a paper, and how to read it."""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.report_page.transfer_overall import part_words
from workflow_scripts.report_page.words import counted, listed

READING = [
    "Trainings are compared in pairs on the same clips. What the corrected test does not tell apart reads `cannot be "
    "told` and is grey: that is no proof that both are alike. Intervals are not corrected, p is.",
    "Two stages better than the target alone speak for the source only where they are better than the controls too: a "
    "first stage with shuffled labels (voices and updates, no emotions) and as many updates on the target alone.",
]
# works that a tuner rests on
WORKS = {
    "frozen": "[@sun2024]",
    "weighted-sum": "[@feng2023]",
    "bottleneck": "[@lashkarashvili2024; @feng2023]",
    "lora": "[@hu2022; @lashkarashvili2024]",
    "weight-gating": "[@mao2022; @lashkarashvili2024]",
    "full": "[@otake2023]",
}
PACKAGES = ("peft", "accelerate")
CONDITIONS = {
    "direct": "the target alone",
    "two-stage": "the source, then the target, with parts and head of the first stage",
    "source-only": "the source alone, tested on the target",
    "joint": "both at once",
    "shuffled-source": "two stages, the labels of the first shuffled within speaker",
    "equal-updates": "the target alone, without early stopping, for as many updates as both stages took",
}
PROTOCOLS = {
    "strict": "the folds of the study, the same speakers held out in both datasets and both stages; where these have "
    "different speakers the first stage trains on all of the source",
    "paper1": "after Sun et al. [@sun2024], clip-level draws, one a seed, no validation, last epoch, best layer chosen "
    "on test",
    "twins": "the same draws, but takes of one sentence by one speaker in one emotion stay on one side",
}


def packages(trained: Mapping[str, Any]) -> list[str]:
    """The packages that trained, by what ran: peft attaches lora."""
    return [name for name in PACKAGES if name != "peft" or "lora" in _parts(trained["tuners"])]


def _parts(variants: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The tuners that are part of any variant, each once."""
    return list(dict.fromkeys(name for facts in variants.values() for name, _ in facts["parts"]))


def paragraphs(trained: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(heading, text) of the methods of transfer.

    Args:
        trained: directions, tuners, conditions and protocols of the trainings, as the plan gives them.
    """
    return [
        ("Trainings", _trainings(trained)),
        ("Tuners", _tuners(trained["tuners"])),
        ("Training", _training(trained["tuners"], trained["protocols"])),
        ("Trainings compared", _compared(trained["protocols"])),
        ("Claims of paper 1", CLAIMS),
    ]


def _trainings(trained: Mapping[str, Any]) -> str:
    ways = listed([f"{source} to {target}" for source, target in trained["directions"]])
    conditions = listed([f"{name} ({text})" for name, text in CONDITIONS.items() if name in trained["conditions"]])
    protocols = listed([f"{name} ({text})" for name, text in PROTOCOLS.items() if name in trained["protocols"]])
    return (
        f"Networks were trained in the {'direction' if len(trained['directions']) == 1 else 'directions'} {ways}, "
        f"under the conditions {conditions}, by the protocols {protocols}. Emotions are those that both datasets "
        f"have, one logit each; seeds: {trained['seeds']}. Vectors were normalised neither by speaker nor by dataset."
    )


def _tuners(variants: Mapping[str, Mapping[str, Any]]) -> str:
    each = []
    for name, facts in variants.items():
        words = listed([part_words(part, options) for part, options in facts["parts"]])
        each.append(words if words.partition(" ")[0] == name else f"{name}: {words}")
    inside = set(_parts(variants)) - {"frozen", "weighted-sum"}
    works = [f"{name} {WORKS[name]}" for name in _parts(variants) if name in WORKS]
    text = f"Variants: {'; '.join(each)}. A linear head hears the mean over the frames of a clip."
    text += f" Tuners are after published ones: {listed(works)}." if works else ""
    if "frozen" in _parts(variants):
        text += " frozen has a head for each layer, each trained by itself, one of which is chosen."
    if inside:
        text += (
            " The convolutions in front of the blocks were not trained. Before every training each variant was tested "
            "(partners of zero tensors drawn at random): every tensor that should learn gets a gradient and bears on "
            "the output, the others stay as they are, and training starts at the network as it is."
        )
    return text


def _training(variants: Mapping[str, Mapping[str, Any]], protocols: list[str]) -> str:
    settings = [facts["training"] for facts in variants.values()]

    def over(key: str, form: str = "{}") -> str:
        return listed([form.format(value) for value in dict.fromkeys(own[key] for own in settings)])

    text = (
        f"AdamW [@loshchilov2019] (learning rate {over('learning_rate', '{:g}')}, by variant as in the table; weight "
        f"decay {over('weight_decay', '{:g}')}), cross-entropy, batches of {over('batch_clips')} clips of like "
        f"length, norm of the gradient at most 1 (not of frozen), {over('precision')}, at most {over('epochs')} "
        "epochs. What the head hears was standardised by mean and deviation over the training clips before the first "
        "stage."
    )
    if "strict" in protocols:
        text += (
            " Under strict the speakers of the next fold validate (they are in no training part, and tested by another "
            f"fold); training ends after {over('patience')} epochs without a better UAR there, and the best epoch is "
            "kept, ties by loss."
        )
    weighted = [name for name, facts in variants.items() if facts["training"]["class_weights"]]
    text += f" Class weights: {listed(weighted) if weighted else 'none'}."
    text += f" {counted(len(variants), 'variant')}; what an epoch draws comes from a seed that all conditions share."
    return text


def _compared(protocols: list[str]) -> str:
    text = []
    if "strict" in protocols:
        text.append(
            "Under strict the unit is the speaker: differences of per-speaker UAR, averaged over seeds, with a t "
            "interval and sign flips (exact up to 16 speakers); the conservative interval widens the standard error by "
            "sqrt(1 + k / (k - 1)) for k folds [@nadeau2003]."
        )
    drawn = [name for name in ("paper1", "twins") if name in protocols]
    if drawn:
        text.append(
            f"Under {listed(drawn)} the unit is the clip: exact McNemar [@mcnemar1947] for each draw, over draws twice "
            "the median p; interval of Agresti & Min [@agresti2005]; it speaks of these speakers only."
        )
    text.append(
        "p is corrected by Holm [@holm1979] over all comparisons of the study under a protocol; recalls of single "
        "emotions, and comparisons between protocols, are families of their own."
    )
    if len(protocols) > 1:
        text.append("Protocols are compared by the share of right clips per speaker.")
    return " ".join(text)


CLAIMS = (
    "Claims of Sun et al. [@sun2024] on transfer, numbered as in the table of claims. 3, 4 and 9 are read off these "
    "comparisons. 5: difference of gains, paired over speakers where both directions have the same people. 7: rank "
    "correlation over emotions of the kernel distance at the last analysed layer (as published: the Fréchet distance) "
    "and recall without training on the target, and gain in recall by a first stage, emotions permuted in every "
    "order, the same in all networks; also given loudness (how far the mean levels of both datasets lie apart) and "
    "given recall in the source too. 8: standard deviation of recalls over emotions, with chance taken out of p by "
    "permuting emotions within speaker. 9: strict also trains on fewer clips (one more fold validates) and keeps the "
    "best epoch. Families for Holm stand in the table."
)
