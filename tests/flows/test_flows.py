"""Flows at their edges: snapshots of other versions, long chains, races of the tick, models that fail, system ports."""

from dataclasses import replace

import pytest

from desk.office import START, clock_of, desk, store_of
from supportflow import Desk, MemoryChannel, MemoryStore, Policy, SlaPolicy, Target
from supportflow._time import from_us, instant, to_us
from supportflow.events import MessageReceived, PolicyPublished
from supportflow.exceptions import DamagedRow, InvalidInput, NewerSchemaError
from supportflow.kernel import FOLD_VERSION
from supportflow.model.commands import Resolve
from supportflow.model.people import HOST, Actor
from supportflow.model.signals import Signals
from supportflow.model.ticket import Ticket
from supportflow.system import SystemClock, SystemIds
from supportflow.testing import ManualClock

TIMED = Policy(sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30)])])


def rewrite(one: Desk, ticket: str, **columns) -> None:
    rows = store_of(one)._tenants["default"].rows
    rows[ticket] = replace(rows[ticket], **columns)


class TestSnapshots:
    def test_one_of_an_older_fold_is_folded_again(self):
        one = desk(TIMED)
        ticket = one.open(subject="s", requester="ana").ticket
        one.note(ticket, body="b", by="sam")
        expected = one.get(ticket)
        rewrite(one, ticket.id, fold_version=FOLD_VERSION - 1, snapshot=b"of an older shape")
        assert one.get(ticket) == expected
        assert one.note(ticket, body="b", by="sam").ticket.notes == 2
        assert store_of(one).load("default", ticket.id).fold_version == FOLD_VERSION

    def test_one_of_a_newer_fold_is_left_alone(self):
        one = desk()
        ticket = one.open(subject="s", requester="ana").ticket.id
        rewrite(one, ticket, fold_version=FOLD_VERSION + 1)
        for call in (lambda: one.get(ticket), lambda: one.resolve(ticket, by="sam")):
            with pytest.raises(NewerSchemaError) as newer:
                call()
            assert (newer.value.needs, newer.value.knows) == (FOLD_VERSION + 1, FOLD_VERSION)
        assert one.find().unreadable == (ticket,)
        assert one.unreadable == {f"ticket:{ticket}": "NewerSchemaError"}

    @pytest.mark.parametrize("snapshot", [b"{", b"", b"null", b'{"id": "another"}', "of another type", None])
    def test_a_broken_one_is_made_anew_and_mended_by_the_next_command(self, snapshot, caplog):
        one = desk()
        ticket = one.open(subject="s", requester="ana").ticket
        rewrite(one, ticket.id, snapshot=snapshot)
        assert one.get(ticket) == ticket
        assert list(one.find()) == [ticket]
        assert one.unreadable == {}
        assert [(record.name, ticket.id in record.getMessage()) for record in caplog.records] == [
            ("supportflow", True)
        ]
        noted = one.note(ticket, body="b", by="sam").ticket
        assert Ticket.model_validate_json(store_of(one).load("default", ticket.id).snapshot) == noted

    def test_that_of_another_ticket_or_another_version_is_broken(self):
        one = desk()
        first, second = (one.open(subject="s", requester="ana").ticket for _ in "ab")
        older = store_of(one).load("default", first.id).snapshot
        first = one.note(first, body="b", by="sam").ticket
        for snapshot in (store_of(one).load("default", second.id).snapshot, older):
            rewrite(one, first.id, snapshot=snapshot)
            assert one.get(first.id) == first

    def test_one_that_is_broken_with_its_events_says_whose_it_is(self):
        one = desk()
        ticket = one.open(subject="s", requester="ana").ticket.id
        rewrite(one, ticket, snapshot=b"{", version=7)
        with pytest.raises(DamagedRow) as broken:
            one.get(ticket)
        assert broken.value.stream == f"ticket:{ticket}"
        assert one.find().unreadable == (ticket,)


class TestFollowing:
    def test_a_message_finds_the_last_of_many_follow_ups(self):
        one = desk()
        first = one.open(subject="s", requester="ana", ref="1").ticket.id
        last = first
        for number in range(60):
            one.cancel(last, by="sam")
            last = one.receive(ref="1", body=f"{number}", by="ana").ticket.id
        assert one.receive(ref="1", body="hello?", by="ana").ticket.id == last
        assert len(one.find(limit=100)) == 61

    def test_a_circle_of_merges_that_a_host_reported_ends_somewhere(self):
        one = desk()
        a, b = (one.open(subject="s", requester="ana").ticket.id for _ in "ab")
        one.merge(a, into=b, by="sam")
        one.observe(a, status="open")
        one.merge(b, into=a, by="sam")
        assert one.receive(b, body="x", by="ana").ticket.id == a
        one.cancel(a, by="sam")
        assert one.receive(b, body="y", by="ana").ticket.follow_up_of == a


