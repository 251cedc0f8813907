"""What one layer knows of one emotion: scores, k curve, SHAP values, acoustic prediction, strict and as published."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workflow_scripts.explanation.published import explain_as_published
from workflow_scripts.explanation.ranking import numbers_below
from workflow_scripts.explanation.rows import ALL, Condition, conditions, shortage
from workflow_scripts.explanation.strict import Sample, Settings, Strict
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
Frames = dict[str, pd.DataFrame]
PUBLISHED = "paper2"
OTHER = "other"  # category of features that the eGeMAPS table does not know
KINDS = ("scores", "curve", "choices", "importance", "gains", "categories", "orders", "stability")
REMEDY = "leave the emotion out of `explanation.emotions`, the dataset out of `explanation.datasets`, or add speakers"


@dataclass(frozen=True)
class Material:
    """All clips of the dataset in the order of the manifest: vectors (n, d), features (n, f), usable (n,) or not.

    `dimensions` names the d dimensions; where they are acoustic features, `own` has the category of each.
    """

    manifest: pd.DataFrame
    vectors: F64
    features: F64
    usable: npt.NDArray[np.bool_]
    names: list[str]
    category: list[str]
    dimensions: list[str]
    own: Mapping[str, str]

    @property
    def speakers(self) -> npt.NDArray[np.str_]:
        return np.asarray(self.manifest["speaker"].to_numpy(dtype=str))


def main(smk: "Snakemake") -> None:
    spec = smk.params.spec
    material = _material(smk.input, spec)
    asked = conditions(material.manifest, spec["emotion"], spec["others"])
    material = _without_undefined(material, asked, spec, f"{smk.input.vectors} and {smk.input.features}")
    dealt = strict(material.manifest, spec["pool"] or None, spec["folds"]).set_index("clip_id")["fold"]
    folds = material.manifest["clip_id"].map(dealt).to_numpy(dtype=np.int64)
    x, targets = _scaled(material, spec["speaker_normalisation"])
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in KINDS}
    for condition in asked:
        keep = condition.keep & material.usable
        short = shortage(replace(condition, keep=keep), material.speakers, folds)
        if short and condition.name == ALL:
            raise UserError(f"{spec['emotion']} cannot be explained: {short}", f"dataset {spec['dataset']}", REMEDY)
        if short:
            _add(found, "strict", condition.name, _nothing(short))
            continue
        sample = Sample(x[keep], targets[keep], condition.positive[keep], material.speakers[keep], folds[keep])
        try:
            made = _explained(sample, condition.name, spec, material)
        except UserError as error:  # such as an inner part without the emotion: of all clips a reason to stop
            if condition.name == ALL:
                raise
            _add(found, "strict", condition.name, _nothing(str(error)))
            continue
        if condition.name == ALL:
            held_out = made.pop("shap").assign(clip_id=material.manifest["clip_id"][keep].tolist())
            tables.write(tables.filled(held_out, "explanation_shap"), smk.output.shap, "explanation_shap", spec)
        _add(found, "strict", condition.name, made)
        log.info("%s: %d clips, median k %g", condition.name, keep.sum(), made["choices"]["k"].median())
    if spec["published"]:
        try:
            _add(found, PUBLISHED, ALL, _as_published(material, spec))
        except UserError as error:  # its splits ask for more speakers than strict folds do
            _add(found, PUBLISHED, ALL, _nothing(str(error)))
        log.info("as published: %s", found["scores"][-1]["note"].iloc[0] or "done")
    for name, frames in found.items():
        table = tables.filled(pd.concat(frames, ignore_index=True), f"explanation_{name}")
        tables.write(table, smk.output[name], f"explanation_{name}", spec)


def _nothing(why: str) -> Frames:
    """The one row of a form or condition that cannot be had, with the reason."""
    row = {"side": "all", "metric": "UAR", "value": np.nan, "interval": "none", "note": " ".join(why.split())}
    return {"scores": pd.DataFrame([row])}


def _material(files: Any, spec: Mapping[str, Any]) -> Material:
    manifest = tables.read(files.manifest)
    known = pd.read_csv(files.categories).set_index("feature")["category"]
    vectors = vectors_of(files.vectors, spec["pooling"], manifest)
    features = vectors_of(files.features, FUNCTIONALS, manifest)
    names = _features_of(files.features)
    acoustic = spec["pooling"] == FUNCTIONALS
    dimensions = _features_of(files.vectors) if acoustic else [f"dim_{place}" for place in range(vectors.shape[1])]
    category, own = ([str(known.get(name, OTHER)) for name in some] for some in (names, dimensions))
    by_dimension = dict(zip(dimensions, own, strict=True)) if acoustic else {}
    everything = np.ones(len(manifest), dtype=bool)
    return Material(manifest, vectors, features, everything, names, category, dimensions, by_dimension)


def _features_of(path: str) -> list[str]:
    """Names of the features of an acoustics file."""
    return [name for name in tables.read(path).columns if name not in ("clip_id", "audio_hash")]


def _without_undefined(material: Material, asked: Sequence[Condition], spec: Mapping[str, Any], place: str) -> Material:
    """The material with clips marked that have no defined vector or features; those in use are refused or named."""
    used = np.logical_or.reduce([condition.keep for condition in asked])
    given = {"vectors": material.vectors[used], "features": material.features[used]}
    aside = undefined(material.manifest[used], given, spec["on_bad_clips"], place)
    if aside:
        log.info("set aside for this model, without a defined vector: %s", ", ".join(aside))
    finite = np.asarray(np.isfinite(material.vectors).all(axis=1))
    return replace(material, usable=finite & np.isfinite(material.features).all(axis=1))


def _scaled(material: Material, normalisation: str) -> tuple[F64, F64]:
    """Vectors and features of all clips, NaN where not usable; speakers taken out where that is asked.

    Acoustic features, explained or predicted, are rank-to-normal scores over all clips of the dataset (labels aside):
    a few of them are ratios whose denominators come near zero, and one clip would carry a model or an error.
    """
    made = []
    usable = material.usable
    for values, acoustic in ((material.vectors, bool(material.own)), (material.features, True)):
        out = np.full(values.shape, np.nan)
        out[usable] = rank_normal(values[usable]) if acoustic else values[usable]
        if normalisation == "per-speaker":
            out[usable] = training_only(out[usable], material.speakers[usable], np.ones(usable.sum(), bool))
        made.append(out)
    return made[0], made[1]


def _explained(sample: Sample, condition: str, spec: Mapping[str, Any], material: Material) -> Frames:
    """The strict tables of one condition; SHAP values, importance, curve and stability only with all clips."""
    seed = seed_of(spec["seed"], "explain", *(spec[key] for key in ("dataset", "model", "layer", "emotion")), condition)
    settings = Settings(spec["C"], spec["inner_folds"], spec["permutations"], spec["random_draws"], seed)
    whole, width = condition == ALL, sample.vectors.shape[1]
    ks = numbers_below(spec["curve"] if whole else spec["k"], width)
    explained = Strict(sample, ks, settings, curves=whole)
    gains, categories, orders = explained.prediction(material.names, material.category)
    made = {"scores": explained.scores(), "choices": explained.choices(), "gains": gains}
    if not whole:
        return {**made, "categories": categories, "orders": orders}
    values, beside = explained.attributions()
    importance = explained.importance(values)
    if material.own:
        importance["feature"] = [material.dimensions[place] for place in importance["dimension"]]
        importance["category"] = importance["feature"].map(material.own)
        of_shap = explained.shap_categories(values, [*material.own.values()])
        categories, orders = pd.concat([categories, of_shap[0]]), pd.concat([orders, of_shap[1]])
    return {
        **made,
        "categories": categories,
        "orders": orders,
        "curve": explained.curve(),
        "importance": importance,
        "stability": explained.stability(numbers_below(spec["k"], width), spec["half_samples"]),
        "shap": pd.concat([beside, pd.DataFrame(values, columns=material.dimensions)], axis=1),
    }


def _as_published(material: Material, spec: Mapping[str, Any]) -> Frames:
    """The tables of the form paper2, from all clips of the dataset in the order of their paths."""
    order = material.manifest.loc[material.usable, "path"].sort_values(kind="stable").index.to_numpy()
    emotions = material.manifest["emotion"].to_numpy(dtype=str)[order]
    return explain_as_published(
        material.vectors[order],
        material.features[order],
        emotions == spec["emotion"],
        np.isin(emotions, spec["others"]),
        material.speakers[order],
        material.names,
        material.category,
        spec["emotion"],
        spec["seed"],
        material.own,
    )


def _add(found: dict[str, list[pd.DataFrame]], protocol: str, condition: str, made: Frames) -> None:
    for name, frame in made.items():
        found[name].append(frame.assign(protocol=protocol, condition=condition))


if __name__ == "__main__":
    with entry(snakemake):
        main(snakemake)
