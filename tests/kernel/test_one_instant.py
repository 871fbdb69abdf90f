"""Several things that are due at one instant happen in one order, however and whenever somebody looks."""

from itertools import pairwise

import pytest

from escalation.climbs import GROUPS, ladder, moves, policy
from supportflow import Agent, Desk, Group, Party, SlaPolicy, Target
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00+00:00"
HOUR = {
    "sla": [SlaPolicy(name="gold", targets=[Target.first_response(hours=1)])],
    "groups": [*GROUPS, Group(name="front", tier="l1"), Group(name="back", tier="l1")],
    "routing": {
        "tiers": ["l1", "expert", "compliance"],
        "offer_for": "PT30M",
        "routes": [
            {
                "name": "all",
                "tier": "l1",
                "language": "required",
                "group": "front",
                "relax": [{"after": "PT1H", "any_language": True}],
                "overflow": {"group": "back", "after": "PT1H"},
            }
        ],
    },
}


def an_hour_later(polls):
    """Kinds of what happened at ten, if somebody lets time pass at these minutes, or never before eleven."""
    clock = ManualClock(START)
    desk = Desk(policy(ladder(moves(60, "risk")), **HOUR), clock=clock, ids=CountingIds())
    desk.enrol(Agent("kim", tiers=("l1",), languages=("en",), groups=("front",), capacity=5))
    desk.set_presence("kim", "available")
    ticket = desk.open(subject="x", requester="ana", language="en", ref="1").ticket
    clock.advance(minutes=10)
    desk.add_party(ticket, party=Party("witness", "bank-2"), due_at=clock.now().add(minutes=50), by="sam")
    clock.advance(minutes=20)
    desk.dispatch()
    assert desk.get(ticket).offered_to == "kim"
    for before, after in pairwise((30, *polls, 120)):
        clock.advance(minutes=after - before)
        desk.run_due()
    told = [event for event in desk.history(ticket) if f"{event.recorded_at:%H:%M}" == "10:00"]
    return [event.kind for event in told if event.by.kind == "system"]


@pytest.mark.parametrize("polls", [(), (60,), (59, 60, 61), (45, 90)])
def test_clocks_then_the_case_then_the_search_then_ladders(polls):
    kinds = an_hour_later(polls)

    ranked = [
        "sla_breached",
        "party_deadline_passed",
        "offer_expired",
        "requirement_relaxed",
        "overflow_opened",
        "ladder_step_reached",
    ]
    assert [kind for kind in kinds if kind in ranked] == ranked
