"""What holds on every floor: no overtaking, no overshoot, no idling, no livelock, no growth, one answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.naive import NaiveFloor
from routing.test_floor_agreement import entries, seats
from supportflow.exceptions import InvalidInput
from supportflow.model.routing import Load, Requirement
from supportflow.routing import Absent, Entry, Floor, Gone, Overflow, Present, Rejected, Seat, Waiting

EXPERT = frozenset([("tier", "expert", 0)])
NEED = Requirement("expert")

changes = st.lists(
    st.one_of(
        entries.map(lambda entry: Waiting(entry._replace(version=0))),
        entries.map(lambda entry: Waiting(entry._replace(version=0))),
        seats.map(lambda seat: Present(seat._replace(load=(), version=0))),
        st.sampled_from(["end", "reject"]),
    ),
    max_size=40,
)


class Watched:
    """A floor, and beside it what waits and who holds what: counted, nothing decided."""

    def __init__(self, **options):
        self.floor = Floor(**options)
        self.facts = NaiveFloor()
        self.held: dict[str, list[Load]] = {}
        self.known: set[str] = set()

    def apply(self, change, check=None):
        facts = self.facts
        match change:
            case Waiting(entry) if entry.ticket_id not in facts.waiting:
                facts.waiting[entry.ticket_id] = entry
            case Waiting():
                return
            case Present(seat):
                change = Present(seat._replace(load=tuple(self.held.get(seat.agent_id, ()))))
                facts.seats[seat.agent_id] = change.seat
            case Rejected(ticket_id, agent_id):
                entry = facts.proposed.pop(ticket_id)[0]
                facts.waiting[ticket_id] = entry
                facts.passed.add((ticket_id, agent_id))
        if isinstance(change, Present):
            facts.passed = {pair for pair in facts.passed if pair[1] != change.seat.agent_id}
        for proposal in self.floor.apply(change):
            if check is not None:
                check(facts, proposal)
            entry = facts.waiting.pop(proposal.ticket_id)
            facts.proposed[proposal.ticket_id] = (entry, proposal.agent_id, proposal.requirement)

    def run(self, steps, check=None):
        for step in steps:
            proposed = next(iter(self.facts.proposed), None)
            if step == "reject" and proposed is not None:
                self.apply(Rejected(proposed, self.facts.proposed[proposed][1]), check)
            elif step == "end" and proposed is not None:
                _, agent_id, requirement = self.facts.proposed.pop(proposed)
                load = Load(proposed, requirement.channel, requirement.weight)
                for held in ([load], []):
                    self.held[agent_id] = held
                    seat = self.facts.seats[agent_id]
                    self.apply(Present(seat._replace(version=seat.version + 1)), check)
            elif isinstance(step, Waiting) and step.entry.ticket_id not in self.known:
                self.known.add(step.entry.ticket_id)
                self.apply(step, check)
            elif isinstance(step, Present) and step.seat.agent_id not in self.facts.seats:
                self.apply(step, check)


@settings(max_examples=70)
@given(changes, st.sampled_from([0, 60]))
def test_nobody_is_overtaken_by_what_the_agent_could_have_left(steps, many):
    # Security before the rest, and so on down to the id: of what an agent could take, they get the first.
    def check(facts, proposal):
        mine = facts.waiting[proposal.ticket_id]
        for other in facts.waiting.values():
            if (other.key, other.ticket_id) < (mine.key, mine.ticket_id):
                assert not any(facts.could(other, proposal.agent_id, way) for way in facts.ways(other))

    Watched(many=many).run(steps, check)


@settings(max_examples=70)
@given(changes, st.sampled_from(["longest_idle", "least_loaded"]))
def test_no_agent_gets_more_than_they_can_hold(steps, pick):
    def check(facts, proposal):
        entry = facts.waiting[proposal.ticket_id]
        seat = facts.seats[proposal.agent_id]
        held = facts.held(proposal.agent_id)
        most = seat.capacity - (0 if entry.hand_over else seat.reserved)
        assert seat.available
        assert sum(load.weight for load in held) + proposal.requirement.weight <= most
        same = sum(load.channel == proposal.requirement.channel for load in held) + 1
        assert same <= dict(seat.limits).get(proposal.requirement.channel, same)

    Watched(pick=pick).run(steps, check)


@settings(max_examples=50)
@given(changes)
def test_nothing_waits_that_somebody_there_could_take(steps):
    watched = Watched()
    for step in steps:
        watched.run([step])
        assert watched.facts.pairs() == []


@settings(max_examples=50)
@given(
    st.lists(entries, max_size=9, unique_by=lambda entry: entry.ticket_id),
    st.lists(seats, max_size=4, unique_by=lambda seat: seat.agent_id),
)
def test_a_floor_on_which_everything_is_rejected_comes_to_rest(tickets, who):
    floor = Floor()
    open_ = [*floor.open(who, tickets)]
    rejected = set()
    while open_:
        proposal = open_.pop()
        assert proposal[:2] not in rejected  # never twice without news
        rejected.add(proposal[:2])
        open_ += floor.apply(Rejected(proposal.ticket_id, proposal.agent_id))
    assert floor.proposed == ()


def test_a_ticket_is_not_overtaken_by_more_than_the_head_start():
    # Alone with its key: later by more than the difference of the head starts is behind, in any mix.
    floor = Floor()
    starts = {"security": 4_000, "general": 0}
    names = ["general", "security"] * 50
    for number, name in enumerate(names):
        key = (0, 0, 100 * number - starts[name])
        floor.apply(Waiting(Entry(f"{number:03d}", key, NEED)))
    order = [int(proposal.ticket_id) for proposal in floor.apply(Present(Seat("ana", EXPERT, capacity=100)))]
    assert len(order) == 100
    for place, number in enumerate(order):
        apart = 4_000 - starts[names[number]]
        assert all(100 * before <= 100 * number + apart for before in order[:place])
    assert order != sorted(order)


HASHED = """
from supportflow.model.routing import Requirement
from supportflow.routing import *
import random
draw = random.Random(3)
names = [f"s{n}" for n in range(9)]
floor = Floor("least_loaded", many=4)
for step in range(1500):
    some = draw.sample(names, 3)
    who = [f"a{n}" for n in draw.sample(range(9), 2)]
    if draw.random() < 0.7:
        need = Requirement("expert", tuple((name, 1) for name in sorted(some[:2])), None, None, "web", 1)
        made = floor.apply(Waiting(Entry(f"t{step}", (0, 0, step), need, barred=tuple(who))))
    else:
        traits = frozenset([("tier", "expert", 0)] + [("skill", name, 1) for name in some + names[:4]])
        made = floor.apply(Present(Seat(who[0], traits, capacity=3, idle_us=step, version=step)))
    for one in made:
        print(one)
        if draw.random() < 0.3:
            print(floor.apply(Rejected(one.ticket_id, one.agent_id)))
