"""Ladders where the policy routes tickets: a functional step is a hand-over, at its own instant."""

from datetime import timedelta

import pytest

from desk.office import clock_of, desk
from escalation.climbs import ladder, moves, policy, tells
from kernel.scene import SAM, Scene, at, book
from supportflow import Agent
from supportflow.exceptions import InvalidInput
from supportflow.model import commands as c
from supportflow.routing.policy import Relaxation, Route, RoutingPolicy

ROUTING = RoutingPolicy(
    routes=[
        Route(name="legal", when={"field": "group", "eq": "legal"}, skills={"law": 2}),
        Route(name="grave", when={"field": "level", "le": 1}, skills={"care": 3}),
        Route(name="any", skills={"c2c": 2}, relax=[Relaxation(after=timedelta(minutes=50), drop=("c2c",))]),
    ],
    four_eyes=("compliance",),
)


def climbed(*steps: dict, until: float = 31, **opening) -> Scene:
    stage = Scene(book(policy(ladder(*steps), routing=ROUTING)))
    stage.open(**opening)
    stage.do(c.Advance(), until, ticket="t1")
    return stage


def test_a_step_to_a_group_of_another_tier_hands_the_ticket_over():
    stage = climbed(moves(30, "risk"), until=300, group="c2c", assignee="sam")
    ticket = stage.tickets["t1"]
    assert (ticket.tier, ticket.group, ticket.assignee, ticket.routing.barred) == (
        "compliance",
        "risk",
        None,
        ("sam",),
    )
    (handed,) = [event for event in stage.streams["t1"] if event.kind == "handed_over"]
    assert (handed.tier, handed.previous, handed.recorded_at, handed.by.kind) == (
        "compliance",
        "expert",
        at(30),
        "system",
    )
    routed = [event for event in stage.streams["t1"] if event.kind == "ticket_routed"]
    assert [(event.cause, event.recorded_at) for event in routed] == [
        ("opened", at(0)),
        ("handed_over", at(30)),
    ]


def test_a_step_to_a_tier_needs_no_group_where_tickets_are_routed():
    step = {"minutes": 30, "kind": "functional", "tier": "compliance"}
    stage = Scene(book(policy(ladder(step), routing=ROUTING, groups=[])))
    stage.open(assignee="sam")
    stage.do(c.Advance(), 31, ticket="t1")
    ticket = stage.tickets["t1"]
    assert (ticket.tier, ticket.group, ticket.assignee) == ("compliance", None, None)
    (step_reached,) = [event for event in stage.streams["t1"] if event.kind == "ladder_step_reached"]
    assert (step_reached.asked, step_reached.empty) == ((), False)


def test_a_step_within_a_tier_asks_anew_what_the_ticket_needs_at_its_own_instant():
    stage = climbed(moves(30, "legal"), until=90)
    # Compliance works for both groups, so the first step changes the tier; the next one only the group.
    assert stage.tickets["t1"].tier == "compliance"
    stage = climbed(moves(10, "risk"), moves(30, "legal"), until=90)
    routed = [event for event in stage.streams["t1"] if event.kind == "ticket_routed"]
    assert [(event.cause, event.group, event.recorded_at) for event in routed][1:] == [
        ("handed_over", "risk", at(10)),
        ("changed", "legal", at(30)),
    ]


def test_a_raised_level_asks_anew_what_the_ticket_needs_and_no_relaxation_overtakes_it():
    stage = climbed(tells(40, level_up=2), until=300)
    assert dict(stage.tickets["t1"].routing.requirement.skills) == {"care": 3}
    relaxed = [event for event in stage.streams["t1"] if event.kind == "requirement_relaxed"]
    assert (
        relaxed == []
    )  # the route that would have needed less at 09:50 was left at 09:40, however late the tick


def test_a_security_incident_is_not_escalated_to_the_bot():
    step = {"minutes": 30, "kind": "functional", "tier": "bot"}
    assert climbed(step, priority_class="security").tickets["t1"].tier == "expert"
    assert climbed(step, priority_class="general").tickets["t1"].tier == "bot"


def test_an_agent_whose_ticket_is_escalated_has_room_again():
    one = desk(policy(ladder(moves(30, "risk")), routing=ROUTING))
    one.enrol(Agent("sam", groups=("c2c",), skills={"c2c": 3}), by="boss")
    one.set_presence("sam", "available", by="sam")
    one.open(subject="s", requester="ana", ref="1", group="c2c", assignee="sam")
    assert one.agent("sam").used == 1
    clock_of(one).advance(hours=1)
    one.run_due()
    assert one.agent("sam").used == 0
    assert one.get(ref="1").assignee is None


def test_by_hand_to_a_tier_of_routing():
    stage = Scene(book(policy(routing=ROUTING, groups=[])))
    stage.open(assignee="sam")
    stage.do(c.Escalate(by=SAM, tier="compliance"), 5, ticket="t1")
    assert (stage.tickets["t1"].tier, stage.tickets["t1"].assignee) == ("compliance", None)
    with pytest.raises(InvalidInput):
        stage.do(c.Escalate(by=SAM, tier="nosuch"), 6, ticket="t1")


@pytest.mark.parametrize("group", ["risk", "c2c"])
def test_an_offer_ends_at_the_instant_of_the_hand_over_however_late_the_tick(group):
    streams = []
    for ticks in ([31, 100], [100]):
        one = desk(
            policy(
                ladder(moves(30, group)), routing=ROUTING.model_copy(update={"offer_for": timedelta(hours=1)})
            )
        )
        one.enrol(Agent("sam", skills={"c2c": 3}), by="boss")
        one.set_presence("sam", "available", by="sam")
        ticket = one.open(subject="s", requester="ana", ref="1").ticket.id
        one.offer(ref="1", agent="sam")
        assert one.agent("sam").used == 1
        passed = 0
        for minutes in ticks:
            clock_of(one).advance(minutes=minutes - passed)
            passed = minutes
            one.run_due()
        (withdrawn,) = [event for event in one.history(ticket) if event.kind == "offer_withdrawn"]
        assert (withdrawn.recorded_at, withdrawn.cause) == (at(30), "changed")
        assert one.agent("sam").used == 0
        streams.append([event.model_dump(exclude={"detected_at"}) for event in one.history(ticket)])
    assert streams[0] == streams[1]
