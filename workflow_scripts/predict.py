"""Which emotion does a recording carry? ``python -m workflow_scripts.predict --checkpoint FILE clip.wav ...``.

Prints a tab-separated table: a line for each recording with a probability for each emotion, before it one for each
window of a long recording. What cannot be listened to is named on the standard error, and the exit status is then 1.
"""

import argparse
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workflow_scripts.study.errors import UserError

if TYPE_CHECKING:
    from workflow_scripts.materials.audio import Signal
    from workflow_scripts.networks import Network
    from workflow_scripts.transfer.answering import Answer
    from workflow_scripts.transfer.checkpoints import About


def main() -> int:
    """Print the table; the exit status."""
    given = arguments()
    # a network is read from its folder, never from the hub (read when libraries are imported)
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    from workflow_scripts.transfer.answering import read_clip
    from workflow_scripts.transfer.checkpoints import read

    try:
        check_windows(given.window, given.overlap)
        about = read(given.checkpoint)
        network = network_of(about, given.checkpoint, given.weights, given.device)
        waves: dict[Path, Signal] = {}
        faults = 0
        for path in given.clips:
            try:
                waves[path] = read_clip(path, about.level, network)
            except UserError as error:
                print(error, file=sys.stderr)
                faults += 1
        folds = [fold.fold for fold in about.folds] if given.fold is None else [given.fold]
        answers = answers_of(about, given.checkpoint, network, folds, waves, given.window, given.overlap)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    print("\t".join(["file", "part", "start", "end", *about.emotions, "predicted"]))
    for path, of_clip in answers.items():
        for line in lines(path, of_clip, about.emotions):
            print(line)
    return int(faults > 0)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Probabilities of emotions in recordings, by a trained checkpoint.")
    parser.add_argument("clips", metavar="CLIP", nargs="+", type=Path, help="recording, of any format and rate")
    parser.add_argument("--checkpoint", required=True, type=Path, help="checkpoint.json of a training")
    parser.add_argument("--fold", type=int, help="default: the mean over all folds of the checkpoint")
    parser.add_argument("--weights", help="folder of the network's weights; default: that of the checkpoint")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: a GPU where there is one")
    parser.add_argument("--window", type=float, default=10.0, help="seconds; longer recordings are cut (default: 10)")
    parser.add_argument("--overlap", type=float, help="seconds that windows share (default: a fifth of a window)")
    given = parser.parse_args()
    given.overlap = given.window / 5 if given.overlap is None else given.overlap
    return given


def check_windows(window: float, overlap: float) -> None:
    """Raise UserError where windows are none, or share less than nothing or more than half of themselves."""
    if not (0 < window < math.inf and 0 <= overlap <= window / 2):
        shared = f"windows of {window:g} s cannot share {overlap:g} s"
        raise UserError(shared, "--window, --overlap", "let them share at most half of themselves")


def network_of(about: "About", index: Path, weights: str | None, device: str | None) -> "Network":
    """The network that a checkpoint is for, on its device.

    Raises:
        UserError: its weights are not there, or the checkpoint is of another network.
    """
    import torch

    from workflow_scripts import networks
    from workflow_scripts.embedding.device import ready_device
    from workflow_scripts.transfer.checkpoints import refuse_other

    found = ready_device(len(os.sched_getaffinity(0)))
    if device == "cuda" and found.type != "cuda":
        raise UserError("there is no GPU that torch sees", "--device cuda", "leave it out")
    folder = weights or about.weights_folder
    if about.entry["weights"] != "untrained" and not Path(folder).is_dir():
        raise UserError(
            f"the weights of {about.model} are not there",
            folder,
            "name their folder with --weights, or bring them back",
        )
    network = networks.load(about.model, about.entry, folder, about.study_seed)
    refuse_other(about, network, about.parts, about.emotions, str(index))
    network.model.to(torch.device(device) if device == "cpu" else found)
    return network


def answers_of(
    about: "About",
    index: Path,
    network: "Network",
    folds: list[int],
    waves: "dict[Path, Signal]",
    window: float,
    overlap: float,
) -> "dict[Path, list[Answer]]":
    """The answers of every clip, the mean over folds."""
    from workflow_scripts.transfer.answering import answer, built, mean
    from workflow_scripts.transfer.checkpoints import load, read_fold

    listener, listens = built(network, about.parts, len(about.emotions))
    heads = {fold.fold: fold.head for fold in about.folds}
    found: dict[Path, list[list[Answer]]] = {path: [] for path in waves}
    for fold in folds:
        load(listener, read_fold(index, about, fold), f"{index}, fold {fold}")
        for path, wave in waves.items():
            found[path].append(answer(listener, listens, network, wave, heads[fold], window, overlap))
    return {path: mean(of_folds) for path, of_folds in found.items()}


def lines(path: Path, answers: "list[Answer]", emotions: list[str]) -> list[str]:
    """The lines of one recording: its windows, then the whole."""
    found = []
    for own in answers:
        part = "whole" if own is answers[-1] else "window"
        numbers = [f"{value:.4f}" for value in own.probabilities]
        predicted = emotions[max(range(len(emotions)), key=own.probabilities.__getitem__)]
        found.append("\t".join([str(path), part, f"{own.start:.2f}", f"{own.end:.2f}", *numbers, predicted]))
    return found


if __name__ == "__main__":
    sys.exit(main())
