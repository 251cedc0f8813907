"""Where networks run, and in which arithmetic."""

import torch


def ready_device(threads: int, shard: int = 1) -> torch.device:
    """The GPU where there is one (of several each in turn, by the number of the shard), else the CPU."""
    torch.set_num_threads(threads)
    # float32 means float32: no shortened products on the GPU
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    return device_of(shard)


def device_of(shard: int) -> torch.device:
    """The GPU of a shard, in turn where a machine shows several; without one the CPU."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return torch.device("cuda", (shard - 1) % gpus) if gpus else torch.device("cpu")
