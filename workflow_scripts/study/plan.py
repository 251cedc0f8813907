"""The plan of a study: its names, its layers, and the spec of every job.

A spec is the one tracked parameter of a rule: a dict of plain types in fixed order that holds exactly the settings
which the job uses, and a digest of the code that it runs. When it changes the job runs again, else it does not.
"""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from workflow_scripts import corpora, networks
from workflow_scripts.downloads import records
from workflow_scripts.precomputed import GIVEN, files_of
from workflow_scripts.study import catalogue
from workflow_scripts.study.config import Dataset, Study
from workflow_scripts.study.digest import PACKAGE, code_digest, content_digest, content_hashes

Spec = dict[str, Any]
# Keys of a network's entry that say where it comes from: its embeddings depend on what came, not on these.
ABOUT_THE_FETCH = ("licence", "revision", "source")
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
        """All layers that a model has: what is stored."""
        return catalogue.states(self.models[model])

    def layers(self, model: str) -> list[str]:
        """The layers of a model, or the one of an acoustic feature set, that the study analyses."""
        if model in self.study.acoustics:
            return [FUNCTIONALS]
        if model in self.precomputed and "layers" not in self.models[model]:
            return self.states(model)
        wanted = None if self.study.layers == "all" else [str(layer) for layer in self.study.layers]
        return [state for state in self.states(model) if wanted is None or state in wanted]

    @cached_property
    def precomputed(self) -> list[str]:
        """The models whose vectors were made elsewhere."""
        return [name for name, entry in self.models.items() if catalogue.is_precomputed(entry)]

    @cached_property
    def networks(self) -> list[str]:
        """The models that listen here."""
        return [name for name in self.models if name not in self.precomputed]

    @cached_property
    def representations(self) -> list[str]:
        """Everything that is probed: the models, then the acoustic feature sets."""
        return [*self.models, *self.study.acoustics]

    @cached_property
    def examined(self) -> list[str]:
        """The datasets that are probed, and whose folds, leaks and confounds are looked at; all without probes."""
        chosen = self.study.probing.datasets if self.study.probing else None
        return [dataset for dataset in self.datasets if chosen is None or dataset in chosen]

    @cached_property
    def directions(self) -> list[tuple[str, str]]:
        """(source, target) of every pair of them, both ways."""
        pairs = [pair for pair in self.study.pairs if set(pair) <= set(self.examined)]
        return [(a, b) for pair in pairs for a, b in (pair, reversed(pair))]

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

    @cached_property
    def fetched(self) -> dict[str, corpora.Archive]:
        """{dataset: archive} of the datasets whose recordings the workflow fetches, or has fetched, by itself.

        A folder that the config names, or that a person filled, is the person's own.
        """
        found = {}
        for dataset, entry in self.datasets.items():
            archive, folder = self.corpus(dataset).archive, Path(self.folder(dataset))
            if archive and not entry.folder and (_is_empty(folder) or (folder / corpora.FETCHED).exists()):
                found[dataset] = archive
        return found

    @cached_property
    def fetched_corpora(self) -> list[str]:
        """Corpora of these datasets; several datasets of one corpus are fetched once."""
        return sorted({self.datasets[dataset].corpus for dataset in self.fetched})

    def fetch_record(self, corpus: str) -> Path:
        """The output of the job that fetches a corpus: while it is there, Snakemake does not fetch it again."""
        return self._remembered.parent / "fetched" / f"{corpus}.json"

    def options(self, dataset: str) -> dict[str, Any]:
        """Resolved options of the dataset's corpus, in the corpus's own order."""
        return corpora.resolve_options(self.corpus(dataset), self.datasets[dataset].model_extra)

    # -- specs -----------------------------------------------------------------------------------------------------

    def spec(self, rule: str, **names: str) -> Spec:
        """The spec of one job: its names, the settings it uses, the digest of its code."""
        build: Callable[..., Spec] = getattr(self, f"_{rule}")
        built = {**names, **build(**names)}
        plugins = built.pop("plugins", [])
        code = built.pop("code", None) or code_digest(f"{PACKAGE}.{rule}", *plugins)
        return {**built, "code": code}

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
        if corpus.synthetic:  # the table of the rule `synthesise` is the input that says what changed
            return ""
        files = corpus.sources(folder, self.options(dataset))
        if dataset not in self.fetched:
            return content_digest(files, self._remembered)
        digest = content_digest(files, self._remembered, base=folder)
        return self.fetched[dataset].md5 if _is_empty(folder) or digest == _as_fetched(folder) else digest

    def _manifest(self, dataset: str) -> Spec:
        corpus = self.corpus(dataset)
        return {
            "corpus": corpus.name,
            "folder": self.folder(dataset),
            "options": self.options(dataset),
            **self._preparation(dataset),
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
        entry = {key: value for key, value in sorted(self.models[model].items()) if key not in ABOUT_THE_FETCH}
        return {
            "model_entry": entry,
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
        return "" if entry["weights"] == "untrained" else entry.get("folder") or f"{Path(self.study.weights)}/{model}"

    def record(self, model: str) -> str:
        """The file that a fetch of a network leaves, and that says what was fetched."""
        return f"{Path(self.study.weights)}/{model}/{records.RECORD}"

    def is_fetched(self, model: str) -> bool:
        """Whether a network is fetched: it has a source and no folder of its own, unless one was filled by hand."""
        entry = self.models[model]
        published = entry["weights"] == "local" and "source" in entry and "folder" not in entry
        return published and records.is_left_to_fetch(Path(self.weights(model)))

    def other_weights(self, model: str) -> str:
        """What an earlier fetch left in a network's folder, in words, where it is not what the study asks for; else "".

        A study with the same folder `weights` asked for it, or this one before its source or revision was changed.
        """
        record = records.read(Path(self.weights(model))) if self.is_fetched(model) else {}
        entry = self.models[model]
        asked = (entry.get("source"), entry.get("revision", "main"))
        if not record or asked in [(record["source"], record[key]) for key in ("revision", "commit")]:
            return ""
        return f"{record['source']}, revision {record['revision']} (commit {record['commit']})"

    def _weights_digest(self, model: str) -> str:
        """Digest of the weights; one word for those that lie as they were fetched, or are still to come."""
        if not self.weights(model):
            return content_digest([], None)
        folder = Path(self.weights(model))
        files = records.weights_files(folder)
        digest = content_digest(files, self._remembered, folder)
        as_fetched = self.is_fetched(model) and (not files or records.read(folder).get("digest") == digest)
        return "as fetched" if as_fetched else digest

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

    def vector_files(self, dataset: str, model: str) -> dict[str, str]:
        """{file: md5} of the files that hold a dataset's vectors made elsewhere."""
        return dict(content_hashes(files_of(self.models[model]["vectors"][dataset]), self._remembered))

    def _measure_acoustics(self, dataset: str, features: str) -> Spec:
        return self._preparation(dataset)

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

    @cached_property
    def conditions(self) -> dict[tuple[str, str], dict[tuple[str, str], str]]:
        """Pairs that are drawn, each with the pairs of the same corpora whose audio is prepared in another way.

        {pair: {other pair: how it differs, in words}}; the first pair of the same corpora is the one that is drawn.
        """
        found: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
        for one, other in self.study.pairs:
            pair = (one, other)
            first = next((known for known in found if self._same_corpora(known, pair)), None)
            if first is None:
                found[pair] = {}
            else:
                found[first][pair] = self._difference(first, pair)
        return found

    def _same_corpora(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether two pairs have the same recordings."""

        def recordings(dataset: str) -> Spec:
            return {
                "corpus": self.datasets[dataset].corpus,
                "folder": self.datasets[dataset].folder,
                **self.options(dataset),
            }

        return all(recordings(a) == recordings(b) for a, b in zip(one, other, strict=True))

    def _difference(self, one: tuple[str, ...], other: tuple[str, ...]) -> str:
        """How the audio of a pair is prepared in another way than that of the first."""
        words = {"matched": "levels matched", "as-recorded": "levels as recorded", None: "whole clips"}
        changed = []
        for key in ("level", "crop"):
            new = [self._preparation(dataset)[key] for dataset in other]
            if new != [self._preparation(dataset)[key] for dataset in one]:
                said = [str(words.get(value, f"windows of {value} s")) for value in new]
                changed.append(said[0] if said[0] == said[1] else " and ".join(said))
        return ", ".join(changed) or "again"

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
            "protocols": list(self.study.protocols),
            "plugins": sorted({corpora.module_of(entry.corpus) for entry in self.datasets.values()}),
        }


def _is_empty(folder: Path) -> bool:
    """Nothing is there, or a folder with nothing in it."""
    try:
        return not any(folder.iterdir())
    except FileNotFoundError:
        return True
    except OSError:  # a file, or a folder that may not be read: not ours
        return False


def _as_fetched(folder: Path) -> str:
    """Digest of the recordings as they were fetched; "" where that cannot be read."""
    try:
        return str(json.loads((folder / corpora.FETCHED).read_text())["digest"])
    except (OSError, ValueError, TypeError, KeyError):
        return ""
