"""What an edit of the study, the code or the recordings makes run again: exactly these jobs, by rule and number."""

import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import soundfile
from cited_numbers import faults
from project import RATE, Project, tone

# What follows from new scores, in a study of two datasets, one pair, one network with one layer, one feature set.
REPORT = {"summarise_probing": 1, "figures_probing": 2, "figures_cross": 1, "figures_papers": 1}
TOLD = {"findings": 1, "report": 1, "paper": 1}
REPORT |= TOLD
PROBES_OF_ONE_MODEL = {"probe": 2, "cross_probe": 2, "summarise_layers": 2, "summarise_cross": 2}
ALL_PROBES = {**PROBES_OF_ONE_MODEL, "probe": 4, "cross_probe": 4}
FIRST_STEPS = {"folds": 2, "confounds": 2, "pair_leaks": 2}
RANKED = {"summarise_distances": 1, "figures_distances": 1}
APART = {"measure_distances": 2, **RANKED}
APART_BY_ONE_MODEL = {"measure_distances": 1, **RANKED}
EXPLANATIONS = {"summarise_explanation": 1, "figures_explanation": 2, "figures_shap": 2, "figures_atlas": 1}
EXPLANATIONS["figures_explanation_papers"] = 1
KNOWN = {"explain": 8, **EXPLANATIONS}  # two emotions, two datasets, one network with one layer, one feature set
KNOWN_BY_ONE_MODEL = {**KNOWN, "explain": 4}
LISTENING = {"embed_3_layers": 2, "measure_acoustics": 2}


def set_key(study: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The study with one key (dots between levels) set."""
    section, _, key = path.rpartition(".")
    (study.setdefault(section, {}) if section else study)[key] = value
    return study


def code_files(project: Project) -> list[Path]:
    files = sorted((project.folder / "workflow_scripts").rglob("*.py"))
    assert files
    return files


def test_every_number_of_the_front_page_stands_in_its_table(project: Project) -> None:
    results = project.folder / "results"
    found = pd.read_parquet(results / "findings.parquet")
    assert {"layers", "distances", "explanation", "material"} <= set(found["question"])
    assert faults(found, lambda name: pd.read_parquet(results / f"{name}.parquet")) == []


def test_nothing_to_do_twice(project: Project) -> None:
    assert project.plan() == {}


def test_touching_everything_runs_nothing(project: Project) -> None:
    for number, path in enumerate(sorted(project.folder.rglob("*"), reverse=True)):
        if ".snakemake" not in path.parts and path.is_file():
            os.utime(path, (2e9 + number, 2e9 + number))  # results older than what they were made from
    assert project.plan() == {}


def test_comments_and_layout_run_nothing(project: Project) -> None:
    for path in code_files(project):
        path.write_text("# A comment at the top.\n" + path.read_text() + "\n\n# And one at the end.\n")
    assert project.plan() == {}


def test_docstrings_run_nothing(project: Project) -> None:
    changed = 0
    for path in code_files(project):
        text = path.read_text()
        if text.startswith('"""'):
            path.write_text(text.replace('"""', '"""Said otherwise. ', 1))
            changed += 1
    assert changed > 10
    assert project.plan() == {}


def test_other_numbers_of_cores_run_nothing(project: Project) -> None:
    assert project.plan("--cores", "1") == {}


def test_restored_results_in_a_fresh_checkout_run_nothing(project: Project, tmp_path: Path) -> None:
    checkout = Project.fresh(tmp_path / "checkout")
    for part in ("results", ".snakemake", "clips"):
        shutil.copytree(project.folder / part, checkout.folder / part, copy_function=shutil.copyfile)
    checkout.config = project.config
    assert checkout.plan() == {}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        pytest.param(
            "emotions",
            ["angry", "happy", "neutral", "sad"],
            # the labels are part of the question of every probe; distances are there for every emotion already, and the
            # new one alone is explained
            {
                **FIRST_STEPS,
                "pair_groups": 1,
                "explained_groups": 2,
                **ALL_PROBES,
                **RANKED,
                **KNOWN_BY_ONE_MODEL,
                **REPORT,
            },
            id="an emotion",
        ),
        pytest.param(
            "layers",
            [0, 1],
            {**PROBES_OF_ONE_MODEL, **APART_BY_ONE_MODEL, **KNOWN_BY_ONE_MODEL, **REPORT},  # of the new layer alone
            id="a layer",
        ),
        pytest.param(
            "layers",
            [1, 2],  # the last of the network: no other layer is explained in another way
            {**PROBES_OF_ONE_MODEL, **APART_BY_ONE_MODEL, **KNOWN_BY_ONE_MODEL, **REPORT},
            id="the last layer",
        ),
        pytest.param(
            "models",
            ["tiny-wav2vec2", "tiny-hubert"],
            {
                "embed_3_layers_and_final": 2,
                **PROBES_OF_ONE_MODEL,
                **APART_BY_ONE_MODEL,
                **KNOWN_BY_ONE_MODEL,
                "figures_atlas": 2,
                **REPORT,
            },
            id="a model",
        ),
        pytest.param("probing.C", [0.01, 0.1, 1.0], {**ALL_PROBES, **REPORT}, id="the grid of C"),
        pytest.param(
            "embeddings.poolings",
            ["mean", "std"],
            {"embed_3_layers": 2, **PROBES_OF_ONE_MODEL, **APART_BY_ONE_MODEL, **KNOWN_BY_ONE_MODEL, **REPORT},
            id="pooling",
        ),
        pytest.param("distances.swaps", 20, {**APART, **TOLD}, id="the swaps of distances"),
        pytest.param("explanation.random_draws", 101, {**KNOWN, **TOLD}, id="the random draws of the explanation"),
        pytest.param("study", "Another title", {"report": 1, "paper": 1}, id="the title"),
        pytest.param("embeddings.threads", 3, {"report": 1, "paper": 1}, id="threads, which the report prints"),
        pytest.param("embeddings.shared", "/group/vocalise", {}, id="where embeddings are shared"),
    ],
)
def test_edit_of_the_study(project: Project, key: str, value: Any, expected: dict[str, int]) -> None:
    project.config = set_key(project.config, key, value)
    assert project.plan() == expected


