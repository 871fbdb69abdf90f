"""A simulated run decides without a store, rows or flows; a desk that has them writes the same events, to the last byte."""

from collections import defaultdict
from random import Random

import pytest

from simulation.worlds import scenario
from supportflow import Desk, MemoryStore
from supportflow._time import from_us
from supportflow.exceptions import SupportflowError
from supportflow.flows.rows import event_row
from supportflow.model.commands import Enrol, SetPresence
from supportflow.model.events import AgentEvent
from supportflow.model.people import HOST
from supportflow.simulation import world
from supportflow.simulation.plan import Plan
from supportflow.testing import CountingIds, ManualClock

TARGETS = [
    {"metric": "first_response", "minutes": 3, "warn_at": [0.5]},
    {"metric": "resolution", "minutes": 12},
    {"name": "fast", "when": {"field": "level", "le": 2}, "metric": "time_to_own", "minutes": 1},
]
C2C = {
    "procedures": {"c2c": {"steps": [{"name": "freeze"}]}},
    "intake": {"categories": {"c2c": {"evidence": [{"name": "order", "kind": "digits"}]}}},
}


class Ids(CountingIds):
    """Gives a ticket the id that it has in the run."""

    ticket_id = ""

    def new_id(self, now):
        return self.ticket_id or super().new_id(now)


class Beside:
    """A desk with a store that is told whatever is decided in a run, at the same instant."""

    def __init__(self, plan):
        self.clock, self.ids, self.store = ManualClock(from_us(plan.start_us)), Ids(), MemoryStore()
        policy, ports = plan.policy.document, {"clock": self.clock, "ids": self.ids, "store": self.store}
        self.desk = Desk(policy, tenant=world.TENANT, **ports)
        self.events = defaultdict(list)
        for agent in plan.agents:
            self.desk.handle_agent(Enrol(agent_id=agent.id, profile=agent, by=HOST))
            self.desk.handle_agent(SetPresence(agent_id=agent.id, presence="available", by=agent.actor))

    def decided(self, book, ticket, command, facts, now, decide=world.decided):
        """What the run decides; the desk does the same, or refuses it in the same words."""
        self.clock.set(now)
        self.ids.ticket_id = facts.ticket_id
        try:
            decision, error = decide(book, ticket, command, facts, now), None
        except SupportflowError as refusal:
            decision, error = None, refusal
        if error is not None:
            with pytest.raises(type(error)) as same:
                self.desk.handle(command)
            assert str(same.value) == str(error)
            raise error
        outcome = self.desk.handle(command)
        assert outcome.ticket == decision.tickets[0]
        for event in decision.events:
            whose = (
                f"agent:{event.agent_id}" if isinstance(event, AgentEvent) else f"ticket:{event.ticket_id}"
            )
            self.events[whose].append(event)
        return decision


def drawn(seed):
    """A world of some minutes, with dice for what there is in it."""
    dice = Random(seed)
    kinds = [{"weight": 3}, {"level": 1}, {"class": "security"}, {"category": "c2c"}]
    return scenario(
        15,
        dice.choice([0.5, 1]),
        dice.randint(1, 3),
        dice.choice([1, 2, 4]),
        policy={"sla": [{"name": "all", "targets": TARGETS[: dice.randint(0, 3)]}], **C2C},
        routing=dice.choice([{}, {"acceptance": "offer", "offer_for": "PT20S", "four_eyes": []}]),
        first_reply=dice.choice(["start", "end", "never"]),
        answers={"accept": 0.6, "ignore": 0.2, "delay": {"mean": "PT5S"}},
        pending={"share": 0.4, "answer": {"mean": "PT1M"}},
        reopen={"share": 0.3, "after": {"mean": "PT2M"}},
        patience={"mean": "PT4M"},
        kinds=kinds[: dice.randint(1, 4)],
        overtime="PT10M",
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_run_and_a_desk_with_a_store_write_the_same_events(seed, monkeypatch):
    plan = Plan(drawn(seed))
    beside = Beside(plan)
    monkeypatch.setattr(world, "decided", beside.decided)
    enrolled = {
        agent.id: len(beside.store.events(world.TENANT, f"agent:{agent.id}")) for agent in plan.agents
    }
    run = world.World(plan, Random(seed))
    run.run()
    assert run.came > 3
    for whose, events in beside.events.items():
        first = enrolled.get(whose.removeprefix("agent:"), 0)
        rows = tuple(event_row(seq, event) for seq, event in enumerate(events, first + 1))
        assert beside.store.events(world.TENANT, whose, after=first) == rows
    everything = {name for name, _ in beside.store.streams(world.TENANT, "", 1_000)} - {"desk"}
    assert everything - beside.events.keys() <= {f"agent:{name}" for name in enrolled}
