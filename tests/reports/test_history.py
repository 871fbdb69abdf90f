"""A report on what a desk has recorded itself."""

import pytest

from bot.bots import ask, desk_of
from bot.bots import policy as bot_policy
from supportflow import Desk, Policy
from supportflow.model.people import Requester
from supportflow.replay import export_history
from supportflow.reports import Report, report, report_history, report_page
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.testing import CountingIds, ManualClock

FOUR = Policy(
    name="four", sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4, pause_on=["pending"]),)),)
)


@pytest.fixture
def desk():
    clock = ManualClock("2026-03-02T09:00:00Z")
    desk = Desk(FOUR, clock=clock, ids=CountingIds())
    desk.advance = clock.advance
    desk.now = clock.now
    return desk


def opened(desk, ref, requester="ana", **fields):
    return desk.open(subject="s", requester=requester, ref=ref, **fields)


def test_raw_and_adjusted(desk):
    for ref in "abcd":
        opened(desk, ref)
    desk.advance(hours=5)
    for ref in "abc":
        desk.resolve(ref=ref, by="sam")
    [key] = [clock.key for clock in desk.get(ref="a").clocks]
    desk.correct(ref="a", clock=key, met=True, reason="an outage of ours", by="sam")
    desk.exclude(ref="b", clock=key, reason="a test", by="sam")
    desk.run_due()
    [target] = report_history(desk, until=desk.now()).targets

    assert target.ended == {"missed": 4}
    assert (target.adjusted.met, target.adjusted.missed, target.excluded) == (1, 2, 1)


def test_why_it_was_missed_and_who_had_it(desk):
    opened(desk, "a", category="refund")
    desk.advance(minutes=30)
    desk.assign(ref="a", agent="sam", group="one", by="boss")
    desk.advance(minutes=50)
    desk.note(ref="a", body="Looking.", by="sam")
    desk.advance(minutes=10)
    desk.wait_for_requester(ref="a", by="sam")
    desk.advance(hours=20)
    desk.receive(ref="a", body="Here.", by=Requester("ana"))
    desk.advance(minutes=20)
    desk.assign(ref="a", agent="mei", group="two", by="sam")
    desk.advance(minutes=130)
    desk.reply(ref="a", body="Done.", by="mei")
    desk.resolve(ref="a", by="mei")
    found = report_history(desk, until=desk.now())
    [target] = found.targets

    assert target.ended == {"met": 1}
    assert [(one.target, one.reason, one.pauses, one.seconds) for one in found.pauses] == [
        ("resolution", "pending", 1, 20 * 3_600)
    ]
    assert [(one.name, one.stints, one.seconds) for one in found.ola] == [
        ("one", 1, 21 * 3_600 + 1_200), ("two", 1, 7_800),
    ]  # fmt: skip
    assert found.handovers == {1: 1}
    assert [(one.name, one.tickets) for one in found.topics] == [("refund", 1)]
    assert (found.first_contact.count, found.first_contact.of) == (0, 1)

    opened(desk, "b")
    desk.advance(minutes=30)
    desk.assign(ref="b", agent="sam", by="boss")
    desk.advance(minutes=50)
    desk.reply(ref="b", body="Looking.", by="sam")
    desk.advance(minutes=10)
    desk.assign(ref="b", agent="mei", by="sam")
    desk.advance(minutes=500)
    desk.run_due()
    [target] = report_history(desk, until=desk.now()).targets
    assert [(one.cause, one.clocks, one.seconds / 60) for one in target.causes] == [
        ("reassigned", 1, 150), ("no_agent", 0, 30), ("late_pick_up", 0, 50), ("working", 0, 10),
    ]  # fmt: skip


def test_who_answers_and_takes_it_at_one_instant_is_at_work(desk):
    opened(desk, "a")
    desk.reply(ref="a", body="Looking.", by="sam")
    desk.assign(ref="a", agent="sam", by="boss")
    desk.advance(hours=5)
    desk.run_due()
    [target] = report_history(desk, until=desk.now()).targets

    assert [(one.cause, one.clocks, one.seconds) for one in target.causes] == [("working", 1, 4 * 3_600)]


def test_a_merged_ticket_takes_no_more_time(desk):
    opened(desk, "a")
    opened(desk, "b")
    desk.advance(hours=1)
    desk.merge(ref="b", into_ref="a", by="sam")
    desk.advance(hours=1)
    found = report_history(desk, until=desk.now())

    assert found.waits == {"new": 3 * 3_600}
    assert found.open == 1


def test_who_writes_anew_is_a_repeated_contact():
    clock = ManualClock("2026-03-02T09:00:00Z")
    policy = Policy.model_validate({"identity": {"window": "P7D"}})
    desk = Desk(policy, clock=clock, ids=CountingIds())
    opened(desk, "a", channel="email", category="deposit")
    clock.advance(hours=1)
    opened(desk, "a2", channel="chat", category="deposit")
    opened(desk, "b", requester="ben")
    found = report_history(desk, until=clock.now())

    assert (found.cases, found.repeating.count, found.repeating.of) == (2, 1, 3)


def test_what_the_bot_took_from_people():
    desk, clock = desk_of(bot_policy(routing={}))
    helped = ask(desk, "Why is my withdrawal late?")
    desk.run_due()
    asked = ask(desk, "Why is my withdrawal late?", requester="ben")
    desk.run_due()
    desk.hand_over(asked, tier="expert", by="boss")
    ask(desk, "What are the fees?", requester="cy")
    desk.run_due()
    given = ask(desk, "What are the fees?", requester="eve")
    desk.run_due()
    desk.assign(given, agent="sam", by="boss")
    ask(desk, "Nothing for the bot", requester="dan", category="aml")
    desk.run_due()
    clock.advance(minutes=10)
    desk.resolve(helped, by=Requester("ana"))
    found = report_history(desk, until=clock.now())

    assert found.bot == {"deflected": 1, "handed_over": 2, "open": 1}
    assert (found.deflection.count, found.deflection.of) == (1, 3)
    assert found.handovers[1] == 1


def test_a_desk_and_its_exported_log_say_the_same(desk, tmp_path):
    for number, ref in enumerate("abcdef"):
        opened(desk, ref, requester=f"p{number % 2}", group="one" if number % 3 else "two")
        desk.advance(minutes=70)
        desk.assign(ref=ref, agent="sam", by="boss")
        desk.advance(hours=number)
        if number % 2:
            desk.wait_for_requester(ref=ref, by="sam")
            desk.advance(hours=2)
            desk.receive(ref=ref, body="?", by=Requester(f"p{number % 2}"))
        desk.reply(ref=ref, body="!", by="sam")
        if number != 4:
            desk.resolve(ref=ref, by="sam")
    until = desk.now()
    mine = report_history(desk, until=until, adjust=["group"], tz="Asia/Tokyo")
    exported = export_history(desk, tmp_path / "log.csv")
    theirs = report(
        tmp_path / "log.csv", exported.mapping, FOUR, until=until, adjust=["group"], tz="Asia/Tokyo"
    )
    same = ("mapping", "rows", "timeline")
    for name in Report.model_fields:
        if name not in (*same, "targets"):
            assert getattr(mine, name) == getattr(theirs, name), name
    # That a ticket was opened for work by being given to somebody, and not by who has it, a log does not tell.
    for one, other in zip(mine.targets, theirs.targets, strict=True):
        assert one.model_copy(update={"causes": other.causes}) == other
    assert "Report on four" in report_page(mine)
