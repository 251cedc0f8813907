"""Places that are full, read-only, of the wrong kind or gone; what a person who needs no root right can do is tried."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import partial

from faults_judge import Case
from faults_study import MADE_BY
from project import Project

# root writes where its file mode forbids it, unless these rights are taken from it
AS_ANYBODY = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
    if os.geteuid() == 0
    else ()
)
TEMPORARY = "tmp"
SCORES = "results/probing/speech/tiny-wav2vec2/layer_1/scores.parquet"


def full(project: Project, made: Sequence[str], spare: int) -> None:
    """Put a small file system in the place of results/: all but what is to be made, and so many bytes to spare."""
    folder = project.folder / "results"
    for path in (path for pattern in made for path in list(project.folder.glob(pattern))):
        path.unlink()
    beside = folder.rename(folder.with_name("beside"))
    folder.mkdir()
    mount(project, "size=1g")
    shutil.copytree(beside, folder, dirs_exist_ok=True)
    shutil.rmtree(beside)
    state = os.statvfs(folder)
    mount(project, f"remount,size={(state.f_blocks - state.f_bfree) * state.f_frsize + spare}")


def mount(project: Project, options: str, place: str = "results") -> None:
    """Mount a file system in memory on a folder, or change the one that is there. Needs root."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(project.folder / place)], check=True)


def roomier(project: Project) -> None:
    mount(project, "remount,size=1g")


def full_disks() -> Iterator[Case]:
    """A disk that is full, or becomes so during a write, in jobs of many rules."""
    for rule, made in MADE_BY.items():
        for spare in (0, 12288) if rule in ("embed", "train_stage", "figures_probing") else (12288,):
            yield Case(
                "a full disk under results/",
                f"{rule}, {spare} bytes to spare",
                partial(full, made=made, spare=spare),
                (made[0],),
                said=("No space left on device",),
                remedy=roomier,
            )


def places() -> Iterator[Case]:
    """Results that may not be written, for whatever reason, and helpers that are gone."""
    unwritable = "results that may not be written"

    def forbidden(project: Project) -> None:
        (project.folder / SCORES).unlink()
        (project.folder / SCORES).parent.chmod(0o555)

    def allowed(project: Project) -> None:
        (project.folder / SCORES).parent.chmod(0o755)

    def all_forbidden(project: Project) -> None:
        (project.folder / SCORES).unlink()
        for folder in (project.folder, *project.folder.rglob("*/")):
            folder.chmod(0o555)

    def all_allowed(project: Project) -> None:
        for folder in (project.folder, *project.folder.rglob("*/")):
            folder.chmod(0o755)

    def a_file(project: Project) -> None:
        shutil.rmtree((project.folder / SCORES).parent)
        (project.folder / SCORES).parent.write_text("")

    def no_file(project: Project) -> None:
        (project.folder / SCORES).parent.unlink()

    def read_only(project: Project) -> None:
        (project.folder / SCORES).unlink()
        results = str(project.folder / "results")
        subprocess.run(["mount", "--bind", results, results], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", results], check=True)

    def writable(project: Project) -> None:
        subprocess.run(["umount", str(project.folder / "results")], check=True)

    def full_tmp(project: Project) -> None:
        (project.folder / SCORES).unlink()
        (project.folder / TEMPORARY).mkdir()
        mount(project, "size=4k", TEMPORARY)
        (project.folder / TEMPORARY / "filler").write_bytes(bytes(4096))

    yield Case(
        unwritable,
        "a folder without write permission",
        forbidden,
        (SCORES,),
        (),
        ("may not be written",),
        allowed,
        AS_ANYBODY,
    )
    yield Case(
        unwritable,
        "everything without write permission",
        all_forbidden,
        (SCORES,),
        (),
        ("may not be written",),
        all_allowed,
        AS_ANYBODY,
    )
    yield Case(unwritable, "a file in place of a folder", a_file, (SCORES,), (), ("a file lies where",), no_file)
    if os.geteuid() == 0:
        yield Case(
            unwritable, "a read-only file system", read_only, (SCORES,), (), ("rite-protected output",), writable
        )
        yield Case("a full /tmp", "TMPDIR", full_tmp, (SCORES,), before=("env", f"TMPDIR={TEMPORARY}"))
