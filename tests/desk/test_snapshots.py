"""What a desk wrote or read last of a ticket or an agent is not read again; whatever else a row holds is."""

import pickle
from copy import copy
from dataclasses import replace
from threading import Thread

import pytest
from hypothesis import given, settings

from desk.office import desk
from made_check import same
from supportflow import Agent, MemoryStore, Policy
from supportflow.flows.snapshots import MOST, AgentSnapshots, Snapshots
from supportflow.model.routing import AgentState
from supportflow.model.storage import AgentRow, TicketRow, Unwritten, held_snapshot
from supportflow.model.ticket import Ticket
from supportflow.model.written import written
from supportflow.testing.strategies import values

POLICY = Policy.model_validate({"fields": {"vip": {"kind": "boolean"}}})


@pytest.fixture
def reads(monkeypatch):
    """Counts the snapshots that are read. A row's is bytes; the check of what the core makes reads texts of its own."""
    seen = []
    read = Ticket.model_validate_json

    def counted(data, **how):
        if isinstance(data, bytes):
            seen.append(data)
        return read(data, **how)

    monkeypatch.setattr(Ticket, "model_validate_json", counted)
    return seen


def row_of(ticket, snapshot, version=None):
    return TicketRow(
        id=ticket.id, version=ticket.version if version is None else version, fold_version=1, ref=None, status="new",
        status_category="new", open=True, priority_class="general", rank=1, level=1, order_us=0, due_us=None, group=None,
        assignee=None, requester="ana", channel="email", category=None, opened_us=0, updated_us=0, wakeup_us=None,
        snapshot=snapshot,
    )  # fmt: skip


@settings(max_examples=25)
@given(values(Ticket))
def test_a_ticket_that_was_written_is_what_would_be_read(ticket):
    known = Snapshots()
    row = row_of(ticket, written(ticket))
    read = known.read(row)
    known.keep(ticket.id, ticket.version, row.snapshot, ticket)
    again = known.read(row)
    assert again is not read
    assert same(again.__dict__, read.__dict__)
    assert written(again) == row.snapshot


def test_a_desk_reads_nothing_that_it_has_just_written(reads):
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    for _ in range(3):
        one.hold(ref="1", by="sam")
        one.resume(ref="1", by="sam")
    assert one.get(ref="1").version == 7
    assert reads == []


def test_what_another_desk_wrote_is_read_once(reads):
    store = MemoryStore()
    one, other = desk(store=store), desk(store=store)
    one.open(subject="s", requester="ana", ref="1")
    one.hold(ref="1", by="sam")
    other.resume(ref="1", by="sam")
    reads.clear()
    assert one.get(ref="1").status == one.get(ref="1").status == "open"
    assert len(reads) == 1


def test_a_row_changed_by_hand_is_read_as_it_is():
    store = MemoryStore()
    one = desk(store=store)
    ticket = one.open(subject="s", requester="ana", ref="1").ticket
    rows = store._tenants["default"].rows
    row = rows[ticket.id]
    rows[ticket.id] = replace(row, snapshot=row.snapshot.replace(b'"requester":"ana"', b'"requester":"eve"'))
    assert one.get(ref="1").requester == "eve"
    rows[ticket.id] = replace(row, snapshot=b"{")
    assert one.get(ref="1") == ticket  # made anew from its events
    rows[ticket.id] = row
    assert one.get(ref="1") == ticket


def test_another_version_with_the_same_bytes_is_not_believed():
    ticket = desk().open(subject="s", requester="ana").ticket
    known = Snapshots()
    known.keep(ticket.id, ticket.version, written(ticket), ticket)
    later = known.read(row_of(ticket, written(ticket), version=ticket.version + 1))
    assert later.version == ticket.version  # as the bytes say; whoever asked sees that it does not fit


def test_what_a_host_does_to_its_ticket_changes_no_other():
    one = desk(POLICY)
    opened = one.open(subject="s", requester="ana", ref="1", attributes={"vip": True}).ticket
    opened.attributes["vip"] = False
    seen = one.get(ref="1")
    assert seen.attributes == {"vip": True}
    seen.attributes.clear()
    assert one.get(ref="1").attributes == {"vip": True}
    assert one.hold(ref="1", by="sam").ticket.attributes == {"vip": True}


def test_a_store_in_memory_has_what_a_desk_left_unwritten_as_bytes_when_it_is_asked_for():
    store = MemoryStore()
    one = desk(POLICY, store=store)
    for number in range(3):
        done = one.open(subject="s", requester="ana", ref=str(number), attributes={"vip": True}).ticket
        done = one.hold(done.id, by="sam").ticket
        expected = written(done)
        done.attributes["vip"] = False  # a host's own affair
        row = store.load("default", done.id)
        assert isinstance(held_snapshot(row), Unwritten)
        for same_row in (row, replace(row), copy(row), pickle.loads(pickle.dumps(row))):
            assert same_row.snapshot == expected
            assert same_row == row


