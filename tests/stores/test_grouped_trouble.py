"""Trouble in a group of commits: of one who is interrupted, of the disk, of the connection. It stays with whom it is of.

`test_grouped_commits` says what a group is.
"""

import sqlite3
import threading

import pytest

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
    lost,
    opened,
    together,
)
from supportflow.exceptions import StoreBusy, StoreError
from supportflow.model.storage import Committed
from supportflow.stores.sql import grouping
from supportflow.stores.sql.groups import Group
from supportflow.stores.sql.link import SESSIONS

FINE = [Committed()] * 2


@pytest.fixture
def sent():
    return []


@pytest.fixture
def path(tmp_path):
    with sqlite3.connect(tmp_path / "desk.db") as raw:
        raw.executescript(TABLES)
    raw.close()
    return tmp_path / "desk.db"


@pytest.fixture
def store(path, sent, monkeypatch):
    monkeypatch.setattr(grouping, "_LOOK_S", 0.05)
    made = opened(path, sent)
    yield made
    at_rest(made)
    made.close()


def at_rest(store):
    """Nobody waits, nothing is open, and no connection has been lost."""
    link, writers = store._link, store._link._writers
    assert not writers._queue
    assert writers._group is None
    assert lost(link, store.given) <= 0, "a connection was lost"
    assert link._slots._free.qsize() == SESSIONS, "and one less may be taken ever after"
    with sqlite3.connect(link._source._name, timeout=0, isolation_level=None) as raw:
        raw.execute("BEGIN IMMEDIATE").close()
        raw.execute("ROLLBACK").close()
    raw.close()


def troubled(store, name, statement):
    """A commit that is followed by a statement which makes trouble."""
    bad = commit(change(name), key=f"key {name}")

    def work(cursor):
        store._apply(cursor, bad)
        cursor.execute(statement)

    return lambda: store._link.run(work, "once")


# --- interrupted while there is trouble --------------------------------------------------------


EVERY = [7, pytest.param(1, marks=pytest.mark.exhaustive)]


def sweep(store, calls_of, check, every):
    """Interrupt one of three at each line in turn, or at some, until it is at its end; how many lines there were."""
    for at in range(1, 600, every):
        names = [f"{at}-{name}" for name in "abc"]
        answers = together(store, calls_of(at, names))
        check(at, list(names), list(answers))
        if not any(isinstance(answer, Interrupt) for answer in answers):
            return at
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("what", TROUBLE)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_whoever_makes_trouble_and_is_interrupted_makes_none_for_the_others(store, place, what, every):
    """What it left in the group is not held against them, and a group that was undone is not taken for a kept one."""

    def calls_of(at, names):
        calls = fine(store, *names)
        calls[place] = interrupted(troubled(store, names[place], TROUBLE[what]), at)
        return calls

    def check(at, names, answers):
        one, bad = answers.pop(place), names.pop(place)
        assert answers == FINE, f"interrupted at {at}"
        assert kept(store, *names) == [True, True], f"interrupted at {at}, a commit is lost that was answered"
        assert isinstance(one, Interrupt | StoreError)
        assert store.load(T, bad) is None

    assert sweep(store, calls_of, check, every) > 30


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("what", TROUBLE)
def test_whoever_commits_for_one_who_makes_trouble_can_be_interrupted(store, what, every):
    """Between the refusal of the commit and the note of it, too."""

    def calls_of(at, names):
        calls = fine(store, *names)
        calls[0] = troubled(store, names[0], TROUBLE[what])
        calls[2] = interrupted(calls[2], at)
        return calls

    def check(at, names, answers):
        bad, good, one = answers
        assert isinstance(bad, StoreError), f"interrupted at {at}: {bad}"
        assert (good, kept(store, names[1])) == (Committed(), [True]), f"interrupted at {at}"
        assert one == Committed() or isinstance(one, Interrupt)
        assert store.load(T, names[0]) is None

    assert sweep(store, calls_of, check, every) > 30


