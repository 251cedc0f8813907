"""The numbers that a head's input is standardised by: mean and deviation over the training clips, before training."""

import torch

from workflow_scripts.transfer.batches import Examples, by_length
from workflow_scripts.transfer.evaluation import device_of
from workflow_scripts.transfer.listener import Listener


@torch.no_grad()
def standardise(listener: Listener, training: Examples, clips_at_once: int) -> None:
    """Set them in a listener as it starts; a number that hardly varies keeps its scale.

    Args:
        listener: in the state in which training begins.
        training: its training clips.
        clips_at_once: how many go through the network together.
    """
    listener.eval()
    device = device_of(listener)
    heard = []
    for batch in by_length(training.lengths, clips_at_once):
        inputs, lengths, _ = training.batch(batch, device)
        heard.append(listener.heard(inputs, lengths).double())
    every = torch.cat(heard)
    deviation = every.std(dim=0, unbiased=False)
    flat = deviation <= 1e-6 * every.abs().mean(dim=0)
    listener.head.mean.copy_(every.mean(dim=0))
    listener.head.scale.copy_(deviation.masked_fill(flat, 1.0))
