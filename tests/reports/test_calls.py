"""Calls in reports: who hung up, which promised calls were made, who was answered, and that a log says the same."""

from datetime import timedelta
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bots import ask, desk_of
from bot.bots import policy as bot_policy
from desk.office import START, clock_of, desk
from supportflow import Agent, Policy, Requester
from supportflow.events import CallAnswered, ReplySent
from supportflow.replay import export_history
from supportflow.reports import monthly_report, report, report_history

MONTH = {"since": START, "until": START + timedelta(days=30)}
WITHIN = 60
POLICY = Policy.model_validate(
    {
        "figures": {"smallest": 1},
        "phone": {"call_back_within": f"PT{WITHIN}M"},
        "announcements": {"audiences": {"all": {"field": "level", "ge": 1}}, "lasts_for": "P9D"},
        "sla": [{"name": "all", "targets": [{"metric": "first_response", "minutes": 30}]}],
    }
)
STEPS = ["ring", "take", "hang", "reach", "miss", "write", "reply", "to bank", "few", "many"]
MINUTES = {"few": 7, "many": 40}  # no sum of these is what a call-back is promised within


class Account:
    """What one contact comes to, counted by hand from what was done."""

    def __init__(self, at):
        self.opened, self.heard, self.first = at, at, None
        self.ringing = self.taken = False
        self.owed = None
        self.missed = False
        self.ended, self.kept, self.replies = [], [], []

    def answered(self, at):
        self.first = at if self.first is None else self.first
        self.heard = None

    def passes(self, at):
        if self.owed is not None and not self.missed and at > self.owed:
            self.missed = True
            self.kept.append(False)

    def calls_back(self):
        if self.owed is not None and not self.missed:
            self.kept.append(True)
        self.owed = None

    def step(self, step, at):
        if step == "ring":
            self.ringing, self.heard = True, at
        elif step == "take":
            self.taken, self.owed = True, None
            self.answered(at)
        elif step == "hang":
            self.ended.append("answered" if self.taken else "abandoned")
            if not self.taken and self.owed is None:
                self.owed, self.missed = at + WITHIN, False
            self.ringing = self.taken = False
        elif step in {"reach", "miss"}:
            self.calls_back()
            if step == "reach":
                self.answered(at)
        elif step == "write":
            self.heard = at
        elif step == "reply":
            if self.heard is not None:
                self.replies.append((at - self.heard) * 60)
            self.answered(at)


def possible(step, account):
    if step == "ring":
        return not account.ringing
    if step == "take":
        return account.ringing and not account.taken
    return account.ringing if step == "hang" else True


def do(one, ref, step, number):
    if step == "ring":
        one.start_call(ref=ref, call=f"in-{number}")
    elif step == "take":
        one.answer_call(ref=ref, call=one.get(ref=ref).phone.ringing.id, by=Agent("sam"))
    elif step == "hang":
        (call,) = [x for x in one.get(ref=ref).phone.calls if x.ended_us is None]
        one.end_call(ref=ref, call=call.id)
    elif step in {"reach", "miss"}:
        one.start_call(ref=ref, call=f"out-{number}", outgoing=True, by=Agent("sam"))
        if step == "reach":
            one.answer_call(ref=ref, call=f"out-{number}", by=Agent("sam"))
        one.end_call(ref=ref, call=f"out-{number}", by=Agent("sam"))
    elif step == "write":
        one.receive(ref=ref, body="?", by=Requester(f"p-{ref}"))
    elif step == "reply":
        one.reply(ref=ref, body="!", by="sam")
    else:
        one.reply(ref=ref, body="!", by="sam", to="bank")


def share(of, value):
    return round(100 * of.count(value) / len(of)) / 100 if of else None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(STEPS)), max_size=25))
