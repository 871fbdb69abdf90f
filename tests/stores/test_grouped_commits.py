"""Threads that write one SQLite file are committed together, and each is answered as if it had been alone.

Who writes is held up until all wait in a known order, so a group is the same in every run.
"""

import sqlite3
import threading
from dataclasses import replace
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stores.grouped import (
    TABLES,
    TROUBLE,
    Interrupt,
    T,
    Threads,
    change,
    commit,
    fine,
    held_up,
    interrupted,
    kept,
    opened,
    together,
)
from supportflow import MemoryStore
from supportflow.exceptions import StoreError
from supportflow.model.storage import Committed, Conflict, Duplicate, InboxEntry, RefTaken
from supportflow.stores.sql import grouping


@pytest.fixture
def sent():
    return []


@pytest.fixture
def store(tmp_path, sent):
    made = opened(tmp_path / "desk.db", sent)
    yield made
    made.close()


# --- against one after the other ---------------------------------------------------------------

BAD = "\ud800"
"""SQLite takes no such text: it is refused after the rows before it have been written."""
TICKETS = ("t1", "t2", "t3", "t4")
PLANS = st.builds(
    dict,
    tickets=st.lists(st.sampled_from(TICKETS), min_size=1, max_size=2, unique=True),
    stale=st.booleans(),
    number=st.integers(1, 3),
    key=st.sampled_from([None, "k1", "k2", "k3"]),
    ref=st.sampled_from([None, None, "r1", "r2"]),
    text=st.sampled_from([None, "fine", BAD]),
)


def planned(versions, tenant, *, tickets, stale, number, key, ref, text):
    """A commit that was decided on what is there before any of them."""
    changes = []
    for ticket in tickets:
        version = versions.get(ticket, 0)
        changes.append(
            change(ticket, version - (stale and version > 0), number, ref=ref and f"{ref}-{ticket}")
        )
    if ref and len(changes) == 1 and not versions.get(tickets[0]):
        changes = [replace(changes[0], row=replace(changes[0].row, ref=ref))]
    return commit(*changes, key=key, text=text, tenant=tenant)


def refusal(memory, one):
    """What stands in the way of a commit, or None."""
    if one.inbox is not None and (known := memory.recall(one.tenant, one.inbox.key)):
        return Duplicate(known)
    for each in one.changes:
        row = memory.load(one.tenant, each.row.id)
        if (row.version if row else 0) != each.expected:
            return Conflict
    for each in one.changes:
        if each.row.ref and memory.find_ref(one.tenant, each.row.ref) not in {None, each.row.id}:
            return RefTaken(each.row.ref)
    return None


def naive(memory, commits):
    """What one commit after the other would have been answered; who is refused looks at the end what stands in the way."""
    answers = []
    for one in commits:
        refused = refusal(memory, one) is not None
        bad = any(BAD in text.value for text in one.content)
        answers.append(None if refused else StoreError if bad else memory.commit(one))
    return [
        refusal(memory, one) if answer is None else answer
        for one, answer in zip(commits, answers, strict=True)
    ]


def kind(answer):
    """Which stream of two a conflict names depends on the instant, and a store's error is made anew each time."""
    return next((kind for kind in (Conflict, StoreError) if isinstance(answer, kind)), answer)


def everything(store, tenant, commits):
    """All that can be read of a tenant."""
    names = {text.id for one in commits for text in one.content if BAD not in text.value}
    return (
        [store.load(tenant, ticket) for ticket in TICKETS],
        [list(store.events(tenant, f"ticket:{ticket}")) for ticket in TICKETS],
        [list(store.links(tenant, f"ticket:{ticket}")) for ticket in TICKETS],
        [store.recall(tenant, key) for key in ("k1", "k2", "k3")],
        [store.find_ref(tenant, ref) for ref in ("r1", "r2")],
        dict(store.contents(tenant, names)) if names else {},
        [(row.stream, row.event) for row in store.feed(tenant, 0, 1_000)],
    )


def test_each_is_answered_and_kept_as_if_one_came_after_the_other(store, sent):
    tenants = iter(range(10**6))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from(TICKETS), unique=True), st.lists(PLANS, min_size=2, max_size=6))
    def holds(there, plans):
        tenant, memory = f"tenant {next(tenants)}", MemoryStore()
        for ticket in there:
            before = commit(change(ticket), tenant=tenant)
            assert store.commit(before) == memory.commit(before) == Committed()
        commits = [planned(dict.fromkeys(there, 1), tenant, **plan) for plan in plans]
        sent.clear()
        answers = together(store, [lambda one=one: store.commit(one) for one in commits])
        assert sent.count("COMMIT") == 1, "with the one who held them up, they are one group"
        assert list(map(kind, answers)) == naive(memory, commits)
        assert everything(store, tenant, commits) == everything(memory, tenant, commits)

    holds()


# --- what goes wrong ---------------------------------------------------------------------------


def test_those_who_wait_are_committed_together_in_the_order_in_which_they_came(store, sent):
    order = []

    def noting(number):
        return lambda: store._link.run(lambda _: order.append(number), "once")

    together(store, [noting(number) for number in range(9)])
    assert order == list(range(9))
    assert sent.count("COMMIT") == 1


