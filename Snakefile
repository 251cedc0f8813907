# Vocalise: what speech and song share, and what embeddings know. One config is one study.
import atexit
import sys
from contextlib import contextmanager
from pathlib import Path

from snakemake.utils import min_version

from workflow_scripts.study import needs, trainings
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.forecast import ahead, keep
from workflow_scripts.study.future import refuse_future
from workflow_scripts.study.leftovers import refuse_leftovers
from workflow_scripts.study.lost_records import mark_results_of_damaged_records
from workflow_scripts.study.orphans import mark_snakemake
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.writable import refuse_unwritable

min_version("9.27")

mark_snakemake()


# --configfile replaces config.yaml; Snakemake by itself would merge the two.
if not workflow.configfiles:

    configfile: "config.yaml"


@contextmanager
def in_words():
    """End on a UserError with its message alone."""
    try:
        yield
    except UserError as mistake:
        print(f"\n{mistake}\n", file=sys.stderr)
        sys.exit(1)


with in_words():
    plan = Plan(check_study(config, ", ".join(map(str, workflow.configfiles))))
    if workflow.is_main_process:
        refuse_unwritable([".snakemake/iocache/latest.pkl"])
        mark_results_of_damaged_records()


onstart:
    with in_words():
        if workflow.non_local_exec:
            refuse_leftovers(Path.cwd())
        jobs = list(workflow.dag.needrun_jobs())
        refuse_unwritable(path for job in jobs for path in (*job.output, *job.log))
        refuse_future(path for job in jobs for path in job.input)


# At the end, since only then Snakemake knows whether this is a dry run.
atexit.register(lambda: print(ahead(plan, ", ".join(map(str, workflow.configfiles)))) if workflow.dryrun else None)


# What is planned is kept before it runs, and compared with what it took: `snakemake plan`.
onstart:
    keep(plan, gpus())


onsuccess:
    keep(plan, gpus())


onerror:
    keep(plan, gpus())


include: "rules/common.smk"
include: "rules/corpora.smk"
include: "rules/embeddings.smk"
include: "rules/acoustics.smk"
include: "rules/probing.smk"
include: "rules/distances.smk"
include: "rules/explanation.smk"
include: "rules/transfer.smk"
include: "rules/report.smk"


rule all:
    default_target: True
    input:
        rules.embeddings.input,
        rules.acoustics.input,
        ["results/transfer/scores.parquet"] if plan.cells else [],
        "results/report.html",


# All that needs a network connection; the rest runs without one.
rule fetch:
    input:
        [plan.record(model) for model in plan.models if plan.is_fetched(model)],
        [f"results/fetched/{corpus}.json" for corpus in plan.fetched_corpora],
