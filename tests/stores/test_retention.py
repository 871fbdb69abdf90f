"""Retention carried out: after it, nothing is left that its period is over for, and nothing else was touched."""

import itertools
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.office import Awaited, clock_of, store_of
from supportflow import (
    Actor,
    AsyncDesk,
    AsyncSqlStore,
    Desk,
    MemoryStore,
    Party,
    Policy,
    Requester,
    SqlStore,
    fold,
)
from supportflow.exceptions import InvalidInput, Refused
from supportflow.flows import requests
from supportflow.flows.retention import RETAINED
from supportflow.model.content import Attachment, AttachmentHandle, ContentRef
from supportflow.model.events import EVENT_TYPES, HandedOver, NoteAdded, TicketOpened
from supportflow.policy.document.policy import FieldSpec
from supportflow.policy.document.retention import CONTENT_KINDS, ContentRule, Retention
from supportflow.policy.sections.retention import texts_of
from supportflow.testing import CountingIds, ManualClock

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = st.integers(1, 60).map(timedelta)
TENANTS = (f"tenant{number}" for number in itertools.count())
FINAL = {"closed", "cancelled"}

RETENTIONS = st.builds(
    Retention,
    archive_after=st.none() | DAYS,
    content_for=st.none() | DAYS,
    hold=st.sampled_from([None, {"field": "lawsuit", "eq": True}]),
    content=st.lists(
        st.tuples(
            st.lists(st.sampled_from(CONTENT_KINDS), max_size=3, unique=True),
            st.sampled_from([(), ("papers",)]),
            DAYS,
        ),
        max_size=4,
    ).map(
        lambda rules: tuple(
            ContentRule(name=f"rule {place}", kinds=tuple(kinds), categories=categories, keep_for=days)
            for place, (kinds, categories, days) in enumerate(rules)
        )
    ),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "open",
                "note",
                "reply",
                "receive",
                "cancel",
                "merge",
                "split",
                "sue",
                "settle",
                "wait",
                "archive",
            ]
        ),
        st.integers(0, 7),
        st.integers(0, 7),
    ),
    min_size=4,
    max_size=30,
)


# --- the oracle: says of each text what all tickets together need it for ------------------------


def texts(event):
    """Kind and id of each text of an event, told by its field's name."""
    own = isinstance(event, NoteAdded) or (isinstance(event, TicketOpened) and event.private)
    found = []
    for field, value in event:
        for one in value if isinstance(value, tuple) else [value]:
            if isinstance(one, AttachmentHandle):
                found.append(("attachment", one.content.id))
            elif isinstance(one, ContentRef):
                named = {"body": "note" if own else "message", "summary": "note", "value": "evidence"}
                found.append((named.get(field, field), one.id))
    return found


def kept_until(retention, tickets, ticket, kind):
    """Until when a ticket needs its texts of a kind; None for ever."""
    case = ticket
    while case.merged_into is not None:
        case = tickets[case.merged_into]
    if any(one.status_category.value not in FINAL for one in (ticket, case)):
        return None
    if retention.hold is not None and any(one.attributes.get("lawsuit") for one in (ticket, case)):
        return None
    for rule in retention.content:
        if (not rule.kinds or kind in rule.kinds) and (
            not rule.categories or ticket.category in rule.categories
        ):
            span = rule.keep_for
            break
    else:
        span = retention.content_for
    return None if span is None else max(ticket.closed_at, case.closed_at) + span


def due_texts(retention, tickets, histories, now, wanted):
    """The texts that are due at an instant."""
    uses = {}
    for ticket_id, events in histories.items():
        for event in events:
            for kind, row_id in texts(event):
                uses.setdefault(row_id, set()).add((ticket_id, kind))
    due = set()
    for row_id, places in uses.items():
        ends = [kept_until(retention, tickets, tickets[ticket_id], kind) for ticket_id, kind in places]
        asked = any(kind in wanted for _, kind in places)
        if asked and all(end is not None and end <= now for end in ends):
            due.add(row_id)
    return due, set(uses)


# --- desks ---------------------------------------------------------------------------------------


