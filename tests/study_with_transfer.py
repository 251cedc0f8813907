"""A study with made-up trainings, as the report has it, and what its sentences say."""

import functools
from typing import Any

import pandas as pd
from made_up import leaks_and_confounds
from once import once
from test_report import NOTHING_ASIDE

from tests import made_up_transfer as made_up
from tests.made_up import DATASETS
from workflow_scripts.report_page import transfer_claimed, transfer_findings
from workflow_scripts.report_page.study import Study
from workflow_scripts.report_page.transfer_rows import Way
from workflow_scripts.study.config import Study as Config
from workflow_scripts.summaries.transfer_comparisons import transfer_comparisons
from workflow_scripts.summaries.transfer_scores import transfer_scores
from workflow_scripts.transfer import tuners

TRAINING = {
    "learning_rate": 5e-4, "weight_decay": 1e-4, "batch_clips": 32, "patience": 5, "precision": "float32",
    "head": "keep", "spec_augment": False, "layer_drop": 0.0,
}  # fmt: skip
DIRECTIONS = [["song", "speech"], ["speech", "song"]]


def trained(**changes: Any) -> dict[str, Any]:
    """What the plan says of the trainings of the made-up study."""
    variants = {}
    for name, facts in made_up.TUNERS.items():
        parts = tuners.variant([{part: options} for part, options in facts["parts"]])
        sources = {part: tuners.find(part).SOURCE for part, _ in parts}
        variants[name] = {"parts": parts, "training": {**TRAINING, **facts["training"]}, "sources": sources}
    facts = {
        "directions": DIRECTIONS,
        "tuners": variants,
        "conditions": made_up.CONDITIONS,
        "protocols": made_up.PROTOCOLS,
        "seeds": 2,
    }
    return {**facts, **changes}


@functools.cache
def printed() -> pd.DataFrame:
    return pd.read_csv("resources/published/paper1.csv", keep_default_na=False)


def given(changes: dict[str, pd.DataFrame] | None = None, **parts: Any) -> Study:
    """The made-up study with trainings, some of its tables replaced; without probes."""
    facts: dict[str, Any] = {
        "title": "Trained",
        "datasets": DATASETS,
        "models": made_up.MODELS,
        "pairs": [["speech", "song"]],
        "manifests": made_up.manifests(),
        "set_aside": NOTHING_ASIDE,
        "audit": leaks_and_confounds(),
        "trained": trained(),
        "transfer": {**made_up.study(), **(changes or {})},
        "printed": printed(),
    }
    return Study(**{**facts, **parts})


@once
def few() -> Study:
    """Two trainings of six speakers, one direction, strict: two-stage far better than direct."""
    return _little({"direct": 0.3, "two-stage": 0.9}, speakers=3, ways=DIRECTIONS[:1])


@once
def null() -> Study:
    """Sixteen speakers; a first stage changes nothing."""
    return _little({"direct": 0.5, "two-stage": 0.5, "shuffled-source": 0.5}, speakers=16, ways=DIRECTIONS[:1])


def _little(shares: dict[str, float], speakers: int, ways: list[list[str]]) -> Study:
    clips = made_up.manifest("speech")
    clips = clips[clips["speaker"].astype(int) <= speakers]
    frames = [
        made_up.trained(clips, share, "" if name == "direct" else "song", "speech", "hubert-base", "peft", name)
        for name, share in shares.items()
    ]
    predictions = pd.concat(frames, ignore_index=True)
    comparisons = transfer_comparisons(predictions, made_up.TUNERS, seed=1)
    tables = {
        "scores": transfer_scores(predictions, {"speech": clips}, permutations=99, seed=1),
        "comparisons": comparisons,
        "claims": made_up.claims().iloc[:0],
        "curves": made_up.curves().iloc[:0],
    }
    return given(tables, trained=trained(directions=ways))


def said(study: Study, source: str = "song", target: str = "speech") -> list[str]:
    """All sentences on a direction."""
    return transfer_findings.of_way(Way(study, source, target))


def claimed(study: Study) -> list[str]:
    """All sentences beside paper 1."""
    return [*transfer_claimed.sentences(study), *transfer_claimed.more(study)]


def config() -> dict[str, Any]:
    """The whole config of a study that trains."""
    raw = {
        "study": "Trained",
        "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
        "models": ["hubert-base"],
        "pairs": [["speech", "song"]],
        "transfer": {},
    }
    return Config.model_validate(raw).model_dump(mode="json")
