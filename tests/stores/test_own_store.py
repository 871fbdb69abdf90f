"""The store that the guide shows keeps every promise: it is taken from the guide, and the suite is the guide's."""

from pathlib import Path

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).resolve().parents[2]


def guide():
    document = Sybil(parsers=[PythonCodeBlockParser()], path=str(ROOT)).parse(
        ROOT / "docs/guides/own-store.md"
    )
    document.namespace["__name__"] = "__document__"
    for example in document.examples():
        example.evaluate()
    return document.namespace


TestDictStore = guide()["TestDictStore"]
