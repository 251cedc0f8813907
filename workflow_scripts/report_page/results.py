"""Tables of results: headlines, best-layer sets, comparisons, cross-domain, papers."""

import pandas as pd

from workflow_scripts.report_page.grid import Cell, Grid, cell, grid
from workflow_scripts.report_page.study import ALPHA, Study
from workflow_scripts.report_page.words import p_in_words, per_cent, points, spans


def score(value: float, low: float, high: float, look: str = "") -> Cell:
    """A share with its interval; a dash where there is none."""
    return cell(value, "–" if pd.isna(value) else per_cent(value, low, high), look)


def p_cell(p: float) -> Cell:
    """A p value, quiet where not below 0.05."""
    return cell(p, p_in_words(p).removeprefix("p ").removeprefix("= ") or "–", "" if p <= ALPHA else "quiet")


def headlines(study: Study, dataset: str) -> Grid:
    """Headline scores of every model, protocol and normalisation, all clips, with UAR, WA and macro-F1."""
    best = study.tables["best"]
    rows = best[
        (best["dataset"] == dataset)
        & (best["source"] == dataset)
        & (best["null_run"] == 0)
        & (best["repeat"] == -1)
        & (best["speaker"] == "")
        & (best["group"] == "")
    ]
    keys = ["model", "protocol", "probe", "pooling", "speaker_normalisation", "choice", "layer"]
    whole = rows[(rows["condition"] == "all") & (rows["metric"] == "UAR")]
    others = {
        name: rows[(rows["condition"] == "all") & (rows["metric"] == name)].set_index(keys)
        for name in ("WA", "macro-F1")
    }
    within = {
        name: rows[(rows["condition"] == name) & (rows["metric"] == "UAR")].set_index(keys)
        for name in ("normal-intensity", "within-melody")
    }

    def beside(table: pd.DataFrame, row: object) -> Cell:
        key = tuple(getattr(row, name) for name in keys)
        if key not in table.index:
            return cell(float("nan"))
        found = table.loc[key]
        return score(found["value"], found["low"], found["high"])

    columns = {
        "model": lambda row: cell(row.model),
        "protocol": lambda row: cell(row.protocol),
        "probe": lambda row: cell(row.probe),
        "pooling": lambda row: cell(row.pooling),
        "speaker normalisation": lambda row: cell(row.speaker_normalisation),
        "layer": lambda row: cell(row.layer, "–" if row.choice == "only layer" else row.layer),
        "layer chosen": lambda row: cell(row.choice, "–" if row.choice == "only layer" else row.choice),
        "UAR": lambda row: score(row.value, row.low, row.high, "" if row.p <= ALPHA else "quiet"),
        "p against chance": lambda row: p_cell(row.p),
        "WA": lambda row: beside(others["WA"], row),
        "macro-F1": lambda row: beside(others["macro-F1"], row),
        "UAR, normal intensity": lambda row: beside(within["normal-intensity"], row),
        "UAR, melody known": lambda row: beside(within["within-melody"], row),
        "speakers": lambda row: cell(row.n_speakers),
        "clips": lambda row: cell(row.n_clips),
    }
    for name, heading in (("normal-intensity", "UAR, normal intensity"), ("within-melody", "UAR, melody known")):
        if within[name].empty:
            del columns[heading]
    caption = f"Headline scores on {dataset}; grey: not distinguishable from chance"
    return grid(whole.sort_values("value", ascending=False), caption, columns, ("probe", "pooling", "speakers"))


