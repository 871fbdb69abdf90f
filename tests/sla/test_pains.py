"""Fifteen things that users of other engines report as wrong. Each test shows the naive answer, and that ours is another.

The numbers follow the list in the SLA guide (docs/guides/sla.md).
"""

from datetime import UTC, datetime, timedelta

import pytest

from sla_desk import BERLIN, SlaDesk
from supportflow import BusinessCalendar, Group, Policy, SlaPolicy, Target
from supportflow._time import instant
from supportflow.model.people import Actor

FRIDAY = "2026-03-27T15:00:00+01:00"  # before the clocks change in Berlin
ROUND = BusinessCalendar.always()


def test_01_pauses_survive_a_change_of_policy():
    """The naive way counts the new target from the opening and forgets the pause."""
    run = SlaDesk(
        "2026-06-01T09:00:00Z",
        Target.resolution(hours=2, when={"field": "level", "le": 1}),
        Target.resolution(hours=8),
    )
    run.at("2026-06-01T10:00:00Z").desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-06-01T13:00:00Z").desk.resume(run.ticket, by="sam")
    run.desk.set_priority(run.ticket, level=1, by="sam")

    naive = instant("2026-06-01T09:00:00Z") + timedelta(hours=2)
    assert instant("2026-06-01T14:00:00Z") == run.reading().due_at
    assert naive != run.reading().due_at


def test_02_a_pause_is_measured_as_the_target_is():
    """A weekend pause takes no working time; the naive way gives 64 hours back."""
    run = SlaDesk("2026-06-05T16:00:00+02:00", Target.resolution(hours=4), calendar=BERLIN)
    run.at("2026-06-05T16:30:00+02:00").desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-06-08T09:00:00+02:00").desk.resume(run.ticket, by="sam")

    unpaused = BERLIN.add(instant("2026-06-05T16:00:00+02:00"), timedelta(hours=4))
    naive = unpaused + timedelta(hours=64, minutes=30)
    assert instant("2026-06-08T12:30:00+02:00") == run.reading().due_at
    assert naive != run.reading().due_at


def test_03_clock_changes_and_zones():
    """Across the night of the change an hour is missing on the wall; the naive way keeps the old offset."""
    run = SlaDesk(FRIDAY, Target.resolution(hours=4), calendar=BERLIN)

    naive = datetime(2026, 3, 30, 10, tzinfo=UTC)  # 11:00 at the winter offset
    assert instant("2026-03-30T11:00:00+02:00") == run.reading().due_at
    assert naive != run.reading().due_at


def test_04_a_target_that_ends_at_closing_is_due_at_closing():
    """Or at the next opening, if the policy says so; the naive way depends on who rounds."""
    closing = SlaDesk(FRIDAY, Target.resolution(hours=2), calendar=BERLIN)
    opening = SlaDesk(FRIDAY, Target.resolution(hours=2, edge="open"), calendar=BERLIN)

    assert instant("2026-03-27T17:00:00+01:00") == closing.reading().due_at
    assert instant("2026-03-30T09:00:00+02:00") == opening.reading().due_at
    for run in (closing, opening):
        run.at("2026-03-28T12:00:00+01:00").desk.resolve(run.ticket, by="sam")
    assert closing.verdicts() == [False]
    assert opening.verdicts() == [True]


def test_05_calendar_edits_add_up_piecewise():
    """Half of the time under the old hours, half under the new; the naive way applies the new ones to the past."""
    short = BusinessCalendar.weekdays("09:00", "13:00", tz="UTC", name="desk")
    long = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="desk")
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=8), calendar=short)  # a Monday
    run.at("2026-06-02T09:00:00Z").desk.use(
        Policy(sla=[SlaPolicy(name="gold", calendar=long, targets=[Target.resolution(hours=8)])], edits="now")
    )

    naive = long.add(instant("2026-06-01T09:00:00Z"), timedelta(hours=8))  # Monday 17:00: in the past already
    assert timedelta(hours=4) == run.reading().elapsed
    assert instant("2026-06-02T13:00:00Z") == run.reading().due_at
    assert naive != run.reading().due_at


