"""Figures of docs/protocols.md with the numbers behind them, from a finished default study and from made-up vectors.

What is known beforehand comes first: vectors in which emotion is shared by all speakers, by each speaker's clips or by
twins only (made_up_worlds.py), and pure noise (published_inflation.py). Then what the default study says: a synthetic
voice whose settings are planted, heard by networks with random weights. Writes docs/pictures/*.svg and
docs/pictures/numbers.csv, whose rows say the table that each number comes from.

    python benchmarks/pictures.py                     # results/ of the default study; a minute of CPU
    python benchmarks/pictures.py --results ELSEWHERE
"""

import argparse
from pathlib import Path

import pandas as pd
import pictures_drawn as drawn
from made_up_worlds import scores_of_worlds
from published_inflation import of_seed

from workflow_scripts.figures import style
from workflow_scripts.statistics.intervals import wilson

FOLDER = Path("docs/pictures")
COLUMNS = ["picture", "row", "what", "value", "low", "high", "source"]
SEEDS, WIDTH = 6, 200


def worlds() -> pd.DataFrame:
    """UAR of each protocol in worlds where what a new speaker would get is known."""
    return scores_of_worlds().assign(picture="worlds", source="python benchmarks/made_up_worlds.py")


def headline(results: Path) -> pd.DataFrame:
    """UAR of all clips by the headline probe: of the whole, and of each speaker."""
    best = pd.read_parquet(results / "probing/best.parquet")
    return best.query("headline and metric == 'UAR' and condition == 'all' and group == '' and repeat == -1")


def protocols(results: Path) -> pd.DataFrame:
    """UAR of every model and dataset, speakers held out and as published."""
    rows = headline(results).query("speaker == ''")
    named = rows.assign(row=rows["dataset"] + ", " + rows["model"], what=rows["protocol"])
    return named.assign(picture="protocols", source="results/probing/best.parquet")


def noise() -> pd.DataFrame:
    """What F1 gains by the top dimensions where no dimension knows anything."""
    made = pd.concat([of_seed(seed, WIDTH)[0] for seed in range(SEEDS)])
    f1 = made[made["metric"] == "F1"].pivot_table(index=["protocol", "seed"], columns="side", values="value")
    gains = (f1["top"] - f1["all"]).groupby("protocol").agg(["mean", "min", "max"]).reset_index()
    gains.columns = ["what", "value", "low", "high"]
    return gains.assign(row="noise", source="python benchmarks/published_inflation.py")


def choices(results: Path) -> pd.DataFrame:
    """F1 of the top dimensions less that of all of them: on noise, and in the default study where both forms are."""
    told = pd.read_parquet(results / "explanation/scores.parquet").query("condition == 'all' and metric == 'F1'")
    table = told.pivot_table(index=["dataset", "model", "layer", "protocol"], columns="side", values="value")
    gains = (table["top"] - table["all"]).rename("value").reset_index()
    both = gains.groupby(["dataset", "model", "layer"])["protocol"].transform("nunique") == 2
    gains = gains[both & (gains["layer"] != "functionals")]
    row = gains["dataset"] + ", " + gains["model"] + ", layer " + gains["layer"]
    own = gains.assign(row=row, what=gains["protocol"], source="results/explanation/scores.parquet")
    return pd.concat([noise(), own]).assign(picture="choices")


def confounds(results: Path) -> pd.DataFrame:
    """How well the emotion is guessed without listening."""
    audit = pd.read_parquet(results / "corpora/audit.parquet")
    rows = audit[(audit["topic"] == "confound") & audit["value"].notna()]
    named = rows.assign(row=rows["what"], what=rows["source"])
    return named.assign(picture="confounds", source="results/corpora/audit.parquet")


def speakers(results: Path) -> pd.DataFrame:
    """One score: its six speakers, its interval over speakers, and the one that takes clips as independent."""
    rows = headline(results).query("dataset == 'speech' and model == 'eGeMAPSv02' and protocol == 'strict'")
    whole = rows[rows["speaker"] == ""].assign(row="over speakers")
    low, high = wilson(float(whole["value"].iloc[0]), float(whole["n_clips"].iloc[0]))
    people = rows[rows["speaker"] != ""].assign(row=lambda table: "speaker " + table["speaker"])
    table = pd.concat([whole, whole.assign(row="over clips", low=low, high=high), people])
    return table.assign(what="strict", picture="speakers", source="results/probing/best.parquet")


def numbers(results: Path) -> pd.DataFrame:
    """Place of each emotion by Frechet distance of speech from song: all clips, and as many of each emotion."""
    rows = pd.read_parquet(results / "distances/ranking.parquet").query(
        "first == 'speech' and layer == 'mean' and condition == 'all' and pooling == 'mean' and grain == 'clip'"
        " and measure == 'frechet' and form in ('published', 'equal')"
    )
    named = rows.assign(row=rows["model"] + ", " + rows["emotion"], what=rows["form"], value=rows["rank"])
    return named.assign(
        low=float("nan"), high=float("nan"), picture="numbers", source="results/distances/ranking.parquet"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"))
    results = parser.parse_args().results
    tables = [worlds(), *(table(results) for table in (protocols, choices, confounds, speakers, numbers))]
    for table in tables:
        name = str(table["picture"].iloc[0])
        (FOLDER / f"{name}.svg").write_bytes(style.as_svg(drawn.FIGURES[name](table)))
    pd.concat([table[COLUMNS] for table in tables]).round(5).to_csv(FOLDER / "numbers.csv", index=False)
    print(f"{len(tables)} figures and numbers.csv in {FOLDER}")


if __name__ == "__main__":
    main()
