"""The plan of a study: the spec of every job.

A spec is the one tracked parameter of a rule: a dict of plain types in fixed order that holds exactly the settings
which the job uses, and a digest of the code that it runs. When it changes the job runs again, else it does not.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workflow_scripts import corpora, networks
from workflow_scripts.downloads import records
from workflow_scripts.precomputed import GIVEN
from workflow_scripts.study.digest import PACKAGE, code_digest, content_digest
from workflow_scripts.study.names import FUNCTIONALS, is_empty
from workflow_scripts.study.plan_transfer import TransferPlan
from workflow_scripts.transfer import tuners

Spec = dict[str, Any]
FULL_CURVE = range(10, 512, 10)  # numbers of dimensions of paper 2


class Plan(TransferPlan):
    """The spec of every rule's jobs, one method `_<rule>` each; arguments as of `Names`."""

    def spec(self, rule: str, **names: str) -> Spec:
        """The spec of one job: its names, the settings it uses, the digest of its code."""
        build: Callable[..., Spec] = getattr(self, f"_{rule}")
        built = {**names, **build(**names)}
        plugins = built.pop("plugins", [])
        code = built.pop("code", None) or code_digest(f"{PACKAGE}.{rule}", *plugins)
        return {**built, "code": code}

    def _plugin(self, dataset: str) -> list[str]:
        return [corpora.module_of(self.datasets[dataset].corpus)]

    def _synthesise(self, voices: str) -> Spec:
        dataset = next(dataset for dataset, own in self.voices.items() if own == voices)
        return {
            "corpus": self.datasets[dataset].corpus,
            "options": self.options(dataset),
            "seed": self.study.seed,
            "plugins": self._plugin(dataset),
        }

    def fetch(self, corpus: str) -> Spec:
        """The spec of the job that fetches a corpus, without its code: the md5 alone decides what it makes, and an
        edit of the way it does so must not make everything run again that follows from the recordings.
        """
        dataset = next(dataset for dataset in self.fetched if self.datasets[dataset].corpus == corpus)
        archive = self.fetched[dataset]
        return {"corpus": corpus, "folder": self.folder(dataset), "bytes": archive.bytes, "md5": archive.md5}

    def _audio_digest(self, dataset: str) -> str:
        """What the recordings are, in a word that is the same before and after a rule has made or fetched them."""
        corpus, folder = self.corpus(dataset), Path(self.folder(dataset))
        if dataset in self.voices:  # the table of the rule `synthesise` is the input that says what changed
            return ""
        files = corpus.sources(folder, self.options(dataset))
        if dataset not in self.fetched:
            return content_digest(files, self._remembered)
        digest = content_digest(files, self._remembered, base=folder)
        return self.fetched[dataset].md5 if is_empty(folder) or digest == _as_fetched(folder) else digest

    def _manifest(self, dataset: str) -> Spec:
        corpus = self.corpus(dataset)
        return {
            "corpus": corpus.name,
            "folder": self.folder(dataset),
            "options": self.options(dataset),
            **self.preparation(dataset),
            "on_bad_clips": self.study.bad_clips,
            "own_emotions": [word for word in self._wanted() if word not in corpora.EMOTIONS and corpus.own_emotions],
            "audio_digest": self._audio_digest(dataset),
            "plugins": self._plugin(dataset),
        }

    def _folds(self, dataset: str, protocol: str) -> Spec:
        options = self.options(dataset)
        return {
            "corpus": self.datasets[dataset].corpus,
            "options": options,
            "pool": corpora.pool_of(self.corpus(dataset), dataset, options),
            "emotions": self.emotions(dataset),
            "draws": self.study.folds.paper1_draws if protocol in ("paper1", "twins") else 1,
            "stratified": self.study.folds.paper1_stratified if protocol == "paper1" else False,
            "folds": self.study.folds.strict if protocol == "strict" else 0,
            "on_bad_clips": self.study.bad_clips,
            "plugins": self._plugin(dataset),
        }

    def _confounds(self, dataset: str) -> Spec:
        return {"emotions": self.emotions(dataset)}

    def _pair_leaks(self, source: str, target: str) -> Spec:
        return {"protocols": self.pair_protocols(source, target)}

    def _embed(self, dataset: str, model: str, shard: str = "1") -> Spec:
        settings = self.study.embeddings
        return {
            **self.listened(model),
            **self.preparation(dataset),
            "poolings": list(settings.poolings),
            "frame_statistics": settings.frame_statistics,
            "precision": settings.precision,
            "batch_seconds": settings.batch_seconds,
            "window_seconds": settings.window_seconds,
            "window_overlap_seconds": settings.window_overlap_seconds,
            "shard": int(shard),
            "shards": settings.shards,
            "seed": self.study.seed,
            "states": self.states(model),
            "plugins": [networks.family_module(self.models[model]["family"])],
        }

    def _gather_shards(self, dataset: str, model: str) -> Spec:
        """The spec of embedding, code included: shards are not kept, and must be made again when it changes."""
        embedding = self._embed(dataset, model)
        return {
            **{key: value for key, value in embedding.items() if key != "shard"},
            "plugins": [*embedding["plugins"], f"{PACKAGE}.embed"],
        }

    def _fetch_weights(self, model: str) -> Spec:
        entry = self.models[model]
        return {
            "source": entry["source"],
            "revision": entry.get("revision", "main"),
            "weights_folder": self.weights(model),
            # hashes prove what is fetched, whatever the code that fetched it: an edit of it fetches nothing again
            "code": f"record {records.VERSION}",
        }

    def _import_vectors(self, dataset: str, model: str) -> Spec:
        return {
            "file": self.models[model]["vectors"][dataset],
            "md5": self.vector_files(dataset, model),
            "states": self.states(model),
        }

    def _measure_acoustics(self, dataset: str, features: str) -> Spec:
        return self.preparation(dataset)

    def _probe(self, dataset: str, model: str, layer: str) -> Spec:
        return {
            "protocols": self.protocols(dataset),
            **self._probing(model),
            "emotions": self.emotions(dataset),
        }

    def _probing(self, model: str) -> Spec:
        """Settings of every probe."""
        settings = self.study.probing
        assert settings is not None, "no probe is planned without a probing section"
        return {
            "probes": list(settings.probes),
            "poolings": self._pooled(model, settings.poolings),
            "speaker_normalisation": list(settings.speaker_normalisation),
            "C": list(settings.C),
            "inner_folds": settings.inner_folds,
            "null_runs": settings.null_runs,
            "permutations": settings.permutations,
            "on_bad_clips": self.study.bad_clips,
            "seed": self.study.seed,
        }

    def _cross_probe(self, source: str, target: str, model: str, layer: str) -> Spec:
        return {
            "protocols": self.pair_protocols(source, target),
            **self._probing(model),
            "emotions": self.common_emotions(source, target),
        }

    def _summarise_layers(self, dataset: str) -> Spec:
        settings = {model: self._probing(model) for model in self.representations}
        shared = next(iter(settings.values()))
        return {
            "models": {
                model: {"layers": self.layers(model), "poolings": settings[model]["poolings"]} for model in settings
            },
            "protocols": self.protocols(dataset),
            **{key: shared[key] for key in ("probes", "speaker_normalisation", "permutations", "seed")},
        }

    def headline_probe(self, dataset: str) -> Spec:
        """What tells the rows of the strict headline probe from others; {} where there is none of a dataset."""
        settings = self.study.probing
        if settings is None or dataset not in self.examined or "strict" not in self.protocols(dataset):
            return {}
        first = {"probe": settings.probes[0], "speaker_normalisation": settings.speaker_normalisation[0]}
        return {"protocol": "strict", **first, "null_run": 0}

    def _clips(self, dataset: str) -> Spec:
        poolings = (self.study.probing or self.study.embeddings).poolings
        return {
            "models": {
                model: {"layers": self.layers(model), "pooling": self._pooled(model, poolings)[0]}
                for model in self.representations
            },
            "emotions": self.emotions(dataset),
            "asked": self.headline_probe(dataset),
            "on_bad_clips": self.study.bad_clips,
        }

    def _summarise_cross(self, source: str, target: str) -> Spec:
        return {**self._summarise_layers(target), "protocols": self.pair_protocols(source, target)}

    def _summarise_probing(self) -> Spec:
        return {
            "datasets": self.facts_of_datasets(),
            "models": self.facts_of_models(),
            "seed": self.study.seed,
        }

    def _pair_groups(self, first: str, second: str) -> Spec:
        return {"emotions": self.common_emotions(first, second)}

    def _measure_distances(self, first: str, second: str, model: str, layer: str) -> Spec:
        """The emotions are not among the settings: every one that both datasets have is measured, so that a further
        one in the config measures nothing again."""
        settings = self.study.distances
        assert settings is not None, "no distance is planned without a section `distances`"
        return {
            "poolings": self._pooled(model, settings.poolings),
            "draws": settings.draws,
            "half_samples": settings.half_samples,
            "swaps": settings.swaps,
            "explaining": next(iter(self.study.acoustics), ""),
            "on_bad_clips": self.study.bad_clips,
            "seed": self.study.seed,
        }

    def _pooled(self, model: str, poolings: Sequence[str]) -> list[str]:
        """Poolings of a model; functionals and vectors made elsewhere are one vector a clip, pooled already."""
        given = FUNCTIONALS if model in self.study.acoustics else GIVEN if model in self.precomputed else ""
        return [given] if given else list(poolings)

    def _summarise_distances(self) -> Spec:
        return {
            "pairs": [list(pair) for pair in self.study.pairs],
            "emotions": {"_and_".join(pair): self.common_emotions(*pair) for pair in self.study.pairs},
            "domains": {
                name: self.corpus(name).domain or self.options(name).get("domain", "")
                for pair in self.study.pairs
                for name in pair
            },
            "models": self.facts_of_models(),
            "seed": self.study.seed,
        }

    def _compared(self) -> list[Any]:
        """[[first, second, [[other pair, how it differs], ...]], ...]: `conditions` in plain types."""
        return [
            [*pair, [[list(other), words] for other, words in others.items()]]
            for pair, others in self.conditions.items()
        ]

    def _figures_distances(self, first: str, second: str) -> Spec:
        facts = self.facts_of_datasets()
        return {
            "facts": {name: facts[name] for name in (first, second)},
            "models": self.facts_of_models(),
            "conditions": [[list(pair), words] for pair, words in self.conditions[first, second].items()],
        }

    def _explained_groups(self, dataset: str) -> Spec:
        return {
            "emotions": self.explained(dataset),
            "against": self.told_from(dataset),
            **self._strict_folds(dataset),
        }

    def _strict_folds(self, dataset: str) -> Spec:
        """What says who is held out when, the emotions aside: these folds are dealt by speaker alone."""
        known = corpora.speakers_of(self.corpus(dataset), self.options(dataset))
        return {"folds": self.study.folds.strict, "pool": known or {}}

    def _explain(self, dataset: str, model: str, layer: str, emotion: str) -> Spec:
        settings = self.study.explanation
        assert settings is not None, "nothing is explained without a section `explanation`"
        full = self.has_full_curve(model, layer)
        return {
            "against": settings.against,
            "others": [other for other in self.told_from(dataset) if other != emotion],
            "pooling": self._pooled(model, [settings.pooling])[0],
            "speaker_normalisation": settings.speaker_normalisation,
            "C": list(settings.C),
            "inner_folds": settings.inner_folds,
            "k": list(settings.k),
            "curve": sorted({*settings.k, *FULL_CURVE}) if full else list(settings.k),
            "published": full and "paper2" in self.study.protocols,
            "random_draws": settings.random_draws,
            "half_samples": settings.half_samples,
            "permutations": settings.permutations,
            **self._strict_folds(dataset),
            "features": self.study.acoustics[0],
            "on_bad_clips": self.study.bad_clips,
            "seed": self.study.seed,
        }

    def _summarise_explanation(self) -> Spec:
        settings = self.study.explanation
        assert settings is not None, "nothing is explained without a section `explanation`"
        return {"datasets": self.facts_of_datasets(), "against": settings.against}

    def _figures_explanation(self, dataset: str) -> Spec:
        return {"facts": self.facts_of_datasets()[dataset], "models": self.facts_of_models()}

    def _figures_shap(self, dataset: str) -> Spec:
        return {"facts": self.facts_of_datasets()[dataset], "features": self.study.acoustics[0]}

    def _figures_atlas(self, model: str) -> Spec:
        facts = self.facts_of_datasets()
        return {
            "datasets": {name: facts[name] for name in self.explained_datasets},
            "facts": self.facts_of_models()[model],
        }

    def _figures_explanation_papers(self) -> Spec:
        return {"datasets": self.facts_of_datasets()}

    def _summarise_transfer(self) -> Spec:
        settings = self.study.transfer
        assert settings is not None, "nothing is trained without a section `transfer`"
        return {
            "datasets": self.facts_of_datasets(),
            "models": self.facts_of_models(),
            "tuners": self.variants(),
            "permutations": settings.permutations,
            "seed": self.study.seed,
        }

    def _figures_transfer(self, source: str, target: str) -> Spec:
        facts = self.facts_of_datasets()
        synthetic = any(facts[name]["synthetic"] for name in (source, target))
        return {"synthetic": synthetic, "models": self.facts_of_models(), "tuners": self.tuners}

    def _figures_transfer_claims(self) -> Spec:
        facts = self.facts_of_datasets()
        synthetic = any(facts[name]["synthetic"] for way in self.trained_directions for name in way)
        return {"synthetic": synthetic}

    def _reported_transfer(self) -> Spec:
        """What the report says of trainings; nothing where none are made."""
        if not self.study.transfer:
            return {}
        return {
            "directions": [list(way) for way in self.trained_directions],
            "conditions": list(dict.fromkeys(cell.condition for cell in self.cells)),
            "protocols": self.trained_protocols,
            "seeds": max((cell.seed for cell in self.cells), default=0),
            "tuners": {
                name: {**facts, "sources": {part: tuners.source(part, options) for part, options in facts["parts"]}}
                for name, facts in self.variants().items()
            },
        }

    def facts_of_datasets(self) -> Spec:
        """What figures and report say of each dataset."""
        return {
            name: {
                "corpus": entry.corpus,
                "domain": self.corpus(name).domain,
                "synthetic": self.corpus(name).synthetic,
                **self.preparation(name),
                "protocols": self.protocols(name),
                "emotions": self.emotions(name),
            }
            for name, entry in self.datasets.items()
        }

    def facts_of_models(self) -> Spec:
        """What figures and report say of each model and acoustic feature set."""
        facts: Spec = {}
        for name in self.representations:
            entry = self.models.get(name, {"family": "acoustics", "weights": "none"})
            facts[name] = {
                "family": entry["family"],
                "weights": entry["weights"],
                "architecture": entry.get("architecture", ""),
                "source": entry.get("source", ""),
                "layers": self.layers(name),
            }
            if name in self.precomputed:
                facts[name]["files"] = {dataset: self.vector_files(dataset, name) for dataset in self.datasets}
        return facts

    def _figures_probing(self, dataset: str) -> Spec:
        facts = self.facts_of_datasets()[dataset]
        return {"facts": facts, "models": self.facts_of_models()}

    def _figures_cross(self, source: str, target: str) -> Spec:
        facts = self.facts_of_datasets()
        return {"facts": {name: facts[name] for name in (source, target)}, "models": self.facts_of_models()}

    def _figures_papers(self) -> Spec:
        return {"datasets": self.facts_of_datasets(), "models": self.facts_of_models()}

    def _findings(self) -> Spec:
        return {
            "seed": self.study.seed,
            "datasets": self.facts_of_datasets(),
            "models": self.facts_of_models(),
            "pairs": [list(pair) for pair in self.study.pairs],
            "compared": self._compared() if self.study.distances else [],
            "explained": self.explained_datasets,
            "transfer": self._reported_transfer(),
        }

    def _report(self) -> Spec:
        return {
            "study": self.study.study,
            "seed": self.study.seed,
            "config": self.study.as_config(),
            "datasets": self.facts_of_datasets(),
            "models": {
                name: {**facts, "citation": networks.citation(facts["family"])}
                for name, facts in self.facts_of_models().items()
            },
            "pairs": [list(pair) for pair in self.study.pairs],
            "compared": self._compared() if self.study.distances else [],
            "explained": self.explained_datasets,
            "protocols": self.probe_protocols,
            "transfer": self._reported_transfer(),
            "plugins": sorted({corpora.module_of(entry.corpus) for entry in self.datasets.values()}),
        }

    def _paper(self) -> Spec:
        return self._report()


def _as_fetched(folder: Path) -> str:
    """Digest of the recordings as they were fetched; "" where that cannot be read."""
    try:
        return str(json.loads((folder / corpora.FETCHED).read_text())["digest"])
    except (OSError, ValueError, TypeError, KeyError):
        return ""
