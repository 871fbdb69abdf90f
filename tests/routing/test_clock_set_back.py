"""A clock that is set back, and goes on: whoever leads notices what a dispatcher would that had begun just then."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Agent, Desk, Policy, Skill
from supportflow.exceptions import DamagedRow
from supportflow.flows.routing import floor
from supportflow.testing import CountingIds, ManualClock

DAY = "2026-03-02T"  # a Monday
POLICY = Policy(
    calendars={"office": {"tz": "UTC", "weekly": {"mon": [("09:00", "17:00")]}}},
    routing={
        "tiers": ["first"],
        "acceptance": "direct",
        "routes": [
            {
                "name": "cards",
                "when": {"field": "category", "eq": "cards"},
                "tier": "first",
                "language": "any",
                "skills": {"cards": 1},
            },
            {"name": "all", "tier": "first", "language": "any"},
        ],
    },
)


def new_desk(store=None, clock=None):
    return Desk(POLICY, store=store, clock=clock or ManualClock(f"{DAY}08:00:00Z"), ids=CountingIds())


def staffed(*agents):
    clock = ManualClock(f"{DAY}08:00:00Z")
    desk = new_desk(clock=clock)
    for one in agents:
        desk.enrol(one)
        desk.set_presence(one, "available")
    desk.dispatch()
    return desk, clock


def at(clock, time):
    clock.set(f"{DAY}{time}:00Z")


def test_a_shift_that_begins_once_more_is_noticed_though_no_command_comes():
    desk, clock = staffed(Agent("sam", tiers=("first",), shifts=("office",), capacity=5))
    at(clock, "18:00")
    desk.dispatch()  # the shift has begun and ended
    at(clock, "08:30")
    ticket = desk.open(subject="x", requester="ana").ticket
    assert desk.dispatch().offered == 0
    at(clock, "09:30")
    assert desk.dispatch().offered == 1
    assert desk.get(ticket).assignee == "sam"


def test_whose_shift_is_not_over_any_more_gets_work_at_once():
    desk, clock = staffed(Agent("sam", tiers=("first",), shifts=("office",), capacity=5))
    for time in ("10:00", "18:00", "10:00"):
        at(clock, time)
        desk.dispatch()
    ticket = desk.open(subject="x", requester="ana").ticket
    assert desk.dispatch().offered == 1
    assert desk.get(ticket).assignee == "sam"


def test_a_certificate_that_has_not_lapsed_any_more_counts():
    skill = Skill(level=1, valid_until=f"{DAY}12:00:00Z")
    desk, clock = staffed(Agent("sam", tiers=("first",), skills={"cards": skill}, capacity=5))
    at(clock, "13:00")
    desk.dispatch()
    at(clock, "11:00")
    ticket = desk.open(subject="x", requester="ana", category="cards").ticket
    assert desk.dispatch().offered == 1
    assert desk.get(ticket).assignee == "sam"


def test_a_ticket_of_a_later_hour_does_not_keep_a_dispatch_busy():
    """What was opened before the clock was set back is offered at its own instant: nobody is at work then."""
    desk, clock = staffed(Agent("sam", tiers=("first",), shifts=("office",), capacity=5))
    at(clock, "18:00")
    late = desk.open(subject="x", requester="ana").ticket
    at(clock, "10:00")
    early = desk.open(subject="x", requester="ana").ticket
    done = desk.dispatch(limit=50)
    assert (done.offered, desk.get(early).assignee, desk.get(late).assignee) == (1, "sam", None)
    assert done.refused <= 2


@given(st.lists(st.tuples(st.sampled_from(range(7, 19)), st.booleans()), min_size=2, max_size=6))
@settings(max_examples=12, deadline=None)
def test_however_the_clock_goes_who_is_at_work_gets_work_and_nobody_else(hours):
    desk, clock = staffed(Agent("sam", tiers=("first",), shifts=("office",), capacity=50))
    for hour, asks in hours:
        at(clock, f"{hour:02}:00")
        ticket = desk.open(subject="x", requester="ana").ticket if asks else None
        offered = desk.dispatch().offered
        if ticket is not None:
            at_work = 9 <= hour < 17
            assert (offered, desk.get(ticket).assignee) == ((1, "sam") if at_work else (0, None))
            desk.resolve(ticket, by="lead")


def test_what_could_not_be_read_is_looked_at_again_within_a_minute_of_whatever_clock():
    desk, clock = staffed(Agent("sam", tiers=("first",), capacity=5))
    ticket = desk.open(subject="x", requester="ana").ticket
    at(clock, "18:00")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(floor, "read_ticket", damaged)
        assert desk.dispatch().unreadable == (f"ticket:{ticket.id}",)
    assert desk.dispatch().offered == 0
    at(clock, "09:00")
    assert desk.dispatch().offered == 1


def damaged(_env, row):
    raise DamagedRow(f"ticket:{row.id}", "a test")
    yield


def test_what_has_changed_before_the_clock_was_set_back_is_known_at_once():
    desk, clock = staffed(Agent("sam", tiers=("first",), capacity=1))
    first = desk.open(subject="x", requester="ana").ticket
    second = desk.open(subject="x", requester="bo").ticket
    assert desk.dispatch().offered == 1
    at(clock, "10:00")
    desk.resolve(first, by="sam")
    at(clock, "09:00")
    assert desk.dispatch().offered == 1
    assert desk.get(second).assignee == "sam"
