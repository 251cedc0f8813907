"""The declared tables: column -> (type, meaning). docs/tables.md is generated from here."""

SCHEMA_VERSION = 1

Column = tuple[str, str]

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
        "speaker": ("str", "speaker within the corpus"),
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
        "clip_id": ("str", "the clip"),
        "repeat": ("int", "which draw (paper1), else 0"),
        "fold": ("int", "fold in which the clip is tested; it trains in all others; -1: it is never tested"),
    },
    "layer": {
        "clip_id": ("str", "the clip"),
        "audio_hash": ("str", "hash of the recording that was embedded"),
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
        "pooling": ("str", "how frames became a vector; functionals for acoustic feature sets"),
        "speaker_normalisation": ("str", "none, training-only or per-speaker"),
        "null_run": ("int", "0: the real labels; above: a run with labels shuffled within speaker"),
        "true": ("str", "the emotion (the shuffled one in a null run)"),
        "predicted": ("str", "the emotion with the highest probability"),
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
}

# Tables that take columns of their own beside the declared ones (one per class, per feature, per user's field).
OPEN = {"manifest", "layer", "acoustics", "predictions"}
