"""The declared tables: column -> (type, meaning). docs/tables.md is generated from here."""

SCHEMA_VERSION = 1

Column = tuple[str, str]
POOLING = "how frames became a vector; functionals for acoustic feature sets, given for vectors made elsewhere"

TABLES: dict[str, dict[str, Column]] = {
    "manifest": {
        "clip_id": ("str", "stable name of the clip, from corpus and file name"),
        "path": ("str", "file of the recording"),
        "audio_hash": ("str", "blake2b-128 of the decoded mono float32 samples and their rate"),
        "seconds": ("float", "length of the recording"),
        "sample_rate": ("int", "Hz of the file"),
        "channels": ("int", "channels of the file (averaged when read)"),
        "corpus": ("str", "corpus the clip comes from"),
        "domain": ("str", "speech or song"),
        "pool": ("str", "speaker pool: equal speakers of one pool are the same person"),
        "speaker": ("str", "speaker within the pool"),
        "sex": ("str", "female, male, or empty where not known"),
        "emotion": ("str", "canonical emotion"),
        "label": ("str", "the corpus's own label"),
        "intensity": ("str", "normal, strong, or empty where not known"),
        "statement": ("str", "what is said or sung, where known"),
        "repetition": ("int", "which take of the same content; 0 where not known"),
        "melody": ("str", "scripted melody (song), else empty"),
        "language": ("str", "two-letter code, where known"),
        "onset": ("float", "s from the start of the recording to the onset of the voice"),
        "active_fraction": ("float", "share of active frames of the recording"),
        "level_db": ("float", "level of the active frames of the recording, dBFS"),
        "crop_start": ("float", "s of the recording at which the prepared clip starts"),
        "prepared_seconds": ("float", "length of the prepared clip"),
        "prepared_active_fraction": ("float", "share of active frames of the prepared clip"),
        "prepared_level_db": ("float", "level of the active frames of the prepared clip, dBFS"),
        "gain_db": ("float", "gain applied to the recording, dB"),
        "remarks": ("str", "what is odd but stops nothing, such as copies counted once"),
    },
    "set_aside": {
        "clip_id": ("str", "name of the clip"),
        "path": ("str", "file of the recording"),
        "reason": ("str", "why it cannot be used"),
    },
    "folds": {
        "clip_id": ("str", "clip"),
        "repeat": ("int", "draw of paper1, else 0"),
        "fold": ("int", "fold in which the clip is tested; in all others of its repeat it trains; -1: only trains"),
    },
    "leaks": {
        "source": ("str", "dataset that trains"),
        "target": ("str", "dataset that is tested"),
        "protocol": ("str", "strict, paper1 or emobox"),
        "repeat": ("int", "draw of paper1, else 0"),
        "fold": ("int", "fold that is tested"),
        "kind": ("str", "what is shared: speakers, twins (same speaker, statement, emotion, intensity), equal audio"),
        "count": ("int", "speakers (kind speakers) or clips of the test part that are also, or have such, in training"),
        "of": ("int", "speakers or clips of the test part for which the question can be asked"),
        "n_train": ("int", "clips of the training part"),
        "n_test": ("int", "clips of the test part"),
        "examples": ("str", "up to five of them"),
    },
    "confounds": {
        "dataset": ("str", "dataset"),
        "nuisance": ("str", "variable that the emotion is told from, alone"),
        "uar": ("float", "unweighted average recall over held-out speakers; NaN where the question cannot be asked"),
        "chance": ("float", "UAR of guessing"),
        "low": ("float", "lower end of the 95 % interval over speakers"),
        "high": ("float", "upper end of the 95 % interval over speakers"),
        "n_speakers": ("int", "speakers"),
        "n_clips": ("int", "clips"),
        "note": ("str", "what to know of this row"),
    },
    "layer": {
        "clip_id": ("str", "the clip"),
        "audio_hash": ("str", "hash of the recording that was embedded (of vectors made elsewhere: the manifest's)"),
    },
    "acoustics": {
        "clip_id": ("str", "the clip"),
        "audio_hash": ("str", "hash of the recording that was measured"),
    },
    "predictions": {
        "clip_id": ("str", "the clip"),
        "speaker": ("str", "its speaker"),
        "protocol": ("str", "strict, paper1 or emobox"),
        "repeat": ("int", "which draw (paper1), else 0"),
        "fold": ("int", "fold in which the clip was tested"),
        "probe": ("str", "logistic or linear-head"),
        "pooling": ("str", POOLING),
        "speaker_normalisation": ("str", "none, training-only or per-speaker"),
        "null_run": ("int", "0: the real labels; above: a run with labels shuffled within speaker"),
        "true": ("str", "the emotion (the shuffled one in a null run)"),
        "predicted": ("str", "the emotion with the highest probability"),
        "speaker_in_training": ("bool", "whether the probe has heard the clip's speaker in training"),
    },
    "choices": {
        "protocol": ("str", "strict, paper1 or emobox"),
        "repeat": ("int", "which draw (paper1), else 0"),
        "fold": ("int", "outer fold"),
        "probe": ("str", "logistic or linear-head"),
        "pooling": ("str", "how frames became a vector"),
        "speaker_normalisation": ("str", "none, training-only or per-speaker"),
        "null_run": ("int", "0: the real labels"),
        "C": ("float", "inverse penalty chosen inside the training speakers (logistic)"),
        "inner_uar": ("float", "UAR of that choice over inner held-out speakers"),
        "at_edge": ("bool", "whether the choice is the first or last value of the grid"),
    },
    "scores": {
        "protocol": ("str", "strict, paper1 or emobox"),
        "repeat": ("int", "-1: mean over the draws of the protocol; else one draw"),
        "probe": ("str", "probe"),
        "pooling": ("str", "how frames became a vector"),
        "speaker_normalisation": ("str", "none, training-only or per-speaker"),
        "null_run": ("int", "0: real labels; above: a run with shuffled labels; -1: the null runs as a family"),
        "condition": ("str", "all, normal-intensity or within-melody"),
        "group": ("str", "melody group (within-melody), else empty"),
        "metric": ("str", "WA, UAR, macro-F1, recall, null-UAR, melody-UAR (a recogniser that knows only the melody)"),
        "emotion": ("str", "emotion of a recall"),
        "speaker": ("str", "speaker of a per-speaker score"),
        "value": ("float", "the score, 0 to 1"),
        "low": ("float", "lower end of the 95 % interval"),
        "high": ("float", "upper end of the 95 % interval"),
        "interval": ("str", "method of the interval"),
        "check_low": ("float", "studentised bootstrap over speakers, from 12 speakers up"),
        "check_high": ("float", "the same, upper end"),
        "pseudo_value": ("float", "a speaker's jackknife pseudo-value; equals the score where designs are balanced"),
        "spread": ("float", "standard deviation over draws"),
        "n_draws": ("int", "draws that were averaged"),
        "n_clips": ("int", "clips tested (in one draw)"),
        "n_speakers": ("int", "speakers with such clips"),
        "blind": ("float", "what a blind guess among the emotions reaches (1 of n)"),
        "chance": ("float", "mean under permutation of the true labels within speaker"),
        "p": (
            "float",
            "one-sided p of that permutation, (1 + #{>=}) / (B + 1), the permuted scores widened to 2.5 times their "
            "variance since the predictions, held fixed, were trained with these labels; null-UAR: two-sided, normal "
            "tail of the same variance",
        ),
        "p_smallest": ("float", "smallest p that the permutation can give"),
        "p_speakers": ("float", "two-sided p of sign flips over speakers of score minus chance"),
        "p_speakers_smallest": ("float", "smallest p that so many speakers can give"),
        "note": ("str", "what a reader must know, in words"),
    },
}

