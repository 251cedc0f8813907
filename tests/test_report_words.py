"""Numbers and lists as the report writes them, and how many clips it says that there are."""

from made_up import leaks_and_confounds, manifest
from test_report import whole
from written_numbers import numbers_in, written

from workflow_scripts.report_page import material, words
from workflow_scripts.report_page.health import checks
from workflow_scripts.summaries.audit import CONFOUND


def test_layers_in_words() -> None:
    order = ["0", "1", "2", "3", "4", "final"]
    assert words.spans(["1", "3", "2"], order) == "1-3"
    assert words.spans(["4", "final", "0"], order) == "0 and 4 and final"
    assert words.spans(["0"], order) == "0"


def test_numbers_are_as_exact_as_their_intervals() -> None:
    assert words.per_cent(0.714, 0.66, 0.76) == "71 % [66, 76]"
    assert words.per_cent(0.714, 0.71, 0.72) == "71.4 % [71.0, 72.0]"
    assert words.per_cent(float("nan")) == "not defined"
    assert words.points(0.05, 0.01, 0.094) == "+5 points [+1, +9]"
    assert words.points(0.02, -0.003, 0.045) == "+2.0 points [-0.3, +4.5]"
    assert words.points(0.0, 0.0, 0.3) == "+0 points [+0, +30]"
    assert words.p_in_words(0.0469) == "p = 0.047"
    assert words.p_in_words(0.0001) == "p < 0.001"


def test_clips_of_other_emotions_are_counted() -> None:
    given = whole(recorded={"speech": 240, "song": len(manifest("song"))})
    used = len(manifest("speech"))
    text = " ".join(check.text for check in checks(given))
    assert f"{240 - used} of 240 clips of speech have none of the study's emotions" in text
    assert "of song have none" not in text
    cells = [cell.text for row in material.overview(given).rows for cell in row]
    assert f"{used} of 240" in cells


def test_what_misleads_is_named_with_the_figures_of_the_audit() -> None:
    audit = leaks_and_confounds()
    told = audit[(audit["topic"] == CONFOUND) & (audit["target"] == "speech")]
    sentence = material.misled_by(whole(), "speech")
    assert numbers_in(sentence)
    assert {*numbers_in(sentence)} <= written(told, columns=("value", "low", "high", "chance"))
