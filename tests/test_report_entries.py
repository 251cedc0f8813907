"""Entries of summaries, figures and report, run as Snakemake runs them, on the made-up study."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from cited_numbers import faults
from made_up import DATASETS, MODELS, confounds, leaks_and_confounds, manifest, study, within

from workflow_scripts import figures_cross, figures_papers, figures_probing, findings, report, summarise_probing
from workflow_scripts.study import tables
from workflow_scripts.study.config import Study as Config

PUBLISHED = [str(Path(f"resources/published/{name}.csv").resolve()) for name in ("paper1", "emobox")]
KINDS = ["layer_curves", "recall_by_emotion", "recall_by_speaker", "confusion"]
TABLES = ["scores", "layers", "best", "confusion", "cross", "comparisons"]


class Files(SimpleNamespace):
    """Named files, by name and by place, as Snakemake gives them."""

    def __getitem__(self, key: str | int) -> Any:
        return getattr(self, key) if isinstance(key, str) else list(vars(self).values())[key]


def job(spec: dict[str, Any], inputs: dict[str, Any], outputs: dict[str, Any]) -> Any:
    return SimpleNamespace(params=SimpleNamespace(spec=spec), input=Files(**inputs), output=Files(**outputs))


def gathered(probed: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs of summarise_probing on disk, and its outputs."""
    made = study()
    files: dict[str, list[str]] = {name: [] for name in (
        "leaks", "pair_leaks", "confounds", "scores", "layers", "best", "confusion", "cross", "cross_best"
    )}  # fmt: skip

    def put(name: str, file: str, table: pd.DataFrame, schema: str, spec: dict[str, Any]) -> None:
        tables.write(table, file, schema, spec)
        files[name].append(file)

    for dataset in DATASETS:
        clips = manifest(dataset)
        strict = clips[["clip_id"]].assign(repeat=0, fold=[int(speaker) // 2 for speaker in clips["speaker"]])
        put("leaks", f"{dataset}/leaks.parquet", within(dataset, "strict", clips, strict), "leaks", {})
        put("confounds", f"{dataset}/confounds.parquet", confounds(dataset, clips), "confounds", {})
        for name in ("layers", "best", "confusion") if probed else ():
            own = made[name][made[name]["dataset"] == dataset].drop(columns="source" if name == "layers" else [])
            put(name, f"{dataset}/{name}.parquet", own, name, {})
    if probed:
        put("cross_best", "cross.parquet", made["cross"], "best", {})
        keys = ["source", "dataset", "model", "layer"]
        for (source, dataset, model, layer), part in made["scores"].groupby(keys):
            names = {"dataset": dataset} if source == dataset else {"source": source, "target": dataset}
            file = f"{source}/{dataset}/{model}/{layer}.parquet"
            spec = {**names, "model": model, "layer": layer}
            put("scores" if source == dataset else "cross", file, part.drop(columns=keys), "scores", spec)
    outputs: dict[str, Any] = {name: f"results/probing/{name}.parquet" for name in TABLES}
    outputs["audit"] = "results/corpora/audit.parquet"
    outputs["csv"] = [file.replace(".parquet", ".csv") for file in outputs.values()]
    return files, outputs


def origins() -> list[str]:
    """One layer of each network: of fetched weights, and of random ones."""
    fetched = {"source": "facebook/hubert-base-ls960", "commit": "c0ffee", "licence": "apache-2.0"}
    for model, about in {"hubert-base": fetched, "untrained-hubert-base": {"weights": "untrained"}}.items():
        tables.write_vectors(f"{model}.parquet", [], [], {}, {"model": model, **about})
    return ["hubert-base.parquet", "untrained-hubert-base.parquet"]


def reported(probed: bool, **parts: Any) -> str:
    """The page of the made-up study, with or without probes; with distances, explanations, trainings where given."""
    spec, inputs = on_disk(probed, **parts)
    findings.main(job(spec, inputs, {"table": "results/findings.parquet", "csv": "results/findings.csv"}))
    report.main(job(spec, {**inputs, "findings": "results/findings.parquet"}, {"report": "results/report.html"}))
    return Path("results/report.html").read_text()


def on_disk(
    probed: bool,
    compared: Sequence[Any] = (),
    distances: Sequence[str] = (),
    explained: Sequence[str] = (),
    explanation: Sequence[str] = (),
    models: dict[str, Any] = MODELS,
    trained: dict[str, Any] | None = None,
    transfer: Sequence[str] = (),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Spec and inputs of the page of a study, written to disk."""
    files, outputs = gathered(probed)
    facts = {"datasets": DATASETS, "models": {**MODELS, **models}}
    summarise_probing.main(job({**facts, "seed": 1}, files, outputs))
    figures: list[str] = []

    def three(*names: str) -> dict[str, list[str]]:
        made = {kind: [f"results/figures/{name}.{kind}" for name in names] for kind in ("svg", "png", "csv", "pdf")}
        figures.extend([*made["svg"], *made["csv"]])
        return made

    if probed:
        for dataset, own in DATASETS.items():
            spec = {"dataset": dataset, "facts": own, "models": MODELS}
            made = three(*(f"{dataset}/{kind}" for kind in KINDS))
            svgs = dict(zip(KINDS, made.pop("svg"), strict=True))
            figures_probing.main(job(spec, outputs, {**svgs, **made, "pdf": made["pdf"][0]}))
        spec = {"source": "speech", "target": "song", "facts": DATASETS, "models": MODELS}
        one = {kind: paths[0] for kind, paths in three("speech_and_song/cross_domain").items()}
        figures_cross.main(job(spec, outputs, one))
    one = {kind: paths[0] for kind, paths in three("papers/side_by_side").items()}
    figures_papers.main(job(facts, {**outputs, "published": PUBLISHED}, one))
    manifests, aside, folds = [], [], []
    for dataset in DATASETS:
        manifests.append(f"{dataset}/manifest.parquet")
        tables.write(manifest(dataset), manifests[-1], "manifest", {})
        aside.append(f"{dataset}/set_aside.parquet")
        rows = [{"clip_id": f"{dataset}/x", "path": "x.wav", "reason": "silent"}] if dataset == "song" else []
        folds.append(f"{dataset}/folds_strict.parquet")
        halves = (
            manifest(dataset)[["clip_id"]]
            .assign(repeat=0, fold=lambda clips: range(len(clips)))
            .eval("fold = fold % 2")
        )
        tables.write(halves, folds[-1], "folds", {"dataset": dataset, "protocol": "strict"})
        empty = pd.DataFrame(rows, columns=["clip_id", "path", "reason"], dtype=object)
        tables.write(empty, aside[-1], "set_aside", {"dataset": dataset})
    given = {"study": "Made up", "datasets": {"speech": {"corpus": "ravdess-speech"}}}
    config = Config.model_validate({**given, "probing": {}} if probed else given).model_dump(mode="json")
    spec = {
        **facts,
        "study": "Made up",
        "seed": 1,
        "config": config,
        "pairs": [["speech", "song"]],
        "compared": list(compared),
        "explained": list(explained),
        "transfer": trained or {},
        "protocols": ["strict"],
    }
    listed = [outputs[name] for name in TABLES]
    inputs = {
        "manifests": manifests,
        "set_aside": aside,
        "folds": folds,
        "audit": outputs["audit"],
        "tables": listed,
        "distances": list(distances),
        "explanation": list(explanation),
        "transfer": list(transfer),
        "printed": PUBLISHED[:1] if transfer else [],
        "figures": figures,
        "clips": [],
        "findings": "results/findings.parquet",
        "origins": origins(),
    }
    return spec, inputs


def test_from_scores_to_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = reported(probed=True)
    for name in TABLES:
        table = tables.read(f"results/probing/{name}.parquet")
        assert len(table) == len(pd.read_csv(f"results/probing/{name}.csv", low_memory=False)) > 0
    scores = tables.read("results/probing/scores.parquet")
    assert len(scores) == len(study()["scores"])
    assert set(zip(scores["source"], scores["dataset"], strict=True)) == {(a, b) for a in DATASETS for b in DATASETS}
    assert "hubert-base scores highest of the networks" in page
    assert page.count('src="data:image/svg+xml,') == 10
    assert "1 clip could not be used" in page
    assert "hubert-base from facebook/hubert-base-ls960 at commit c0ffee (licence: apache-2.0)." in page
    assert "song/x" in page
    assert not list(Path("results").rglob("*.part"))
    found = tables.read("results/findings.parquet")
    assert faults(found, lambda name: tables.read(f"results/{name}.parquet")) == []
    assert list(pd.read_csv("results/findings.csv")["sentence"]) == list(found["sentence"])
    assert found["sentence"].iloc[-1].endswith("Some recordings could not be used; each is listed under The material.")


def test_a_study_without_probing_has_a_page_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = reported(probed=False)
    assert "No layers were probed in this study." in page
    assert "Printed figures beside this study" in page
    assert len(tables.read("results/corpora/audit.parquet")) > 0
    assert leaks_and_confounds()["topic"].nunique() == 2
    assert list(tables.read("results/findings.parquet")["question"]) == ["material"]
