"""Threads that write one SQLite file in a known order, and what can go wrong with one of them.

Who writes is held up until all wait in a known order, so a group is the same in every run.
"""

import sqlite3
import sys
import threading
from contextlib import contextmanager, suppress
from time import sleep

from supportflow import SqlStore
from supportflow.exceptions import StoreError
from supportflow.model.content import Content
from supportflow.model.storage import Commit, InboxEntry, StreamChange
from supportflow.stores.sql import grouping
from supportflow.testing.conformance import event_rows, ticket_row

__all__ = [
    "TABLES",
    "TROUBLE",
    "Interrupt",
    "T",
    "Threads",
    "change",
    "commit",
    "fine",
    "held_up",
    "interrupted",
    "is_closed",
    "kept",
    "lost",
    "opened",
    "together",
]

T = "acme"


def opened(path, sent):
    """A store; what is sent to its file goes into a list. No test here pulls the plug, so the disk may take its time."""
    store = SqlStore(f"sqlite:///{path}")

    connect = store._link._source.connect
    store.given = []

    def looked_at():
        raw = connect()
        raw.execute("PRAGMA synchronous = OFF").close()
        raw.execute("PRAGMA foreign_keys = ON").close()
        raw.set_trace_callback(sent.append)
        store.given.append(raw)
        return raw

    store._link._source.connect = looked_at
    store.events(T, "desk")
    sent.clear()
    return store


def lost(link, given):
    """How many of the connections that a SQLite file's store was given are open, and are nowhere at hand."""
    at_hand = len(link._idle) + (link._writers is not None and link._writers._session is not None)
    return sum(not is_closed(raw) for raw in given) - at_hand


def is_closed(raw):
    try:
        return raw.total_changes is None
    except sqlite3.ProgrammingError:
        return True


class Threads:
    """Calls in threads of their own, in a known order: each begins once the one before waits for its turn."""

    def __init__(self, store) -> None:
        self.writers = store._link._writers
        self.run = store._link.run
        self.answers = {}
        self.threads, self.others = [], []

    def begin(self, call):
        number = len(self.threads)

        def work():
            try:
                self.answers[number] = call()
            except BaseException as error:  # noqa: BLE001 - an answer, too
                self.answers[number] = error

        waiting = len(self.writers._queue)
        thread = threading.Thread(target=work, daemon=True)
        self.threads.append(thread)
        thread.start()
        while thread.is_alive() and len(self.writers._queue) == waiting:
            sleep(0.0001)
        return thread

    def end(self):
        for thread in (*self.threads, *self.others):
            thread.join(10)
            assert not thread.is_alive(), "somebody waits for ever"
        return [self.answers[number] for number in range(len(self.threads))]


@contextmanager
def held_up(threads, mode="once"):
    """Nobody writes meanwhile. Who holds them up is the first of their group, unless it is committed alone."""
    free = threading.Event()

    def hold():
        with suppress(StoreError):  # what its group is told
            threads.run(lambda _: free.wait(30), mode)

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    while not threads.writers._queue:
        sleep(0.0001)
    threads.others.append(holder)
    yield
    free.set()


def together(store, calls, mode="once"):
    """What calls answer that are made at once, in this order."""
    threads = Threads(store)
    with held_up(threads, mode):
        for call in calls:
            threads.begin(call)
    return threads.end()


def change(ticket="t1", expected=0, number=1, **columns):
    row = ticket_row(ticket, expected + number, **columns)
    return StreamChange(f"ticket:{ticket}", expected, event_rows(expected + 1, number), row)


def commit(*changes, key=None, text=None, tenant=T):
    content = () if text is None else (Content(f"c-{text!a}-{key}", "ana", bytes(32), text),)
    inbox = None if key is None else InboxEntry(key, "h", b"r")
    return Commit(tenant, changes, content, inbox=inbox)


def fine(store, *names):
    """Commits that nothing stands in the way of."""
    return [lambda name=name: store.commit(commit(change(name), key=f"key {name}")) for name in names]


def kept(store, *names):
    return [store.load(T, name) is not None and store.recall(T, f"key {name}") is not None for name in names]


TABLES = """
CREATE TABLE owner (id INTEGER PRIMARY KEY);
CREATE TABLE thing (owner INTEGER REFERENCES owner (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE fuse (id INTEGER);
CREATE TRIGGER blown AFTER INSERT ON fuse BEGIN SELECT RAISE(ROLLBACK, 'all is lost'); END;
"""
TROUBLE = {
    "at the commit": "INSERT INTO thing VALUES (7)",
    "with all that is open": "INSERT INTO fuse VALUES (1)",
}


class Interrupt(BaseException):
    """As Ctrl-C, or a host's time limit."""


def interrupted(call, at, again=None):
    """A call that is interrupted at the so-many-th line that it comes to in the module of groups.

    Args:
        call: The call.
        at: The line.
        again: At how many calls after that, in the same module, it is interrupted a second time; None for never.
    """
    lines = calls = 0

    def in_line(frame, what, _argument):
        nonlocal lines
        if frame.f_code.co_filename != grouping.__file__:
            return None
        if what == "line":
            lines += 1
            if lines == at:
                raise Interrupt  # from now on, nothing is traced
        return in_line

    def in_call(frame, what, _argument):
        nonlocal calls
        if lines < at or frame.f_code.co_filename != grouping.__file__ or what not in {"call", "c_call"}:
            return
        calls += 1
        if calls == again:
            raise Interrupt

    def run():
        sys.settrace(in_line)
        sys.setprofile(None if again is None else in_call)
        try:
            return call()
        finally:
            sys.settrace(None)
            sys.setprofile(None)

    return run
