"""What reruns a job: the code it uses and the recordings it reads, and nothing else."""

import os
from pathlib import Path

import pytest

from workflow_scripts.study import digest


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A little package in place of the project's own; returns a function that writes one of its modules."""
    monkeypatch.setattr(digest, "ROOT", tmp_path)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "__init__.py").touch()

    def write(module: str, text: str) -> None:
        (tmp_path / f"{module}.py").write_text(text)
        digest._read.cache_clear()
        digest.code_digest.cache_clear()

    write("entry", "from workflow_scripts.formula import f\nprint(f(2))\n")
    write(
        "formula", '"""About f."""\nimport workflow_scripts.deep\n\n\ndef f(x):\n    """Twice."""\n    return 2 * x\n'
    )
    write("deep", "CONSTANT = 1\n")
    write("other", "UNUSED = 1\n")
    write("study/tables", "def write(): ...\n")
    yield write
    digest._read.cache_clear()
    digest.code_digest.cache_clear()


def of_entry() -> str:
    return digest.code_digest("workflow_scripts.entry")


def test_comments_docstrings_and_layout_do_not_count(package):
    before = of_entry()
    package(
        "formula",
        "import workflow_scripts.deep\n# why\ndef f(x):\n\n    # twice\n    return (\n        2 *\n x)\n".replace(
            "(\n        2 *\n x)", "2 * x"
        ),
    )
    assert of_entry() == before


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("formula", "import workflow_scripts.deep\ndef f(x):\n    return 3 * x\n"),
        ("deep", "CONSTANT = 2\n"),
        ("entry", "from workflow_scripts.formula import f\nprint(f(3))\n"),
    ],
)
def test_code_counts_wherever_it_is_imported_from(package, module, text):
    before = of_entry()
    package(module, text)
    assert of_entry() != before


IMPORT = "import workflow_scripts.other"


@pytest.mark.parametrize(
    "text",
    [
        f"def f(x):\n    {IMPORT}\n",
        f"class C:\n    async def f(x):\n        {IMPORT}\n",
        f"if A:\n    pass\nelse:\n    {IMPORT}\n",
        f"for a in A:\n    pass\nelse:\n    {IMPORT}\n",
        f"while A:\n    {IMPORT}\n",
        f"with A:\n    {IMPORT}\n",
        f"try:\n    {IMPORT}\nfinally:\n    pass\n",
        f"try:\n    pass\nexcept A:\n    {IMPORT}\n",
        f"try:\n    pass\nexcept* A:\n    {IMPORT}\n",
        f"try:\n    pass\nexcept A:\n    pass\nelse:\n    {IMPORT}\n",
        f"try:\n    pass\nfinally:\n    {IMPORT}\n",
        f"match A:\n    case 1:\n        {IMPORT}\n",
    ],
)
def test_an_import_counts_in_whichever_block_it_stands(package, text):
    package("deep", text)
    before = of_entry()
    package("other", "UNUSED = 2\n")
    assert of_entry() != before


def test_indentation_that_changes_meaning_counts(package):
    package("deep", "if True:\n    A = 1\n    B = 2\n")
    before = of_entry()
    package("deep", "if True:\n    A = 1\nB = 2\n")
    assert of_entry() != before


def test_what_is_not_imported_does_not_count_unless_it_is_named_as_a_plugin(package):
    before, with_plugin = of_entry(), digest.code_digest("workflow_scripts.entry", "workflow_scripts.other")
    package("other", "UNUSED = 2\n")
    assert of_entry() == before
    assert digest.code_digest("workflow_scripts.entry", "workflow_scripts.other") != with_plugin


def test_reading_and_writing_stand_outside_and_the_list_is_this(package):
    package("entry", "from workflow_scripts.study import tables\nprint(tables)\n")
    before = of_entry()
    package("study/tables", "def write(): return 1\n")
    assert of_entry() == before
    names = {"digest", "entry", "errors", "job_records", "machine", "orphans", "schemas", "store", "tables", "vectors"}
    assert {f"workflow_scripts.study.{name}" for name in names} == digest.OUTSIDE


def test_text_inside_an_f_string_counts(package):
    package("deep", 'A = 1\nprint(f"a {A} b")\n')
    before = of_entry()
    package("deep", 'A = 1\nprint(f"a  {A} b")\n')
    assert of_entry() != before


def test_every_entry_of_the_project_has_a_digest():
    root = Path(digest.__file__).resolve().parents[1]
    entries = [path.stem for path in root.glob("*.py") if path.stem not in ("__init__", "check_config")]
    found = {digest.code_digest(f"workflow_scripts.{entry}") for entry in entries}
    assert len(found) == len(entries) > 5


def test_recordings_count_by_content_not_by_time(tmp_path):
    files = [tmp_path / "a.wav", tmp_path / "b.wav"]
    for file in files:
        file.write_bytes(file.name.encode())
    remembered = tmp_path / "remembered.json"
    before = digest.content_digest(files, remembered)
    os.utime(files[0], (1, 1))
    assert digest.content_digest(files, remembered) == before
    files[0].write_bytes(b"c.wav")  # same length,
    os.utime(files[0], (1, 1))  # same time of modification
    assert digest.content_digest(files, remembered) != before
    files[0].write_bytes(b"a.wav")
    assert digest.content_digest(files, remembered) == before
    assert digest.content_digest(files[:1], remembered) != before


def test_a_folder_that_may_not_be_written_costs_only_the_reading(tmp_path):
    file = tmp_path / "a.wav"
    file.write_bytes(b"a")
    blocked = tmp_path / "file" / "remembered.json"
    (tmp_path / "file").write_text("not a folder")
    assert digest.content_digest([file], blocked) == digest.content_digest([file], tmp_path / "remembered.json")
