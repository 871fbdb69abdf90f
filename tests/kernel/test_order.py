"""In which order things follow, as `kernel/after/order.py` says it."""

from escalation.climbs import GROUPS, SLA, ladder, policy, share, tells
from kernel.scene import SAM, Scene, at, book
from supportflow import ActionSignal, Agent, Authority, Desk, HostAction, Policy
from supportflow.model import commands as c
from supportflow.model.events import AgentEvent
from supportflow.testing import CountingIds, ManualClock

SHARES = ladder(tells(**share(0.25)), tells(**share(0.5)), tells(**share(0.9)))


def test_a_ladder_knows_the_clock_that_starts_with_it():
    """Half of the target is over when the ticket comes in: of the two rungs that lie in the past, the later one is left."""
    stage = Scene(book(policy(SHARES)))
    stage.open(opened_at=at(-61))

    kinds = [event.kind for event in stage.streams["t1"]]
    assert kinds.index("clocks_moved") < kinds.index("ladder_started")
    [started] = [event for event in stage.streams["t1"] if event.kind == "ladder_started"]
    assert [rung.step for rung in started.rungs] == [2, 3]
    assert started.skipped == 1


def test_a_ladder_that_comes_with_a_policy_knows_the_clocks_of_that_policy():
    """The target came with the same version: the ladder asks a clock that is there."""
    bare, full = Policy(groups=GROUPS), policy(SHARES, edits="on_next_event")
    old = book(bare)
    stage = Scene(old)
    stage.open()
    stage.book = book(full, bare)
    stage.do(c.AddNote(by=SAM, body=""), 61, ticket="t1")

    kinds = [event.kind for event in stage.streams["t1"]]
    assert kinds.index("clocks_moved") < kinds.index("ladder_started")
    [started] = [event for event in stage.streams["t1"] if event.kind == "ladder_started"]
    assert started.cause == "policy"
    assert [rung.step for rung in started.rungs] == [1, 2, 3]  # the target counts from then on


ROUTED = Policy(
    sla=SLA,
    groups=GROUPS,
    fields={"risk": {"kind": "boolean"}, "theft": {"kind": "boolean"}},
    authority=Authority(
        host={
            "freeze": HostAction(
                limits={"l1": -1},
                when={"field": "risk", "eq": True},
                signals={
                    "risk": ActionSignal(when={"field": "risk", "eq": True}),
                    "theft": ActionSignal(when={"field": "theft", "eq": True}),
                },
            )
        }
    ),
    routing={
        "tiers": ["l1"],
        "acceptance": "direct",
        "routes": [
            {"name": "to look at", "tier": "l1", "language": "any", "when": {"field": "review", "eq": True}},
            {"name": "all", "tier": "l1", "language": "any"},
        ],
    },
)


def a_desk():
    desk = Desk(ROUTED, clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds())
    desk.enrol(Agent("kim", tiers=("l1",), capacity=5))
    desk.set_presence("kim", "available")
    return desk


def test_routing_knows_what_was_held_back():
    """One queue, the right one: not first that of all, then that of what a person has to look at."""
    desk = a_desk()
    events = desk.open(subject="x", requester="ana", attributes={"risk": True}).events

    assert [event.kind for event in events].count("action_held_back") == 1
    assert [event.route for event in events if event.kind == "ticket_routed"] == ["to look at"]


def test_loads_stand_after_all_events_of_the_ticket():
    desk = a_desk()
    ticket = desk.open(subject="x", requester="ana").ticket
    desk.dispatch()
    assert desk.get(ticket).assignee == "kim"

    events = desk.resolve(ticket, by="kim").events

    places = [isinstance(event, AgentEvent) for event in events]
    assert places == sorted(places)
    assert True in places
