"""The names of a study: its datasets, models, layers, emotions and pairs, and where recordings and weights lie."""

from functools import cached_property
from pathlib import Path
from typing import Any

from workflow_scripts import corpora
from workflow_scripts.downloads import records
from workflow_scripts.precomputed import files_of
from workflow_scripts.study import catalogue
from workflow_scripts.study.config import Dataset, Study
from workflow_scripts.study.digest import content_digest, content_hashes

FUNCTIONALS = "functionals"
# Keys of a network's entry that say where it comes from: what it does depends on what came, not on these.
ABOUT_THE_FETCH = ("licence", "revision", "source")


class Names:
    """What a config names, resolved, before any job has run.

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
    def explained_datasets(self) -> list[str]:
        """The datasets whose embeddings are explained; none without a section `explanation`."""
        settings = self.study.explanation
        if settings is None:
            return []
        chosen = self.examined if settings.datasets is None else settings.datasets
        return [dataset for dataset in self.datasets if dataset in chosen]

    @cached_property
    def shown(self) -> list[str]:
        """The datasets whose clips the report shows: of those with cells all or none, as the config says."""
        with_cells = {*self.examined, *self.explained_datasets}
        return [dataset for dataset in self.datasets if self.study.report.clips and dataset in with_cells]

    def explained(self, dataset: str) -> list[str]:
        """The emotions of a dataset that are explained; neutral is not told from itself."""
        settings = self.study.explanation
        assert settings is not None, "nothing is explained without a section `explanation`"
        own = [emotion for emotion in self.emotions(dataset) if settings.against != emotion]
        return [emotion for emotion in own if settings.emotions is None or emotion in settings.emotions]

    def told_from(self, dataset: str) -> list[str]:
        """What these emotions are told from: neutral, or all emotions of the study (each from the others)."""
        settings = self.study.explanation
        assert settings is not None, "nothing is explained without a section `explanation`"
        return ["neutral"] if settings.against == "neutral" else self.emotions(dataset)

    def has_full_curve(self, model: str, layer: str) -> bool:
        """Whether a layer is explained with the full curve and in the published form; acoustic features always are."""
        settings = self.study.explanation
        assert settings is not None, "nothing is explained without a section `explanation`"
        if model in self.study.acoustics:
            return True
        # not the last that is analysed: a further layer in the config must not change what is done at another
        wanted = self.states(model)[-1:] if settings.curves is None else [str(layer) for layer in settings.curves]
        return layer in wanted

    @cached_property
    def directions(self) -> list[tuple[str, str]]:
        """(source, target) of every pair of them, both ways."""
        pairs = [pair for pair in self.study.pairs if set(pair) <= set(self.examined)]
        return [(a, b) for pair in pairs for a, b in (pair, reversed(pair))]

    def corpus(self, dataset: str) -> corpora.Corpus:
        """The corpus of a dataset."""
        return corpora.find(self.datasets[dataset].corpus)

    @cached_property
    def probe_protocols(self) -> list[str]:
        """Protocols of probes; `paper2` is one of the explanation."""
        return [protocol for protocol in self.study.protocols if protocol != "paper2"]

    def protocols(self, dataset: str) -> list[str]:
        """Those of them that apply to a dataset (EmoBox has fold lists for some corpora)."""
        listed = self.corpus(dataset).emobox
        return [protocol for protocol in self.probe_protocols if protocol != "emobox" or listed]

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

    @cached_property
    def voices(self) -> dict[str, str]:
        """{dataset: name of its synthetic voices}: those that differ only in their preparation share them."""
        names = {}
        for dataset in self.datasets:
            if self.corpus(dataset).synthetic:
                options = self.options(dataset)
                settings = f"{options['speakers']}_speakers_strength_{options['strength']}"
                names[dataset] = f"{self.corpus(dataset).domain}_{settings}"
        return names

    def folder(self, dataset: str) -> str:
        """Folder of a dataset's recordings."""
        entry = self.datasets[dataset]
        if dataset in self.voices:
            return f"results/synthetic/{self.voices[dataset]}/audio"
        return entry.folder or f"{self.study.audio}/{entry.corpus}"

    @cached_property
    def fetched(self) -> dict[str, corpora.Archive]:
        """{dataset: archive} of the datasets whose recordings the workflow fetches, or has fetched, by itself.

        A folder that the config names, or that a person filled, is the person's own.
        """
        found = {}
        for dataset, entry in self.datasets.items():
            archive, folder = self.corpus(dataset).archive, Path(self.folder(dataset))
            if archive and not entry.folder and (is_empty(folder) or (folder / corpora.FETCHED).exists()):
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

    def preparation(self, dataset: str) -> dict[str, Any]:
        """How the audio of a dataset is prepared: level and crop."""
        entry: Dataset = self.datasets[dataset]
        return {"level": entry.level, "crop": entry.crop}

    def pair_protocols(self, source: str, target: str) -> list[str]:
        """Protocols that apply to both datasets of a pair; EmoBox states none across corpora that we repeat."""
        shared = [protocol for protocol in self.protocols(source) if protocol in self.protocols(target)]
        return [protocol for protocol in shared if protocol != "emobox"]

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

    def listened(self, model: str) -> dict[str, Any]:
        """What a network is, for the specs of jobs in which it listens."""
        entry = {key: value for key, value in sorted(self.models[model].items()) if key not in ABOUT_THE_FETCH}
        folder = self.weights(model)
        return {"model_entry": entry, "weights_folder": folder, "weights_digest": self.weights_digest(model)}

    def weights_digest(self, model: str) -> str:
        """Digest of the weights; one word for those that lie as they were fetched, or are still to come."""
        if not self.weights(model):
            return content_digest([], None)
        folder = Path(self.weights(model))
        files = records.weights_files(folder)
        digest = content_digest(files, self._remembered, folder)
        as_fetched = self.is_fetched(model) and (not files or records.read(folder).get("digest") == digest)
        return "as fetched" if as_fetched else digest

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

    def vector_files(self, dataset: str, model: str) -> dict[str, str]:
        """{file: md5} of the files that hold a dataset's vectors made elsewhere."""
        return dict(content_hashes(files_of(self.models[model]["vectors"][dataset]), self._remembered))

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

        def recordings(dataset: str) -> dict[str, Any]:
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
            new = [self.preparation(dataset)[key] for dataset in other]
            if new != [self.preparation(dataset)[key] for dataset in one]:
                said = [str(words.get(value, f"windows of {value} s")) for value in new]
                changed.append(said[0] if said[0] == said[1] else " and ".join(said))
        return ", ".join(changed) or "again"


def is_empty(folder: Path) -> bool:
    """Nothing is there, or a folder with nothing in it."""
    try:
        return not any(folder.iterdir())
    except FileNotFoundError:
        return True
    except OSError:  # a file, or a folder that may not be read: not ours
        return False
