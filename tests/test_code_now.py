"""The code of a recorded job, as it is today, is what the plan says of such a job: else it has changed since."""

import json
from typing import Any

import pytest

from workflow_scripts.study import code_now
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.jobs import jobs
from workflow_scripts.study.plan import Plan

STUDY: dict[str, Any] = {
    "study": "Everything",
    "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
    "models": ["wavlm-base", "untrained-wav2vec2-base"],
    "layers": [6],
    "emotions": ["neutral", "happy", "sad", "angry"],
    "pairs": [["speech", "song"]],
    "acoustics": ["eGeMAPSv02"],
    "probing": {},
    "distances": {},
    "explanation": {},
    "transfer": {"tuners": {"frozen": "frozen", "lora": "lora"}},
}


@pytest.mark.parametrize("shards", [1, 2])
def test_it_is_what_the_plan_says_of_every_job(shards: int) -> None:
    plan, seen = Plan(check_study({**STUDY, "embeddings": {"shards": shards}})), set()
    for rule, names in jobs(plan):
        if rule == "fetch_corpus":  # says nothing of its code
            continue
        spec = json.loads(json.dumps(plan.spec(rule, **names)))
        assert code_now.code_now(rule, spec) == spec["code"], rule
        seen.add(rule)
    assert {
        "manifest",
        "folds",
        "embed",
        "fetch_weights",
        "probe",
        "explain",
        "train_target",
        "findings",
        "report",
    } <= seen
    assert ("gather_shards" in seen) == (shards == 2)


def test_of_a_plug_in_that_is_gone_there_is_none() -> None:
    assert code_now.code_now("manifest", {"corpus": "of-last-year"}) == ""
