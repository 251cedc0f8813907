"""The install really uses the pins, and what is committed is fit to be published."""

import ast
import functools
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent


def tracked_files() -> list[Path]:
    """Files that git would commit: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout, so what is tracked is not known")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def tracked_texts() -> dict[Path, str]:
    texts = {}
    for path in tracked_files():
        try:
            texts[path] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


def canonical(name: str) -> str:
    """Package name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: list[str]) -> dict[str, str]:
    """{canonical name: version} of `name==version` lines; anything else is a fault."""
    found: dict[str, str] = {}
    for line in lines:
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][\w.]*)", line)
        assert match, f"not an exact pin: {line!r}"
        name = canonical(match[1])
        assert name not in found, f"{name} is pinned twice"
        found[name] = match[2]
    return found


def constraints() -> dict[str, str]:
    lines = (ROOT / "envs" / "constraints.txt").read_text().splitlines()
    return pins([line.strip() for line in lines if line.strip() and not line.startswith("#")])


def pins_of_environment(path: Path) -> dict[str, str]:
    """The pip section of a conda environment."""
    sections = [entry["pip"] for entry in yaml.safe_load(path.read_text())["dependencies"] if isinstance(entry, dict)]
    assert len(sections) == 1
    return pins(sections[0])


def test_every_direct_dependency_has_an_exact_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = [
        *project["dependencies"],
        *(name for group in project["optional-dependencies"].values() for name in group),
    ]
    assert direct
    missing = [name for name in direct if canonical(name) not in constraints()]
    assert not missing, f"no pin in envs/constraints.txt: {missing}"


def test_every_install_uses_the_constraints() -> None:
    installs = [line for line in (ROOT / "Makefile").read_text().splitlines() if "pip install" in line]
    assert installs
    assert all("--constraint envs/constraints.txt" in line for line in installs)
    for line in re.findall(r"^.*pip install.*$", (ROOT / "README.md").read_text(), flags=re.MULTILINE):
        assert "envs/constraints.txt" in line, line


@pytest.mark.parametrize("path", sorted((ROOT / "envs").glob("*.yaml")), ids=lambda path: path.stem)
def test_conda_environments_are_in_step_with_the_constraints(path: Path) -> None:
    pinned = constraints()
    for name, version in pins_of_environment(path).items():
        assert pinned.get(name) == version, f"{path.name} has {name}=={version}, the constraints {pinned.get(name)}"


def test_nothing_tracked_names_a_package_index_or_a_machine() -> None:
    forbidden = re.compile(
        r"https?://[\w.-]*(?:pypi|pythonhosted|anaconda|download\.pytorch|npmjs)"
        r"|--(?:extra-)?index-url|--find-links|registry="
        r"|(?<![\w.])/(?:work|farm|root|home)/",
        re.IGNORECASE,
    )
    places = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in tracked_texts().items()
        if path != Path(__file__)
        for match in forbidden.finditer(text)
    ]
    assert not places, "\n".join(places)


def test_no_audio_no_weights_and_no_large_file_is_tracked() -> None:
    refused = {
        ".wav",
        ".flac",
        ".mp3",
        ".ogg",
        ".pt",
        ".pth",
        ".bin",
        ".ckpt",
        ".safetensors",
        ".npz",
        ".parquet",
    }
    files = tracked_files()
    assert files
    faults = [str(p.relative_to(ROOT)) for p in files if p.suffix in refused or p.stat().st_size > 1_000_000]
    assert not faults


def test_licence_and_citation_are_there_and_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert project["license"] == citation["license"] == "MIT"
    assert project["version"] == citation["version"]


def test_profile_keeps_finished_work() -> None:
    profile = yaml.safe_load((ROOT / "profiles" / "default" / "config.yaml").read_text())
    assert "code" not in profile["rerun-triggers"]
    assert {"mtime", "params", "input"} <= set(profile["rerun-triggers"])
    assert profile["rerun-incomplete"] is True
    assert "gpu=1" in profile["resources"]
    assert "cores" not in profile


def test_rules_name_environments_that_exist() -> None:
    named = {
        (rules.parent / name).resolve()
        for rules in [*(ROOT / "rules").glob("*.smk"), ROOT / "Snakefile"]
        if rules.is_file()
        for name in re.findall(r'conda:\s*"([^"]+)"', rules.read_text())
    }
    assert all(path.is_file() for path in named), sorted(map(str, named))
    unused = set((ROOT / "envs").glob("*.yaml")) - named
    assert not unused, f"no rule uses {sorted(path.name for path in unused)}"


def project_files(module: str) -> list[Path]:
    """The file of a project module; none for a name inside one."""
    base = ROOT.joinpath(*module.split("."))
    return [path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()]


@functools.cache
def imported_by(path: Path) -> tuple[set[Path], set[str]]:
    """Files of the project, and top-level names of packages, that one file imports."""
    files, packages = set[Path](), set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.startswith("workflow_scripts"):
                files.update(project_files(name))
            else:
                packages.add(name.split(".")[0])
    return files, packages


def packages_used_by(entry: Path) -> set[str]:
    """Top-level names of all packages imported by an entry or by the project modules that it imports."""
    wanted, seen, used = {entry}, set[Path](), set[str]()
    while wanted:
        path = wanted.pop()
        seen.add(path)
        files, packages = imported_by(path)
        used |= packages
        wanted |= files - seen
    return used - sys.stdlib_module_names


def test_every_package_that_is_imported_is_a_direct_dependency() -> None:
    distributions = importlib.metadata.packages_distributions()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {canonical(name) for name in project["dependencies"]}
    for path in (ROOT / "workflow_scripts").rglob("*.py"):
        used = {canonical(distributions[name][0]) for name in packages_used_by(path)}
        extra = project["optional-dependencies"]["crate"] if path.stem in ("crate", "run_crate") else []
        assert used <= declared | {canonical(name) for name in extra}, path


def test_conda_environments_hold_what_their_entries_import() -> None:
    distributions = importlib.metadata.packages_distributions()
    rules = "\n".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    pairs = re.findall(r'conda:\s*"\.\./(envs/[^"]+)"(?:(?!conda:).)*?script:\s*"\.\./([^"]+)"', rules, flags=re.DOTALL)
    assert len(pairs) == len(re.findall(r"^\s*script:", rules, flags=re.MULTILINE))
    for environment, script in pairs:
        held = pins_of_environment(ROOT / environment)
        # Snakemake itself comes with every script that it runs.
        used = {canonical(distributions[name][0]) for name in packages_used_by(ROOT / script)} - {"snakemake"}
        assert used <= held.keys(), f"{environment} lacks {sorted(used - held.keys())} for {script}"
