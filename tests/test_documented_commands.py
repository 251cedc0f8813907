"""Every command that README.md and docs/ tell people to type is run by a test, or this table says why it is not."""

import re

from documents import PAGES, ROOT, commands

# Run by tests/workflow/test_documented.py, word for word, in a small finished study.
IN_A_STUDY = (
    "snakemake --cores 2 -n -q rules",
    "snakemake --configfile my_study.yaml -n -q",
    "python -m workflow_scripts.check_config config.yaml",
    "python -m workflow_scripts.check_config my_study.yaml",
    "python -m workflow_scripts.doctor mine --config my_study.yaml",
    "python -m workflow_scripts.provenance results/report.html",
    "python -m workflow_scripts.provenance results/figures/speech/layer_curves.svg",
)
# Run there too, with `-n -q` behind: planned, not done.
PLANNED = (
    "snakemake --configfile resources/studies/laptop.yaml --cores 8",
    "snakemake --configfile resources/studies/paper1.yaml --cores 8",
    "snakemake --configfile resources/studies/paper2.yaml --cores 8",
)
FETCHED = "tests/workflow/test_fetch_to_report.py::test_one_command_fetches_corpora_and_networks_and_reports"
COUNTED = "tests/workflow/test_plan_command.py::test_a_study_that_trains_nothing_says_so"
MEASURED = "tests/workflow/test_plan_command.py::test_the_trainings_are_counted_before_they_run_and_once_they_are_there"
BY_SLURM = "tests/slurm/on_one_node.py::test_every_rule_ran_on_the_node"
WRITTEN = "tests/workflow/test_documented.py::test_the_tutorials_own_recordings"
INDEX = "needs a package index; in .ci/run"
# What else runs it, or why nothing does.
ELSEWHERE = {
    "make study": ".ci/run",
    "make test": ".ci/run",
    "source .venv/bin/activate": "a shell's own; what it gives are the programs that Makefile calls in .venv/bin",
    "python3.11 -m venv .venv": f"{INDEX} `make study` does the same",
    ".venv/bin/pip install -c envs/constraints.txt -e .": f"{INDEX} `make study` does the same",
    ".venv/bin/pip install -c envs/constraints.txt -e '.[slurm]'": f"{INDEX} `make test-slurm` does the same",
    "pip install -c envs/constraints.txt -e '.[crate]'": f"{INDEX} `make test` installs the same package",
    "git clone ADDRESS vocalise && cd vocalise": "needs a network and an address",
    "snakemake --cores 2": "`make study` in .ci/run does the same; after edits: tests/workflow/test_incremental.py",
    "snakemake --configfile my_study.yaml --cores 8": "planned by -n -q; run: tests/workflow/conftest.py::finished",
    "snakemake --unlock --configfile my_study.yaml": "tests/workflow/test_kill.py::"
    "test_killed_at_several_moments_ends_with_the_same_results",
    "snakemake --cores all": "`make study` in .ci/run does the same",
    "snakemake --configfile resources/studies/laptop.yaml -n -q": "the same as planned with --cores 8",
    "snakemake --configfile my_study.yaml --cores 2 results/corpora/speech/manifest.parquet": "tests/workflow/"
    "test_import_vectors.py::test_models_with_as_many_layers_of_other_names_are_planned_before_their_files_are_there",
    "snakemake fetch --configfile my_study.yaml --cores 1": FETCHED,
    "snakemake fetch --configfile resources/studies/paper1.yaml --cores 1": FETCHED,
    "snakemake fetch --configfile resources/studies/paper2.yaml --cores 1": FETCHED,
    "snakemake plan --cores 1": COUNTED,
    "snakemake plan --configfile resources/studies/paper2.yaml --cores 1": COUNTED,
    "snakemake plan --configfile resources/studies/paper1.yaml --cores 1": MEASURED,
    "snakemake --configfile my_study.yaml --workflow-profile profiles/slurm -n -q": BY_SLURM,
    "snakemake --configfile my_study.yaml --workflow-profile profiles/slurm": BY_SLURM,
    "python -m workflow_scripts.crate my-study.zip": "tests/test_crate.py::test_a_zip_holds_the_same",
    "python -m workflow_scripts.predict --checkpoint FOLDER/checkpoint.json clip.wav interview.flac": "tests/"
    "test_predict.py::test_formats_rates_and_channels",
    "mkdir demonstration": WRITTEN,
    "mv results .snakemake demonstration/": WRITTEN,
    "mkdir my_clips": WRITTEN,
    "cp demonstration/results/synthetic/speech_6_speakers_strength_1.0/audio/*.flac my_clips/": WRITTEN,
    "cp demonstration/results/synthetic/speech_6_speakers_strength_1.0/planted.csv my_clips/clips.csv": WRITTEN,
    "mkdir /group/vocalise && chgrp ourgroup /group/vocalise && chmod 770 /group/vocalise": "needs root, a group; "
    "what it is for: tests/test_store.py::test_members_of_a_group_take_add_and_mend_what_others_stored",
    "rm -rf /group/vocalise/damaged-*": "needs a folder at the root of the machine",
    "find /group/vocalise -maxdepth 1 -name '.*.part' -mtime +2 -exec rm -rf {} +": "needs a folder at the root",
    "find /group/vocalise -maxdepth 1 -type d -name '????????????????????????????????????????' -mtime +365 -exec rm -rf"
    " {} +": "needs a folder at the root; objects that are gone are made again: tests/test_store.py::"
    "test_readers_beside_writers_and_an_eviction_take_whole_objects_or_none",
}


def test_every_command_is_in_the_table_and_the_table_has_no_other() -> None:
    documented = {command for page in PAGES for command in commands(page)}
    known = {*IN_A_STUDY, *PLANNED, *ELSEWHERE}
    assert documented - known == set(), "a new command: have a test run it, or say here what does or why nothing can"
    assert known - documented == set(), "no page has this command any more"


def test_the_tests_that_the_table_names_are_there() -> None:
    named = re.findall(r"((?:tests/[\w/]+\.py)|\.ci/run)(?:::(\w+))?", " ".join(ELSEWHERE.values()))
    assert named
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text() if test else (ROOT / file).exists(), f"{file}::{test}"
