"""How long who waits will wait: an interval that holds what it promises, or that nothing is known."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Agent, AsyncDesk, Desk, MemoryStore, Policy, Requester
from supportflow.exceptions import Refused, TicketNotFound
from supportflow.routing.waiting import LEAST, SHARE, Passed, expected_wait
from supportflow.testing import CountingIds, ManualClock

MINUTE = 60_000_000


def regular(count: int, *, every: int = MINUTE, waits: int = 3 * MINUTE) -> list[Passed]:
    """One is taken each minute, and each has waited for three."""
    return [Passed(n * every, n * every + waits) for n in range(count)]


# --- what is told ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("position", "minutes"), [(1, 1), (3, 3), (10, 10)])
def test_a_queue_that_goes_like_clockwork_is_told_to_the_minute(position, minutes):
    """Who comes as another is taken has two before them, and waits for three."""
    past = regular(60)
    told = expected_wait(position, 2, past, past[-1].taken_us)
    assert told.unknown is None
    assert abs(told.soonest - timedelta(minutes=minutes)) <= timedelta(seconds=1)
    assert abs(told.latest - timedelta(minutes=minutes)) <= timedelta(seconds=1)
    assert (told.share, told.error) == (SHARE, timedelta(0))


def test_nobody_at_work_is_no_basis():
    told = expected_wait(1, 0, regular(100), 200 * MINUTE)
    assert (told.unknown, told.soonest, told.latest, told.share) == ("no_agents", None, None, None)


@pytest.mark.parametrize("count", [0, 1, 5, LEAST])
def test_few_waits_are_no_basis(count):
    told = expected_wait(2, 3, regular(count), 200 * MINUTE)
    assert (told.unknown, told.soonest) == ("too_few", None)
    assert told.measured < LEAST


def test_who_never_waits_is_no_basis_for_those_who_do():
    at_once = [Passed(n * MINUTE, n * MINUTE) for n in range(200)]
    assert expected_wait(2, 3, at_once, 200 * MINUTE).unknown == "too_few"


def test_time_between_tickets_that_nobody_waited_for_is_no_pace():
    """Crowds of six, a day apart: the day is not what one ticket takes."""
    day = 24 * 60 * MINUTE
    crowds = [Passed(start * day, start * day + n * MINUTE) for start in range(12) for n in range(1, 7)]
    told = expected_wait(2, 1, crowds, 12 * day)
    assert told.unknown is None
    assert told.latest <= timedelta(minutes=15)


@pytest.mark.parametrize("apart", [0, 1, 10_000])
@pytest.mark.parametrize("crowd", [21, 40, 90])
def test_many_that_are_given_out_at_a_stroke_are_no_pace(apart, crowd):
    """Agents come on duty and get all that they can hold: who is left does not wait for no time at all."""
    past = regular(60)
    shift = past[-1].taken_us
    at_once = [Passed(shift - MINUTE, shift + MINUTE + n * apart) for n in range(crowd)]
    told = expected_wait(5, 9, [*past, *at_once], shift + 2 * MINUTE)
    assert (told.unknown, told.latest) == ("too_few", None)


def test_who_goes_first_did_not_wait_behind_the_others():
    """Each second minute the one who goes first is taken, a minute after they came; in between who has waited for 21."""
    first = [Passed((2 * n - 1) * MINUTE, 2 * n * MINUTE, (0, 0)) for n in range(40)]
    others = [Passed((2 * n + 1 - 21) * MINUTE, (2 * n + 1) * MINUTE, (1, 0)) for n in range(40)]
    told = expected_wait(1, 1, [*first, *others], 80 * MINUTE)
    assert told.soonest == timedelta(minutes=1)


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=80),
    st.integers(1, 500),
    st.integers(0, 9),
)
@settings(max_examples=40, deadline=None)
def test_whatever_has_been_the_interval_is_one(past, position, agents):
    told = expected_wait(position, agents, [Passed(at, at + wait) for at, wait in past], 2 * 10**9)
    assert (told.soonest is None) == (told.latest is None) == (told.unknown is not None)
    if told.soonest is not None:
        assert timedelta(0) <= told.soonest <= told.latest


def test_nothing_of_the_future_is_used():
    """What is told at an instant does not depend on what comes after it."""
    rng = Random(5)
    past = [Passed(at, at + rng.randrange(30 * MINUTE)) for at in range(0, 200 * MINUTE, MINUTE)]
    now_us = 120 * MINUTE
    known = [one for one in past if one.taken_us <= now_us]
    later = past
    assert expected_wait(4, 2, known, now_us) == expected_wait(4, 2, later, now_us)


# --- a desk ------------------------------------------------------------------------------------------

START = "2026-03-02T09:00:00Z"
POLICY = Policy.model_validate(
    {
        "routing": {
            "tiers": ["first"],
            "acceptance": "direct",
            "routes": [{"name": "all", "tier": "first", "language": "any"}],
        }
    }
)


class Counter:
    """One agent, who takes a ticket each three minutes, while one comes each three."""

    def __init__(self, store=None, policy=POLICY):
        self.clock = ManualClock(START)
        self.desk = Desk(policy, store=store, clock=self.clock, ids=CountingIds())
        self.desk.enrol(Agent("sam", tiers=("first",), capacity=1))
        self.desk.set_presence("sam", "available")
        self.came = 0

    def come(self):
        self.came += 1
        return self.desk.open(subject="x", requester=f"r{self.came}", ref=str(self.came)).ticket

    def work(self, count):
        """So many are taken, while two always wait."""
        while len(self.desk.find(open=True).tickets) < 3:
            self.come()
        for _ in range(count):
            self.desk.dispatch()
            self.clock.advance(minutes=3)
            (held,) = (one for one in self.desk.find(open=True) if one.assignee == "sam")
            self.desk.resolve(held, by="sam")
            self.come()


def test_a_desk_tells_what_it_has_seen():
    counter = Counter()
    counter.work(45)
    counter.desk.dispatch()
    last = counter.come()
    told = counter.desk.expected_wait(last)
    assert told.position == counter.desk.queue_position(last) == 3
    assert (told.agents, told.unknown) == (1, None)
    assert told.measured >= LEAST
    assert told.soonest <= timedelta(minutes=9) <= told.latest + timedelta(minutes=1)
    assert told.latest <= timedelta(minutes=12)


def test_who_does_not_wait_and_who_asks_too_early():
    counter = Counter()
    first, second = counter.come(), counter.come()
    counter.desk.dispatch()
    assert counter.desk.expected_wait(first) is None
    early = counter.desk.expected_wait(second)
    assert (early.position, early.agents, early.unknown) == (1, 1, "too_few")
    counter.desk.set_presence("sam", "away")
    assert counter.desk.expected_wait(ref="2").unknown == "no_agents"


def test_what_others_take_tells_nothing():
    """Forty that only somebody else could take went fast; of this queue nothing is known."""
    routes = [
        {"name": "cards", "when": {"field": "category", "eq": "cards"}, "tier": "second", "language": "any"},
        {"name": "all", "tier": "first", "language": "any"},
    ]
    routing = {"tiers": ["first", "second"], "acceptance": "direct", "routes": routes}
    clock = ManualClock(START)
    desk = Desk(Policy.model_validate({"routing": routing}), clock=clock, ids=CountingIds())
    for name, tier in (("sam", "first"), ("kim", "second")):
        desk.enrol(Agent(name, tiers=(tier,), capacity=1))
        desk.set_presence(name, "available")
    for _ in range(3):
        desk.open(subject="x", requester="ana", category="cards")
    for _ in range(40):
        desk.dispatch()
        desk.open(subject="x", requester="ana", category="cards")
        clock.advance(minutes=1)
        (held,) = desk.find(assignee="kim", open=True).tickets
        desk.resolve(held, by="kim")
    cards = desk.find(category="cards", open=True).tickets[-1]
    desk.set_presence("sam", "available")
    mine = desk.open(subject="x", requester="bob").ticket
    assert desk.expected_wait(cards).measured >= LEAST
    assert (desk.expected_wait(mine).measured, desk.expected_wait(mine).unknown) == (0, "too_few")


def test_what_cannot_be_asked():
    counter = Counter()
    with pytest.raises(TicketNotFound):
        counter.desk.expected_wait("none")
    plain = Desk(clock=ManualClock(START), ids=CountingIds())
    ticket = plain.open(subject="x", requester="ana").ticket
    with pytest.raises(Refused):
        plain.expected_wait(ticket)


class Looking(MemoryStore):
    """Counts the events that it hands out."""

    looked = 0

    def feed(self, tenant, after, limit, /):
        rows = super().feed(tenant, after, limit)
        self.looked += len(rows)
        return rows


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["come", "urgent", "take", "take", "raise", "give back", "ask", "back in time"]),
        st.integers(1, 9),
    ),
    max_size=25,
)


@given(STEPS, st.integers(10, 60))
@settings(max_examples=12)
def test_a_desk_that_remembers_says_what_one_says_that_looks_at_everything(steps, tail):
    """Whatever happens between two questions, by whichever process, and however many events are looked at."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("supportflow.flows.routing.takings.TAIL", tail)
        patched.setattr("supportflow.routing.waiting.LEAST", 2)
        patched.setattr("supportflow.routing.waiting._FEW_GAPS", 2)
        store, clock, ids = Looking(), ManualClock(START), CountingIds()
        asked, worker = (Desk(POLICY, store=store, clock=clock, ids=ids) for _ in range(2))
        worker.enrol(Agent("sam", tiers=("first",), capacity=3))
        worker.set_presence("sam", "available")
        for number, (step, minutes) in enumerate(steps):
            clock.advance(minutes=minutes)
            waiting, held = (
                worker.find(assignee="", open=True).tickets,
                worker.find(assignee="sam", open=True).tickets,
            )
            if step in {"come", "urgent"}:
                worker.open(subject="x", requester=f"r{number}", level=1 if step == "urgent" else 3)
            elif step == "take":
                for one in held[:1]:
                    worker.resolve(one, by="sam")
                worker.dispatch()
            elif step == "raise" and (waiting or held):
                worker.set_priority([*waiting, *held][minutes % len([*waiting, *held])], level=2, by="lead")
            elif step == "give back" and held:
                worker.assign(held[0], agent="", by="lead")
            elif step == "back in time":
                clock.set(clock.now() - timedelta(minutes=minutes))
            for ticket in worker.find(assignee="", open=True).tickets[-1:]:
                fresh = Desk(POLICY, store=store, clock=clock, ids=ids)
                assert asked.expected_wait(ticket) == fresh.expected_wait(ticket)


