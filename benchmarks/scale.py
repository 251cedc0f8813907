"""Peak memory and processor time of each job, and of planning, as the number of clips grows.

Clips of noise of 0.3 to 0.5 s are made in the folder; a tiny network hears them in shards. Every job runs alone, in a
process of its own, as its rule would run it; processor time is without the imports.

    python benchmarks/scale.py --folder /tmp/scale --clips 1000 10000        # some minutes; 100000: one to two hours
    python benchmarks/scale.py --folder /tmp/scale --clips 100000 --only manifest embed
"""

import argparse
import csv
import importlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import soundfile
import yaml

ROOT = Path(__file__).resolve().parents[1]
MODEL, SHARDS, SPEAKERS, RATE = "tiny-wav2vec2", 20, 200, 16000
TOGETHER = 4  # jobs of a rule that run at once
EMOTIONS = ["neutral", "happy", "sad", "angry"]
STUDY = {
    "study": "Many clips",
    "datasets": {"many": {"corpus": "table", "folder": "clips", "file": "clips.csv"}},
    "models": [MODEL],
    "emotions": EMOTIONS,
    "protocols": ["strict", "paper1"],
    "acoustics": ["eGeMAPSv02"],
    "embeddings": {"shards": SHARDS, "threads": 1},
    "folds": {"paper1_draws": 3},
    "probing": {"null_runs": 1, "permutations": 99},
}


