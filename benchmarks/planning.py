"""Processor time of planning the full study of paper 1, against a plain Snakefile of the same jobs, in one run.

The plain Snakefile (planning.smk) has the jobs that are many (manifests, embeddings, probes, distances), with scripts,
logs and messages, and their main files; of the two dozen others it has the report alone. It checks no config, and its
jobs have no spec and no digest of their code. Both are planned in turn, `--rounds` times. Seconds say how fast a
machine is and whether it is busy; the ratio is what to compare. It was 1.7 on a quiet machine, 2.2 on a busy one.
The plain Snakefile has no trainings, so that the study is planned without its section `transfer`.

    python benchmarks/planning.py             # about a minute
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/workflow"))

from full_study import lay_out_study  # noqa: E402  (a folder of the tests, which is no package)
from project import job_counts  # noqa: E402  (likewise)

RATIO_BAR = 2.25
SHARED = ("manifest", "probe", "cross_probe", "measure_distances")


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def plan_plainly(folder: Path) -> dict[str, int]:
    """{rule: number of jobs} of the study in the plain Snakefile."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--dry-run", "--workflow-profile", "none"]
    done = subprocess.run(
        [*command, "--snakefile", HERE / "planning.smk"], cwd=folder, capture_output=True, text=True, check=True
    )
    return job_counts(done.stdout + done.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        project = lay_out_study(Path(folder) / "project")
        project.config = {key: value for key, value in project.config.items() if key != "transfer"}
        for _ in range(parser.parse_args().rounds):
            times = [cpu_of_children()]
            ours = project.plan()
            times.append(cpu_of_children())
            plain = plan_plainly(Path(folder))
            times.append(cpu_of_children())
            assert [ours[rule] for rule in SHARED] == [plain[rule] for rule in SHARED], (ours, plain)
            mine, bare = times[1] - times[0], times[2] - times[1]
            ratios.append(mine / bare)
            print(f"planned {sum(ours.values())} jobs in {mine:.1f} CPU s; plain Snakemake {bare:.1f} CPU s")
    ratio = statistics.median(ratios)
    print(f"ratio {ratio:.2f} (median of {len(ratios)}; bar {RATIO_BAR})")
    return int(ratio > RATIO_BAR)


if __name__ == "__main__":
    sys.exit(main())