def test_06_history_is_not_rewritten():
    """A verdict stays as it was judged; the naive way judges closed tickets by today's goal."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=4))
    run.at("2026-06-01T11:30:00Z").desk.resolve(run.ticket, by="sam")
    run.desk.use(
        Policy(
            sla=[SlaPolicy(name="gold", calendar=ROUND, targets=[Target.resolution(hours=2)])], edits="now"
        )
    )

    verdict = run.desk.get(run.ticket).clock("resolution").verdict
    naive = verdict.elapsed_us <= timedelta(hours=2) / timedelta(microseconds=1)
    assert verdict.met
    assert not naive


def test_07_a_breach_is_when_it_was_not_when_somebody_looked():
    """The naive way looks once in a while: a late answer between two looks becomes a hit."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.first_response(minutes=30))
    run.at("2026-06-01T09:40:00Z").desk.reply(run.ticket, body="Here I am", by="sam")

    (breach,) = [event for event in run.desk.history(run.ticket) if event.kind == "sla_breached"]
    assert instant("2026-06-01T09:30:00Z") == breach.breached_at == breach.recorded_at
    assert instant("2026-06-01T09:40:00Z") == breach.detected_at
    assert run.verdicts() == [False]


def test_08_next_response_waits_only_for_what_is_open():
    """A thank-you after the answer starts a clock that the naive way keeps counting after the resolution."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.next_response(hours=1))
    run.at("2026-06-01T09:10:00Z").desk.reply(run.ticket, body="Try this", by="sam")
    run.at("2026-06-01T09:20:00Z").desk.receive(run.ticket, body="thanks", by="ana")
    assert run.reading("next_response").state == "running"
    run.at("2026-06-01T09:30:00Z").desk.resolve(run.ticket, by="sam")
    run.at("2026-06-02T09:00:00Z").desk.run_due()

    assert run.reading("next_response").state == "cancelled"
    assert run.kinds("sla_breached", "sla_judged") == []


def test_08b_the_oldest_unanswered_message_counts():
    run = SlaDesk("2026-06-01T09:00:00Z", Target.next_response(hours=1))
    run.at("2026-06-01T09:10:00Z").desk.reply(run.ticket, body="Try this", by="sam")
    run.at("2026-06-01T09:20:00Z").desk.receive(run.ticket, body="no", by="ana")
    run.at("2026-06-01T09:50:00Z").desk.receive(run.ticket, body="hello?", by="ana")

    naive = instant("2026-06-01T10:50:00Z")  # from the latest message: asking again pushes the answer away
    assert instant("2026-06-01T10:20:00Z") == run.reading("next_response").due_at
    assert naive != run.reading("next_response").due_at


@pytest.mark.parametrize(
    "answer",
    [
        lambda run: run.desk.note(run.ticket, body="looked at it", by="sam"),
        lambda run: run.desk.receive(run.ticket, body="On holiday", by="ana", automatic="auto_reply"),
        lambda run: run.desk.receive(run.ticket, body="No such user", by="ana", automatic="bounce"),
        lambda run: run.desk.receive(run.ticket, body="I am support", by=Actor(kind="party", id="mallory")),
        lambda run: run.desk.receive(run.ticket, body="I am support too", by="mallory"),
        lambda run: run.desk.receive(run.ticket, body="still broken", by="ana"),
        lambda run: run.desk.reply(run.ticket, body="I am a bot", by=Actor(kind="bot", id="bot")),
    ],
    ids=["note", "auto-reply", "bounce", "party", "stranger", "requester", "bot"],
)  # fmt: skip
def test_09_only_a_public_reply_of_an_agent_is_a_response(answer):
    """The naive way stops at the first message on the ticket that is not the first."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.first_response(minutes=30))
    run.at("2026-06-01T09:10:00Z")
    answer(run)

    assert run.reading("first_response").state == "running"
    run.desk.reply(run.ticket, body="Here I am", by="sam")
    assert run.verdicts("first_response") == [True]


def test_09b_a_private_ticket_of_an_agent_owes_no_response():
    run = SlaDesk(
        "2026-06-01T09:00:00Z",
        Target.first_response(minutes=30),
        Target.resolution(hours=1),
        opening={"private": True, "by": Actor(kind="agent", id="sam")},
    )

    assert [clock.target for clock in run.desk.get(run.ticket).clocks] == ["resolution"]


