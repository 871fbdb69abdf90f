"""The compiled table and the machine give the same answers, and both give those of a naive reading of the definition."""

from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.conditions import Condition, Fields, FieldSpec
from supportflow.conditions.ticket import ticket_fields
from supportflow.exceptions import LifecycleError
from supportflow.lifecycle import (
    Fired,
    Lifecycle,
    LifecycleDefinition,
    Rejected,
    Transition,
    default_lifecycle,
    mermaid,
)
from supportflow.lifecycle.machine import LifecycleMachine
from supportflow.lifecycle.table import MOST_GUARDS
from supportflow.model.base import StatusCategory

FLAGS = ("f0", "f1", "f2")
FIELDS = Fields({name: FieldSpec.boolean() for name in FLAGS})
RECORDS = [dict(zip(FLAGS, values, strict=True)) for values in product([False, True], repeat=len(FLAGS))]
GUARDS = {
    "zero": lambda r: r["f0"],
    "not zero": lambda r: not r["f0"],
    "one": lambda r: r["f1"],
    "both": lambda r: r["f1"] and r["f2"],
    "never": lambda r: r["f2"] and not r["f2"],
}
CONDITIONS = {
    "zero": Condition(field="f0", eq=True),
    "not zero": Condition(field="f0", eq=False),
    "one": Condition(field="f1", eq=True),
    "both": Condition(all=(Condition(field="f1", eq=True), Condition(field="f2", eq=True))),
    "never": Condition(all=(Condition(field="f2", eq=True), Condition(field="f2", eq=False))),
}
# Names that a state machine library might read as something else.
STATUSES = ("new", "*", "=", "in work", "initial", "to_new", "终")
TRIGGERS = ("go", "to_new", "trigger", "is_new", "merge")
OPEN = [category for category in StatusCategory if category.is_open]
FINAL = [category for category in StatusCategory if category.is_final]


@st.composite
def definitions(draw) -> LifecycleDefinition:
    """A definition that may be wrong in every way but for names that exist nowhere."""
    names = draw(st.lists(st.sampled_from(STATUSES), min_size=2, max_size=5, unique=True))
    statuses = {name: draw(st.sampled_from([*OPEN, StatusCategory.RESOLVED])) for name in names}
    statuses[names[-1]] = draw(st.sampled_from(FINAL))
    # A chain through all of them makes most definitions sound; what is added may spoil that.
    edges = [
        Transition(trigger="go", source=(a,), target=b, guards=draw(st.sampled_from([(), ("zero",)])))
        for a, b in pairwise(names)
    ]
    more = st.fixed_dictionaries(
        {
            "trigger": st.sampled_from(TRIGGERS),
            "source": st.lists(st.sampled_from(names), min_size=1, max_size=3),
            "target": st.sampled_from(names),
            "guards": st.lists(st.sampled_from(sorted(GUARDS)), max_size=2, unique=True),
        }
    ).map(Transition.model_validate)
    edges += draw(st.lists(more, max_size=5))
    return LifecycleDefinition(
        statuses=statuses, initial=names[0], transitions=tuple(edges), guards=CONDITIONS
    )


def holds(edge: Transition, record) -> bool:
    return all(GUARDS[guard](record) for guard in edge.guards)


def is_sound(definition: LifecycleDefinition) -> bool:
    """Read naively, assignment by assignment."""
    edges, statuses = definition.transitions, definition.statuses
    reached = {definition.initial}
    for _ in statuses:
        reached |= {edge.target for edge in edges if reached & set(edge.source)}
    leaves = {source for edge in edges for source in edge.source if edge.target != source}
    left = {source for edge in edges for source in edge.source}
    for status, category in statuses.items():
        if status not in reached or (category.is_final and status in left):
            return False
        if not category.is_final and status not in leaves:
            return False
    if not statuses[definition.initial].is_open:
        return False
    if any(edge.trigger == "merge" and not statuses[edge.target].is_final for edge in edges):
        return False
    return not any(is_ambiguous(edges, record) for record in RECORDS)


def is_ambiguous(edges, record) -> bool:
    live = [edge for edge in edges if holds(edge, record)]
    return any(a.trigger == b.trigger and set(a.source) & set(b.source) for a, b in combinations(live, 2))


