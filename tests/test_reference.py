"""The pages that are written from the code are what the code says now, and name everything."""

import re
import runpy
from pathlib import Path

import pytest

import supportflow
from supportflow import exceptions
from supportflow.model.events import EVENT_TYPES

ROOT = Path(__file__).resolve().parent.parent
WRITER = runpy.run_path(str(ROOT / ".ci" / "write_reference.py"))
PAGES = WRITER["pages"]()
PICTURES = runpy.run_path(str(ROOT / ".ci" / "write_pictures.py"))["pages"]()


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda path: path.name)
def test_page_is_current(path: Path):
    """If this fails: python .ci/write_reference.py"""
    assert path.read_text("utf-8") == PAGES[path]


def test_every_page_is_named_once_on_the_first_one():
    """That is the navigation of the site, too."""
    home = ROOT / "docs" / "README.md"
    parts = runpy.run_path(str(ROOT / ".ci" / "build_site.py"))["navigation"](home)
    named = [
        page
        for part in parts
        for entry in part.values()
        if entry != home.name
        for one in entry
        for page in one.values()
    ]
    pages = [path.relative_to(home.parent).as_posix() for path in home.parent.rglob("*.md") if path != home]

    assert sorted(named) == sorted(pages)


@pytest.mark.parametrize("path", sorted(PICTURES), ids=lambda path: path.name)
def test_picture_is_current(path: Path):
    """If this fails: python .ci/write_pictures.py"""
    assert path.read_text("utf-8") == PICTURES[path]
    assert any(f"]({path.name})" in page.read_text("utf-8") for page in path.parent.glob("*.md"))


def test_every_public_name_is_in_one_area():
    names = [name for area in WRITER["AREAS"].values() for name in area]

    assert sorted(names) == supportflow.__all__


def test_reference_has_a_heading_for_every_public_name():
    page = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    headings = re.findall(r"^### (\w+)$", page, re.MULTILINE)

    assert set(supportflow.__all__) <= set(headings)
    assert len(headings) == len(set(headings))


def test_events_page_names_every_event():
    page = (ROOT / "docs" / "concepts" / "events.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE)

    assert rows == [(kind, cls.__name__) for kind, cls in EVENT_TYPES.items()]


def test_errors_page_names_every_error():
    page = (ROOT / "docs" / "concepts" / "errors.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| \S", page, re.MULTILINE)

    assert rows == exceptions.__all__


def test_errors_carry_what_their_page_says():
    samples = [
        exceptions.TransitionRefused("t", "open", "close", ["g"], ["resolve"]),
        exceptions.TextTooLong("body", 5, 4),
        exceptions.PolicyError(["fields.a: is wrong"]),
        exceptions.TicketNotFound("t"),
        exceptions.ConflictError("ticket:t", 3),
        exceptions.NewerSchemaError("k", 2, 1),
        exceptions.CalendarHorizonError("c", "2026-12-31"),
        exceptions.NoWorkingTime("c"),
        exceptions.MissingExtra("numpy", "it"),
        exceptions.DuplicateRef("r"),
        exceptions.IdempotencyMismatch("k"),
    ]

    for error in samples:
        declared = WRITER["attributes"](type(error))
        assert declared
        assert set(vars(error)) <= set(declared)
        assert [name for name in declared if not hasattr(error, name)] == []
