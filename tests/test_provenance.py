"""What the command `provenance` says of a file: how it came about, and whether anything was changed since."""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from made_up_job import job

from workflow_scripts import provenance
from workflow_scripts.study import job_records, tables

MANIFEST = "results/corpora/speech/manifest.parquet"
LAYER = "results/embeddings/speech/tiny/layer_{}.parquet"
SCORES = "results/probing/speech/tiny/layer_{}/scores.csv"


def run(log, given, made, **spec):
    smk = job(log, given, made, code="abc", **spec)
    with job_records.recorded(smk):
        for path in map(Path, smk.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.name == "manifest.parquet":
                clips = pd.DataFrame({"clip_id": ["a", "b"], "seconds": [30.0, 60.0]})
                tables.write(tables.filled(clips, "manifest"), path, "manifest", {})
            else:
                path.write_text(f"{path} of {spec}")


def manifest(audio="5f5f"):
    prepared = {"level": "matched", "crop": None}
    run(
        "manifest/speech",
        [],
        [MANIFEST],
        dataset="speech",
        corpus="table",
        folder="clips",
        audio_digest=audio,
        **prepared,
    )


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch):
    """A manifest, a network of two layers, a probe of each, a summary of both, its figure."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOCALISE_SNAKEMAKE", raising=False)
    fetched = Path("weights/tiny/fetched.json")
    fetched.parent.mkdir(parents=True)
    record = {**dict.fromkeys(("endpoint", "revision", "licence"), ""), "source": "owner/tiny", "commit": "c0ffee"}
    record |= {"digest": "d1ce", "converted": False, "published": {}, "files": {}}
    fetched.write_text(json.dumps(record))
    manifest()
    entry = {"model": "tiny", "model_entry": {"family": "wavlm"}, "weights_folder": "weights/tiny"}
    layers = [LAYER.format(layer) for layer in "01"]
    run("embed/speech_tiny", [MANIFEST, str(fetched)], layers, **entry, weights_digest="as fetched")
    for layer in "01":
        run(f"probe/speech_tiny_{layer}", [MANIFEST, LAYER.format(layer)], [SCORES.format(layer)], C=[0.1, 1])
    run("summarise", [SCORES.format(layer) for layer in "01"], ["results/probing/scores.csv"])
    run("figures/speech", ["results/probing/scores.csv"], ["results/figures/speech/curves.svg"], dataset="speech")
    return tmp_path


def asked(monkeypatch, capsys, *arguments):
    """(exit status, what the command prints)."""
    monkeypatch.setattr(sys, "argv", ["provenance", *arguments])
    status = provenance.main()
    printed = capsys.readouterr()
    return status, printed.out + printed.err


def test_a_figure_is_traced_back_to_recordings_and_weights(monkeypatch, capsys):
    status, said = asked(monkeypatch, capsys, "results/figures/speech/curves.svg")
    assert status == 0
    assert said.splitlines()[-1] == "It and all that it was made from are as they were made."
    assert "rule figures" in said
    assert "Remarks" not in said
    assert "results/probing/scores.csv  rule summarise" in said
    rules = {
        line.split()[0]: line.split()[1] for line in said.partition("Behind it\n")[2].partition("\n\n")[0].splitlines()
    }
    assert rules == {"rule": "jobs", "summarise": "1", "probe": "2", "manifest": "1", "embed": "1"}
    assert "2 clips, 1.5 min, of table in clips" in said
    assert "5f5f" in said
    assert "owner/tiny at commit c0ffee" in said
    assert f"vocalise {job_records.versions()['vocalise']}" in said


def test_what_was_embedded_for_another_study_is_told(monkeypatch, capsys):
    (path,) = Path("results/provenance/embeddings").rglob("*.json")
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "taken": {"from": "/group/5b0f", "host": "node12", "made": "last year"}}))
    _, said = asked(monkeypatch, capsys, "results/figures/speech/curves.svg")
    assert "embed/speech_tiny  taken from /group/5b0f, made on node12, last year" in said


def test_results_that_were_copied_elsewhere_are_traced_too(study, monkeypatch, capsys):
    shutil.copytree("results", "kept/last year")
    shutil.rmtree("results")
    status, said = asked(monkeypatch, capsys, str(study / "kept/last year/figures/speech/curves.svg"))
    assert status == 0
    assert "2 clips, 1.5 min" in said
    assert "weights/tiny/fetched.json  no longer there" in said


@pytest.mark.parametrize("file", [MANIFEST, SCORES.format(1), "results/figures/speech/curves.svg"])
def test_what_was_changed_since_is_named(file, monkeypatch, capsys):
    Path(file).write_bytes(Path(file).read_bytes() + b"!")
    status, said = asked(monkeypatch, capsys, "results/figures/speech/curves.svg")
    assert status == 1
    assert said.splitlines()[-1] == f"NOT as it was made: {file}"
    assert " more" not in said


def test_what_was_made_again_since_is_named(monkeypatch, capsys):
    manifest(audio="other")
    assert asked(monkeypatch, capsys, "results/figures/speech/curves.svg")[0] == 0  # the same table, from other audio
    run("probe/speech_tiny_1", [MANIFEST, LAYER.format(1)], [SCORES.format(1)], C=[2])
    status, said = asked(monkeypatch, capsys, "results/figures/speech/curves.svg")
    assert status == 1
    assert "made again, and is another now, since it was used by summarise" in said
    assert asked(monkeypatch, capsys, SCORES.format(1))[0] == 0


def test_a_page_of_the_project_that_was_updated_since_puts_nothing_in_doubt(monkeypatch, capsys):
    page = Path("workflow_scripts/page.html.j2")
    page.parent.mkdir()
    page.write_text("of last year")
    run("report", ["results/figures/speech/curves.svg", str(page)], ["results/report.html"])
    page.write_text("of this year")
    status, said = asked(monkeypatch, capsys, "results/report.html")
    assert status == 0
    assert "NOT as it was made" not in said
    assert f"{page}  lies outside the results, and is now another version than the one used by report" in said
    assert "see Remarks" in said.splitlines()[-1]


def test_what_is_gone_is_told_and_puts_nothing_in_doubt(monkeypatch, capsys):
    Path(LAYER.format(0)).unlink()
    status, said = asked(monkeypatch, capsys, "results/figures/speech/curves.svg")
    assert status == 0
    assert "no longer there; used by probe/speech_tiny_0" in said


def test_a_file_that_nothing_made_is_told(monkeypatch, capsys):
    Path("results/notes.txt").write_text("mine")
    status, said = asked(monkeypatch, capsys, "results/notes.txt")
    assert (status, "No job has left a record of making it" in said) == (1, True)


@pytest.mark.parametrize("file", ["results/none.csv", "weights/tiny/fetched.json"])
def test_a_file_of_no_study_is_refused_in_words(file, monkeypatch, capsys):
    status, said = asked(monkeypatch, capsys, file)
    assert (status, file in said, "->" in said) == (1, True, True)


def test_thousands_are_counted_not_listed(monkeypatch, capsys):
    for number in range(300):
        run(f"explain/{number}", [MANIFEST], [f"results/explanation/{number}/curve.csv"])
    run("summarise_explanation", [f"results/explanation/{n}/curve.csv" for n in range(300)], ["results/all.csv"])
    for number in range(50):
        Path(f"results/explanation/{number}/curve.csv").write_text("other")
    status, said = asked(monkeypatch, capsys, "results/all.csv")
    assert status == 1
    assert re.search(r"and 290 more +290 of explain\n", said)
    assert said.splitlines()[-1].endswith("and 40 more")
    assert len(said.splitlines()) < 60


def test_json_holds_the_records_of_all_jobs(monkeypatch, capsys):
    status, said = asked(monkeypatch, capsys, "results/probing/scores.csv", "--json")
    whole = json.loads(said)
    assert (status, whole["remarks"]) == (0, [])
    assert [record["job"] for record in whole["jobs"]][:3] == [
        "summarise",
        "probe/speech_tiny_0",
        "probe/speech_tiny_1",
    ]
    assert whole["jobs"][1]["spec"] == {"code": "abc", "C": [0.1, 1]}
    assert "c0ffee" in whole["origins"]["Networks"]["tiny"]


def test_parts_of_a_checkpoint_are_held_against_its_index(monkeypatch, capsys):
    index, parts = Path("results/transfer/a/checkpoint.json"), Path("results/transfer/a/fold_2/parts.safetensors")
    smk = job("train_stage/a", [MANIFEST], ["results/transfer/a/curves.parquet", str(index)])
    with job_records.recorded(smk):
        parts.parent.mkdir(parents=True)
        parts.write_bytes(b"tensors")
        digest = hashlib.blake2b(b"tensors", digest_size=32).hexdigest()
        index.write_text(json.dumps({"folds": [{"fold": 2, "files": {parts.name: digest}}]}))
        Path(smk.output[0]).touch()
    status, said = asked(monkeypatch, capsys, str(parts))
    assert (status, "part of      results/transfer/a/checkpoint.json" in said) == (0, True)
    run("test_source/a", [str(index)], ["results/transfer/b/predictions.csv"])
    tested = ["results/transfer/b/predictions.csv"]
    assert asked(monkeypatch, capsys, *tested)[0] == 0
    parts.write_bytes(b"tensor!")
    assert asked(monkeypatch, capsys, str(parts))[0] == 1
    status, said = asked(monkeypatch, capsys, *tested)
    assert (status, said.splitlines()[-1]) == (1, f"NOT as it was made: {parts}")


def test_a_clip_of_a_synthetic_voice_belongs_to_its_folder(monkeypatch, capsys):
    audio = Path("results/synthetic/v/audio")
    smk = job("synthesise/v", [], {"audio": str(audio), "planted": "results/synthetic/v/planted.csv"}, seed=3)
    with job_records.recorded(smk):
        audio.mkdir(parents=True)
        (audio / "a.flac").write_text("a")
        Path("results/synthetic/v/planted.csv").write_text("a")
    (audio / ".snakemake_timestamp").touch()  # as Snakemake does when the job has ended
    assert asked(monkeypatch, capsys, str(audio / "a.flac"))[0] == 0
    (audio / "b.flac").write_text("b")
    assert asked(monkeypatch, capsys, str(audio / "a.flac"))[0] == 1