def test_a_question_looks_at_what_has_happened_since_the_last_one():
    counter = Counter(store := Looking())
    counter.work(45)
    last = counter.come()
    told = counter.desk.expected_wait(last)
    store.looked = 0
    assert counter.desk.expected_wait(last) == told
    assert store.looked == 0
    counter.come()
    counter.desk.expected_wait(last)
    assert store.looked <= 4 * len(counter.desk.history(ref=str(counter.came)))


def test_both_desks_have_it():
    async def ask():
        desk = AsyncDesk(POLICY, clock=ManualClock(START), ids=CountingIds())
        ticket = (await desk.open(subject="x", requester="ana")).ticket
        return await desk.expected_wait(ticket)

    assert asyncio.run(ask()).unknown == "no_agents"


@pytest.fixture
def few(monkeypatch):
    """Two waits are a basis."""
    monkeypatch.setattr("supportflow.routing.waiting.LEAST", 2)
    monkeypatch.setattr("supportflow.routing.waiting._FEW_GAPS", 2)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("back", [4, 10, 30])
def test_a_clock_that_was_set_back_knows_nothing_of_what_is_to_come(back):
    """What was found for a later instant is not told at an earlier one, and what an earlier one knew not at a later."""
    counter = Counter(store := MemoryStore())
    counter.work(8)
    counter.desk.dispatch()
    last = counter.come()

    def both():
        fresh = Desk(POLICY, store=store, clock=counter.clock, ids=CountingIds())
        return counter.desk.expected_wait(last), fresh.expected_wait(last)

    told, fresh = both()
    assert told == fresh
    counter.clock.set(counter.clock.now() - timedelta(minutes=back))
    earlier, fresh = both()
    assert earlier == fresh
    assert earlier.measured < told.measured
    counter.clock.advance(minutes=back)
    assert both() == (told, told)