def naive(definition: LifecycleDefinition, status: str, trigger: str, record) -> Fired | Rejected:
    mine = [edge for edge in definition.transitions if edge.trigger == trigger and status in edge.source]
    for edge in mine:
        if holds(edge, record):
            return Fired(edge.target, edge.target == status)
    if mine:
        return Rejected(tuple(sorted({g for edge in mine for g in edge.guards if not GUARDS[g](record)})))
    if any(edge.trigger == trigger and edge.target == status for edge in definition.transitions):
        return Fired(status, kept=True)
    return Rejected(())


@settings(max_examples=150)
@given(definitions())
def test_machine_table_and_a_naive_reading_agree(definition):
    if not is_sound(definition):
        with pytest.raises(LifecycleError) as wrong:
            Lifecycle(definition, FIELDS)
        assert wrong.value.problems
        return
    lifecycle = Lifecycle(definition, FIELDS)
    for status, record in product(definition.statuses, RECORDS):
        changing = []
        for trigger in (*TRIGGERS, "unknown"):
            expected = naive(definition, status, trigger, record)
            assert lifecycle.fire(status, trigger, lambda record=record: record) == expected
            found = lifecycle.lookup(status, trigger, lambda record=record: record)
            assert found == (expected if isinstance(expected, Fired) else None)
            assert found == lifecycle.asked(status, trigger, lambda record=record: record)
            if isinstance(expected, Fired) and not expected.kept:
                changing.append(trigger)
        assert lifecycle.permitted(status, lambda record=record: record) == tuple(sorted(changing))


@settings(max_examples=150)
@given(definitions().filter(is_sound))
def test_route_finds_a_permitted_trigger_or_says_what_stands_in_the_way(definition):
    lifecycle = Lifecycle(definition, FIELDS)
    for status, target, record in product(definition.statuses, definition.statuses, RECORDS):
        if status == target:
            continue
        trigger, unmet = lifecycle.route(status, target, lambda record=record: record)
        edges = [
            e
            for e in definition.transitions
            if status in e.source and e.target == target and e.trigger != "merge"
        ]
        open_ways = sorted(edge.trigger for edge in edges if holds(edge, record))
        if open_ways:
            assert (trigger, unmet) == (open_ways[0], ())
        elif edges:
            first = min(edge.trigger for edge in edges)
            assert trigger == first
            missing = {g for e in edges if e.trigger == first for g in e.guards if not GUARDS[g](record)}
            assert unmet == tuple(sorted(missing))
        else:
            assert (trigger, unmet) == (None, ())


def test_the_default_machine_equals_its_table_everywhere():
    definition = default_lifecycle()
    lifecycle = Lifecycle(definition, ticket_fields())
    triggers = {edge.trigger for edge in definition.transitions} | {"unknown"}
    accepted = 0
    for status, trigger, resolved_for in product(
        definition.statuses, triggers, [None, 0, 1_209_600, 1_209_601]
    ):
        record = {"resolved_for": resolved_for}
        fired = lifecycle.fire(status, trigger, lambda record=record: record)
        found = lifecycle.lookup(status, trigger, lambda record=record: record)
        assert found == (fired if isinstance(fired, Fired) else None)
        assert found == lifecycle.asked(status, trigger, lambda record=record: record)
        accepted += isinstance(fired, Fired)
    # 24 edges without a guard, 10 triggers kept where they lead to, and one edge within its window for two of four records.
    assert accepted == 4 * (24 + 10) + 2
    assert lifecycle.category("on_hold") is StatusCategory.ON_HOLD
    with pytest.raises(KeyError):
        lifecycle.category("asleep")