class Office:
    """A desk of either sort, on some store, and what was done at it."""

    def __init__(self, make_desk, policy):
        self.clock = ManualClock(START)
        self.tenant = next(TENANTS)
        self.desk = make_desk(policy, clock=self.clock, ids=CountingIds(), tenant=self.tenant)
        self.known = []

    def look(self):
        """Every ticket, its events, and what is in the feed."""
        items, cursor = [], None
        while len(page := self.desk.feed(after=cursor, limit=1_000)):
            items += page
            cursor = page.cursor
        ids = {item.event.ticket_id for item in items if hasattr(item.event, "ticket_id")}
        tickets = {one: self.desk.get(one) for one in ids}
        histories = {one: self.desk.history(one) for one in ids}
        return SimpleNamespace(tickets=tickets, histories=histories, feed=[item.event for item in items])

    def step(self, what, first, second):
        """Do something, if it can be done."""
        if what == "open" or not self.known:
            self.known.append(
                self.desk.open(
                    subject="a subject",
                    body="some words",
                    requester=Requester(id=f"ana{first % 2}", name="Ana"),
                    category="papers" if second % 2 else None,
                    attachments=[Attachment(name="a.png")] if first % 3 == 0 else [],
                ).ticket.id
            )
            return
        one, other = self.known[first % len(self.known)], self.known[second % len(self.known)]
        call = {
            "note": ("note", {"body": "aside", "by": "sam"}),
            "reply": ("reply", {"body": "dear you", "by": "sam"}),
            "receive": ("receive", {"body": "more", "by": "ana0"}),
            "cancel": ("cancel", {"by": "sam", "reason": "because"}),
            "split": ("split", {"body": "a part", "by": "sam", "subject": "" if second % 2 else "part"}),
            "merge": ("merge", {"into": other, "by": "sam"}),
            "sue": ("update", {"attributes": {"lawsuit": True}, "by": "sam"}),
            "settle": ("update", {"attributes": {"lawsuit": False}, "by": "sam"}),
        }
        if what == "wait":
            self.clock.advance(days=first * 3 + 1)
        elif what == "archive":
            self.desk.archive(before=self.clock.now())
        else:
            verb, named = call[what]
            try:
                events = getattr(self.desk, verb)(one, **named).events
            except (Refused, InvalidInput):  # merged into itself, say
                return
            self.known += [event.ticket_id for event in events if isinstance(event, TicketOpened)]


@pytest.fixture(params=["memory", "sqlite", "postgresql", "async memory", "async postgresql"])
def make_office(request, tmp_path):
    """Makes offices on one store, each of a tenant of its own; an async desk is awaited."""
    where = request.param.split()[-1]
    url = request.getfixturevalue("emptied") if where == "postgresql" else f"sqlite:///{tmp_path / 'desk.db'}"
    if "async" not in request.param:
        store = MemoryStore() if where == "memory" else SqlStore(url)
        yield lambda policy: Office(partial(Desk, store=store), policy)
        store.close()
        return
    store = MemoryStore() if where == "memory" else AsyncSqlStore(url)
    waited = Awaited(store)

    def make(policy, **named):
        one = Awaited(AsyncDesk(policy, store=store, **named))
        one._runner = waited._runner
        return one

    yield lambda policy: Office(make, policy)
    waited.one.close() if where == "memory" else waited.close()
    waited._runner.close()


def contents(office, ids):
    """The content rows of these ids."""
    flow = requests.contents(office.tenant, sorted(ids))
    return dict(office.desk._run(flow))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])  # a tenant each
