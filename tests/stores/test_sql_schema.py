"""Tables are made by migrations and by nothing else, except in an empty SQLite file; old code works on new tables."""

import sqlite3
import subprocess
import sys
import threading

import pytest
from sqlalchemy import create_engine, inspect, text

from supportflow import Desk, SqlStore
from supportflow.cli import main
from supportflow.exceptions import InvalidInput, StoreError, StoreUnavailable
from supportflow.stores.sql import schema, statements
from supportflow.stores.sql.migration import migrate, migration_sql
from supportflow.stores.sql.revisions import KNOWN, REVISION
from supportflow.stores.sql.schema import metadata
from supportflow.stores.sql.statements import ddl
from supportflow.testing.conformance import StoreConformance


def catalogue(engine):
    """Every table with columns, keys and indexes, as the database tells it."""
    found = inspect(engine)
    tables = {}
    for table in found.get_table_names():
        columns = {
            column["name"]: (str(column["type"]), column["nullable"], str(column["default"]))
            for column in found.get_columns(table)
        }
        indexes = {
            index["name"]: (
                tuple(index["column_names"]),
                bool(index["unique"]),
                str(
                    index.get("dialect_options", {}).get("postgresql_where")
                    or index.get("dialect_options", {}).get("sqlite_where")
                ),
            )
            for index in found.get_indexes(table)
        }
        tables[table] = (columns, found.get_pk_constraint(table)["constrained_columns"], indexes)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            extra = connection.execute(
                text("SELECT name, sql LIKE '%WITHOUT ROWID%' FROM sqlite_master")
            ).all()
        else:
            extra = connection.execute(
                text(
                    "SELECT relname, reloptions::text FROM pg_class"
                    " WHERE relname LIKE 'supportflow%' ORDER BY relname"
                )
            ).all()
            extra += connection.execute(
                text(
                    "SELECT table_name || '.' || column_name, collation_name FROM information_schema.columns"
                    " WHERE table_name LIKE 'supportflow%' ORDER BY 1"
                )
            ).all()
    return tables, sorted(map(tuple, extra))


def psycopg_url(url):
    return url.replace("postgresql:", "postgresql+psycopg:")


def empty_schema(url):
    engine = create_engine(psycopg_url(url))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS fresh CASCADE"))
        connection.execute(text("CREATE SCHEMA fresh"))
    engine.dispose()


@pytest.fixture
def postgresql_schema(postgresql):
    """URL of a database whose only schema on the search path is empty."""
    empty_schema(postgresql)
    return f"{postgresql}{'&' if '?' in postgresql else '?'}options=-csearch_path%3Dfresh"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'migrated.db'}"
    return request.getfixturevalue("postgresql_schema")


def make_fresh(engine):
    with engine.begin() as connection:
        for statement in ddl(engine.dialect.name):
            connection.exec_driver_sql(statement)


def test_migrated_tables_are_those_of_the_code(empty, tmp_path):
    assert migrate(empty) == REVISION
    engine = create_engine(psycopg_url(empty))
    migrated = catalogue(engine)
    assert set(metadata.tables) < set(migrated[0])
    assert migrate(empty) == REVISION, "a second time changes nothing"
    assert catalogue(engine) == migrated
    engine.dispose()
    if empty.startswith("sqlite"):
        fresh = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    else:
        empty_schema(empty)
        fresh = create_engine(psycopg_url(empty))
    make_fresh(fresh)
    assert catalogue(fresh) == migrated
    fresh.dispose()


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_statements_that_are_written_down_make_these_tables(name):
    """If they do not, run `.ci/write_tables.py`."""
    assert statements.ddl(name) == schema.ddl(name)


