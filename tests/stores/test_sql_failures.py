"""Disks that are full, servers that are killed, replies that are lost: one tree of errors, and a store that is as it was."""

import re
import socket
import sqlite3
import subprocess
import sys
import threading
import warnings
from contextlib import suppress

import pytest
from sqlalchemy import create_engine, make_url, text

from supportflow import AsyncSqlStore, Desk, SqlStore
from supportflow.exceptions import InvalidInput, StoreError, StoreUnavailable, SupportflowError
from supportflow.model.content import Content
from supportflow.model.storage import (
    Commit,
    Committed,
    Conflict,
    Duplicate,
    InboxEntry,
    OutboxRow,
    Query,
    StreamChange,
)
from supportflow.stores.sql.files import warn_of_wal_reset
from supportflow.testing import CountingIds, ManualClock
from supportflow.testing.conformance import event_rows, ticket_row

T = "acme"


def opening(ticket_id="t1", **fields):
    return Commit(
        T, (StreamChange(f"ticket:{ticket_id}", 0, event_rows(1, 2), ticket_row(ticket_id, 2)),), **fields
    )


# --- SQLite ------------------------------------------------------------------------------------


def test_a_full_disk_is_a_store_error_and_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    engine = create_engine(url)
    store = SqlStore(engine)
    store.commit(opening())
    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    engine.dispose()

    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def _full(connection, _):
        connection.execute(f"PRAGMA max_page_count = {pages + 1}").close()

    big = Content("c", "ana", bytes(32), "x" * 200_000)
    row = OutboxRow("k", "event:a", "t1", 1, 0, 0)
    with pytest.raises(StoreError, match="SQLITE_FULL"):
        store.commit(opening("t2", content=(big,), outbox=(row,), inbox=InboxEntry("k", "h", b"r")))
    assert store.load(T, "t2") is None
    assert list(store.events(T, "ticket:t2")) == []
    assert (store.recall(T, "k"), dict(store.contents(T, ["c"]))) == (None, {})
    assert list(store.lease(T, 1, 2, ["event:a"], 9)) == []
    assert store.load(T, "t1") is not None
    engine.dispose()