def test_a_dataset_runs_its_own_jobs(project: Project) -> None:
    short = {**project.config["datasets"]["speech"], "crop": 0.4}
    project.config = set_key(project.config, "datasets.short", short)
    own = {"manifest": 1, "folds": 1, "confounds": 1, "embed_3_layers": 1, "measure_acoustics": 1}
    explained = {"explained_groups": 1, **KNOWN_BY_ONE_MODEL, "figures_explanation": 3, "figures_shap": 3}
    probed = {"probe": 2, "summarise_layers": 1, **REPORT, "figures_probing": 3}
    assert project.plan() == {**own, **explained, **probed}


def test_audio_replaced_under_the_same_name(project: Project) -> None:
    soundfile.write(project.folder / "clips/speech/s1_angry_1.wav", tone("angry", 9, 1), RATE)
    assert project.plan() == {
        "manifest": 1,
        "folds": 1,
        "confounds": 1,
        "pair_leaks": 2,
        "embed_3_layers": 1,
        "measure_acoustics": 1,
        "probe": 2,
        "cross_probe": 4,
        "summarise_layers": 1,
        "summarise_cross": 2,
        "pair_groups": 1,
        **APART,
        "explained_groups": 1,
        **KNOWN,
        "explain": 4,
        **REPORT,
    }


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("corpora/emodb.py", {}),  # not a corpus of this study
        ("networks/wavlm.py", {}),  # not a family of this study
        (
            "networks/wav2vec2.py",
            {"embed_3_layers": 2, **PROBES_OF_ONE_MODEL, **APART_BY_ONE_MODEL, **KNOWN_BY_ONE_MODEL, **REPORT},
        ),
        (
            "corpora/table.py",
            {
                "manifest": 2,
                **FIRST_STEPS,
                **LISTENING,
                **ALL_PROBES,
                "pair_groups": 1,
                **APART,
                "explained_groups": 2,
                **KNOWN,
                **REPORT,
            },
        ),
        ("confounds.py", {"confounds": 2, **REPORT}),
        ("measure_acoustics.py", {"measure_acoustics": 2, **PROBES_OF_ONE_MODEL, **APART, **KNOWN, **REPORT}),
        ("distances/kernel.py", {**APART, **TOLD}),
        ("distances/ranks.py", {**RANKED, **TOLD}),
        ("explanation/ridge.py", {**KNOWN, **TOLD}),
        ("explanation/rows.py", {"explained_groups": 2, **KNOWN, **TOLD}),
        ("explanation/published_ridge.py", {**KNOWN, **TOLD}),
        ("probing/newton.py", {**ALL_PROBES, **KNOWN, **REPORT}),
        ("report_page/front_rules.py", TOLD),  # how a claim is judged is said on the page and in the paper too
        ("paper_parts/latex.py", {"paper": 1}),
        ("report.py", {"report": 1}),
    ],
)
def test_edit_of_the_code(project: Project, module: str, expected: dict[str, int]) -> None:
    path = project.folder / "workflow_scripts" / module
    path.write_text(path.read_text() + "\n\nA_NEW_FORMULA = 1 + 1\n")
    assert project.plan() == expected


def test_edit_of_the_report_page(project: Project) -> None:
    style = project.folder / "workflow_scripts/report_page/page.css"
    style.write_text(style.read_text() + "\nbody { margin: 1px; }\n")
    assert project.plan() == {"report": 1}