@given(
    retention=RETENTIONS,
    steps=STEPS,
    wanted=st.sets(st.sampled_from(CONTENT_KINDS), max_size=3),
    limit=st.integers(1, 5),
    later=st.integers(0, 90),
)
def test_what_is_due_goes_and_nothing_else(make_office, retention, steps, wanted, limit, later):
    policy = Policy(
        fields={"lawsuit": FieldSpec.boolean(nullable=True)}, retention=retention, reopen_within=timedelta(0)
    )
    office = make_office(policy)
    for step in steps:
        office.step(*step)
    office.clock.advance(days=later)
    before = office.look()
    now = office.clock.now()
    due, ids = due_texts(retention, before.tickets, before.histories, now, wanted or set(CONTENT_KINDS))
    whole = contents(office, ids)

    def sweep(**named):
        batches, cursor = [], None
        while not batches or cursor is not None:
            batches.append(office.desk.apply_retention(cursor=cursor, limit=limit, **named))
            cursor = batches[-1].cursor
        assert all(one.seen <= limit and not one.failed for one in batches)
        return batches

    trial = sweep(kinds=wanted, dry_run=True)
    assert contents(office, ids) == whole
    done = sweep(kinds=wanted)
    assert trial == done
    after = contents(office, ids)
    for row_id in ids:
        gone = whole[row_id]._replace(salt=None, value=None)
        assert after[row_id] == (gone if row_id in due else whole[row_id]), row_id
    assert sum(sum(one.erased.values()) for one in done) == len(due)
    assert sum(sum(one.erased.values()) for one in sweep(kinds=wanted)) == 0

    # Everything else reads as it did.
    assert office.look() == before
    assert all(
        fold(events, tenant=office.tenant) == before.tickets[one] for one, events in before.histories.items()
    )


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])  # a tenant each
@given(archive_after=DAYS, steps=STEPS, later=st.integers(0, 90))
def test_tickets_go_to_the_archive_when_their_time_has_come(make_office, archive_after, steps, later):
    retention = Retention(archive_after=archive_after, hold={"field": "lawsuit", "eq": True})
    policy = Policy(fields={"lawsuit": FieldSpec.boolean(nullable=True)}, retention=retention)
    office = make_office(policy)
    for what, *which in steps:
        office.step("note" if what == "archive" else what, *which)
    office.clock.advance(days=later)
    before = office.look()
    as_content = Retention(content_for=archive_after, hold=retention.hold)
    due = {
        ticket.id
        for ticket in before.tickets.values()
        if (end := kept_until(as_content, before.tickets, ticket, "subject")) is not None
        and end <= office.clock.now()
    }
    trial = office.desk.apply_retention(kinds=["ticket"], limit=1_000, dry_run=True)
    done = office.desk.apply_retention(kinds=["ticket"], limit=1_000)
    assert trial == done
    assert (done.archived, done.erased) == (len(due), {})
    live = {ticket.id for ticket in office.desk.find(limit=1_000)}
    assert live == set(before.tickets) - due
    assert office.look() == before


# --- what each promise means ---------------------------------------------------------------------


def desk(retention, **more):
    policy = Policy(retention=retention, fields={"lawsuit": FieldSpec.boolean(nullable=True)}, **more)
    return Desk(policy, clock=ManualClock(START), ids=CountingIds())


def test_keys_are_forgotten_in_batches_and_behind_the_tickets():
    one = desk(Retention(keys_for=10 * DAY))
    for number in range(5):
        one.open(subject="s", requester="ana", key=f"old {number}")
    clock_of(one).advance(days=11)
    one.open(subject="s", requester="ana", key="fresh")
    assert one.apply_retention(kinds=["note"], limit=2).cursor is None
    trial = one.apply_retention(limit=2, dry_run=True)
    assert (trial.keys, trial.cursor) == (5, None)
    assert one.apply_retention(kinds=["note"], limit=2, dry_run=True).keys == 0
    done, cursor = [], None
    while not done or cursor is not None:
        done.append(one.apply_retention(cursor=cursor, limit=2))
        cursor = done[-1].cursor
    assert [batch.keys for batch in done] == [2, 2, 1]
    assert one.open(subject="s", requester="ana", key="fresh").duplicate
    assert not one.open(subject="s", requester="ana", key="old 3").duplicate


def test_a_trial_counts_a_text_of_two_tickets_once():
    one = desk(Retention(content_for=DAY), reopen_within=timedelta(0))
    ticket = one.open(subject="s", requester="ana").ticket
    one.cancel(ticket, by="sam")
    one.cancel(one.receive(ticket, body="b", by="ana").ticket, by="sam")
    clock_of(one).advance(days=2)
    for dry_run in (True, False):
        batches = [one.apply_retention(limit=1, dry_run=dry_run)]
        batches.append(one.apply_retention(limit=1, dry_run=dry_run, cursor=batches[0].cursor))
        assert [batch.erased for batch in batches] == [{"subject": 1}, {"message": 1}]


def test_a_batch_that_is_broken_off_is_gone_on_with():
    one = desk(Retention(content_for=DAY))
    for _ in range(7):
        one.cancel(one.open(subject="s", requester="ana").ticket, by="sam")
    clock_of(one).advance(days=2)
    first = one.apply_retention(limit=3)
    assert (first.seen, first.erased) == (3, {"subject": 3})
    again = Desk(one.policy, store=store_of(one), clock=clock_of(one), ids=CountingIds())
    rest = again.apply_retention(cursor=first.cursor, limit=9)
    assert (rest.seen, rest.erased, rest.cursor) == (4, {"subject": 4}, None)


