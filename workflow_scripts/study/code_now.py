"""The code of a job as it is today, to hold against what the record of the job says."""

from collections.abc import Mapping
from typing import Any

from workflow_scripts import corpora, networks
from workflow_scripts.downloads import records
from workflow_scripts.study.digest import PACKAGE, code_digest
from workflow_scripts.transfer import tuners


def code_now(script: str, spec: Mapping[str, Any]) -> str:
    """What `Plan.spec` would say today of the code of a job; "" where that cannot be, since a plug-in is gone.

    Args:
        script: name of its entry, without `.py`.
        spec: its settings, as its record has them.
    """
    if script == "fetch_weights":
        return f"record {records.VERSION}"
    try:
        return code_digest(f"{PACKAGE}.{script}", *_plugins(script, spec))
    except ValueError:
        return ""


def _plugins(script: str, spec: Mapping[str, Any]) -> list[str]:
    """The modules that the plan names beside the entry; see the key `plugins` in `Plan` and `TransferPlan`."""
    match script:
        case "synthesise" | "manifest" | "folds":
            return [corpora.module_of(spec["corpus"])]
        case "embed" | "gather_shards":
            return [f"{PACKAGE}.embed", networks.family_module(spec["model_entry"]["family"])]
        case "train_stage" | "train_target" | "test_source":
            family = [networks.family_module(spec["model_entry"]["family"])] if spec["inside"] else []
            return family + [tuners.tuner_module(name) for name, _ in spec["parts"]]
        case "report" | "paper":
            return [corpora.module_of(entry["corpus"]) for entry in spec["config"]["datasets"].values()]
    return []
