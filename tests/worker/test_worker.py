"""Rounds: pauses, failures, stopping; plain and async alike."""

import asyncio
import threading
from datetime import timedelta

import pytest

from supportflow import AsyncDesk, Desk, MemoryChannel, MemoryStore, Policy, Tick
from supportflow.exceptions import (
    DeskClosed,
    InvalidInput,
    MissingExtra,
    PolicyError,
    StoreError,
    StoreUnavailable,
)
from supportflow.flows.retention import Retained
from supportflow.flows.routing.dispatch import Dispatched
from supportflow.policy.document.retention import Retention
from supportflow.routing.policy import RoutingPolicy
from supportflow.testing import CountingIds, ManualClock
from supportflow.worker import Pace, Status, Worker
from supportflow.worker.retention import RetentionRounds
from worker.scripted import FAST, Scripted, ScriptedAsync, Waits

WORK = Tick(tickets=2, delivered=1)


def work(worker: Worker) -> None:
    if worker.is_async:
        asyncio.run(worker.run_async())
    else:
        worker.run()


def run(desk, **named) -> Worker:
    worker = desk.worker = Worker(desk, **{"pace": FAST, **named})
    work(worker)
    return worker


BOTH = pytest.mark.parametrize("kind", [Scripted, ScriptedAsync])


@BOTH
def test_it_goes_on_until_it_is_stopped(kind):
    desk = kind(WORK, Tick(), WORK)
    worker = run(desk, limit=7)
    assert desk.rounds == 4
    assert {limit for method, limit in desk.asked if method == "run_due"} == {7}
    assert worker.status.state == "stopped"
    assert worker.status.counts == {
        "rounds": 4, "tickets": 4, "tickets_failed": 0, "delivered": 2, "retried": 0, "dead": 0, "offered": 0,
    }  # fmt: skip


@BOTH
def test_a_store_that_is_down_is_asked_again_until_it_answers(kind):
    states = []
    desk = kind()

    def look():
        states.append((desk.worker.status.state, desk.worker.status.ready))
        return WORK

    desk.script = [WORK, StoreError("down"), OSError("down"), look, look]
    worker = run(desk)
    assert desk.rounds == 6
    assert states == [("failing", False), ("working", True)]
    assert worker.status.errors == {"StoreError": 1, "OSError": 1}
    assert worker.status.counts["rounds_failed"] == 2


@pytest.mark.parametrize("error", [DeskClosed(), MissingExtra("sql", "x"), PolicyError(["x"])])
@BOTH
def test_what_never_heals_ends_it(kind, error):
    with pytest.raises(type(error)):
        run(kind(WORK, error, WORK))


def test_the_pause_grows_while_nothing_is_due_and_starts_anew_with_work():
    desk = Scripted(WORK, Tick(), Tick(), Tick(), WORK, Tick())
    worker = desk.worker = Worker(desk, pace=Pace(idle_min_s=1, idle_max_s=3))
    waits = Waits(worker)
    worker.run()
    assert waits.seconds == [1, 1, 2, 3, 1, 1]


def test_the_pause_ends_when_the_next_ticket_is_due():
    desk = Scripted(Tick(), ahead=0.25)
    worker = desk.worker = Worker(desk, pace=Pace(idle_min_s=1, idle_max_s=3))
    waits = Waits(worker)
    worker.run()
    assert waits.seconds == [0.25]


def test_a_full_round_is_followed_by_the_next_at_once():
    desk = Scripted(Tick(tickets=5), Tick(delivered=5), Tick(tickets=5, failed=tuple("abcde")))
    worker = desk.worker = Worker(desk, limit=5, pace=Pace(idle_min_s=1, idle_max_s=3))
    waits = Waits(worker)
    worker.run()
    assert waits.seconds == [1], "only tickets that fail: that is no reason to hurry"


def test_failures_wait_ever_longer_and_are_forgotten_with_success():
    down = [StoreError("down") for _ in range(3)]
    desk = Scripted(*down, WORK, StoreError("down"))
    worker = desk.worker = Worker(desk, pace=Pace(retry_min_s=2, retry_max_s=64, idle_min_s=1, idle_max_s=1))
    waits = Waits(worker)
    worker.run()
    first, second, third, idle, again = waits.seconds
    assert 1 <= first <= 2 <= second <= 4 <= third <= 8
    assert idle == 1
    assert 1 <= again <= 2


class Routing:
    """A desk's policy that has, or has not, routing."""

    def __init__(self, *, routing: bool) -> None:
        self.routing = object() if routing else None


class Dispatching(Scripted):
    """A desk that routes: its first dispatch offers something."""

    policy = Routing(routing=True)

    def dispatch(self, *, limit):
        self.asked.append(("dispatch", limit))
        return Dispatched(leading=True, offered=int(self.calls("dispatch") == 1))

    def resign(self):
        self.asked.append(("resign", None))

    def calls(self, method):
        return sum(asked == method for asked, _ in self.asked)


