"""The clips on the page: links that lead to the recordings, whatever these are called, and none unless asked for."""

import functools
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pandas as pd
import pytest
from made_up import DATASETS, MODELS, leaks_and_confounds, manifest

from workflow_scripts.report_page import live_clips
from workflow_scripts.report_page.page import render
from workflow_scripts.report_page.study import Study
from workflow_scripts.study.config import Study as Config
from workflow_scripts.study.schemas import TABLES
from workflow_scripts.summaries.clips import KINDS

NO_FINDINGS = pd.DataFrame(columns=[*TABLES["findings"]])
audit = functools.cache(leaks_and_confounds)
ODD = 'recordings/Käthe & Söhne/100% #1? "a".wav'


def clips(**changes: Any) -> pd.DataFrame:
    """Two clips of each kind for two emotions at each layer of a network, in speech."""
    rows = [
        {"dataset": "speech", "model": "hubert-base", "layer": layer, "emotion": emotion, "kind": kind, "place": place,
         "clip_id": f"speech/{emotion}_{kind}_{place}", "speaker": "01", "seconds": 1.25, "distance": 0.51234,
         "predicted": "happy", "probability": 0.61, "path": ODD, "picture": "0a1b.png", **changes}
        for layer in MODELS["hubert-base"]["layers"]
        for emotion in ("angry", "sad")
        for kind in KINDS
        for place in (1, 2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def whole(**changes: Any) -> Study:
    manifests = {name: manifest(name) for name in DATASETS}
    nothing = pd.DataFrame(columns=["clip_id", "path", "reason", "dataset", "step"])
    return Study("Made up", DATASETS, MODELS, [], manifests, nothing, audit(), **{"findings": NO_FINDINGS, **changes})


@pytest.mark.parametrize("name", [ODD, "data/a.wav", "results/synthetic/x/audio/b.flac", os.fsdecode(b"data/\xff.wav")])
@pytest.mark.parametrize("absolute", [False, True])
def test_a_link_leads_from_the_page_to_the_file(
    name: str, absolute: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = live_clips.link(str(tmp_path / name) if absolute else name)
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/%")
    assert not found.startswith("/")
    reached = os.path.normpath(os.path.join(b"results", unquote_to_bytes(found)))
    assert reached == os.fsencode(name)


def test_the_page_has_links_to_clips_and_nothing_of_them() -> None:
    made = whole(clips=clips())
    table = live_clips.tables(made)["clips"]
    assert "path" not in table
    assert set(table["picture"]) == {"clips/speech/pictures/0a1b.png"}
    assert set(table["audio"]) == {"../recordings/K%C3%A4the%20%26%20S%C3%B6hne/100%25%20%231%3F%20%22a%22.wav"}
    page = render(made, {}, config(True), ["strict"])
    assert page.count("<audio src=") == 2 * 6
    assert "data:audio" not in page
    assert page.count('src="clips/speech/pictures/0a1b.png"') == 2 * 6
    assert "taken for happy (61&nbsp;%)" in page


def test_on_paper_are_the_clips_of_the_usual_layer_of_the_best_network() -> None:
    same = {"dataset": "speech", "source": "speech", "headline": True, "protocol": "strict", "metric": "UAR",
            "condition": "all", "null_run": 0, "repeat": -1, "speaker": "", "emotion": ""}  # fmt: skip
    first, *_, last = MODELS["hubert-base"]["layers"]
    scores = [{"model": "untrained-hubert-base", "value": 0.4, "usual_layer": first}]
    scores += [{"model": "hubert-base", "value": 0.6, "usual_layer": last}]
    best = pd.DataFrame([{**same, **row} for row in scores])
    cells = live_clips.static(whole(clips=clips(), tables={"best": best}))
    assert [(cell["model"], cell["layer"], cell["emotion"]) for cell in cells] == [
        ("hubert-base", last, emotion) for emotion in ("angry", "sad")
    ]
    assert [[clip["place"] for clip in group] for group in cells[0]["groups"].values()] == [[1, 2]] * 3


def test_without_clips_the_page_says_how_to_have_them() -> None:
    made = whole()
    assert live_clips.tables(made) == {}
    assert live_clips.static(made) == []
    assert "report: {clips: true}" in live_clips.words(made)["off"]
    page = render(made, {}, config(False), ["strict"])
    assert "<audio src=" not in page
    assert live_clips.OFF in page


def test_what_is_not_what_a_player_plays_is_said() -> None:
    cropped = {**DATASETS, "speech": {**DATASETS["speech"], "crop": 1.5, "level": "matched"}}
    said = [live_clips.words(Study(**{**vars(whole(clips=clips())), "datasets": own})) for own in (DATASETS, cropped)]
    assert said[0]["prepared"] == {"speech": ""}
    assert "1.5 s" in said[1]["prepared"]["speech"]
    assert "same level" in said[1]["prepared"]["speech"]


def config(shown: bool) -> dict[str, Any]:
    given = {"study": "A", "datasets": {"speech": {"corpus": "ravdess-speech"}}, "report": {"clips": shown}}
    return Config.model_validate(given).model_dump(mode="json")