def test_nobody_leaves_work_in_a_group_without_being_counted(store, monkeypatch):
    """Whoever joins would seem to be alone, and be told of trouble that is not theirs."""
    enter, to_interrupt = Group.enter, []

    def interrupted_once(group):
        if threading.current_thread() in to_interrupt:
            to_interrupt.clear()
            raise Interrupt
        return enter(group)

    monkeypatch.setattr(Group, "enter", interrupted_once)
    threads = Threads(store)
    with held_up(threads, "write"):
        to_interrupt.append(threads.begin(troubled(store, "bad", TROUBLE["at the commit"])))
        for call in fine(store, "a"):
            threads.begin(call)
    interrupt, answer = threads.end()
    assert isinstance(interrupt, Interrupt)
    assert (answer, kept(store, "a")) == (Committed(), [True])


@pytest.mark.parametrize("place", [0, 2])
def test_whoever_is_interrupted_twice_lets_the_others_go_on(store, place):
    """Somebody presses Ctrl-C again because nothing seems to happen."""
    for at in range(8, 60, 4):
        for again in range(1, 12, 3):
            names = [f"{at}-{again}-{name}" for name in "abc"]
            calls = fine(store, *names)
            calls[place] = interrupted(calls[place], at, again)
            answers = together(store, calls)
            one = answers.pop(place)
            assert answers == FINE, f"interrupted at {at} and {again}"
            assert one == Committed() or isinstance(one, Interrupt), one
            del names[place]
            assert kept(store, *names) == [True, True]


# --- a driver that fails -----------------------------------------------------------------------


class Driver:
    """A connection as the pool gives it. What stands in its list goes wrong at the next commits."""

    def __init__(self, given, troubles):
        self._given, self._troubles = given, troubles

    def __getattr__(self, name):
        return getattr(self._given, name)

    def commit(self):
        if self._troubles:
            self._troubles.pop()(self._given)
        else:
            self._given.commit()


@pytest.fixture
def troubles(store):
    """What goes wrong at the next commits."""
    found = []
    taken = store._link._source.connect
    store._link._forget()
    store._link._source.connect = lambda: Driver(taken(), found)
    store.commit(commit(change("before"), key="key before"))
    return found


def interrupts(_given):
    """Before anything is done."""
    raise Interrupt


def commits_and_interrupts(given):
    """When all is done."""
    given.commit()
    raise Interrupt


def closes_and_interrupts(given):
    """The file is closed, and nothing is kept."""
    given.close()
    raise Interrupt


def undoes_and_fails(given):
    """A disk that is full undoes all."""
    given.rollback()
    raise full()


def fails(_given):
    """An error, and the transaction is still open."""
    raise full()


def closes(given):
    given.close()
    given.commit()


def full():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    return error


@pytest.mark.parametrize("trouble", [undoes_and_fails, fails, closes])
def test_a_commit_that_fails_is_made_anew_for_each(store, troubles, trouble):
    trouble_ahead = [trouble]

    def hold(_cursor):
        troubles.extend(trouble_ahead)
        trouble_ahead.clear()

    names = ["a", "b"]
    assert together(store, [lambda: store._link.run(hold, "once"), *fine(store, *names)])[1:] == FINE
    assert kept(store, *names) == [True, True]


@pytest.mark.parametrize("trouble", [interrupts, commits_and_interrupts, closes_and_interrupts])
def test_whoever_commits_is_interrupted_and_the_others_are_told_the_truth(store, troubles, trouble):
    trouble_ahead = [trouble]

    def hold(_cursor):
        troubles.extend(trouble_ahead)
        trouble_ahead.clear()

    names = ["a", "b", "c"]
    one, *answers, last = together(store, [lambda: store._link.run(hold, "once"), *fine(store, *names)])
    assert one is None
    assert answers == FINE
    assert isinstance(last, Interrupt)
    assert kept(store, "a", "b") == [True, True]
    assert [len(store.events(T, f"ticket:{name}")) for name in ("a", "b")] == [1, 1]


def test_a_commit_of_which_nobody_can_say_whether_it_was_made_is_looked_for(store, troubles):
    """It is not taken for one of somebody else, who was faster: a command would be carried out twice."""

    def commits_closes_and_interrupts(given):
        given.commit()
        closes_and_interrupts(given)

    names = ["a", "b"]
    calls = [lambda name=name: store.commit(commit(change(name))) for name in names]
    last = lambda: store._link.run(lambda _: troubles.append(commits_closes_and_interrupts), "once")  # noqa: E731
    *answers, interrupt = together(store, [*calls, last])
    assert isinstance(interrupt, Interrupt)
    assert answers == FINE
    assert [len(store.events(T, f"ticket:{name}")) for name in names] == [1, 1]


