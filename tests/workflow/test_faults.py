"""A few faults of the fault table (faults.py, docs/faults.md), the fastest."""

from collections.abc import Callable
from typing import Any

import pytest
from faults import cases
from faults_damage import LAYER, SCORES, damaged
from faults_judge import RIGHT, TOLD, judge, results_of
from project import Project

Run = Callable[[Project, dict[str, Any]], str]
ENDS = {
    "everything without write permission": TOLD,
    "a file in place of a folder": TOLD,
    "cut short": RIGHT,
    "the same targets": TOLD,
    "probe": TOLD,
}


@pytest.fixture(scope="module")
def expected(finished: Project) -> dict[str, Any]:
    """The results of the study as it ends undisturbed."""
    return results_of(finished)


@pytest.mark.parametrize(
    ("run", "how"), [pytest.param(run, ENDS[name], id=name) for _, name, _, run in cases() if name in ENDS]
)
@pytest.mark.long
def test_fault(project: Project, expected: dict[str, Any], run: Run, how: str) -> None:
    assert run(project, expected) == how


def test_a_flipped_bit_in_a_layer_is_told(project: Project, expected: dict[str, Any]) -> None:
    assert judge(damaged({LAYER: SCORES}, "a bit in the middle", mended=False), project, expected) == TOLD
