"""The floor answers as one that looks at everything each time, whatever happens on it."""

from collections.abc import Iterable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from routing.naive import NaiveFloor
from supportflow.model.routing import Load, Requirement
from supportflow.routing import Absent, Entry, Floor, Gone, Overflow, Present, Rejected, Seat, Waiting

AGENTS = ["ana", "bo", "cy", "dee"]
TICKETS = [f"t{number}" for number in range(9)]
SKILLS = ["keys", "tax"]
CHANNELS = ["chat", "mail"]

levels = st.integers(1, 3)
usual = st.sampled_from([Requirement("expert"), Requirement("expert", channel="chat", weight=2)])
requirements = usual | st.builds(
    Requirement,
    tier=st.sampled_from(["expert", "expert", "expert", "compliance"]),
    skills=st.dictionaries(st.sampled_from(SKILLS), levels, max_size=1).map(
        lambda asked: tuple(asked.items())
    ),
    language=st.sampled_from([None, None, "en", "zh"]),
    group=st.sampled_from([None, None, None, "payments"]),
    channel=st.sampled_from(CHANNELS),
    weight=st.sampled_from([1, 1, 1, 2, 3, 0]),
)
some_agents = st.lists(st.sampled_from(AGENTS), max_size=2, unique=True).map(tuple)
entries = st.builds(
    Entry,
    ticket_id=st.sampled_from(TICKETS),
    key=st.tuples(st.integers(0, 1), st.integers(1, 2), st.integers(0, 3)),
    requirement=requirements,
    barred=some_agents | st.just(()),
    preferred=st.none() | st.sampled_from(AGENTS),
    hand_over=st.booleans(),
    also=st.just(()) | st.lists(st.builds(Overflow, requirements, st.integers(0, 2)), max_size=2).map(tuple),
    version=st.sampled_from([0, 0, 1, -1]),
)


def traits(tiers: Iterable[str], skills: dict[str, int], languages: Iterable[str], groups: Iterable[str]):
    return frozenset(
        [("tier", name, 0) for name in tiers]
        + [("skill", name, level) for name, most in skills.items() for level in range(1, most + 1)]
        + [("language", name, 0) for name in languages]
        + [("group", name, 0) for name in groups]
    )


seats = st.builds(
    Seat,
    agent_id=st.sampled_from(AGENTS),
    traits=st.builds(
        traits,
        st.sampled_from([["expert"], ["expert", "compliance"]]),
        st.dictionaries(st.sampled_from(SKILLS), levels),
        st.sampled_from([["en"], ["en", "zh"]]),
        st.sampled_from([[], ["payments"]]),
    ),
    capacity=st.sampled_from([0, 1, 2, 3, 5]),
    reserved=st.sampled_from([0, 0, 1]),
    limits=st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 2)).map(
        lambda limits: tuple(sorted(limits.items()))
    ),
    load=st.lists(
        st.builds(Load, st.sampled_from(["x1", "x2"]), st.sampled_from(CHANNELS), st.integers(0, 2)),
        max_size=2,
    ).map(tuple),
    available=st.sampled_from([True, True, True, False]),
    idle_us=st.integers(0, 5),
    version=st.sampled_from([0, 1, 1, -1]),
)


