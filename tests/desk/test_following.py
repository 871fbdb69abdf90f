"""The feed of a desk, and lists: nothing missed, nothing of others, nothing that was erased; the same on both desks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import START, Awaited, desk
from supportflow import (
    Agent,
    AsyncDesk,
    Desk,
    FeedItem,
    MemoryStore,
    Policy,
    Requester,
    Row,
    SlaPolicy,
    SqlStore,
    Target,
)
from supportflow.events import ReplySent, StatusChanged, TicketEvent, TicketOpened
from supportflow.exceptions import InvalidInput, SupportflowError, TicketNotFound
from supportflow.flows.rows import read_row
from supportflow.model.events import AgentEvent
from supportflow.testing import CountingIds, ManualClock

POLICY = Policy(
    sla=[SlaPolicy(name="g", targets=[Target.first_response(hours=1), Target.resolution(hours=8)])]
)


@pytest.fixture(params=["memory", "sqlite", "async"])
def one(request, tmp_path):
    ports = {"clock": ManualClock(START), "ids": CountingIds()}
    if request.param == "async":
        made = Awaited(AsyncDesk(POLICY, **ports))
    elif request.param == "sqlite":
        made = Desk(POLICY, store=SqlStore(f"sqlite:///{tmp_path / 'desk.db'}"), **ports)
    else:
        made = Desk(POLICY, **ports)
    yield made
    made.close()


def followed(one, cursor=None, limit=100, only=()):
    items = []
    while True:
        feed = one.feed(after=cursor, limit=limit, only=only)
        items += feed.items
        cursor = feed.cursor
        if not feed.more:
            return items, cursor


# --- the feed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 7, 1_000])
def test_all_that_happens_is_in_the_feed_in_order(one, limit):
    one.enrol(Agent("sam", languages=["en"]))
    tickets = [one.open(subject="s", requester="ana", ref=ref).ticket for ref in "ab"]
    one.reply(ref="a", body="b", by="sam")
    one.merge(ref="a", into_ref="b", by="sam")
    items, end = followed(one, limit=limit)
    for ticket in tickets:
        own = tuple(item.event for item in items if item.stream == f"ticket:{ticket.id}")
        assert own == one.history(ticket.id)
    assert {item.stream.partition(":")[0] for item in items} == {"ticket", "agent", "desk"}
    assert all(item.kind == item.event.kind and item.unreadable is None for item in items)
    assert len({item.cursor for item in items}) == len(items)
    assert items[-1].cursor == end == one.feed_end()
    assert one.feed(end).items == ()
    for number, item in enumerate(items):
        assert followed(one, item.cursor, limit)[0] == items[number + 1 :]


def test_only_some_events(one):
    one.enrol(Agent("sam", languages=["en"]))
    one.open(subject="s", requester="ana", ref="a")
    one.reply(ref="a", body="b", by="sam")
    every = followed(one)[0]
    for only, wanted in (
        ([ReplySent], ["reply_sent"]),
        ((TicketOpened, StatusChanged), ["ticket_opened", "status_changed"]),
        ({AgentEvent}, [item.kind for item in every if item.stream.startswith("agent:")]),
        ([TicketEvent], [item.kind for item in every if item.stream.startswith("ticket:")]),
    ):
        for limit in (1, 3, 100):
            items, end = followed(one, limit=limit, only=only)
            assert [item.kind for item in items] == wanted
            assert end == one.feed_end(), "what is left out is passed"


def test_a_place_is_good_in_every_process_and_stays_good(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    first, second = (Desk(store=SqlStore(url), ids=CountingIds(f"p{n}-")) for n in range(2))
    assert first.feed().items == ()
    start = first.feed_end()
    for number in range(3):
        (first, second)[number % 2].open(subject="s", requester="ana", ref=str(number))
    opened = [item.event.ref for item in followed(second, start, only=[TicketOpened])[0]]
    assert opened == ["0", "1", "2"]
    assert followed(first, start) == followed(second, start)
    first.close()
    second.close()


def test_tenants_have_feeds_of_their_own():
    store, clock = MemoryStore(), ManualClock(START)
    here, there = (
        Desk(store=store, clock=clock, ids=CountingIds(), tenant=name) for name in ("here", "there")
    )
    for number in range(3):
        here.open(subject="s", requester="ana", ref=str(number))
    there.open(subject="s", requester="ana", ref="x")
    assert [item.event.ref for item in followed(there, only=[TicketOpened])[0]] == ["x"]
    with pytest.raises(InvalidInput) as refused:
        there.feed(here.feed_end())
    assert refused.value.field == "after"


def test_a_place_of_a_later_copy_is_told_and_not_waited_at(one):
    """After a restore the feed ends earlier: the events that come then would have places that were passed before."""
    one.open(subject="s", requester="ana")
    copy = desk(POLICY)
    with pytest.raises(InvalidInput) as refused:
        copy.feed(one.feed_end())
    assert (refused.value.field, "behind the end" in refused.value.reason) == ("after", True)
    copy.open(subject="s", requester="ana")
    assert copy.feed(one.feed_end()).items == ()


@pytest.mark.parametrize(
    "after", ["", "x", "é", "a" * 10_000, "W10=", "bnVsbA==", 7, b"bytes", "WyJmZWVkIiwgImRlZmF1bHQiLCAtMV0="]
)
def test_what_is_no_place_is_refused(one, after):
    with pytest.raises(InvalidInput) as refused:
        one.feed(after)
    assert refused.value.field == "after"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1_001}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": "9"}, "limit"),
        ({"only": ["reply_sent"]}, "only"),
        ({"only": "reply_sent"}, "only"),
        ({"only": ReplySent}, "only"),
        ({"only": [int]}, "only"),
        ({"only": 3}, "only"),
    ],
)
def test_bad_questions_of_the_feed_are_refused(one, fields, field):
    with pytest.raises(InvalidInput) as refused:
        one.feed(**fields)
    assert refused.value.field == field


@settings(max_examples=50)
@given(st.text(max_size=60) | st.binary(max_size=40).map(repr))
def test_any_text_is_a_place_or_refused(text):
    one = desk()
    with pytest.raises(InvalidInput):
        one.feed(text)


def test_an_event_that_cannot_be_read_holds_nobody_up():
    store = MemoryStore()
    one = desk(store=store)
    for ref in "abc":
        one.open(subject="s", requester="ana", ref=ref)
    whole = followed(one)[0]
    feed = store._tenants["default"].feed
    (newer, damaged) = (
        number
        for number, (_, row) in enumerate(feed)
        if row.kind == "ticket_opened" and b'"a"' not in row.data
    )
    stream, row = feed[newer]
    feed[newer] = (stream, row._replace(kind="ticket_danced", min_reader=9))
    stream, row = feed[damaged]
    feed[damaged] = (stream, row._replace(data=b'{"kind":'))
    items = followed(one)[0]
    assert [item.kind for item in items if item.event is None] == ["ticket_danced", "ticket_opened"]
    assert [item.unreadable for item in items if item.event is None] == ["NewerSchemaError", "DamagedRow"]
    assert [item for item in items if item.event is not None] == [
        item for number, item in enumerate(whole) if number not in {newer, damaged}
    ]


def test_what_was_erased_changes_nothing_in_the_feed(one):
    one.open(subject="my name", body="my words", requester=Requester("ana", email="ana@example.org"), ref="a")
    before = followed(one)[0]
    assert "my name" not in str(before)
    assert "example.org" not in str(before)
    assert one.erase("ana") == 3
    assert followed(one)[0] == before


def test_a_live_board_that_begins_at_the_end_misses_nothing():
    """State first, then what happened since: put together they are what a reader of everything knows."""
    store, clock = MemoryStore(), ManualClock(START)
    board, other = (Desk(store=store, clock=clock, ids=CountingIds(name)) for name in ("x", "y"))
    for number in range(3):
        other.open(subject="s", requester="ana", ref=str(number))
    start = board.feed_end()
    other.resolve(ref="1", by="sam")  # between the two
    shown = {row.ticket.id: row.ticket for row in board.rows(open=True)}
    other.open(subject="s", requester="ana", ref="new")
    other.reply(ref="0", body="b", by="sam")
    touched = {item.event.ticket_id for item in followed(board, start, only=[TicketEvent])[0]}
    shown |= {row.ticket.id: row.ticket for row in board.rows(tickets=touched)}
    assert {ticket.ref: ticket.status for ticket in shown.values()} == {
        "0": "open", "1": "resolved", "2": "new", "new": "new",
    }  # fmt: skip


# --- rows --------------------------------------------------------------------------------------


def told(clock):
    return (
        clock.target,
        clock.state,
        clock.elapsed,
        clock.remaining,
        clock.paused,
        clock.due_at,
        clock.next_at,
    )


def ana(**fields):
    return Requester(
        "ana",
        **{"name": "Ana", "email": "ana@example.org", "phone": "+49 30 901820", "language": "de", **fields},
    )


def test_what_was_written_is_read_back(one):
    one.open(subject="发票在哪里？", body="b", requester=ana(), ref="a")
    row = one.row(ref="a")
    assert isinstance(row, Row)
    assert row.subject == "发票在哪里？"
    assert row.requester == ana()
    assert row.requester.personal == ana().personal
    one.open(subject="", body="only a body", requester="ben", ref="b")
    assert (one.row(ref="b").subject, one.row(ref="b").requester.email) == (None, None)
    assert one.row(one.get(ref="a")) == row
    with pytest.raises(TicketNotFound):
        one.row(ref="nobody")


def test_a_split_ticket_and_a_merged_one_keep_who_asks(one):
    one.open(subject="s", requester=ana(), ref="a")
    one.split(ref="a", new_ref="b", subject="part", by="sam")
    assert (one.row(ref="b").subject, one.row(ref="b").requester.email) == ("part", "ana@example.org")


def test_rows_are_what_find_and_clocks_and_texts_say(one):
    """In every order, by any filter, page by page."""
    for number in range(7):
        one.open(subject=f"subject {number}", requester=ana(), ref=str(number), level=1 + number % 3)
        if number % 2:
            one.reply(ref=str(number), body="b", by="sam")
        if number == 4:
            one.resolve(ref="4", by="sam")
    for order in ("priority", "opened", "updated", "due"):
        for filters in ({}, {"open": True}, {"level": 2}):
            tickets = list(one.find(order=order, **filters))
            found, cursor = [], None
            while True:
                page = one.rows(order=order, limit=2, cursor=cursor, **filters)
                assert len(page) <= 2
                found += page
                cursor = page.cursor
                if cursor is None:
                    break
            assert [row.ticket for row in found] == tickets
            for row in found:
                assert row.subject == f"subject {row.ticket.ref}"
                readings = one.clocks(row.ticket.id)
                assert list(map(told, row.clocks)) == list(map(told, readings))
                dues = [
                    clock.breached_at or clock.due_at
                    for clock in readings
                    if clock.state in {"running", "paused"}
                ]
                assert row.due_at == min((due for due in dues if due is not None), default=None)


def test_an_overdue_ticket_says_when_it_was_due(one):
    one.open(subject="s", requester="ana", ref="a")
    due = one.row(ref="a").due_at
    clock = (one.one if isinstance(one, Awaited) else one)._ports["clock"]
    clock.advance(hours=3)
    assert one.row(ref="a").due_at == due
    one.run_due()
    assert one.row(ref="a").due_at == due


def test_a_list_costs_one_search_and_one_read_of_texts():
    class Counting(MemoryStore):
        def __init__(self):
            super().__init__()
            self.calls = []

        def __getattribute__(self, name):
            if name in {"load", "load_many", "find_ref", "search", "contents", "events", "get_policy"}:
                self.calls.append(name)
            return super().__getattribute__(name)

    store = Counting()
    one = desk(POLICY, store=store)
    for number in range(20):
        one.open(subject=f"s{number}", requester=ana(), ref=str(number))
    for ask, calls in (
        (lambda: one.rows(limit=20), ["search", "contents"]),
        (lambda: one.rows(refs=map(str, range(20))), ["load_many", "contents"]),
        (lambda: one.get_many(map(str, range(20))), ["load_many"]),
        (lambda: one.get_many([]), []),
    ):
        store.calls.clear()
        ask()
        assert store.calls == calls


def test_named_tickets_come_in_the_order_that_they_were_named_in(one):
    ids = {ref: one.open(subject=f"s{ref}", requester="ana", ref=ref).ticket.id for ref in "abc"}
    assert [row.ticket.ref for row in one.rows(refs=["c", "nobody", "a", "c"])] == ["c", "a"]
    assert [row.subject for row in one.rows(tickets=[ids["b"], one.get(ref="a"), "nobody"])] == ["sb", "sa"]
    assert [row.ticket.ref for row in one.rows(refs=["b"], tickets=[ids["b"], ids["c"]])] == ["b", "c"]
    assert len(one.rows(refs=[])) == 0
    assert one.rows(refs=["a"]).cursor is None


def test_many_tickets_by_the_host_s_names(one):
    ids = {ref: one.open(subject="s", requester="ana", ref=ref).ticket.id for ref in "abc"}
    found = one.get_many(["a", "c", "nobody"])
    assert found == {"a": one.get(ref="a"), "c": one.get(ref="c")}
    assert one.get_many(tickets=[ids["b"], one.get(ref="a")]) == {
        ids["b"]: one.get(ref="b"),
        ids["a"]: one.get(ref="a"),
    }
    assert one.get_many(refs=iter(["b"]), tickets=(ids["c"],)).keys() == {"b", ids["c"]}
    assert one.get_many() == {}


def test_what_was_put_away_is_read_by_name():
    one = desk(POLICY)
    one.open(subject="old", requester=ana(), ref="a")
    one.resolve(ref="a", by="sam")
    one.close_ticket(ref="a", by="sam")
    one._ports["clock"].advance(days=9)
    assert one.archive(before=one._ports["clock"].now()) == 1
    assert list(one.rows()) == []
    assert [row.subject for row in one.rows(refs=["a"])] == ["old"]
    assert one.get_many(["a"])["a"].status == "closed"


def test_what_was_erased_is_not_in_a_row(one):
    one.open(subject="my name", requester=ana(), ref="a")
    one.open(subject="other", requester=Requester("ben", name="Ben"), ref="b")
    one.erase("ana")
    rows = {row.ticket.ref: row for row in one.rows()}
    assert (rows["a"].subject, rows["a"].requester.personal, rows["a"].requester.id) == (None, {}, "ana")
    assert (rows["b"].subject, rows["b"].requester.name) == ("other", "Ben")


def test_a_clock_of_a_row_sends_for_its_account_elsewhere(one):
    one.open(subject="s", requester="ana", ref="a")
    with pytest.raises(InvalidInput) as refused:
        one.row(ref="a").clocks[0].explain()
    assert "desk.clocks" in refused.value.reason


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda one: one.rows(order="best"), "order"),
        (lambda one: one.rows(limit=0), "limit"),
        (lambda one: one.rows(colour="red"), "rows"),
        (lambda one: one.rows(cursor="x"), "cursor"),
        (lambda one: one.rows(refs=["a"], open=True), "refs"),
        (lambda one: one.rows(tickets=["a"], cursor="x"), "refs"),
        (lambda one: one.rows(refs="ab"), "refs"),
        (lambda one: one.rows(refs=[7]), "refs"),
        (lambda one: one.rows(refs=["a\0"]), "refs"),
        (lambda one: one.rows(tickets="ab"), "tickets"),
        (lambda one: one.rows(tickets=[None]), "tickets"),
        (lambda one: one.get_many(7), "refs"),
        (lambda one: one.get_many(["a", ""]), "refs"),
        (lambda one: one.get_many({"a": 1}), "refs"),
        (lambda one: one.get_many([str(number) for number in range(1_001)]), "refs"),
        (lambda one: one.get_many(tickets=7), "tickets"),
    ],
    ids=map(str, range(16)),
)
def test_bad_questions_of_lists_are_refused(one, ask, field):
    with pytest.raises(InvalidInput) as refused:
        ask(one)
    assert refused.value.field == field
    assert isinstance(refused.value, SupportflowError)


def test_items_are_values():
    one = desk()
    one.open(subject="s", requester="ana")
    (item, *_) = one.feed().items
    assert isinstance(item, FeedItem)
    assert read_row(one._ports["store"].events("default", item.stream)[0]) == item.event
