"""Methods of the distances in words that can go into a paper, and how to read them."""

from collections.abc import Mapping
from typing import Any

from workflow_scripts.distances.design import FEWEST_SPEAKERS
from workflow_scripts.report_page.words import counted, listed
from workflow_scripts.summaries.roles import Facts, acoustic_sets, networks

READING = [
    "A distance is a squared one, without unit: set emotions of one model beside each other, not values of two "
    "models. "
    "A kernel distance scatters around 0, also below, where two groups are alike.",
    "Nearest in 80 % means: in 80 % of random halves of the speakers. What cannot be told apart has no order, "
    "whatever its rank.",
]


def paragraphs(config: Mapping[str, Any], models: Facts) -> list[tuple[str, str]]:
    """(heading, text) of the methods of distances.

    Args:
        config: the whole config with its defaults, with a section `distances`.
        models: facts by name.
    """
    settings = config["distances"]
    found = [
        ("Distances", _measures(config, models)),
        ("Numbers of clips", _forms(settings, config["embeddings"]["frame_statistics"])),
        ("Order of the emotions", _order(settings, len(networks(models)) > 1)),
    ]
    if acoustic_sets(models):
        found.append(("What drives the distances", _drivers(acoustic_sets(models)[0], bool(networks(models)))))
    return found


def _measures(config: Mapping[str, Any], models: Facts) -> str:
    text = (
        f"Clip vectors (pooling {listed(config['distances']['poolings'])}) of each emotion in one dataset were "
        "compared with those of each emotion in the other, layer by layer, in double precision. Headline: kernel "
        "distance, the unbiased squared maximum mean discrepancy [@gretton2012] with a Gaussian kernel "
        "exp(-distance^2 / 2 width^2), over pairs of clips of different speakers; one width per layer, the median "
        "distance between any two clips of the pair (half and double it beside). Beside it the Fréchet distance "
        "[@kilgour2019; @gui2024], the squared distance of the two means plus tr C1 + tr C2 - 2 tr (C1 C2)^(1/2) of "
        "the covariances (divisor n - 1), the square root taken through the singular values of the product of the "
        "centred clips, no ridge added, given over the mean trace of the layer's groups; and the mean term, the "
        "squared distance of the means over speakers less what scatter between speakers adds to it. Unclipped: values "
        "below 0 are kept. The headline of a model is the mean over its analysed layers."
    )
    if acoustic_sets(models):
        text += (
            " Acoustic features were compared as rank-normal scores (headline) and over their standard deviation, "
            "where a few clips with exploding ratios can carry the distance."
        )
    return text


def _forms(settings: Mapping[str, Any], frames: bool) -> str:
    of_frames = " Frames were taken as samples too, as in fadtk [@gui2024]: point values without interval."
    return (
        "Published: all clips of both groups, however many; the Fréchet distance grows as clips get fewer, so that "
        f"this form cannot rank emotions of unequal numbers.{of_frames if frames else ''} Shared: all clips of the "
        "speakers of both groups. "
        "Equal, the headline: the same number of clips of each of these speakers, a power of two that every emotion "
        f"has, the mean over {counted(settings['draws'], 'seeded draw')} without replacement. Speakers count as "
        f"paired where at least {FEWEST_SPEAKERS} are in both datasets. The value between halves of one group, with as "
        "many clips, is what no difference looks like."
    )


def _order(settings: Mapping[str, Any], several: bool) -> str:
    halves = counted(settings["half_samples"], "random half", "random halves")
    agreement = (
        "Kendall's W (models [@kendall1939]; they hear the same clips, so that it says nothing about other speakers) "
        "and tau-b"
        if several
        else "Kendall's tau-b"
    )
    return (
        "Intervals (95 %): jackknife over speakers [@efron1993] with Student's t (two samples where speakers are not "
        f"paired); a bootstrap would repeat speakers and is biased here. Probabilities of ranks: up to {halves} of "
        "the speakers, the same for all emotions, models and layers, with one draw of clips each; the order of the "
        "values is a little unfair to an emotion all of whose clips are taken. Is one emotion closer than another: "
        "the difference of their distances as one number per speaker (difference plus jackknife influence), sign "
        "flips over speakers, the largest |t| over all pairs of emotions correcting for their number [@westfall1993]; "
        "Student's t with Holm [@holm1979] where speakers are not paired. Models and layers are not corrected for. Do "
        "the datasets differ at all: datasets swapped within speakers (whole speakers where they are not paired; up "
        f"to {counted(settings['swaps'], 'swap')}); the deviations grow with the number of clips and "
        f"rank nothing. Orders are compared by {agreement} "
        "(measures, and the order that Sun et al. [@sun2024] print; [@kendall1945]), against orders drawn at random."
    )


def _drivers(name: str, networks_too: bool) -> str:
    shift = (
        f"Shifts of {name} features: mean over speakers of the difference of the speaker's means in the two datasets "
        "(of the means over speakers where they are not paired), "
        "in standard deviations of rank-normal scores over all clips; t intervals, sign flips over speakers, "
        "Benjamini-Hochberg [@benjamini1995] over the features of an emotion. A category: root mean square over its "
        "features, without the bias of few speakers, jackknife interval."
    )
    if not networks_too:
        return shift
    return (
        f"{shift} Share accounted for (an Oaxaca-Blinder decomposition of the mean move [@oaxaca1973; @blinder1973]): "
        "ridge slopes of the embedding on the features, fitted on clips centred within dataset, emotion and speaker "
        "and without the speaker whose move they predict; share = 1 - (squared length of the mean move that is left) "
        "/ (squared length of the mean move), both without bias, none given where the move is not clearly above 0. It "
        "is no cause: it says how far the embedding would move if it followed the acoustic shift as it follows "
        "differences between clips of one speaker, in a straight line. It concerns the mean, not the covariance; "
        "squared lengths, so that half the way counts as 75 %; shares of categories do not add up; what the features "
        "lack counts as not accounted for, and ridge pulls towards 0. Headline vectors, raw."
    )
