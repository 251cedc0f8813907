"""The findings for the front page: grouped by question, each with the choice that shows it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pandas as pd

CHOICE = ["dataset", "model", "layer", "emotion", "protocol"]


@dataclass(frozen=True)
class Told:
    """One finding: its sentence, whether it is told, whether it rests on synthetic audio, and the choice
    that shows it: 'dataset=speech&model=hubert-base&layer=7'."""

    name: str
    sentence: str
    told: bool
    synthetic: bool
    choice: str


@dataclass(frozen=True)
class Group:
    """The findings on one question, in their order."""

    question: str
    heading: str
    findings: list[Told]


def groups(findings: pd.DataFrame, how_far: str) -> list[Group]:
    """The table findings by question, in the order of the page; questions without a finding are left out.

    Args:
        findings: the table.
        how_far: the question of the distances, which names the study's datasets.
    """
    headings = {  # a question is also the id of its section
        "layers": "Which layers know the emotion?",
        "distances": how_far,
        "explanation": "What do the embeddings know?",
        "transfer": "Does one help the other?",
        "papers": "The papers, side by side",
        "material": "The material",
    }
    found: list[Group] = []
    for question, heading in headings.items() if len(findings) else ():
        rows = findings[findings["question"] == question]
        own = [Told(row.finding, row.sentence, row.told, row.synthetic, choice(row)) for row in rows.itertuples()]
        found += [Group(question, heading, own)] if own else []
    return found


def choice(row: Any) -> str:
    """'dataset=speech&model=hubert-base&layer=7': what the figures must show; what is empty is left out."""
    return urlencode({name: getattr(row, name) for name in CHOICE if getattr(row, name)})
