"""The config model: the single source of types, defaults, the editor's schema and docs/config.md."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from workflow_scripts.study import catalogue
from workflow_scripts.study.config.base import Name, Pair, Section
from workflow_scripts.study.config.transfer import Transfer

Protocol = Literal["strict", "paper1", "paper2", "emobox"]
Pooling = Literal["mean", "std", "parts", "mean-active", "std-active", "parts-active"]
FeatureSet = Literal["eGeMAPSv02", "GeMAPSv01b", "ComParE_2016", "emobase"]


class Dataset(Section):
    """A corpus and how its audio is prepared. A corpus's own options stand beside these keys."""

    model_config = ConfigDict(extra="allow", strict=True, use_attribute_docstrings=True)

    corpus: str
    """Name of a corpus (a file in workflow_scripts/corpora), `table` for clips of your own."""
    folder: str | None = None
    """Folder of the recordings. Default: the corpus's name below `audio`."""
    level: Literal["as-recorded", "matched"] = "as-recorded"
    """Loudness: as recorded, or every clip scaled to the same level over its active frames."""
    crop: float | None = Field(default=None, gt=0)
    """Seconds of a window of equal length for every clip, from the onset of the voice. Default: whole clips."""


class Model(Section):
    """A network of your own, beside the names of resources/models.yaml."""

    name: Name
    """Its name in paths, tables and report."""
    family: str
    """Kind of network (a file in workflow_scripts/networks); decides what reads its weights."""
    layers: int = Field(gt=0)
    """Number of transformer blocks (the plan needs it before the weights are opened)."""
    final_norm: bool = False
    """True for networks with a norm outside the blocks (do_stable_layer_norm): adds the layer `final`."""
    weights: Literal["local", "untrained"] = "local"
    """`local`: fetched from the source, or in a folder with what its family reads (config.json,
    preprocessor_config.json and safetensors).
    `untrained`: random weights."""
    folder: str | None = None
    """Folder of weights that you bring. Default: the model's name below `weights`."""
    source: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+$")
    """Repository `owner/name` of the Hugging Face hub. Unless a folder is given or filled, it is fetched from there."""
    revision: str | None = None
    """Branch, tag or commit of the source. Default: main. What it stands for when it is fetched is recorded."""
    licence: str | None = None
    """Licence of the weights, for readers of the config; the fetch records what the repository states."""
    architecture: str | None = None
    """For untrained networks: a shape stated in the family's file in workflow_scripts/networks."""
    width: int | None = Field(default=None, gt=0)
    """Numbers in one frame; checked against the network where given."""
    sample_rate: int | None = Field(default=None, gt=0)
    """Hz that the network was trained on; checked against its preprocessor file where given."""


class Published(Section):
    """A name of resources/models.yaml, of which a certain revision or a folder of your own is meant."""

    name: Name
    """A name of resources/models.yaml."""
    revision: str | None = None
    """Branch, tag or commit of its source. A commit stays the same whatever its authors publish later."""
    folder: str | None = None
    """Folder of weights that you bring. Default: the model's name below `weights`."""


class Precomputed(Section):
    """Vectors made elsewhere, which enter as a model like any other."""

    name: Name
    """Their name in paths, tables and report."""
    vectors: dict[Name, str] = Field(min_length=1)
    """Dataset: file of its vectors, one for every dataset of the study. `NAME.parquet` with `clip_id` as in the
    manifest and a list column `vector`, one list column `layer_<name>` per layer, or one column of floats per number;
    or `NAME.npy` of shape (clips, numbers) or (clips, layers, numbers) with `NAME.clips.csv` beside it, whose column
    `clip_id` names the rows. A column `audio_hash` as in the manifest is compared where it is there."""
    layers: list[int | Literal["final"]] | None = Field(default=None, min_length=1)
    """The layers that the files hold, in the order of the network. Default: one, called 0, which is analysed whatever
    the study's `layers` say."""


def _kind_of_model(entry: Any) -> str:
    """Which of its forms an entry of `models` was meant to have; a slip in the word `vectors` is still meant so."""
    vectors = isinstance(entry, dict) and any(str(key).startswith("vec") for key in entry)
    if isinstance(entry, str):
        return "str"
    if isinstance(entry, Published) or catalogue.is_published(entry):
        return "Published"
    return "Precomputed" if vectors or isinstance(entry, Precomputed) else "Model"


AnyModel = Annotated[
    Annotated[str, Tag("str")]
    | Annotated[Published, Tag("Published")]
    | Annotated[Model, Tag("Model")]
    | Annotated[Precomputed, Tag("Precomputed")],
    Discriminator(_kind_of_model),
]


