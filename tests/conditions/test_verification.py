"""Every witness is what it says, and every "there is none" is true by trying all."""

from math import inf, nextafter
from sys import float_info

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conditions.cases import FIELDS, comparisons, conditions, every_record
from supportflow.conditions import (
    Condition,
    Fields,
    FieldSpec,
    Shadowed,
    evaluate,
    find_witness,
    overlap,
    shadowing,
    uncovered,
)
from supportflow.exceptions import ConditionError

# Few fields, so that rules collide, and all records over them can be tried.
SMALL = [
    ("channel", "score", "known"),
    ("region", "flags", "urgent"),
    ("tags", "known"),
    ("customer", "amount"),
    ("share", "reopens"),
]


def small(build):
    return st.sampled_from(SMALL).flatmap(lambda names: st.tuples(st.just(names), build(names)))


def rule_lists(names):
    conjunction = st.lists(comparisons(names), min_size=1, max_size=2).map(
        lambda parts: Condition(all=tuple(parts))
    )
    return st.lists(st.one_of(conjunction, conjunction, conditions(names, leaves=4)), min_size=1, max_size=10)


def first_match(rules, record):
    return next((i for i, rule in enumerate(rules) if rule is None or evaluate(rule, record)), None)


@given(conditions())
@settings(max_examples=300)
def test_a_witness_satisfies(condition):
    witness = find_witness(condition, FIELDS)
    opposite = find_witness(~condition, FIELDS)
    assert witness is not None or opposite is not None
    mentioned = {one.field for one in condition.comparisons()}
    if witness is not None:
        assert set(witness) == mentioned
        assert evaluate(condition, witness)
        assert not {name: fault for name, fault in FIELDS.problems(witness).items() if name in mentioned}
    if opposite is not None:
        assert not evaluate(condition, opposite)


@given(small(conditions))
@settings(max_examples=200)
def test_no_witness_means_none(case):
    names, condition = case
    exists = any(evaluate(condition, record) for record in every_record(names))
    assert (find_witness(condition, FIELDS) is not None) is exists


@given(small(lambda names: st.tuples(conditions(names, 4), conditions(names, 4))))
@settings(max_examples=150)
def test_overlap(case):
    names, (a, b) = case
    both = overlap(a, b, FIELDS)
    if both is None:
        assert not any(evaluate(a, record) and evaluate(b, record) for record in every_record(names))
    else:
        assert evaluate(a, both)
        assert evaluate(b, both)


@given(small(rule_lists))
@settings(max_examples=120)
def test_uncovered(case):
    names, rules = case
    gap = uncovered(rules, FIELDS)
    if gap is None:
        assert all(first_match(rules, record) is not None for record in every_record(names))
    else:
        assert first_match(rules, gap) is None


@given(small(rule_lists))
@settings(max_examples=100)
def test_shadowing(case):
    names, rules = case
    records = list(every_record(names))
    reached = {first_match(rules, record) for record in records}
    found = shadowing(rules, FIELDS)
    assert found.undecided == ()
    assert {one.rule for one in found.dead} == set(range(len(rules))) - reached
    for one in found.dead:
        mine = [record for record in records if evaluate(rules[one.rule], record)]
        assert list(one.by) == sorted(set(one.by))
        assert all(earlier < one.rule for earlier in one.by)
        assert all(any(evaluate(rules[earlier], record) for earlier in one.by) for record in mine)
        single = [
            earlier for earlier in range(one.rule) if all(evaluate(rules[earlier], record) for record in mine)
        ]
        assert (len(one.by) == 1) is (bool(single) and bool(mine))
        # None of them could be left out.
        for spared in one.by:
            rest = [rules[earlier] for earlier in one.by if earlier != spared]
            assert any(not any(evaluate(rule, record) for rule in rest) for record in mine)


@given(small(rule_lists))
@settings(max_examples=50)
def test_a_catch_all_covers_and_shadows(case):
    _, rules = case
    assert uncovered([*rules, None], FIELDS) is None
    after = shadowing([None, *rules], FIELDS)
    dead = {one.rule: one.by for one in after.dead}
    assert set(dead) == set(range(1, len(rules) + 1))
    assert set(dead.values()) <= {(0,), ()}


