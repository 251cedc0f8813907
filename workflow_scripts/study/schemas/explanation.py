"""Tables of explanations: what each job writes, and the same with its names before, as the study gathers them."""

from workflow_scripts.study.schemas.columns import Table

TABLES: dict[str, Table] = {}

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
