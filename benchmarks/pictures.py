"""Figures of docs/protocols.md with the numbers behind them, from a finished default study and from made-up vectors.

What is known beforehand is shown first: vectors in which emotion is shared by all speakers, by each speaker's clips or
by twins only (made_up_worlds.py), and pure noise (published_inflation.py). Then what the default study says: a synthetic
voice whose settings are planted, heard by networks with random weights. Writes docs/pictures/*.svg and
docs/pictures/numbers.csv, whose rows say the table that each number comes from.

    python benchmarks/pictures.py                     # results/ of the default study, two minutes of CPU
    python benchmarks/pictures.py --results ELSEWHERE
"""

import argparse
from pathlib import Path

import pandas as pd
from made_up_worlds import WORLDS, scores_of_worlds
from matplotlib.figure import Figure
from published_inflation import of_seed

from workflow_scripts.figures import style
from workflow_scripts.statistics.intervals import wilson

FOLDER = Path("docs/pictures")
STRICT, PAPER, TWINS = (
    style.PROTOCOLS["strict"].colour,
    style.PROTOCOLS["paper1"].colour,
    style.PROTOCOLS["emobox"].colour,
)
LOOKS = {"strict": (STRICT, "o"), "twins": (TWINS, "s"), "paper1": (PAPER, "D"), "paper2": (PAPER, "D")}
SEEDS, WIDTH = 6, 200
CHANCE = 1 / 6


def worlds() -> pd.DataFrame:
    """UAR of each protocol in worlds where what a new speaker would get is known."""
    table = scores_of_worlds()
    return table.assign(picture="worlds", source="python benchmarks/pictures.py")


def protocols(results: Path) -> pd.DataFrame:
    """UAR of every model and dataset, speakers held out and as published."""
    best = pd.read_parquet(results / "probing/best.parquet")
    rows = best[
        best["headline"] & (best["metric"] == "UAR") & (best["condition"] == "all") & (best["group"] == "")
        & (best["speaker"] == "") & (best["repeat"] == -1)
    ]  # fmt: skip
    named = rows.assign(row=rows["dataset"] + ", " + rows["model"], what=rows["protocol"])
    return named[["row", "what", "value", "low", "high"]].assign(
        picture="protocols", source="results/probing/best.parquet"
    )


def choices(results: Path) -> pd.DataFrame:
    """F1 of the top dimensions less that of all of them: on noise (known: no gain), and in the default study."""
    made = pd.concat([of_seed(seed, WIDTH)[0] for seed in range(SEEDS)])
    f1 = made[made["metric"] == "F1"].pivot_table(index=["protocol", "seed"], columns="side", values="value")
    rows = []
    for protocol, gains in (f1["top"] - f1["all"]).groupby("protocol"):
        rows.append(
            ("noise", protocol, gains.mean(), gains.min(), gains.max(), "python benchmarks/published_inflation.py")
        )
    told = pd.read_parquet(results / "explanation/scores.parquet")
    told = told[(told["condition"] == "all") & (told["metric"] == "F1")].set_index(
        ["dataset", "model", "layer", "protocol", "side"]
    )["value"]
    for dataset, model, layer in sorted({key[:3] for key in told.index if key[3] == "paper2"}):
        for protocol in ("paper2", "strict"):
            gain = told[dataset, model, layer, protocol, "top"] - told[dataset, model, layer, protocol, "all"]
            row = f"{dataset}, {model}, layer {layer}"
            rows.append((row, protocol, gain, None, None, "results/explanation/scores.parquet"))
    table = pd.DataFrame(rows, columns=["row", "what", "value", "low", "high", "source"])
    return table[~table["row"].str.contains("functionals")].assign(picture="choices")


def confounds(results: Path) -> pd.DataFrame:
    """How well the emotion is guessed without listening."""
    audit = pd.read_parquet(results / "corpora/audit.parquet")
    rows = audit[(audit["topic"] == "confound") & audit["value"].notna()]
    named = rows.assign(row=rows["what"], what=rows["source"])[["row", "what", "value", "low", "high"]]
    return named.assign(picture="confounds", source="results/corpora/audit.parquet")


