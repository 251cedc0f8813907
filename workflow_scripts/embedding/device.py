"""Where networks run, and in which arithmetic."""

import torch


def ready_device(threads: int) -> torch.device:
    """The GPU where there is one, else the CPU with so many threads."""
    torch.set_num_threads(threads)
    # float32 means float32: no shortened products on the GPU
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
