"""The SLA guide takes its table of metrics and its pictures from the code."""

import re
import runpy
from pathlib import Path

import pytest

from supportflow import Policy, SlaPolicy, Target
from supportflow.sla import shipped_metrics

ROOT = Path(__file__).resolve().parents[2]
WRITER = runpy.run_path(str(ROOT / ".ci" / "write_timelines.py"))
PAGES = WRITER["pages"]()
GUIDE = (ROOT / "docs" / "guides" / "sla.md").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda path: path.name)
def test_the_guide_is_current(path):
    """If this fails: python .ci/write_timelines.py"""
    assert path.read_text("utf-8") == PAGES[path]


def test_every_metric_has_a_row_and_answers_a_question():
    table = GUIDE.partition("<!-- metrics:")[2].partition("<!-- end of metrics")[0]
    rows = re.findall(r"^\| `(\w+)` \| `", table, re.MULTILINE)
    assert rows == list(shipped_metrics())

    questions, _, _ = GUIDE.partition("## Every shipped metric")
    assert [name for name in shipped_metrics() if f"`{name}`" not in questions] == []


def test_every_picture_is_shown():
    shown = re.findall(r"!\[[^\]]+\]\(sla/(\w+)\.svg\)", GUIDE)

    assert sorted(shown) == sorted(WRITER["PICTURES"])
    assert sorted(path.stem for path in (ROOT / "docs" / "guides" / "sla").iterdir()) == sorted(shown)


@pytest.mark.parametrize("name", sorted(WRITER["PICTURES"]))
def test_a_picture_shows_a_difference(name):
    """A choice whose values all lead to one account would explain nothing."""
    accounts = [account for _, account in WRITER["PICTURES"][name]()]

    assert len({(one.state, one.due_at) for one in accounts}) > 1


def test_every_named_choice_is_explained_with_its_default():
    """The table of choices names every field of targets and policies that is one, and its default."""
    for model, name in [
        (SlaPolicy, "edge"),
        (SlaPolicy, "on_change"),
        (SlaPolicy, "calendar_of"),
        (SlaPolicy, "zone"),
        (Policy, "edits"),
        (Policy, "merge_clocks"),
        (Policy, "split_clocks"),
    ]:
        default = model.model_fields[name].default
        assert re.search(rf"^\| `{name}` \|.*\*\*`{default}`\*\*", GUIDE, re.MULTILINE), name
    for name in ("reopen", "reopen_within", "max_pause", "pause_on"):
        assert Target.model_fields[name].default is None
        assert re.search(rf"^\| `{name}`", GUIDE, re.MULTILINE), name


def test_the_pains_are_numbered_as_their_tests_are():
    tests = (ROOT / "tests" / "sla" / "test_pains.py").read_text("utf-8")
    tested = {int(number) for number in re.findall(r"def test_(\d\d)", tests)}
    _, _, told = GUIDE.partition("## Fifteen things")
    listed = [int(number) for number in re.findall(r"^(\d+)\. \*\*", told, re.MULTILINE)]

    assert listed == sorted(tested) == list(range(1, 16))
