"""A desk does on a durable store what it does in memory: the machine of the desk's own tests, and what survives."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from desk.office import START, clock_of, desk
from desk.test_machine import POLICY, DeskMachine
from supportflow import Desk, SqlStore, fold
from supportflow.exceptions import DuplicateRef
from supportflow.model.storage import Query
from supportflow.stores.sql.schema import metadata
from supportflow.testing import ManualClock


def empty(store):
    def work(cursor):
        for table in metadata.tables:
            cursor.execute(f"DELETE FROM {table}")

    store.load("default", "makes the tables")
    store._link.run(work, "write")
    return store


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("emptied")


def test_any_commands_in_any_order_on_a_durable_store(url):
    in_memory = url.startswith("sqlite")
    store = SqlStore("sqlite://" if in_memory else url)

    class Machine(DeskMachine):
        def make_store(self):
            return empty(store)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=15 if in_memory else 5,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    store.close()


def test_a_desk_goes_on_where_another_stopped(url):
    """Tickets, clocks, deliveries, keys and wake-ups are all in the database."""
    first = desk(POLICY, store=SqlStore(url))
    opened = first.open(subject="s", body="b", requester="ana", ref="1", key="mail-1")
    first.close()
    second = desk(POLICY, store=SqlStore(url))
    assert second.get(ref="1") == opened.ticket
    assert fold(second.history(opened.ticket.id)) == opened.ticket
    again = second.open(subject="s", body="b", requester="ana", ref="1", key="mail-1")
    assert (again.duplicate, again.ticket) == (True, opened.ticket)
    with pytest.raises(DuplicateRef):
        second.open(subject="s", requester="ana", ref="1")
    clock_of(second).advance(hours=2)
    assert [event.kind for event in second.run_due()] == ["sla_breached"]
    assert second.run_due().events == ()
    second.close()


def test_what_was_erased_is_gone_and_folds_still_hold(url):
    one = desk(POLICY, store=SqlStore(url))
    ticket = one.open(subject="my name", body="my secret words", requester="ana").ticket
    one.reply(ticket.id, body="dear you", by="sam")
    assert one.erase("ana") == 2
    assert [message.body for message in one.messages(ticket.id)] == [None, "dear you"]
    assert fold(one.history(ticket.id)) == one.get(ticket.id)

    def everything(cursor):
        found = ""
        for table in metadata.tables:
            cursor.execute(f"SELECT * FROM {table}")
            found += repr(
                [
                    tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                    for row in cursor.fetchall()
                ]
            )
        return found

    rows = one._ports["store"]._link.run(everything, "read")
    assert "dear you" in rows
    assert "secret words" not in rows
    assert "my name" not in rows
    one.close()


def test_a_message_to_an_archived_ticket_brings_it_back(url):
    store = SqlStore(url)
    one = desk(POLICY, store=store)
    ticket = one.open(subject="s", requester="ana", ref="1").ticket.id
    one.resolve(ticket, by="sam")
    one.close_ticket(ticket, by="sam")
    us = int((START + timedelta(days=1)).timestamp() * 1e6)
    assert store.archive("default", us, 100) == 1
    assert list(one.find()) == []
    assert one.get(ref="1").status == "closed"
    follow_up = one.receive(ref="1", body="It is back.", by="ana").ticket
    assert follow_up.follow_up_of == ticket
    assert one.get(ticket).followed_by == follow_up.id
    assert {found.id for found in one.find()} == {ticket, follow_up.id}
    assert len(store.search("default", Query({"open": True}, ("id",), None, 9))) == 1
    one.close()


def test_tenants_never_meet(url):
    store = SqlStore(url)
    clock = ManualClock(START)
    here, there = (Desk(store=store, clock=clock, tenant=name) for name in ("here", "there"))
    one, two = (each.open(subject="s", requester="ana", ref="1", key="k").ticket for each in (here, there))
    assert one.id != two.id
    assert (here.get(ref="1"), there.get(ref="1")) == (one, two)
    assert [ticket.id for ticket in here.find()] == [one.id]
    assert here.erase("ana") == 1
    assert there.erase("ana") == 1
    store.close()