@settings(max_examples=60)
def test_figures_of_calls_agree_with_an_account_by_hand(steps):
    from supportflow import Party

    one, now = desk(POLICY), 0
    accounts = {}
    for ref in "ab":
        one.open(subject="s", requester=f"p-{ref}", ref=ref, channel="phone")
        one.add_party(ref=ref, party=Party("bank", "bank"), by="sam")
        accounts[ref] = Account(0)
    for number, (ref, step) in enumerate(steps):
        if step in MINUTES:
            now += MINUTES[step]
            clock_of(one).advance(minutes=MINUTES[step])
            for account in accounts.values():
                account.passes(now)
        elif possible(step, accounts[ref]):
            do(one, ref, step, number)
            accounts[ref].step(step, now)
    one.run_due()
    told = monthly_report(one, **MONTH)

    ended = [x for account in accounts.values() for x in account.ended]
    kept = [x for account in accounts.values() for x in account.kept]
    replies = [x for account in accounts.values() for x in account.replies]
    firsts = [(x.first - x.opened) * 60 for x in accounts.values() if x.first is not None]
    assert (told.figure("calls_abandoned").value, told.figure("calls_abandoned").of) == (
        share(ended, "abandoned"), len(ended),
    )  # fmt: skip
    assert (told.figure("call_backs_kept").value, told.figure("call_backs_kept").of) == (
        share(kept, True), len(kept),
    )  # fmt: skip
    assert told.figure("reply_seconds").value == (median(replies) if replies else None)
    assert told.figure("wait_seconds").value == (round(sum(firsts) / len(firsts), 2) if firsts else None)
    # and who is answered there is answered for the kernel
    for ref, account in accounts.items():
        at = one.get(ref=ref).first_replied_at
        first = None if account.first is None else START + timedelta(minutes=account.first)
        assert at == first


def called(one, ref, *, waits=5, answered=True):
    """A contact by phone that waited so many minutes."""
    one.open(subject="s", requester=f"p-{ref}", ref=ref, channel="phone")
    one.start_call(ref=ref, call=f"c-{ref}")
    clock_of(one).advance(minutes=waits)
    if answered:
        one.answer_call(ref=ref, call=f"c-{ref}", by="sam")
    one.end_call(ref=ref, call=f"c-{ref}")


def test_a_month_of_calls():
    one = desk(POLICY)
    for ref, waits, answered in [("a", 1, True), ("b", 2, True), ("c", 3, False), ("d", 4, False)]:
        called(one, ref, waits=waits, answered=answered)
    one.start_call(ref="c", call="back-c", outgoing=True, by="sam")
    one.answer_call(ref="c", call="back-c", by="sam")
    clock_of(one).advance(hours=2)
    one.start_call(ref="d", call="back-d", outgoing=True, by="sam")  # an hour too late, and nobody takes it
    one.end_call(ref="d", call="back-d", by="sam")
    told = monthly_report(one, **MONTH)
    assert [(told.figure(x).value, told.figure(x).of) for x in ("calls_abandoned", "call_backs_kept")] == [
        (0.5, 4), (0.5, 2),
    ]  # fmt: skip
    assert (told.figure("wait_seconds").value, told.figure("wait_seconds").of) == (
        round((60 + 120 + 420) / 3, 2),
        3,
    )


@pytest.mark.parametrize("minutes", [10, 120])
def test_a_ticket_that_ends_without_its_call_has_not_kept_it_and_counts_once(minutes):
    one = desk(POLICY)
    called(one, "a", answered=False)
    clock_of(one).advance(minutes=minutes)
    one.resolve(ref="a", by="sam")
    told = monthly_report(one, **MONTH).figure("call_backs_kept")
    assert (told.value, told.of) == (0, 1)


def test_what_is_said_to_many_answers_nobody_in_any_figure():
    """Not in the published wait, not in an agent's time to answer, and not as what ends a wait."""
    one = desk(POLICY)
    for ref in "ab":
        one.open(subject="s", requester=f"p-{ref}", ref=ref, channel="web")
    one.open(subject="notice", requester="x", ref="n", channel="other", private=True)
    one.propose_announcement(ref="n", texts={"en": "We know."}, audience="all", by="sam")
    one.decide_announcement(ref="n", number="1", approve=True, by="lena")
    clock_of(one).advance(minutes=1)
    one.run_due()
    assert [event.announced.number for event in one.history(ref="a") if isinstance(event, ReplySent)] == ["1"]
    clock_of(one).advance(minutes=9)
    one.reply(ref="a", body="It works again.", by="sam")
    told = monthly_report(one, **MONTH)
    assert (told.figure("wait_seconds").value, told.figure("wait_seconds").of) == (600, 1)
    assert (told.figure("reply_seconds").value, told.figure("reply_seconds").of) == (600, 1)


