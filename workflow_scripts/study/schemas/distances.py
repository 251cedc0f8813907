"""Tables of distances: what a job writes, and what the study gathers."""

from workflow_scripts.study.schemas.columns import POOLING, Table

TABLES: dict[str, Table] = {}

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
