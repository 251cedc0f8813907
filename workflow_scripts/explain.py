"""What one layer knows of one emotion: scores, k curve, SHAP values, acoustic prediction, strict and as published."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.explanation.published import explain_as_published
from workflow_scripts.explanation.rows import ALL, Condition, conditions, shortage
from workflow_scripts.explanation.stability import stability_rows
from workflow_scripts.explanation.strict import Sample, Settings, Strict, numbers_below
from workflow_scripts.materials.folds import strict
from workflow_scripts.probing.files import FUNCTIONALS, vectors_of
from workflow_scripts.probing.inputs import undefined
from workflow_scripts.probing.normalisation import training_only
from workflow_scripts.statistics.scales import rank_normal
from workflow_scripts.study import tables
from workflow_scripts.study.entry import entry
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.seeds import seed_of

if TYPE_CHECKING:
    from snakemake.iocontainers import Snakemake

    snakemake: Snakemake

log = logging.getLogger(__name__)
F64 = npt.NDArray[np.float64]
STRICT, PUBLISHED = "strict", "paper2"
OTHER = "other"  # category of features that the eGeMAPS table does not know


def main(smk: "Snakemake") -> None:
    spec, files = smk.params.spec, smk.input
    manifest = tables.read(files.manifest)
    known = pd.read_csv(files.categories).set_index("feature")["category"]
    names = _features_of(files.features)
    category = [str(known.get(name, OTHER)) for name in names]
    vectors = vectors_of(files.vectors, spec["pooling"], manifest)
    features = vectors_of(files.features, FUNCTIONALS, manifest)
    asked = conditions(manifest, spec["emotion"], spec["others"])
    usable = _usable(manifest, vectors, features, asked, spec, f"{files.vectors} and {files.features}")
    dealt = strict(manifest, spec["pool"] or None, spec["folds"]).set_index("clip_id")["fold"]
    folds = manifest["clip_id"].map(dealt).to_numpy(dtype=np.int64)
    own = spec["model"] == spec["features"] or spec["pooling"] == FUNCTIONALS
    labels = _features_of(files.vectors) if own else [f"dim_{place}" for place in range(vectors.shape[1])]
    about = {label: str(known.get(label, OTHER)) for label in labels} if own else {}
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in SCHEMAS}
    speakers = manifest["speaker"].to_numpy(dtype=str)
    x, targets = _scaled(vectors, features, speakers, usable, spec["speaker_normalisation"])
    for condition in asked:
        keep = condition.keep & usable
        short = shortage(replace(condition, keep=keep), speakers, folds)
        if short and condition.name == ALL:
            raise UserError(f"{spec['emotion']} cannot be explained: {short}", f"dataset {spec['dataset']}", REMEDY)
        if short:
            _add(found, STRICT, condition.name, {"scores": pd.DataFrame([{**NOTHING, "note": short}])})
            continue
        seed = seed_of(spec["seed"], "explain", *(spec[key] for key in KEYS), condition.name)
        sample = Sample(x[keep], targets[keep], condition.positive[keep], speakers[keep], folds[keep])
        ids = manifest["clip_id"][keep].tolist()
        made = _explained(sample, condition, spec, seed, names, category, labels if own else [], about)
        if condition.name == ALL:
            values = made.pop("values").to_numpy()
            beside = made.pop("shap").assign(clip_id=ids)
            whole = pd.concat([beside, pd.DataFrame(values, columns=labels)], axis=1)
            tables.write(tables.filled(whole, "explanation_shap"), smk.output.shap, "explanation_shap", spec)
        _add(found, STRICT, condition.name, made)
        log.info("%s: %d clips, median k %s", condition.name, keep.sum(), made["choices"]["k"].median())
    if spec["published"]:
        _add(found, PUBLISHED, ALL, _as_published(manifest, vectors, features, names, category, usable, spec, about))
    for name, frames in found.items():
        table = tables.filled(pd.concat(frames, ignore_index=True), SCHEMAS[name])
        tables.write(table, smk.output[name], SCHEMAS[name], spec)


SCHEMAS = {
    name: f"explanation_{name}"
    for name in ("scores", "curve", "choices", "importance", "gains", "categories", "orders", "stability")
}
KEYS = ("dataset", "model", "layer", "emotion")
NOTHING = {"side": "all", "metric": "UAR", "interval": "none"}
REMEDY = "leave the emotion out of `explanation.emotions`, the dataset out of `explanation.datasets`, or add speakers"


def _features_of(path: str) -> list[str]:
    """Names of the features of an acoustics file."""
    return [name for name in tables.read(path).columns if name not in ("clip_id", "audio_hash")]


def _usable(
    manifest: pd.DataFrame,
    vectors: F64,
    features: F64,
    asked: Sequence[Condition],
    spec: dict[str, Any],
    place: str,
) -> npt.NDArray[np.bool_]:
    """Clips (clips,) with a defined vector and defined features; those in use that have none are refused or named."""
    used = np.logical_or.reduce([condition.keep for condition in asked])
    given = {"vectors": vectors[used], "features": features[used]}
    aside = undefined(manifest[used], given, spec["on_bad_clips"], place)
    if aside:
        log.info("set aside for this model, without a defined vector: %s", ", ".join(aside))
    return np.asarray(np.isfinite(vectors).all(axis=1) & np.isfinite(features).all(axis=1))


def _scaled(
    vectors: F64, features: F64, speakers: npt.NDArray[np.str_], usable: npt.NDArray[np.bool_], normalisation: str
) -> tuple[F64, F64]:
    """Vectors and rank-normal features of all clips, NaN where not usable; speakers taken out where that is asked."""
    x, targets = np.full(vectors.shape, np.nan), np.full(features.shape, np.nan)
    x[usable], targets[usable] = vectors[usable], rank_normal(features[usable])
    if normalisation == "per-speaker":
        x[usable] = training_only(x[usable], speakers[usable], np.ones(usable.sum(), bool))
        targets[usable] = training_only(targets[usable], speakers[usable], np.ones(usable.sum(), bool))
    return x, targets


def _explained(
    sample: Sample,
    condition: Condition,
    spec: dict[str, Any],
    seed: int,
    names: Sequence[str],
    category: Sequence[str],
    labels: Sequence[str],
    about: dict[str, str],
) -> dict[str, pd.DataFrame]:
    """The strict tables of one condition; SHAP values, importance, curve and stability for all clips only."""
    settings = Settings(spec["C"], spec["inner_folds"], spec["permutations"], spec["random_draws"], seed)
    whole = condition.name == ALL
    ks = numbers_below(spec["curve"] if whole else spec["k"], sample.vectors.shape[1])
    explained = Strict(sample, ks, settings, curves=whole)
    gains, categories, orders = explained.prediction(names, category)
    made = {"scores": explained.scores(), "choices": explained.choices(), "gains": gains}
    if not whole:
        return {**made, "categories": categories, "orders": orders}
    values, beside = explained.attributions()
    importance = explained.importance(values)
    if labels:
        importance["feature"] = [labels[place] for place in importance["dimension"]]
        importance["category"] = [about[feature] for feature in importance["feature"]]
        of_shap = explained.shap_categories(values, [about[label] for label in labels])
        categories, orders = pd.concat([categories, of_shap[0]]), pd.concat([orders, of_shap[1]])
    coarse = numbers_below(spec["k"], sample.vectors.shape[1])
    stability = stability_rows(
        sample.vectors, sample.positive, sample.speakers, coarse, explained.usual_C, spec["half_samples"], seed
    )
    return {
        **made, "curve": explained.curve(), "importance": importance, "categories": categories, "orders": orders,
        "stability": stability, "shap": beside, "values": pd.DataFrame(values),
    }  # fmt: skip


def _as_published(
    manifest: pd.DataFrame,
    vectors: F64,
    features: F64,
    names: Sequence[str],
    category: Sequence[str],
    usable: npt.NDArray[np.bool_],
    spec: dict[str, Any],
    own: dict[str, str],
) -> dict[str, pd.DataFrame]:
    """The tables of the form paper2, from all clips of the dataset in the order of their paths."""
    order = manifest.loc[usable, "path"].sort_values(kind="stable").index.to_numpy()
    emotions = manifest["emotion"].to_numpy(dtype=str)[order]
    positive, against = emotions == spec["emotion"], np.isin(emotions, spec["others"])
    return explain_as_published(
        vectors[order], features[order], positive, against, manifest["speaker"].to_numpy(dtype=str)[order],
        names, category, spec["emotion"], spec["seed"], own,
    )  # fmt: skip


def _add(found: dict[str, list[pd.DataFrame]], protocol: str, condition: str, made: dict[str, pd.DataFrame]) -> None:
    for name, frame in made.items():
        found[name].append(frame.assign(protocol=protocol, condition=condition))


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
