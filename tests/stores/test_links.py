"""Every event has its link when it is there: in memory, on SQLite and on PostgreSQL, whatever else a commit does."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Agent, AsyncSqlStore, Desk, MemoryStore, SqlStore
from supportflow.model.storage import Commit, Committed, Conflict, EventRow, StreamChange
from supportflow.records import links, root

TENANT = "default"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path):
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
    else:
        made = SqlStore(request.getfixturevalue("emptied"))
    yield made
    made.close()


def change(stream, expected, number):
    rows = [EventRow(expected + n, "note_added", 1, 1, b'{"n":%d}' % n) for n in range(1, number + 1)]
    return StreamChange(stream, expected, tuple(rows))


def is_chained(store, tenant, stream):
    events = store.events(tenant, stream)
    assert list(store.links(tenant, stream)) == list(links(root(tenant, stream), events))
    return len(events)


def test_a_desk_chains_all_that_it_writes(store):
    desk = Desk(store=store)
    ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket
    desk.reply(ref="7", body="Here it is.", by="sam")
    desk.link_requester("ana", "anna", by="sam")
    desk.resolve(ref="7", by="sam")
    named = dict(store.streams(TENANT, "", 10))
    assert list(named) == sorted(named)
    assert named == {name: is_chained(store, TENANT, name) for name in named}
    assert named[f"ticket:{ticket.id}"] == len(desk.history(ref="7"))
    first = next(iter(named))
    assert store.streams(TENANT, first, 1) == tuple(named.items())[1:2]
    assert store.streams("other", "", 10) == ()
    assert store.links(TENANT, "ticket:none") == ()


@settings(max_examples=8)
@given(steps=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=3), max_size=6))
def test_whatever_is_committed_the_chain_is_that_of_the_events(steps):
    for made in (MemoryStore(), SqlStore("sqlite://")):
        lengths = {}
        for step in steps:
            parts = dict(step)
            changes = tuple(change(name, lengths.get(name, 0), number) for name, number in parts.items())
            assert made.commit(Commit(TENANT, changes)) == Committed()
            lengths = {name: lengths.get(name, 0) + parts.get(name, 0) for name in {*lengths, *parts}}
        for name, number in lengths.items():
            assert is_chained(made, TENANT, name) == number
        made.close()


def test_several_streams_and_events_in_one_commit(store):
    assert store.commit(Commit(TENANT, (change("a", 0, 3), change("b", 0, 1)))) == Committed()
    assert (
        store.commit(Commit(TENANT, (change("b", 1, 1), change("a", 3, 1), change("c", 0, 2)))) == Committed()
    )
    assert store.commit(Commit("other", (change("a", 0, 3),))) == Committed()
    assert [is_chained(store, TENANT, name) for name in "abc"] == [4, 2, 2]
    assert is_chained(store, "other", "a") == 3
    assert store.links(TENANT, "a") != store.links("other", "a")
    assert store.links(TENANT, "a", 1, 2) == store.links(TENANT, "a")[1:3]
    assert store.links(TENANT, "a", 3) == store.links(TENANT, "a")[3:]


def test_what_was_refused_leaves_no_link(store):
    assert store.commit(Commit(TENANT, (change("a", 0, 1),))) == Committed()
    for expected in (0, 2):
        assert store.commit(Commit(TENANT, (change("a", expected, 1), change("b", 0, 1)))) == Conflict("a")
    assert is_chained(store, TENANT, "a") == 1
    assert store.links(TENANT, "b") == ()


def test_a_ticket_keeps_its_chain_in_the_archive_and_out_of_it(store):
    desk = Desk(store=store)
    ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket
    desk.resolve(ref="7", by="sam")
    desk.close_ticket(ref="7", by="sam")
    name = f"ticket:{ticket.id}"
    before = store.links(TENANT, name)
    assert None not in before
    row = store.load(TENANT, ticket.id)
    assert store.put_away(TENANT, ticket.id, row.version)
    assert store.links(TENANT, name) == before
    assert dict(store.streams(TENANT, "", 10))[name] == len(before)
    desk.note(ref="7", body="After the end", by="sam")
    assert is_chained(store, TENANT, name) > len(before)


def test_a_link_in_memory_is_of_the_event_as_it_was_committed_whenever_somebody_asks():
    store = MemoryStore()
    store.commit(Commit(TENANT, (change("a", 0, 2),)))
    events = store.events(TENANT, "a")
    kept = store._tenants[TENANT].streams["a"]
    kept[0] = kept[0]._replace(data=b"{}")
    store.commit(Commit(TENANT, (change("a", 2, 1),)))
    events = (*events, *store.events(TENANT, "a", after=2))
    assert store.links(TENANT, "a") == tuple(links(root(TENANT, "a"), events))
    kept[1] = kept[1]._replace(data=b"{}")
    store.commit(Commit(TENANT, (change("a", 3, 1),)))
    events = (*events, *store.events(TENANT, "a", after=3))
    assert store.links(TENANT, "a") == tuple(links(root(TENANT, "a"), events))


def forget(store, where):
    """Take links away, as if a process of an older release had written the events."""
    if isinstance(store, MemoryStore):
        store._chains[TENANT]["a"][where - 1] = None
        return

    def work(cursor):
        cursor.execute(f"UPDATE supportflow_event SET link = NULL WHERE stream = 'a' AND seq = {where}")

    store._link.run(work, "write")


def test_after_an_event_without_a_link_there_is_none_until_they_are_made(store):
    store.commit(Commit(TENANT, (change("a", 0, 2),)))
    chain = store.links(TENANT, "a")
    forget(store, 2)
    store.commit(Commit(TENANT, (change("a", 2, 2), change("b", 0, 1))))
    assert store.links(TENANT, "a") == (chain[0], None, None, None)
    assert is_chained(store, TENANT, "b") == 1
    wanted = list(links(root(TENANT, "a"), store.events(TENANT, "a")))
    assert store.set_links(TENANT, "a", 1, [b"never", *wanted[1:3]]) == 2, "one that is there stays"
    assert list(store.links(TENANT, "a")) == [*wanted[:3], None]


def test_links_that_nobody_has_asked_for_yet_are_missing_all_the_same_where_the_one_before_is(store):
    store.commit(Commit(TENANT, (change("a", 0, 2),)))
    assert None not in store.links(TENANT, "a")
    forget(store, 2)
    store.commit(Commit(TENANT, (change("a", 2, 2),)))
    wanted = list(links(root(TENANT, "a"), store.events(TENANT, "a")))
    assert store.set_links(TENANT, "a", 2, wanted[1:3]) == 2
    assert list(store.links(TENANT, "a")) == [*wanted[:3], None]
    assert store.set_links(TENANT, "a", 4, [wanted[3], b"beyond"]) == 1
    store.commit(Commit(TENANT, (change("a", 4, 1),)))
    assert is_chained(store, TENANT, "a") == 5


@pytest.mark.parametrize("beginning", ["agent", "ticket"])
def test_where_the_event_before_is_gone_no_chain_begins_anew(tmp_path, beginning):
    path = tmp_path / "desk.db"
    desk = Desk(store=SqlStore(f"sqlite:///{path}"))
    desk.enrol(Agent("kim"))
    ticket = desk.open(subject="s", requester="ana", ref="7").ticket
    stream = "agent:kim" if beginning == "agent" else f"ticket:{ticket.id}"
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM supportflow_event WHERE stream = ?", (stream,))
    other.close()
    desk.set_presence("kim", "available")
    desk.note(ref="7", body="It is known.", by="sam")
    store = desk._ports["store"]
    assert store.links(TENANT, stream) == (None,), "a chain from the root would vouch for what is gone"
    desk.close()


def test_many_that_write_at_once_make_one_chain(store):
    Desk(store=store).open(subject="s", requester="ana", ref="7")

    def note(number):
        Desk(store=store).note(ref="7", body=f"note {number}", by="sam", key=f"k{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(note, range(12)))
    named = dict(store.streams(TENANT, "", 10))
    assert [name for name in named if is_chained(store, TENANT, name) != named[name]] == []
    assert max(named.values()) >= 13


def test_within_a_transaction_of_the_host(tmp_path):
    path = tmp_path / "desk.db"
    desk = Desk(store=SqlStore(f"sqlite:///{path}"))
    desk.open(subject="s", requester="ana", ref="7")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    joined = desk.within(connection)
    joined.note(ref="7", body="one", by="sam")
    joined.note(ref="7", body="two", by="sam")
    connection.execute("COMMIT")
    connection.close()
    store = SqlStore(f"sqlite:///{path}")
    assert [is_chained(store, TENANT, name) for name, _ in store.streams(TENANT, "", 9)]
    store.close()
    desk.close()


def test_an_async_store_answers_the_same(tmp_path):
    async def use():
        made = AsyncSqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
        await made.commit(Commit(TENANT, (change("a", 0, 2),)))
        found = await made.links(TENANT, "a"), await made.streams(TENANT, "", 5)
        await made.set_links(TENANT, "a", 1, found[0])
        await made.close()
        return found

    chain, named = asyncio.run(use())
    assert list(chain) == list(links(root(TENANT, "a"), change("a", 0, 2).events))
    assert named == (("a", 2),)
