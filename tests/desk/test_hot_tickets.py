"""Many at once on few tickets: a pause after conflicts, so that nobody is given up on; and no test waits for it."""

import asyncio
import sys
import threading
import time

import pytest

from desk.office import START, desk
from supportflow import AsyncDesk, Desk, MemoryStore
from supportflow.flows.requests import ATTEMPTS, PATIENT
from supportflow.model.storage import Conflict
from supportflow.testing import CountingIds, ManualClock


class Contested(MemoryStore):
    """Answers so many commits with a conflict."""

    conflicts = 0

    def commit(self, commit, /):
        if self.conflicts:
            self.conflicts -= 1
            return Conflict("ticket:x")
        return super().commit(commit)


class Watched(ManualClock):
    """Remembers how long it was asked to wait."""

    def __init__(self) -> None:
        super().__init__(START)
        self.pauses = []

    def pause(self, seconds, /):
        self.pauses.append(seconds)


class Chance(CountingIds):
    """Chance that is told."""

    share = 1.0

    def chance(self):
        return self.share


def contested(clock):
    one = desk(store=Contested(), clock=clock, ids=Chance())
    one.open(subject="s", requester="ana", ref="1")
    return one


@pytest.mark.parametrize("conflicts", [0, PATIENT - 1])
def test_a_first_conflict_is_tried_again_at_once(conflicts):
    clock = Watched()
    one = contested(clock)
    one._ports["store"].conflicts = conflicts
    one.note(ref="1", body="b", by="sam")
    assert clock.pauses == []


def test_pauses_grow_to_a_bound_and_leave_everything_to_chance():
    clock = Watched()
    one = contested(clock)
    one._ports["store"].conflicts = ATTEMPTS - 1
    one.note(ref="1", body="b", by="sam")
    longest, clock.pauses = clock.pauses, []
    assert longest == [min(0.002 * 2**step, 0.128) for step in range(ATTEMPTS - PATIENT)]
    one._ports["ids"].share = 0.25
    one._ports["store"].conflicts = ATTEMPTS - 1
    one.note(ref="1", body="b", by="sam")
    assert clock.pauses == [pause / 4 for pause in longest]


def test_a_clock_that_cannot_wait_leaves_it_to_the_system(monkeypatch):
    slept = []

    class Plain:
        def now(self):
            return ManualClock(START).now()

    monkeypatch.setattr(time, "sleep", slept.append)
    one = contested(Plain())
    one._ports["store"].conflicts = 3
    one.note(ref="1", body="b", by="sam")
    assert len(slept) == 2


def test_a_clock_set_by_hand_waits_for_nothing():
    clock = ManualClock(START)
    clock.pause(1_000_000)
    assert clock.now() == START


def test_an_async_clock_is_awaited():
    class Clock(ManualClock):
        waited = 0

        async def pause(self, _seconds, /):
            await asyncio.sleep(0)
            Clock.waited += 1

    async def run():
        one = AsyncDesk(store=Contested(), clock=Clock(START), ids=CountingIds())
        await one.open(subject="s", requester="ana", ref="1")
        one._ports["store"].conflicts = 4
        await one.note(ref="1", body="b", by="sam")

    asyncio.run(run())
    assert Clock.waited == 3


def test_eight_threads_on_ten_hot_tickets_are_never_given_up():
    one = Desk()
    for ref in range(10):
        one.open(subject="s", requester="ana", ref=str(ref))
    errors = []

    def work(worker: int) -> None:
        try:
            for number in range(50):
                one.note(ref=str(number % 10), body="b", by=f"agent{worker}")
        except BaseException as error:  # noqa: BLE001 - collected, and looked at below
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    assert sum(one.get(ref=str(ref)).notes for ref in range(10)) == 8 * 50


class Slow:
    """A store whose methods are async and let all others run first."""

    def __init__(self, store):
        self.store = store

    def __getattr__(self, name):
        async def call(*args, **named):
            await asyncio.sleep(0)
            return getattr(self.store, name)(*args, **named)

        return call


def test_sixty_tasks_on_one_ticket_are_never_given_up():
    async def run():
        one = AsyncDesk(store=Slow(MemoryStore()))
        await one.open(subject="s", requester="ana", ref="1")
        await asyncio.gather(*(one.note(ref="1", body="b", by="sam") for _ in range(60)))
        return (await one.get(ref="1")).notes

    assert asyncio.run(run()) == 60