def speakers(results: Path) -> pd.DataFrame:
    """One score: its six speakers, its interval over speakers, and the one that takes clips as independent."""
    best = pd.read_parquet(results / "probing/best.parquet")
    one = best[
        best["headline"] & (best["metric"] == "UAR") & (best["condition"] == "all") & (best["group"] == "")
        & (best["dataset"] == "speech") & (best["model"] == "eGeMAPSv02") & (best["protocol"] == "strict")
    ]  # fmt: skip
    whole = one[one["speaker"] == ""].iloc[0]
    low, high = wilson(float(whole["value"]), float(whole["n_clips"]))
    rows = [("over speakers", whole["value"], whole["low"], whole["high"]), ("over clips", whole["value"], low, high)]
    rows += [(f"speaker {row.speaker}", row.value, None, None) for row in one[one["speaker"] != ""].itertuples()]
    table = pd.DataFrame(rows, columns=["row", "value", "low", "high"])
    return table.assign(what="strict", picture="speakers", source="results/probing/best.parquet")


def numbers(results: Path) -> pd.DataFrame:
    """Place of each emotion by distance of speech from song: all clips, and as many of each emotion."""
    ranking = pd.read_parquet(results / "distances/ranking.parquet")
    rows = ranking[
        (ranking["first"] == "speech") & (ranking["layer"] == "mean") & (ranking["condition"] == "all")
        & (ranking["pooling"] == "mean") & (ranking["measure"] == "frechet") & (ranking["grain"] == "clip")
        & ranking["form"].isin(["published", "equal"])
    ]  # fmt: skip
    named = rows.assign(row=rows["model"] + ", " + rows["emotion"], what=rows["form"], value=rows["rank"])
    return named[["row", "what", "value"]].assign(picture="numbers", source="results/distances/ranking.parquet")


def dots(table: pd.DataFrame, title: str, axis_title: str, foot: str, synthetic: bool, zero: float) -> Figure:
    """Rows of dots with intervals, one colour for each protocol; a line where nothing is known or gained."""
    rows, whats = list(dict.fromkeys(table["row"])), [name for name in LOOKS if name in set(table["what"])]
    with style.styled():
        figure, axes = style.canvas(1, 1, 5.2, 0.75 + 0.26 * len(rows) + 0.12 * len(foot) / 60)
        axis = axes[0, 0]
        axis.axvline(zero, color=style.QUIET, linewidth=0.8, linestyle=":")
        for offset, what in enumerate(whats):
            own = table[table["what"] == what].set_index("row")
            colour, marker = LOOKS[what]
            for row in own.itertuples():
                height = rows.index(row.Index) + 0.22 * (offset - (len(whats) - 1) / 2)
                if pd.notna(row.low):
                    axis.plot([row.low, row.high], [height, height], color=colour, linewidth=0.9)
                label = what if row.Index == own.index[0] else None
                axis.plot(row.value, height, marker, color=colour, markersize=4, label=label)
        axis.set_yticks(range(len(rows)), rows)
        axis.set_ylim(len(rows) - 0.4, -0.6)
        axis.set_xlabel(axis_title)
        style.per_cent(axis, "x")
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        style.finish(figure, title, foot, synthetic)
    return figure


def guessed(table: pd.DataFrame) -> Figure:
    """What tells the emotion without listening, speech beside song."""
    rows = list(dict.fromkeys(table["row"]))
    with style.styled():
        figure, axes = style.canvas(1, 1, 5.2, 2.9)
        axis = axes[0, 0]
        axis.axvline(CHANCE, color=style.QUIET, linewidth=0.8, linestyle=":")
        for dataset, offset, face in (("speech", -0.13, STRICT), ("song", 0.13, "white")):
            for row in table[table["what"] == dataset].itertuples():
                height = rows.index(row.row) + offset
                if pd.notna(row.low):
                    axis.plot(
                        [row.low, row.high], [height, height], linestyle=style.DOMAIN_LINES[dataset], color=STRICT
                    )
                axis.plot(row.value, height, "o", color=STRICT, markerfacecolor=face, markersize=4.5,
                          label=dataset if row.row == "duration" else None)  # fmt: skip
        axis.set_yticks(range(len(rows)), rows)
        axis.set_ylim(len(rows) - 0.4, -0.6)
        axis.set_xlabel("UAR (%); dotted: chance")
        axis.legend(loc="lower right")
        style.per_cent(axis, "x")
        style.finish(
            figure,
            "The emotion guessed without listening",
            "6 speakers, 264 clips each; t intervals over speakers",
            True,
        )
    return figure


