"""The linear head of paper 1: a torch linear layer on standardised vectors, trained by Adam on the cross-entropy.

Pooling, one linear layer and its training are the paper's; learning rate and epochs are the proposal where the paper
is silent (1e-3, 100), mini-batches of 32 those of its sister papers. Every fold takes as many steps as the largest
training part needs, so that all folds can be trained at once. Nothing is chosen, so nothing is held out inside.
"""

import numpy as np
import numpy.typing as npt

from workflow_scripts.probing.logistic import F64, Flags, Seen, softmax
from workflow_scripts.probing.newton import moments

EPOCHS, LEARNING_RATE, BATCH = 100, 1e-3, 32
NO_LOSS = -100


def linear_head(
    vectors: F64,
    labels: npt.NDArray[np.int64],
    train: Flags,
    test: Flags,
    seed: int,
    seen: Seen | None = None,
    epochs: int = EPOCHS,
) -> list[F64]:
    """Train one head per fold, all folds in one batch; class probabilities of each fold's test rows.

    Args:
        vectors: (clips, width); standardised per fold with the mean and deviation of its training part.
        labels: (clips,) emotion codes 0 .. classes - 1.
        train, test: (folds, clips).
        seed: of the initial weights and of the order of the mini-batches.
        seen: how held-out rows look from a training part, as in `nested_logistic`.
        epochs: passes over each training part.

    Returns: per fold (test rows, classes) float64, in row order.
    """
    import torch  # here alone, since most jobs of a study do not need it and its import costs a second

    rng = np.random.default_rng(seed)
    n_folds, n_classes, width = len(train), int(labels.max()) + 1, vectors.shape[1]
    mean, scale = zip(*(moments(vectors[part]) for part in train), strict=True)

    def draw(*shape: int) -> "torch.Tensor":
        """The usual start of a linear layer: uniform within 1 / sqrt(width)."""
        start = rng.uniform(-1, 1, shape) / np.sqrt(width)
        return torch.tensor(start, dtype=torch.float32, requires_grad=True)

    weight, bias = draw(n_folds, width, n_classes), draw(n_folds, 1, n_classes)
    optimiser = torch.optim.Adam([weight, bias], lr=LEARNING_RATE)
    rows = [np.flatnonzero(part) for part in train]
    longest = max(map(len, rows))
    steps, every = -(-longest // BATCH), torch.arange(n_folds)[:, None]
    x = torch.zeros(n_folds, longest + 1, width)  # the last row fills up short mini-batches
    y = torch.full((n_folds, longest + 1), NO_LOSS)
    for fold, own in enumerate(rows):
        x[fold, : len(own)] = torch.from_numpy((vectors[own] - mean[fold]) / scale[fold])
        y[fold, : len(own)] = torch.from_numpy(labels[own])
    for _ in range(epochs):
        order = np.full((steps, n_folds, BATCH), longest)
        for fold, own in enumerate(rows):
            for step, chosen in enumerate(np.array_split(rng.permutation(len(own)), steps)):
                order[step, fold, : len(chosen)] = chosen
        for batch in torch.from_numpy(order):
            own_y = y[every, batch]
            logits = torch.baddbmm(bias, x[every, batch], weight)
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), own_y.flatten(), reduction="none", ignore_index=NO_LOSS
            )
            # the mean within each fold, summed over folds: no fold bears on another
            mean_loss = loss.view_as(own_y).sum(1) / (own_y != NO_LOSS).sum(1).clamp(min=1)
            optimiser.zero_grad()
            torch.autograd.backward(mean_loss.sum())
            optimiser.step()
    out = []
    w, b = weight.detach().double().numpy(), bias.detach().double().numpy()
    for fold, held_out in enumerate(test):
        at = np.flatnonzero(held_out)
        view = vectors[at] if seen is None else seen(train[fold], at)
        logits = ((view - mean[fold]) / scale[fold]) @ w[fold] + b[fold]
        logits[:, ~np.isin(np.arange(n_classes), labels[train[fold]])] = -np.inf  # emotions it never heard
        out.append(softmax(logits))
    return out
