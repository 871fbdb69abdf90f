"""A host's connection is set up as the host likes it; what the desk keeps and reads there is the same."""

import sqlite3
import sys
from contextlib import closing

import pytest
from sqlalchemy import create_engine

from supportflow import Agent, Desk, SqlStore
from supportflow.exceptions import InvalidInput

has_autocommit = pytest.mark.skipif(sys.version_info < (3, 12), reason="sqlite3 has autocommit since 3.12")


def by_name(cursor, row):
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def decoded(data):
    return data.decode("utf-8", "replace").upper()


class Instrumented(sqlite3.Connection):
    """As hosts that count or trace statements have it."""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "host.db"
    with Desk(store=SqlStore(f"sqlite:///{path}")) as desk:
        desk.open(subject="before", requester="ana", ref="1", key="k")
    return path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("row_factory", sqlite3.Row),
        ("row_factory", by_name),
        ("text_factory", bytes),
        ("text_factory", bytearray),
        ("text_factory", decoded),
    ],
)
def test_how_a_host_reads_its_own_rows_changes_nothing_of_the_desk_s(path, name, value):
    with Desk(store=SqlStore(f"sqlite:///{path}")) as desk, closing(sqlite3.connect(path)) as connection:
        setattr(connection, name, value)
        joined = desk.within(connection)
        joined.open(subject="s", requester="ben", ref="2")
        assert joined.get(ref="1") == desk.get(ref="1")
        assert [one.ref for one in joined.find()] == ["1", "2"]
        assert joined.open(subject="before", requester="ana", ref="1", key="k").duplicate
        assert getattr(connection, name) is value
        connection.commit()
        assert desk.get(ref="2").requester == "ben"


def test_how_a_host_writes_its_own_truths_changes_nothing_of_the_desk_s(tmp_path):
    """An adapter is the whole process's. A desk that wrote `'True'` would find no open ticket, and none that waits."""
    sqlite3.register_adapter(bool, str)
    try:
        with Desk(store=SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")) as desk:
            for ref in ("1", "2"):
                desk.open(subject="s", requester="ana", ref=ref)
            desk.cancel(ref="2", by="sam")
            desk.enrol(Agent("sam"))
            assert [one.ref for one in desk.find(open=True)] == ["1"]
            assert [one.ref for one in desk.find(open=False)] == ["2"]
    finally:
        sqlite3.register_adapter(bool, int)  # as it is without any
    with closing(sqlite3.connect(tmp_path / "desk.db")) as raw:
        for table, columns in (("ticket", "open, queued"), ("agent", "available, available")):
            for row in raw.execute(f"SELECT {columns} FROM supportflow_{table}"):
                assert set(map(type, row)) == {int}


def test_how_a_host_reads_its_own_rows_in_psycopg_changes_nothing_of_the_desk_s(emptied):
    import psycopg
    from psycopg.rows import dict_row

    with (
        Desk(store=SqlStore(emptied)) as desk,
        psycopg.connect(emptied, row_factory=dict_row) as connection,
    ):
        joined = desk.within(connection)
        joined.open(subject="s", requester="ben", ref="2")
        assert [one.ref for one in joined.find()] == ["2"]
        assert connection.execute("SELECT 1 AS one").fetchone() == {"one": 1}
        connection.commit()
        assert desk.get(ref="2").requester == "ben"


def test_a_damaged_row_is_read_within_a_host_s_transaction_as_it_is_outside(path):
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE supportflow_ticket SET requester = CAST(x'616eff' AS TEXT)")
    with Desk(store=SqlStore(f"sqlite:///{path}")) as desk, closing(sqlite3.connect(path)) as connection:
        assert (
            [one.ref for one in desk.within(connection).find()] == [one.ref for one in desk.find()] == ["1"]
        )


def test_a_connection_of_a_class_of_the_host_s_own_is_joined(path):
    with (
        Desk(store=SqlStore(f"sqlite:///{path}")) as desk,
        closing(sqlite3.connect(path, factory=Instrumented)) as connection,
    ):
        desk.within(connection).open(subject="s", requester="ben", ref="2")
        connection.commit()
        assert desk.get(ref="2").requester == "ben"


@has_autocommit
def test_where_commit_does_nothing_no_transaction_is_begun_for_the_host(path):
    with (
        Desk(store=SqlStore(f"sqlite:///{path}?timeout=0.1")) as desk,
        closing(sqlite3.connect(path, autocommit=True)) as connection,
    ):
        with pytest.raises(InvalidInput, match="autocommit"):
            desk.within(connection)
        desk.open(subject="s", requester="ben", ref="2")  # nobody holds the lock
        connection.execute("BEGIN")
        desk.within(connection).open(subject="s", requester="ben", ref="3")
        connection.execute("COMMIT")
        assert desk.get(ref="3").requester == "ben"


@has_autocommit
def test_a_connection_that_always_has_a_transaction_is_joined(path):
    with (
        Desk(store=SqlStore(f"sqlite:///{path}")) as desk,
        closing(sqlite3.connect(path, autocommit=False)) as connection,
    ):
        desk.within(connection).open(subject="s", requester="ben", ref="2")
        connection.commit()
        desk.within(connection).open(subject="s", requester="ben", ref="3")
        connection.rollback()
        assert [one.ref for one in desk.find()] == ["1", "2"]


@has_autocommit
@pytest.mark.parametrize("autocommit", [True, False])
def test_an_engine_with_its_own_way_of_committing_keeps_what_was_answered(path, autocommit):
    engine = create_engine(f"sqlite:///{path}", connect_args={"autocommit": autocommit})
    with Desk(store=SqlStore(engine)) as desk:
        desk.open(subject="s", requester="ben", ref="2")
        with Desk(store=SqlStore(f"sqlite:///{path}?timeout=0.1")) as other:
            assert other.get(ref="2").requester == "ben"
            other.open(subject="s", requester="ben", ref="3")
        with engine.connect() as connection:
            assert connection.connection.dbapi_connection.autocommit is autocommit
    engine.dispose()
