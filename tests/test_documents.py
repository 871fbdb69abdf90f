"""Every Python block of the README and of the docs runs, in order, each document in a namespace of its own."""

import re
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

# A host's reader copies blocks; one that is not run is one that rots.
NOT_RUN = re.compile(
    r"^\s*(```\s*(py|pycon|python3|python[ \t]+\S.*)\s*$|<!--+.*\b(skip|invisible-code)\b)", re.MULTILINE
)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_block_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # as whoever copies it to an empty folder
    # One test per document: its blocks share a namespace, so they must stay together and in order.
    document = Sybil(parsers=[PythonCodeBlockParser()], path=str(ROOT)).parse(path)
    namespace = document.namespace
    namespace["__name__"] = "__document__"

    examples = list(document.examples())
    for example in examples:
        example.evaluate()

    assert len(examples) == len(re.findall(r"^\s*```python\s*$", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_no_block_escapes(path: Path):
    assert NOT_RUN.findall(path.read_text("utf-8")) == []
