"""A ticket and what is recorded of its requester, in one call of the store; and stores that have no such call."""

import asyncio

import pytest

from supportflow import AsyncDesk, AsyncSqlStore, Desk, MemoryStore, Policy, SqlStore
from supportflow.exceptions import InvalidInput, TicketNotFound
from supportflow.model.people import HOST
from supportflow.ports.plain import loads_requesters
from supportflow.stores.keys import MemoryKeys
from supportflow.stores.sealed import SealedStore
from supportflow.stores.sql import reading
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-25T10:00:00+01:00"


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'desk.db'}"


class Noting(SqlStore):
    """Notes what it is asked."""

    def __init__(self, url) -> None:
        super().__init__(url)
        self.asked = []

    def load(self, *args):
        self.asked.append("load")
        return super().load(*args)

    def find_ref(self, *args):
        self.asked.append("find_ref")
        return super().find_ref(*args)

    def events(self, tenant, stream, /, after=0, limit=None):
        if stream != "desk":
            self.asked.append(f"events of {stream}")
        return super().events(tenant, stream, after, limit)

    def commit(self, commit, /):
        self.asked.append("commit")
        return super().commit(commit)


class Joint(Noting):
    """And has both in one call."""

    def load_with_requester(self, *args):
        self.asked.append("load_with_requester")
        return super().load_with_requester(*args)


def desk_on(store, policy=None):
    desk = Desk(policy, store=store, clock=ManualClock(START), ids=CountingIds())
    desk.open(subject="Printer on fire", requester="ana", ref="7")
    store.asked.clear()
    return desk


# --- what a command asks -----------------------------------------------------------------------


def test_a_command_of_an_agent_asks_once_and_commits(url):
    desk = desk_on(store := Joint(url))
    desk.hold(desk.get(ref="7").id, by="sam", key="k1")
    assert store.asked[-2:] == ["load_with_requester", "commit"]
    store.asked.clear()
    desk.resume(ref="7", by="sam", key="k2")
    assert store.asked == ["load_with_requester", "commit"], "the host's reference costs no call of its own"
    store.asked.clear()
    desk.receive(ref="7", body="Still on fire.", by="ana")
    assert store.asked == ["find_ref", "load", "commit"], "whoever writes on their own case is nobody else"
    desk.close()


def test_nothing_is_asked_of_a_requester_whom_nobody_could_be(url):
    desk = desk_on(store := Joint(url), Policy(agent_ids="apart"))
    desk.hold(ref="7", by="sam")
    assert store.asked == ["find_ref", "load", "commit"]
    desk.close()


def test_a_store_that_has_no_such_call_is_asked_as_ever(url):
    desk = desk_on(store := Noting(url))
    desk.hold(ref="7", by="sam", key="k1")
    assert store.asked == ["find_ref", "load", "events of requester:ana", "commit"]
    desk.close()


def test_the_calls_are_those_of_an_event_loop_too(url):
    async def held():
        store = AsyncSqlStore(url)
        asked = []
        plain = store._store._run

        def noting(mode, work, *values, **named):
            asked.append(work.__name__)
            return plain(mode, work, *values, **named)

        store._store._run = noting
        desk = AsyncDesk(store=store, clock=ManualClock(START), ids=CountingIds())
        await desk.open(subject="Printer on fire", requester="ana", ref="7")
        asked.clear()
        await desk.hold(ref="7", by="sam")
        await desk.close()
        return asked

    assert asyncio.run(held()) == ["load_with_requester"]


@pytest.mark.parametrize("make", [Joint, Noting])
def test_a_ticket_that_is_not_there_is_named_as_it_was_asked_for(url, make):
    desk = desk_on(make(url))
    for named, name in (({"ref": "8"}, "8"), ({"ticket": "t-8"}, "t-8")):
        with pytest.raises(TicketNotFound) as caught:
            desk.hold(**named, by="sam")
        assert caught.value.name == name
    ticket_id = desk.get(ref="7").id
    with pytest.raises(InvalidInput):
        desk.hold(ticket_id, ref="7", by="sam")
    with pytest.raises(InvalidInput):
        desk.hold(by="sam")
    with pytest.raises(TicketNotFound):
        desk.hold("7", by="sam")  # the reference of a ticket is no id
    with pytest.raises(TicketNotFound):
        desk.hold(ref=ticket_id, by="sam")
    desk.close()


