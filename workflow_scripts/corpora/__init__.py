"""The contract of a corpus, and the registry that finds corpora by name.

A corpus is one module in this folder with a constant `CORPUS`; the module `ravdess_speech` is the corpus
`ravdess-speech`. Files whose name starts with an underscore are shared helpers, not corpora. Adding a corpus
is adding a file: nobody else needs to know.

Every start of Snakemake imports this module to check the config, so it stays free of numpy, pandas and torch;
a corpus module imports such libraries inside `find_clips`, or not at all.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised", "boredom")
SEXES = ("female", "male")
DOMAINS = ("speech", "song")
INTENSITIES = ("normal", "strong", "")
AUDIO_SUFFIXES = (".wav", ".flac")
FETCHED = "fetched.json"  # lies in a folder that the workflow fetched itself, and says what it was fetched from


@dataclass(frozen=True)
class Clip:
    """One recording as its corpus describes it, before its audio is opened.

    `emotion` is a canonical word (or, for corpora with `own_emotions`, a word of the study), `label` the
    corpus's own. `repetition` 0 and empty strings mean "not known". A clip with a `fault` (a misnamed or
    missing file, say) is bad input, handled by the policy `on_bad_clips`; of such a clip only `clip_id` and
    `path` need to be right. A `remark` is told to the user and stops nothing.
    """

    clip_id: str
    path: str
    speaker: str = ""
    sex: str = ""
    emotion: str = ""
    label: str = ""
    domain: str = ""
    language: str = ""
    intensity: str = ""
    statement: str = ""
    repetition: int = 0
    melody: str = ""
    remark: str = ""
    fault: str = ""
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """A setting of a corpus in the config: its type (str, int, float, bool, list, dict), default, meaning."""

    type: type
    default: Any
    description: str
    required: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Restriction:
    """The part of a corpus that a published protocol used."""

    speakers: tuple[str, ...]
    emotions: tuple[str, ...]


@dataclass(frozen=True)
class Archive:
    """A zip file that may be fetched without asking anybody: where from, how many bytes, its md5 in hex digits."""

    url: str
    bytes: int
    md5: str

    @property
    def name(self) -> str:
        """Name of the file, the last part of its address."""
        return PurePosixPath(urlsplit(self.url).path).name


def _all_audio(folder: Path, options: Mapping[str, Any]) -> list[Path]:
    return audio_files(folder)


@dataclass(frozen=True)
class Corpus:
    """What a corpus states about itself.

    name         the word in the config; also the default folder below the config's `audio`
    domain       "speech" or "song"; "" where each clip says it
    language     two-letter code; "" where each clip says it
    emotions     canonical words the corpus has, in canonical order; empty where the files decide
    layout       where its files lie and how they are called, in words, for error messages
    find_clips   (folder, resolved options) -> clips in a stable order; opens no audio; raises UserError when
                 the folder holds nothing of the corpus
    pool         corpora with the same pool share speakers: the same ones are held out in all of them.
                 "" means the dataset is a pool of its own
    speakers     {speaker: sex} of the whole pool, which need not be present; None where only the files know
    options      accepted options
    paper1       the part used by protocol `paper1`; None: everything
    own_emotions words outside EMOTIONS are allowed when the study's `emotions` list them
    emobox       EmoBox's fold lists (resources/emobox_folds.csv) name its clips: protocol `emobox` applies
    synthetic    made by this workflow (rule synthesise); results are marked as demonstrations
    citation     the work to cite: a key of resources/references.yaml, or your own words
    page         where its authors offer it, a web address
    licence      under which terms, in a few words
    size         (clips, minutes of audio, roughly) of the whole corpus, for a forecast; None where only the files know
    archive      what rule fetch_corpus fetches and unpacks into the default folder; None: brought by hand
    sources      (folder, resolved options) -> files whose content decides the manifest
    """

    name: str
    domain: str
    language: str
    emotions: tuple[str, ...]
    layout: str
    find_clips: Callable[[Path, Mapping[str, Any]], list[Clip]]
    pool: str = ""
    speakers: Mapping[str, str] | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    paper1: Restriction | None = None
    own_emotions: bool = False
    emobox: bool = False
    synthetic: bool = False
    citation: str = ""
    page: str = ""
    licence: str = ""
    size: tuple[int, float] | None = None
    archive: Archive | None = None
    sources: Callable[[Path, Mapping[str, Any]], list[Path]] = _all_audio


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of all corpora, sorted, from the files of this folder (nothing is imported)."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(module.replace("_", "-") for module in modules if not module.startswith("_")))


def find(name: str) -> Corpus:
    """The corpus of that name. Raises KeyError, with the nearest valid name, when there is none."""
    if name not in names():
        near = nearest(name, names())
        raise KeyError(f"no corpus is called {name!r}" + (f"; did you mean {near!r}?" if near else ""))
    corpus = importlib.import_module(module_of(name)).CORPUS
    assert isinstance(corpus, Corpus)
    return corpus


def module_of(name: str) -> str:
    """Dotted name of the module of a corpus: the plug-in that the digest of a job's code names."""
    return f"{__name__}.{name.replace('-', '_')}"


def resolve_options(corpus: Corpus, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """All options of the corpus in its own order, the given ones over the defaults (unchecked)."""
    given = dict(options or {})
    return {name: given.get(name, option.default) for name, option in corpus.options.items()}


def pool_of(corpus: Corpus, dataset: str, options: Mapping[str, Any]) -> str:
    """Name of the speaker pool of a dataset: by options (`pool`), by the corpus, or the dataset itself."""
    return str(options.get("pool") or corpus.pool or dataset)


def speakers_of(corpus: Corpus, options: Mapping[str, Any]) -> dict[str, str] | None:
    """{speaker: sex} of the whole pool, by the options (`sexes`) or by the corpus; None when unknown."""
    known = options.get("sexes") or corpus.speakers
    return {str(speaker): str(sex) for speaker, sex in known.items()} if known else None


def by_hand(corpus: Corpus, folder: str | Path) -> str:
    """What a person does to bring the recordings: from which page, which file, to which folder, in which layout."""
    archive = corpus.archive
    what = f"{archive.name} ({archive.bytes} bytes, md5 {archive.md5})" if archive else "the recordings"
    terms = f" ({corpus.licence})" if corpus.licence else ""
    bring = f"get {what} from {corpus.page}{terms}, unpacked into {folder}; " if corpus.page else ""
    return f"{bring}expected files: {corpus.layout}"


def audio_files(folder: Path) -> list[Path]:
    """WAV and FLAC files below `folder` in a stable order, without hidden ones (such as macOS's `._name`)."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def nearest(word: str, words: "tuple[str, ...] | list[str]") -> str:
    """The valid word that looks most like `word`, or ""."""
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    return near[0] if near else ""
