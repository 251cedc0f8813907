"""The specs of trainings."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from workflow_scripts import networks
from workflow_scripts.study import trainings
from workflow_scripts.study.config.transfer import Training, Variant
from workflow_scripts.study.errors import UserError
from workflow_scripts.study.names import Names
from workflow_scripts.study.trainings import Cell, Stage
from workflow_scripts.transfer import tuners

Spec = dict[str, Any]
OF_BLOCKS = ("paper1", "twins")  # where the config does not say, paper 1's layers are weighed: outputs of blocks


class TransferPlan(Names):
    """What the rules of trainings ask of a plan."""

    @cached_property
    def cells(self) -> list[Cell]:
        """The cells of the grid."""
        return trainings.cells(self)

    @cached_property
    def stages(self) -> list[Stage]:
        """The stages that they need."""
        return trainings.stages(self)

    @cached_property
    def trained_folders(self) -> list[str]:
        """Where every training leaves its results."""
        trained = [cell for cell in trainings.trained(self) if cell.condition not in ("direct", "source-only")]
        return [stage.folder for stage in self.stages] + [cell.folder for cell in trained]

    @cached_property
    def trained_protocols(self) -> list[str]:
        """Protocols of the trainings."""
        return list(dict.fromkeys(cell.protocol for cell in self.cells))

    @cached_property
    def trained_directions(self) -> list[tuple[str, str]]:
        """(source, target) of the trainings, each once."""
        return list(dict.fromkeys((cell.source, cell.target) for cell in self.cells))

    @property
    def training_threads(self) -> int:
        """Cores for one training."""
        return self.study.transfer.threads if self.study.transfer else 1

    @cached_property
    def tuners(self) -> list[str]:
        """Names of all variants."""
        return list(self.study.transfer.tuners) if self.study.transfer else []

    def variant(self, tuner: str) -> list[tuple[str, dict[str, Any]]]:
        """[(tuner, its options), ...] of a variant. Raises UserError when it cannot be read."""
        return tuners.variant(self._stated(tuner).parts)

    def _stated(self, tuner: str) -> Variant:
        """A variant as the config states it."""
        assert self.study.transfer is not None, "nothing is trained without a section `transfer`"
        stated = self.study.transfer.tuners[tuner]
        if not (isinstance(stated, Mapping) and "parts" in stated):
            return Variant(parts=stated)
        try:
            return Variant.model_validate(stated)
        except ValidationError as error:
            first = error.errors()[0]
            raise UserError(f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error

    def acts_inside(self, tuner: str) -> bool:
        """Whether a variant acts inside the network; else it learns from the stored layers."""
        return tuners.inside(self.variant(tuner))

    def training(self, tuner: str) -> dict[str, Any]:
        """Settings of training of a variant: its own, then the study's, then what its tuners like, then defaults."""
        assert self.study.transfer is not None, "nothing is trained without a section `transfer`"
        settings = {**Training().model_dump(), **tuners.training_defaults(self.variant(tuner))}
        for stated in (self.study.transfer.training, self._stated(tuner).training):
            settings |= stated.model_dump(exclude_unset=True, exclude_none=True)
        return settings

    def variants(self) -> Spec:
        """What each variant is: its parts with their options, and the settings of its training."""
        return {
            name: {"parts": [[part, options] for part, options in self.variant(name)], "training": self.training(name)}
            for name in self.tuners
        }

    def _trained(self, model: str, tuner: str, protocol: str, labels: list[str]) -> Spec:
        """What all trainings of a variant of a network have in common."""
        inside = self.acts_inside(tuner)
        parts = self.variant(tuner)
        if protocol in OF_BLOCKS and not _says_first(self._stated(tuner).parts):
            parts = [(name, {**options, "first": 1} if "first" in options else options) for name, options in parts]
        return {
            **self.listened(model),
            "states": self.states(model),
            "parts": [[name, options] for name, options in parts],
            "inside": inside,
            **self.training(tuner),
            "emotions": labels,
            "batch_seconds": self.study.embeddings.batch_seconds if inside else 0.0,
            "seed_of_study": self.study.seed,
            "plugins": [
                *([networks.family_module(self.models[model]["family"])] if inside else []),
                *(tuners.tuner_module(name) for name, _ in parts),
            ],
        }

    def calibrated(self, model: str, tuner: str) -> Spec:
        """The spec of a strict training for a calibration: random weights where there is such a shape, so that nothing
        need be fetched."""
        cell = next(cell for cell in trainings.trained(self) if (cell.model, cell.tuner) == (model, tuner))
        spec = self._trained(model, tuner, "strict", self.common_emotions(cell.source, cell.target))
        entry = self.models[model]
        family = networks.find(entry["family"])
        own = {key: entry[key] for key in networks.FACTS if key in entry}
        alike = [
            name
            for name, settings in family.ARCHITECTURES.items()
            if own.items() <= networks.facts_of(family, settings).items()
        ]
        if alike:
            shape = entry.get("architecture", alike[0])
            untrained = {**own, "family": entry["family"], "weights": "untrained", "architecture": shape}
            spec |= {"model_entry": untrained, "weights_folder": ""}
        names = {"model": model, "tuner": tuner, "protocol": "strict", "seed": "1"}
        return {**names, **{key: value for key, value in spec.items() if key != "plugins"}}

    def _train_stage(
        self, labels: str, dataset: str, model: str, tuner: str, training: str, protocol: str, seed: str
    ) -> Spec:
        spec = self._trained(model, tuner, protocol, labels.split("+"))
        del spec["head"]  # of the second stage
        return {**spec, **self.preparation(dataset)}

    def _train_target(
        self, source: str, target: str, model: str, tuner: str, condition: str, protocol: str, seed: str
    ) -> Spec:
        labels = self.common_emotions(source, target)
        cell = Cell(source, target, model, tuner, condition, protocol, int(seed))
        return {
            **self._trained(model, tuner, protocol, labels),
            "preparations": {dataset: self.preparation(dataset) for dataset in (source, target)},
            "shared": trainings.share_speakers(self, cell),
        }

    def _test_source(
        self, source: str, target: str, model: str, tuner: str, condition: str, protocol: str, seed: str
    ) -> Spec:
        return self._train_target(source, target, model, tuner, condition, protocol, seed)


def _says_first(parts: Any) -> bool:
    """Whether a variant's parts say which state is the first that is weighed."""
    given = parts if isinstance(parts, list) else [parts]
    return any("first" in (options or {}) for part in given if isinstance(part, Mapping) for options in part.values())
