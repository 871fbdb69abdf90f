"""SQLite in memory, as tests of hosts have it: it works from every thread, or one error says what to set."""

import threading
import warnings

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from supportflow import Desk, SqlStore
from supportflow.exceptions import InvalidInput, StoreBusy, StoreError
from supportflow.stores.sql.migration import migrate

SHARED = {"check_same_thread": False}


def in_threads(work, number=3):
    """Call something in several threads at once; what went wrong there."""
    errors = []

    def one():
        try:
            work()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:",
        "sqlite:///file::memory:?cache=shared",
        "sqlite:///file::memory:?cache=shared&uri=true",
        "sqlite:///file:desk?mode=memory",
        "sqlite:///file:desk?mode=memory&cache=shared",
        "sqlite:///file:memorydb_threads?mode=memory&cache=shared&uri=true",
    ],
)
@pytest.mark.parametrize("migrated", [False, True])
def test_a_url_in_memory_is_one_database_for_all_threads(url, migrated, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if migrated:
            assert migrate(url) == migrate(url)
        with Desk(store=SqlStore(url)) as desk:
            desk.open(subject="s", requester="ana")

            def work():
                ticket = desk.open(subject="s", requester="ben").ticket
                desk.note(ticket, body="b", by="sam")
                desk.run_due()

            assert in_threads(work) == []
            assert sorted(one.requester for one in desk.find()) == ["ana", "ben", "ben", "ben"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", ["read", "write"])
def test_who_is_interrupted_takes_back_what_it_did_and_nothing_else(mode):
    """The connection is the database: closed, as one to a file is, it would take all tickets with it."""
    store = SqlStore("sqlite://")
    with Desk(store=store) as desk:
        desk.open(subject="s", requester="ana")

        def work(cursor):
            if mode == "write":
                cursor.execute("DELETE FROM supportflow_ticket")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store._link.run(work, mode)
        assert [one.requester for one in desk.find()] == ["ana"]
        desk.open(subject="s", requester="ben")
        assert len(list(desk.find())) == 2


def test_a_host_s_engine_with_one_connection_is_one_database_for_all_threads():
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args=SHARED)
    assert migrate(engine) == migrate(engine)
    with Desk(store=SqlStore(engine)) as desk:
        assert in_threads(lambda: desk.open(subject="s", requester="ana")) == []
        assert len(list(desk.find())) == 3
    engine.dispose()


def test_a_host_s_own_thread_is_enough_for_the_usual_engine():
    engine = create_engine("sqlite://")
    with Desk(store=SqlStore(engine)) as desk:
        ticket = desk.open(subject="s", requester="ana").ticket
        assert desk.get(ticket.id) == ticket
        (error,) = in_threads(lambda: list(desk.find()), 1)
    assert type(error) is StoreError
    assert "each thread has one of its own" in str(error)
    assert "poolclass=StaticPool, connect_args={'check_same_thread': False}" in str(error)
    engine.dispose()


@pytest.mark.parametrize("pool", [NullPool, QueuePool])
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///file:x?mode=memory&cache=shared&uri=true"])
def test_an_engine_that_keeps_no_connection_for_all_is_refused(pool, url):
    with pytest.raises(InvalidInput, match="poolclass=StaticPool") as error:
        SqlStore(create_engine(url, poolclass=pool))
    assert error.value.field == "database"
    assert pool.__name__ in error.value.reason


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_connection_that_one_thread_alone_may_use_says_so(caplog):
    with Desk(store=SqlStore(create_engine("sqlite://", poolclass=StaticPool))) as desk:
        desk.open(subject="s", requester="ana")
        (error,) = in_threads(lambda: list(desk.find()), 1)
        assert type(error) is StoreError
        assert "connect_args={'check_same_thread': False}" in str(error)
    caplog.clear()  # SQLAlchemy's own words, at the connection that it cannot close there


def test_waiting_for_a_transaction_of_one_s_own_says_what_to_do():
    url = "sqlite:///file:held?mode=memory&cache=shared&uri=true"
    engine = create_engine(url, poolclass=StaticPool, connect_args=SHARED)
    migrate(engine)
    with Desk(store=SqlStore(url)) as other, engine.connect() as connection:
        joined = other.within(connection)
        joined.open(subject="s", requester="ana")
        with pytest.raises(StoreBusy, match=r"desk\.within\(connection\)"):
            other.open(subject="s", requester="ana")
        connection.commit()
        assert [one.requester for one in other.find()] == ["ana"]
    engine.dispose()