class Floors(RuleBasedStateMachine):
    """Two floors that are told the same."""

    pick = "longest_idle"
    many = 60

    def __init__(self):
        super().__init__()
        self.floor = Floor(self.pick, many=self.many)
        self.naive = NaiveFloor(self.pick)

    def both(self, change):
        expected = self.naive.apply(change)
        assert self.floor.apply(change) == expected
        assert len({proposal.ticket_id for proposal in expected}) == len(expected)

    def known(self, thing):
        """With a version and a time around those that are known: older, the same or newer."""
        if isinstance(thing, Entry):
            known = self.naive.waiting.get(thing.ticket_id)
            if thing.ticket_id in self.naive.proposed:
                known = self.naive.proposed[thing.ticket_id][0]
        else:
            known = self.naive.seats.get(thing.agent_id)
        thing = thing._replace(version=(known.version if known else 0) + thing.version)
        return (
            thing
            if isinstance(thing, Entry)
            else thing._replace(idle_us=self.naive.latest + thing.idle_us - 3)
        )

    @rule(batch=st.lists(entries, min_size=1, max_size=6))
    def some_wait(self, batch):
        for entry in batch:
            self.both(Waiting(self.known(entry)))

    @rule(seat=seats)
    def present(self, seat):
        self.both(Present(self.known(seat)))

    @precondition(lambda self: self.naive.seats)
    @rule(agent_id=st.sampled_from(AGENTS), newer=st.booleans())
    def present_as_before(self, agent_id, newer):
        if agent_id in self.naive.seats:
            seat = self.naive.seats[agent_id]
            self.both(Present(seat._replace(version=seat.version + newer)))

    @rule(ticket_id=st.sampled_from(TICKETS))
    def gone(self, ticket_id):
        self.both(Gone(ticket_id))

    @rule(agent_id=st.sampled_from(AGENTS))
    def absent(self, agent_id):
        self.both(Absent(agent_id))

    @precondition(lambda self: self.naive.proposed)
    @rule(data=st.data())
    def rejected(self, data):
        ticket_id = data.draw(st.sampled_from(sorted(self.naive.proposed)))
        self.both(Rejected(ticket_id, self.naive.proposed[ticket_id][1]))

    @rule(ticket_id=st.sampled_from(TICKETS), agent_id=st.sampled_from(AGENTS))
    def rejected_out_of_the_blue(self, ticket_id, agent_id):
        self.both(Rejected(ticket_id, agent_id))

    @precondition(lambda self: self.naive.proposed)
    @rule(
        which=st.randoms(use_true_random=False),
        how=st.sampled_from(["keep", "end", "decline", "reject", "close"]),
        otherwise=st.just({})
        | st.fixed_dictionaries(
            {},
            optional={
                "capacity": st.integers(0, 5),
                "reserved": st.integers(0, 2),
                "limits": st.sampled_from([(), (("chat", 1),), (("mail", 2),)]),
                "available": st.booleans(),
            },
        ),
        price=st.none() | st.tuples(st.sampled_from(CHANNELS), st.integers(0, 3)),
    )
    def answered(self, which, how, otherwise, price):
        """The answer, and with it at times other news of the agent, or a ticket that costs other than was proposed."""
        ticket_id = which.choice(sorted(self.naive.proposed))
        entry, agent_id, requirement = self.naive.proposed[ticket_id]
        if how == "close" or agent_id not in self.naive.seats:
            self.both(Gone(ticket_id))
            return
        seat = self.naive.seats[agent_id]
        load = Load(ticket_id, *(price or (requirement.channel, requirement.weight)), offered=True)
        seat = seat._replace(**otherwise)
        now = self.naive.latest + 1
        self.both(Present(seat._replace(load=(*seat.load, load), idle_us=now, version=seat.version + 1)))
        if how in {"end", "decline"} and agent_id in self.naive.seats:
            seat = self.naive.seats[agent_id]
            rest = tuple(load for load in seat.load if load.ticket_id != ticket_id)
            if how == "decline":
                declined = entry._replace(barred=(*entry.barred, agent_id), version=entry.version + 1)
                self.both(Waiting(declined))
            self.both(Present(seat._replace(load=rest, idle_us=now + 1, version=seat.version + 1)))

    @invariant()
    def nothing_waits_that_somebody_could_take(self):
        assert self.naive.pairs() == []

    @invariant()
    def they_agree(self):
        assert len(self.floor) == len(self.naive.waiting)
        assert {one[:2] for one in self.floor.proposed} == {
            (ticket_id, agent_id) for ticket_id, (_, agent_id, _) in self.naive.proposed.items()
        }

    @invariant()
    def capacity_is_counted_as_it_is(self):
        for agent_id, chair in self.floor._chairs.items():
            assert chair.used == sum(load.weight for load in self.naive.held(agent_id))


class FewSignatures(Floors):
    """A heap of heads for everybody."""

    many = 0


class LeastLoaded(Floors):
    pick = "least_loaded"
    many = 2


STEPS = settings(max_examples=25, stateful_step_count=40)


@pytest.mark.parametrize("machine", [Floors, FewSignatures, LeastLoaded])
def test_the_floor_is_the_naive_floor(machine):
    run_state_machine_as_test(machine, settings=STEPS)