def test_a_command_names_its_ticket_once():
    one = desk()
    ticket = one.open(subject="s", requester="ana", ref="1").ticket.id
    for names in ({}, {"ticket_id": ticket, "ref": "1"}):
        with pytest.raises(InvalidInput):
            one.handle(Resolve(by=HOST, **names))
    assert one.handle(Resolve(by=HOST, ticket_id=ticket)).ticket.status == "resolved"


def test_a_wake_up_that_changed_while_it_was_put_right_is_tried_again():
    class Racing(MemoryStore):
        def reschedule(self, *_):
            return False

    one = desk(TIMED, store=Racing())
    ticket = one.open(subject="s", requester="ana").ticket.id
    MemoryStore.reschedule(store_of(one), "default", ticket, 2, 0)
    tick = one.run_due(limit=1)
    assert (tick.failed, tick.events) == ((ticket,), ())


def test_a_policy_that_reaches_every_open_ticket_at_once():
    one = desk()
    open_ones = [one.open(subject="s", requester="ana").ticket.id for _ in range(203)]
    one.cancel(open_ones[7], by="sam")
    told = []
    moved = one.use(TIMED.model_copy(update={"edits": "now"}), progress=told.append)
    assert moved == 202
    assert told == list(range(1, 203))
    assert one.get(open_ones[202]).policy == one.policy.fingerprint
    assert one.get(open_ones[7]).policy == Policy().fingerprint


def test_a_channel_can_send():
    for wrong in (object(), print, "web"):
        with pytest.raises(InvalidInput):
            Desk(channels={"web": wrong})
    Desk(channels={"web": MemoryChannel()})


class TestModels:
    class Model:
        def __init__(self, answer):
            self.answer = answer
            self.read = []

        def classify(self, text):
            self.read.append(text)
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

    def test_a_host_s_model_is_asked_for_what_people_wrote(self):
        model = self.Model(Signals(priority_class="security", confidence=0.9))
        one = desk(classifier=model)
        ticket = one.open(subject="hello", body="there", requester="ana").ticket
        assert ticket.priority_class == "security"
        one.note(ticket, body="nobody reads this", by="sam")
        assert model.read == ["hello\nthere"]

    def test_a_model_that_fails_loses_no_ticket(self):
        one = desk(classifier=self.Model(TimeoutError()))
        opened = one.open(subject="hello", body="there", requester="ana")
        assert "model_failed" in opened.events[0].flags


def test_streams_have_names():
    assert PolicyPublished(recorded_at=START, by=HOST, fingerprint="f", name="n").stream == "desk"
    event = MessageReceived(recorded_at=START, by=HOST, ticket_id="t", origin="party", channel="web")
    assert event.stream == "ticket:t"


class TestSystemPorts:
    def test_the_clock_tells_utc_and_ids_sort_as_they_were_given(self):
        now = SystemClock().now()
        assert now.tzname() == "UTC"
        ids = SystemIds()
        made = [ids.new_id(now) for _ in range(10_000)]
        assert made == sorted(made)
        assert len(set(made)) == len(made)

    def test_they_are_uuids_of_version_7_with_the_time_in_front(self):
        import uuid

        ids, now = SystemIds(), instant("2026-03-02T09:00:00.123456Z")
        made = uuid.UUID(ids.new_id(now))
        assert (made.version, made.variant) == (7, uuid.RFC_4122)
        assert made.int >> 80 == to_us(now) // 1_000
        earlier = ids.new_id(from_us(to_us(now) - 5_000_000))
        assert earlier > str(made), "a clock that goes back gives no smaller id"

    def test_salts_and_chances(self):
        ids = SystemIds()
        assert len({ids.salt() for _ in range(100)}) == 100
        assert len(ids.salt()) == 32
        assert all(0 <= ids.chance() < 1 for _ in range(1_000))

    def test_a_desk_has_them_by_default(self):
        with Desk() as one:
            ticket = one.open(subject="s", requester="ana").ticket
            assert abs(to_us(SystemClock().now()) - to_us(ticket.opened_at)) < 60_000_000
            one.receive(ticket, body="b", by=Actor(kind="party", id="bob"))


class TestManualClock:
    def test_it_stands_goes_and_jumps(self):
        clock = ManualClock("2026-03-02T10:00:00+01:00")
        assert clock.now() == START
        assert to_us(clock.advance(minutes=1, seconds=1)) - to_us(START) == 61_000_000
        assert clock.set(START) == START
        with pytest.raises(InvalidInput):
            clock.set("soon")
        one = desk(clock=clock)
        assert clock_of(one) is clock
