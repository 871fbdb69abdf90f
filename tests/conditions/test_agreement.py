"""Compiled, indexed and explained conditions say what the plain interpreter says."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conditions.cases import FIELDS, LOOSE_RECORDS, RECORDS, comparisons, conditions
from supportflow.conditions import (
    Condition,
    ConditionIndex,
    Fields,
    FieldSpec,
    compile_condition,
    evaluate,
    explain,
)
from supportflow.exceptions import ConditionError

RULES = st.lists(st.none() | comparisons() | conditions(), max_size=8)


def naive_matches(rules, record):
    return tuple(i for i, rule in enumerate(rules) if rule is None or evaluate(rule, record))


@given(conditions(), RECORDS | LOOSE_RECORDS)
@settings(max_examples=300)
def test_compiled_is_naive(condition, record):
    assert compile_condition(condition, FIELDS)(record) is evaluate(condition, record)


@given(RULES, st.lists(RECORDS | LOOSE_RECORDS, min_size=1, max_size=8))
@settings(max_examples=150)
def test_index_is_naive(rules, records):
    index = ConditionIndex(rules, FIELDS)
    assert len(index) == len(rules)
    for record in records:
        expected = naive_matches(rules, record)
        assert index.all(record) == expected
        assert index.matches(record) == sum(1 << i for i in expected)
        assert index.first(record) == (expected[0] if expected else None)


@given(
    st.sampled_from([("tags",), ("flags", "tags"), ("channel", "region"), ("score", "amount")]).flatmap(
        lambda names: st.lists(conditions(names, leaves=4), min_size=2, max_size=10)
    ),
    st.lists(RECORDS | LOOSE_RECORDS, min_size=4, max_size=8),
)
@settings(max_examples=80)
def test_index_is_naive_where_rules_crowd(rules, records):
    index = ConditionIndex(rules, FIELDS)
    for record in records:
        assert index.all(record) == naive_matches(rules, record)


@given(conditions(), RECORDS | LOOSE_RECORDS)
def test_explanation_is_naive(condition, record):
    told = explain(condition, record)
    assert told.holds is evaluate(condition, record)
    assert [(one.field, one.operator, one.expected) for one in told.comparisons()] == [
        (one.field, one.operator, one.operand) for one in condition.comparisons()
    ]
    for one, comparison in zip(told.comparisons(), condition.comparisons(), strict=True):
        assert one.holds is evaluate(comparison, record)
        actual = record.get(comparison.field)
        assert one.actual is actual
    assert len(str(told).splitlines()) == sum(1 for _ in every_part(condition))


def every_part(condition):
    yield condition
    for part in condition.parts:
        yield from every_part(part)


def test_a_condition_too_wild_for_rows_is_still_right():
    """Six alternatives of six would be more rows than the index spreads a condition into."""
    names = ["channel", "region", "urgent", "known", "score", "amount"]
    pairs = [
        Condition(any=(Condition(field=a, exists=False), Condition(field=b, exists=False)))
        for a in names
        for b in names
        if a < b
    ]
    wild = Condition(all=tuple(pairs))
    index = ConditionIndex([Condition(field="urgent", eq=True), wild], FIELDS)
    assert index.all({}) == (1,)
    assert index.all({"urgent": True}) == (0, 1)
    assert index.all({"urgent": True, "channel": "email"}) == (0,)


@pytest.mark.parametrize(
    ("condition", "record", "expected"),
    [
        # The meaning of a number does not hang on the type that a host keeps it in.
        ({"field": "share", "ge": 0.1}, {"share": Decimal("0.1")}, True),
        ({"field": "share", "ge": 0.1}, {"share": 0.1}, True),
        ({"field": "share", "le": 0.3}, {"share": Decimal("0.3")}, True),
        ({"field": "share", "le": 0.3}, {"share": 0.1 + 0.2}, False),
        ({"field": "share", "eq": 2}, {"share": 2.0}, True),
        ({"field": "share", "ge": 9007199254740993}, {"share": 9007199254740992.0}, False),
        ({"field": "share", "ge": 9007199254740993}, {"share": 9007199254740994.0}, True),
        ({"field": "share", "ge": 1e22}, {"share": 10**22}, True),
        ({"field": "share", "ge": 1e23}, {"share": 10**23 - 1}, False),
        ({"field": "share", "le": 1e23}, {"share": 10**23}, True),
        # What is missing is equal to nothing, and its opposite is true of it.
        ({"field": "amount", "ge": 0}, {"amount": None}, False),
        ({"field": "amount", "le": 0}, {}, False),
        ({"not": {"field": "amount", "ge": 0}}, {}, True),
        ({"field": "amount", "exists": False}, {"amount": float("nan")}, True),
        ({"field": "amount", "exists": False}, {"amount": Decimal("NaN")}, True),
        ({"field": "amount", "le": 5}, {"amount": Decimal("NaN")}, False),
        ({"field": "amount", "exists": True}, {"amount": 0}, True),
        ({"field": "customer", "exists": True}, {"customer": ""}, True),
        ({"field": "urgent", "exists": True}, {"urgent": False}, True),
        ({"field": "tags", "exists": True}, {"tags": []}, False),
        ({"field": "tags", "exists": False}, {"tags": ()}, True),
        ({"field": "tags", "exists": False}, {"tags": ["new"]}, False),
        ({"field": "tags", "has_all": ["vip", "press"]}, {"tags": {"vip"}}, False),
        ({"field": "tags", "has_all": ["vip", "press"]}, {"tags": {"press", "vip", "new"}}, True),
        ({"field": "share", "between": [0.1, 0.3]}, {"share": 0.3}, True),
        ({"field": "share", "between": [0.1, 0.3]}, {"share": 0.31}, False),
    ],
)
def test_meaning(condition, record, expected):
    condition = Condition.model_validate(condition)
    assert evaluate(condition, record) is expected
    assert compile_condition(condition, FIELDS)(record) is expected
    assert ConditionIndex([condition], FIELDS).all(record) == ((0,) if expected else ())


@given(
    st.sampled_from(["eq", "ge", "le"]),
    st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False),
    st.data(),
)
@settings(max_examples=300)
def test_numbers_of_any_size(operator, constant, data):
    """Around a constant, every type of number is told apart exactly as its shortest decimal is."""
    fields = Fields({"n": FieldSpec.number()})
    condition = Condition.model_validate({"field": "n", operator: constant})
    near = st.sampled_from(list(neighbours(constant)))
    value = data.draw(near | st.floats(allow_nan=False) | st.integers() | st.decimals(allow_nan=False))
    written = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    limit = Decimal(repr(constant))
    expected = {"eq": written == limit, "ge": written >= limit, "le": written <= limit}[operator]
    assert evaluate(condition, {"n": value}) is expected
    assert compile_condition(condition, fields)({"n": value}) is expected
    assert ConditionIndex([condition], fields).matches({"n": value}) == expected


def neighbours(constant):
    from math import inf, nextafter

    yield constant
    yield float(constant)
    yield nextafter(float(constant), inf)
    yield nextafter(float(constant), -inf)
    yield int(constant)
    yield int(constant) + 1
    yield int(constant) - 1
    yield Decimal(repr(constant))
    yield Decimal(repr(constant)).next_plus()


def test_index_refuses_with_the_position():
    with pytest.raises(ConditionError) as refused:
        ConditionIndex([None, Condition(field="chanel", eq="email")], FIELDS)
    assert refused.value.problems == ("1.field: unknown field 'chanel'; did you mean 'channel'?",)


def test_explanation_reads_well():
    condition = Condition(field="channel", eq="email") & ~Condition(field="tags", has_any=("vip", "press"))
    told = explain(condition, {"channel": "chat", "tags": {"vip", "new"}})
    assert str(told).splitlines() == [
        "no  all",
        "    no  channel eq 'email' (is 'chat')",
        "    no  not",
        "        yes tags has_any ['vip', 'press'] (is ['new', 'vip'])",
    ]
    assert str(explain(Condition(field="amount", ge=1), {})) == "no  amount ge 1 (is missing)"
