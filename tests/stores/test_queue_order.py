"""The order of a queue rests on the tickets alone: never on whether somebody let time pass.

Two desks are given the same commands. One is never ticked, the other at random. Both are read beside a naive desk that
counts minutes: in each order of `find`, by `queue_position` and by `dispatch`.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desk.office import START, Awaited, desk
from supportflow import (
    Agent,
    AsyncDesk,
    AsyncSqlStore,
    MemoryStore,
    Policy,
    Route,
    RoutingPolicy,
    SlaPolicy,
    SqlStore,
    Target,
)
from supportflow.sla.policy import Repeat
from supportflow.testing import CountingIds, ManualClock

FIRST, FINAL, CAP = 60, 240, 90
POLICY = Policy(
    auto_close_after=timedelta(minutes=300),
    sla=[
        SlaPolicy(
            name="patient",  # waits for the requester as long as they like
            when={"field": "priority_class", "eq": "dispute"},
            targets=[Target.first_response(minutes=FIRST), Target.resolution(minutes=FINAL)],
        ),
        SlaPolicy(
            name="capped",
            targets=[
                Target.first_response(
                    minutes=FIRST, warn_at=[0.5], overdue=Repeat(every=timedelta(minutes=30), times=3)
                ),
                Target.resolution(minutes=FINAL, warn_at=[0.75], max_pause=timedelta(minutes=CAP)),
            ],
        ),
    ],
    routing=RoutingPolicy(
        languages=["en"], fallback_language="en", acceptance="direct", routes=[Route(name="all")]
    ),
)
RANK = {"dispute": 1, "general": 2}
ORDERS = ("priority", "opened", "updated", "due")
MOST = 6
VERBS = {
    "new": ("wait_for_requester", "reply", "note", "resolve"),
    "open": ("wait_for_requester", "reply", "note", "resolve"),
    "pending": ("receive", "note", "reply", "resolve"),
    "resolved": ("note",),
}
AFTER = {
    ("wait_for_requester", "new"): "pending",
    ("wait_for_requester", "open"): "pending",
    ("reply", "new"): "open",
    ("receive", "pending"): "open",
    **{("resolve", status): "resolved" for status in ("new", "open", "pending")},
}
MEANWHILE = (0, 0)
PAUSES = st.tuples(st.sampled_from([31, 61, 0, 1, 29, 60, 90, 240, 241, 400]), st.sampled_from([1_000, 0, 1]))
"""Minutes; and how many tickets are then ticked at most."""


class Naive:
    """A ticket as a child would keep it: a status for every minute."""

    def __init__(self, number, now, level, priority_class):
        self.number, self.opened, self.level, self.priority_class = number, now, level, priority_class
        self.touched, self.replied, self.assigned = now, False, False
        self.past = [(now, "new")]

    @property
    def status(self):
        return self.past[-1][1]

    @property
    def is_open(self):
        return self.status != "resolved"

    def due(self):
        """The earliest due time of a clock that is not over, in minutes."""
        dues = []
        if not self.replied and self.is_open:
            dues.append(self.opened + FIRST)
        if self.is_open:
            dues.append(self.final_due())
        return min((due for due in dues if due is not None), default=None)

    def final_due(self):
        counted = paused = 0
        minute, steps = self.opened, dict(self.past)
        status, last = "new", self.past[-1][0]
        while True:
            status = steps.get(minute, status)
            waits = status == "pending" and (self.priority_class == "dispute" or paused < CAP)
            if counted == FINAL and not waits:
                return minute
            if waits and self.priority_class == "dispute" and minute >= last:
                return None  # for as long as nobody does something
            paused, counted = paused + waits, counted + (not waits)
            minute += 1

    def key(self, order):
        due = self.due()
        return {
            "priority": (RANK[self.priority_class], self.level, self.opened if due is None else due),
            "opened": (self.opened,),
            "updated": (-self.touched,),
            "due": (due is None, due or 0),
        }[order] + ((-1 if order == "updated" else 1) * self.number,)


def refs(tickets):
    return [int(ticket.ref) for ticket in tickets]


class QueueMachine(RuleBasedStateMachine):
    """The two desks and their naive twin."""

    names = Bundle("names")

    @staticmethod
    def make_desk(store, clock):
        return desk(POLICY, store=store, clock=clock)

    @staticmethod
    def make_stores():
        return MemoryStore(), MemoryStore()

    def __init__(self):
        super().__init__()
        self.clock = ManualClock(START)
        self.stores = self.make_stores()
        self.quiet, self.ticked = self.desks = [self.make_desk(store, self.clock) for store in self.stores]
        self.now, self.naive = 0, {}
        for one in self.desks:
            one.enrol(Agent("x", languages=["en"], capacity=1))

    @initialize(target=names)
    def begin(self):
        return multiple(*(self.open(MEANWHILE, level=2, priority_class="general") for _ in range(2)))

    def pass_time(self, meanwhile):
        """Some minutes pass; then the one desk is ticked, or not."""
        minutes, ticks = meanwhile
        self.now += minutes
        self.clock.set(START + timedelta(minutes=self.now))
        if ticks:
            self.ticked.run_due(limit=ticks)

    @rule(meanwhile=PAUSES)
    def time_passes(self, meanwhile):
        self.pass_time(meanwhile)

    def do(self, verb, name, **fields):
        """The same command on both desks."""
        for one in self.desks:
            getattr(one, verb)(ref=str(name), **fields)
        self.naive[name].touched = self.now

    @precondition(lambda self: len(self.naive) < MOST)
    @rule(
        target=names,
        meanwhile=PAUSES,
        level=st.sampled_from([2, 2, 1]),
        priority_class=st.sampled_from(["general", "general", "dispute"]),
    )
    def open(self, meanwhile, level, priority_class):
        self.pass_time(meanwhile)
        number = len(self.naive)
        for one in self.desks:
            one.open(
                subject="s",
                requester=f"r{number}",
                ref=str(number),
                level=level,
                priority_class=priority_class,
                language="en",
            )
        self.naive[number] = Naive(number, self.now, level, priority_class)
        return number

    @rule(name=names, meanwhile=PAUSES, data=st.data())
    def work(self, name, meanwhile, data):
        """What somebody can do to a ticket in its status."""
        self.pass_time(meanwhile)
        ticket = self.naive[name]
        verb = data.draw(st.sampled_from(VERBS[ticket.status]))
        by = f"r{name}" if verb == "receive" else "sam"
        self.do(verb, name, by=by, **({} if verb in {"wait_for_requester", "resolve"} else {"body": "b"}))
        ticket.replied = ticket.replied or verb == "reply"
        status = AFTER.get((verb, ticket.status))
        if status is not None:
            self.go(name, status)

    def go(self, name, status):
        self.naive[name].past.append((self.now, status))

    def waiting(self):
        """What waits for an agent, the first first."""
        found = [one for one in self.naive.values() if one.status in {"new", "open"} and not one.assigned]
        return [one.number for one in sorted(found, key=lambda one: one.key("priority"))]

    @rule(meanwhile=PAUSES)
    def dispatch(self, meanwhile):
        """Somebody comes for one ticket, and gets the first."""
        self.pass_time(meanwhile)
        waiting = self.waiting()
        for one in self.desks:
            one.set_presence("x", "available")
            one.dispatch()
            assert refs(one.find(assignee="x", open=True)) == waiting[:1]
            for number in waiting[:1]:
                one.resolve(ref=str(number), by="x")
            one.set_presence("x", "offline")
        for number in waiting[:1]:
            ticket = self.naive[number]
            ticket.assigned, ticket.touched = True, self.now
            self.go(number, "resolved")

    @invariant()
    def every_order_is_the_naive_one(self):
        for order in ORDERS:
            expected = sorted(self.naive.values(), key=lambda one: one.key(order))
            for one in self.desks:
                assert refs(one.find(order=order)) == [ticket.number for ticket in expected], order
                found = refs(one.find(order=order, open=True, limit=3))
                assert found == [ticket.number for ticket in expected if ticket.is_open][:3], order

    @invariant()
    def positions_are_the_naive_ones(self):
        waiting = self.waiting()
        for one in self.desks:
            for number in self.naive:
                place = waiting.index(number) + 1 if number in waiting else None
                assert one.queue_position(ref=str(number)) == place

    def teardown(self):
        for one in self.desks:
            one.close()


class AsyncQueueMachine(QueueMachine):
    @staticmethod
    def make_desk(store, clock):
        return Awaited(AsyncDesk(POLICY, store=store, clock=clock, ids=CountingIds()))


def some(examples, steps=25):
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


TestQueueOrder = QueueMachine.TestCase
TestQueueOrder.settings = some(30)
TestAsyncQueueOrder = AsyncQueueMachine.TestCase
TestAsyncQueueOrder.settings = some(10)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("machine", [QueueMachine, AsyncQueueMachine])
def test_the_order_on_a_durable_store(machine, kind, request, tmp_path):
    """Two tenants of one database stand for two desks."""
    url = f"sqlite:///{tmp_path / 'desk.db'}" if kind == "sqlite" else request.getfixturevalue("emptied")
    is_async = issubclass(machine, AsyncQueueMachine)
    runs = iter(range(1_000))

    class Durable(machine):
        @staticmethod
        def make_stores():
            return url, url

        def make_desk(self, store, clock):
            ports = {"clock": clock, "ids": CountingIds(), "tenant": f"t{next(runs)}"}
            if is_async:
                return Awaited(AsyncDesk(POLICY, store=AsyncSqlStore(store), **ports))
            return desk(POLICY, store=SqlStore(store), **ports)

    run_state_machine_as_test(Durable, settings=some(3, 15))