class DispatchingAsync(ScriptedAsync):
    policy = Routing(routing=True)
    calls = Dispatching.calls

    async def dispatch(self, *, limit):
        return Dispatching.dispatch(self, limit=limit)

    async def resign(self):
        Dispatching.resign(self)


@pytest.mark.parametrize("kind", [Dispatching, DispatchingAsync])
def test_a_desk_that_routes_is_asked_to_after_each_round_and_resigns_in_the_end(kind):
    desk = kind(Tick(), Tick(), StoreError("down"), Tick())
    worker = run(desk)
    assert desk.calls("dispatch") == 3, "not after a round that failed, and not after the call to stop"
    assert desk.calls("resign") == 1
    assert worker.status.counts["offered"] == 1


def test_an_offer_is_work():
    desk = Dispatching(Tick(), Tick(), Tick())
    worker = desk.worker = Worker(desk, pace=Pace(idle_min_s=1, idle_max_s=9))
    waits = Waits(worker)
    worker.run()
    assert waits.seconds == [1, 1, 2]


def test_dispatching_can_be_left_to_others():
    desk = Dispatching(Tick(), Tick())
    run(desk, dispatch=False)
    assert desk.calls("dispatch") == desk.calls("resign") == 0


def test_a_policy_that_begins_to_route_is_noticed():
    desk = Dispatching()
    desk.policy = Routing(routing=False)

    def begin():
        desk.policy = Routing(routing=True)
        return Tick()

    desk.script = [Tick(), begin, Tick()]
    run(desk)
    assert desk.calls("dispatch") == 2


def test_a_store_that_is_down_in_the_end_does_not_keep_it():
    desk = Dispatching(Tick())
    desk.resign = lambda: 1 / 0
    assert run(desk).status.state == "stopped"


@BOTH
def test_a_stop_from_another_thread_ends_a_long_pause(kind):
    paused = threading.Event()

    class Telling(kind):
        def idle_for(self, *, at_most):
            paused.set()
            return super().idle_for(at_most=at_most)

    desk = Telling(Tick())
    worker = desk.worker = Worker(desk, pace=Pace(idle_min_s=600, idle_max_s=600))
    thread = threading.Thread(target=work, args=(worker,))
    thread.start()
    assert paused.wait(timeout=60)
    worker.stop()
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert desk.rounds == 1


@BOTH
def test_a_stop_before_the_start_counts(kind):
    desk = kind(Tick())
    worker = desk.worker = Worker(desk)
    worker.stop()
    work(worker)
    assert desk.rounds == 0
    worker.stop()  # and one after the end is no error


def test_until_idle_ends_with_the_first_round_that_has_nothing_to_do():
    desk = Scripted(WORK, WORK, Tick(tickets=1, failed=("a",)), WORK)
    Worker(desk, pace=FAST).run(until_idle=True)
    assert desk.rounds == 3


def test_until_idle_does_not_wait_for_a_store():
    desk = Scripted(WORK, StoreError("down"), WORK)
    with pytest.raises(StoreError):
        Worker(desk, pace=FAST).run(until_idle=True)


def test_each_round_is_observed():
    seen = []
    run(
        Scripted(WORK, StoreError("down"), Tick()), observe=lambda tick, seconds: seen.append((tick, seconds))
    )
    assert [tick for tick, _ in seen] == [WORK, Tick(), Tick()]
    assert all(seconds >= 0 for _, seconds in seen)


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": True}, {"limit": 1.5}, {"desk": object()}])
def test_what_cannot_be_used_is_refused(wrong):
    with pytest.raises(InvalidInput):
        Worker(**{"desk": Scripted(), **wrong})


def test_an_async_desk_has_to_be_awaited():
    with pytest.raises(InvalidInput):
        Worker(AsyncDesk()).run()