print(len(floor), [floor.position(f"t{n}") for n in range(1500)], floor.why_not("t7", "a1"))
"""


def test_the_answers_do_not_depend_on_how_python_hashes():
    source = Path(__file__).parents[2] / "src"

    def said(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(source)}
        return subprocess.run(
            [sys.executable, "-c", HASHED], env=environment, capture_output=True, text=True, check=True
        ).stdout

    one, other = said("1"), said("2")
    assert one == other
    assert one.count("Proposal") > 20


# --- what is gone leaves nothing behind


def test_tickets_taken_from_the_middle_do_not_pile_up():
    floor = Floor()
    floor.apply(Waiting(Entry("first", (0, 0, 0), NEED)))
    for number in range(5_000):
        floor.apply(Waiting(Entry(f"t{number}", (1, 0, number), NEED)))
        floor.apply(Gone(f"t{number}"))
    [signature] = floor._queue.find("first").signatures
    assert len(signature.heap) < 100
    assert len(floor) == 1


def test_a_heap_of_heads_that_nobody_reads_does_not_grow():
    floor = Floor(many=0)
    floor.apply(Present(Seat("ana", EXPERT, available=False)))
    for number in range(5_000):
        floor.apply(Waiting(Entry(f"t{number}", (0, 0, -number), NEED)))
    [strip] = floor._queue._view_of["ana"].strips.values()
    assert len(strip.heads) < 100
    made = floor.apply(Present(Seat("ana", EXPERT, capacity=2)))
    assert [one.ticket_id for one in made] == ["t4999", "t4998"]


@pytest.mark.parametrize("many", [0, 60])
def test_tickets_that_bar_somebody_are_not_compared_one_by_one(many):
    floor = Floor(many=many)
    floor.apply(Present(Seat("ana", EXPERT, available=False)))
    for number in range(100):
        floor.apply(Waiting(Entry(f"b{number}", (0, 0, 2 * number), NEED, barred=(f"x{number}",))))
        floor.apply(Waiting(Entry(f"t{number}", (0, 0, 2 * number + 1), NEED)))
    [strip] = floor._queue._view_of["ana"].strips.values()
    assert len(strip.heaps) == bool(many)
    made = floor.apply(Present(Seat("ana", EXPERT, capacity=200)))
    assert [one.ticket_id for one in made] == [f"{kind}{number}" for number in range(100) for kind in "bt"]


def test_signatures_are_forgotten_while_the_same_agents_stay():
    floor = Floor()
    floor.apply(Present(Seat("ana", EXPERT, available=False)))
    for number in range(1_500):
        floor.apply(Waiting(Entry("t", (0, 0, number), NEED, barred=(f"x{number}",), version=number)))
    assert len(floor._queue._signatures) < 1_100
    assert [one.ticket_id for one in floor.apply(Present(Seat("ana", EXPERT)))] == ["t"]


@pytest.mark.parametrize("many", [0, 60])
def test_signatures_and_views_that_nobody_needs_are_forgotten(many):
    floor = Floor(many=many)
    floor.apply(Present(Seat("ana", EXPERT, available=False)))
    for number in range(1_500):
        floor.apply(Waiting(Entry("stays", (0, 0, 7), NEED, barred=("bo",), version=number)))
        floor.apply(Waiting(Entry("t", (0, 0, number), NEED, barred=(f"x{number}",), version=number)))
        floor.apply(
            Present(Seat("cy", frozenset([*EXPERT, ("skill", f"s{number}", 1)]), version=number, capacity=0))
        )
    queue = floor._queue
    assert len(queue._signatures) < 1_100
    assert len(queue._views) < 80
    assert len(queue._named) < 1_100
    assert floor.position("t") == 2
    made = floor.apply(Present(Seat("ana", EXPERT, capacity=5, version=1)))
    assert [one.ticket_id for one in made] == ["stays", "t"]


def test_a_day_without_rest_leaves_an_empty_floor_empty():
    floor = Floor("least_loaded")
    for day in range(30):
        ids = [f"a{number}" for number in range(10)]
        for number, agent_id in enumerate(ids):
            floor.apply(Present(Seat(agent_id, EXPERT, capacity=2, idle_us=day * 100 + number, version=day)))
        for number in range(40):
            floor.apply(Waiting(Entry(f"{day}-{number}", (0, 0, number), NEED)))
        while floor.proposed:
            ticket_id, agent_id, _ = floor.proposed[0]
            floor.apply(Gone(ticket_id))
            floor.apply(Rejected(ticket_id, agent_id))
        for agent_id in ids:
            floor.apply(Absent(agent_id))
    for part in (floor._chairs, floor._proposed, floor._kept, floor._passed, floor._passed_by, floor._queue):
        assert len(part) == 0
    assert len(floor._open) == 0
    assert len(floor._open._at) < 200
    assert floor._open._levels == {}
    assert set(floor._open._masks.values()) == {0}
    assert not floor._turns


# --- what cannot be


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (Entry("t", (0, 0, 0), NEED._replace(weight=-1)), "requirement.weight"),
        (Entry("t", (0, 0, 0), NEED, also=(Overflow(NEED, -1),)), "also.spare"),
        (Entry("t", (0, 0, 0), NEED, also=(Overflow(NEED._replace(weight=-1)),)), "requirement.weight"),
    ],
)
def test_a_ticket_that_would_give_capacity_is_refused_and_nothing_changes(entry, field):
    floor = Floor()
    floor.apply(Waiting(Entry("t", (0, 0, 0), NEED)))
    with pytest.raises(InvalidInput) as refused:
        floor.apply(Waiting(entry))
    assert refused.value.field == field
    assert floor.position("t") == 1
    assert [one.ticket_id for one in floor.apply(Present(Seat("ana", EXPERT)))] == ["t"]
