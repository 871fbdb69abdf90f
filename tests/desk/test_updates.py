"""What a requester hears by itself: a confirmation, when they hear again, how their case and its parts stand."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Attachment, Desk, MemoryChannel, MemoryStore, Policy, Requester
from supportflow.events import PartChanged, ReplySent, RequesterInformed
from supportflow.exceptions import PolicyError
from supportflow.model.commands import MirrorPart
from supportflow.model.people import SYSTEM
from supportflow.testing import CountingIds, ManualClock

UPDATES = {
    "receipt": True,
    "first": "first_response",
    "again": "update",
    "states": {
        "on_hold": {"en": "We wait for our bank, until {due} at most.", "de": "Wir warten auf die Bank."}
    },
    "parts": {"resolved": {"en": "A part of {ticket} is settled.", "zh": "{ticket}的一部分已处理。"}},
}
SLA = [
    {
        "name": "all",
        "targets": [
            {"metric": "first_response", "hours": 1},
            {"name": "update", "metric": "periodic_update", "hours": 24},
            {"metric": "resolution", "hours": 96},
        ],
    }
]


class Counter:
    """A desk that tells its requesters, by a channel that keeps what leaves."""

    def __init__(self, updates=UPDATES, **more):
        self.clock, self.mail = ManualClock("2026-03-25T10:00:00Z"), MemoryChannel()
        self.store, self.ids = MemoryStore(), CountingIds()
        self.policy = Policy.model_validate({"sla": SLA, "updates": updates, **more})
        self.desk = self.process()

    def process(self):
        return Desk(
            self.policy, store=self.store, clock=self.clock, ids=self.ids, channels={"email": self.mail}
        )

    def open(self, ref="7", **given):
        return self.desk.open(
            **{"subject": "Hello", "requester": f"r{ref}", "channel": "email", "ref": ref, **given}
        )

    def heard(self, ref="7"):
        self.desk.run_due()
        return [one.body for one in self.mail.sent if one.requester == f"r{ref}"]


# --- the confirmation --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "tz", "said"),
    [
        (
            "en",
            None,
            "We have received your request 7. You will hear from us today at 11:00 UTC at the latest.",
        ),
        (
            "en",
            "America/New_York",
            "We have received your request 7. You will hear from us today at 07:00 at the latest.",
        ),
        ("zh-CN", "Asia/Shanghai", "我们已收到您的请求 7。 我们最晚将于今天 19:00与您联系。"),
        (
            "tlh",
            None,
            "We have received your request 7. You will hear from us today at 11:00 UTC at the latest.",
        ),
    ],
)
def test_a_request_is_confirmed_in_the_readers_language_and_on_their_clock(language, tz, said):
    counter = Counter()
    ticket = counter.open(language=language, tz=tz).ticket

    assert counter.heard() == [said]
    assert counter.desk.messages(ticket, seen_by="r7")[-1].body == said
    assert (ticket.replies, ticket.clock("first_response").state) == (0, "running")
    assert ticket.waiting_since == counter.clock.now()


@pytest.mark.parametrize(
    ("updates", "given", "confirmed"),
    [
        ({}, {}, 1),
        ({"receipt": False}, {}, 0),
        ({"receipt_when": {"field": "channel", "eq": "web"}}, {}, 0),
        ({"receipt_when": {"field": "channel", "eq": "email"}}, {}, 1),
        ({}, {"private": True, "by": "sam"}, 0),
        ({}, {"opened_at": ManualClock("2026-03-25T09:30:00Z").now()}, 1),
        ({}, {"opened_at": ManualClock("2026-03-25T08:59:00Z").now()}, 0),
        ({"receipt_within": "P7D"}, {"opened_at": ManualClock("2026-03-22T08:59:00Z").now()}, 1),
    ],
)
def test_what_is_confirmed_is_said_by_the_policy(updates, given, confirmed):
    counter = Counter({**UPDATES, **updates})
    counter.open(**given)
    assert len(counter.heard()) == confirmed


def test_who_is_asked_for_evidence_has_that_for_a_confirmation():
    intake = {"categories": {"refund": {"evidence": [{"name": "receipt", "kind": "attachment"}]}}}
    counter = Counter(intake=intake)
    counter.open("7", category="refund")
    counter.open("8", category="refund", attachments=[Attachment(name="a.png", media_type="image/png")])

    assert len(counter.heard("7")) == 1
    assert "received" not in counter.heard("7")[0]
    assert [text.split(".")[0] for text in counter.heard("8")] == ["We have received your request 8"]


def test_the_words_are_the_policys_if_it_has_some_and_no_text_of_anybody_is_a_template():
    words = {"received": {"en": "Got {ticket}: {0} {ticket.id}"}, "promise": {"en": "Until {due}."}}
    counter = Counter({**UPDATES, "texts": words})
    counter.open(ref="{due}")
    assert counter.heard("{due}") == ["Got {due}: {0} {ticket.id} Until today at 11:00 UTC."]


# --- the next promise -----------------------------------------------------------------------------------


def test_a_reply_says_when_its_reader_hears_again_and_a_clock_keeps_it():
    counter = Counter({**UPDATES, "receipt": False})
    ticket = counter.open(tz="Europe/Berlin").ticket
    counter.clock.advance(minutes=10)
    sent = counter.desk.reply(ticket, body="We look into it.", by="sam")

    said = "We look into it.\n\nYou will hear from us tomorrow at 11:10 at the latest."
    assert counter.heard() == [said]
    assert counter.desk.messages(ticket)[-1].body == said
    [promised] = [one.promised.at for one in sent.events if isinstance(one, ReplySent)]
    [clock] = [one for one in counter.desk.clocks(ticket) if one.target == "update"]
    assert clock.due_at == promised
    counter.clock.advance(hours=24, minutes=1)
    counter.desk.run_due()
    assert counter.desk.get(ticket.id).clock("update").breached_us == int(promised.timestamp()) * 1_000_000


def test_nothing_is_promised_where_no_clock_runs():
    counter = Counter({**UPDATES, "receipt": False})
    ticket = counter.open().ticket
    counter.desk.resolve(ticket, by="sam")
    counter.desk.reply(ticket, body="It is done.", by="sam")
    assert counter.heard() == ["It is done."]


GAPS = st.lists(
    st.tuples(st.integers(1, 3_000), st.sampled_from(["reply", "write", "hold", "resume", "wait"])),
    max_size=6,
)


@settings(max_examples=8, deadline=None)
@given(GAPS)
def test_every_promise_is_the_due_time_of_the_clock_that_keeps_it(steps):
    """Whatever happened before: what a reply says is what the clock says the moment after."""
    counter = Counter({**UPDATES, "receipt": False})
    counter.open()
    for pause, what in steps:
        counter.clock.advance(minutes=pause)
        if what == "write":
            counter.desk.receive(ref="7", body="And?", by=Requester("r7"))
        elif what != "reply":
            trigger = {"wait": "wait_for_requester"}.get(what, what)
            if trigger in counter.desk.permitted(ref="7"):
                getattr(counter.desk, trigger)(ref="7", by="sam")
        else:
            sent = counter.desk.reply(ref="7", body="Still at it.", by="sam")
            [reply] = [one for one in sent.events if isinstance(one, ReplySent)]
            [clock] = [one for one in counter.desk.clocks(ref="7") if one.target == "update"]
            # A day after the reply, by the calendar that never closes.
            assert reply.promised.at == clock.due_at == counter.clock.now() + timedelta(hours=24)


# --- where a case and its parts stand ------------------------------------------------------------------------


def test_a_command_that_brings_a_ticket_to_a_state_tells_its_requester_why_and_until_when():
    counter = Counter({**UPDATES, "receipt": False})
    ticket = counter.open().ticket
    other = counter.open("8", language="de").ticket
    for one in (ticket, other):
        counter.desk.reply(one, body="Yes.", by="sam")
        counter.desk.hold(one, by="sam", reason="for colleagues alone")
        counter.desk.resume(one, by="sam")

    assert counter.heard()[1:] == ["We wait for our bank, until tomorrow at 10:00 UTC at most."]
    assert counter.heard("8")[1].startswith("Wir warten auf die Bank.")


def test_what_would_say_when_is_not_said_where_nothing_is_promised():
    counter = Counter({**UPDATES, "receipt": False, "again": None})
    counter.desk.hold(counter.open().ticket, by="sam")
    counter.desk.hold(counter.open("8", language="de").ticket, by="sam")
    assert (counter.heard(), counter.heard("8")) == ([], ["Wir warten auf die Bank."])


def test_the_whole_hears_when_a_part_is_settled_and_shows_where_its_parts_stand():
    counter = Counter({**UPDATES, "receipt": False, "again": None})
    whole = counter.open(language="zh").ticket
    counter.desk.split(whole, by="sam", subject="Ask the bank", new_ref="part")
    counter.desk.hold(ref="part", by="sam")
    counter.desk.run_due()
    assert [(one.status, one.category) for one in counter.desk.get(whole.id).spread.parts] == [
        ("on_hold", "on_hold")
    ]
    counter.desk.resolve(ref="part", by="lena")

    assert counter.heard() == ["7的一部分已处理。"]
    assert [one.status for one in counter.desk.get(whole.id).spread.parts] == ["resolved"]
    told = [one for one in counter.desk.history(whole) if isinstance(one, RequesterInformed)]
    assert [(one.occasion, one.about, one.part) for one in told] == [
        ("part", "resolved", counter.desk.get(ref="part").id)
    ]


def test_a_part_is_told_of_once_whoever_delivers_and_however_often():
    counter = Counter({**UPDATES, "receipt": False})
    whole = counter.open().ticket
    counter.desk.split(whole, by="sam", new_ref="part", subject="x")
    counter.desk.resolve(ref="part", by="lena")
    counter.desk.reopen(ref="part", by="lena")
    counter.desk.resolve(ref="part", by="lena")
    other = counter.process()
    other.run_due()
    counter.desk.run_due()

    events = counter.desk.history(whole)
    assert [one.category for one in events if isinstance(one, PartChanged)] == [
        "resolved",
        "open",
        "resolved",
    ]
    assert len([one for one in events if isinstance(one, RequesterInformed)]) == 2


def test_what_is_delivered_twice_or_late_changes_nothing():
    counter = Counter({**UPDATES, "receipt": False})
    whole = counter.open().ticket
    counter.desk.split(whole, by="sam", new_ref="part", subject="x")
    counter.desk.resolve(ref="part", by="lena")
    counter.desk.run_due()
    known = counter.desk.get(whole.id).spread.parts[0]
    for seq in (known.seq, known.seq - 1):
        again = MirrorPart(
            by=SYSTEM, ticket_id=whole.id, part=known.ticket, status="new", category="new", seq=seq
        )
        assert counter.desk.handle(again).events == ()
    assert counter.desk.get(whole.id).spread.parts == (known,)


def test_a_whole_that_has_ended_is_told_nothing_more():
    counter = Counter({**UPDATES, "receipt": False})
    whole = counter.open().ticket
    counter.desk.split(whole, by="sam", new_ref="part", subject="x")
    counter.desk.resolve(whole, by="sam")
    counter.desk.resolve(ref="part", by="lena")
    assert counter.heard() == []
    assert counter.desk.get(whole.id).spread.parts[0].status == "resolved"


def test_a_desk_without_updates_owes_and_says_nothing():
    counter = Counter(None)
    ticket = counter.open().ticket
    counter.desk.split(ticket, by="sam", new_ref="part", subject="x")
    counter.desk.resolve(ref="part", by="lena")
    counter.desk.reply(ticket, body="Hello.", by="sam")
    assert counter.heard() == ["Hello."]
    assert counter.desk.get(ticket.id).spread.parts == ()


@pytest.mark.parametrize(
    ("updates", "path"),
    [
        ({"again": "updates"}, "updates.again: no SLA policy has a target 'updates'"),
        ({"first": "none"}, "updates.first"),
        ({"states": {"on_hold": {"en": "x", "EN": "y"}}}, "updates.states.on_hold"),
        ({"parts": {"resolved": {"no tag at all": "x"}}}, "updates.parts.resolved"),
        ({"receipt_when": {"field": "colour", "eq": "red"}}, "updates.receipt_when"),
    ],
)
def test_a_policy_with_wrong_updates_is_refused_with_the_path(updates, path):
    with pytest.raises(PolicyError, match=path):
        Counter(updates)