def test_a_group_is_never_larger_than_it_may_be(store, sent, monkeypatch):
    monkeypatch.setattr(grouping, "MOST", 3)
    names = [f"t{number}" for number in range(7)]
    assert together(store, fine(store, *names)) == [Committed()] * 7
    assert sent.count("COMMIT") == 3, "of 3, 3 and 2: the one who held them up is the first"
    assert all(kept(store, *names))


def test_one_alone_sends_what_it_always_sent(store, sent):
    store.commit(commit(change(), key="k"))
    assert not [line for line in sent if "SAVEPOINT" in line]
    assert (sent[0], sent[-1]) == ("BEGIN IMMEDIATE", "COMMIT")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_fails_fails_alone(store, sent, place):
    calls = fine(store, "a", "b")
    calls.insert(place, lambda: store.commit(commit(change("bad"), key="key bad", text=BAD)))
    answers = together(store, calls)
    assert isinstance(answers.pop(place), StoreError)
    assert answers == [Committed(), Committed()]
    assert kept(store, "a", "b", "bad") == [True, True, False]
    assert sent.count("COMMIT") == 1
    assert store.commit(commit(change("bad"), key="key bad")) == Committed()


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize("what", TROUBLE)
def test_what_undoes_a_whole_group_is_done_anew_one_by_one(store, tmp_path, place, what):
    """SQLite refuses the commit, or rolls everything back: only who was the cause is told so."""
    with sqlite3.connect(tmp_path / "desk.db") as raw:
        raw.executescript(TABLES)
    raw.close()
    calls = fine(store, "a", "b", "c")
    bad = commit(change("bad"), key="key bad")

    def trouble(cursor):
        store._apply(cursor, bad)
        cursor.execute(TROUBLE[what])

    calls.insert(place, lambda: store._link.run(trouble, "once"))
    answers = together(store, calls)
    assert isinstance(answers.pop(place), StoreError)
    assert answers == [Committed()] * 3
    assert kept(store, "a", "b", "c", "bad") == [True, True, True, False]
    assert [len(store.events(T, f"ticket:{name}")) for name in ("a", "b", "c", "bad")] == [1, 1, 1, 0]
    assert store.commit(bad) == Committed()


def test_a_full_disk_is_told_to_whom_it_is_full(store):
    big = "x" * 400_000
    store.commit(commit(change("there")))

    def full(cursor):
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 40}")

    store._link.run(full, "write")
    calls = fine(store, "a", "b")
    calls.insert(1, lambda: store.commit(commit(change("bad"), text=big)))
    answers = together(store, calls)
    assert isinstance(answers.pop(1), StoreError)
    assert answers == [Committed()] * 2
    assert kept(store, "a", "b") == [True, True]
    assert store.load(T, "bad") is None


def test_nobody_is_answered_before_the_commit_and_nobody_reads_what_is_not_committed(store):
    """Who is refused waits, too: what stands in the way is not certain before."""
    threads, free = Threads(store), threading.Event()
    with held_up(threads):
        first, *_ = (threads.begin(call) for call in fine(store, "a"))
        second = threads.begin(lambda: store.commit(commit(change("a"), key="key a")))
        threads.begin(lambda: threads.run(lambda _: free.wait(30), "once"))
    while len(threads.writers._queue) > 1:
        sleep(0.0001)
    assert first.is_alive()
    assert second.is_alive()
    assert kept(store, "a") == [False]
    free.set()
    assert threads.end()[:2] == [Committed(), Duplicate(InboxEntry("key a", "h", b"r"))]
    assert kept(store, "a") == [True]


def test_long_work_is_committed_alone(store, sent):
    """Those before it are committed first: they do not wait for it."""
    long = threading.Event()
    seen = []

    def looks(_cursor):
        seen.append(kept(store, "a", "b"))
        long.set()

    together(store, [*fine(store, "a", "b"), lambda: store._link.run(looks, "write"), *fine(store, "c")])
    assert long.is_set()
    assert seen == [[True, True]]
    assert kept(store, "a", "b", "c") == [True] * 3
    assert sent.count("COMMIT") == 3


# --- interrupted anywhere ----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["once", "write"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_whoever_is_interrupted_leaves_the_others_as_they_were(store, place, mode, monkeypatch):
    """At any line: the others are answered, all of what is kept is whole, and all can go on."""
    monkeypatch.setattr(grouping, "_LOOK_S", 0.05)
    whole = 0
    for at in range(1, 200):
        names = [f"{at}-{name}" for name in "abc"]
        calls = fine(store, *names)
        calls[place] = interrupted(calls[place], at)
        answers = together(store, calls, mode)
        one = answers.pop(place)
        there = kept(store, *names)
        assert store.load(T, names[place]) is None or there[place], f"half of it is kept at {at}"
        del there[place]
        assert (answers, there) == ([Committed()] * 2, [True, True]), f"interrupted at {at}"
        whole += one == Committed()
        if one == Committed():
            break
        assert isinstance(one, Interrupt), one
    assert whole == 1, "in the end it was not interrupted any more"
    assert at > 30