def test_the_view_is_asked_for_guards_only_and_once():
    asked = []

    def view():
        asked.append(1)
        return {"f0": False, "f1": False, "f2": False}

    edge = Transition(trigger="go", source=("a",), target="b", guards=("zero", "both"))
    other = Transition(trigger="go", source=("a",), target="c", guards=("one", "not zero"))
    free = Transition(trigger="free", source=("a",), target="c")
    back = Transition(trigger="back", source=("b",), target="c")
    lifecycle = Lifecycle(
        LifecycleDefinition(
            statuses={"a": "new", "b": "open", "c": "closed"}, initial="a", transitions=(edge, other, free, back),
            guards={k: v for k, v in CONDITIONS.items() if k in {"zero", "both", "one", "not zero"}},
        ),
        FIELDS,
    )  # fmt: skip
    assert lifecycle.fire("a", "free", view) == Fired("c", kept=False)
    assert lifecycle.fire("b", "go", view) == Fired("b", kept=True)
    assert asked == []
    assert lifecycle.fire("a", "go", view) == Rejected(("both", "one", "zero"))
    assert asked == [1]


def test_a_trigger_is_looked_up_and_the_machine_is_left_alone(monkeypatch):
    lifecycle = Lifecycle(default_lifecycle(), ticket_fields())

    def asked(*_):
        raise AssertionError("the machine was asked")

    monkeypatch.setattr(LifecycleMachine, "answer", asked)
    assert lifecycle.fire("new", "start", dict) == Fired("open", kept=False)
    assert lifecycle.fire("resolved", "reopen", lambda: {"resolved_for": 1}) == Fired("open", kept=False)
    assert lifecycle.fire("closed", "reopen", dict) == Rejected(())


def guarded(count: int) -> tuple[Lifecycle, Fields]:
    """A trigger behind that many guards in a row, and another way for when the first of them does not hold."""
    names = [f"g{number:02}" for number in range(count)]
    fields = Fields({name: FieldSpec.boolean() for name in names})
    definition = LifecycleDefinition(
        statuses={"a": "new", "b": "open", "c": "closed"},
        initial="a",
        transitions=(
            Transition(trigger="go", source=("a",), target="b", guards=names),
            Transition(trigger="go", source=("a",), target="c", guards=("not first",)),
            Transition(trigger="end", source=("b",), target="c"),
        ),
        guards={
            **{name: Condition(field=name, eq=True) for name in names},
            "not first": Condition(field=names[0], eq=False),
        },
    )
    return Lifecycle(definition, fields), fields


@pytest.mark.parametrize("count", [1, 2, MOST_GUARDS - 1, MOST_GUARDS, 40])
def test_more_guards_than_the_table_takes_are_asked_of_the_machine(count):
    lifecycle, fields = guarded(count)
    names = list(fields)
    everything = dict.fromkeys(names, True)
    cases = {Fired("b", kept=False): everything, Fired("c", kept=False): {**everything, names[0]: False}}
    for expected, record in cases.items():
        assert lifecycle.fire("a", "go", lambda record=record: record) == expected
        assert lifecycle.asked("a", "go", lambda record=record: record) == expected
    if count > 1:
        last = {**everything, names[-1]: False}
        assert lifecycle.fire("a", "go", lambda: last) == Rejected((names[-1], "not first"))


def test_mermaid_draws_every_edge():
    definition = default_lifecycle()
    text = mermaid(definition)
    lines = text.splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "  [*] --> new" in lines
    assert "  resolved --> open: reopen [within_reopen_window]" in lines
    assert "  closed --> [*]" in lines
    assert "  pending: pending (pending)" in lines
    for edge in definition.transitions:
        for source in edge.source:
            assert any(
                line.startswith(f"  {source} --> {edge.target}: ") and edge.trigger in line for line in lines
            )


def test_mermaid_gives_odd_names_an_alias():
    definition = LifecycleDefinition(
        statuses={"in work": "new", 'the "end"': "closed", "end": "open"},
        initial="in work",
        transitions=(
            Transition(trigger="stop: now", source=("in work",), target='the "end"'),
            Transition(trigger="go", source=("in work",), target="end"),
            Transition(trigger="stop: now", source=("end",), target='the "end"'),
        ),
    )
    assert mermaid(definition).splitlines() == [
        "stateDiagram-v2",
        "  [*] --> s0",
        '  state "in work (new)" as s0',
        "  state \"the 'end' (closed)\" as s1",
        '  state "end (open)" as s2',
        "  s2 --> s1: stop#58; now",
        "  s0 --> s2: go",
        "  s0 --> s1: stop#58; now",
        "  s1 --> [*]",
    ]
