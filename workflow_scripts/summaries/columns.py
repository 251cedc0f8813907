"""The tables of the summaries: column -> (type, meaning), in the order on disk."""

from workflow_scripts.study.schemas import TABLES

_WHAT = {
    "dataset": ("str", "dataset that is tested"),
    "model": ("str", "network or acoustic feature set"),
}
_HOW = {
    "protocol": ("str", "strict, paper1 or emobox"),
    "probe": ("str", "logistic or linear-head"),
    "pooling": ("str", "how frames became a vector; functionals for acoustic feature sets"),
    "speaker_normalisation": ("str", "none, training-only or per-speaker"),
}
_HEADLINE = {"headline": ("bool", "whether probe, pooling and normalisation are the first of the config")}
_SCORE = TABLES["scores"]

STUDY_SCORES = {
    **_WHAT,
    "source": ("str", "dataset that trains; the same as dataset but for cross-domain probes"),
    "layer": ("str", "0 (input of the first block) to L, final, or functionals"),
    **_SCORE,
}
LAYERS = {
    **_WHAT,
    "layer": ("str", "0 (input of the first block) to L, final, or functionals"),
    "position": ("int", "place of the layer in the network, from 0"),
    **_HEADLINE,
    **_HOW,
    "condition": ("str", "all, normal-intensity or within-melody"),
    "metric": ("str", "UAR"),
    "value": ("float", "the score, from 0 to 1"),
    "low": ("float", "lower end of its pointwise 95 % interval"),
    "high": ("float", "upper end of that interval"),
    "interval": ("str", "method of the interval"),
    "band_low": ("float", "lower end of the 95 % band that holds for all layers of the curve at once"),
    "band_high": ("float", "upper end of that band"),
    "chance": ("float", "mean score of labels permuted within speaker"),
    "p": ("float", "one-sided p of that permutation, for this layer alone"),
    "p_chance": ("float", "p of score minus chance over speakers, corrected over the layers of the curve (max-T)"),
    "best": ("bool", "whether the layer has the highest score of the curve (chosen on test)"),
    "among_best": ("bool", "whether it cannot be told from the best layer (all-pairs max-T over speakers)"),
    "p_best": ("float", "p of the difference to the best layer, corrected over all pairs of layers"),
    "smallest_p": ("float", "smallest p that sign flips of so many speakers can give"),
    "n_speakers": ("int", "speakers tested"),
    "n_clips": ("int", "clips tested (in one draw)"),
    "note": ("str", "what to know of this row"),
}
BEST = {
    **_WHAT,
    "source": ("str", "dataset that trains; the same as dataset but for cross-domain probes"),
    **_HEADLINE,
    "choice": ("str", "how the layer was chosen: inside training, on test, last layer, only layer"),
    "layer": ("str", "the layer; where folds chose differently, each with the number of folds that chose it"),
    "usual_layer": ("str", "the layer that most folds chose"),
    **_SCORE,
}
CONFUSION = {
    **_WHAT,
    "source": ("str", "dataset that trains; the same as dataset but for cross-domain probes"),
    **_HEADLINE,
    **_HOW,
    "choice": ("str", "how the layer was chosen"),
    "layer": ("str", "the layer, as in the table best"),
    "speaker": ("str", "the speaker of the clips"),
    "true": ("str", "the emotion"),
    "predicted": ("str", "the emotion with the highest probability"),
    "count": ("int", "clips, summed over the draws of paper1"),
    "share": ("float", "of the speaker's clips of the true emotion"),
}
COMPARISONS = {
    **_WHAT,
    "against": ("str", "what the model is compared with"),
    "role": ("str", "acoustic features, or untrained control"),
    **_HOW,
    "metric": ("str", "UAR"),
    "difference": ("float", "score of the model less score of the other, layers chosen inside training"),
    "low": ("float", "lower end of the 95 % interval over speakers"),
    "high": ("float", "upper end of the 95 % interval over speakers"),
    "p": ("float", "two-sided p of sign flips over speakers"),
    "p_adjusted": ("float", "p corrected over all rows of the table (Holm)"),
    "smallest_p": ("float", "smallest p that sign flips of so many speakers can give"),
    "n_speakers": ("int", "speakers tested with both"),
    "method": ("str", "method of interval and p"),
    "note": ("str", "what to know of this row"),
}
AUDIT = {
    "topic": ("str", "leak (what lies on both sides of a split) or confound (what tells the emotion but should not)"),
    "source": ("str", "dataset that trains"),
    "target": ("str", "dataset that is tested"),
    "protocol": ("str", "protocol of a leak, else empty"),
    "what": ("str", "kind of leak, or the confounding variable"),
    "count": ("int", "leak: test speakers or clips that are also, or have such, in training, summed over folds"),
    "of": ("int", "leak: test speakers or clips for which the question can be asked, summed over folds"),
    "value": ("float", "leak: share; confound: UAR from this variable alone, over held-out speakers"),
    "low": ("float", "confound: lower end of the 95 % interval over speakers"),
    "high": ("float", "confound: upper end of the 95 % interval over speakers"),
    "chance": ("float", "confound: UAR of guessing"),
    "n_speakers": ("int", "confound: speakers"),
    "n_clips": ("int", "clips tested"),
    "note": ("str", "examples of a leak; what to know of a confound"),
}
SIDE_BY_SIDE = {
    "paper": ("str", "where the printed figure stands: paper1 or emobox"),
    "domain": ("str", "speech or song, or the benchmark's corpus"),
    "model": ("str", "model as printed"),
    "study_model": ("str", "model of this study that is set beside; empty where there is none"),
    "dataset": ("str", "dataset of this study that is set beside"),
    "what": ("str", "what the printed figure is of"),
    "metric": ("str", "WA (accuracy), UAR or macro-F1"),
    "printed": ("float", "the printed figure, from 0 to 1"),
    "published": ("float", "this study under the printed figure's own protocol"),
    "published_low": ("float", "lower end of its 95 % interval"),
    "published_high": ("float", "upper end of its 95 % interval"),
    "strict": ("float", "this study, speakers held out, layer chosen inside training"),
    "strict_low": ("float", "lower end of its 95 % interval"),
    "strict_high": ("float", "upper end of its 95 % interval"),
    "published_protocol": ("str", "paper1 or emobox"),
    "n_speakers": ("int", "speakers of this study, strict"),
    "why": ("str", "what the difference is due to, as far as it can be counted"),
    "how_known": ("str", "how the printed figure is known"),
}
