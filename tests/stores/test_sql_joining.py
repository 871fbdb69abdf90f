"""A host's rows and the desk's in one transaction: both or neither, whatever opened the connection."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from supportflow import AsyncDesk, AsyncSqlStore, Desk, MemoryStore, SqlStore
from supportflow.exceptions import ConflictError, DuplicateRef, InvalidInput, TransitionRefused
from supportflow.model.storage import Commit, InboxEntry, StreamChange
from supportflow.stores.sql.migration import migrate
from supportflow.testing.conformance import event_rows, ticket_row

ORDERS = "CREATE TABLE host_order (id INTEGER PRIMARY KEY, ticket TEXT)"


@pytest.fixture
def sqlite_url(tmp_path):
    url = f"sqlite:///{tmp_path / 'host.db'}"
    migrate(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    return request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "emptied"}[request.param])


@pytest.fixture
def engine(url):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS host_order"))
        connection.execute(text(ORDERS))
    yield engine
    engine.dispose()


def orders(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT ticket FROM host_order ORDER BY id")).scalars().all()


def order_id(number):
    return f"INSERT INTO host_order (id, ticket) VALUES ({number}, 'x')"


def test_the_host_s_rows_and_the_desk_s_commit_together(engine):
    with Desk(store=SqlStore(engine)) as desk, engine.connect() as connection:
        joined = desk.within(connection)
        ticket = joined.open(subject="s", requester="ana", ref="1").ticket.id
        connection.execute(text(order_id(1)))
        joined.hold(ticket, by="sam")
        assert joined.get(ref="1").status == "on_hold"
        connection.commit()
        assert desk.get(ref="1").status == "on_hold"
        assert orders(engine) == ["x"]


def test_they_are_rolled_back_together(engine):
    with Desk(store=SqlStore(engine)) as desk, engine.connect() as connection:
        joined = desk.within(connection)
        joined.open(subject="s", requester="ana", ref="1")
        connection.execute(text(order_id(1)))
        connection.rollback()
        assert list(desk.find()) == []
        assert orders(engine) == []
        # That the policy was published was rolled back as well: the desk's own first command publishes it.
        ticket = desk.open(subject="s", requester="ana", ref="1").ticket
        assert desk.get(ref="1") == ticket


def test_a_refused_command_leaves_the_host_s_transaction_as_it_was(engine):
    with Desk(store=SqlStore(engine)) as desk, engine.connect() as connection:
        desk.open(subject="s", requester="ana", ref="taken")
        connection.execute(text(order_id(1)))
        joined = desk.within(connection)
        with pytest.raises(DuplicateRef):
            joined.open(subject="s", requester="ana", ref="taken")
        ticket = joined.open(subject="s", requester="ana").ticket.id
        with pytest.raises(TransitionRefused):
            joined.reopen(ticket, by="sam")
        connection.commit()
        assert orders(engine) == ["x"]
        assert desk.get(ticket).status == "new"


def test_a_session_of_the_orm_can_be_joined(engine):
    with Desk(store=SqlStore(engine)) as desk, Session(engine) as session:
        session.execute(text(order_id(1)))
        ticket = desk.within(session).open(subject="s", requester="ana").ticket.id
        session.commit()
        assert desk.get(ticket).subject is not None
        assert orders(engine) == ["x"]


def test_a_conflict_inside_is_raised_and_undone(engine):
    with engine.connect() as connection:
        store = SqlStore(engine).within(connection)
        first = StreamChange("ticket:a", 0, event_rows(1, 1), ticket_row("a"))
        store.commit(Commit("acme", (first,)))
        connection.execute(text(order_id(1)))
        entry = InboxEntry("k", "h", b"r")
        with pytest.raises(ConflictError) as caught:
            store.commit(Commit("acme", (first,), inbox=entry))
        assert (caught.value.stream, caught.value.attempts) == ("ticket:a", 1)
        assert store.recall("acme", "k") is None
        connection.commit()
    assert orders(engine) == ["x"]


def test_nothing_is_claimed_in_a_host_s_transaction(engine):
    with Desk(store=SqlStore(engine)) as desk, engine.connect() as connection:
        with pytest.raises(InvalidInput, match="the host's"):
            desk.within(connection).run_due()
        desk.within(connection).close()
        # Closing the joined desk closes nothing of the host's.
        assert connection.execute(text("SELECT 1")).scalar() == 1
        connection.rollback()
        assert desk.run_due().failed == ()


def test_a_raw_connection_of_psycopg_can_be_joined(emptied):
    import psycopg

    desk = Desk(store=SqlStore(emptied))
    with psycopg.connect(emptied) as connection:
        ticket = desk.within(connection).open(subject="s", requester="ana").ticket.id
        assert list(desk.find()) == []
    assert desk.get(ticket).id == ticket
    with psycopg.connect(emptied, autocommit=True) as connection:
        with pytest.raises(InvalidInput, match="autocommit"):
            desk.within(connection)
        with connection.transaction():
            desk.within(connection).hold(ticket, by="sam")
    assert desk.get(ticket).status == "on_hold"
    desk.close()


def test_a_raw_connection_of_sqlite3_can_be_joined(tmp_path):
    path = tmp_path / "host.db"
    desk = Desk(store=SqlStore(f"sqlite:///{path}"))
    desk.run_due()
    with closing(sqlite3.connect(path)) as connection:
        kept = desk.within(connection).open(subject="s", requester="ana").ticket.id
        connection.commit()
        lost = desk.within(connection).open(subject="s", requester="ana").ticket.id
        connection.rollback()
    assert [ticket.id for ticket in desk.find()] == [kept] != [lost]
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
        pytest.raises(InvalidInput, match="no transaction"),
    ):
        desk.within(connection)
    desk.close()


def test_the_tables_of_an_empty_file_are_made_in_the_host_s_transaction(tmp_path):
    path = tmp_path / "host.db"
    with closing(sqlite3.connect(path)) as connection:
        ticket = Desk(store=SqlStore(connection)).open(subject="s", requester="ana").ticket.id
        connection.rollback()
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        Desk(store=SqlStore(connection)).open(subject="s", requester="ana")
        connection.commit()
    with Desk(store=SqlStore(f"sqlite:///{path}")) as desk:
        assert len(list(desk.find())) == 1
        assert [one.id for one in desk.find()] != [ticket]


def test_what_cannot_be_joined_says_why(sqlite_url, tmp_path):
    store = SqlStore(sqlite_url)
    for connection in (object(), None, "sqlite://"):
        with pytest.raises(InvalidInput, match="none of"):
            store.within(connection)
    with pytest.raises(InvalidInput, match="database"):
        Desk(store=MemoryStore()).within(sqlite3.connect(tmp_path / "x.db"))
    store.close()


def test_only_a_connection_of_the_same_kind_can_be_joined(emptied, sqlite_url):
    engine = create_engine(sqlite_url)
    with engine.connect() as connection, pytest.raises(InvalidInput, match="not of postgresql"):
        SqlStore(emptied).within(connection)
    engine.dispose()


def test_an_async_desk_joins_an_async_connection(emptied):
    async def run():
        engine = create_async_engine(emptied.replace("postgresql:", "postgresql+psycopg:"))
        async with AsyncDesk(store=AsyncSqlStore(engine)) as desk:
            async with engine.connect() as connection:
                lost = (await desk.within(connection).open(subject="s", requester="ana")).ticket.id
                await connection.rollback()
                kept = (await desk.within(connection).open(subject="s", requester="ana")).ticket.id
                assert [one.id for one in await desk.find()] == []
                await connection.commit()
            assert [one.id for one in await desk.find()] == [kept] != [lost]
            with pytest.raises(InvalidInput, match="AsyncConnection"):
                desk.within(object())
        await engine.dispose()

    asyncio.run(run())


DJANGO = """
import sys
import django
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}})
django.setup()
from django.db import connection, transaction
from supportflow import Desk, SqlStore
from supportflow.exceptions import InvalidInput