class Moments:
    """A clock that only goes forward when it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestStatus:
    def test_a_worker_that_gives_no_sign_of_life_is_not_alive(self):
        clock = Moments()
        status = Status(stall_after_s=10, monotonic=clock)
        status.enter("working")
        clock.now = 9.9
        assert (status.live, status.ready) == (True, True)
        clock.now = 10.0
        assert (status.live, status.ready) == (False, False)
        status.beat()
        assert (status.live, status.ready) == (True, True)

    @pytest.mark.parametrize("state", ["starting", "failing", "stopping", "stopped"])
    def test_only_a_working_one_is_ready(self, state):
        status = Status()
        status.enter(state)
        assert (status.live, status.ready) == (True, False)

    def test_one_that_has_stopped_is_not_stuck(self):
        clock = Moments()
        status = Status(monotonic=clock)
        status.enter("stopped")
        clock.now = 1e9
        assert status.live

    def test_work_on_one_ticket_after_another_is_a_sign_of_life(self):
        clock = Moments()
        status = Status(stall_after_s=10, monotonic=clock)
        lives = []

        class Long(Scripted):
            def run_due(self, *, limit, stop):
                for _ in range(5):
                    clock.now += 8
                    lives.append(status.live)
                    stop()
                return self.round(limit, stop)

        run(Long(), status=status)
        assert lives == [True] * 5


# --- with real desks ---------------------------------------------------------------------------


@BOTH
def test_it_delivers_for_a_real_desk(kind):
    mail = MemoryChannel()
    store = MemoryStore()
    desk = Desk(store=store, channels={"web": mail})
    ticket = desk.open(subject="s", requester="ana").ticket
    for number in range(3):
        desk.reply(ticket, body=str(number), by="sam")
    if kind is Scripted:
        Worker(desk, pace=FAST).run(until_idle=True)
    else:
        awaited = AsyncDesk(store=store, channels={"web": mail})
        asyncio.run(Worker(awaited, pace=FAST).run_async(until_idle=True))
    assert [message.body for message in mail.sent] == ["0", "1", "2"]


def test_a_stop_gives_back_what_was_claimed_and_counts_it_as_no_attempt():
    class Stopping(MemoryChannel):
        def send(self, message, /):
            super().send(message)
            worker.stop()

    first = Stopping()
    store = MemoryStore()
    desk = Desk(store=store, channels={"web": first})
    for ref in "12345":
        desk.open(subject="s", requester="ana", ref=ref)
        desk.reply(ref=ref, body=ref, by="sam")
    worker = Worker(desk, pace=FAST)
    worker.run()
    assert len(first.sent) == 1, "the one in hand was finished"
    waiting = [row.row for row in store._tenants["default"].outbox.rows.values()]
    assert [row.attempts for row in waiting] == [0] * 4
    second = MemoryChannel()
    beside = Desk(store=store, channels={"web": second})
    assert beside.run_due().delivered == 4, "nobody has to wait for a claim to run out"
    sent = [message.body for message in first.sent + second.sent]
    assert sorted(sent) == list("12345")


def test_the_next_dispatcher_leads_as_soon_as_a_worker_has_stopped():
    store = MemoryStore()
    one, two = (Desk(Policy(routing=RoutingPolicy()), store=store) for _ in "12")
    assert one.dispatch().leading
    assert not two.dispatch().leading
    Worker(one, pace=FAST).run(until_idle=True)
    assert two.dispatch().leading
    two.resign()
    two.resign()  # who does not lead has nothing to give up
    assert one.dispatch().leading


# --- retention -----------------------------------------------------------------------------------


def an_old_desk(tickets, **more):
    clock = ManualClock("2026-03-02T09:00:00+00:00")
    policy = Policy(retention=Retention(content_for=timedelta(days=30)))
    desk = Desk(policy, clock=clock, ids=CountingIds(), **more)
    for number in range(tickets):
        desk.cancel(desk.open(subject="s", requester="ana", ref=str(number)).ticket, by="sam")
    clock.advance(days=31)
    return desk


@pytest.mark.parametrize("retention", [True, False])
def test_retention_is_carried_out_where_it_is_asked_for(retention):
    """To its end, in batches: 250 tickets are three of them."""
    desk = an_old_desk(250)
    batches = []
    batch = desk.apply_retention
    desk.apply_retention = lambda **named: batches.append(named["cursor"]) or batch(**named)
    Worker(desk, retention=retention, pace=FAST).run(until_idle=True)
    left = {ref for ref in map(str, range(250)) if desk.row(ref=ref).subject is not None}
    assert left == (set() if retention else set(map(str, range(250))))
    assert (len(batches), len(set(batches))) == ((3, 3) if retention else (0, 0))


def test_retention_goes_on_where_a_store_failed():
    desk = an_old_desk(150)
    batch, seen = desk.apply_retention, []

    def failing(**named):
        seen.append(named["cursor"])
        if len(seen) == 2:
            raise StoreUnavailable
        if len(seen) == 3:
            worker.stop()
        return batch(**named)

    desk.apply_retention = failing
    worker = Worker(desk, retention=True, pace=FAST)
    worker.run()
    assert (seen[0], seen[1]) == (None, seen[2])
    assert seen[1] is not None
    assert [desk.row(ref=str(ref)).subject for ref in range(150)] == [None] * 150


def test_a_pass_begins_again_after_a_day():
    now = [0.0]
    keeping = RetentionRounds(monotonic=lambda: now[0])
    assert keeping.is_due
    keeping.take(Retained(100, {"note": 1}, 0, 0, 0, (), "ticket:a"))
    assert keeping.is_due
    assert keeping.batch["cursor"] == "ticket:a"
    keeping.take(Retained(7, {}, 0, 0, 0, (), None))
    assert not keeping.is_due
    now[0] = 86_399.0
    assert not keeping.is_due
    now[0] = 86_400.0
    assert keeping.is_due
    assert keeping.batch["cursor"] is None


def test_a_policy_without_retention_is_left_in_peace():
    Worker(Desk(clock=ManualClock("2026-03-02T09:00:00+00:00")), retention=True, pace=FAST).run(
        until_idle=True
    )
