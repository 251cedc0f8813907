"""The cost plan: what earlier runs took sets right what is reckoned, and what was planned is compared with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from workflow_scripts.study import around_run, cost_table, kept
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.disk import found, job_bytes, kind_of
from workflow_scripts.study.forecast import Expected, forecast, in_words, keep
from workflow_scripts.study.needs import GPU_CORES
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.spent import spent

STUDY = {
    "study": "Costs",
    "datasets": {"speech": {"corpus": "ravdess-speech"}, "song": {"corpus": "ravdess-song"}},
    "models": ["untrained-wav2vec2-base", "untrained-hubert-base"],
    "layers": [6],
    "pairs": [["speech", "song"]],
    "probing": {},
}
PROBED = "dataset=speech layer=6 model=untrained-wav2vec2-base"
HEARD = "embed dataset=speech model=untrained-wav2vec2-base"


def planned(**changes: Any) -> Plan:
    return Plan(check_study({**STUDY, **changes}))


def record(results: Path, job: str, names: dict[str, str], outputs: dict[str, int], **took: Any) -> None:
    """What a job leaves behind that took 1000 s of one core and 2 GB, unless `took` says otherwise."""
    path = results / "provenance" / f"{job.replace('/', '.')}{took.get('started', '')}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"started": "2026-01-01", "cpu_seconds": 1000.0, "seconds": 500.0, "peak_memory": 2 * 10**9, "gpus": 0}
    files = {name: {"bytes": count, "sha256": ""} for name, count in outputs.items()}
    path.write_text(json.dumps({"job": job, "wildcards": names, "outputs": files, **said, **took}))


def heard(results: Path, **took: Any) -> None:
    """The record of the job HEARD."""
    outputs = {"results/embeddings/speech/untrained-wav2vec2-base/layer_0.parquet": 10**6}
    record(results, "embed/speech_w", {"dataset": "speech", "model": "untrained-wav2vec2-base"}, outputs, **took)


def by_key(plan: Plan, results: Path, gpus: int = 0) -> dict[str, Expected]:
    return {one.key: one for one in forecast(plan, kept.read(results), gpus, results)}


def test_what_a_job_took_carries_over_to_other_datasets_and_models(tmp_path: Path) -> None:
    plan = planned()
    reckoned = by_key(plan, tmp_path)
    assert all(one.seconds == one.reckoned and not one.runs for one in reckoned.values())
    keep(plan, results=tmp_path)
    rate = 1000 / reckoned[HEARD].reckoned
    heard(tmp_path)
    keep(plan, results=tmp_path)
    for key, one in by_key(planned(datasets={"mine": {"corpus": "emodb"}}, pairs=[]), tmp_path).items():
        assert one.runs == key.startswith("embed")
        assert one.seconds == pytest.approx(one.reckoned * (rate if one.runs else 1.0)), key
        assert one.memory == (2 * 10**9 if one.runs else 0)
    # a model's own runs count before those of others
    other = {"dataset": "speech", "model": "untrained-hubert-base"}
    record(tmp_path, "embed/speech_h", other, {}, cpu_seconds=1.0)
    keep(plan, results=tmp_path)
    song = by_key(plan, tmp_path)["embed dataset=song model=untrained-wav2vec2-base"]
    assert song.seconds == pytest.approx(song.reckoned * rate)
    assert "embed" in in_words(plan, tmp_path)[0]


def test_what_was_taken_from_another_study_says_nothing_of_the_work(tmp_path: Path) -> None:
    plan = planned()
    keep(plan, results=tmp_path)
    heard(tmp_path, cpu_seconds=3.0, taken={"from": "/group", "host": "a", "made": "b"})
    _, known, _ = keep(plan, results=tmp_path)
    assert HEARD in known  # it has run
    assert all(one.seconds == one.reckoned and not one.runs for one in by_key(plan, tmp_path).values())


def test_bytes_are_set_right_by_kind(tmp_path: Path) -> None:
    plan = planned()
    keep(plan, results=tmp_path)
    heard(tmp_path)
    keep(plan, results=tmp_path)
    share = 10**6 / job_bytes(plan, "embed", tmp_path, dataset="speech", model="untrained-wav2vec2-base")["embeddings"]
    one = by_key(plan, tmp_path)["embed dataset=song model=untrained-hubert-base"]
    assert one.disk["embeddings"] == pytest.approx(share * one.reckoned_disk["embeddings"])
    assert one.disk["logs and records"] == one.reckoned_disk["logs and records"]
    # of a kind that several rules leave, each rule's own runs count
    kept_now = kept.read(tmp_path)
    kept_now.disk |= {"probe: probing": 2.0, "probing": 5.0}
    kept.write(kept_now, tmp_path)
    probes, sums = (by_key(plan, tmp_path)[key] for key in (f"probe {PROBED}", "summarise_probing"))
    assert probes.disk["probing"] == pytest.approx(2 * probes.reckoned_disk["probing"])
    assert sums.disk["probing"] == pytest.approx(5 * sums.reckoned_disk["probing"])


def test_the_plan_of_a_job_stays_as_it_was_before_it_ran(tmp_path: Path) -> None:
    plan = planned()
    expected, known, before = keep(plan, results=tmp_path)
    assert cost_table.against(expected, known, before) == ""
    heard(tmp_path)
    keep(plan, results=tmp_path)
    expected, known, after = keep(plan, results=tmp_path)
    assert after.jobs[HEARD].seconds == before.jobs[HEARD].seconds == before.jobs[HEARD].reckoned
    lines = [line.split() for line in cost_table.against(expected, known, after).splitlines()]
    ratio = f"{1000 / before.jobs[HEARD].reckoned:.2f}"
    assert lines[1][:2] == ["embed", "1"]
    assert lines[1][-1] == lines[2][-1] == ratio  # of the rule, and of all
    assert any(line[:1] == ["embeddings"] and "1" in line for line in lines)


def test_jobs_on_a_gpu_are_counted_apart(tmp_path: Path) -> None:
    plan = planned()
    one = by_key(plan, tmp_path, gpus=1)[HEARD]
    assert one.gpu
    assert one.seconds == pytest.approx(one.reckoned / GPU_CORES)
    keep(plan, 1, tmp_path)
    heard(tmp_path, gpus=1)
    keep(plan, 1, tmp_path)
    assert by_key(plan, tmp_path, gpus=1)[HEARD].seconds == pytest.approx(500.0)
    assert by_key(plan, tmp_path)[HEARD].seconds == one.reckoned  # nothing is said of cores by it
    text = cost_table.by_rule(by_key(plan, tmp_path, gpus=1).values(), {})
    assert "GPU time" in text
    assert "GPU time" not in cost_table.by_rule(by_key(plan, tmp_path).values(), {})


def test_the_table_sums_by_rule_and_says_what_is_left_and_known(tmp_path: Path) -> None:
    plan = planned()
    keep(plan, results=tmp_path)
    heard(tmp_path)
    expected, known, _ = keep(plan, results=tmp_path)
    lines = {line.split()[0]: line.split() for line in cost_table.by_rule(expected, known).splitlines()}
    assert lines["embed"][1:3] == ["4", "3"]
    assert lines["embed"][-1] == "runs"
    assert lines["probe"][-1] == "reckoned"
    assert lines["all"][1:3] == [str(len(expected)), str(len(expected) - 1)]
    disk = cost_table.disk(expected, {"embeddings": 5e6, "other": 2e6}).splitlines()
    assert [line.split()[-2:] for line in disk if line.startswith("other")] == [["2", "MB"]]


def test_the_last_run_of_a_job_counts_and_records_without_figures_do_not(tmp_path: Path) -> None:
    heard(tmp_path, started="2026-01-02", cpu_seconds=3.0)
    heard(tmp_path, started="2026-01-01", cpu_seconds=5.0)
    (tmp_path / "provenance" / "old.json").write_text('{"job": "probe/a", "wildcards": {}, "started": "2020"}')
    (tmp_path / "provenance" / "cut.json").write_text('{"job": "pro')
    assert {key: own.seconds for key, own in spent(tmp_path).items()} == {HEARD: 3.0}


def test_tensors_beside_a_checkpoint_count(tmp_path: Path) -> None:
    folder = tmp_path / "transfer/stages/a"
    (folder / "fold_0").mkdir(parents=True)
    (folder / "fold_0/parts.safetensors").write_bytes(bytes(1234))
    record(tmp_path, "train_stage/a", {}, {"results/transfer/stages/a/checkpoint.json": 10})
    assert spent(tmp_path)["train_stage"].disk["checkpoints"] == 1234


def test_every_file_has_a_kind(tmp_path: Path) -> None:
    kinds = {
        "results/embeddings/a/m/layer_1.parquet": "embeddings",
        "results/embeddings/a/m/frame_statistics.safetensors": "frame statistics",
        "results/transfer/stages/a/fold_1/parts.safetensors": "checkpoints",
        "results/distances/a_and_b/m/layer_1/resamples.parquet": "distances, resamples",
        "results/cross/a_to_b/m/layer_1/scores.parquet": "probing",
        "results/report.html": "report",
        "results/plan.json": "other",
        "weights/m/model.safetensors": "weights",
    }
    assert {path: kind_of(path) for path in kinds} == kinds
    (tmp_path / "figures/a").mkdir(parents=True)
    (tmp_path / "figures/a/b.svg").write_bytes(bytes(12))
    (tmp_path / "figures/a/c.svg").symlink_to("b.svg")
    assert found(tmp_path) == {"figures": 12}


@pytest.mark.parametrize("content", ["", "[]", '{"jobs": {"a": {"word": 1}}}', '{"jobs": {}, "word": 1}'])
def test_a_plan_that_cannot_be_read_or_written_stops_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "plan.json").write_text(content)
    assert kept.read(tmp_path) == kept.Kept()
    (tmp_path / "file").write_text("")
    keep(planned(), results=tmp_path / "file")


def test_a_cost_plan_that_fails_is_told_in_a_line_and_stops_no_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(around_run, "asked_gpus", lambda workflow: 1 / 0)
    around_run.after_jobs(None, None)
    said = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in said
    assert said.count("\n") == 1
