"""Tables of transfer: what a training writes, and what the study gathers."""

from workflow_scripts.study.schemas.columns import Table
from workflow_scripts.study.schemas.probing import TABLES as PROBING

TABLES: dict[str, Table] = {}

_SCORE = PROBING["scores"]
_CELL = {
    "source": ("str", "dataset of the first stage (joint: trained together with the target); empty for direct"),
    "target": ("str", "dataset that is tested"),
    "model": ("str", "network"),
    "tuner": ("str", "named variant of the config: what is trained"),
    "condition": ("str", "direct, two-stage, source-only, joint, shuffled-source or equal-updates"),
    "protocol": ("str", "strict, paper1 or twins (as paper1, twins kept on one side of the split)"),
}
_EMOTIONS = {"emotions": ("str", "the emotions told apart, those that source and target have in common")}

TABLES["transfer_predictions"] = {
    "clip_id": ("str", "the clip"),
    "speaker": ("str", "its speaker"),
    "protocol": _CELL["protocol"],
    "repeat": ("int", "seed less 1; under paper1 and twins also the draw of test clips"),
    "fold": ("int", "fold in which the clip was tested"),
    **{name: _CELL[name] for name in ("source", "target", "model", "tuner", "condition")},
    "true": ("str", "the emotion"),
    "predicted": ("str", "the emotion with the highest probability"),
    "speaker_in_training": ("bool", "whether the clip's speaker was heard in training, in either stage"),
}
TABLES["transfer_curves"] = {
    **_CELL,
    "seed": ("int", "seed of the training, from 1"),
    "fold": ("int", "fold that was held out"),
    "stage": ("str", "source or target"),
    "epoch": ("int", "epoch of the stage, from 1"),
    "updates": ("int", "updates of the weights since the stage began"),
    "training_loss": ("float", "mean cross-entropy over the epoch"),
    "validation_loss": ("float", "mean cross-entropy of the validation speakers; NaN where there are none"),
    "validation_uar": ("float", "UAR of the validation speakers, from 0 to 1; NaN where there are none"),
    "seconds": ("float", "time of the epoch, s"),
    "head": ("int", "head that is chosen by validation so far (frozen: one head per state; else 0)"),
    "best": ("bool", "whether this is the epoch that was kept"),
}
TABLES["study_transfer_curves"] = {
    "training": (
        "str",
        "of training on one dataset alone (a first stage, or direct): plain; whole (no speaker held out, since the "
        "target has others); shuffled or shuffled-whole (labels shuffled within speaker); else empty",
    ),
    **_EMOTIONS,
    **TABLES["transfer_curves"],
}
TABLES["transfer_scores"] = {
    **_CELL,
    **_EMOTIONS,
    "repeat": ("int", "-1: mean over seeds; else one seed less 1"),
    "clips": ("str", "all, normal-intensity or within-melody"),
    **{
        name: _SCORE[name]
        for name in ("group", "metric", "emotion", "speaker", "value", "low", "high", "interval", "check_low")
    },
    "check_high": ("float", "upper end of that bootstrap interval"),
    "pseudo_value": _SCORE["pseudo_value"],
    "spread": ("float", "standard deviation over seeds"),
    "n_seeds": ("int", "seeds that were averaged (paper1, twins: each is a draw of test clips)"),
    "n_clips": ("int", "clips tested (of one seed)"),
    **{
        name: _SCORE[name]
        for name in ("n_speakers", "blind", "chance", "p", "p_smallest", "p_speakers", "p_speakers_smallest", "note")
    },
}
TABLES["transfer_comparisons"] = {
    "question": ("str", "what differs: conditions, tuners, class-weights or protocols"),
    "one": ("str", "the one, by the word that differs, such as two-stage"),
    "other": ("str", "the other, such as direct"),
    **{name: (kind, f"{meaning}; of the one") for name, (kind, meaning) in _CELL.items()},
    **_EMOTIONS,
    "metric": ("str", "strict: UAR; paper1, twins and between protocols: WA; recall of one emotion"),
    "emotion": ("str", "emotion of a recall"),
    "value_one": ("float", "score of the one, of the clips that both tested"),
    "value_other": ("float", "score of the other on these"),
    "difference": ("float", "the one less the other"),
    "low": ("float", "lower end of its 95 % interval"),
    "high": ("float", "upper end of that interval"),
    "p": (
        "float",
        "two-sided: strict and between protocols: sign flips over speakers; paper1 and twins: exact McNemar per draw, "
        "twice the median over draws (one draw: its own), which holds however the draws depend on each other",
    ),
    "p_adjusted": ("float", "p corrected over its family (Holm)"),
    "family": ("str", "the comparisons that p was corrected over"),
    "smallest_p": ("float", "smallest p that so many speakers (McNemar: clips that differ) can give"),
    "smallest_p_adjusted": ("float", "what the correction would leave of it, all other comparisons as they are"),
    "low_conservative": ("float", "strict: the same interval, widened since the training parts of folds overlap"),
    "high_conservative": ("float", "upper end of the widened interval (Nadeau & Bengio 2003)"),
    "p_conservative": ("float", "two-sided p of t with the widened standard error, not corrected"),
    "only_one": ("float", "McNemar: clips that only the one has right, mean over draws"),
    "only_other": ("float", "McNemar: clips that only the other has right, mean over draws"),
    "n_folds": ("int", "strict folds, which say how much is widened"),
    "n_seeds": ("int", "seeds that both have; averaged within speaker (McNemar: draws)"),
    "n_speakers": ("int", "speakers tested with both"),
    "n_clips": ("int", "clips tested with both, of one seed"),
    "verdict": ("str", "which is better after the correction, in words; not told apart; or cannot be told"),
    "method": ("str", "method of interval and p"),
    "note": ("str", "what to know of this row"),
}
TABLES["transfer_claims"] = {
    "claim": ("int", "number of the claim, as in the documentation of transfer"),
    "sentence": ("str", "the claim"),
    "quantity": ("str", "what the figures of this row are"),
    "source": ("str", "dataset of the first stage; empty for direct and where a row speaks of both directions"),
    "target": ("str", "dataset that is tested"),
    "model": ("str", "network; all networks where the row pools them"),
    "tuner": ("str", "variant of the config"),
    "condition": ("str", "condition of the row, or empty where conditions are compared"),
    "paper": ("str", "the printed figure, or what the paper says in words; empty where it says nothing of this"),
    "as_published": ("float", "the quantity under paper1; of claim 9 the WA itself, and so strict"),
    "as_published_low": ("float", "lower end of its 95 % interval over clips"),
    "as_published_high": ("float", "upper end of that interval"),
    "as_published_p": ("float", "its two-sided p"),
    "as_published_verdict": ("str", "what follows under paper1, in words"),
    "strict": ("float", "the quantity, speakers held out"),
    "value": ("float", "what is judged: the strict figure; of claim 9 WA under one protocol less that under another"),
    "low": ("float", "lower end of its 95 % interval over speakers"),
    "high": ("float", "upper end of that interval"),
    "p": ("float", "its two-sided p"),
    "p_adjusted": ("float", "that p corrected over its family (Holm)"),
    "family": ("str", "the rows that p was corrected over"),
    "smallest_p": ("float", "smallest p that so many speakers or emotions can give"),
    "n_speakers": ("int", "speakers compared"),
    "n_emotions": ("int", "emotions compared, where they are the units"),
    "verdict": ("str", "what follows, in words"),
    "why_not": ("str", "why it cannot be judged; empty where it can"),
    "note": ("str", "what to know of this row"),
}
