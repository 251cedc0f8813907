"""What one exact forward for all layers saves, and where its time goes. One run prints everything as ratios.

    python benchmarks/embedding.py                    # untrained base networks on this machine's device
    python benchmarks/embedding.py --clips 8 --networks untrained-wav2vec2-base

Recordings are noise of 2 to 5 s in WAV files of 48 kHz, written to a temporary folder and read again.
"""

import argparse
import copy
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch

from workflow_scripts.embedding.batches import Heard, Vectors, embed
from workflow_scripts.embedding.device import device_of, ready_device
from workflow_scripts.embedding.forward import forward
from workflow_scripts.embedding.pooling import POOLINGS, Pooler
from workflow_scripts.materials.audio import decode, resample
from workflow_scripts.materials.preparation import active_frames
from workflow_scripts.networks import Network, load
from workflow_scripts.networks._waveform import WaveformNetwork, convolved
from workflow_scripts.study import catalogue
from workflow_scripts.study.vectors import VectorWriter

POOLED = ["mean", "mean-active", "std"]
DEVICE = device_of(1)


def clock(*works: Callable[[], Any], repeats: int = 3) -> list[float]:
    """Best wall time in seconds of each work; they take turns, so that other load on the machine meets all alike."""
    best = [np.inf] * len(works)
    for _ in range(repeats):
        for i, work in enumerate(works):
            wait()
            began = time.perf_counter()
            work()
            wait()
            best[i] = min(best[i], time.perf_counter() - began)
    return best


def wait() -> None:
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def network_of(name: str) -> Network:
    network = load(name, catalogue.entry(name), "", 1)
    network.model.to(DEVICE)
    return network


def record(folder: Path, clips: int) -> list[Path]:
    rng = np.random.default_rng(0)
    paths = [folder / f"{i}.wav" for i in range(clips)]
    for path in paths:
        soundfile.write(path, 0.1 * rng.standard_normal(int(48000 * rng.uniform(2, 5))), 48000)
    return paths


def hear(network: Network, path: Path) -> Heard:
    recording = decode(path)
    wave = resample(recording.samples, recording.rate, network.sample_rate)
    times = (network.first_centre + network.stride * np.arange(network.frames(wave.size))) / network.sample_rate
    return Heard(wave, active_frames(wave, network.sample_rate).at(times))


def pool_all(network: Network, clips: Sequence[Heard]) -> list[torch.Tensor]:
    """One batch, every state pooled."""
    pooler = Pooler(POOLED, [clip.active for clip in clips], DEVICE, torch.float32)
    pooled: list[torch.Tensor] = []
    forward(network, [clip.wave for clip in clips], lambda _, frames, __: pooled.append(pooler(frames)))
    return pooled


def batched(network: Network, heard: Sequence[Heard], size: int) -> Callable[[], None]:
    """Every state pooled, in batches of so many clips."""

    def work() -> None:
        for start in range(0, len(heard), size):
            pool_all(network, heard[start : start + size])

    return work


def layer_by_layer(network: WaveformNetwork, heard: Sequence[Heard], truncated: bool) -> Callable[[], None]:
    """What one job per layer computes: a forward for each, through all blocks or through those it needs."""

    def work() -> None:
        model: Any = network.model
        blocks = model.encoder.layers
        try:
            for layer in range(len(blocks) + 1):
                needed = max(layer, 1) if truncated else len(blocks)
                model.encoder.layers = blocks[:needed]
                pool_all(replace(network, states=network.states[: needed + 1]), heard)
        finally:
            model.encoder.layers = blocks

    return work


def layers_at_once(network: WaveformNetwork, heard: Sequence[Heard]) -> None:
    once, every, cut = clock(
        batched(network, heard, len(heard)),
        layer_by_layer(network, heard, False),
        layer_by_layer(network, heard, True),
        repeats=2,
    )
    print(
        f"  all {len(network.states)} layers from one forward: {every / once:.1f} x faster than one full forward each,"
    )
    print(f"    {cut / once:.1f} x faster than forwards cut off at their layer")


def batches(network: Network, heard: Sequence[Heard]) -> None:
    ordered = sorted(heard, key=lambda clip: clip.wave.size)
    single, together = clock(batched(network, ordered, 1), batched(network, ordered, 8))
    print(f"  batches of 8 against one clip at a time: {single / together:.2f} x faster")


