"""How well the emotion can be told from what should not matter: melody, intensity, duration, level, silence, sentence.

One rule for every nuisance variable: Bayes' rule with equal priors over its categories, learnt from other
speakers. Numbers become categories by ten bins of equal counts of the training clips.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from workflow_scripts.statistics.intervals import over_speakers, pseudo_values
from workflow_scripts.statistics.metrics import confusion_by
from workflow_scripts.statistics.metrics import uar as unweighted_recall
from workflow_scripts.study.schemas import TABLES

COLUMNS = [*TABLES["confounds"]]
BINS = 10
Codes = npt.NDArray[np.int64]
Variable = Callable[[pd.DataFrame], "pd.Series[float] | pd.Series[str]"]

NUISANCES: dict[str, Variable] = {
    "melody": lambda clips: clips["melody"],
    "intensity": lambda clips: clips["intensity"],
    "sentence": lambda clips: clips["statement"],
    "duration": lambda clips: clips["prepared_seconds"],
    "level": lambda clips: clips["prepared_level_db"],
    "silence": lambda clips: 1.0 - clips["prepared_active_fraction"],
    "duration within speaker": lambda clips: _within_speaker(clips, "prepared_seconds"),
    "level within speaker": lambda clips: _within_speaker(clips, "prepared_level_db"),
    "silence within speaker": lambda clips: -_within_speaker(clips, "prepared_active_fraction"),
}


def _within_speaker(clips: pd.DataFrame, column: str) -> "pd.Series[float]":
    """Departure from the speaker's own mean: what is left to hear after normalisation per speaker."""
    return clips[column] - clips.groupby("speaker")[column].transform("mean")


def confounds(dataset: str, manifest: pd.DataFrame) -> pd.DataFrame:
    """One row per nuisance variable; the columns of COLUMNS.

    Every speaker is held out once. The UAR is over all clips, its interval over speakers. No random draw is involved.
    """
    emotions = sorted(manifest["emotion"].unique())
    true = np.searchsorted(emotions, manifest["emotion"].to_numpy())
    speakers = pd.factorize(manifest["speaker"])[0]
    n_speakers = int(speakers.max()) + 1
    rows = []
    for name, variable in NUISANCES.items():
        values = variable(manifest)
        note = _why_not(values, speakers)
        uar = low = high = float("nan")
        if not note:
            predicted = predict_held_out(values.to_numpy(), true, speakers, len(emotions))
            tables = confusion_by(speakers, true, predicted, n_speakers, len(emotions))
            uar = float(unweighted_recall(tables.sum(axis=0)))
            by_speaker = pseudo_values(tables, unweighted_recall)
            note = _what_to_know(name, values, manifest["emotion"])
            if np.ptp(by_speaker) < 1e-9:
                note = "; ".join(part for part in (note, "the same for every speaker, so without interval") if part)
            else:
                low, high, _ = over_speakers(uar, by_speaker)
        rows.append((dataset, name, uar, 1 / len(emotions), low, high, n_speakers, len(manifest), note))
    return pd.DataFrame(rows, columns=COLUMNS)


def _why_not(values: pd.Series, speakers: Codes) -> str:
    if speakers.max() < 1:
        return "one speaker only"
    if not is_numeric_dtype(values) and (values == "").all():
        return "not known in this dataset"
    same = np.ptp(values) < 1e-9 if is_numeric_dtype(values) else values.nunique() < 2
    return "the same for every clip" if same else ""


def _what_to_know(name: str, values: pd.Series, emotions: pd.Series) -> str:
    if name == "sentence" and emotions.groupby(values).nunique().max() == 1:
        return "every sentence name belongs to one emotion"
    return ""


def predict_held_out(values: npt.NDArray[np.generic], true: Codes, speakers: Codes, n_classes: int) -> Codes:
    """Predicted class (n,) of each clip from `values` (n,) alone, learnt from the clips of all other speakers."""
    predicted = np.empty(len(true), dtype=np.int64)
    for speaker in np.unique(speakers):
        test = speakers == speaker
        train_codes, test_codes = _categories(values[~test], values[test])
        predicted[test] = bayes(train_codes, true[~test], test_codes, n_classes)
    return predicted


def _categories(train: npt.NDArray[np.generic], test: npt.NDArray[np.generic]) -> tuple[Codes, Codes]:
    """Codes of categories; numbers by bins of equal counts of the training values."""
    if not np.issubdtype(train.dtype, np.number):
        codes, words = pd.factorize(train)
        return codes, pd.Index(words).get_indexer(test)
    edges = np.unique(np.quantile(train.astype(np.float64), np.arange(1, BINS) / BINS))
    return np.searchsorted(edges, train, side="right"), np.searchsorted(edges, test, side="right")


def bayes(codes: Codes, classes: Codes, asked: Codes, n_classes: int) -> Codes:
    """The class under which each asked category is most frequent, priors equal, counts smoothed by one in all.

    Categories that training never saw (code -1) and ties go to the first class.
    """
    n_codes = int(codes.max()) + 1
    counts = np.zeros((n_classes, n_codes + 1))
    np.add.at(counts, (classes, codes), 1.0)
    counts[:, :n_codes] += 1.0 / n_codes
    share = counts / counts.sum(axis=1, keepdims=True)
    best: Codes = share.argmax(axis=0)
    return best[asked]