# --- what it comes to --------------------------------------------------------------------------


@pytest.mark.parametrize("make", [Joint, Noting])
def test_nobody_is_on_both_sides_whatever_the_store_has(url, make):
    """By a link, and by a link of a link, whose stream is read besides."""
    desk = desk_on(store := make(url))
    desk.link_requester("ana", "ana-chat", by=HOST)
    desk.link_requester("ana-chat", "sam", by=HOST)
    store.asked.clear()
    said = desk.reply(ref="7", body="I have put it out myself.", by="sam").events
    assert [event.kind for event in said] == ["message_received"], "their words are the requester's"
    own = ["load_with_requester"] if make is Joint else ["find_ref", "load", "events of requester:ana"]
    assert store.asked[: len(own)] == own
    assert store.asked[len(own) : len(own) + 2] == [
        "events of requester:ana-chat",
        "events of requester:sam",
    ]
    desk.unlink_requester("ana", "ana-chat", by=HOST)
    assert desk.reply(ref="7", body="It is out.", by="sam").events[0].kind == "reply_sent"
    desk.close()


@pytest.mark.parametrize("make", [Joint, Noting])
def test_what_was_read_of_one_requester_is_not_taken_for_anothers(url, make):
    """A message for a merged ticket goes on to the other one, which is of somebody else."""
    desk = desk_on(make(url), Policy(routing=None))
    desk.open(subject="The same fire", requester="bob", ref="8")
    desk.merge(ref="7", into_ref="8", by=HOST)
    desk.link_requester("ana", "sam", by=HOST)
    said = desk.receive(ref="7", body="It is out.", by="sam")
    assert said.ticket.requester == "bob"
    assert desk.reply(ref="8", body="It is out.", by="sam").events[0].kind == "reply_sent"
    desk.link_requester("bob", "sam", by=HOST)
    assert desk.reply(ref="8", body="It is out.", by="sam").events[0].kind == "message_received"
    desk.close()


# --- which stores have it ----------------------------------------------------------------------


class Before:
    """A host's own, before another store: it changes what that answers."""

    def __init__(self, store) -> None:
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def load(self, *args):
        return self._store.load(*args)


class BeforeIt(Before):
    def load_with_requester(self, *args):
        return self._store.load_with_requester(*args)


def test_a_store_is_asked_only_if_nothing_of_it_is_passed_over(url):
    """Who stands before a store, or is made from it, and changes what is loaded would not be heard."""
    plain = SqlStore(url)
    assert loads_requesters(plain)
    assert loads_requesters(AsyncSqlStore(url))
    assert loads_requesters(Joint(url))
    assert loads_requesters(SealedStore(plain, MemoryKeys()))
    assert loads_requesters(BeforeIt(plain))
    assert not loads_requesters(Noting(url))
    assert not loads_requesters(Before(plain))
    assert not loads_requesters(SealedStore(Before(plain), MemoryKeys()))
    assert not loads_requesters(MemoryStore())


# --- how it is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["url", "emptied"])
def test_it_is_one_statement_that_reads_no_table_as_a_whole(place, request):
    store = SqlStore(request.getfixturevalue(place))
    store.load("acme", "makes the tables")
    how = "EXPLAIN QUERY PLAN" if store._backend.name == "sqlite" else "EXPLAIN"
    plans = []

    def work(cursor):
        class Explained:
            def execute(self, statement, values):
                if how == "EXPLAIN":
                    cursor.execute(
                        "SET LOCAL enable_seqscan = off"
                    )  # of tables with few rows it would be right
                cursor.execute(f"{how} {statement}", values)
                plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

            def fetchall(self):
                return [("t1", *[None] * 40)]

        reading.load_with_requester(Explained(), store._backend, "acme", "t1", None)
        reading.load_with_requester(Explained(), store._backend, "acme", None, "7")

    store._link.run(work, "write")
    assert len(plans) == 2, "if the ticket is not archived"
    for plan in plans:
        assert "SCAN" not in plan
        assert "Seq Scan" not in plan
        assert plan.count("supportflow_event") >= 1
    store.close()