def test_a_file_that_is_no_database_is_a_store_error(tmp_path):
    path = tmp_path / "desk.db"
    path.write_bytes(b"not a database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="SQLITE_NOTADB"):
        SqlStore(f"sqlite:///{path}").load(T, "t1")
    with pytest.raises(StoreError, match=r"SQLITE_CANTOPEN"):
        SqlStore(f"sqlite:///{tmp_path / 'nowhere' / 'desk.db'}").load(T, "t1")


def test_a_locked_file_is_a_store_error(tmp_path):
    path = tmp_path / "desk.db"
    store = SqlStore(f"sqlite:///{path}?timeout=0.05")
    store.commit(opening())
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        store._link._forget()
        with pytest.raises(StoreError, match="SQLITE_BUSY"):
            store.commit(opening("t2"))
        assert store.load(T, "t1") is not None, "a reader does not wait for a writer"
        other.execute("ROLLBACK")
    assert store.commit(opening("t2")) == Committed()
    store.close()
    other.close()


def test_text_that_no_database_takes_is_a_store_error(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
    with pytest.raises(StoreError):
        store.load(T, "half a pair: \ud800")
    with pytest.raises(StoreError):
        store.reschedule(T, "t1", 1, 2**70)
    store.close()


def test_writes_are_durable_and_readers_do_not_wait(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")

    def pragmas(cursor):
        found = []
        for name in ("journal_mode", "synchronous", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            found.append(cursor.fetchone()[0])
        return found

    assert store._link.run(pragmas, "read") == ["wal", 2, 10_000]
    store.close()


@pytest.mark.parametrize(
    ("version", "has_bug"),
    [
        ((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False), ((3, 45, 0), True), ((3, 50, 6), True),
        ((3, 50, 7), False), ((3, 51, 0), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 52, 0), True),
        ((3, 53, 0), False),
    ],
)  # fmt: skip
def test_it_is_known_which_versions_of_sqlite_have_the_wal_reset_bug(version, has_bug):
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        warn_of_wal_reset(version)
    assert ["WAL-reset" in str(one.message) for one in given] == [True] * has_bug


# --- PostgreSQL --------------------------------------------------------------------------------


def hang_up(*sockets):
    # Not `close`: another thread may be waiting on it, and would keep it open.
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Stands between a store and its server, and can cut the line: before a commit, or when its reply comes back."""

    def __init__(self, url):
        self.url = make_url(url)
        self.mode = "open"
        self._server = socket.create_server(("127.0.0.1", 0))
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def through(self):
        query = {key: value for key, value in self.url.query.items() if key not in {"host", "port"}}
        port = self._server.getsockname()[1]
        return self.url.set(host="127.0.0.1", port=port, query=query).render_as_string(hide_password=False)

    def _connect(self):
        host = self.url.query.get("host") or self.url.host
        port = self.url.port or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        there = socket.socket(socket.AF_UNIX)
        there.connect(f"{host}/.s.PGSQL.{port}")
        return there

    def _accept(self):
        while True:
            try:
                here, _ = self._server.accept()
            except OSError:
                return
            if self.mode == "down":
                here.close()
                continue
            there = self._connect()
            self._sockets += [here, there]
            threading.Thread(target=self._pump, args=(here, there, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(there, here, False), daemon=True).start()

    def _pump(self, source, target, is_request):
        try:
            while data := source.recv(65_536):
                if is_request and self.mode == "lose request" and b"supportflow_event" in data:
                    self.mode = "open"
                    break
                if is_request and self.mode == "lose reply" and b"supportflow_event" in data:
                    self.mode = "cut next reply"
                if not is_request and self.mode == "cut next reply":
                    self.mode = "open"
                    break
                target.sendall(data)
        except OSError:
            pass
        hang_up(source, target)
        source.close()

    def cut(self, mode):
        """Close every connection, and do that to the next ones."""
        self.mode = mode
        hang_up(*self._sockets)
        self._sockets.clear()

    def close(self):
        self.cut("down")
        self._server.close()


@pytest.fixture
def proxy(emptied):
    proxy = Proxy(emptied)
    yield proxy
    proxy.close()


@pytest.mark.parametrize("mode", ["lose request", "lose reply"])
@pytest.mark.parametrize("key", [None, "mail-1"])
def test_a_commit_whose_line_is_cut_is_carried_out_once(proxy, mode, key):
    """Whether the request or the reply was lost. A key is recognised as used; without one, the events are."""
    store = SqlStore(proxy.through)
    assert store.load(T, "t1") is None
    entry = None if key is None else InboxEntry(key, "h", b"r")
    proxy.mode = mode
    answer = store.commit(opening(inbox=entry))
    if mode == "lose reply" and entry is not None:
        assert answer == Duplicate(entry)
    else:
        assert answer == Committed()
    assert proxy.mode == "open"
    assert [row.seq for row in store.events(T, "ticket:t1")] == [1, 2]
    assert store.commit(opening()) == Conflict("ticket:t1")
    store.close()


@pytest.mark.parametrize("mode", ["lose request", "lose reply"])
def test_a_command_whose_line_is_cut_is_carried_out_once(proxy, mode):
    desk = Desk(
        store=SqlStore(proxy.through), clock=ManualClock("2026-03-02T09:00:00+00:00"), ids=CountingIds()
    )
    ticket = desk.open(subject="s", requester="ana").ticket.id
    for key in (None, "k"):
        proxy.mode = mode
        desk.note(ticket, body="n", by="sam", key=key)
        assert proxy.mode == "open"
    assert desk.get(ticket).notes == 2
    assert [event.kind for event in desk.history(ticket)] == ["ticket_opened", "note_added", "note_added"]
    desk.close()


def test_connections_that_broke_while_idle_are_replaced(proxy):
    store = SqlStore(proxy.through)
    store.commit(opening())
    proxy.cut("open")
    assert store.load(T, "t1") is not None
    proxy.cut("open")
    assert store.commit(opening("t2")) == Committed()
    store.close()


def test_a_server_that_is_gone_is_store_unavailable(proxy):
    store = SqlStore(proxy.through)
    store.commit(opening())
    proxy.cut("down")
    with pytest.raises(StoreUnavailable):
        store.load(T, "t1")
    with pytest.raises(StoreUnavailable):
        store.commit(opening("t2"))
    proxy.mode = "open"
    assert store.load(T, "t1") is not None
    assert store.load(T, "t2") is None
    store.close()


def test_a_backend_that_is_killed_loses_nothing_that_was_answered(emptied):
    import psycopg

    store = SqlStore(emptied)
    with psycopg.connect(emptied, autocommit=True) as admin:
        for number in range(5):
            assert store.commit(opening(f"t{number}")) == Committed()
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'supportflow' AND datname = current_database()"
            )
    assert len(store.search(T, Query({}, ("id",), None, 9))) == 5
    store.close()


def test_a_statement_that_the_server_refuses_is_a_store_error(emptied):
    store = SqlStore(emptied)
    for broken in ("nul: \0", "half a pair: \ud800"):
        with pytest.raises(StoreError):
            store.load(T, broken)
        with pytest.raises(StoreError):
            store.commit(opening("t1", content=(Content("c", "ana", bytes(32), broken),)))
    assert store.load(T, "t1") is None
    assert store.commit(opening()) == Committed()
    store.close()


def test_sessions_are_set_up_for_durability(emptied):
    store = SqlStore(emptied)

    def settings(cursor):
        found = {}
        for name in ("synchronous_commit", "idle_in_transaction_session_timeout", "lock_timeout"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
        return found

    expected = {
        "synchronous_commit": "on",
        "idle_in_transaction_session_timeout": "30s",
        "lock_timeout": "10s",
    }
    assert store._link.run(settings, "read") == expected
    store.close()
    own = SqlStore(f"{emptied}{'&' if '?' in emptied else '?'}application_name=mine")

    def name(cursor):
        cursor.execute("SHOW application_name")
        return cursor.fetchone()[0]

    assert own._link.run(name, "read") == "mine", "what the URL says comes first"
    own.close()


def test_a_commit_is_one_statement(emptied):
    """One round trip, and no transaction around it: counted, because a time would say nothing on a busy machine."""
    store = SqlStore(emptied)
    sent = []
    run = store._link._work

    def counting(session, work, mode):
        class Counting:
            def __init__(self, cursor):
                self.cursor = cursor

            def __getattr__(self, name):
                return getattr(self.cursor, name)

            def execute(self, statement, *values):
                sent.append(re.sub(r"\s+", " ", statement)[:20])
                return self.cursor.execute(statement, *values)

        return run(session, lambda cursor: work(Counting(cursor)), mode)

    store.load(T, "t1")
    store._link._work = counting
    row = OutboxRow("k", "event:a", "t1", 1, 0, 0)
    text = Content("c", "ana", bytes(32), "x")
    entry = InboxEntry("k", "h", b"r")
    assert store.commit(opening("t1", content=(text,), outbox=(row,), inbox=entry)) == Committed()
    assert len(sent) == 1
    assert dict(store.contents(T, ["c"])) == {"c": text}
    store.close()


# --- what it is made of ------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [SqlStore, AsyncSqlStore])
@pytest.mark.parametrize(
    "url", ["", "desk.db", "mysql://x/y", "postgresql+asyncpg://x/y", "sqlite+aiosqlite://"]
)
def test_another_database_is_refused(cls, url):
    with pytest.raises(InvalidInput) as caught:
        cls(url)
    assert caught.value.field == "database"


@pytest.mark.parametrize("cls", [SqlStore, AsyncSqlStore])
@pytest.mark.parametrize("thing", [None, 5, object()])
def test_something_else_is_refused(cls, thing):
    with pytest.raises(InvalidInput):
        cls(thing)


WITHOUT = """
import sys

sys.modules[sys.argv[1]] = None
from supportflow import AsyncSqlStore, SqlStore
from supportflow.exceptions import MissingExtra

for cls in (SqlStore, AsyncSqlStore):
    try:
        cls("postgresql://nobody@localhost/x")
    except MissingExtra as missing:
        print(missing.extra, missing)
"""


@pytest.mark.parametrize("module", ["sqlalchemy", "psycopg"])
def test_a_missing_extra_is_named(module):
    """In a process of its own: in this one the package may be loaded, whole or in part."""
    done = subprocess.run([sys.executable, "-c", WITHOUT, module], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("postgres ") and "'supportflow[postgres]'" in line for line in lines)


def test_every_error_is_of_the_one_tree():
    assert issubclass(StoreUnavailable, StoreError)
    assert issubclass(StoreError, SupportflowError)
