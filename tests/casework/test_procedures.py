"""Procedures: steps are recorded with author and time; mandatory ones guard what ends the work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.office import START, clock_of, desk
from supportflow import Actor, LifecycleDefinition, Policy, fold
from supportflow.exceptions import InvalidInput, PolicyError, Refused, StepsMissing, TransitionRefused
from supportflow.policy import CompiledPolicy

STEPS = [
    {"name": "read_chat"},
    {"name": "call_bank", "mandatory": False},
    {"name": "hear_seller"},
    {"name": "decide"},
]
POLICY = Policy.model_validate({"procedures": {"c2c": {"steps": STEPS}}})
FREE = Policy.model_validate({"procedures": {"c2c": {"steps": STEPS, "ordered": False}}})


def opened(one, **fields):
    return one.open(**{"subject": "x", "requester": "ana", "category": "c2c", **fields}).ticket


def test_resolving_names_the_steps_that_are_missing():
    one = desk(POLICY)
    ticket = opened(one)
    with pytest.raises(StepsMissing) as refused:
        one.resolve(ticket, by="sam")
    assert refused.value.steps == ("read_chat", "hear_seller", "decide")
    assert "read_chat, hear_seller, decide" in refused.value.reason
    assert isinstance(refused.value, Refused)
    assert "resolve" not in one.permitted(ticket)
    assert "resolve" not in one.explain(ticket).permitted
    assert "steps missing: read_chat, hear_seller, decide" in str(one.explain(ticket))
    assert one.get(ticket) == ticket

    for step in ("read_chat", "hear_seller", "decide"):
        clock_of(one).advance(minutes=1)
        one.complete_step(ticket, step=step, by="sam", reason="done by phone")
    done = [event for event in one.history(ticket) if event.kind == "step_completed"]
    assert [(event.step, event.by.id) for event in done] == [
        ("read_chat", "sam"),
        ("hear_seller", "sam"),
        ("decide", "sam"),
    ]
    assert [int((event.recorded_at - START).total_seconds()) for event in done] == [60, 120, 180]
    assert "phone" not in done[0].model_dump_json()
    assert "resolve" in one.permitted(ticket)
    assert one.resolve(ticket, by="sam").ticket.status == "resolved"


def test_steps_come_in_order_and_only_once():
    one = desk(POLICY)
    ticket = opened(one)
    with pytest.raises(StepsMissing) as early:
        one.complete_step(ticket, step="decide", by="sam")
    assert early.value.steps == ("read_chat", "hear_seller")
    one.complete_step(ticket, step="read_chat", by="sam")
    assert one.complete_step(ticket, step="read_chat", by="kim").events == ()
    # What is not mandatory holds nothing up, and can come late.
    one.complete_step(ticket, step="hear_seller", by="sam")
    assert one.complete_step(ticket, step="call_bank", by="sam").ticket.case.steps == (
        "read_chat",
        "hear_seller",
        "call_bank",
    )


@given(st.permutations([step["name"] for step in STEPS]))
def test_in_any_order_where_the_policy_says_so(order):
    one = desk(FREE)
    ticket = opened(one)
    for index, step in enumerate(order):
        if {"read_chat", "hear_seller", "decide"} <= set(order[:index]):
            break
        with pytest.raises(StepsMissing):
            one.resolve(ticket, by="sam")
        one.complete_step(ticket, step=step, by="sam")
    assert one.resolve(ticket, by="sam").ticket.status == "resolved"
    assert fold(one.history(ticket)) == one.get(ticket)


def test_other_ways_out_are_free():
    one = desk(POLICY)
    assert opened(one, category="login").category == "login"
    assert one.resolve(opened(one, category="login"), by="sam").ticket.status == "resolved"
    assert one.cancel(opened(one), by="sam").ticket.status == "cancelled"
    into = opened(one)
    assert one.merge(opened(one), into=into, by="sam").ticket.status == "closed"
    # A lifecycle's own refusal comes as before.
    resolved = one.resolve(opened(one, category="login"), by="sam").ticket
    with pytest.raises(TransitionRefused):
        one.hold(resolved, by="sam")


def test_a_hosts_own_way_to_the_end_is_guarded_too():
    lifecycle = LifecycleDefinition.model_validate(
        {
            "statuses": {"new": "new", "done": "resolved", "gone": "closed"},
            "initial": "new",
            "transitions": [
                {"trigger": "finish", "from": ["new"], "to": "done"},
                {"trigger": "archive", "from": ["new", "done"], "to": "gone"},
            ],
        }
    )
    one = desk(Policy.model_validate({"procedures": {"c2c": {"steps": STEPS[:1]}}, "lifecycle": lifecycle}))
    ticket = opened(one)
    for trigger in ("finish", "archive"):
        with pytest.raises(StepsMissing):
            one.trigger(ticket, trigger=trigger, by="sam")
    assert one.permitted(ticket) == ()
    one.complete_step(ticket, step="read_chat", by="sam")
    assert one.trigger(ticket, trigger="finish", by="sam").ticket.status == "done"
    assert one.trigger(ticket, trigger="archive", by="sam").ticket.status == "gone"


def test_an_observed_resolution_is_taken_in_and_marked():
    one = desk(POLICY)
    ticket = opened(one, ref="7")
    one.complete_step(ticket, step="read_chat", by="sam")
    [changed] = one.observe(ref="7", status="resolved").events
    assert changed.forced
    assert (changed.refusal.unmet_guards, changed.refusal.unmet_steps) == ((), ("hear_seller", "decide"))


def test_who_and_when():
    one = desk(POLICY)
    ticket = opened(one)
    for kind in ("requester", "party"):
        with pytest.raises(Refused):
            one.complete_step(ticket, step="read_chat", by=Actor(kind=kind, id="ana"))
    for name in ("nothing", "seed"):
        with pytest.raises(InvalidInput):
            one.complete_step(ticket, step=name, by="sam")
    with pytest.raises(InvalidInput):
        one.complete_step(opened(one, category=None), step="read_chat", by="sam")
    one.cancel(ticket, by="sam")
    with pytest.raises(Refused):
        one.complete_step(ticket, step="read_chat", by="sam")


def test_a_step_is_listed_once():
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(Policy.model_validate({"procedures": {"c2c": {"steps": [STEPS[0], STEPS[0]]}}}))
    assert wrong.value.problems == ("procedures.c2c.steps: 'read_chat' is listed twice",)


def test_what_was_resolved_without_them_can_still_be_closed():
    one = desk(POLICY)
    ticket = opened(one, ref="7")
    one.observe(ref="7", status="resolved")
    assert "close" in one.permitted(ticket)
    assert one.close_ticket(ticket, by="sam").ticket.status == "closed"
