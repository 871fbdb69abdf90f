"""Calls: a record of each, abandoned ones counted, and the call that is owed and keeps its place."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Agent, AsyncDesk, Desk, MemoryStore, Policy, Requester
from supportflow._time import to_us
from supportflow.events import (
    CallAnswered,
    CallBackEnded,
    CallBackMissed,
    CallBackPromised,
    CallEnded,
    CallStarted,
    NoteAdded,
)
from supportflow.exceptions import InvalidInput, PolicyError, Refused, TicketNotFound
from supportflow.kernel.fold.evolve import fold
from supportflow.model.people import SYSTEM
from supportflow.model.phone import MOST_CALLS
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00Z"
RULES = {
    "sla": [
        {
            "name": "all",
            "targets": [
                {"metric": "first_response", "hours": 2},
                {"metric": "next_response", "hours": 2},
                {"metric": "resolution", "hours": 48},
            ],
        }
    ],
    "phone": {"call_back_within": "PT1H"},
    "authority": {"levels": ["basic", "strong"]},
    "reopen_within": "P7D",
}


class Hotline:
    """A desk that is called."""

    def __init__(self, **more):
        self.clock, self.store, self.ids = ManualClock(START), MemoryStore(), CountingIds()
        self.policy = Policy.model_validate({**RULES, **more})
        self.desk = Desk(self.policy, store=self.store, clock=self.clock, ids=self.ids)

    def ticket(self, ref="7", **given):
        return self.desk.open(
            **{"subject": "x", "requester": f"r{ref}", "channel": "phone", "ref": ref, **given}
        ).ticket

    def abandoned(self, ref="7", *, rings=2, call="c1"):
        """A ticket that somebody called about, and hung up."""
        self.ticket(ref)
        self.desk.start_call(ref=ref, call=call)
        self.clock.advance(minutes=rings)
        return self.desk.end_call(ref=ref, call=call).ticket

    def get(self, ref="7"):
        return self.desk.get(ref=ref)

    def told(self, *kinds, ref="7"):
        return [event for event in self.desk.history(ref=ref) if isinstance(event, kinds)]

    def queue(self):
        return [ticket.ref for ticket in self.desk.find(order="priority")]


@pytest.fixture
def hotline():
    return Hotline()


# --- the record --------------------------------------------------------------------------------------


def test_a_call_is_a_record(hotline):
    hotline.ticket()
    hotline.desk.start_call(ref="7", call="c1")
    hotline.clock.advance(seconds=20)
    hotline.desk.answer_call(ref="7", call="c1", by=Agent("sam"))
    hotline.clock.advance(minutes=3)
    hotline.desk.verify(
        ref="7", level="basic", method="security_question", valid_for=timedelta(hours=1), by="sam"
    )
    hotline.clock.advance(minutes=2)
    done = hotline.desk.end_call(ref="7", call="c1", by=Agent("sam"), body="Reads the mail again.")

    (call,) = done.ticket.phone.calls
    begun = to_us(hotline.told(CallStarted)[0].recorded_at)
    assert (call.id, call.outgoing, call.agent, call.outcome) == ("c1", False, "sam", "answered")
    assert (call.started_us, call.answered_us, call.ended_us) == (
        begun,
        begun + 20_000_000,
        begun + 320_000_000,
    )
    assert (call.level, call.method) == ("basic", "security_question")
    assert call.note == hotline.told(NoteAdded)[0].body
    assert [
        message.body for message in hotline.desk.messages(ref="7") if message.origin == "internal_note"
    ] == ["Reads the mail again."]
    assert done.ticket.phone.call_back is None


def test_a_verification_belongs_to_the_call_in_which_it_was_made(hotline):
    hotline.ticket()
    for call in ("c1", "c2", "c3"):
        hotline.desk.start_call(ref="7", call=call)
        hotline.desk.answer_call(ref="7", call=call, by="sam")
        if call == "c2":
            hotline.desk.verify(
                ref="7", level="strong", method="code", valid_for=timedelta(hours=1), by="sam"
            )
        hotline.desk.end_call(ref="7", call=call)
    hotline.desk.verify(ref="7", level="basic", method="mail", valid_for=timedelta(hours=1), by="sam")
    assert [one.method for one in hotline.get().phone.calls] == [None, "code", None]


def test_who_is_spoken_with_is_answered(hotline):
    hotline.ticket()
    hotline.desk.start_call(ref="7", call="c1")
    hotline.clock.advance(minutes=1)
    ticket = hotline.desk.answer_call(ref="7", call="c1", by="sam").ticket
    verdict = ticket.clock("first_response").verdict
    assert verdict is not None
    assert verdict.met
    assert verdict.elapsed_us == 60_000_000
    assert (ticket.replies, ticket.waiting_since, ticket.status) == (1, None, "open")
    assert ticket.first_replied_at == ticket.last_replied_at == ticket.recorded_at


def test_a_call_on_an_answered_ticket_waits_for_an_answer(hotline):
    hotline.ticket()
    hotline.desk.reply(ref="7", body="We look.", by="sam")
    hotline.desk.wait_for_requester(ref="7", by="sam")
    hotline.clock.advance(minutes=5)
    ticket = hotline.desk.start_call(ref="7", call="c1", by=Requester("r7")).ticket
    assert ticket.status == "open"
    assert ticket.waiting_since == ticket.last_received_at == hotline.clock.now()
    assert ticket.clock("next_response").running


@pytest.mark.parametrize("outgoing", [False, True])
def test_what_is_told_twice_counts_once(hotline, outgoing):
    hotline.ticket()
    by = {"by": "sam"} if outgoing else {}
    for _ in range(3):
        hotline.desk.start_call(ref="7", call="c1", outgoing=outgoing, **by)
    for _ in range(3):
        hotline.desk.end_call(ref="7", call="c1")
    hotline.desk.start_call(ref="7", call="c1", outgoing=outgoing, **by)
    assert [len(hotline.told(kind)) for kind in (CallStarted, CallEnded)] == [1, 1]
    assert len(hotline.told(CallBackPromised)) == (0 if outgoing else 1)


# --- the call that is owed ---------------------------------------------------------------------------


def test_who_hangs_up_unanswered_is_owed_a_call(hotline):
    ticket = hotline.abandoned(rings=3)
    owed = ticket.phone.call_back
    assert ticket.phone.calls[0].outcome == "abandoned"
    assert owed.due_us == ticket.phone.calls[0].ended_us + 3_600_000_000
    assert owed.order_us == ticket.phone.calls[0].order_us
    assert "a call is owed until 2026-03-02T10:03:00.000000Z" in " ".join(hotline.desk.explain(ref="7").case)


def test_without_a_policy_for_the_phone_a_call_is_counted_and_none_promised():
    hotline = Hotline(phone=None)
    assert hotline.abandoned().phone.call_back is None
    assert hotline.get().phone.calls[0].outcome == "abandoned"
    with pytest.raises(InvalidInput, match="at: is needed"):
        hotline.desk.promise_call_back(ref="7", by="sam")


def test_its_time_is_counted_by_the_calendar_that_is_named():
    hotline = Hotline(
        calendars={
            "office": {"tz": "UTC", "weekly": {day: [["09:00", "09:30"]] for day in ("mon", "tue", "wed")}}
        },
        phone={"call_back_within": "PT1H", "calendar": "office"},
    )
    owed = hotline.abandoned(rings=10).phone.call_back
    assert f"{owed.due_at:%d %H:%M}" == "04 09:10"  # 20 minutes on Monday, 30 on Tuesday, 10 on Wednesday


@pytest.mark.parametrize(
    ("minutes", "outcome", "missed"), [(1, "kept", 0), (60, "kept", 0), (61, "late", 1), (600, "late", 1)]
)
@pytest.mark.parametrize("polls", [(), (30, 60, 61)])
def test_a_promise_is_kept_or_missed_whoever_looks_when(minutes, outcome, missed, polls):
    hotline = Hotline()
    hotline.abandoned()
    gone = 0
    for poll in (*(one for one in polls if one < minutes), minutes):
        hotline.clock.advance(minutes=poll - gone)
        gone = poll
        if poll < minutes:
            hotline.desk.run_due()
    hotline.desk.start_call(ref="7", call="back", outgoing=True, by="sam")

    assert [one.outcome for one in hotline.told(CallBackEnded)] == [outcome]
    assert hotline.get().phone.call_back is None
    late = hotline.told(CallBackMissed)
    assert len(late) == missed
    assert all(one.due_at == one.recorded_at and one.by == SYSTEM for one in late)


def test_a_missed_promise_is_still_owed_and_keeps_its_place(hotline):
    before = hotline.abandoned().phone.call_back
    hotline.clock.advance(hours=5)
    hotline.desk.run_due()
    owed = hotline.get().phone.call_back
    assert owed.missed
    assert (owed.due_us, owed.order_us) == (before.due_us, before.order_us)
    assert hotline.desk.explain(ref="7").case[-1].endswith("overdue")


ENDS = {
    "resolved": lambda hotline: hotline.desk.resolve(ref="7", by="sam"),
    "cancelled": lambda hotline: hotline.desk.cancel(ref="7", by="sam"),
    "resolved elsewhere": lambda hotline: hotline.desk.observe(
        ref="7", status="resolved", at=hotline.clock.now()
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_ticket_that_ends_owes_no_call_and_says_so(hotline, end):
    hotline.abandoned()
    ENDS[end](hotline)
    assert [one.outcome for one in hotline.told(CallBackEnded)] == ["dropped"]
    hotline.clock.advance(hours=5)
    hotline.desk.run_due()
    assert not hotline.told(CallBackMissed)


def test_another_time_that_is_promised_takes_the_place_of_the_first(hotline):
    place = hotline.abandoned().phone.call_back.order_us
    at = hotline.clock.now() + timedelta(days=1)
    owed = hotline.desk.promise_call_back(ref="7", by="sam", at=at).ticket.phone.call_back
    assert [one.outcome for one in hotline.told(CallBackEnded)] == ["replaced"]
    assert (owed.due_at, owed.order_us) == (at, place)


def test_who_calls_again_and_is_answered_needs_no_call(hotline):
    hotline.abandoned()
    hotline.clock.advance(minutes=5)
    hotline.desk.start_call(ref="7", call="c2")
    assert hotline.get().phone.call_back is not None
    hotline.desk.answer_call(ref="7", call="c2", by="sam")
    (over,) = hotline.told(CallBackEnded)
    assert (over.outcome, over.call) == ("called_again", "c2")


def test_a_second_call_that_is_abandoned_changes_neither_time_nor_place(hotline):
    before = hotline.abandoned().phone.call_back
    hotline.clock.advance(minutes=10)
    hotline.desk.start_call(ref="7", call="c2")
    hotline.clock.advance(minutes=10)
    hotline.desk.end_call(ref="7", call="c2")
    assert hotline.get().phone.call_back == before
    assert [one.outcome for one in hotline.get().phone.calls] == ["abandoned", "abandoned"]


def test_who_is_promised_a_call_while_it_rings_keeps_the_place_and_abandons_nothing(hotline):
    hotline.ticket()
    hotline.desk.start_call(ref="7", call="c1")
    place = hotline.get().phone.calls[0].order_us
    hotline.clock.advance(minutes=4)
    hotline.desk.promise_call_back(ref="7", by=Agent("sam"))
    ended = hotline.desk.end_call(ref="7", call="c1").ticket
    assert ended.phone.calls[0].outcome == "promised"
    assert ended.phone.call_back.order_us == place
    assert len(hotline.told(CallBackPromised)) == 1


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(minutes=30), timedelta(days=3)])
def test_a_time_of_their_own_that_is_promised_while_it_rings_keeps_the_place_too(hotline, later):
    hotline.ticket()
    hotline.desk.start_call(ref="7", call="c1")
    place = hotline.get().phone.calls[0].order_us
    hotline.clock.advance(minutes=4)
    at = hotline.clock.now() + later
    owed = hotline.desk.promise_call_back(ref="7", by="sam", at=at).ticket.phone.call_back
    assert (owed.due_at, owed.order_us, owed.call) == (at, place, "c1")


def test_a_time_of_their_own_is_promised_too():
    hotline = Hotline(phone=None)
    hotline.ticket()
    at = hotline.clock.now() + timedelta(hours=6)
    ticket = hotline.desk.promise_call_back(ref="7", by="sam", at=at).ticket
    assert ticket.phone.call_back.due_at == at
    with pytest.raises(InvalidInput, match="not in the future"):
        hotline.desk.promise_call_back(ref="7", by="sam", at=hotline.clock.now())


# --- the place ---------------------------------------------------------------------------------------


def test_a_call_back_keeps_the_place_of_its_call(hotline):
    """Answered by mail, the ticket would wait behind who came after it; the call that is owed holds its place."""
    hotline.abandoned("7")
    hotline.clock.advance(minutes=10)
    hotline.ticket("8", channel="web")
    hotline.desk.reply(ref="7", body="We could not reach you.", by="sam")
    assert hotline.queue() == ["7", "8"]
    hotline.desk.start_call(ref="7", call="back", outgoing=True, by="sam")
    assert hotline.queue() == ["8", "7"]


@pytest.mark.parametrize("heads", [False, True])
def test_a_place_is_kept_under_every_order(heads):
    more = (
        {"priority": {"head_start": {"general": "PT0S", "dispute": "PT1H", "security": "PT2H"}}}
        if heads
        else {}
    )
    hotline = Hotline(**more)
    first = hotline.abandoned("7").phone.call_back.order_us
    hotline.clock.advance(minutes=1)
    hotline.ticket("8")
    hotline.desk.reply(ref="7", body="Later.", by="sam")
    assert hotline.queue() == ["7", "8"]
    assert hotline.get().phone.call_back.order_us == first


def _again(hotline, number):
    hotline.desk.start_call(ref="7", call=f"again-{number}")
    hotline.clock.advance(seconds=5)
    hotline.desk.end_call(ref="7", call=f"again-{number}")


def _wait(hotline, _number):
    if hotline.get().status == "open":
        hotline.desk.wait_for_requester(ref="7", by="sam")


OTHERS = {
    "reply": lambda hotline, _: hotline.desk.reply(ref="7", body="x", by="sam"),
    "note": lambda hotline, _: hotline.desk.note(ref="7", body="x", by="sam"),
    "message": lambda hotline, _: hotline.desk.receive(ref="7", body="x", by="r7"),
    "wait": _wait,
    "assign": lambda hotline, _: hotline.desk.assign(ref="7", agent="sam", by="lead"),
    "unassign": lambda hotline, _: hotline.desk.assign(ref="7", agent="", by="lead"),
    "level": lambda hotline, _: hotline.desk.set_priority(ref="7", level=2, by="lead"),
    "call": _again,
    "split": lambda hotline, number: hotline.desk.split(
        ref="7", subject="x", by="sam", new_ref=f"part-{number}"
    ),
    "an hour": lambda hotline, _: hotline.clock.advance(hours=1),
    "a minute": lambda hotline, _: hotline.clock.advance(minutes=1),
    "poll": lambda hotline, _: hotline.desk.run_due(),
}


@given(st.lists(st.sampled_from(sorted(OTHERS)), max_size=12))
@settings(max_examples=30, deadline=None)
def test_a_call_back_keeps_its_place_whatever_happens_between(between):
    """Against who came a moment later, and to whom nothing happens; told from the events alone, too."""
    hotline = Hotline()
    owed = hotline.abandoned("7").phone.call_back
    hotline.clock.advance(seconds=1)
    hotline.ticket("8")
    for number, what in enumerate(between):
        OTHERS[what](hotline, number)
    ticket = hotline.get()
    now = ticket.phone.call_back
    assert (now.order_us, now.due_us, now.call) == (owed.order_us, owed.due_us, owed.call)
    assert [ref for ref in hotline.queue() if ref in {"7", "8"}] == ["7", "8"]
    counted = [call for call in ticket.phone.calls if call.outcome == "abandoned"]
    assert len(counted) == len(hotline.told(CallEnded)) == between.count("call") + 1
    assert len(hotline.told(CallBackPromised)) == 1
    assert fold(hotline.desk.history(ref="7")).phone == ticket.phone


AFTER = {
    ("start", None): "rings",
    ("answer", "rings"): "speaks",
    ("answer", "rings, promised"): "speaks",
    ("end", "rings"): "abandoned",
    ("end", "rings, promised"): "promised",
    ("end", "speaks"): "answered",
}
IMPOSSIBLE = {("answer", None), ("end", None), ("answer", "abandoned"), ("answer", "promised")}
OWED = {"speaks": False, "abandoned": True}


class Account:
    """What calls come to, told by hand: state of each call, and whether one is owed. No clock, no queue."""

    def __init__(self):
        self.calls, self.back, self.owed = {}, set(), False

    def tell(self, what, call):
        """Whether that can be told."""
        state = self.calls.get(call)
        if what == "promise":
            self.owed = True
            first = next((one for one, now in self.calls.items() if now.startswith("rings")), None)
            if first is not None:
                self.calls[first] = "rings, promised"
        elif what == "back" and call not in self.back:
            self.back.add(call)
            self.owed = False
        elif (what, state) in IMPOSSIBLE:
            return False
        elif (what, state) in AFTER:
            self.calls[call] = AFTER[what, state]
            self.owed = OWED.get(self.calls[call], self.owed)
        return True

    @property
    def outcomes(self):
        over = {"abandoned", "promised", "answered"}
        return {call: state if state in over else None for call, state in self.calls.items()}


TELL = {
    "start": lambda desk, call: desk.start_call(ref="7", call=call),
    "answer": lambda desk, call: desk.answer_call(ref="7", call=call, by="sam"),
    "end": lambda desk, call: desk.end_call(ref="7", call=call),
    "promise": lambda desk, _: desk.promise_call_back(ref="7", by="sam"),
    "back": lambda desk, call: desk.start_call(ref="7", call=f"back-{call}", outgoing=True, by="sam"),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(TELL)), st.sampled_from("ab")), max_size=14))
@settings(max_examples=60, deadline=None)
def test_calls_against_a_naive_account(told):
    """Whatever a telephony tells, in whatever order: each call has one outcome, and at most one call is owed."""
    hotline, account = Hotline(), Account()
    hotline.ticket()
    for what, call in told:
        hotline.clock.advance(seconds=1)
        if account.tell(what, call):
            TELL[what](hotline.desk, call)
        else:
            with pytest.raises((InvalidInput, Refused)):
                TELL[what](hotline.desk, call)
    phone = hotline.get().phone
    assert {one.id: one.outcome for one in phone.calls if not one.outgoing} == account.outcomes
    assert (phone.call_back is not None) == account.owed
    assert len(hotline.told(CallBackPromised)) - len(hotline.told(CallBackEnded)) == account.owed


# --- merged, resolved, closed ------------------------------------------------------------------------


@pytest.mark.parametrize("both", [False, True])
def test_what_is_owed_goes_along_with_a_merge(both):
    hotline = Hotline()
    first = hotline.abandoned("7").phone.call_back
    hotline.clock.advance(minutes=10)
    if both:
        hotline.abandoned("8", call="c8")
    else:
        hotline.ticket("8")
    hotline.clock.advance(minutes=10)
    hotline.desk.merge(ref="7", into_ref="8", by="sam")
    owed = hotline.get("8").phone.call_back
    assert (owed.due_us, owed.order_us, owed.call) == (first.due_us, first.order_us, "c1")
    assert hotline.get("7").phone.call_back is None
    assert [one.outcome for one in hotline.told(CallBackEnded)] == ["merged"]
    assert [one.outcome for one in hotline.told(CallBackEnded, ref="8")] == ["replaced"] * both


@pytest.mark.parametrize("polled", [False, True])
@pytest.mark.parametrize(("minutes", "missed"), [(59, 0), (60, 0), (61, 1), (300, 1)])
def test_a_promise_that_was_missed_is_missed_once_though_the_ticket_is_merged(
    hotline, polled, minutes, missed
):
    hotline.abandoned("7")
    hotline.ticket("8")
    hotline.clock.advance(minutes=minutes)
    if polled:
        hotline.desk.run_due()
    hotline.desk.merge(ref="7", into_ref="8", by="sam")
    assert hotline.get("8").phone.call_back.missed is bool(missed)
    hotline.clock.advance(minutes=300)
    hotline.desk.run_due()
    assert [len(hotline.told(CallBackMissed, ref=ref)) for ref in "78"] == [missed, 1 - missed]
    assert hotline.get("8").phone.call_back.missed


def test_a_later_promise_does_not_displace_an_earlier_one_by_a_merge():
    hotline = Hotline()
    first = hotline.abandoned("8").phone.call_back
    hotline.clock.advance(minutes=10)
    hotline.abandoned("7")
    hotline.desk.merge(ref="7", into_ref="8", by="sam")
    assert hotline.get("8").phone.call_back == first


def test_who_hangs_up_on_a_ticket_that_was_resolved_meanwhile_is_owed_a_call(hotline):
    hotline.ticket()
    hotline.desk.start_call(ref="7", call="c1")
    hotline.desk.resolve(ref="7", by="sam")
    ticket = hotline.desk.end_call(ref="7", call="c1").ticket
    assert ticket.status == "open"
    assert ticket.phone.call_back is not None


@pytest.mark.parametrize("ended", ["close", "cancel", "merge"])
def test_or_on_one_that_ended_by_what_follows_it(hotline, ended):
    hotline.ticket()
    hotline.ticket("8")
    hotline.desk.start_call(ref="7", call="c1")
    place = hotline.get().phone.calls[0].order_us
    if ended == "merge":
        hotline.desk.merge(ref="7", into_ref="8", by="sam")
    elif ended == "cancel":
        hotline.desk.cancel(ref="7", by="sam")
    else:
        hotline.desk.resolve(ref="7", by="sam")
        hotline.desk.close_ticket(ref="7", by="sam")
    follow_up = hotline.desk.end_call(ref="7", call="c1").ticket
    assert follow_up.follow_up_of == hotline.get().id
    assert (follow_up.channel, follow_up.requester) == ("phone", "r7")
    assert follow_up.phone.call_back.order_us == place
    assert hotline.get().phone.calls[0].outcome == "abandoned"
    with pytest.raises(Refused, match="open one for the call"):
        hotline.desk.start_call(ref="7", call="c2")


# --- what cannot be ----------------------------------------------------------------------------------


WRONG = {
    "no such call is answered": (lambda desk: desk.answer_call(ref="7", call="none", by="sam"), InvalidInput),
    "no such call ends": (lambda desk: desk.end_call(ref="7", call="none"), InvalidInput),
    "answered by themselves": (
        lambda desk: desk.answer_call(ref="7", call="c1", by=Requester("r7")),
        Refused,
    ),
    "an agent calls in": (lambda desk: desk.start_call(ref="7", call="c2", by=Agent("sam")), Refused),
    "a requester calls out": (
        lambda desk: desk.start_call(ref="7", call="c2", by=Requester("r7"), outgoing=True),
        Refused,
    ),
    "the other way": (
        lambda desk: desk.start_call(ref="7", call="c1", by=Agent("sam"), outgoing=True),
        InvalidInput,
    ),
    "promised by themselves": (lambda desk: desk.promise_call_back(ref="7", by=Requester("r7")), Refused),
    "no ticket": (lambda desk: desk.start_call(ref="9", call="c1"), TicketNotFound),
    "an empty id": (lambda desk: desk.start_call(ref="7", call=""), InvalidInput),
    "a number for an id": (lambda desk: desk.start_call(ref="7", call=7), InvalidInput),
    "a word for a time": (lambda desk: desk.promise_call_back(ref="7", by="sam", at="noon"), InvalidInput),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_one_clear_error_and_changes_nothing(hotline, what):
    tell, error = WRONG[what]
    hotline.ticket()
    hotline.desk.start_call(ref="7", call="c1")
    before = hotline.desk.history(ref="7")
    with pytest.raises(error):
        tell(hotline.desk)
    assert hotline.desk.history(ref="7") == before


def test_a_call_that_is_over_is_not_answered(hotline):
    hotline.abandoned()
    with pytest.raises(Refused, match="over"):
        hotline.desk.answer_call(ref="7", call="c1", by="sam")


def test_a_ticket_has_so_many_calls_at_most(hotline):
    hotline.ticket()
    for number in range(MOST_CALLS):
        hotline.desk.start_call(ref="7", call=f"c{number}")
    with pytest.raises(Refused, match="200 calls"):
        hotline.desk.start_call(ref="7", call="more")


@pytest.mark.parametrize(
    ("phone", "path"),
    [
        ({"call_back_within": "PT1H", "calendar": "offcie"}, "phone.calendar"),
        ({"call_back_within": "P99999D"}, "phone.call_back_within"),
    ],
)
def test_a_policy_that_cannot_be_says_where(phone, path):
    with pytest.raises(PolicyError) as wrong:
        Desk(Policy.model_validate({"phone": phone}))
    assert wrong.value.problems[0].startswith(path)


def test_both_desks_say_the_same():
    async def told():
        desk = AsyncDesk(Policy.model_validate(RULES), clock=ManualClock(START), ids=CountingIds())
        await desk.open(subject="x", requester="r7", channel="phone", ref="7")
        await desk.start_call(ref="7", call="c1")
        await desk.end_call(ref="7", call="c1", body="Hung up.")
        await desk.start_call(ref="7", call="back", outgoing=True, by="sam")
        await desk.answer_call(ref="7", call="back", by="sam")
        return [event.model_dump_json() for event in await desk.history(ref="7")]

    hotline = Hotline()
    hotline.ticket()
    hotline.desk.start_call(ref="7", call="c1")
    hotline.desk.end_call(ref="7", call="c1", body="Hung up.")
    hotline.desk.start_call(ref="7", call="back", outgoing=True, by="sam")
    hotline.desk.answer_call(ref="7", call="back", by="sam")
    plain = [event.model_dump_json() for event in hotline.desk.history(ref="7")]
    # Commitments are salted with what each desk draws.
    assert [_bare(one) for one in asyncio.run(told())] == [_bare(one) for one in plain]
    assert len(hotline.told(CallAnswered)) == 1


def _bare(line):
    return line.partition('"commitment"')[0]