class Embeddings(Section):
    """How networks listen."""

    poolings: list[Pooling] = Field(default=["mean", "mean-active"], min_length=1)
    """How frames become a vector: over all frames, or over active ones; `parts` are means of four equal parts."""
    frame_statistics: bool = False
    """Store frame-level totals per emotion and layer for the frame-level distance (about width^2 * 4 bytes each)."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Number format of the forward pass; bfloat16 is faster and errs by about half a per cent."""
    batch_seconds: float = Field(default=40.0, gt=0)
    """Seconds of audio that go through the network at once: memory grows with it. A clip counts as 30 s for Whisper,
    which hears no other length. An edit embeds again, since results differ by rounding (the embeddings state it)."""
    window_seconds: float | None = Field(default=60.0, gt=0)
    """A longer clip goes through in overlapping windows of this length (docs/embeddings.md). Nothing: clips of any
    length go through as a whole, and memory grows with the longest; Whisper's windows are never longer than 30 s."""
    window_overlap_seconds: float = Field(default=4.0, ge=0)
    """Seconds that neighbouring windows share at least: up to half a window, so up to 15 for Whisper. Of frames in
    both, each is taken from the window in which it lies farther from the cut."""
    shards: int = Field(default=1, ge=1)
    """Jobs that share the clips of each dataset and network, side by side on several GPUs or machines; the vectors are
    the same (docs/embeddings.md). An edit embeds again."""
    threads: int = Field(default=8, ge=1)
    """Cores for one network (fewer are used where fewer are there)."""
    shared: str | None = Field(default=None, exclude=True)  # of a machine: no part of a study that is told elsewhere
    """Folder in which several studies, of one user or a group, share embeddings, so that the same clips go through the
    same network once (docs/shared.md). Where it lies decides nothing: an edit embeds nothing again."""


class Probing(Section):
    """Which layers know the emotion."""

    probes: list[Literal["logistic", "linear-head"]] = Field(default=["logistic"], min_length=1)
    """`logistic`: multinomial L2, C chosen inside training speakers. `linear-head`: a torch layer as in paper 1."""
    poolings: list[Pooling] = Field(default=["mean"], min_length=1)
    """Poolings that are probed; the first is the headline."""
    speaker_normalisation: list[Literal["none", "training-only", "per-speaker"]] = Field(
        default=["none", "per-speaker"], min_length=1
    )
    """Statistics of each speaker taken out before the probe; the first is the headline. `per-speaker` sees the
    held-out speaker's clips (not the labels), as the papers did."""
    C: list[float] = Field(default=[0.0001, 0.001, 0.01, 0.1, 0.3], min_length=1)
    """Grid of the inverse penalty, ascending."""
    inner_folds: int = Field(default=5, ge=2)
    """Speaker-grouped folds inside the training part, for choosing C and the layer."""
    null_runs: int = Field(default=3, ge=0)
    """Runs of the whole pipeline with labels shuffled within speaker; they must come out at chance."""
    permutations: int = Field(default=999, ge=99)
    """Draws for chance levels and p-values."""
    datasets: list[Name] | None = None
    """Datasets that are probed. Default: all. Others, such as a level-matched copy, serve the other questions."""


class Distances(Section):
    """How far apart the datasets of each pair are, emotion by emotion."""

    poolings: list[Pooling] = Field(default=["mean", "mean-active"], min_length=1)
    """Poolings that are compared; the first is the headline, a second with `-active` shows what silence does."""
    draws: int = Field(default=20, ge=2)
    """Seeded draws of equal numbers of clips per speaker."""
    half_samples: int = Field(default=200, ge=20)
    """Random halves of the speakers, for the probability of each rank."""
    swaps: int = Field(default=199, ge=19)
    """Swaps of the datasets within speakers, for the null of no difference."""


class Explanation(Section):
    """What the embeddings know: which dimensions carry each emotion, and which acoustic features those encode."""

    against: Literal["neutral", "rest"] = "neutral"
    """What each emotion is told from: neutral, as in paper 2, or all other emotions of the study (then a further
    emotion in the config explains all of them again)."""
    emotions: list[str] | None = None
    """Emotions that are explained. Default: those of the study."""
    datasets: list[Name] | None = None
    """Datasets that are explained. Default: those that are probed."""
    pooling: Pooling = "mean"
    """Pooling that is explained."""
    speaker_normalisation: Literal["none", "per-speaker"] = "none"
    """`strict` only: each speaker's mean and deviation taken out of the dimensions or not. `per-speaker` sees the
    held-out speaker's clips (not the labels), as paper 2 did."""
    C: list[float] = Field(default=[0.001, 0.01, 0.1, 1.0], min_length=1)
    """Grid of the inverse penalty, ascending."""
    inner_folds: int = Field(default=5, ge=2)
    """Speaker-grouped folds inside the training part, for choosing C, k and the ridge penalty."""
    k: list[int] = Field(default=[10, 20, 50, 100, 200], min_length=1)
    """Numbers of dimensions that are tried at every layer, ascending; those below the layer's width count."""
    curves: list[int | Literal["final"]] | None = None
    """Layers with the full curve (k = 10, 20, ... 510) and the published form. Default: the last layer of each
    network, where it is analysed. Acoustic features always have both."""
    random_draws: int = Field(default=2000, ge=100)
    """Random sets of k dimensions that the top k are held against. Below 1759 a single one of 88 features cannot
    become significant."""
    half_samples: int = Field(default=50, ge=25)
    """Random halves of the speakers, for the stability of the selected dimensions."""
    permutations: int = Field(default=999, ge=99)
    """Draws for chance levels and p-values of scores."""


