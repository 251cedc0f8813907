"""Digests: of the code that a job uses, and of the recordings and weights that it reads.

Snakemake sees neither the modules that a script imports nor the content of a folder; both enter a rule's spec.
"""

import ast
import hashlib
import io
import json
import logging
import os
import tokenize
from collections.abc import Iterable
from functools import cache
from pathlib import Path

log = logging.getLogger(__name__)

PACKAGE = "workflow_scripts"
ROOT = Path(__file__).resolve().parents[1]

# Modules that entries import and that do not bear on results (reading, writing, logging). They stand outside
# the digest, else a change of the logger would retrain everything; schemas.SCHEMA_VERSION is raised by hand instead.
OUTSIDE = frozenset(
    f"{PACKAGE}.study.{name}"
    for name in (
        "digest",
        "entry",
        "errors",
        "job_records",
        "machine",
        "orphans",
        "schemas",
        "store",
        "tables",
        "vectors",
    )
)


@cache
def code_digest(*modules: str) -> str:
    """Short digest of the named modules and all project modules that they import, directly or not.

    Comments, docstrings and layout do not count. `modules` are dotted names: the entry, and the plug-ins that the
    job names (its corpus, its network family), which the entry finds through a registry at run time.
    """
    wanted, seen = list(modules), set[str]()
    while wanted:
        module = wanted.pop()
        if module in seen or module in OUTSIDE:
            continue
        seen.add(module)
        wanted.extend(_read(module)[1])
    text = "".join(f"{module}:{_read(module)[0]}\n" for module in sorted(seen))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _file(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    """Digest of one module's own tokens, and the project modules that it imports."""
    path = _file(module)
    if path is None:
        raise ValueError(f"no module {module}")
    source = path.read_text()
    tree = ast.parse(source)
    return hashlib.blake2b(_tokens(source, tree).encode(), digest_size=16).hexdigest(), tuple(_imports(tree))


def _statements(node: ast.AST) -> Iterable[ast.AST]:
    """All statements inside a node; expressions, nine nodes of ten, are not walked."""
    for block in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(node, block, ()):
            yield child
            yield from _statements(child)


def _imports(tree: ast.Module) -> Iterable[str]:
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            module = node.module or ""
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if _file(inner) else module
            if module != PACKAGE:
                yield module


def _tokens(source: str, tree: ast.Module) -> str:
    """The code without comments, docstrings and layout; the same on every Python version."""
    docstrings = set()
    for node in (tree, *_statements(tree)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:  # also the strings under attributes, which are documentation too
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    docstrings.add((statement.lineno, statement.col_offset))
    marks = {tokenize.INDENT: "{", tokenize.DEDENT: "}", tokenize.NEWLINE: ";"}
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
    begin, end = getattr(tokenize, "FSTRING_START", None), getattr(tokenize, "FSTRING_END", None)
    lines = source.splitlines(keepends=True)
    parts, depth, start = [], 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if begin is not None and token.type == begin:  # newer Pythons cut an f-string into pieces: take it whole
            start = token.start if depth == 0 else start
            depth += 1
        if depth == 0 and token.type not in skipped and token.start not in docstrings:
            parts.append(marks.get(token.type, token.string))
        if end is not None and token.type == end:
            depth -= 1
            if depth == 0 and start not in docstrings:
                parts.append(_between(lines, start, token.end))
    return "\x1f".join(part for i, part in enumerate(parts) if part != ";" or (i and parts[i - 1] not in (";", "{")))


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    text = "".join(lines[start[0] - 1 : end[0]])
    return text[start[1] : len(text) - len(lines[end[0] - 1]) + end[1]]


def content_digest(files: Iterable[Path], remembered: Path | None = None, base: Path | None = None) -> str:
    """Digest of names and content of files: the recordings of a manifest, the weights of a network.

    Names are taken from `base` on where it is given, so that a moved folder keeps its digest.
    """
    digest = hashlib.blake2b(digest_size=12)
    for path, content in content_hashes(files, remembered):
        digest.update(f"{Path(path).relative_to(base) if base else path}:{content}\n".encode())
    return digest.hexdigest()


def content_hashes(files: Iterable[Path], remembered: Path | None = None) -> list[tuple[str, str]]:
    """(file, md5 of its content) of each file, in their order; "absent" for one that is not there.

    A content hash is remembered under the file's size, times and inode in `remembered` (a JSON file), so that
    planning reads unchanged files once; touching a file makes it read again and changes nothing.
    """
    known = _recall(remembered) if remembered else {}
    found: list[tuple[str, str]] = []
    new = {}
    for path in files:
        try:
            state = path.stat()
        except OSError:
            found.append((str(path), "absent"))
            continue
        key = f"{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}:{state.st_ino}"
        entry = known.get(str(path))
        if entry is None or entry[0] != key:
            with path.open("rb") as file:
                entry = new[str(path)] = [key, hashlib.file_digest(file, "md5").hexdigest()]
        found.append((str(path), entry[1]))
    if new and remembered:
        _remember({**known, **new}, remembered)
    return found


def _recall(remembered: Path) -> dict[str, list[str]]:
    try:
        known: dict[str, list[str]] = json.loads(remembered.read_text())
    except (OSError, ValueError):
        return {}
    return known


def _remember(known: dict[str, list[str]], remembered: Path) -> None:
    """Keep what was read; a folder that may not be written costs only the reading next time."""
    temporary = remembered.with_name(f"{remembered.name}.{os.getpid()}.part")
    try:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(known))
        os.replace(temporary, remembered)
    except OSError as error:
        log.info("content hashes are not remembered: %s", error)
