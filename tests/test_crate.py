"""A finished study packed as an RO-Crate: what is in it, what stays out, what it says; nothing half-packed."""

import json
import zipfile
from pathlib import Path

import pytest
from made_up_job import job
from rocrate.rocrate import ROCrate

from workflow_scripts import crate
from workflow_scripts.study import job_records, run_crate
from workflow_scripts.study.digest import code_digest
from workflow_scripts.study.errors import UserError

MANIFEST, PROBED = "results/corpora/speech/manifest.csv", "results/probing/speech/tiny/layer_{}"
LAYERS = [f"results/embeddings/speech/tiny/layer_{layer}.parquet" for layer in "01"]
SUMMED = ["results/corpora/audit.parquet", "results/probing/best.parquet"]  # of one job, in two folders
FIGURE = ["results/figures/curves.svg", "results/figures/curves.csv"]
PROFILES = ["process/0.5", "workflow/0.5", "workflow-ro-crate/1.0"]


def run(log, given, made, **spec):
    smk = job(log, given, made, **spec)
    with job_records.recorded(smk):
        for path in map(Path, smk.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(path))


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOCALISE_SNAKEMAKE", raising=False)
    run("confounds/speech", [], [MANIFEST])
    run("embed/speech_tiny", [MANIFEST], LAYERS)
    for layer in "01":
        folder = PROBED.format(layer)
        run(f"probe/{layer}", [MANIFEST, LAYERS[int(layer)]], [f"{folder}/scores.parquet"], code=f"c0de{layer}")
        (Path(folder) / "mine.csv").write_text("of no job")
    run("train_stage/a", LAYERS, ["results/transfer/a/curves.parquet", "results/transfer/a/checkpoint.json"])
    drawn = [f"{PROBED.format(layer)}/scores.parquet" for layer in "01"] + ["results/transfer/a/curves.parquet"]
    run("summarise_probing", drawn, SUMMED)
    run("figures_papers", [*SUMMED, *drawn], FIGURE)
    run("report", FIGURE, ["results/report.html"], study="Voices", config={"study": "Voices", "seed": 1})


def files(folder):
    return {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file()}


def packed(target="packed"):
    crate.write(Path(target), Path("results"))
    return ROCrate(target)


def actions(read):
    return {entity.id: entity for entity in read.contextual_entities if entity.type == "CreateAction"}


def test_it_holds_what_a_reader_opens_and_leaves_out_what_is_large():
    packed()
    results = {path for path in files("packed") if path.startswith("results/") and "provenance" not in path}
    assert results == {
        "results/report.html",
        *FIGURE,
        *SUMMED,
        MANIFEST,
        *(f"{PROBED.format(layer)}/scores.parquet" for layer in "01"),
        "results/transfer/a/curves.parquet",
    }
    assert {"Snakefile", "rules/common.smk", "workflow_scripts/probe.py", "study.yaml", "LICENSE"} <= files("packed")
    assert not [path for path in files("packed") if "__pycache__" in path]
    assert Path("packed/study.yaml").read_text() == "study: Voices\nseed: 1\n"
    records = {path for path in files("packed") if path.startswith("results/provenance/")}
    assert records == {path for path in files(".") if path.startswith("results/provenance/")}


def test_it_is_read_back_as_a_run_of_the_workflow():
    read = packed()
    assert read.name == "Voices"
    assert read.mainEntity.id == "Snakefile"
    assert [
        profile.id.partition("wfrun/")[2] or profile.id[-21:] for profile in read.root_dataset["conformsTo"]
    ] == PROFILES
    for entity in read.data_entities:
        assert Path("packed", entity.id).exists(), entity.id
    whole = actions(read)["#run"]
    assert whole["instrument"] is read.mainEntity
    assert whole["object"].id == "study.yaml"
    assert read.get("results/report.html") in whole["result"]
    assert all(read.get(action) in read.root_dataset["mentions"] for action in actions(read))
    assert read.get("results/report.html")["sha256"] == job_records.state(Path("results/report.html"))["sha256"]
    assert {"vocalise", "python"} <= {own["name"] for own in read.mainEntity["softwareRequirements"]}


def test_each_job_is_an_action_with_its_files_and_record():
    made = actions(packed())
    assert len(made) == 1 + 8
    probe = made["#job/probe/1"]
    assert probe["instrument"].id == "workflow_scripts/probe.py"
    assert probe["object"].id == MANIFEST
    assert probe["result"].id == f"{PROBED.format(1)}/scores.parquet"
    assert "1 of the files that it read or made are not in this crate" in probe["description"]
    assert json.loads(Path("packed", probe["subjectOf"].id).read_text())["spec"] == {"code": "c0de1"}


def test_a_script_whose_code_has_changed_since_says_so():
    """The records of the study name other code, but for what is made here with that of today."""
    read = packed()
    probe = read.get("workflow_scripts/probe.py")
    assert "changed since jobs ran: their records name the code c0de0 and c0de1." in probe["description"]
    assert "version" not in probe
    today = code_digest("workflow_scripts.probe")
    for layer in "01":
        folder = PROBED.format(layer)
        run(f"probe/{layer}", [MANIFEST, LAYERS[int(layer)]], [f"{folder}/scores.parquet"], code=today)
    probe = packed("again").get("workflow_scripts/probe.py")
    assert (probe["version"], "description" in probe) == (today, False)


def test_of_very_many_jobs_those_of_a_rule_are_one_action(monkeypatch):
    monkeypatch.setattr(run_crate, "JOBS", 6)
    made = actions(packed())
    assert len(made) == 1 + 7  # of eight jobs
    assert len(made["#job/probe"]["subjectOf"]) == len(made["#job/probe"]["result"]) == 2


def test_a_zip_holds_the_same():
    packed()
    crate.write(Path("packed.zip"), Path("results"))
    with zipfile.ZipFile("packed.zip") as archive:
        assert {name for name in archive.namelist() if not name.endswith("/")} == files("packed")


def test_results_elsewhere_are_packed_under_their_own_names():
    Path("kept").mkdir()
    Path("results").rename("kept/last_year")
    crate.write(Path("packed"), Path("kept/last_year"))
    assert "results/report.html" in files("packed")


@pytest.mark.parametrize("file", ["results/report.html", MANIFEST, FIGURE[0], LAYERS[1]])
def test_what_is_not_as_it_was_made_is_not_packed(file):
    Path(file).write_text("other")
    with pytest.raises(UserError, match="as it was made"):
        crate.write(Path("packed"), Path("results"))
    assert {path.name for path in Path().iterdir()} == {"results"}


def test_a_file_outside_the_results_that_was_updated_stops_no_crate():
    Path("page.html.j2").write_text("of last year")
    spec = {"study": "Voices", "config": {"study": "Voices", "seed": 1}}
    run("report", [*FIGURE, "page.html.j2"], ["results/report.html"], **spec)
    Path("page.html.j2").write_text("of this year")
    assert "results/report.html" in {entity.id for entity in packed().data_entities}


def test_an_unfinished_study_and_a_taken_name_are_refused():
    with pytest.raises(UserError, match="there already"):
        crate.write(Path("results"), Path("results"))
    Path("results/report.html").unlink()
    with pytest.raises(UserError, match="no such file"):
        crate.write(Path("packed"), Path("results"))


def test_it_fails_as_a_whole(monkeypatch):
    monkeypatch.setattr(ROCrate, "write", lambda crate, folder: Path(folder).mkdir() or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        crate.write(Path("packed"), Path("results"))
    assert {path.name for path in Path().iterdir()} == {"results"}