def test_an_empty_file_gets_its_tables_when_it_is_first_used(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = SqlStore(url)
    assert not (tmp_path / "desk.db").exists()
    assert store.load("t", "x") is None
    store.close()
    assert migrate(url) == REVISION


WORKER = """
import sys
from supportflow import Desk, Policy, Route, RoutingPolicy, SqlStore
from supportflow.stores.sql.migration import migrate, revision_of
from supportflow.channels import MemoryChannel
from supportflow.testing import ManualClock

url, *unwanted = sys.argv[1:]
migrate(url)
revision_of(url)
clock = ManualClock("2026-03-02T09:00:00+00:00")
policy = Policy(routing=RoutingPolicy(routes=[Route(name="all")]))
desk = Desk(policy, store=SqlStore(url), channels={"web": MemoryChannel()}, clock=clock)
ticket = desk.open(subject="Hello", requester="ana", channel="web").ticket
desk.reply(ticket, body="b", by="sam", key="k")
desk.dispatch()
clock.advance(hours=400)
assert desk.run_due().delivered == 1
assert desk.history(ticket) and not desk.dead_letters()
desk.close()
print(*{*unwanted} & {*sys.modules})
"""


def loaded(url, *unwanted):
    """Which of these modules a worker has loaded that has done a little of all."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER, url, *unwanted], check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def test_a_worker_on_sqlite_loads_no_sqlalchemy(tmp_path):
    """A sixth of its memory, that would be; nor does it take SQLAlchemy to make the tables."""
    url = f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"
    assert loaded(url, "sqlalchemy", "alembic", "greenlet", "psycopg") == []
    assert loaded("sqlite://", "sqlalchemy") == []


def test_a_store_of_plain_calls_does_not_load_the_mapper_of_objects(emptied):
    """The same script loads what it needs on a server, so that its silence above says something."""
    url = emptied.replace("postgresql:", "postgresql+psycopg:")
    assert loaded(url, "sqlalchemy", "sqlalchemy.ext.asyncio") == ["sqlalchemy"]


def test_many_that_use_an_empty_file_first_make_its_tables_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    answers = []

    def use():
        store = SqlStore(url)
        answers.append(store.load("t", "x"))
        store.close()

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [None] * 6


def test_a_database_without_tables_says_what_to_do(postgresql_schema):
    store = SqlStore(postgresql_schema)
    with pytest.raises(StoreError, match="supportflow migrate"):
        Desk(store=store).open(subject="s", requester="ana")
    migrate(postgresql_schema)
    assert Desk(store=store).open(subject="s", requester="ana").ticket.status == "new"
    store.close()


def test_a_database_that_is_too_old_says_what_to_do(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    migrate(url)
    monkeypatch.setattr("supportflow.stores.sql.tables.KNOWN", (*KNOWN, "9999"))
    with pytest.raises(StoreError, match=rf"revision {REVISION}.*supportflow migrate"):
        SqlStore(url).load("t", "x")


class TestOldCodeOnNewTables(StoreConformance):
    """The next revision may add tables, indexes, and columns that can be left out: the suite passes on such a database."""

    @pytest.fixture(autouse=True)
    def place(self, tmp_path):
        self.path = tmp_path / "desk.db"
        migrate(f"sqlite:///{self.path}")
        with sqlite3.connect(self.path) as connection:
            for table in metadata.tables:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN added TEXT")
            connection.execute("UPDATE supportflow_schema SET version_num = '0999'")
        connection.close()

    def make_store(self):
        return SqlStore(f"sqlite:///{self.path}")

    def reopen_store(self, store):  # noqa: ARG002 - the data is in the file
        return self.make_store()


def test_a_newer_database_is_not_migrated_by_old_code(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    migrate(url)
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute("UPDATE supportflow_schema SET version_num = '0999'")
    connection.close()
    with pytest.raises(StoreError, match="0999"):
        migrate(url)


def test_migrations_wait_for_each_other(postgresql_schema):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(migrate(postgresql_schema))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [REVISION] * 3


def test_a_host_migrates_in_a_transaction_of_its_own(postgresql_schema):
    engine = create_engine(psycopg_url(postgresql_schema))
    with engine.connect() as connection:
        assert migrate(connection) == REVISION
        connection.rollback()
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        migrate(connection)
    assert migrate(engine) == REVISION
    engine.dispose()


def test_the_statements_can_be_reviewed_and_run_by_hand(postgresql_schema):
    import psycopg

    script = migration_sql(postgresql_schema)
    assert script.startswith("BEGIN;")
    assert script.rstrip().endswith("COMMIT;")
    with psycopg.connect(postgresql_schema, autocommit=True) as connection:
        connection.execute(script)
    assert migrate(postgresql_schema) == REVISION
    SqlStore(postgresql_schema).close()


def test_the_command_migrates(tmp_path, capsys):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    assert main(["migrate", url]) == 0
    assert capsys.readouterr().out == f"at revision {REVISION}\n"
    assert main(["migrate", "--sql", url]) == 0
    script = capsys.readouterr().out
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(script)
        assert connection.execute("SELECT version_num FROM supportflow_schema").fetchone() == (REVISION,)
    connection.close()
    for wrong in ("desk.db", "mysql://x/y"):
        assert main(["migrate", wrong]) == 2
        assert "database" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_store_unavailable():
    with pytest.raises(StoreUnavailable):
        migrate("postgresql://nobody@127.0.0.1:1/x?connect_timeout=2")
    with pytest.raises(StoreUnavailable):
        SqlStore("postgresql://nobody@127.0.0.1:1/x?connect_timeout=2").load("t", "x")
    with pytest.raises(InvalidInput):
        migrate("mysql://x/y")
    with pytest.raises(StoreError):
        migrate("sqlite:////nowhere/at/all/desk.db")