def best_layers(study: Study, dataset: str) -> Grid:
    """Per network under strict: the best layer of the curve and those not distinguishable from it."""
    layers = study.tables["layers"]
    rows = layers[
        (layers["dataset"] == dataset)
        & (layers["condition"] == "all")
        & (layers["protocol"] == "strict")
        & (layers["layer"] != "functionals")
    ]
    keys = ["model", "probe", "pooling", "speaker_normalisation"]
    lines = []
    for names, curve in rows.groupby(keys, sort=False):
        curve = curve.sort_values("position")
        order, top = list(curve["layer"]), curve.loc[curve["value"].idxmax()]
        same = list(curve.loc[curve["among_best"], "layer"])
        lines.append(
            {
                **dict(zip(keys, names, strict=True)),
                "best": top["layer"],
                "value": top["value"],
                "low": top["band_low"],
                "high": top["band_high"],
                "same": spans(same, order) if same else "–",
                "n_same": len(same),
                "of": len(order),
                "smallest_p": top["smallest_p"],
                "n_speakers": top["n_speakers"],
                "note": top["note"],
            }
        )
    return grid(
        pd.DataFrame(lines, columns=[*keys, "best", "value", "low", "high", "same", "n_same", "of", "smallest_p",
                                     "n_speakers", "note"]),
        f"Best layers on {dataset}, strict (the best is chosen on test here; the headline scores choose inside "
        "training)",
        {
            "model": lambda row: cell(row.model),
            "probe": lambda row: cell(row.probe),
            "pooling": lambda row: cell(row.pooling),
            "speaker normalisation": lambda row: cell(row.speaker_normalisation),
            "best layer": lambda row: cell(row.best),
            "UAR [band over all layers]": lambda row: score(row.value, row.low, row.high),
            "not distinguishable from it": lambda row: cell(row.n_same, f"{row.same} ({row.n_same} of {row.of})"),
            "smallest reachable p": lambda row: p_cell(row.smallest_p),
            "speakers": lambda row: cell(row.n_speakers),
            "remark": lambda row: cell(row.note),
        },
        ("probe", "pooling", "smallest reachable p", "speakers", "remark"),
    )  # fmt: skip


def comparisons(study: Study, dataset: str) -> Grid:
    """Networks against acoustic features and untrained controls."""
    table = study.tables["comparisons"]
    return grid(
        table[table["dataset"] == dataset],
        f"Models compared on {dataset}: differences of UAR over the same speakers, strict, layer chosen inside "
        "training; grey: not significant after Holm over the study; conservative: by t over speakers, "
        "its standard error widened for overlapping folds",
        {
            "model": lambda row: cell(row.model),
            "against": lambda row: cell(row.against),
            "role": lambda row: cell(row.role),
            "difference of UAR": lambda row: cell(
                row.difference, points(row.difference, row.low, row.high), "" if row.p_adjusted <= ALPHA else "quiet"
            ),
            "p": lambda row: p_cell(row.p),
            "p (Holm)": lambda row: p_cell(row.p_adjusted),
            "smallest reachable p": lambda row: p_cell(row.smallest_p),
            "conservative interval": lambda row: cell(
                row.difference, points(row.difference, row.low_conservative, row.high_conservative)
            ),
            "p (conservative)": lambda row: p_cell(row.p_conservative),
            "folds": lambda row: cell(row.n_folds),
            "speakers": lambda row: cell(row.n_speakers),
            "remark": lambda row: cell(row.note),
        },
        ("smallest reachable p", "folds", "speakers", "remark"),
    )


def papers(table: pd.DataFrame) -> Grid:
    """Printed figure, as published, strict."""
    return grid(
        table,
        "Printed figures beside this study",
        {
            "paper": lambda row: cell({"paper1": "paper 1", "emobox": "EmoBox"}[row.paper]),
            "printed for": lambda row: cell(f"{row.model}, {row.domain}"),
            "what": lambda row: cell(row.what),
            "metric": lambda row: cell(row.metric),
            "printed": lambda row: cell(row.printed, f"{100 * row.printed:.1f} %"),
            "this study": lambda row: cell(f"{row.study_model} on {row.dataset}" if row.study_model else "–"),
            "as published": lambda row: score(row.published, row.published_low, row.published_high),
            "strict": lambda row: score(row.strict, row.strict_low, row.strict_high),
            "what the difference is due to": lambda row: cell(row.why),
            "how the printed figure is known": lambda row: cell(row.how_known),
        },
    )
