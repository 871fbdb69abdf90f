"""The search against trying every point: answers, boxes, and the reasons of a refutation."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conditions.cases import FIELDS
from supportflow.conditions import Condition, Shadowed, shadowing
from supportflow.conditions.solver import Clause, Effort, SearchLimitError, solve

VARIABLES = 5
DOMAIN = 0b111

LITERALS = st.dictionaries(st.integers(0, VARIABLES - 1), st.integers(1, DOMAIN - 1), min_size=1, max_size=3)
# Many clauses, so that some cannot be met together, and that only after wrong turns.
SYSTEMS = st.lists(LITERALS, min_size=1, max_size=40)


def points():
    return product(*([[0b001, 0b010, 0b100]] * VARIABLES))


def satisfied(system, point):
    return all(any(point[variable] & mask for variable, mask in literals.items()) for literals in system)


@given(SYSTEMS)
@settings(max_examples=300, deadline=None)
def test_against_every_point(system):
    clauses = [Clause(1 << i, tuple(literals.items())) for i, literals in enumerate(system)]
    box, reasons = solve([DOMAIN] * VARIABLES, clauses, len(system), Effort(10**6))
    if box is None:
        suffice = [literals for i, literals in enumerate(system) if reasons >> i & 1]
        assert reasons < 1 << len(system)
        assert not any(satisfied(suffice, point) for point in points())
    else:
        assert reasons == 0
        inside = [
            point for point in points() if all(one & mask for one, mask in zip(point, box, strict=True))
        ]
        assert inside
        assert all(satisfied(system, point) for point in inside)


@given(st.integers(2, 4), st.data())
@settings(max_examples=20, deadline=None)
def test_more_pigeons_than_holes(holes, data):
    """Needs real search: no clause alone says anything. As many pigeons as holes are never to blame."""
    pigeons = data.draw(st.permutations(range(holes + 2)))
    apart = [
        Clause(1 << min(a, b), ((a, ~(1 << hole)), (b, ~(1 << hole))))
        for a in pigeons
        for b in pigeons
        if a < b
        for hole in range(holes)
    ]
    box, reasons = solve([(1 << holes) - 1] * len(pigeons), apart, len(pigeons), Effort(10**6))
    assert box is None
    assert reasons.bit_count() >= holes


def test_both_branches_are_among_the_reasons():
    """Two clauses refute one value and two the other: all four are needed."""
    a, b, c = range(3)
    no, yes = 0b01, 0b10
    system = [
        ((a, yes), (b, yes)),
        ((a, yes), (b, no)),
        ((a, no), (c, yes)),
        ((a, no), (c, no)),
    ]
    clauses = [Clause(1 << i, literals) for i, literals in enumerate(system)]
    assert solve([0b11] * 3, clauses, 4, Effort(1000)) == (None, 0b1111)


def test_effort_is_spent_and_runs_out():
    effort = Effort(10)
    solve([0b11], [Clause(0, ((0, 0b01),))], 0, effort)
    assert 0 <= effort.left < 10
    with pytest.raises(SearchLimitError):
        solve([0b11], [Clause(0, ((0, 0b01),))] * 20, 0, effort)


def test_a_rule_that_contradicts_itself_blames_no_other():
    urgent, known = Condition(field="urgent", eq=True), Condition(field="known", eq=True)
    never = (urgent | known) & (urgent | ~known) & (~urgent | known) & (~urgent | ~known)
    assert shadowing([urgent, never, known & ~urgent, never], FIELDS).dead == (
        Shadowed(1, ()),
        Shadowed(3, ()),
    )
