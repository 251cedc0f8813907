"""Printed figures of paper 2 beside those of a made-up study."""

import numpy as np
import pandas as pd
from made_up_explanation import ACOUSTIC, CATEGORIES, NETWORK, Models, Row, Tables, declared

# F1 of the three printed runs (paper2.md, A7): lowest and highest of acoustic, all, top
PRINTED = {
    "angry": [(92.0, 93.7), (97.5, 98.1), (100.0, 100.0)],
    "fearful": [(90.3, 91.8), (96.6, 99.3), (99.0, 100.0)],
    "happy": [(83.8, 86.4), (91.8, 96.2), (99.2, 99.5)],
    "sad": [(75.6, 77.2), (82.7, 87.2), (96.5, 97.4)],
    "disgust": [(86.3, 89.9), (98.7, 100.0), (100.0, 100.0)],
}
WHY = "the printed top dimensions and their number were chosen on test clips"
# digitised medians of the published figure, order of CATEGORIES: SHAP scaled to 0..1, information increase
DIGITISED = {
    "RAVDESS": {
        "angry": [(0.63, 0.33, 0.28, 0.16), (1.18, 1.14, 1.08, 1.09)],
        "fearful": [(0.41, 0.32, 0.12, 0.13), (1.14, 0.74, 1.00, np.nan)],
        "happy": [(0.28, 0.37, 0.19, 0.12), (1.07, 0.53, 0.60, 0.49)],
        "sad": [(0.09, 0.20, 0.11, 0.23), (2.00, 0.73, 0.94, 0.90)],
        "disgust": [(0.11, 0.09, 0.08, 0.17), (1.69, 1.22, 1.07, 1.27)],
    },
    "SAVEE": {
        "angry": [(0.57, 0.22, 0.29, 0.19), (1.04, 0.69, 0.87, 0.76)],
        "fearful": [(0.20, 0.18, 0.15, 0.18), (1.43, 0.93, 0.95, 0.70)],
        "happy": [(0.42, 0.28, 0.32, 0.12), (1.34, 1.21, 0.96, 1.14)],
        "sad": [(0.04, 0.23, 0.14, 0.24), (1.99, 1.07, 1.25, 1.13)],
        "disgust": [(0.10, 0.17, 0.08, 0.09), (1.60, 0.92, 1.05, 1.05)],
    },
}


def papers(whole: Tables, models: Models) -> pd.DataFrame:
    """Printed figures of paper 2 beside the dataset `speech` of the study; SAVEE has no counterpart."""
    rows = []
    for emotion, printed in PRINTED.items():
        for side, (low, high) in zip(("acoustic", "all", "top"), printed, strict=True):
            about = {"corpus": "RAVDESS", "emotion": emotion, "what": "F1", "side": side, "n_printed": 3}
            about |= {"printed_low": low / 100, "printed_high": high / 100, "how_known": "printed, three runs"}
            rows.append({**about, **_own_score(whole["scores"], models, emotion, side)})
    for corpus, medians in DIGITISED.items():
        for emotion, both in medians.items():
            for what, values in zip(("shap", "information-increase"), both, strict=True):
                for category, value in zip(CATEGORIES, values, strict=True):
                    about = {"corpus": corpus, "emotion": emotion, "what": what, "category": category, "n_printed": 1}
                    about |= {"printed_low": value, "printed_high": value, "how_known": "digitised from the figure"}
                    own = _own_category(whole["categories"], models, emotion, what, category)
                    rows.append({**about, **(own if corpus == "RAVDESS" else {})})
    return declared(rows, "explanation_papers")


def _beside(table: pd.DataFrame, models: Models, emotion: str, acoustic: bool) -> tuple[pd.DataFrame, Row]:
    """Rows of the study that a printed figure stands beside, and their names; none where the study has none."""
    model = ACOUSTIC if acoustic else NETWORK
    if model not in models:
        return table.iloc[:0], {}
    layer = models[model]["layers"][-1]
    rows = table[(table["dataset"] == "speech") & (table["model"] == model) & (table["layer"] == layer)]
    rows = rows[(rows["emotion"] == emotion) & (rows["condition"] == "all")]
    return rows, {"dataset": "speech", "model": model, "layer": layer, "why": WHY} if len(rows) else {}


def _own_score(scores: pd.DataFrame, models: Models, emotion: str, side: str) -> Row:
    rows, names = _beside(scores, models, emotion, side == "acoustic")
    rows = rows[(rows["metric"] == "F1") & (rows["side"] == ("all" if side == "acoustic" else side))]
    return {**names, **_both(rows, "chance")} if names else {}


def _own_category(categories: pd.DataFrame, models: Models, emotion: str, what: str, category: str) -> Row:
    rows, names = _beside(categories, models, emotion, what == "shap")
    rows = rows[(rows["what"] == what) & (rows["category"] == category) & (rows["aggregate"] == "median")]
    return {**names, **_both(rows)} if names else {}


def _both(rows: pd.DataFrame, *more: str) -> Row:
    found: Row = {}
    for row in rows[rows["protocol"] == "paper2"].to_dict("records"):
        found |= {"published": row["value"], "spread": row.get("spread", np.nan)}
    for row in rows[rows["protocol"] == "strict"].to_dict("records"):
        scale = 2.5 if row.get("what") == "shap" else 1.0  # printed ones are scaled to 0..1
        ends = {"strict": "value", "strict_low": "low", "strict_high": "high"}
        found |= {name: scale * row[column] for name, column in ends.items()}
        found |= {name: row[name] for name in more}
    return found