def test_a_single_culprit_is_preferred():
    urgent, email = Condition(field="urgent", eq=True), Condition(field="channel", eq="email")
    rules = [urgent, ~urgent & email, email, email]
    assert shadowing(rules, FIELDS).dead == (Shadowed(2, (0, 1)), Shadowed(3, (2,)))


def test_several_rules_together_shadow_one():
    email, chat, phone = (Condition(field="channel", eq=one) for one in ("email", "chat", "phone"))
    urgent = Condition(field="urgent", eq=True)
    rules = [email, chat & urgent, chat & ~urgent, phone, urgent & chat, urgent]
    assert shadowing(rules, FIELDS).dead == (Shadowed(4, (1,)), Shadowed(5, (0, 1, 3)))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # Between two whole numbers there is nothing; between two numbers there always is.
        ("score", None),
        ("share", 0.5),
    ],
)
def test_gaps_between_numbers(condition, expected):
    gap = (
        Condition(field=condition, between=(0, 1))
        & ~Condition(field=condition, eq=0)
        & ~Condition(field=condition, eq=1)
    )
    witness = find_witness(gap, FIELDS)
    assert witness == (None if expected is None else {condition: expected})


def test_bounds_of_a_field_are_known():
    assert find_witness(~Condition(field="reopens", between=(0, 6)), FIELDS) is None
    assert find_witness(~Condition(field="reopens", between=(0, 5)), FIELDS) == {"reopens": 6}
    assert find_witness(~Condition(field="amount", ge=0), FIELDS) == {"amount": None}


def test_a_closed_vocabulary_has_no_other_tag():
    mine = Condition(field="flags", exists=True) & ~Condition(field="flags", has_any=("a", "b"))
    assert find_witness(mine, FIELDS) == {"flags": ["c"]}
    assert find_witness(mine & ~Condition(field="flags", has_any=("c",)), FIELDS) is None
    free = Condition(field="tags", exists=True) & ~Condition(field="tags", has_any=("other", "vip"))
    assert find_witness(free, FIELDS) == {"tags": ["other-1"]}


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_neighbouring_numbers(data):
    """A number strictly between two constants, however near or far they are, is found and is right."""
    fields = Fields({"n": FieldSpec.number()})
    number = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**62), 2**62)
    low = data.draw(number)
    low, high = sorted([low, data.draw(st.just(min(nextafter(float(low), inf), float_info.max)) | number)])
    outside = Condition(field="n", le=low) | Condition(field="n", ge=high)
    witness = find_witness(~outside, fields)
    strictly = Condition(field="n", ge=high) & Condition(field="n", le=low)
    assume(find_witness(strictly, fields) is None)
    assert witness is not None
    assert not evaluate(outside, witness)


def test_a_question_too_hard_is_refused_not_guessed(monkeypatch):
    monkeypatch.setattr("supportflow.conditions.verification.SEARCH_LIMIT", 1)
    either = Condition(field="urgent", eq=True) | Condition(field="known", eq=True)
    with pytest.raises(ConditionError) as refused:
        find_witness(either, FIELDS)
    assert refused.value.problems == ("condition: is too entangled to be decided",)
    found = shadowing([either], FIELDS)
    assert (found.dead, found.undecided) == ((), (0,))


def test_problems_are_raised_first():
    with pytest.raises(ConditionError) as refused:
        shadowing([Condition(field="urgent", eq=True), Condition(field="nope", eq=True)], FIELDS)
    assert refused.value.problems == ("1.field: unknown field 'nope'",)


def test_where_effort_runs_out_a_culprit_is_still_named(monkeypatch):
    """Telling it briefly is a luxury: without it, the rules named still suffice."""
    rules = [*(Condition(field="score", eq=n) for n in range(5)), Condition(field="score", between=(0, 4))]
    shortest = shadowing(rules, FIELDS)
    assert shortest.dead == (Shadowed(5, (0, 1, 2, 3, 4)),)
    monkeypatch.setattr("supportflow.conditions.verification.SEARCH_LIMIT", 60)
    assert shadowing(rules, FIELDS) == shortest