def half(network: Network, heard: Sequence[Heard]) -> None:
    short = replace(network, model=copy.deepcopy(network.model).to(torch.bfloat16))
    pairs = zip(pool_all(network, heard[:2]), pool_all(short, heard[:2]), strict=True)
    errors = [
        100 * float(((rounded - exact)[:, 0].norm(dim=-1) / exact[:, 0].norm(dim=-1)).mean())
        for exact, rounded in pairs
    ]
    print(f"  bfloat16: mean-pooled vectors err by {min(errors):.2f} to {max(errors):.2f} %, by layer;", end=" ")
    if DEVICE.type == "cpu" and not (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()):
        print("not timed, this CPU has no instructions for it")
        return
    full_time, short_time = clock(batched(network, heard, len(heard)), batched(short, heard, len(heard)))
    print(f"{full_time / short_time:.2f} x faster than float32")


def shares(network: WaveformNetwork, paths: Sequence[Path], heard: Sequence[Heard], folder: Path) -> None:
    waves = [clip.wave for clip in heard]
    states: list[torch.Tensor] = []
    forward(network, waves, lambda _, frames, __: states.append(frames.clone()))
    pooler = Pooler(POOLED, [clip.active for clip in heard], DEVICE, torch.float32)
    vectors: Vectors = {name: np.zeros((len(heard), POOLINGS[name] * network.width), np.float32) for name in POOLED}
    labels = [str(i) for i in range(len(heard))]

    @torch.inference_mode()
    def convolve() -> None:
        convolved(network, waves)

    def write() -> None:
        for state in network.states:
            with VectorWriter(folder / f"{state}.parquet", {n: v.shape[1] for n, v in vectors.items()}, {}) as file:
                file.append(labels, labels, vectors)

    decoding, cnn, whole, pooling, writing = clock(
        lambda: [hear(network, path) for path in paths],
        convolve,
        lambda: forward(network, waves, lambda *_: None),
        lambda: [pooler(frames) for frames in states],
        write,
    )
    times = {"decoding": decoding, "CNN": cnn, "transformer": whole - cnn, "pooling": pooling, "writing": writing}
    print("  share of the work: " + ", ".join(f"{k} {100 * v / sum(times.values()):.0f} %" for k, v in times.items()))


def whole_job(network: Network, paths: Sequence[Path], heard: Sequence[Heard], batch_seconds: float) -> None:
    seconds = [clip.wave.size / network.sample_rate for clip in heard]
    with tempfile.TemporaryDirectory() as folder:
        widths = {name: POOLINGS[name] * network.width for name in POOLED}
        writers = [VectorWriter(Path(folder, f"{state}.parquet"), widths, {}).__enter__() for state in network.states]
        labels = [str(i) for i in range(len(paths))]

        def write(positions: list[int], vectors: dict[str, Vectors]) -> None:
            own = [labels[position] for position in positions]
            for writer, state in zip(writers, network.states, strict=True):
                writer.append(own, own, vectors[state])

        def job() -> None:
            embed(
                network,
                seconds,
                lambda i: hear(network, paths[i]),
                POOLED,
                write,
                batch_seconds=batch_seconds,
                decoders=max(2, torch.get_num_threads()),
            )

        (took,) = clock(job, repeats=2)
        for writer in writers:
            writer.__exit__(None, None, None)
    print(f"  {sum(seconds) / took:.0f} seconds of audio per second, every layer pooled and written")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--networks", nargs="+", default=[f"untrained-{n}-base" for n in ("wav2vec2", "hubert", "wavlm")]
    )
    parser.add_argument("--clips", type=int, default=16, help="recordings for the comparisons")
    parser.add_argument("--job-clips", type=int, default=0, help="recordings of the whole job (default: as --clips)")
    parser.add_argument("--batch-seconds", type=float, default=40.0)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    ready_device(options.threads or torch.get_num_threads())
    name = torch.cuda.get_device_name() if DEVICE.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    print(f"{name}; torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = record(folder, max(options.clips, options.job_clips))
        for name in options.networks:
            network = network_of(name)
            print(name)
            heard = [hear(network, path) for path in paths]
            some = heard[: options.clips]
            if isinstance(network, WaveformNetwork):
                layers_at_once(network, some[:2])
            batches(network, some)
            half(network, some)
            if isinstance(network, WaveformNetwork):
                shares(network, paths[: options.clips], some, folder)
            whole_job(network, paths, heard, options.batch_seconds)
            print(f"  peak memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")
            if DEVICE.type == "cuda":
                print(f"  peak memory of the GPU {torch.cuda.max_memory_allocated() / 1e9:.1f} GB")


if __name__ == "__main__":
    main()