def test_who_is_spoken_with_has_left_the_bot():
    one, _ = desk_of(bot_policy(routing={}))
    spoken = ask(one, "Why is my withdrawal late?")
    rung = ask(one, "Why is my withdrawal late?", requester="ben")
    one.run_due()
    for ticket in (spoken, rung):
        one.start_call(ticket, call="c")
    one.answer_call(spoken, call="c", by="sam")
    for ticket in (spoken, rung):
        one.end_call(ticket, call="c")
        one.resolve(ticket, by=Requester("ana" if ticket is spoken else "ben"))
    assert report_history(one, until=one.get(spoken).recorded_at).bot == {"handed_over": 1, "deflected": 1}


@pytest.mark.parametrize(("again", "first_contact"), [("call", 0), ("outgoing", 1), (None, 1)])
def test_who_calls_after_an_answer_had_to_come_back_and_who_is_called_had_not(again, first_contact):
    one = desk(POLICY)
    called(one, "a")
    clock_of(one).advance(hours=1)
    if again is not None:
        by = Agent("sam") if again == "outgoing" else None
        one.start_call(
            ref="a", call="c-2", outgoing=again == "outgoing", **({} if by is None else {"by": by})
        )
        one.answer_call(ref="a", call="c-2", by="sam")
        one.end_call(ref="a", call="c-2")
    one.resolve(ref="a", by="sam")
    found = report_history(one, until=one.get(ref="a").recorded_at)
    assert (found.first_contact.count, found.first_contact.of) == (first_contact, 1)


def test_who_speaks_on_the_phone_is_at_work():
    one = desk(POLICY)
    one.open(subject="s", requester="p", ref="a", channel="phone")
    clock_of(one).advance(minutes=20)
    one.assign(ref="a", agent="sam", by="boss")
    one.start_call(ref="a", call="c")
    clock_of(one).advance(minutes=15)
    one.end_call(ref="a", call="c")
    clock_of(one).advance(minutes=5)
    one.start_call(ref="a", call="d", outgoing=True, by="sam")
    one.answer_call(ref="a", call="d", by="sam")
    clock_of(one).advance(hours=1)
    [target] = report_history(one, until=START + timedelta(hours=2)).targets
    assert [(x.cause, x.seconds) for x in target.causes] == [("no_agent", 20 * 60), ("late_pick_up", 10 * 60)]


def test_a_desk_that_is_called_and_its_exported_log_say_the_same(tmp_path):
    one = desk(POLICY)
    for ref, waits, answered in [
        ("a", 5, True),
        ("b", 20, True),
        ("c", 10, False),
        ("d", 35, True),
        ("e", 40, False),
    ]:
        called(one, ref, waits=waits, answered=answered)
    one.start_call(ref="c", call="back-c", outgoing=True, by="sam")
    one.answer_call(ref="c", call="back-c", by="sam")
    one.end_call(ref="c", call="back-c", by="sam")
    one.run_due()
    until = START + timedelta(hours=6)
    clock_of(one).advance(hours=6)
    one.run_due()
    mine = report_history(one, until=until)
    exported = export_history(one, tmp_path / "log.csv")
    theirs = report(tmp_path / "log.csv", exported.mapping, POLICY, until=until)
    [target], [other] = mine.targets, theirs.targets
    assert target.ended == other.ended
    assert sum(target.ended.values()) == 5
    assert target.ended["missed"] >= 1
    assert mine.distributions == theirs.distributions
    words = (tmp_path / "log.csv").read_text(encoding="utf-8")
    spoken = sum(isinstance(event, CallAnswered) for ref in "abcde" for event in one.history(ref=ref))
    assert (words.count(" + reply"), words.count(" + message")) == (spoken, 5)