@pytest.mark.usefixtures("few")
def test_who_is_taken_after_the_clock_was_set_back_does_not_hide_who_was_before():
    counter = Counter(store := MemoryStore())
    counter.work(8)
    counter.clock.set(counter.clock.now() - timedelta(minutes=12))
    counter.work(1)
    counter.desk.dispatch()
    last = counter.come()
    counter.desk.expected_wait(last)
    counter.clock.advance(minutes=30)
    fresh = Desk(POLICY, store=store, clock=counter.clock, ids=CountingIds())
    assert counter.desk.expected_wait(last) == fresh.expected_wait(last)


def told_of(counter):
    """Which tickets were taken, with the minutes that they waited for that, as a desk remembers it after a question."""
    counter.desk.expected_wait(counter.come())
    return [(one.ticket_id, (one.taken_us - one.entered_us) // MINUTE) for one in counter.desk._takings.taken]


@pytest.mark.parametrize("times", [1, 2])
def test_what_a_requester_takes_to_answer_is_no_wait_for_an_agent(times):
    counter = Counter()
    ticket = counter.come()
    for _ in range(times):
        counter.clock.advance(minutes=2)
        counter.desk.wait_for_requester(ticket, by="lead")
        counter.clock.advance(minutes=300)
        counter.desk.receive(ticket, body="Here it is.", by=Requester(ticket.requester))
    counter.clock.advance(minutes=7)
    counter.desk.dispatch()
    assert counter.desk.get(ticket).assignee == "sam"
    assert told_of(counter) == [(ticket.id, 7)]


def test_one_that_lacks_something_as_it_comes_waits_from_when_it_has_that():
    """So it is where evidence is asked for at once: it is routed while it waits for its requester already."""
    required = {
        "categories": {"cards": {"evidence": [{"name": "number", "kind": "text"}]}},
        "incomplete": "wait",
    }
    counter = Counter(policy=POLICY.model_copy(update={"intake": Policy(intake=required).intake}))
    ticket = counter.desk.open(subject="x", requester="ana", category="cards").ticket
    assert ticket.status == "pending"
    counter.clock.advance(minutes=300)
    counter.desk.receive(ticket, body="Here it is.", evidence={"number": "7"}, by=Requester("ana"))
    counter.clock.advance(minutes=7)
    counter.desk.dispatch()
    assert counter.desk.get(ticket).assignee == "sam"
    assert told_of(counter) == [(ticket.id, 7)]


def test_one_that_is_given_while_its_requester_is_asked_did_not_wait():
    counter = Counter()
    ticket = counter.come()
    counter.desk.wait_for_requester(ticket, by="lead")
    counter.clock.advance(minutes=300)
    counter.desk.assign(ticket, agent="sam", by="lead")
    counter.desk.receive(ticket, body="Here it is.", by=Requester(ticket.requester))
    counter.clock.advance(minutes=7)
    counter.desk.dispatch()
    assert told_of(counter) == []


def test_one_that_needs_something_else_while_somebody_has_it_did_not_wait_all_the_time():
    cards = {
        "name": "cards",
        "when": {"field": "category", "eq": "cards"},
        "tier": "first",
        "language": "any",
    }
    routes = [cards | {"skills": {"cards": 1}}, {"name": "all", "tier": "first", "language": "any"}]
    counter = Counter(policy=Policy(routing={"tiers": ["first"], "acceptance": "direct", "routes": routes}))
    counter.desk.enrol(Agent("sam", tiers=("first",), capacity=1, skills={"cards": 1}))
    ticket = counter.come()
    counter.clock.advance(minutes=7)
    counter.desk.dispatch()
    counter.clock.advance(minutes=300)
    counter.desk.update(ticket, category="cards", by="sam")
    assert [one.cause for one in counter.desk.history(ticket) if one.kind == "ticket_routed"][-1] == "changed"
    counter.desk.assign(ticket, agent="", by="lead")
    counter.clock.advance(minutes=5)
    counter.desk.dispatch()
    assert counter.desk.get(ticket).assignee == "sam"
    assert told_of(counter) == [(ticket.id, 7)]


@pytest.mark.usefixtures("few")
def test_who_was_answered_before_an_agent_had_it_waited_for_none():
    """A lead answers and resolves it out of the queue; when it comes back it waits from then on."""
    counter = Counter()
    counter.work(6)
    counter.desk.dispatch()
    waiting = counter.come()
    counter.desk.resolve(waiting, by="lead")
    counter.clock.advance(hours=9)
    counter.desk.reopen(waiting, by="lead")
    before = counter.desk.expected_wait(counter.come())
    (held,) = (one for one in counter.desk.find(open=True) if one.assignee == "sam")
    counter.desk.resolve(held, by="sam")
    counter.desk.set_priority(waiting, level=1, by="lead")
    counter.desk.dispatch()
    assert counter.desk.get(waiting).assignee == "sam"
    after = counter.desk.expected_wait(counter.come())
    assert after.latest < timedelta(hours=9)
    assert before.unknown is None