# The tables of the summaries share their first columns.
_WHAT = {
    "dataset": ("str", "dataset that is tested"),
    "model": ("str", "network, vectors made elsewhere, or acoustic feature set"),
}
_HOW = {
    "protocol": ("str", "strict, paper1 or emobox"),
    "probe": ("str", "logistic or linear-head"),
    "pooling": ("str", POOLING),
    "speaker_normalisation": ("str", "none, training-only or per-speaker"),
}
_HEADLINE = {"headline": ("bool", "whether probe, pooling and normalisation are the first of the config")}
_SCORE = TABLES["scores"]

TABLES["study_scores"] = {
    **_WHAT,
    "source": ("str", "dataset that trains; the same as dataset but for cross-domain probes"),
    "layer": ("str", "0 (input of the first block) to L, final, or functionals"),
    **_SCORE,
}
TABLES["layers"] = {
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
    "p_chance": ("float", "that p corrected over the layers of the curve (Holm); it speaks of these speakers"),
    "best": ("bool", "whether the layer has the highest score of the curve (chosen on test)"),
    "among_best": ("bool", "whether it cannot be told from the best layer (all-pairs max-T over speakers)"),
    "p_best": ("float", "p of the difference to the best layer, corrected over all pairs of layers"),
    "smallest_p": ("float", "smallest p that sign flips of so many speakers can give"),
    "n_speakers": ("int", "speakers tested"),
    "n_clips": ("int", "clips tested (in one draw)"),
    "note": ("str", "what to know of this row"),
}
TABLES["best"] = {
    **_WHAT,
    "source": ("str", "dataset that trains; the same as dataset but for cross-domain probes"),
    **_HEADLINE,
    "choice": ("str", "how the layer was chosen: inside training, on test, last analysed layer, only layer"),
    "layer": ("str", "the layer; where folds chose differently, each with the number of folds that chose it"),
    "usual_layer": ("str", "the layer that most folds chose"),
    **_SCORE,
}
TABLES["confusion"] = {
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
TABLES["comparisons"] = {
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
    "low_conservative": ("float", "the same interval, widened since the training parts of folds overlap"),
    "high_conservative": ("float", "upper end of the widened interval (Nadeau & Bengio 2003)"),
    "p_conservative": ("float", "two-sided p of t with the widened standard error, not corrected"),
    "n_folds": ("int", "strict folds, which say how much is widened"),
    "n_speakers": ("int", "speakers tested with both"),
    "method": ("str", "method of interval and p"),
    "note": ("str", "what to know of this row"),
}
TABLES["audit"] = {
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
TABLES["side_by_side"] = {
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
    "published_interval": ("str", "method of the interval of this study under that protocol"),
    "strict_interval": ("str", "method of the interval of strict"),
    "probe": ("str", "probe of this study"),
    "pooling": ("str", "how frames became a vector in this study"),
    "speaker_normalisation": ("str", "none, training-only or per-speaker, in this study"),
    "n_speakers": ("int", "speakers of this study, strict"),
    "why": ("str", "what the difference is due to, as far as it can be counted"),
    "how_known": ("str", "how the printed figure is known"),
}

# One row per cell of a distance table, form and measure.
_CELL = {
    "grain": ("str", "what a sample is: clip, or frame (point values from stored totals, without interval)"),
    "pooling": ("str", POOLING + "; empty for frames"),
    "scale": ("str", "raw (acoustic features over their standard deviation), or rank-normal"),
    "condition": ("str", "all, or normal-intensity"),
    "form": ("str", "published (all clips), shared (clips of shared speakers) or equal (equal numbers of clips)"),
    "first_dataset": ("str", "dataset of the first group"),
    "first_emotion": ("str", "emotion of the first group"),
    "second_dataset": ("str", "dataset of the second group"),
    "second_emotion": ("str", "emotion of the second group"),
    "clips_per_speaker": ("int", "clips of each speaker in either group (equal), else 0"),
    "measure": (
        "str",
        "frechet, its terms frechet-mean and frechet-covariance, kernel (unbiased squared MMD over clips of different "
        "speakers, in the form published over all; bandwidth the median distance of the pair's clips), kernel-half and "
        "kernel-double (half and double the bandwidth), mean-term (squared distance of means, corrected for the number "
        "of speakers)",
    ),
    "value": ("float", "the distance (a squared one), unclipped; mean over draws where there are several"),
    "spread": ("float", "standard deviation over draws of clips"),
    "n_draws": ("int", "draws of clips; 1 where every speaker has just as many"),
    "low": ("float", "lower end of the 95 % interval over speakers"),
    "high": ("float", "upper end of that interval"),
    "interval": ("str", "method of the interval"),
    "floor": ("float", "the same measure between halves of one group with as many clips, mean over both groups"),
    "null_mean": ("float", "mean after swapping the datasets within speakers"),
    "null_deviation": ("float", "standard deviation of that null"),
    "z": ("float", "how many of these deviations the value lies above; says nothing of one emotion against another"),
    "p": ("float", "one-sided p of that null: whether the datasets differ at all in this emotion"),
    "p_smallest": ("float", "smallest p that so many speakers and swaps can give"),
    "n_swaps": ("int", "swaps of that null"),
    "trace": ("float", "tr C1 + tr C2 of the Frechet distance"),
    "unit": ("float", "mean trace of the covariances of the layer's groups; Frechet values over it can be compared"),
    "n_first": ("int", "clips (frames) of the first group"),
    "n_second": ("int", "clips (frames) of the second group"),
    "n_speakers": ("int", "speakers compared"),
    "paired": ("bool", "whether the speakers of both groups are the same people"),
}
_OF_PAIR = {
    "first": ("str", "first dataset of the pair"),
    "second": ("str", "second dataset of the pair"),
    "model": ("str", "network, vectors made elsewhere, or acoustic feature set"),
    "layer": ("str", "0 (input of the first block) to L, final, or functionals"),
}
_VARIANT = {
    "grain": _CELL["grain"],
    "pooling": _CELL["pooling"],
    "scale": _CELL["scale"],
    "condition": _CELL["condition"],
    "form": _CELL["form"],
    "clips_per_speaker": _CELL["clips_per_speaker"],
    "measure": _CELL["measure"],
}
_WITH_MEAN_LAYER = {**_OF_PAIR, "layer": ("str", "a layer, or mean: the mean over the analysed layers")}
TABLES["distance_groups"] = {
    "dataset": ("str", "dataset"),
    "emotion": ("str", "emotion"),
    "person": ("str", "pool and speaker"),
    "n_clips": ("int", "clips"),
    "n_normal": ("int", "of these, clips that are not of strong intensity"),
    "shared": ("bool", "whether the other dataset has clips of this emotion by this speaker"),
}
TABLES["distances"] = _CELL
TABLES["distance_resamples"] = {
    **{name: _CELL[name] for name in ("pooling", "scale", "condition", "clips_per_speaker", "measure")},
    "emotion": ("str", "emotion, compared between both datasets in the form equal"),
    "kind": ("str", "jackknife (without one speaker) or half-sample (half of the speakers)"),
    "draw": ("int", "number of the resample; half-samples of equal number are the same people everywhere"),
    "dataset": ("str", "jackknife of unpaired datasets: dataset of the speaker left out, else empty"),
    "person": ("str", "jackknife: the speaker left out, else empty"),
    "value": ("float", "the distance; NaN where too few speakers are left"),
}
TABLES["distance_carriers"] = {
    **{name: _CELL[name] for name in ("pooling", "scale", "condition", "measure")},
    "emotion": ("str", "emotion, compared between both datasets in the form shared"),
    "dataset": ("str", "dataset of the clip"),
    "clip_id": ("str", "the clip"),
    "speaker": ("str", "its speaker"),
    "part": ("float", "what the clip adds to the distance; sums to it"),
    "share": ("float", "that part of the distance; sums to 1 and may be negative"),
}
TABLES["distance_drivers"] = {
    "pooling": ("str", POOLING),
    "emotion": ("str", "emotion"),
    "what": (
        "str",
        "shift (of acoustic features between the datasets) or accounted (share of the embedding's mean distance that "
        "the shift of a set of features accounts for)",
    ),
    "features": ("str", "accounted: all features, only those of the category, or all without them; shift: empty"),
    "category": ("str", "category of the features; empty for all"),
    "feature": ("str", "the feature; empty for a whole category (shift: root mean square over its features)"),
    "value": ("float", "shift in standard deviations of the rank-normal scores, second less first; or share"),
    "low": ("float", "lower end of the 95 % interval over speakers"),
    "high": ("float", "upper end of that interval"),
    "p": ("float", "shift: two-sided p over speakers"),
    "p_adjusted": ("float", "that p over the features of the emotion (Benjamini-Hochberg)"),
    "p_smallest": ("float", "smallest p that so many speakers can give"),
    "squared_distance": ("float", "accounted: squared length of the embedding's mean move, without bias"),
    "squared_distance_left": ("float", "the same of what the acoustic shift does not predict"),
    "within_r2": ("float", "accounted: variance within groups that the slopes explain in left-out speakers"),
    "n_speakers": ("int", "speakers compared"),
    "note": ("str", "what to know of this row"),
}
TABLES["study_distances"] = {**_OF_PAIR, **_CELL}
TABLES["study_distance_drivers"] = {**_OF_PAIR, **TABLES["distance_drivers"]}
TABLES["study_distance_carriers"] = {
    **_OF_PAIR,
    **TABLES["distance_carriers"],
    "place": ("int", "1: the clip that adds most to the distance"),
    "speaker_share": ("float", "share of all clips of its speaker in this dataset"),
}
TABLES["distance_ranking"] = {
    **_WITH_MEAN_LAYER,
    **_VARIANT,
    "emotion": ("str", "emotion"),
    "value": ("float", "its distance between the datasets (mean over layers: of Frechet values over the unit)"),
    "low": ("float", "lower end of the 95 % interval over speakers"),
    "high": ("float", "upper end of that interval"),
    "floor": ("float", "the same measure between halves of one group with as many clips"),
    "rank": ("float", "its rank, 1 the nearest; mean rank where values are equal"),
    "mean_rank": ("float", "mean of its rank over half-samples of speakers"),
    "p_nearest": ("float", "share of half-samples in which it is the nearest"),
    "p_farthest": ("float", "share of half-samples in which it is the farthest"),
    "rank_paper": ("float", "its rank in the paper's figure; NaN where the paper has none"),
    "top_share": ("float", "share of the distance that 5 % of its clips carry (form shared)"),
    "n_half_samples": ("int", "half-samples of speakers"),
    "n_speakers": ("int", "speakers compared"),
    "note": ("str", "what to know of this row"),
}
TABLES["distance_ranks"] = {
    **_WITH_MEAN_LAYER,
    **_VARIANT,
    "emotion": ("str", "emotion"),
    "rank": ("int", "rank, 1 the nearest"),
    "probability": ("float", "share of half-samples of speakers in which the emotion has this rank"),
}
TABLES["distance_contrasts"] = {
    **_WITH_MEAN_LAYER,
    **_VARIANT,
    "emotion": ("str", "one emotion"),
    "against": ("str", "the other"),
    "difference": ("float", "distance of the one less distance of the other"),
    "low": ("float", "lower end of the 95 % interval over speakers (jackknife t)"),
    "high": ("float", "upper end of that interval"),
    "p": ("float", "two-sided p over speakers, for this pair of emotions alone"),
    "p_adjusted": ("float", "that p corrected over all pairs of emotions"),
    "p_smallest": ("float", "smallest p that so many speakers can give; NaN where no exact test is"),
    "n_speakers": ("int", "speakers compared"),
    "method": ("str", "method of interval, p and correction"),
    "note": ("str", "what to know of this row, as that significance cannot be reached"),
}
TABLES["distance_agreement"] = {
    "first": _OF_PAIR["first"],
    "second": _OF_PAIR["second"],
    "what": ("str", "models (Kendall's W), paper (tau-b with the paper's order) or measures (tau-b with kernel)"),
    "of": ("str", "models that are compared with each other, or the model"),
    "layer": ("str", "a layer, or mean: the mean over the analysed layers"),
    **_VARIANT,
    "value": ("float", "W from 0 to 1, or tau-b from -1 to 1"),
    "p": ("float", "p of as much agreement where all orders are equally likely (W, paper: one-sided)"),
    "p_smallest": ("float", "smallest p that so few emotions and models can give"),
    "n_models": ("int", "models"),
    "n_emotions": ("int", "emotions"),
    "note": ("str", "what to know of this row"),
}

# Explanation: what each job (dataset x model x layer x emotion) writes; the study's tables put its names before.
_EXPLAINED = {
    "protocol": ("str", "strict, or paper2 (as published)"),
    "condition": (
        "str",
        "all; normal-intensity (no strong clip); within-melody (against the other emotions sung to the same melody)",
    ),
}
_SIDE = (
    "str",
    "dimensions in use: all; top (the k that matter most); rest (all others); bottom (the k that matter least); random "
    "(k drawn at random, mean over draws); permuted (the k that matter most for labels permuted within speaker)",
)
_FORM = (
    "str",
    "plain, or within-emotion (what a class has in common taken out of features and dimensions, so that dimensions "
    "which code nothing but the label gain nothing)",
)
_FEATURE = {
    "feature": ("str", "acoustic feature"),
    "category": ("str", "its category: Energy, Frequency, Spectral, Temporal, or other"),
}
TABLES["explanation_groups"] = {
    "emotion": ("str", "emotion that is explained"),
    "condition": _EXPLAINED["condition"],
    "speaker": ("str", "speaker"),
    "fold": ("int", "fold in which the speaker is held out"),
    "n_positive": ("int", "clips of the emotion"),
    "n_against": ("int", "clips of what it is told from"),
    "note": ("str", "why the condition cannot be explained with speakers held out; empty where it can"),
}
TABLES["explanation_scores"] = {
    **_EXPLAINED,
    "side": ("str", f"{_SIDE[1]}; top-less-random and top-less-all: differences"),
    "metric": ("str", "UAR, F1 (of the emotion) or WA"),
    "value": ("float", "the score, 0 to 1; of paper2 the mean over its five splits"),
    "low": ("float", "lower end of the 95 % interval over speakers (strict)"),
    "high": ("float", "upper end of that interval"),
    "interval": ("str", "method of the interval"),
    "spread": ("float", "standard deviation over draws (random, permuted), or over the five splits (paper2)"),
    "chance": ("float", "mean under permutation of the labels within speaker (F1: depends on how often it says yes)"),
    "p": ("float", "one-sided p of that permutation; of differences: two-sided, sign flips over speakers"),
    "p_smallest": ("float", "smallest p that this test can give"),
    "k": ("float", "dimensions in use; median over folds"),
    "n_draws": ("int", "draws that were averaged"),
    "n_clips": ("int", "clips tested (of paper2: drawn)"),
    "n_positive": ("int", "of these, clips of the emotion"),
    "n_speakers": ("int", "speakers tested"),
    "note": ("str", "what to know of this row"),
}
TABLES["explanation_curve"] = {
    **_EXPLAINED,
    "side": _SIDE,
    "k": ("int", "dimensions that the ranking gives (rest: that it leaves out)"),
    "metric": ("str", "UAR or F1"),
    "value": ("float", "score of the held-out clips, with C chosen inside; of paper2 the mean over its five splits"),
    "low": ("float", "lower end of the 95 % interval over speakers (strict)"),
    "high": ("float", "upper end of that interval"),
    "spread": ("float", "standard deviation over draws (random), or over the five splits (paper2)"),
    "inner": ("float", "top: score inside the training speakers, mean over folds, on which k is chosen (strict)"),
}
TABLES["explanation_choices"] = {
    **_EXPLAINED,
    "fold": ("int", "outer fold; -1: one choice for all (paper2)"),
    "k": (
        "int",
        "strict: smallest k within one standard error of the best inside the training speakers; paper2: "
        "smallest k with the highest score on test",
    ),
    "k_best": ("int", "k with the highest score"),
    "score": ("float", "score at k on which it was chosen"),
    "C": ("float", "inverse penalty at k"),
    "C_all": ("float", "inverse penalty with all dimensions"),
    "n_train": ("int", "clips of the training part"),
    "n_test": ("int", "clips of the test part"),
}
TABLES["explanation_importance"] = {
    "protocol": _EXPLAINED["protocol"],
    "fold": ("int", "outer fold, whose training clips rank the dimensions; -1: all folds together"),
    "dimension": ("int", "place in the vector, from 0"),
    "feature": ("str", "acoustic feature; empty for a dimension of an embedding"),
    "category": ("str", "its category"),
    "value": (
        "float",
        "mean |SHAP| in log-odds: of a fold over its training clips, of all folds together over held-out clips",
    ),
    "low": ("float", "all folds together: lower end of the 95 % interval over speakers"),
    "high": ("float", "upper end of that interval"),
    "coefficient": ("float", "change of the log-odds with one standard deviation; mean over folds"),
    "rank": ("int", "1: matters most"),
}
TABLES["explanation_shap"] = {
    "clip_id": ("str", "the clip"),
    "speaker": ("str", "its speaker"),
    "positive": ("bool", "whether it has the emotion"),
    "fold": ("int", "fold in which it is held out"),
    "decision": ("float", "log-odds of the emotion by the model that has not heard its speaker (all dimensions)"),
    "expected": (
        "float",
        "mean of these over the training clips; decision less expected is the sum of the SHAP values",
    ),
}
TABLES["explanation_gains"] = {
    **_EXPLAINED,
    "form": _FORM,
    **_FEATURE,
    **{
        f"r2_{side}": ("float", f"held-out R2 of the feature from {words} (pooled: errors about the training mean)")
        for side, words in {
            "all": "all dimensions",
            "top": "the top k",
            "random": "k random dimensions, mean over draws",
            "bottom": "the bottom k",
            "permuted": "the top k of permuted labels, mean over draws",
        }.items()
    },
    **{
        f"rmse_{side}": ("float", f"root mean squared error from {words}, in standard deviations of the training part")
        for side, words in {
            "all": "all dimensions",
            "top": "the top k",
            "random": "k random dimensions, mean over draws",
            "mean": "the training mean",
        }.items()
    },
    "information_increase": ("float", "the published quantity, rmse_all / rmse_top^2"),
    "gain": ("float", "r2_top less r2_random"),
    "low": ("float", "lower end of its 95 % interval over speakers (jackknife t, models as they are)"),
    "high": ("float", "upper end of that interval"),
    "p": (
        "float",
        "share of random sets that predict the feature as well as the top k do with the penalties of the random sets, "
        "(1 + #) / (draws + 1)",
    ),
    "p_adjusted": ("float", "that p corrected over the features (Benjamini-Hochberg)"),
    "claimed": (
        "bool",
        "whether p_adjusted is at most 0.05, the interval over speakers lies above 0, the gain is at least 0.01, and "
        "the top k predict the feature better than its mean does; of the plain form: both forms are so",
    ),
    "k": ("float", "dimensions; median over folds"),
    "alpha_top": ("float", "penalty from the top k; median over folds"),
    "alpha_all": ("float", "penalty from all dimensions; median over folds"),
    "n_draws": ("int", "random sets"),
    "n_clips": ("int", "clips tested"),
    "n_speakers": ("int", "speakers tested"),
    "note": (
        "str",
        "what to know of this row, such as a feature that all dimensions together predict no better than its mean",
    ),
}
_CATEGORY = {
    **_EXPLAINED,
    "form": ("str", f"{_FORM[1]}; empty for shap"),
    "what": (
        "str",
        "gain (top k less random k), r2-all (from all dimensions), information-increase (as published), or shap (mean "
        "|SHAP| of the acoustic features; of paper2 scaled to 0..1 per emotion)",
    ),
    "aggregate": ("str", "mean or median over the features of the category"),
}
TABLES["explanation_categories"] = {
    **_CATEGORY,
    "category": _FEATURE["category"],
    "value": ("float", "the quantity"),
    "low": ("float", "lower end of its 95 % interval over speakers (strict)"),
    "high": ("float", "upper end of that interval"),
    "p": (
        "float",
        "gain: share of random sets that do as well as the top k do with the penalties of the random sets, "
        "(1 + #) / (draws + 1)",
    ),
    "p_adjusted": ("float", "that p corrected over the categories (Holm)"),
    "p_first": ("float", "share of resamples of speakers in which the category comes first"),
    "n_features": ("int", "features of the category"),
}
TABLES["explanation_orders"] = {
    **_CATEGORY,
    "order": ("str", "an order of the categories, highest first"),
    "probability": ("float", "share of resamples of speakers in which they stand in this order"),
    "n_resamples": ("int", "resamples of speakers"),
}
TABLES["explanation_stability"] = {
    "k": ("int", "dimensions of each set"),
    "ranking": ("str", "top (of the labels), permuted (of labels permuted within speaker) or random"),
    "value": ("float", "Nogueira's index: 1 the same sets, 0 as alike as random ones; NaN where it is not defined"),
    "low": ("float", "lower end of its 95 % interval, conditional on these speakers"),
    "high": ("float", "upper end of that interval"),
    "n_sets": ("int", "half-samples of speakers"),
    "n_speakers": ("int", "speakers"),
    "note": ("str", "why there is no index"),
}
_OF_JOB = {
    "dataset": ("str", "dataset"),
    "model": ("str", "network, vectors made elsewhere, or acoustic feature set"),
    "layer": ("str", "0 (input of the first block) to L, final, or functionals"),
    "emotion": ("str", "emotion that is told from the others"),
    "against": ("str", "neutral, or rest (all other emotions of the study)"),
}
for _name in ("scores", "curve", "choices", "importance", "gains", "categories", "orders", "stability"):
    TABLES[f"study_explanation_{_name}"] = {**_OF_JOB, **TABLES[f"explanation_{_name}"]}
TABLES["explanation_papers"] = {
    "corpus": ("str", "corpus of the printed figure: RAVDESS or SAVEE"),
    "emotion": ("str", "emotion, in this study's words"),
    "what": ("str", "F1, shap (median per category) or information-increase (median per category)"),
    "side": ("str", "F1: acoustic (eGeMAPS), all or top (WavLM large); else empty"),
    "category": ("str", "category; empty for F1"),
    "printed_low": ("float", "lowest printed or digitised value over the authors' runs"),
    "printed_high": ("float", "highest of these"),
    "n_printed": ("int", "runs or figures it was read from"),
    "dataset": ("str", "dataset of this study that is set beside; empty where there is none"),
    "model": ("str", "model of this study that is set beside"),
    "layer": ("str", "its layer"),
    "published": ("float", "this study in the form paper2"),
    "spread": ("float", "standard deviation over its five splits"),
    "strict": ("float", "this study, strict (shap and information increase: the same quantity, speakers held out)"),
    "strict_low": ("float", "lower end of its 95 % interval over speakers"),
    "strict_high": ("float", "upper end of that interval"),
    "chance": ("float", "of F1 strict: mean under permutation of the labels within speaker"),
    "why": ("str", "what the difference is due to"),
    "how_known": ("str", "how the printed figures are known"),
}

# Tables that take columns of their own beside the declared ones (one per class, per feature, per user's field).
OPEN = {"manifest", "layer", "acoustics", "predictions", "explanation_shap"}
