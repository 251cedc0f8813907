"""Methods of the explanation in words that can go into a paper, and how to read it."""

from collections.abc import Collection, Mapping
from typing import Any

from workflow_scripts.report_page.words import capital, counted, listed
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks

READING = [
    "What embeddings know: an emotion is told from others, yes or no. Guessing gives UAR 50 %, but F1 up to 80 %, "
    "since one answer is more frequent; F1 is there for comparison with paper 2.",
    "A gain is the R² with which the dimensions that tell the emotion predict an acoustic feature of held-out "
    "speakers, less that of as many random dimensions. Within the emotion, what a class has in common is taken out "
    "first: else dimensions that know the label alone would gain. Of gains, only those within the emotion are put "
    "into sentences as claims. Where a network predicts a category best is another thing: R² from all dimensions of "
    "a layer, within the emotion too.",
    "SHAP says what a model's answer rests on. It is no cause, and correlated features share it at will.",
]


CONDITIONS = {
    "normal-intensity": "without clips of strong intensity, which not every emotion has",
    "within-melody": "where melodies are scripted, each emotion against the others sung to the same melodies, since "
    "their pitch is design and not expression",
}


def paragraphs(
    config: Mapping[str, Any], models: Facts, conditions: Collection[str] | None = None
) -> list[tuple[str, str]]:
    """(heading, text) of the methods of the explanation.

    Args:
        config: the whole config with its defaults, with a section `explanation`.
        models: facts by name.
        conditions: restrictions that the tables have; all of them where nobody knows.
    """
    found = [
        ("Telling an emotion", _telling(config, CONDITIONS if conditions is None else conditions)),
        ("Minimal sets of dimensions", _minimal(config["explanation"])),
    ]
    if networks(models) and acoustic_sets(models):
        found.append(("What the dimensions encode", _encoding(config["explanation"], acoustic_sets(models)[0])))
    found.append(("Stability of the dimensions", _stability(config["explanation"])))
    if "paper2" in config["protocols"]:
        found.append(("Paper 2 as published", PUBLISHED))
    return found


def _telling(config: Mapping[str, Any], conditions: Collection[str]) -> str:
    settings = config["explanation"]
    told = settings["emotions"]
    who = "Each emotion was" if told is None else f"{capital(listed(told))} {'was' if len(told) == 1 else 'were each'}"
    others = "neutral" if settings["against"] == "neutral" else "all other emotions of the study together"
    scale = {
        "none": "without speaker normalisation",
        "per-speaker": "each speaker's mean and deviation taken out over all clips (held-out ones too, not labels)",
    }[settings["speaker_normalisation"]]
    grid = listed([f"{value:g}" for value in settings["C"]])
    also = [text for name, text in CONDITIONS.items() if name in conditions]
    return (
        f"{who} told from {others}, layer by layer (pooling {settings['pooling']}; {scale}), by logistic "
        "regression with an L2 penalty, both classes of equal weight, dimensions standardised by the training part. "
        f"Speakers were held out in up to {config['folds']['strict']} folds; C was chosen among {grid} by UAR in "
        f"up to {settings['inner_folds']} inner folds of training speakers. UAR is the headline; F1 is that of the "
        "emotion. Intervals (95 %): jackknife over speakers [@efron1993]. Chance: "
        f"{counted(settings['permutations'], 'permutation')} of labels within speaker [@phipson2010]. Differences of "
        "two sets of dimensions on the same clips: sign flips over speakers; in sentences p is corrected over the "
        "emotions (Holm [@holm1979])."
    ) + (f" Told again {'; '.join(also)}." if also else "")


def _minimal(settings: Mapping[str, Any]) -> str:
    coarse = listed([str(k) for k in settings["k"]])
    layers = settings["curves"]
    where = "the last layer of each network, if analysed," if layers is None else (
        f"{'layer' if len(layers) == 1 else 'layers'} {listed([str(layer) for layer in layers])}"
    )  # fmt: skip
    return (
        "SHAP values [@lundberg2017] of the log-odds were computed exactly (linear model, all training clips as "
        "background): coefficient times distance from the training mean. Dimensions were ranked by their mean "
        "absolute SHAP value over training clips, anew inside every inner training part; stored and drawn are the "
        f"values of held-out clips. Numbers of dimensions: {coarse} (those below the width); at {where} and for "
        "acoustic features 10, 20, ... 510. k is the smallest number whose UAR inside the training speakers lies "
        "within one standard error of the best [@hastie2009]. On the same held-out clips, each with a C of its own: "
        "all dimensions, the rest, the k that matter least, k random ones (20 draws per fold), the top k of labels "
        "permuted within speaker."
    )


def _encoding(settings: Mapping[str, Any], name: str) -> str:
    draws = settings["random_draws"]
    return (
        f"All {name} features of each clip, as rank-normal scores over the dataset, were predicted at once by ridge "
        f"regression from the top k dimensions, from all, and from {draws} random sets of k per fold; penalties from "
        "10^-3 to 10^6 were chosen per feature in inner folds of training speakers. R² is pooled over held-out clips, "
        "about the training mean. Plain: as it is. Within the emotion: class means of the training part taken out of "
        "features and dimensions. Gain: R² of the top k less the mean of the random sets; interval: jackknife over "
        "speakers, models as they are; p = (1 + number of random sets that do as well) / (1 + number of random sets), "
        "all with the penalties of the random sets, corrected over features (Benjamini-Hochberg [@benjamini1995]) or "
        "categories (Holm [@holm1979]). "
        "A gain is claimed where that p is at most 0.05 and the interval lies above 0: p speaks of other dimensions, "
        "the interval of other speakers. Layers and emotions are not corrected for. A category is the mean, beside it "
        "the median, over its features; the probability of its place and of an order is the share of 2,000 resamples "
        "of speakers. Categories are those of Dixit et al. [@dixit2024]."
    )


def _stability(settings: Mapping[str, Any]) -> str:
    return (
        f"The ranking was repeated on {counted(settings['half_samples'], 'random half', 'random halves')} of the "
        "speakers; agreement of the top k sets by the index of Nogueira et al. [@nogueira2018], beside rankings of "
        "labels permuted within speaker and random sets. Its interval is conditional on these speakers."
    )


PUBLISHED = (
    "Form paper2 follows the published code of Dixit et al. [@dixit2024]: every speaker standardised over all clips; "
    "as many clips of the emotion as of neutral, drawn at random; five random splits of the speakers, some of whom "
    "are never tested; C by accuracy on data that are not scaled; F1 averaged over the splits. Dimensions are ranked "
    "by SHAP (100 background clips) of the fifth split's model over all clips, tested ones included, and k is the "
    "smallest of 10, 20, ... 510 with the highest F1 on the tested clips, which is reported. Features are predicted "
    "over random fifths of the clips, different ones for both sides, speakers shared; information increase = RMSE of "
    "all / (RMSE of top)². Seeds that the authors did not set are recorded. On noise this choice lifts F1 by 6 to "
    "21 points (six draws)."
)
