"""The line of a mistake is told in TOML and JSON, too: that of the value, or of the nearest part around it."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.exceptions import PolicyError
from supportflow.policy import load_policy, read_policy
from supportflow.policy.read.lines import Lines

FULL = (Path(__file__).parent / "documents" / "full.toml").read_text("utf-8")
PRESET = files("supportflow.policy.presets").joinpath("exchange.toml").read_text("utf-8")


def paths(value, path=()):
    """Every path of a document, with the last key on it."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in parts:
        yield from paths(below, (*path, step))


@pytest.mark.parametrize("text", [FULL, PRESET], ids=["full", "preset"])
def test_every_value_of_a_toml_document_has_the_line_with_its_key(text):
    lines, rows, document = Lines(text, toml=True), text.split("\n"), tomllib.loads(text)
    wanted = {".".join(map(str, path)): path for path in paths(document)}
    # The table that only a longer header speaks of has no line of its own; what is in it does.
    implied = set(wanted) - set(lines)
    assert set(lines) <= set(wanted)
    assert all(any(path.startswith(f"{one}.") for path in lines) for one in implied)
    for name, line in lines.items():
        key = next(step for step in reversed(wanted[name]) if isinstance(step, str))
        if isinstance(wanted[name][-1], str):
            assert key in rows[line - 1], (name, line)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=4) | st.booleans(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='ab"\\é \n', max_size=3), inner, max_size=3), max_leaves=12).filter(lambda value: isinstance(value, dict)))  # fmt: skip # noqa: E501
def test_every_value_of_a_json_document_has_its_line(document):
    text = json.dumps(document, indent=1)
    lines = Lines(text, toml=False)
    assert set(lines) == {".".join(map(str, path)) for path in paths(document)}
    one_line = Lines(json.dumps(document), toml=False)
    assert set(one_line.values()) <= {1}
    # With an indent, every value begins a line of its own, in order.
    in_order = [lines[".".join(map(str, path))] for path in paths(document)]
    if len(in_order) == len(lines):
        assert in_order == sorted(set(in_order))


TOML = '''
name = "x" # a = "b"
words.security = [
  "a", "b]", # ]
  'c',
]
[[sla]]
name = """
gold"""
targets = [
  { metric = "first_response", hours = 1 },
  { metric = "resolutoin",
    hours = 2 },
]
[[sla]]
name = "silver"
calender = "x"
'''.replace('resolutoin",\n    hours', 'resolutoin", hours')


def problems(text, kind):
    with pytest.raises(PolicyError) as refused:
        load_policy(text, format=kind)
    return refused.value.problems


def test_a_misspelt_name_in_toml_and_json(tmp_path):
    unknown = "sla.1.calender: unknown field 'calender'; did you mean 'calendar'?"
    assert problems(TOML, "toml") == (f"{unknown} (line 16)",)
    assert problems(TOML.replace("\n", "\r\n"), "toml") == (f"{unknown} (line 16)",)
    assert problems(TOML.replace("calender", "calendar"), "toml") == (
        "sla.1.calendar: unknown calendar 'x' (line 16)",
        "sla.0.targets.1.metric: unknown metric 'resolutoin'; did you mean 'resolution'? (line 12)",
    )
    as_json = json.dumps(tomllib.loads(TOML), indent=1)
    [said] = problems(as_json, "json")
    line = int(said.removeprefix(f"{unknown} (line ").removesuffix(")"))
    assert "calender" in as_json.split("\n")[line - 1]
    path = tmp_path / "desk.toml"
    path.write_text(TOML, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_policy(path)
    assert refused.value.problems == (f"{path}: {unknown} (line 16)",)


@pytest.mark.parametrize("levels", [70, 300, 450])
def test_what_nests_too_deep_is_said_all_the_same(levels):
    for text, kind in (
        ('{"a":' * levels + "1" + "}" * levels, "json"),
        ("a = " + "[" * levels + "]" * levels, "toml"),
    ):
        [problem] = problems(text, kind)
        assert "nests" in problem


def test_of_what_is_missing_the_line_of_what_is_around_it():
    assert problems('name = "a"\n\n[[groups]]\ntier = "x"\n', "toml") == (
        "groups.0.name: Field required (line 3)",
    )