def test_of_what_is_forgotten_the_store_keeps_the_bytes_alone():
    store = MemoryStore()
    one = desk(store=store)
    known = one._env.snapshots
    tickets = [one.open(subject="s", requester="ana").ticket for _ in range(3)]
    held = [held_snapshot(store.load("default", ticket.id)) for ticket in tickets]
    known._most = 2
    one.open(subject="s", requester="ana")
    assert [one._ticket is None for one in held] == [True, False, False]
    assert [held[0]._data, held[0].parts] == [written(tickets[0]), None]
    assert all(one.get(ticket.id) == ticket for ticket in tickets)


def test_a_snapshot_that_is_left_unwritten_is_of_its_own_version():
    """What was decided and not committed has the version of what others committed meanwhile."""
    store = MemoryStore()
    one, other = desk(store=store), desk(store=store)
    ticket = one.open(subject="s", requester="ana").ticket
    row = store.load("default", ticket.id)
    theirs = other.hold(ticket.id, by="sam").ticket
    one._env.snapshots.later(theirs.model_copy(update={"group": "else"}))
    assert one.get(ticket.id) == theirs
    assert row.snapshot == written(ticket)


def test_the_oldest_are_forgotten():
    ticket = desk().open(subject="s", requester="ana").ticket
    known = Snapshots(most=3)
    for number in (1, 2, 3, 1, 4):
        known.keep(str(number), 1, b"%d" % number, ticket)
    assert list(known._known) == ["3", "1", "4"]
    assert MOST == 500


def test_many_threads_keep_no_more_than_that():
    ticket = desk().open(subject="s", requester="ana").ticket
    known, done = Snapshots(most=5), []

    def keep(first):
        for number in range(400):
            known.keep(str(first + number % 20), 1, b"x", ticket)
        done.append(first)

    threads = [Thread(target=keep, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 1, 2, 3]  # no thread fell over
    assert len(known) <= 5 + len(threads)


def agent_row_of(state, snapshot, version=None):
    version = state.version if version is None else version
    return AgentRow(id=state.id, version=version, fold_version=1, available=True, snapshot=snapshot)


@settings(max_examples=25)
@given(values(AgentState))
def test_an_agent_that_was_written_is_what_would_be_read(state):
    known = AgentSnapshots()
    row = agent_row_of(state, written(state))
    read = known.read(row)
    assert known.write(state) == row.snapshot
    again = known.read(row)
    assert again is not read
    assert again == read
    assert written(again) == row.snapshot


def test_an_agent_is_read_once_and_what_does_not_fit_the_row_is_not_believed(monkeypatch):
    one = desk(store=(store := MemoryStore()))
    one.enrol(Agent("sam", skills={"cards": 2}))
    [row] = store._tenants["default"].agents.values()
    seen = []
    read = AgentState.model_validate_json
    monkeypatch.setattr(
        AgentState, "model_validate_json", lambda data, **how: seen.append(data) or read(data, **how)
    )
    known = AgentSnapshots()
    state = known.read(row)
    assert known.read(row) == state
    assert len(seen) == 1
    assert known.read(replace(row, version=row.version + 1)) is None
    by_hand = replace(row, snapshot=row.snapshot.replace(b'"cards":', b'"loans":'))
    assert dict(known.read(by_hand).agent.skills) != dict(state.agent.skills)
    assert known.read(replace(row, snapshot=b"{")) is None
    assert known.read(replace(row, id="eve")) is None  # nobody is who another row's snapshot says


def test_what_is_done_to_an_agent_that_was_read_changes_no_other():
    one = desk(store=(store := MemoryStore()))
    one.enrol(Agent("sam", skills={"cards": 2}, limits={"chat": 1}))
    [row] = store._tenants["default"].agents.values()
    known = AgentSnapshots()
    state = known.read(row)
    state.agent.skills.clear()
    state.agent.limits["chat"] = 9
    again = known.read(row)
    assert again.agent.skills["cards"].level == 2
    assert again.agent.limits == {"chat": 1}
    again.agent.skills.clear()
    assert known.read(row).agent.skills["cards"].level == 2


def test_the_agents_whom_nobody_asked_for_longest_are_forgotten():
    one = desk(store=(store := MemoryStore()))
    for name in ("ann", "bob", "cem"):
        one.enrol(Agent(name))
    known = AgentSnapshots(most=2)
    for row in store._tenants["default"].agents.values():
        known.read(row)
    assert list(known._known) == ["bob", "cem"]
