"""How long the first of a group waits for those who were just told of another: by a clock that passes only while it does.

`test_grouped_commits` says what a group is.
"""

import pytest

from stores.grouped import T, Threads, change, commit, fine, kept, opened, together
from supportflow.model.storage import Committed
from supportflow.stores.sql import grouping, groups


class Clock:
    """Passes only while somebody waits for company, or the disk takes its time."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self):
        return self.now


class Disk(list):
    """What is sent to the file; to confirm a commit takes so many seconds."""

    def __init__(self, clock) -> None:
        super().__init__()
        self.clock, self.takes_s = clock, 0.01

    def append(self, statement):
        super().append(statement)
        if statement == "COMMIT":
            self.clock.now += self.takes_s


class Place:
    """A place in the queue, which notes how long whoever stands first there waits, and whether somebody came."""

    def __init__(self, made) -> None:
        self.made, self.lock = made, groups.locked()

    def acquire(self, timeout):
        queue = self.made.store._link._writers._queue
        if queue[0] is not self:
            return self.lock.acquire(timeout=timeout)
        if self.made.comes is not None:
            comes, self.made.comes = self.made.comes, None
            comes()
        else:
            self.made.clock.now += timeout
        told = self.lock.acquire(timeout=0)
        self.made.waits.append((timeout, told))
        return told

    def release(self):
        self.lock.release()


class Made:
    """A store, and what becomes of whoever waits in it."""

    def __init__(self, path) -> None:
        self.clock = Clock()
        self.disk = Disk(self.clock)
        self.waits, self.comes = [], None
        self.store = opened(path, self.disk)


@pytest.fixture
def made(tmp_path, monkeypatch):
    one = Made(tmp_path / "desk.db")
    monkeypatch.setattr(grouping, "locked", lambda: Place(one))
    for module in (grouping, groups):
        monkeypatch.setattr(module, "monotonic", one.clock)
    one.disk.clear()
    yield one
    one.store.close()


def a_group_of(number, made, name):
    """So many commands that are committed together; one more holds them up."""
    calls = fine(made.store, *(f"{name}{each}" for each in range(number - 1)))
    assert together(made.store, calls) == [Committed()] * (number - 1)


def alone(made, name):
    assert made.store.commit(commit(change(name), key=f"key {name}")) == Committed()


def test_one_alone_waits_for_nobody(made):
    for name in "abc":
        alone(made, name)
    assert made.waits == []
    assert made.disk.count("COMMIT") == 3


def test_the_first_one_of_all_waits_for_nobody(made):
    alone(made, "a")
    made.store._link._make_locks()
    alone(made, "b")
    assert made.waits == []


@pytest.mark.parametrize(("takes_s", "waits_s"), [(0.01, 0.005), (0.03, 0.015), (5.0, 0.02)])
def test_half_of_what_the_last_commit_took_is_waited_and_never_long(made, takes_s, waits_s):
    made.disk.takes_s = takes_s
    a_group_of(3, made, "a")
    assert made.waits == [], "the first group was expected by nobody"
    alone(made, "b")
    assert made.waits == [(pytest.approx(waits_s), False)]
    alone(made, "c")
    assert len(made.waits) == 1, "nobody came: the next one waits for nobody"


def test_as_many_as_last_time_are_waited_for_and_no_more(made):
    a_group_of(4, made, "a")
    a_group_of(4, made, "b")
    assert made.waits == [], "all are there"
    a_group_of(3, made, "c")
    assert len(made.waits) == 1, (
        "only the last of them waits for a fourth: the others see that somebody is there"
    )
    a_group_of(3, made, "d")
    assert len(made.waits) == 1
    a_group_of(2, made, "e")
    assert len(made.waits) == 2


def test_who_comes_again_is_committed_with_whoever_waited(made):
    a_group_of(2, made, "a")
    made.disk.clear()
    threads = Threads(made.store)
    (call,) = fine(made.store, "c")
    made.comes = lambda: threads.begin(call)
    alone(made, "b")
    assert threads.end() == [Committed()]
    assert made.waits == [(pytest.approx(0.005), True)], "told at once, and not waited for any longer"
    assert made.disk.count("COMMIT") == 1
    assert kept(made.store, "b", "c") == [True, True]


def test_whoever_is_to_be_committed_alone_waits_for_nobody(made):
    a_group_of(3, made, "a")
    made.store._link.run(lambda _: None, "write")
    assert made.waits == []


def test_what_the_members_took_is_not_waited_for_once_more(made):
    """The patience is counted from when the group began."""
    a_group_of(3, made, "a")

    def slow(cursor):
        store = made.store
        store._apply(cursor, commit(change("b"), key="key b"))
        made.clock.now += 0.004

    made.store._link.run(slow, "once")
    assert made.waits == [(pytest.approx(0.001), False)]
    assert made.store.load(T, "b") is not None
