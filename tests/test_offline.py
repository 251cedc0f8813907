"""Only the job that fetches weights may ask the model hub; every other runs with the hub switched off."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CODE = """
import importlib, sys
from types import SimpleNamespace
from workflow_scripts.study.entry import entry
for name in sys.argv[3:]:
    importlib.import_module(f"workflow_scripts.{name}")
before = {"huggingface_hub", "transformers"} & set(sys.modules)
with entry(SimpleNamespace(log=[sys.argv[1]], rule="a rule", output=[]), **eval(sys.argv[2])):
    from huggingface_hub import is_offline_mode
print(before, is_offline_mode())
"""


def entries() -> set[str]:
    rules = "\n".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    return set(re.findall(r'script:\s*"\.\./workflow_scripts/(\w+)\.py"', rules))


def said(log: Path, options: str, names: list[str]) -> str:
    command = [sys.executable, "-c", CODE, str(log), options, *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_job_but_the_fetch_finds_the_hub_switched_off(tmp_path):
    others = sorted(entries() - {"fetch_weights"})
    assert len(others) > 10
    # nothing that an entry imports has looked at the switches before they are set
    assert said(tmp_path / "log", "{}", others) == "set() True"


def test_the_fetch_finds_it_as_the_user_has_it(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    assert said(tmp_path / "log", "{'online': True}", []) == "set() False"


def test_no_entry_but_the_fetch_asks_to_be_online():
    scripts = sorted((ROOT / "workflow_scripts").glob("*.py"))
    assert entries() <= {path.stem for path in scripts}
    calls = [(path.stem, node) for path in scripts for node in ast.walk(ast.parse(path.read_text())) if is_entry(node)]
    assert {stem for stem, _ in calls} >= entries()
    # by keyword, or in any other way
    assert {stem for stem, call in calls if call.keywords or len(call.args) > 1} == {"fetch_weights"}


def is_entry(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "entry"


def test_no_code_of_a_repository_is_ever_trusted_or_asked_for():
    for path in (ROOT / "workflow_scripts").rglob("*.py"):
        text = path.read_text()
        assert "trust_remote_code" not in text, path
        assert "AutoModel" not in text, path
