"""The report's health: green where nothing is wrong, and what is wrong is seen."""

import pandas as pd
from made_up import DATASETS, MODELS, leaks_and_confounds, study
from test_report import config, page, whole

from workflow_scripts.report_page.health import GOOD, MIND, WRONG, checks
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.study import Study


def states(given: Study) -> dict[str, str]:
    return {check.title: check.state for check in checks(given)}


def test_a_healthy_study_is_green() -> None:
    found = states(whole())
    assert found["Leak audit"] == found["Null runs"] == found["Clips set aside"] == found["Speakers"] == GOOD
    assert "Demonstration" not in found


def test_leaks_null_runs_and_clips_set_aside_are_seen() -> None:
    audit = leaks_and_confounds().copy()
    audit.loc[(audit["protocol"] == "strict") & (audit["what"] == "speakers"), "count"] = 2
    assert states(whole(audit=audit))["Leak audit"] == WRONG
    tables = study()
    best = tables["best"].copy()
    best.loc[best["metric"] == "null-UAR", "p"] = 1e-6
    assert states(whole(tables={**tables, "best": best}))["Null runs"] == WRONG
    cross = tables["best"][tables["best"]["metric"] == "null-UAR"].assign(source="song", dataset="speech", p=1e-6)
    departing = next(check for check in checks(whole(tables={**tables, "cross": cross})) if check.title == "Null runs")
    assert departing.state == WRONG
    assert "from song to speech" in departing.text
    without = best[best["metric"] != "null-UAR"]
    assert states(whole(tables={**tables, "best": without}))["Null runs"] == MIND
    aside = pd.DataFrame(
        [{"clip_id": "a", "path": "a.wav", "reason": "silent", "dataset": "speech", "step": "manifest"}]
    )
    assert states(whole(set_aside=aside))["Clips set aside"] == MIND
    wrong = render(whole(audit=audit), {}, config(), ["strict"])
    assert 'role="alert"' in wrong
    assert 'role="alert"' not in page()


def test_recordings_of_one_length_are_told_as_perhaps_cut() -> None:
    whole_clips = {
        name: table.assign(seconds=[1 + 0.01 * at for at in range(len(table))])
        for name, table in whole().manifests.items()
    }
    assert "Lengths of recordings" not in states(whole(manifests=whole_clips))
    cut = {**whole_clips, "song": whole_clips["song"].assign(seconds=2.389)}
    said = next(check for check in checks(whole(manifests=cut)) if check.title == "Lengths of recordings")
    assert said.state == MIND
    assert f"All {len(cut['song'])} recordings of song last 2.389 s" in said.text
    assert "speech" not in said.text
    again = whole(datasets={**DATASETS, "again": DATASETS["song"]}, manifests={**cut, "again": cut["song"]})
    assert "again" not in next(check for check in checks(again) if check.title == said.title).text
    part = whole(
        datasets={**DATASETS, "part": DATASETS["speech"]},
        manifests={**whole_clips, "part": whole_clips["speech"].iloc[:30].assign(seconds=2.0)},
    )
    assert "All 30 recordings of part" in next(check for check in checks(part) if check.title == said.title).text


def test_a_study_of_random_weights_alone_says_so() -> None:
    assert "No pretrained network" not in states(whole())
    random = {
        name: {**facts, "weights": "untrained"} if facts["family"] != "acoustics" else facts
        for name, facts in MODELS.items()
    }
    assert states(whole(models=random))["No pretrained network"] == MIND


def test_too_few_speakers_for_any_comparison_are_said() -> None:
    few = {**study(), "layers": study()["layers"].assign(smallest_p=0.125, n_speakers=4)}
    said = [check for check in checks(whole(tables=few)) if check.title == "Few speakers"]
    assert [check.state for check in said] == [MIND, MIND]
    assert said[0].text.endswith("has 4 speakers: no comparison over speakers can reach p < 0.05 (smallest 0.125).")


def test_what_a_published_protocol_leaves_out_is_said() -> None:
    best = study()["best"]
    without_calm = best[(best["protocol"] != "paper1") | (best["emotion"] != "calm")]
    text = " ".join(check.text for check in checks(whole(tables={**study(), "best": without_calm})))
    assert "paper1 tests 5 of 6 emotions and 8 of 8 speakers of speech" in text