def make_clips(folder: Path, count: int) -> None:
    """WAV files of 16 bits in folders of a thousand, and the table that lists them."""
    noise = np.random.default_rng(0).normal(scale=0.05, size=RATE * 60).astype(np.float32)
    rows = []
    for clip in range(count):
        path = folder / "clips" / f"{clip // 1000:04d}" / f"{clip:07d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        length = round(RATE * (0.3 + 0.2 * (clip * 7919 % 1000) / 1000))
        start = clip * 7919 % (len(noise) - length)
        samples = noise[start : start + length] * (1 + 0.1 * (clip % 4))
        soundfile.write(path, samples + np.float32(clip / 1e8), RATE, subtype="PCM_16")
        speaker = clip % SPEAKERS
        rows.append((path.relative_to(folder / "clips"), f"s{speaker:03d}", ("female", "male")[speaker % 2],
                     EMOTIONS[clip // SPEAKERS % len(EMOTIONS)]))  # fmt: skip
    with (folder / "clips" / "clips.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "speaker", "sex", "emotion"), *rows])


def jobs() -> Iterator[tuple[str, dict[str, str], dict[str, Any], dict[str, Any], int]]:
    """(rule, names, inputs, outputs, threads) of the jobs that are measured, in the order in which they run."""
    corpora, own = "results/corpora/many", f"results/embeddings/many/{MODEL}"
    manifest = {"manifest": f"{corpora}/manifest.parquet"}
    yield "manifest", {}, {}, {**manifest, "set_aside": f"{corpora}/set_aside.parquet"}, 2
    for protocol in STUDY["protocols"]:
        out = {kind: f"{corpora}/{kind}_{protocol}.parquet" for kind in ("folds", "leaks", "set_aside")}
        yield "folds", {"protocol": protocol}, manifest, out, 1
    yield "confounds", {}, manifest, {"confounds": f"{corpora}/confounds.parquet"}, 1
    files = [f"layer_{layer}.parquet" for layer in (0, 1, 2)]
    shards = [f"{own}/shard_{shard}/{file}" for shard in range(1, SHARDS + 1) for file in files]
    for shard in range(1, SHARDS + 1):
        out = {"layers": shards[(shard - 1) * 3 : shard * 3], "frames": []}
        yield "embed", {"model": MODEL, "shard": str(shard)}, manifest, out, 1
    layers = [f"{own}/{file}" for file in files]
    yield "gather_shards", {"model": MODEL}, {**manifest, "layers": shards}, {"layers": layers}, 1
    features = "eGeMAPSv02"
    out = {"features": f"results/acoustics/many/{features}.parquet"}
    yield "measure_acoustics", {"features": features}, manifest, out, 1
    folder = f"results/probing/many/{MODEL}/layer_2"
    out = {kind: f"{folder}/{kind}.parquet" for kind in ("predictions", "choices", "scores")}
    folds = [f"{corpora}/folds_{protocol}.parquet" for protocol in STUDY["protocols"]]
    vectors = {"folds": folds, "vectors": layers[2]}
    yield "probe", {"model": MODEL, "layer": "2"}, {**manifest, **vectors}, out, 1


def measured(command: list[str], folder: Path) -> tuple[float, float, float, str]:
    """Run a command: (peak memory in MB, processor seconds, wall seconds, what it printed)."""
    began = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{said[-3000:]}")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, time.monotonic() - began, said


def run_jobs(file: Path) -> None:
    """Run jobs of one rule, described in JSON, each in a process forked from this one, so that libraries are imported
    once, TOGETHER at a time; print what each took, as JSON."""
    described = json.loads(file.read_text())
    module = importlib.import_module(f"workflow_scripts.{described[0]['rule']}")
    if described[0]["rule"] == "embed":
        importlib.import_module("transformers.models.wav2vec2.modeling_wav2vec2")
    began: dict[int, float] = {}
    for job in [*described, *[None] * TOGETHER]:
        if len(began) == TOGETHER or (job is None and began):
            child, status, usage = os.wait3(0)
            if status:
                sys.exit(1)
            took = (usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, time.monotonic() - began.pop(child))
            print(f"TOOK {json.dumps(took)}", flush=True)
        if job is None:
            continue
        if child := os.fork():
            began[child] = time.monotonic()
            continue
        sides = {side: SimpleNamespace(**job[side]) for side in ("input", "output")}
        params = SimpleNamespace(spec=job["spec"], shared="")
        module.main(SimpleNamespace(**sides, params=params, threads=job["threads"]))
        sys.stdout.flush()
        os._exit(0)


def measure(folder: Path, clips: int, only: list[str]) -> dict[str, tuple[int, float, float]]:
    """{step: (jobs, highest peak memory in MB, processor seconds of all)}."""
    from workflow_scripts.study.checks import check_study
    from workflow_scripts.study.plan import Plan

    found: dict[str, tuple[int, float, float]] = {}

    def add(step: str, memory: float, seconds: float, wall: float) -> None:
        count, highest, total = found.get(step, (0, 0.0, 0.0))
        found[step] = (count + 1, max(memory, highest), seconds + total)
        print(f"{clips} clips: {step}: {memory:.0f} MB, {seconds:.1f} CPU s, {wall:.1f} s", flush=True)

    config = folder / "study.yaml"
    config.write_text(yaml.safe_dump(STUDY))
    for name in ("resources", "workflow_scripts"):  # rules name files there
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
    if not only or "plan" in only:
        dry = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--configfile", str(config),
               "--directory", str(folder), "--workflow-profile", "none", "-n", "-q"]  # fmt: skip
        for step in ("first plan", "second plan"):
            add(step, *measured(dry, folder)[:3])
    os.chdir(folder)
    plan = Plan(check_study(STUDY))
    for rule, of_rule in itertools.groupby(jobs(), key=lambda job: job[0]):
        if only and rule not in only:
            continue
        described = []
        for _, names, inputs, outputs, threads in of_rule:
            spec: Mapping[str, Any] = plan.spec(rule, dataset="many", **names)
            for path in itertools.chain(*(own if isinstance(own, list) else [own] for own in outputs.values())):
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            described.append({"rule": rule, "spec": spec, "input": inputs, "output": outputs, "threads": threads})
        Path("jobs.json").write_text(json.dumps(described))
        said = measured([sys.executable, __file__, "--jobs", "jobs.json"], folder)[3]
        for line in said.splitlines():
            if line.startswith("TOOK "):
                add(rule, *json.loads(line.removeprefix("TOOK ")))
    return found


def table(found: Mapping[int, Mapping[str, tuple[int, float, float]]]) -> str:
    """Markdown: a row for each step; for each number of clips its peak memory and processor time."""
    head = ["step", *(f"{clips:,} clips" for clips in found)]
    steps = list(dict.fromkeys(step for own in found.values() for step in own))
    rows = [
        [step, *(f"{own[step][1]:.0f} MB, {own[step][2]:.0f} s" if step in own else "" for own in found.values())]
        for step in steps
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where clips and results go; clips that are there are used again")
    parser.add_argument("--clips", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--only", nargs="+", default=[], help="rules, and `plan`")
    parser.add_argument("--jobs", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.jobs:
        run_jobs(asked.jobs)
        return
    found = {}
    for clips in asked.clips:
        folder = asked.folder.resolve() / f"{clips}"
        if not (folder / "clips" / "clips.csv").exists():
            make_clips(folder, clips)
        found[clips] = measure(folder, clips, asked.only)
    print("\n" + table(found))


if __name__ == "__main__":
    main()
