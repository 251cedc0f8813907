"""The plan of a study: its names, its layers, and the spec of every job.

A spec is the one tracked parameter of a rule: a dict of plain types in fixed order that holds exactly the settings
which the job uses, and a digest of the code that it runs. When it changes the job runs again, else it does not.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from workflow_scripts import corpora, networks
from workflow_scripts.study import catalogue
from workflow_scripts.study.config import Dataset, Study
from workflow_scripts.study.digest import PACKAGE, code_digest, content_digest

Spec = dict[str, Any]
FUNCTIONALS = "functionals"


class Plan:
    """Everything that follows from the config before any job has run.

    Args:
        study: the validated config.
        remembered: JSON file that remembers the content hashes of recordings and weights between plans.
    """

    def __init__(self, study: Study, remembered: Path = Path("results/.content_hashes.json")) -> None:
        self.study = study
        self.datasets = study.datasets
        self.models: dict[str, dict[str, Any]] = {}
        for model in study.models:
            entry = catalogue.entry(model if isinstance(model, str) else model.model_dump(exclude_none=True))
            self.models[entry["name"]] = entry
        self._remembered = remembered

    # -- names -----------------------------------------------------------------------------------------------------

    def states(self, model: str) -> list[str]:
        """All layers that a network has: what is stored."""
        return catalogue.states(self.models[model])

    def layers(self, model: str) -> list[str]:
        """The layers of a model, or the one of an acoustic feature set, that the study analyses."""
        if model in self.study.acoustics:
            return [FUNCTIONALS]
        wanted = None if self.study.layers == "all" else [str(layer) for layer in self.study.layers]
        return [state for state in self.states(model) if wanted is None or state in wanted]

    @cached_property
    def representations(self) -> list[str]:
        """Everything that is probed: the networks, then the acoustic feature sets."""
        return [*self.models, *self.study.acoustics]

    @cached_property
    def directions(self) -> list[tuple[str, str]]:
        """(source, target) of every pair, both ways."""
        return [(a, b) for pair in self.study.pairs for a, b in (pair, reversed(pair))]

    def corpus(self, dataset: str) -> corpora.Corpus:
        """The corpus of a dataset."""
        return corpora.find(self.datasets[dataset].corpus)

    def protocols(self, dataset: str) -> list[str]:
        """Protocols of the study that apply to a dataset (EmoBox has fold lists for some corpora)."""
        listed = self.corpus(dataset).emobox
        return [protocol for protocol in self.study.protocols if protocol != "emobox" or listed]

    def emotions(self, dataset: str) -> list[str]:
        """Emotions of the study that a dataset can have, in canonical order."""
        own = list(self.corpus(dataset).emotions)
        if self.study.emotions == "all":
            return own
        wanted = [emotion for emotion in self.study.emotions if not own or emotion in own]
        order = [*corpora.EMOTIONS, *wanted]
        return sorted(wanted, key=order.index)

    def _wanted(self) -> list[str]:
        return [] if self.study.emotions == "all" else list(self.study.emotions)

    def common_emotions(self, source: str, target: str) -> list[str]:
        """Emotions that both datasets of a pair can have; empty where only their files know."""
        first, second = self.emotions(source), self.emotions(target)
        return [emotion for emotion in first or second if not (first and second) or emotion in second]

    def folder(self, dataset: str) -> str:
        """Folder of a dataset's recordings."""
        entry = self.datasets[dataset]
        if self.corpus(dataset).synthetic:
            return f"results/corpora/{dataset}/audio"
        return entry.folder or f"{self.study.audio}/{entry.corpus}"

    def options(self, dataset: str) -> dict[str, Any]:
        """Resolved options of the dataset's corpus, in the corpus's own order."""
        return corpora.resolve_options(self.corpus(dataset), self.datasets[dataset].model_extra)

    # -- specs -----------------------------------------------------------------------------------------------------

    def spec(self, rule: str, **names: str) -> Spec:
        """The spec of one job: its names, the settings it uses, the digest of its code."""
        build: Callable[..., Spec] = getattr(self, f"_{rule}")
        built = {**names, **build(**names)}
        plugins = built.pop("plugins", [])
        return {**built, "code": code_digest(f"{PACKAGE}.{rule}", *plugins)}

    def _plugin(self, dataset: str) -> list[str]:
        return [corpora.module_of(self.datasets[dataset].corpus)]

    def _preparation(self, dataset: str) -> Spec:
        entry: Dataset = self.datasets[dataset]
        return {"level": entry.level, "crop": entry.crop}

    def _synthesise(self, dataset: str) -> Spec:
        return {
            "corpus": self.datasets[dataset].corpus,
            "options": self.options(dataset),
            "seed": self.study.seed,
            "plugins": self._plugin(dataset),
        }

    def _manifest(self, dataset: str) -> Spec:
        corpus, folder, options = self.corpus(dataset), Path(self.folder(dataset)), self.options(dataset)
        made = corpus.synthetic  # then the table of the rule `synthesise` is the input that says what changed
        digest = "" if made else content_digest(corpus.sources(folder, options), self._remembered)
        return {
            "corpus": corpus.name,
            "folder": str(folder),
            "options": options,
            **self._preparation(dataset),
            "on_bad_clips": self.study.bad_clips,
            "own_emotions": [word for word in self._wanted() if word not in corpora.EMOTIONS and corpus.own_emotions],
            "audio_digest": digest,
            "plugins": self._plugin(dataset),
        }

    def _folds(self, dataset: str, protocol: str) -> Spec:
        options = self.options(dataset)
        return {
            "corpus": self.datasets[dataset].corpus,
            "options": options,
            "pool": corpora.pool_of(self.corpus(dataset), dataset, options),
            "emotions": self.emotions(dataset),
            "draws": self.study.folds.paper1_draws if protocol == "paper1" else 1,
            "stratified": self.study.folds.paper1_stratified if protocol == "paper1" else False,
            "folds": self.study.folds.strict if protocol == "strict" else 0,
            "on_bad_clips": self.study.bad_clips,
            "plugins": self._plugin(dataset),
        }

    def _confounds(self, dataset: str) -> Spec:
        return {"emotions": self.emotions(dataset)}

    def _pair_leaks(self, source: str, target: str) -> Spec:
        return {"protocols": self.pair_protocols(source, target)}

    def pair_protocols(self, source: str, target: str) -> list[str]:
        """Protocols that apply to both datasets of a pair; EmoBox states none across corpora that we repeat."""
        shared = [protocol for protocol in self.protocols(source) if protocol in self.protocols(target)]
        return [protocol for protocol in shared if protocol != "emobox"]

    def _embed(self, dataset: str, model: str, shard: str = "1") -> Spec:
        settings = self.study.embeddings
        return {
            "model_entry": {key: value for key, value in sorted(self.models[model].items()) if key != "source"},
            "weights_folder": self.weights(model),
            "weights_digest": self._weights_digest(model),
            **self._preparation(dataset),
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

    def weights(self, model: str) -> str:
        """Folder of a network's weights; "" for untrained ones."""
        entry = self.models[model]
        return "" if entry["weights"] == "untrained" else entry.get("folder") or f"{self.study.weights}/{model}"

    def _weights_digest(self, model: str) -> str:
        folder = self.weights(model)
        files = [file for kind in ("*.json", "*.safetensors") for file in Path(folder).glob(kind)] if folder else []
        return content_digest(sorted(files), self._remembered)

    def _measure_acoustics(self, dataset: str, features: str) -> Spec:
        return self._preparation(dataset)

    def _probe(self, dataset: str, model: str, layer: str) -> Spec:
        return {
            "protocols": self.protocols(dataset),
            **self._probing(model),
            "emotions": self.emotions(dataset),
        }

    def _probing(self, model: str) -> Spec:
        """Settings of every probe; the functionals of an acoustic feature set are one vector a clip, pooled already."""
        settings = self.study.probing
        assert settings is not None, "no probe is planned without a probing section"
        return {
            "probes": list(settings.probes),
            "poolings": [FUNCTIONALS] if model in self.study.acoustics else list(settings.poolings),
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

    def _summarise_cross(self, source: str, target: str) -> Spec:
        return {**self._summarise_layers(target), "protocols": self.pair_protocols(source, target)}

    def _summarise_probing(self) -> Spec:
        return {
            "datasets": self.facts_of_datasets(),
            "models": self.facts_of_models(),
            "seed": self.study.seed,
        }

    def facts_of_datasets(self) -> Spec:
        """What figures and report say of each dataset."""
        return {
            name: {
                "corpus": entry.corpus,
                "domain": self.corpus(name).domain,
                "synthetic": self.corpus(name).synthetic,
                **self._preparation(name),
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
        return facts

    def _figures_probing(self, dataset: str) -> Spec:
        facts = self.facts_of_datasets()[dataset]
        return {"facts": facts, "models": self.facts_of_models()}

    def _figures_cross(self, source: str, target: str) -> Spec:
        facts = self.facts_of_datasets()
        return {"facts": {name: facts[name] for name in (source, target)}, "models": self.facts_of_models()}

    def _figures_papers(self) -> Spec:
        return {"datasets": self.facts_of_datasets(), "models": self.facts_of_models()}

    def _report(self) -> Spec:
        return {
            "study": self.study.study,
            "seed": self.study.seed,
            "config": self.study.model_dump(mode="json"),
            "datasets": self.facts_of_datasets(),
            "models": {
                name: {**facts, "citation": networks.citation(facts["family"])}
                for name, facts in self.facts_of_models().items()
            },
            "pairs": [list(pair) for pair in self.study.pairs],
            "protocols": list(self.study.protocols),
            "plugins": sorted({corpora.module_of(entry.corpus) for entry in self.datasets.values()}),
        }
