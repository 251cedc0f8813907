# Vocalise: what speech and song share, and what embeddings know. One config is one study.
import atexit

from snakemake.utils import min_version

from workflow_scripts.study import needs, trainings
from workflow_scripts.study.around_run import after_jobs, before_jobs, before_planning, in_words
from workflow_scripts.study.checks import check_study
from workflow_scripts.study.forecast import ahead
from workflow_scripts.study.orphans import mark_snakemake
from workflow_scripts.study.plan import Plan

min_version("9.27")

mark_snakemake()


# --configfile replaces config.yaml; Snakemake by itself would merge the two.
if not workflow.configfiles:

    configfile: "config.yaml"


with in_words():
    plan = Plan(check_study(config, ", ".join(map(str, workflow.configfiles))))
    before_planning(workflow)


# At the end, since only then Snakemake knows whether this is a dry run.
atexit.register(lambda: print(ahead(plan, ", ".join(map(str, workflow.configfiles)))) if workflow.dryrun else None)


onstart:
    before_jobs(workflow, plan)


onsuccess:
    after_jobs(workflow, plan)


onerror:
    after_jobs(workflow, plan)


include: "rules/common.smk"
include: "rules/corpora.smk"
include: "rules/embeddings.smk"
include: "rules/acoustics.smk"
include: "rules/probing.smk"
include: "rules/distances.smk"
include: "rules/explanation.smk"
include: "rules/transfer.smk"
include: "rules/clips.smk"
include: "rules/report.smk"
include: "rules/paper.smk"


rule all:
    default_target: True
    input:
        rules.embeddings.input,
        rules.acoustics.input,
        ["results/transfer/scores.parquet"] if plan.cells else [],
        "results/report.html",
        "results/paper/README.md",


# All that needs a network connection; the rest runs without one.
rule fetch:
    input:
        [plan.record(model) for model in plan.models if plan.is_fetched(model)],
        [f"results/fetched/{corpus}.json" for corpus in plan.fetched_corpora],
