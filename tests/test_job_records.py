"""What a job leaves behind says what made which files; inputs that were changed since are refused by name."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from made_up_job import job

from workflow_scripts.study import job_records, tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty study to work in, outside any Snakemake."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOCALISE_SNAKEMAKE", raising=False)
    monkeypatch.setattr(job_records, "SETTLING", 0.0)


def run(smk, text="1"):
    """The job, which writes `text` to each of its outputs."""
    with job_records.recorded(smk):
        for path in map(Path, smk.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def records():
    return sorted(str(path) for path in Path("results/provenance").rglob("*.json"))


def test_a_record_lies_where_the_outputs_lie_and_says_what_made_them():
    Path("given.csv").write_text("given")
    made = {"scores": "results/probing/a/scores.csv", "csv": ["results/probing/a/b.csv", "results/corpora/audit.csv"]}
    run(job(given={"table": "given.csv"}, made=made, seed=3))
    places = ["results/provenance/corpora/audit.csv.json", "results/provenance/probing/a/scores.csv.json"]
    assert records() == places
    record, copy = (json.loads(Path(place).read_text()) for place in places)
    assert record == copy
    assert (record["job"], record["rule"], record["spec"], record["threads"]) == ("probe/a_1", "probe", {"seed": 3}, 2)
    assert record["wildcards"] == {"dataset": "a"}
    digest = hashlib.sha256(b"given").hexdigest()
    assert record["inputs"] == {"given.csv": {"bytes": 5, "sha256": digest}}
    assert list(record["outputs"]) == ["results/probing/a/scores.csv", *made["csv"]]
    assert {"vocalise", "python", "numpy", "pandas"} <= record["versions"].keys()
    assert record["seconds"] >= 0
    assert 0 < record["cpu_seconds"] < 1000
    assert 20e6 < record["peak_memory"] < 20e9
    assert record["gpus"] == 0


def test_a_job_that_fails_leaves_none_and_takes_its_last_one_along():
    run(job())
    with pytest.raises(ZeroDivisionError), job_records.recorded(job()):
        raise ZeroDivisionError
    assert records() == []
    assert job_records.this_job() == {}


def test_a_job_without_outputs_leaves_none():
    with job_records.recorded(job(made=())):
        pass
    assert records() == []


def test_an_orphan_neither_runs_nor_takes_a_record_away(monkeypatch):
    run(job())
    monkeypatch.setenv("VOCALISE_SNAKEMAKE", str(2**22 + 1))  # above any process number
    with pytest.raises(RuntimeError, match="has ended"):
        run(job())
    assert len(records()) == 1


@pytest.mark.parametrize("content", [b"2", b"", b"1\n"])
def test_a_changed_input_is_refused_by_name(content, capsys):
    run(job())
    Path("results/probing/a/scores.csv").write_bytes(content)
    next_job = job("summarise", ["results/probing/a/scores.csv"], ["results/summary.csv"])
    with pytest.raises(SystemExit), entry(next_job):
        raise AssertionError("the work has begun")
    said = capsys.readouterr().err
    assert "results/probing/a/scores.csv" in said
    assert "delete it and run snakemake again" in said
    assert "results/provenance/probing/a/scores.csv.json" in said
    assert not Path("results/provenance/summary.csv.json").exists()


@pytest.mark.parametrize("late", ["results/probing/a/scores.csv", "results/provenance/probing/a/scores.csv.json"])
def test_a_file_that_a_network_file_system_shows_late_is_waited_for(late, monkeypatch):
    """The file, or its record, is seen as it was before its maker ran again."""
    run(job(), "before")
    before = Path(late).read_bytes()
    run(job(), "now")
    now = Path(late).read_bytes()
    Path(late).write_bytes(before)
    monkeypatch.setattr(job_records.time, "sleep", lambda seconds: Path(late).write_bytes(now))
    run(job("summarise", ["results/probing/a/scores.csv"], ["results/summary.csv"]))
    record = json.loads(Path("results/provenance/summary.csv.json").read_text())
    digest = hashlib.sha256(b"now").hexdigest()
    assert record["inputs"]["results/probing/a/scores.csv"]["sha256"] == digest


def test_all_that_was_changed_is_named():
    made = [f"results/probing/a/{name}.csv" for name in "xyz"]
    run(job(made=made))
    for path in made[1:]:
        Path(path).write_text("2")
    with pytest.raises(UserError, match=r"1 more: results/probing/a/z\.csv") as caught:
        run(job("summarise", made, ["results/summary.csv"]))
    assert caught.value.place == "results/probing/a/y.csv"


def swapped(old, new):
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize("damage", [lambda text: "{}", swapped("started", "startee"), swapped("sha256", "sha257")])
def test_what_nobody_has_a_record_of_is_used_as_it_is(damage):
    """Nor one that can be read: cut short, of something else, with a flipped bit."""
    run(job())
    for path in map(Path, records()):
        path.write_text(damage(path.read_text()))
    Path("results/brought.csv").write_text("brought")
    Path("results/probing/a/scores.csv").write_text("2")
    run(job("summarise", ["results/brought.csv", "results/probing/a/scores.csv"], ["results/summary.csv"]))
    assert Path("results/provenance/summary.csv.json").exists()


def test_the_record_of_the_last_maker_counts():
    """A rule that comes to make more leaves another record behind."""
    layers = ["results/embeddings/a/layer_1.parquet"]
    run(job("embed/a", made=layers), "before")
    run(job("embed/a", made=["results/embeddings/a/layer_0.parquet", *layers]), "now")
    probe = job("probe/a", layers)
    run(probe)
    Path(layers[0]).write_text("before")
    with pytest.raises(UserError, match="embed/a"):
        run(probe)


def test_an_output_outside_the_results_is_recorded_and_may_be_replaced():
    """Weights may be shared with other studies, which fetch them again."""
    run(job("fetch_weights/w", made=["weights/w/fetched.json"]))
    assert records() == ["results/provenance/weights/w/fetched.json.json"]
    Path("weights/w/fetched.json").write_text("2")
    run(job("embed/w", ["weights/w/fetched.json"], ["results/embeddings/w/layer_1.parquet"]))


def test_a_folder_is_known_by_the_names_and_content_of_its_files():
    audio = Path("results/synthetic/v/audio")
    audio.mkdir(parents=True)
    (audio / "a.flac").write_text("a")
    (audio / "b.flac").write_text("bb")
    before = job_records.state(audio)
    assert (before["files"], before["bytes"]) == (2, 3)
    (audio / "b.flac").rename(audio / "c.flac")
    renamed = job_records.state(audio)
    (audio / "c.flac").write_text("cc")
    assert len({state["sha256"] for state in (before, renamed, job_records.state(audio))}) == 3


def test_tables_say_of_which_job_they_are_the_same_at_every_run():
    for name in "ab":
        Path(f"{name}.csv").write_text(name)

    def write():
        smk = job(given={"one": "a.csv", "more": ["a.csv", "b.csv"]}, made=["results/corpora/a/confounds.parquet"])
        with job_records.recorded(smk):
            frame = pd.DataFrame({"clip_id": ["a"], "speaker": ["s"], "reason": ["r"], "path": ["p"]})
            tables.write(tables.filled(frame, "set_aside"), smk.output[0], "set_aside", {"seed": 1})
        return Path(smk.output[0]).read_bytes()

    assert write() == write()
    about = tables.about("results/corpora/a/confounds.parquet")
    assert about["seed"] == 1
    assert about["job"]["rule"] == "probe"
    assert set(about["job"]["inputs"]) == {"one", "more"}
    Path("b.csv").write_text("c")
    write()
    again = tables.about("results/corpora/a/confounds.parquet")["job"]["inputs"]
    assert again["one"] == about["job"]["inputs"]["one"] == hashlib.sha256(b"a").hexdigest()
    assert again["more"] != about["job"]["inputs"]["more"]