@pytest.mark.parametrize(
    ("reopen", "state", "elapsed"),
    [
        ("resume", "running", timedelta(hours=2)),
        ("new_cycle", "running", timedelta(0)),
        ("ignore", "met", timedelta(hours=2)),
    ],
)
def test_10_reopening_does_what_the_policy_names(reopen, state, elapsed):
    """The naive way either forgets the first resolution or counts the nights in between."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=4, reopen=reopen))
    run.at("2026-06-01T11:00:00Z").desk.resolve(run.ticket, by="sam")
    run.at("2026-06-03T11:00:00Z").desk.reopen(run.ticket, by="ana")

    naive = timedelta(hours=50)
    assert state == run.reading().state
    assert elapsed == run.reading().elapsed != naive
    assert run.verdicts() == [True]  # the first verdict stands, whatever comes


def test_10b_reopening_within_a_window():
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=4, reopen_within=timedelta(days=1)))
    run.at("2026-06-01T11:00:00Z").desk.resolve(run.ticket, by="sam")
    run.at("2026-06-03T11:00:00Z").desk.reopen(run.ticket, by="ana")

    assert run.reading().state == "met"


def test_11_lunch_and_split_shifts():
    """The naive way has one interval a day."""
    split = BusinessCalendar(tz="UTC", weekly={"mon": [("09:00", "12:00"), ("13:00", "18:00")]})
    run = SlaDesk("2026-06-01T11:00:00Z", Target.resolution(hours=2), calendar=split)

    naive = instant("2026-06-01T13:00:00Z")
    assert instant("2026-06-01T14:00:00Z") == run.reading().due_at != naive


def test_12_nothing_fires_while_paused():
    """The naive way keeps the due time of before the pause, and calls it breached."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=1, warn_at=[0.5]))
    run.at("2026-06-01T09:10:00Z").desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-07-01T09:00:00Z").desk.run_due()

    assert run.milestones() == []
    assert run.reading().due_at is None
    run.desk.receive(run.ticket, body="here it is", by="ana")  # ends the pause by itself
    assert instant("2026-07-01T09:50:00Z") == run.reading().due_at


def test_13_warnings_come_in_working_time():
    """An hour before 09:30 is 16:30 of the day before; the naive way calls at 08:30, before anybody is there."""
    run = SlaDesk(
        "2026-06-01T16:00:00+02:00",
        Target.resolution(minutes=90, warn_at=[timedelta(hours=1)]),
        calendar=BERLIN,
    )
    run.at("2026-06-10T00:00:00Z").desk.run_due()

    (warned,) = [event for event in run.desk.history(run.ticket) if event.kind == "sla_warned"]
    naive = warned.due_at - timedelta(hours=1)
    assert instant("2026-06-01T16:30:00+02:00") == warned.reached_at
    assert instant("2026-06-02T08:30:00+02:00") == naive


def test_14_no_clock_that_should_not_exist():
    """A merged ticket owes nothing; a ticket that leaves a policy leaves its clocks; "no SLA" is a policy."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.first_response(minutes=30), Target.resolution(hours=1))
    other = run.desk.open(subject="The same again", requester="ana").ticket.id
    run.desk.merge(other, into=run.ticket, by="sam")
    assert {"cancelled"} == {clock.state for clock in run.desk.get(other).clocks}

    none = SlaDesk(
        "2026-06-01T09:00:00Z",
        document=Policy(
            sla=[
                SlaPolicy(name="no SLA", when={"field": "channel", "eq": "internal"}),
                SlaPolicy(name="gold", targets=[Target.resolution(hours=1)]),
            ]
        ),
        opening={"channel": "internal"},
    )
    assert none.desk.get(none.ticket).sla == "no SLA"
    assert none.desk.get(none.ticket).clocks == ()


def test_15_handovers_and_selection():
    """A new team starts at zero beside the customer's unbroken clock, and the first policy that matches is the one."""
    targets = [Target.of("group_ownership", hours=4), Target.resolution(hours=8)]
    document = Policy(
        groups=[Group(name="first"), Group(name="second")],
        sla=[
            SlaPolicy(name="early", when={"field": "channel", "eq": "web"}, targets=targets),
            SlaPolicy(name="also matches", targets=[Target.resolution(minutes=1)]),
        ],
    )
    run = SlaDesk("2026-06-01T09:00:00Z", document=document, opening={"group": "first"})
    run.at("2026-06-01T12:00:00Z").desk.assign(run.ticket, group="second", by="sam")

    assert run.desk.get(run.ticket).sla == "early"
    assert run.verdicts("group_ownership") == [True]
    assert timedelta(0) == run.reading("group_ownership").elapsed
    assert instant("2026-06-01T16:00:00Z") == run.reading("group_ownership").due_at
    assert timedelta(hours=3) == run.reading("resolution").elapsed