def test_a_busy_file_is_told_to_all_at_once(tmp_path, sent):
    """Who reads a file without WAL keeps it from being committed: nobody of the group is to blame, and none tries alone."""
    path = tmp_path / "desk.db"
    store = opened(f"{path}?journal_mode=delete&timeout=0.05", sent)
    with sqlite3.connect(path, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM supportflow_ticket").fetchone()
        answers = together(store, fine(store, "a", "b", "c"))
        assert [type(answer) for answer in answers] == [StoreBusy] * 3
        assert sent.count("COMMIT") == 1
        reader.execute("ROLLBACK")
    reader.close()
    assert kept(store, "a", "b", "c") == [False] * 3
    assert together(store, fine(store, "a", "b", "c")) == [Committed()] * 3
    store.close()


@pytest.mark.parametrize("refused", ["ROLLBACK", "RELEASE"])
def test_what_cannot_be_undone_alone_is_undone_with_the_whole_group(store, refused):
    """Else half a command would be committed with the others."""

    def no(action, *names):
        kind = sqlite3.SQLITE_SAVEPOINT
        return sqlite3.SQLITE_DENY if (action, names[0]) == (kind, refused) else sqlite3.SQLITE_OK

    bad = commit(change("bad"), key="key bad")

    def half(cursor):
        store._apply(cursor, bad)
        if cursor.connection.in_transaction:
            cursor.connection.set_authorizer(no)
        raise StoreError("half of it is done")

    def back(cursor):
        cursor.connection.set_authorizer(None)

    calls = fine(store, "a", "b")
    calls.insert(1, lambda: store._link.run(half, "once"))
    first, one, last = together(store, calls)
    store._link.run(back, "once")
    assert isinstance(one, StoreError)
    assert (first, last) == (Committed(), Committed())
    assert kept(store, "a", "b", "bad") == [True, True, False]
    assert store.load(T, "bad") is None


@pytest.mark.parametrize("alone", [True, False])
def test_work_that_does_not_notice_that_all_was_undone_is_refused(store, alone):
    """What SQLite rolled back is not committed by committing nothing."""

    def deaf(cursor):
        store._apply(cursor, commit(change("bad"), key="key bad"))
        with pytest.raises(sqlite3.IntegrityError):
            cursor.execute(TROUBLE["with all that is open"])

    def run():
        return store._link.run(deaf, "once")

    if alone:
        with pytest.raises(StoreError):
            run()
    else:
        first, one, last = together(store, [*fine(store, "a"), run, *fine(store, "b")])
        assert isinstance(one, StoreError)
        assert (first, last) == (Committed(), Committed())
        assert kept(store, "a", "b") == [True, True]
    assert store.load(T, "bad") is None


# --- one and the same thread -------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["once", "write"])
def test_who_writes_in_the_middle_of_its_own_change_is_told_so(store, mode):
    """As a signal's handler would: it would wait for itself, for ever."""
    said = []

    def nested(_cursor):
        with pytest.raises(StoreBusy) as told:
            store.commit(commit(change("inner")))
        said.append(str(told.value))

    ended = threading.Thread(target=store._link.run, args=(nested, mode), daemon=True)
    ended.start()
    ended.join(5)
    assert not ended.is_alive(), "it waits for itself"
    assert "this very thread" in said[0]
    assert store.load(T, "inner") is None
    assert store.commit(commit(change("inner"))) == Committed()


# --- a store that is closed --------------------------------------------------------------------


def test_a_store_that_is_closed_while_some_wait_answers_them_all(store):
    threads = Threads(store)
    with held_up(threads):
        for call in fine(store, "a", "b"):
            threads.begin(call)
        closing = threading.Thread(target=store.close)
        closing.start()
    assert threads.end() == FINE
    closing.join(10)
    assert not closing.is_alive()
    assert kept(store, "a", "b") == [True, True]
