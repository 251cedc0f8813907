"""Is a network or a dataset fit for use? ``python -m workflow_scripts.doctor NAME [--config FILE]``.

NAME is a dataset or a model of the config, or a name of resources/models.yaml. What was found goes to the standard
output, the verdict last; the exit status is 0 where it is fit for use, else 1.
"""

import argparse
import logging
import os
import platform
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from workflow_scripts import networks
from workflow_scripts.downloads import records
from workflow_scripts.study import catalogue
from workflow_scripts.study.checks import read_study
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.nearest import did_you_mean
from workflow_scripts.study.plan import Plan
from workflow_scripts.study.plan_checks import remarks


def main() -> int:
    """Examine what the command line names; the exit status."""
    parser = argparse.ArgumentParser(description="Say what a dataset or a network is, and whether it is fit for use.")
    parser.add_argument("name", metavar="NAME", help="of a dataset or model of the config, or of resources/models.yaml")
    parser.add_argument("--config", default="config.yaml", help="default: config.yaml")
    given = parser.parse_args()
    try:
        plan = with_model(Plan(read_study(given.config)), given.name)
        wrong = [examine(plan, given.name, given.config) for examine in examinations(plan, given.name)]
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return int(any(wrong))


def with_model(plan: Plan, name: str) -> Plan:
    """The plan of the study, of a model of the catalogue where the study does not name it."""
    if name in plan.models or name in plan.datasets or name not in catalogue.names():
        return plan
    return Plan(plan.study.model_copy(update={"models": [name]}))


def examinations(plan: Plan, name: str) -> list[Callable[[Plan, str, str], bool]]:
    """What a name asks for; both where a dataset and a model have it. Raises UserError for an unknown name."""
    if name in plan.precomputed:
        raise UserError(
            f"the vectors of '{name}' were made elsewhere, so there is no network to listen to",
            remedy="snakemake compares them with the clips",
        )
    found: list[Callable[[Plan, str, str], bool]] = []
    if name in plan.datasets:
        found.append(of_dataset)
    if name in plan.networks:
        found.append(of_network)
    if not found:
        valid = dict.fromkeys([*plan.datasets, *plan.networks, *catalogue.names()])
        raise UserError(
            f"no dataset or model is called '{name}'{did_you_mean(name, valid)}",
            remedy="name one of the config (--config), or of resources/models.yaml",
        )
    return found


def of_network(plan: Plan, name: str, config: str) -> bool:
    """Report on a network; True where it is not fit for use."""
    # as in every job: a network is read from its folder, never from the hub (read when libraries are imported)
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    from workflow_scripts.embedding.device import ready_device
    from workflow_scripts.examination import network as examination
    from workflow_scripts.examination import network_words

    entry, folder = plan.models[name], plan.weights(name)
    print(f"Model {name}\n")
    threads = min(plan.study.embeddings.threads, len(os.sched_getaffinity(0)))
    device = ready_device(threads)
    said = _Said()
    logging.getLogger("workflow_scripts.networks").addHandler(said)
    logging.getLogger("workflow_scripts.networks").setLevel(logging.INFO)
    if missing := not_there(plan, f"models: {name} "):
        print(f"{missing}\n")
        return end(["its weights are not there yet"])
    tell(f"{name}: loading")
    try:
        network = networks.load(name, entry, folder, plan.study.seed)
        record = records.read(Path(folder)) if folder else {}
        altered = records.changed(Path(folder), record) if record else []
        print(network_words.origin(entry, folder, record, altered, said.lines))
        network.model.to(device)
        seen = examination.examine(
            network,
            precision=plan.study.embeddings.precision,
            batch_seconds=plan.study.embeddings.batch_seconds,
            tell=lambda words: tell(f"{name}: {words}"),
        )
    except UserError as error:
        print(f"{error}\n")
        return end([error.message])
    except Exception as error:  # a fault of the family's own code: its author needs the traceback
        traceback.print_exc()
        return end([f"it cannot listen ({type(error).__name__}: {error})"])
    on_gpu = device.type == "cuda"
    print(network_words.report(network, entry["family"], seen, device_name(on_gpu), 0 if on_gpu else threads))
    return end(seen.faults)


def of_dataset(plan: Plan, name: str, config: str) -> bool:
    """Report on a dataset; True where the study cannot use it."""
    from typing import get_args

    from workflow_scripts.examination import dataset as examination
    from workflow_scripts.examination import dataset_words
    from workflow_scripts.folds import hold_out
    from workflow_scripts.manifest import gather
    from workflow_scripts.materials.confounds import confounds
    from workflow_scripts.study.config import Protocol

    study, corpus = plan.study, plan.corpus(name)
    print(f"Dataset {name}: corpus {corpus.name} in {plan.folder(name)}\n")
    if corpus.synthetic and not Path(plan.folder(name)).is_dir():
        options = "" if config == "config.yaml" else f"--configfile {config} "
        command = f"snakemake --cores 1 {options}{plan.folder(name)}"
        return end([f"its voices have not been synthesised yet; run: {command}"])
    if missing := not_there(plan, f"datasets.{name}: "):
        print(f"{missing}\n")
        return end(["its recordings are not there yet"])
    tell(f"{name}: reading the recordings")
    try:
        # set aside here whatever the study says, so that all that is wrong is told at once
        spec = {**plan.spec("manifest", dataset=name), "on_bad_clips": "set-aside"}
        manifest, set_aside = gather(spec, len(os.sched_getaffinity(0)))
    except UserError as error:
        print(f"{error}\n")
        return end([error.message])
    emotions = plan.emotions(name)
    probing = study.probing
    protocols = []
    for protocol in get_args(Protocol):
        if protocol == "paper2":  # splits speakers inside the explanation and has no folds
            continue
        if protocol == "emobox" and not corpus.emobox:
            refused = "EmoBox has no fold lists for this corpus"
            protocols.append(examination.ProtocolExamination(protocol, planned=False, refused=refused))
            continue
        folds = plan.spec("folds", dataset=name, protocol=protocol)
        protocols.append(
            examination.examine_protocol(
                name,
                protocol,
                partial(hold_out, manifest, folds),
                planned=protocol in study.protocols,
                permutations=probing.permutations if probing else 999,
            )
        )
    seen = examination.examine(manifest, set_aside, emotions)
    asked = manifest[manifest["emotion"].isin(emotions)] if emotions else manifest
    print(dataset_words.report(seen, protocols, confounds(name, asked)))
    wrong, told = examination.faults(
        seen,
        protocols,
        own_emotions=spec["own_emotions"],
        stops=study.bad_clips == "stop",
        chooses=probing is not None and "logistic" in probing.probes,
    )
    return end(wrong, told)


def end(wrong: list[str], told: list[str] | None = None) -> bool:
    """Print the verdict; True where it is not fit for use."""
    from workflow_scripts.examination.words import verdict

    print(verdict(wrong, told or []))
    return bool(wrong)


def tell(words: str) -> None:
    """What is going on, on the standard error."""
    print(words, file=sys.stderr, flush=True)


class _Said(logging.Handler):
    """Keeps what loading logs: the tensors of heads that it leaves out."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def not_there(plan: Plan, begin: str) -> str:
    """The remark of the config check on what is not where it is looked for; "" where it is there."""
    return next((remark for remark in remarks(plan) if remark.startswith(begin)), "")


def device_name(gpu: bool) -> str:
    """The machine's GPU, or its processor and number of cores, in words."""
    if gpu:
        import torch

        return torch.cuda.get_device_name()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


if __name__ == "__main__":
    sys.exit(main())
