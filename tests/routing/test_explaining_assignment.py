"""`explain` says who has a ticket, or in plain words that no agent has it, and why."""

import pytest

from bot import bots
from routing.desks import agent, desk_of, policy, routing
from supportflow import Desk, Policy
from supportflow.channels import MemoryChannel
from supportflow.testing import CountingIds, ManualClock

AT = "2026-03-02T09:00:00.000000Z"
OPENED = f"not assigned to an agent, in no group (by requester ana at {AT})"
TAKEN = f"not assigned to an agent, in no group (by agent sam at {AT}, sam had it before)"


def opened(desk, category="other"):
    return desk.open(subject="s", body="b", requester="ana", category=category, language="en", ref="1").ticket


def accepted(desk):
    ticket = opened(desk)
    desk.dispatch()
    return desk.accept(ticket, by="sam").ticket


def why(desk):
    return desk.explain(ref="1").assignment


@pytest.fixture
def desk():
    return desk_of(policy(), agent("sam"))[0]


def test_it_waits_in_the_queue(desk):
    opened(desk)
    assert why(desk) == f"{OPENED}: it waits until an agent who fits is free"


def test_it_is_offered(desk):
    opened(desk)
    desk.dispatch()
    assert why(desk) == f"{OPENED}: sam has not answered the offer yet"


def test_an_agent_has_it(desk):
    accepted(desk)
    assert why(desk) == f"assigned to sam, in no group (by agent sam at {AT})"


def test_it_was_given_back(desk):
    desk.release(accepted(desk), by="sam")
    assert why(desk) == f"{TAKEN}: it waits until an agent who fits is free"


def test_it_waits_for_somebody_else(desk):
    ticket = opened(desk)
    desk.hold(ticket, by="host")
    assert why(desk) == f"{OPENED}: no agent is sought while it is on hold"


def test_it_is_over(desk):
    desk.cancel(opened(desk), by="lee")
    assert why(desk) == f"{OPENED}: it is cancelled"


def test_it_was_merged(desk):
    ticket = opened(desk)
    into = desk.open(subject="s", requester="ana", ref="2").ticket
    desk.merge(ticket, into=into, by="lee")
    assert why(desk) == f"{OPENED}: it was merged into {into.id}"


def test_no_route_is_for_it():
    desk, _ = desk_of(
        Policy(routing=routing(routes=[{"name": "vip", "when": {"field": "category", "eq": "vip"}}]))
    )
    opened(desk)
    assert why(desk) == f"{OPENED}: no route of the policy is for it, so somebody has to assign it"


def test_the_policy_routes_nothing():
    desk = Desk(Policy(), clock=ManualClock(AT), ids=CountingIds())
    ticket = opened(desk)
    assert why(desk) == f"{OPENED}: the policy routes no tickets, so somebody has to assign it"
    desk.assign(ticket, agent="", group="desk", by="lee")
    assert why(desk) == (
        f"not assigned to an agent, in group desk (by agent lee at {AT}): "
        "the policy routes no tickets, so somebody has to assign it"
    )


def test_the_bot_s_tier_has_it(desk):
    opened(desk, "faq")
    assert why(desk) == f"{OPENED}: it is with the bot"


def test_an_agent_of_the_name_nobody_is_told_apart():
    desk = Desk(Policy(), clock=ManualClock(AT), ids=CountingIds())
    ticket = opened(desk)
    desk.assign(ticket, agent="nobody", by="lee")
    assert why(desk) == f"assigned to nobody, in no group (by agent lee at {AT})"
    desk.assign(ticket, agent="", by="lee")
    assert why(desk).startswith(
        f"not assigned to an agent, in no group (by agent lee at {AT}, nobody had it before): "
    )


def test_the_bot_owes_an_answer():
    desk, _ = bots.desk_of(channels={"chat": MemoryChannel()})
    ticket = bots.ask(desk, "my withdrawal is delayed")
    assert desk.explain(ticket).assignment.endswith(": the bot has to answer first")
    desk.run_due()
    assert desk.explain(ticket).assignment.endswith(": it is with the bot")
