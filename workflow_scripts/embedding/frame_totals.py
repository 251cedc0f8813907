"""Means and covariances of single frames, from the totals that an embedding stored; free of torch."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open


def read(
    path: str | Path, state: str
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Read one state of a file of `frame_statistics.FrameStatistics.save`.

    Returns:
        emotions; n (emotions,); mean (emotions, width); covariance with n - 1 (emotions, width, width), NaN for an
        emotion of fewer than two frames (its mean too where there is none).
    """
    with safe_open(path, framework="numpy") as file:
        emotions: list[str] = json.loads(file.metadata()["emotions"])
        n, total, packed = (file.get_tensor(f"{state}/{name}") for name in ("n", "sum", "outer"))
    width = total.shape[1]
    rows, columns = np.triu_indices(width)
    outer = np.empty((len(emotions), width, width))
    outer[:, rows, columns] = packed
    outer[:, columns, rows] = packed
    count = np.where(n > 0, n, np.nan)[:, None]
    mean = total / count
    spread = outer - mean[:, :, None] * total[:, None, :]
    covariance = spread / np.where(n > 1, n - 1, np.nan)[:, None, None]
    return emotions, n, mean, covariance