def two_intervals(table: pd.DataFrame) -> Figure:
    """Six speakers as dots, and both intervals of their common score."""
    rows = table.set_index("row")
    people = rows[rows.index.str.startswith("speaker")]
    with style.styled():
        figure, axes = style.canvas(1, 1, 5.2, 1.8)
        axis = axes[0, 0]
        axis.plot(people["value"], [0] * len(people), "o", color=style.QUIET, markersize=4, clip_on=False)
        for height, (name, colour) in enumerate((("over speakers", STRICT), ("over clips", PAPER)), start=1):
            one = rows.loc[name]
            axis.plot([one["low"], one["high"]], [height, height], color=colour)
            axis.plot(one["value"], height, "o", color=colour, markersize=4)
        axis.set_yticks([0, 1, 2], ["each speaker", "interval over speakers", "interval over clips"])
        axis.set_ylim(2.6, -0.6)
        axis.set_xlabel("UAR of eGeMAPS on speech, strict (%)")
        style.per_cent(axis, "x")
        style.finish(figure, "One score, two intervals", "6 speakers, 264 clips; 95 %", True)
    return figure


def places(table: pd.DataFrame) -> Figure:
    """Place of each emotion in both forms, a panel for each network."""
    table = table.assign(model=table["row"].str.split(", ").str[0], emotion=table["row"].str.split(", ").str[1])
    models = list(dict.fromkeys(table["model"]))
    with style.styled():
        figure, axes = style.canvas(1, len(models), 5.2, 2.2)
        for axis, model in zip(axes[0], models, strict=True):
            for emotion, own in table[table["model"] == model].groupby("emotion"):
                values, look = own.set_index("what")["value"], style.look_of(str(emotion))
                width = 2.2 if emotion == "neutral" else 0.8
                axis.plot(
                    [0, 1],
                    [values["published"], values["equal"]],
                    marker=look.marker,
                    color=look.colour,
                    linewidth=width,
                )
                axis.annotate(str(emotion), (1, values["equal"]), xytext=(5, 0), textcoords="offset points", va="center",
                              fontsize=6.5, fontweight="bold" if emotion == "neutral" else "normal")  # fmt: skip
            axis.set_xticks([0, 1], ["all clips\n(published)", "as many of\neach emotion"])
            axis.set_xlim(-0.15, 1.7)
            axis.set_ylim(6.4, 0.6)
            style.panel_title(axis, model)
        axes[0, 0].set_ylabel("place (1: nearest)")
        style.finish(figure, "Half as many clips make neutral far",
                     "Frechet distance of speech from song, mean over layers; 24 neutral clips, 48 of each other", True)  # fmt: skip
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"))
    results = parser.parse_args().results
    tables = [worlds(), protocols(results), choices(results), confounds(results), speakers(results), numbers(results)]
    made = {table["picture"].iloc[0]: table for table in tables}
    figures = {
        "worlds": dots(made["worlds"], "What each protocol reports where the truth is known",
                       f"UAR (%), dotted: chance; {WORLDS}", "Made-up vectors; lines: least and most of 3 seeds", False, CHANCE),
        "protocols": dots(made["protocols"], "The same probes, strict and as published", "UAR (%), dotted: chance",
                          "strict: 264 clips, t over 6 speakers; paper1: mean of 3 draws of 53 clips, Wilson over clips", True, CHANCE),
        "choices": dots(made["choices"], "Top dimensions less all of them: chosen on test speakers, and not",
                        "difference in F1 (points)", "noise: mean, least and most of 6 seeds; others: angry against neutral, one value each", True, 0.0),
        "confounds": guessed(made["confounds"]),
        "speakers": two_intervals(made["speakers"]),
        "numbers": places(made["numbers"]),
    }  # fmt: skip
    for name, figure in figures.items():
        (FOLDER / f"{name}.svg").write_bytes(style.as_svg(figure))
    columns = ["picture", "row", "what", "value", "low", "high", "source"]
    pd.concat(tables)[columns].round(5).to_csv(FOLDER / "numbers.csv", index=False)
    print(f"{len(figures)} figures and numbers.csv in {FOLDER}")


if __name__ == "__main__":
    main()