def test_a_ticket_that_comes_back_meanwhile_keeps_everything():
    """Between the look and the deed the requester writes: the texts stay."""

    class Contested(MemoryStore):
        meanwhile = None

        def erase_contents(self, tenant, ids, versions, /):
            if self.meanwhile is not None:
                act, self.meanwhile = self.meanwhile, None
                act()
            return super().erase_contents(tenant, ids, versions)

    store = Contested()
    clock, ids = ManualClock(START), CountingIds()
    policy = Policy(retention=Retention(content_for=DAY), reopen_within=timedelta(days=30))
    one = Desk(policy, store=store, clock=clock, ids=ids)
    ticket = one.open(subject="s", body="b", requester="ana").ticket
    one.cancel(ticket, by="sam")
    clock.advance(days=2)
    store.meanwhile = lambda: one.receive(ticket, body="still there?", by="ana")
    done = one.apply_retention()
    newest = [item.event for item in one.feed(limit=1_000) if isinstance(item.event, TicketOpened)][-1]
    kept = one.get(newest.ticket_id)
    assert kept.is_open
    assert one.row(kept).subject == "s"
    assert done.failed == ()


def test_one_ticket_that_cannot_be_read_stops_no_other():
    one = desk(Retention(content_for=DAY))
    tickets = [one.open(subject="s", requester="ana").ticket for _ in range(3)]
    for ticket in tickets:
        one.cancel(ticket, by="sam")
    data = store_of(one)._tenants["default"]
    data.streams[f"ticket:{tickets[1].id}"][0] = data.streams[f"ticket:{tickets[1].id}"][0]._replace(
        data=b"{"
    )
    clock_of(one).advance(days=2)
    done = one.apply_retention()
    assert (done.seen, done.erased, done.failed) == (3, {"subject": 2}, (tickets[1].id,))
    assert f"ticket:{tickets[1].id}" in one.unreadable


def test_a_new_policy_is_about_old_tickets_too():
    """What is kept for how long is what the desk's policy says now, not what it said when the ticket came in."""
    store, clock = MemoryStore(), ManualClock(START)
    before = Desk(Policy(), store=store, clock=clock, ids=CountingIds())
    before.cancel(before.open(subject="s", requester="ana").ticket, by="sam")
    clock.advance(days=2)
    with pytest.raises(Refused, match="retention"):
        before.apply_retention()
    after = Desk(Policy(retention=Retention(content_for=DAY)), store=store, clock=clock, ids=CountingIds())
    assert after.apply_retention().erased == {"subject": 1}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kinds": ["mesage"]}, "kinds"),
        ({"kinds": "message"}, "kinds"),
        ({"kinds": [5]}, "kinds"),
        ({"kinds": 5}, "kinds"),
        ({"cursor": "17"}, "cursor"),
        ({"cursor": "ticket:"}, "cursor"),
        ({"cursor": 5}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 1_001}, "limit"),
        ({"limit": True}, "limit"),
    ],
)
def test_what_cannot_be_used_is_refused(wrong, field):
    with pytest.raises(InvalidInput) as error:
        desk(Retention(content_for=DAY)).apply_retention(**wrong)
    assert error.value.field == field


def test_every_text_of_every_event_has_a_kind():
    """A new field of a new event that nobody classified would be kept for ever."""
    row = ContentRef(id="row", commitment="0" * 64)
    handle = AttachmentHandle(content=row, media_type="image/png", size=1)
    fields = 0
    for event in EVENT_TYPES.values():
        for name, field in event.model_fields.items():
            said = repr(field.annotation)
            for part, value in (("ContentRef", row), ("AttachmentHandle", handle)):
                if part in said:
                    given_value = (
                        {"en": value} if "Mapping" in said else (value,) if "tuple" in said else value
                    )
                    made = event.model_construct(**{**dict.fromkeys(event.model_fields), name: given_value})
                    ((kind, row_id),) = texts_of(made)
                    assert (kind in CONTENT_KINDS, row_id) == (True, "row")
                    fields += 1
    assert fields > 20
    assert set(CONTENT_KINDS) < set(RETAINED)