class Folds(Section):
    """How clips are held out."""

    strict: int = Field(default=6, ge=2)
    """Folds of protocol `strict` (fewer where a pool has fewer speakers)."""
    paper1_draws: int = Field(default=5, ge=1)
    """Seeded 80/20 draws of protocol `paper1` (the paper's own seed is unknown)."""
    paper1_stratified: bool = False
    """Draws of protocol `paper1` keep the shares of the emotions (the paper does not say whether its own did)."""


class Report(Section):
    """The page on which a reader finds all of it."""

    clips: bool = False
    """Clips behind a cell (nearest, farthest, misclassified) can be heard, and seen as spectrograms, which are put into
    results/clips. The page itself holds neither: it links to the recordings where they lie, so that nothing of a corpus
    is passed on with it."""


class Study(Section):
    """One study: what is compared, with which models, under which protocols."""

    study: str
    """A title for the report."""
    seed: int = Field(default=1, ge=0)
    """Seed of every random draw."""
    audio: str = "data"
    """Folder that holds the corpora."""
    weights: str = "weights"
    """Folder that holds networks, and into which they are fetched, one folder per model."""
    datasets: dict[Name, Dataset] = Field(min_length=1)
    """Name of each dataset: its corpus and preparation."""
    models: list[AnyModel] = []
    """Names of resources/models.yaml, networks of your own, or vectors made elsewhere."""
    layers: Literal["all"] | list[int | Literal["final"]] = "all"
    """Layers to analyse: 0 is the input of the first block, L the output of the last."""
    emotions: Literal["all"] | list[str] = "all"
    """Emotions to tell apart, in canonical words; clips of others are left out of the analyses."""
    pairs: list[Pair] = []
    """Pairs of datasets to compare, e.g. [[speech, song]]: cross-domain probes in both directions, distances."""
    protocols: list[Protocol] = Field(default=["strict", "paper1"], min_length=1)
    """`strict` (speakers held out), `paper1` and `paper2` (as published; the first of probes, the second of the
    explanation), `emobox` (its fold lists)."""
    bad_clips: Literal["stop", "set-aside"] = "stop"
    """What to do with clips that cannot be used: stop and name them, or set them aside and list them. (A clip
    without a defined vector, such as `parts` of fewer than four frames, is set aside for that model alone.)"""
    acoustics: list[FeatureSet] = ["eGeMAPSv02"]
    """openSMILE feature sets, probed beside the networks."""
    folds: Folds = Folds()
    embeddings: Embeddings = Embeddings()
    probing: Probing | None = None
    """Left out: layers are not probed."""
    distances: Distances | None = None
    """Left out: no distances are taken."""
    explanation: Explanation | None = None
    """Left out: nothing is explained."""
    transfer: Transfer | None = None
    """Left out: nothing is trained."""
    report: Report = Report()

    def as_config(self) -> dict[str, Any]:
        """The study as a config with all defaults; questions that are not asked are left out, as a config must."""
        whole = self.model_dump(mode="json")
        return {key: value for key, value in whole.items() if value is not None}


def schema() -> dict[str, Any]:
    """JSON schema of the config, for editors; the options of each corpus are among a dataset's properties."""
    from workflow_scripts import corpora, networks

    generated = Study.model_json_schema()
    properties = generated["$defs"]["Dataset"]["properties"]
    words = {str: "string", int: "integer", float: "number", bool: "boolean", dict: "object", list: "array"}
    for corpus in map(corpora.find, corpora.names()):
        for name, option in corpus.options.items():
            properties.setdefault(name, {"type": words[option.type], "description": option.description})
    generated["$defs"]["Dataset"]["additionalProperties"] = False
    generated["$defs"]["Dataset"]["properties"]["corpus"]["enum"] = list(corpora.names())
    generated["$defs"]["Model"]["properties"]["family"]["enum"] = list(networks.names())
    return generated
