"""What the figures of transfer share: the look of conditions, which rows they draw, and what is said of them."""

from collections.abc import Iterable, Sequence

import pandas as pd
from matplotlib.lines import Line2D

from workflow_scripts.figures import style
from workflow_scripts.figures.style import Look

# in the order of the story: without and with the source, then the controls
CONDITIONS = {
    "source-only": Look("#6E6E6E", "v"),
    "direct": Look("#0072B2", "o"),
    "two-stage": Look("#D55E00", "D"),
    "joint": Look("#009E73", "s"),
    "shuffled-source": Look("#CC79A7", "X"),
    "equal-updates": Look("#E69F00", "^"),
}
PROTOCOLS = ["strict", "twins", "paper1"]
PROTOCOL_WORDS = {**style.PROTOCOL_WORDS, "twins": "twins on one side (twins)"}
FAINT = 0.35  # opacity of what the corrected test does not tell apart


def of_pair(table: pd.DataFrame, source: str, target: str) -> pd.DataFrame:
    """Rows of one direction, `direct` included, on the emotions that its trainings with the source tell apart."""
    own = table[(table["target"] == target) & table["source"].isin([source, ""])]
    if "emotions" in own:
        own = own[own["emotions"].isin(own.loc[own["source"] == source, "emotions"])]
    return own


def main_protocol(table: pd.DataFrame, source: str, target: str) -> str:
    """The protocol that stands first where only one is shown: strict where the direction has it."""
    found = set(of_pair(table, source, target)["protocol"])
    return next((name for name in PROTOCOLS if name in found), PROTOCOLS[0])


def ordered(table: pd.DataFrame, **orders: Iterable[str]) -> pd.DataFrame:
    """Rows sorted by several columns, each in an order of its own."""
    places = pd.DataFrame(
        {name: table[name].map({word: i for i, word in enumerate(order)}) for name, order in orders.items()}
    )
    index = places.sort_values([*orders], kind="stable").index
    return table.loc[index].reset_index(drop=True)


def lines_of(found: Iterable[str]) -> Sequence[Line2D]:
    """Marks of the conditions that are drawn, for the key."""
    drawn = set(found)
    return [
        Line2D([], [], color=look.colour, marker=look.marker, linestyle="none", label=name)
        for name, look in CONDITIONS.items()
        if name in drawn
    ]