def test_what_only_the_desk_sees_is_a_note():
    row = ContentRef(id="row", commitment="0" * 64)
    for event, fields, kind in (
        (HandedOver, {"summary": row}, "note"),
        (HandedOver, {"reason": row}, "reason"),
        (NoteAdded, {"body": row}, "note"),
        (TicketOpened, {"body": row, "private": True}, "note"),
        (TicketOpened, {"body": row, "private": False}, "message"),
        (TicketOpened, {"subject": row, "private": True}, "subject"),
    ):
        made = event.model_construct(**{**dict.fromkeys(event.model_fields), **fields})
        assert list(texts_of(made)) == [(kind, "row")]


# --- erasing by hand: what is held stays ----------------------------------------------------------


def held_by_lawsuit():
    clock = ManualClock(START)
    policy = Policy(
        retention=Retention(hold={"field": "lawsuit", "eq": True}),
        fields={"lawsuit": FieldSpec.boolean(nullable=True)},
    )
    return Desk(policy, clock=clock, ids=CountingIds()), clock


@pytest.mark.parametrize("end", ["open", "archived", "merged"])
def test_what_is_held_is_not_erased_by_hand_and_it_says_why(end):
    one, clock = held_by_lawsuit()
    one.open(subject="s", body="words", requester="bo", ref="other")
    held = one.open(subject="s", body="words", requester="ana", ref="7").ticket
    one.open(subject="s", body="words", requester="ana", ref="8")
    one.update(ref="7", attributes={"lawsuit": True}, by="sam")
    if end == "archived":
        one.cancel(ref="7", by="sam")
        clock.advance(days=1)
        assert one.archive(before=clock.now(), limit=5) == 1
    if end == "merged":
        one.open(subject="s", requester="eve", ref="9", attributes={"lawsuit": True})
        one.update(ref="7", attributes={"lawsuit": None}, by="sam")
        one.merge(ref="7", into=one.get(ref="9").id, by="sam")
    before = [message.body for message in one.messages(ref="8")]
    with pytest.raises(Refused, match="hold") as refused:
        one.erase("ana")
    assert refused.value.ticket_id == held.id
    assert "lawsuit" in refused.value.reason
    assert [message.body for message in one.messages(ref="8")] == before == ["words"]
    assert one.erase("bo") == 2, "somebody else is not held"
    released = "9" if end == "merged" else "7"
    one.update(ref=released, attributes={"lawsuit": False}, by="sam")
    assert one.erase("ana") == 4


def test_every_ticket_of_a_requester_is_looked_at(monkeypatch):
    monkeypatch.setattr("supportflow.flows.retention.MAX_LIMIT", 2)
    one, clock = held_by_lawsuit()
    for number in range(5):
        one.open(subject="s", requester="ana", ref=str(number))
    assert one.erase("ana") == 5
    one.update(ref="4", attributes={"lawsuit": True}, by="sam")
    with pytest.raises(Refused):
        one.erase("ana")
    for number in range(5):
        one.cancel(ref=str(number), by="sam")
    clock.advance(days=1)
    assert one.archive(before=clock.now(), limit=9) == 5
    with pytest.raises(Refused):
        one.erase("ana")
    one.update(ref="4", attributes={"lawsuit": None}, by="sam")
    assert one.erase("ana") == 0


@pytest.mark.parametrize("who", ["party", "agent", "another id", "an agent's note"])
def test_a_held_ticket_keeps_the_texts_of_everybody(who):
    one, _ = held_by_lawsuit()
    held = one.open(subject="s", body="words", requester="ana", attributes={"lawsuit": True}).ticket
    elsewhere = one.open(subject="s", body="words", requester="cy").ticket
    if who == "party":
        one.add_party(held, party=Party("witness", "bo"), by="sam")
        one.receive(held, body="I saw it.", by=Actor(kind="party", id="bo"))
        one.note(elsewhere, body="Of no importance.", by="bo")
    elif who == "agent":
        one.reply(held, body="We look into it.", by="bo")
    elif who == "another id":
        one.link_requester("ana", "bo", by="sam")
        one.receive(held, body="It is me again.", by=Requester("bo"))
    else:
        one.note(held, body="Looks odd.", by="bo")
    one.reply(elsewhere, body="Yes.", by="kim")
    with pytest.raises(Refused, match="lawsuit") as refused:
        one.erase("bo")
    assert refused.value.ticket_id == held.id
    assert all(message.body for message in one.messages(held))
    assert one.erase("kim") == 1
    one.update(held, attributes={"lawsuit": None}, by="sam")
    assert one.erase("bo") in {1, 2}
    one.update(held, attributes={"lawsuit": True}, by="sam")
    assert one.erase("bo") == 0, "what is gone cannot be held"
