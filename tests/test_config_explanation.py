"""The section `explanation` of a config: its mistakes by name, and what is explained in which way."""

import copy
from typing import Any

import pytest

from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import FULL_CURVE, Plan
from workflow_scripts.study.plan_checks import remarks

STUDY: dict[str, Any] = {
    "study": "t",
    "datasets": {"speech": {"corpus": "synthetic-speech"}, "song": {"corpus": "synthetic-song"}},
    "models": ["tiny-wavlm", "tiny-mert"],
    "layers": [0, 1, 2, "final"],
    "emotions": ["neutral", "sad", "angry"],
    "protocols": ["strict", "paper2"],
    "explanation": {},
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(STUDY), **changes}


def plan(**changes: Any) -> Plan:
    return Plan(check_study(changed(**changes)))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"explanation": None}, "explanation: holds nothing; write `explanation: {}`"),
        ({"explanation": {"against": "calm"}}, "explanation.against: 'calm' is not valid"),
        ({"explanation": {"emotions": ["neutral"]}}, "emotions[0]: neutral is what the others are told from"),
        ({"explanation": {"emotions": ["agry"]}}, "emotions[0]: no dataset explains 'agry'; did you mean 'angry'?"),
        ({"explanation": {"emotions": "all"}}, "explanation.emotions: give a list, or leave it out for the default"),
        (
            {"explanation": {"emotions": ["happy"]}},
            "no dataset explains 'happy'; it is not among the study's `emotions`",
        ),
        ({"explanation": {"emotions": []}}, "explanation.emotions: the list is empty"),
        ({"explanation": {"emotions": ["sad", "sad"]}}, "explanation.emotions: 'sad' stands twice"),
        ({"explanation": {"datasets": ["spech"]}}, "datasets[0]: no dataset 'spech' in this study; did you mean 'spe"),
        ({"explanation": {"k": [20, 10]}}, "explanation.k: give positive values in ascending order, each once"),
        ({"explanation": {"C": [0.0, 1.0]}}, "explanation.C: give positive values in ascending order, each once"),
        ({"explanation": {"curves": [3]}}, "curves[0]: 3 is no analysed layer of the study; valid: 0, 1, 2, final"),
        ({"explanation": {"curves": ["last"]}}, "curves[0]: 'last' is neither a layer's number nor 'final'"),
        ({"explanation": {"pooling": "std"}}, "explanation.pooling: 'std' is not among embeddings.poolings"),
        ({"acoustics": []}, "explanation: no acoustic features to explain by"),
        ({"emotions": ["sad", "angry"]}, "explanation.against: the study has no neutral clips of dataset 'speech'"),
        (
            {"datasets": {"a": {"corpus": "table", "file": "a.csv"}}, "emotions": "all"},
            "emotions: 'all' of dataset 'a' are known only from its files; name them to explain them",
        ),
        (
            {"datasets": {"a": {"corpus": "table", "file": "a.csv"}}, "emotions": ["neutral", "a/b"]},
            "emotions: 'a/b' of dataset 'a' would be part of paths",
        ),
        ({"protocols": ["paper2"]}, "protocols: 'paper2' is of the explanation alone; add strict"),
    ],
)
def test_each_mistake_is_named_with_its_place(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(UserError) as refused:
        check_study(changed(**change))
    assert expected in str(refused.value)


def test_the_published_form_without_an_explanation_is_refused() -> None:
    with pytest.raises(UserError, match="'paper2' is of the explanation; add"):
        check_study({key: value for key, value in STUDY.items() if key != "explanation"})


def test_emotions_are_told_from_neutral_or_from_the_rest() -> None:
    assert plan().explained("speech") == ["sad", "angry"]
    assert plan().spec("explain", dataset="speech", model="tiny-wavlm", layer="0", emotion="sad")["others"] == [
        "neutral"
    ]
    rest = plan(explanation={"against": "rest"}, emotions=["sad", "angry", "happy"])
    assert rest.explained("speech") == ["happy", "sad", "angry"]
    spec = rest.spec("explain", dataset="speech", model="tiny-wavlm", layer="0", emotion="sad")
    assert spec["others"] == ["happy", "angry"]


def test_the_published_form_and_the_full_curve_are_of_the_last_layer_of_each_network() -> None:
    made = plan()
    full = [(model, layer) for model in made.representations for layer in made.layers(model)
            if made.has_full_curve(model, layer)]  # fmt: skip
    assert full == [("tiny-wavlm", "2"), ("tiny-mert", "final"), ("eGeMAPSv02", "functionals")]
    for model, layer in [("tiny-wavlm", "2"), ("tiny-wavlm", "0")]:
        spec = made.spec("explain", dataset="song", model=model, layer=layer, emotion="sad")
        assert spec["published"] == (layer == "2")
        assert spec["curve"] == (sorted({*spec["k"], *FULL_CURVE}) if layer == "2" else spec["k"])


def test_named_layers_have_the_full_curve_instead() -> None:
    made = plan(explanation={"curves": [1]})
    assert [layer for layer in made.layers("tiny-wavlm") if made.has_full_curve("tiny-wavlm", layer)] == ["1"]


def test_a_network_without_a_full_curve_is_remarked_on() -> None:
    said = [remark for remark in remarks(plan(layers=[0, 1])) if remark.startswith("explanation")]
    assert len(said) == 2
    assert "no layer of tiny-wavlm is explained with the full curve and as published; add 2 to `layers`" in said[0]


def test_numbers_above_the_width_are_remarked_on() -> None:
    said = [remark for remark in remarks(plan(explanation={"k": [400]})) if remark.startswith("explanation.k")]
    assert said[0] == "explanation.k: none is below the width of tiny-wavlm (32); half of it, 16, is tried"


def test_without_the_published_protocol_nothing_is_done_as_published() -> None:
    made = plan(protocols=["strict"])
    assert not made.spec("explain", dataset="song", model="tiny-wavlm", layer="2", emotion="sad")["published"]


def test_paper2_is_no_protocol_of_probes() -> None:
    assert plan().protocols("speech") == ["strict"]


@pytest.mark.parametrize(
    "change",
    [
        {"emotions": ["neutral", "sad", "angry", "happy"]},
        {"layers": [0, 2]},
        {"models": ["tiny-wavlm"], "layers": [0, 1, 2]},
        {"explanation": {"emotions": ["sad"]}},
    ],
)
def test_a_further_emotion_layer_or_model_changes_no_other_explanation(change: dict[str, Any]) -> None:
    names = {"dataset": "song", "model": "tiny-wavlm", "layer": "0", "emotion": "sad"}
    assert plan(**change).spec("explain", **names) == plan().spec("explain", **names)
