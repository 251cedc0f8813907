"""The section `transfer` of a config: its mistakes by name, and which trainings it means."""

import copy
from typing import Any

import pytest

from workflow_scripts.study import trainings
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.plan import Plan

STUDY: dict[str, Any] = {
    "study": "t",
    "datasets": {"speech": {"corpus": "synthetic-speech"}, "song": {"corpus": "synthetic-song"}},
    "models": ["tiny-wavlm", "tiny-mert"],
    "emotions": ["neutral", "sad", "angry"],
    "pairs": [["speech", "song"]],
    "transfer": {},
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(STUDY), **changes}


def plan(**changes: Any) -> Plan:
    return Plan(check_study(changed(**changes)))


def block(**axes: Any) -> dict[str, Any]:
    return {"transfer": {"grid": [axes]}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"transfer": None}, "transfer: holds nothing; write `transfer: {}`"),
        ({"transfer": {"tuner": {}}}, "transfer.tuner: no such key; did you mean 'tuners'?"),
        ({"transfer": {"tuners": {"a": "lorra"}}}, "transfer.tuners.a: unknown tuner 'lorra'; did you mean 'lora'?"),
        ({"transfer": {"tuners": {"a": {"lora": {"rnk": 4}}}}}, "transfer.tuners.a: tuner 'lora' has no option 'rnk'"),
        ({"transfer": {"tuners": {"a": ["lora", "lora"]}}}, "transfer.tuners.a: tuner 'lora' stands twice"),
        ({"transfer": {"tuners": {"a": ["full", "lora"]}}}, "transfer.tuners.a: tuner 'full' stands beside others"),
        ({"transfer": {"tuners": {"a": {"parts": "lora", "training": {"epoch": 3}}}}}, "tuners.a: training.epoch"),
        (block(tuners=["loraa"]), "transfer.grid[0].tuners: no tuner 'loraa' in this study; did you mean 'lora'?"),
        (block(models=["tiny-mart"]), "transfer.grid[0].models: no model 'tiny-mart' in this study; did you mean"),
        (block(conditions=["two-staged"]), "conditions[0]: 'two-staged' is not valid; did you mean 'two-stage'?"),
        (block(protocols=["strict", "strict"]), "transfer.grid[0].protocols: 'strict' stands twice"),
        (block(directions=[["speech", "songs"]]), "no dataset 'songs' in this study; did you mean 'song'?"),
        (block(directions=[["song", "song"]]), "source and target are both 'song'"),
        (block(seeds=9), "transfer.grid[0].seeds: 9 seeds need as many draws; folds.paper1_draws gives 5"),
        ({"pairs": []}, "transfer: no pairs to train on; name some in `pairs`"),
        ({"models": []}, "transfer: nothing to train: name networks in `models`"),
        (
            {"models": ["tiny-whisper"]},
            "'bottleneck' acts inside a network, which family 'whisper' of tiny-whisper does",
        ),
        ({"embeddings": {"poolings": ["mean-active"]}}, "transfer: frozen and weighted-sum learn from pooling 'mean'"),
    ],
)
def test_mistakes_are_named_before_anything_runs(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(UserError) as caught:
        check_study(changed(**change))
    assert expected in str(caught.value)


def test_a_pair_without_common_emotions_is_refused() -> None:
    savee = {"speech": {"corpus": "savee"}, "song": {"corpus": "synthetic-song"}}
    with pytest.raises(UserError, match="speech and song have neutral in common; at least two are needed"):
        check_study(
            changed(
                datasets=savee,
                emotions=["neutral", "disgust", "calm"],
                pairs=[],
                **block(directions=[["speech", "song"]]),
            )
        )


def test_whisper_takes_the_tuners_that_need_no_way_inside() -> None:
    cells = plan(models=["tiny-whisper"], **block(tuners=["frozen", "weighted-sum"])).cells
    assert {cell.tuner for cell in cells} == {"frozen", "weighted-sum"}


def test_the_grid_is_the_union_of_its_blocks() -> None:
    found = plan(
        transfer={
            "grid": [
                {"tuners": ["lora"], "models": ["tiny-mert"], "directions": [["song", "speech"]], "seeds": 2},
                {"tuners": ["lora"], "models": ["tiny-mert"], "conditions": ["two-stage"], "protocols": ["strict"]},
            ]
        }
    ).cells
    assert (
        len(found) == len(set(found)) == 2 * 2 * 2 + 1
    )  # conditions x protocols x seeds, and the other way round once
    assert sum(cell.source == "speech" for cell in found) == 1


def test_one_stage_is_direct_for_its_dataset_and_the_source_of_others() -> None:
    conditions = ["direct", "two-stage", "source-only", "joint"]
    study = plan(**block(tuners=["frozen"], models=["tiny-mert"], conditions=conditions, protocols=["strict"]))
    assert len(study.cells) == 2 * 4
    assert [stage.dataset for stage in study.stages] == ["song", "speech"]
    by_name = {(cell.condition, cell.source): trainings.stage_of(study, cell) for cell in study.cells}
    assert by_name["direct", "song"] == by_name["two-stage", "speech"] == by_name["source-only", "speech"]
    assert by_name["joint", "song"] is None


def test_controls_need_stages_of_their_own() -> None:
    axes = {"tuners": ["frozen"], "models": ["tiny-mert"], "protocols": ["strict"], "directions": [["song", "speech"]]}
    shuffled = plan(**block(conditions=["shuffled-source"], **axes))
    assert [stage.training for stage in shuffled.stages] == ["shuffled"]
    equal = plan(**block(conditions=["equal-updates"], **axes))
    assert [cell.condition for cell in equal.cells] == ["equal-updates"]
    assert [cell.condition for cell in trainings.trained(equal)] == ["equal-updates", "two-stage"]
    assert [stage.training for stage in equal.stages] == ["plain"]


def test_a_source_with_other_speakers_trains_whole_in_strict_alone() -> None:
    datasets = {"speech": {"corpus": "savee"}, "song": {"corpus": "synthetic-song"}}
    axes = {"tuners": ["frozen"], "models": ["tiny-mert"], "conditions": ["direct", "two-stage"]}
    study = plan(datasets=datasets, **block(directions=[["speech", "song"]], **axes))
    assert {(stage.dataset, stage.protocol, stage.training) for stage in study.stages} == {
        ("song", "strict", "plain"),
        ("song", "paper1", "plain"),
        ("speech", "strict", "whole"),
        ("speech", "paper1", "plain"),
    }


def test_what_the_config_says_of_training_wins_over_what_tuners_like() -> None:
    tuners = {"a": "lora", "b": {"parts": "lora", "training": {"epochs": 3}}, "c": ["weighted-sum", "lora"]}
    study = plan(transfer={"tuners": tuners, "training": {"learning_rate": 0.01, "epochs": 7}})
    assert (study.training("a")["epochs"], study.training("b")["epochs"]) == (7, 3)
    assert study.training("a")["learning_rate"] == study.training("b")["learning_rate"] == 0.01
    defaults = plan(transfer={"tuners": tuners})
    assert (defaults.training("a")["epochs"], defaults.training("c")["learning_rate"]) == (30, 0.0005)
    stated = plan(transfer={"tuners": tuners, "training": {"learning_rate": None, "epochs": None}})
    assert stated.training("a") == defaults.training("a"), "null, as the documentation shows the default"


def test_paper1_weighs_the_outputs_of_the_blocks_unless_the_config_says_which() -> None:
    tuners = {"a": "weighted-sum", "b": {"weighted-sum": {"first": 0}}}
    study = plan(transfer={"tuners": tuners})

    def first(tuner: str, protocol: str) -> int:
        names = {"labels": "neutral+sad", "dataset": "song", "model": "tiny-mert", "training": "plain", "seed": "1"}
        spec = study.spec("train_stage", tuner=tuner, protocol=protocol, **names)
        return int(spec["parts"][0][1]["first"])

    assert [first("a", "strict"), first("a", "paper1"), first("b", "paper1")] == [0, 1, 0]


def test_an_edit_of_one_variant_changes_its_own_specs_alone() -> None:
    def specs(rank: int) -> dict[str, str]:
        tuners = {"frozen": "frozen", "lora": {"lora": {"rank": rank}}, "bottleneck": "bottleneck"}
        study = plan(transfer={"tuners": tuners})
        return {
            stage.folder: str(study.spec("train_stage", **{key: str(value) for key, value in vars(stage).items()}))
            for stage in study.stages
        }

    before, after = specs(8), specs(4)
    assert before.keys() == after.keys()
    assert {folder.split("/")[6] for folder in before if before[folder] != after[folder]} == {"lora"}
