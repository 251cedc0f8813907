"""The section `transfer`: which trainings are made, and how."""

from typing import Any, Literal

from pydantic import Field

from workflow_scripts.study.config.base import Name, Pair, Section

Condition = Literal["direct", "two-stage", "source-only", "joint", "shuffled-source", "equal-updates"]
TransferProtocol = Literal["strict", "paper1", "twins"]


class Training(Section):
    """How networks are trained. What is left out takes the tuner's own default, then the one stated here."""

    epochs: int | None = Field(default=None, ge=1)
    """Most passes over the training clips; all of them in `paper1` and `twins`, which have no validation. Default: 30,
    of `frozen` and `weighted-sum` 100."""
    learning_rate: float | None = Field(default=None, gt=0)
    """Of AdamW. Default: 0.0005; `frozen` and `weighted-sum` 0.001, `full` 0.00005."""
    weight_decay: float = Field(default=0.0001, ge=0)
    """Of AdamW."""
    batch_clips: int = Field(default=32, ge=1)
    """Clips of one update."""
    clips_at_once: int = Field(default=8, ge=1)
    """Clips that go through the network at once. Memory grows with it; updates stay those of whole batches, but what
    dropout draws is cut otherwise, so that figures differ as between two seeds."""
    patience: int = Field(default=5, ge=1)
    """`strict`: epochs without a better UAR of the validation speakers, after which training ends."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Number format of the computation; weights stay float32."""
    class_weights: bool = False
    """Weigh emotions by the inverse of their number of training clips."""
    head: Literal["keep", "fresh"] = "keep"
    """Whether the second stage goes on with the head of the first, or begins with a new one."""
    spec_augment: bool = False
    """Mask stretches of frames in training, by zeros."""
    layer_drop: float = Field(default=0.0, ge=0, lt=1)
    """Share of blocks that are left out at random in training."""


class Variant(Section):
    """A variant with settings of training of its own."""

    parts: Any
    """A tuner, a tuner with options, or a list of these."""
    training: Training = Training()
    """What differs from the study's `training`."""


class Grid(Section):
    """Trainings that are made: every combination of what the axes list."""

    tuners: list[Name] | None = Field(default=None, min_length=1)
    """Names of variants. Default: all."""
    models: list[Name] | None = Field(default=None, min_length=1)
    """Networks. Default: all of the study."""
    conditions: list[Condition] = Field(default=["direct", "two-stage"], min_length=1)
    """`direct`: trained on the target alone. `two-stage`: on the source, then on the target. `source-only`: on the
    source alone. `joint`: on both at once. Controls: `shuffled-source` (two stages, the labels of the first shuffled
    within speaker) and `equal-updates` (direct, with as many updates as both stages took)."""
    protocols: list[TransferProtocol] | None = Field(default=None, min_length=1)
    """`strict` (speakers held out, others for validation), `paper1` (its clip-level draws, last epoch), `twins` (like
    it, but takes of one sentence stay on one side). Default: the first two, as far as the study has them."""
    directions: list[Pair] | None = Field(default=None, min_length=1)
    """[source, target]. Default: both ways of all pairs of the study."""
    seeds: int = Field(default=1, ge=1)
    """Number of seeds; each has a draw of its own in `paper1` and `twins`."""


TUNERS = {
    "frozen": "frozen",
    "weighted-sum": "weighted-sum",
    "lora": "lora",
    "bottleneck": "bottleneck",
    "weight-gating": "weight-gating",
    "peft": ["weighted-sum", "lora", "bottleneck", "weight-gating"],
    "full": "full",
}


class Transfer(Section):
    """Does training on one dataset help the other."""

    tuners: dict[Name, Any] = Field(default=TUNERS, min_length=1)
    """Named variants: a tuner (a file in workflow_scripts/transfer/tuners), one with options (`{lora: {rank: 4}}`), a
    list of these that act together, or `{parts: ..., training: {...}}` with settings of training of its own."""
    grid: list[Grid] = Field(default=[Grid()], min_length=1)
    """Which trainings are made: all of every entry."""
    training: Training = Training()
    permutations: int = Field(default=999, ge=99)
    """Draws for chance levels and p-values."""
    threads: int = Field(default=8, ge=1)
    """Cores for one training (fewer are used where fewer are there)."""
