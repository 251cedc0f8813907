"""Records of Snakemake that a crash cut short: their results are made again, and all others are left alone."""

from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from workflow_scripts.study import lost_records
from workflow_scripts.study.lost_records import mark_results_of_damaged_records

LONG = "results/" + "a_long_name/" * 20 + "scores.parquet"  # Snakemake cuts such a name into folders


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_records, "WRITING", 0.0)


def path_of(result: str) -> Path:
    name = urlsafe_b64encode(result.encode()).decode()
    parts = [name[start : start + 254] for start in range(0, len(name), 254)]
    return Path(*(f"@{part}" for part in parts[:-1]), parts[-1])


def record(folder: Path, result: str, content: str) -> Path:
    path = folder / "metadata" / path_of(result)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


@pytest.mark.parametrize("content", ["", '{"rule": "probe", "par', '{"rule": "probe"', "\0\0\0"])
@pytest.mark.parametrize("result", ["results/scores.parquet", LONG])
def test_a_result_whose_record_was_cut_short_counts_as_unfinished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, result: str
) -> None:
    damaged = record(tmp_path, result, content)
    sound = record(tmp_path, "results/other.parquet", '{"rule": "folds"}')
    mark_results_of_damaged_records(tmp_path)
    assert not damaged.exists()
    assert (tmp_path / "incomplete" / path_of(result)).exists()
    assert sound.read_text() == '{"rule": "folds"}'
    assert not (tmp_path / "incomplete" / path_of("results/other.parquet")).exists()
    said = capsys.readouterr().err
    assert result in said
    assert "other.parquet" not in said


def test_records_that_another_snakemake_is_writing_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun, gone = (record(tmp_path, f"results/{name}.parquet", "{") for name in ("begun", "gone"))

    def meanwhile(_: float) -> None:
        begun.write_text("{}")
        gone.unlink()
        record(tmp_path, "results/next.parquet", "{")

    monkeypatch.setattr(lost_records.time, "sleep", meanwhile)
    mark_results_of_damaged_records(tmp_path)
    assert not (tmp_path / "incomplete").exists()
    assert capsys.readouterr().err == ""


def test_sound_records_and_a_new_folder_are_passed_over_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark_results_of_damaged_records(tmp_path / "new")
    record(tmp_path, "results/other.parquet", '{"rule": "folds"}')
    mark_results_of_damaged_records(tmp_path)
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "incomplete").exists()


def test_results_without_any_record_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    mark_results_of_damaged_records()
    assert capsys.readouterr().err == ""  # a study that was never run
    Path("results/provenance").mkdir(parents=True)
    mark_results_of_damaged_records()
    assert "move results/ away" in capsys.readouterr().err
    Path(".snakemake/metadata").mkdir(parents=True)
    mark_results_of_damaged_records()
    assert capsys.readouterr().err == ""
