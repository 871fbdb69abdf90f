"""YAML means what the core schema of YAML 1.2 says, and its dangerous parts are refused."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.exceptions import PolicyError
from supportflow.policy.read import yaml12
from supportflow.policy.read.yaml12 import MAX_DEPTH, read_yaml


def value_of(text):
    return read_yaml(text)[0]


# The examples of the specification, section 10.3.2, and what other versions of YAML read differently.
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", None), ("null", None), ("Null", None), ("NULL", None), ("~", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("0", 0), ("-19", -19), ("+7", 7), ("007", 7), ("0o7", 7), ("0x3A", 58),
        ("0.", 0.0), ("-0.0", -0.0), (".5", 0.5), ("+12e03", 12000.0), ("-2E+05", -200000.0),
        (".inf", math.inf), ("-.Inf", -math.inf), ("+.INF", math.inf),
        ("NO", "NO"), ("no", "no"), ("yes", "yes"), ("on", "on"), ("Off", "Off"), ("y", "y"),
        ("22:30", "22:30"), ("1:20:30", "1:20:30"), ("2026-01-31", "2026-01-31"),
        ("1_000", "1_000"), ("0b11", "0b11"), ("0o8", "0o8"), ("nULL", "nULL"), ("tRUE", "tRUE"), ("1e", "1e"), (".", "."),
        ("'true'", "true"), ('"1"', "1"), ('"~"', "~"), ("1.5.2", "1.5.2"), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_plain_scalars(text, meaning):
    found = value_of(f"a: {text}")["a"]
    assert found == meaning
    assert type(found) is type(meaning)


def test_not_a_number():
    assert math.isnan(value_of("a: .NaN")["a"])


def test_version_directives_change_nothing():
    assert value_of("%YAML 1.1\n---\na: NO\nb: 010\n") == {"a": "NO", "b": 10}


def test_keys_are_always_texts():
    assert value_of("NO: 1\n22: 2\ntrue: 3\n2026-01-01: 4\nnull: 5\n") == {
        "NO": 1, "22": 2, "true": 3, "2026-01-01": 4, "null": 5,
    }  # fmt: skip


def test_blocks_are_texts():
    assert value_of("a: |\n  true\nb: >\n  1\n  2\n") == {"a": "true\n", "b": "1 2\n"}


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("a: &x 1\n", "anchors and aliases", 1),
        ("a: 1\nb: *x\n", "anchors and aliases", 2),
        ("&x a: 1\n", "anchors and aliases", 1),
        ("a: [1, &x [2]]\n", "anchors and aliases", 1),
        ("a:\n  &x b: 1\n  c: *x\n", "anchors and aliases", 2),
        ("a: !!str 1\n", "tags", 1),
        ("a: !!python/object/apply:os.system [ls]\n", "tags", 1),
        ("!mine {a: 1}\n", "tags", 1),
        ("a: 1\nb: 2\na: 3\n", "the key 'a' comes twice", 3),
        ("{a: {b: 1, 'b': 2}}\n", "the key 'b' comes twice", 1),
        ("a: 1\n---\nb: 2\n", "more than one document", 2),
        ("[a]: 1\n", "a key is a list or a table", 1),
        ("? {a: 1}\n: 2\n", "a key is a list or a table", 1),
        ("a: " + "9" * 401, "a number is too long", 1),
    ],
)
def test_refused(text, said, line):
    with pytest.raises(PolicyError) as refused:
        read_yaml(text)
    [problem] = refused.value.problems
    assert problem.startswith("not valid YAML: ")
    assert said in problem
    assert problem.endswith(f"(line {line})")


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor():
    levels = "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(PolicyError) as refused:
        read_yaml("a: &a [x, x]\n" + levels)
    assert "(line 1)" in refused.value.problems[0]


def test_limit_of_depth():
    with pytest.raises(PolicyError) as refused:
        read_yaml("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert str(MAX_DEPTH) in refused.value.problems[0]


def test_limit_of_values(monkeypatch):
    assert yaml12.MAX_NODES == 50_000
    monkeypatch.setattr(yaml12, "MAX_NODES", 500)  # a hundredth: to read them takes long
    assert value_of("\n".join(["- x"] * 499)) == ["x"] * 499  # and the list itself
    with pytest.raises(PolicyError) as refused:
        read_yaml("\n".join(["- x"] * 500))
    assert "500 values" in refused.value.problems[0]


def test_within_the_limits():
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert str(value_of(deep)) == deep


def test_lines():
    assert read_yaml("a: 1\nb:\n  - x\n  - c: 2\n    d:\n      e\n")[1] == {
        "a": 1, "b": 2, "b.0": 3, "b.1": 4, "b.1.c": 4, "b.1.d": 5,
    }  # fmt: skip


SCALARS = [
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
]
JSON = st.recursive(
    st.one_of(SCALARS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_yaml(value):
    """The oracle is the standard library's JSON reader."""
    text = json.dumps(value)
    assert value_of(text) == json.loads(text)