desk = Desk(store=SqlStore("sqlite:///" + sys.argv[1]))
desk.run_due()
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE host_order (ticket TEXT)")
for fails in (True, False):
    try:
        with transaction.atomic():
            ticket = desk.within(connection).open(subject="s", requester="ana").ticket.id
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO host_order VALUES (%s)", [ticket])
            desk.within(connection.connection).hold(ticket, by="sam")
            if fails:
                raise ArithmeticError
    except ArithmeticError:
        pass
try:
    desk.within(connection)
except InvalidInput as error:
    assert "atomic" in error.reason
else:
    raise AssertionError
with connection.cursor() as cursor:
    cursor.execute("SELECT ticket FROM host_order")
    assert cursor.fetchall() == [(ticket,)]
assert [(one.id, one.status) for one in desk.find()] == [(ticket, "on_hold")]
print("joined")
"""


def test_django_s_transaction_can_be_joined(tmp_path):
    """In a process of its own: Django's settings are the process's."""
    import subprocess
    import sys

    pytest.importorskip("django")
    done = subprocess.run(
        [sys.executable, "-c", DJANGO, str(tmp_path / "host.db")], check=False, capture_output=True, text=True
    )
    assert done.stdout == "joined\n", done.stderr


@pytest.mark.parametrize("kind", ["sqlite3", "session", "psycopg"])
def test_migrate_takes_what_within_takes(tmp_path, request, kind):
    if kind == "psycopg":
        import psycopg

        connection = psycopg.connect(request.getfixturevalue("emptied"))
        with connection:
            assert migrate(connection) == migrate(request.getfixturevalue("emptied"))
        return
    path = tmp_path / "host.db"
    if kind == "session":
        engine = create_engine(f"sqlite:///{path}")
        with Session(engine) as session:
            migrate(session)
            session.commit()
        engine.dispose()
    else:
        with closing(sqlite3.connect(path)) as connection:
            migrate(connection)
            connection.rollback()
            assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
            assert migrate(connection) == migrate(connection)
            connection.commit()
    with Desk(store=SqlStore(f"sqlite:///{path}")) as desk:
        assert desk.open(subject="s", requester="ana").ticket


def test_django_s_threads_take_turns_and_its_file_keeps_its_journal(tmp_path):
    """Each command takes the write lock before it reads: else SQLite refuses whoever read before another one wrote."""
    import subprocess
    import sys

    pytest.importorskip("django")
    done = subprocess.run(
        [sys.executable, "-c", THREADS, str(tmp_path / "host.db")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "delete 60 []\n", done.stderr


THREADS = """
import sys, threading
import django
from django.conf import settings
options = {"timeout": 60}
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1], "OPTIONS": options}})
django.setup()
from django.db import connection, transaction
from supportflow import Desk, SqlStore
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE host (t TEXT)")
desk = Desk(store=SqlStore("sqlite:///" + sys.argv[1]))
desk.run_due()
done, failed = [], []
def work(name):
    for number in range(30):
        try:
            with transaction.atomic():
                desk.within(connection).open(subject="s", requester="u", ref=f"{name}-{number}")
            done.append(number)
        except Exception as error:
            failed.append(repr(error))
    connection.close()
threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
for thread in threads: thread.start()
for thread in threads: thread.join()
with connection.cursor() as cursor:
    mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
print(mode, len(done), failed)
"""
