"""What is told of a wait, against the simulator: of intervals for four of five waits, four of five hold."""

from math import sqrt
from random import Random

import pytest

from simulation.worlds import iso, scenario
from supportflow._time import to_us
from supportflow.model.events import AssignmentChanged, TicketRouted
from supportflow.routing.waiting import SHARE, Passed, expected_wait
from supportflow.simulation.plan import Plan
from supportflow.simulation.scenario import Service
from supportflow.simulation.world import World

MINUTES = 300
EVERY = 4
"""Every fourth who waits is told: those who wait together wait alike."""


def waits(plan, seed):
    """The tickets of one day, as they waited."""
    entered, taken, ranks = {}, {}, {}

    def follow(number, ticket, events):
        for event in events:
            if isinstance(event, TicketRouted):
                entered.setdefault(number, to_us(event.since))
                ranks[number] = (plan.policy.priority.rank(ticket.priority_class), ticket.level)
            elif isinstance(event, AssignmentChanged) and event.assignee is not None:
                taken.setdefault(number, to_us(event.recorded_at))

    World(plan, Random(seed), follower=follow).run()
    return [Passed(entered[one], taken[one], ranks[one]) for one in sorted(taken)]


def world_of(*, agents, service, shape="exponential", **fields):
    """A day on which nearly as many come as can be served."""
    works = {"mean": iso(service), "shape": shape}
    return scenario(MINUTES, 1.0, agents=agents, **fields).model_copy(
        update={"service": Service.model_validate(works)}
    )


def told_and_true(day, agents):
    """Of each who is told something: whether it held. They are told as they come, from what is known then."""
    for one in [one for one in day if one.taken_us > one.entered_us][::EVERY]:
        now_us = one.entered_us
        known = [other for other in day if other.taken_us <= now_us]
        before = sum(other.entered_us < now_us < other.taken_us and other.rank <= one.rank for other in day)
        told = expected_wait(1 + before, agents, known, now_us)
        if told.unknown is None:
            waited_s = (one.taken_us - now_us) / 1e6
            yield told.soonest.total_seconds() - 1 <= waited_s <= told.latest.total_seconds() + 1


WORLDS = {
    "five agents, all at random": {"agents": 5, "service": 4.7},
    "two agents, each ticket takes as long": {"agents": 2, "service": 1.9, "shape": "constant"},
    "one in six goes before the others": {
        "agents": 5,
        "service": 4.7,
        "kinds": [{"weight": 5, "class": "general"}, {"weight": 1, "class": "dispute"}],
    },
}


@pytest.mark.parametrize("name", WORLDS)
def test_four_of_five_waits_end_within_the_interval(name):
    world = WORLDS[name]
    held = []
    for seed in range(2):
        plan = Plan(world_of(**world))
        held += told_and_true(waits(plan, seed), world["agents"])
    spread = 3 * sqrt(SHARE * (1 - SHARE) / len(held))
    assert SHARE == 0.8
    assert len(held) > 60
    assert abs(sum(held) / len(held) - SHARE) <= spread
