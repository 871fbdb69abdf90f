"""The named choices of the SLA engine, one by one."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_desk import BERLIN, SlaDesk
from supportflow import BusinessCalendar, Group, Metric, Policy, SlaPolicy, Target
from supportflow._time import instant
from supportflow.exceptions import InvalidInput, PolicyError
from supportflow.model.people import Actor
from supportflow.sla.attainment import attainment
from supportflow.sla.clock import MAX_SEGMENTS
from supportflow.sla.words import when

NINE = "2026-06-01T09:00:00Z"  # a Monday


def minute(number):
    """So many minutes after nine."""
    return instant(NINE) + timedelta(minutes=number)


# --- the same instant ----------------------------------------------------------------------------


def test_a_stop_at_the_due_instant_is_in_time():
    """A command stamped t comes before what is due at t."""
    run = SlaDesk(NINE, Target.first_response(minutes=30))
    run.at(minute(30)).desk.run_due()
    run.desk.reply(run.ticket, body="here", by="sam")
    run.at(minute(999)).desk.run_due()

    assert run.verdicts() == [True]
    assert run.milestones() == []


def test_a_microsecond_later_it_is_not():
    run = SlaDesk(NINE, Target.first_response(minutes=30))
    run.at(minute(30) + timedelta(microseconds=1)).desk.reply(run.ticket, body="here", by="sam")

    assert run.verdicts() == [False]


def test_stop_beats_pause():
    """Waiting for the requester and resolving in one instant: the clock is judged, not left paused."""
    run = SlaDesk(NINE, Target.resolution(hours=1))
    run.at(minute(10)).desk.wait_for_requester(run.ticket, by="sam")
    run.desk.resolve(run.ticket, by="sam")

    assert run.reading().state == "met"


def test_a_clock_that_starts_in_a_pausing_state_is_paused():
    run = SlaDesk(NINE, Target.resolution(hours=1, pause_on=["new", "pending"]))
    assert run.reading().state == "paused"

    run.at(minute(10)).desk.assign(run.ticket, agent="sam", by="sam")

    assert minute(70) == run.reading().due_at
    assert timedelta(minutes=10) == run.reading().paused
    assert run.reading().explain().intervals[0].reason == "paused: from the start"


# --- milestones ----------------------------------------------------------------------------------


def test_milestones_are_reached_at_their_true_instants():
    run = SlaDesk(
        NINE,
        Target.resolution(
            minutes=60,
            warn_at=[0.75, timedelta(minutes=5)],
            overdue={"every": timedelta(minutes=10), "times": 2},
        ),
    )
    run.at(minute(600)).desk.run_due()

    expected = [("warn:0.75", 45), ("warn:-5m", 55), ("breach", 60), ("overdue:1", 70), ("overdue:2", 80)]
    assert [("gold/resolution#1", key, minute(at).isoformat()) for key, at in expected] == run.milestones()
    run.at(minute(6_000)).desk.run_due()
    assert len(expected) == len(run.milestones())


def test_a_warning_before_the_start_is_left_out():
    run = SlaDesk(NINE, Target.resolution(minutes=30, warn_at=[timedelta(hours=1)]))
    run.at(minute(600)).desk.run_due()

    assert [milestone for _, milestone, _ in run.milestones()] == ["breach"]


def test_a_target_used_up_at_the_pause_is_due_when_it_goes_on():
    """Not at the closing time before, and not never."""
    run = SlaDesk("2026-06-01T15:00:00+02:00", Target.resolution(hours=1), calendar=BERLIN)
    run.at("2026-06-01T16:00:00+02:00").desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-06-01T20:00:00+02:00").desk.resume(run.ticket, by="sam")

    assert instant("2026-06-01T20:00:00+02:00") == run.reading().due_at
    assert run.reading().breached_at is None
    run.at("2026-06-01T20:00:01+02:00").desk.run_due()
    assert instant("2026-06-01T20:00:00+02:00") == run.reading().breached_at


# --- pauses --------------------------------------------------------------------------------------


def test_the_total_pause_is_capped():
    run = SlaDesk(NINE, Target.resolution(hours=1, max_pause=timedelta(minutes=20)))
    run.at(minute(10)).desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(25)).desk.resume(run.ticket, by="sam")  # a pause of 15
    run.at(minute(30)).desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(34)).desk.run_due()
    assert run.reading().state == "paused"
    run.at(minute(40)).desk.run_due()

    assert minute(80) == run.reading().due_at
    assert timedelta(minutes=20) == run.reading().paused
    # Used up: the next pause counts.
    run.desk.resume(run.ticket, by="sam")
    run.at(minute(41)).desk.wait_for_requester(run.ticket, by="sam")
    assert run.reading().state == "running"


@pytest.mark.parametrize("order", [1, -1])
def test_a_used_up_pause_of_one_clock_and_a_milestone_of_another_come_in_order(order):
    targets = [
        Target.resolution(hours=1, max_pause=timedelta(minutes=20)),
        Target.of("first_resolution", name="unpaused", minutes=25, pause_on=[]),
    ]
    run = SlaDesk(NINE, *targets[::order])
    run.at(minute(10)).desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(600)).desk.run_due()

    told = [
        (event.kind, event.recorded_at)
        for event in run.desk.history(run.ticket)
        if event.recorded_at > minute(10)
    ]
    assert [
        ("sla_breached", minute(25)),
        ("clocks_moved", minute(30)),
        ("sla_breached", minute(80)),
    ] == told


def test_pauses_before_a_reopening_are_kept():
    run = SlaDesk(NINE, Target.resolution(hours=5))
    run.at(minute(10)).desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(20)).desk.resume(run.ticket, by="sam")
    run.at(minute(30)).desk.resolve(run.ticket, by="sam")
    run.at(minute(90)).desk.reopen(run.ticket, by="ana")

    assert timedelta(minutes=70) == run.reading().paused
    assert timedelta(minutes=20) == run.reading().elapsed
    account = run.reading().explain()
    assert [interval.reason for interval in account.intervals] == [
        "running",
        "paused: pending",
        "running",
        "paused: stopped until it was reopened",
    ]


@settings(max_examples=5)
@given(st.integers(MAX_SEGMENTS - 2, MAX_SEGMENTS + 30))
def test_a_long_life_does_not_grow_the_ticket(pauses):
    run = SlaDesk(NINE, Target.resolution(hours=100))
    for number in range(pauses):
        run.at(minute(3 * number + 1)).desk.wait_for_requester(run.ticket, by="sam")
        run.at(minute(3 * number + 3)).desk.resume(run.ticket, by="sam")
    clock = run.desk.get(run.ticket).clock("resolution")

    assert len(clock.segments) <= MAX_SEGMENTS + 1
    assert timedelta(minutes=pauses) == run.reading().elapsed
    assert clock.banked_us == clock.folded_us + sum(one.counted_us or 0 for one in clock.segments)
    assert run.reading().explain().elapsed_us == pauses * 60_000_000


# --- metrics -------------------------------------------------------------------------------------


def life(*targets, **opening):
    """A day in a ticket's life."""
    run = SlaDesk(NINE, *targets, opening=opening)
    run.at(minute(10)).desk.assign(run.ticket, agent="sam", group="first", by="lead")
    run.at(minute(20)).desk.reply(run.ticket, body="what do you see?", by="sam")
    run.desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(60)).desk.receive(run.ticket, body="this", by="ana")
    run.at(minute(70)).desk.hold(run.ticket, by="sam")
    run.at(minute(100)).desk.resume(run.ticket, by="sam")
    run.at(minute(105)).desk.reply(run.ticket, body="done", by="sam")
    run.at(minute(110)).desk.resolve(run.ticket, by="sam")
    run.at(minute(200)).desk.reopen(run.ticket, by="ana")
    run.at(minute(205)).desk.resolve(run.ticket, by="sam")
    return run


@pytest.mark.parametrize(
    ("metric", "minutes"),
    [
        ("first_response", [20]),
        ("next_response", [45]),  # from the message to the answer, on hold or not
        ("periodic_update", [85]),  # between the two replies
        ("pausable_update", [45]),  # without the wait for the requester
        ("requester_wait", [70, 75]),
        ("agent_work", [40, 45]),
        ("time_to_own", [10]),
        ("group_ownership", [60, 5]),
        ("underpinning", [30]),
        ("first_resolution", [70]),
        ("total_resolution", [70, 75]),
    ],
)
def test_what_each_metric_counts(metric, minutes):
    run = life(Target.of(metric, hours=24))
    judged = [event.verdict for event in run.desk.history(run.ticket) if event.kind == "sla_judged"]

    assert minutes == [verdict.elapsed_us // 60_000_000 for verdict in judged]
    assert all(verdict.met for verdict in judged)


def test_time_to_own_is_not_owed_for_a_ticket_that_has_an_owner():
    assert (
        life(Target.of("time_to_own", hours=1), assignee="kim")
        .desk.get(ref=None, ticket="000000000003")
        .clocks
        == ()
    )


def test_a_host_declares_its_own_metric():
    """From the verification request until the tag says so, paused while the bank is asked, started again by a move."""
    metric = Metric.model_validate(
        {
            "name": "verification",
            "start": ["updated"],
            "start_when": {"field": "step", "eq": "verify"},
            "stop": ["updated"],
            "stop_when": {"field": "step", "eq": "done"},
            "reset": ["group_changed"],
            "cancel": ["cancelled"],
            "pause": {"when": {"field": "step", "eq": "bank"}},
            "resume": ["internal_note"],
            "cycle": "each",
        }
    )
    run = SlaDesk(
        NINE,
        document=Policy(
            fields={"step": {"kind": "choice", "values": ["verify", "bank", "back", "done"]}},
            metrics=[metric],
            sla=[SlaPolicy(name="gold", targets=[Target.of("verification", name="kyc", hours=1)])],
        ),
    )
    step = lambda at, value: run.at(minute(at)).desk.update(run.ticket, attributes={"step": value})  # noqa: E731
    step(10, "verify")
    step(20, "bank")
    assert run.reading("kyc").state == "paused"
    step(30, "back")  # the pausing state is over, but only a note lets it go on
    assert run.reading("kyc").state == "paused"
    run.at(minute(40)).desk.note(run.ticket, body="the bank answered", by="sam")
    assert timedelta(minutes=20) == run.reading("kyc").paused
    step(45, "done")
    assert timedelta(minutes=15) == run.reading("kyc").elapsed
    step(50, "verify")
    assert run.reading("kyc").clock.key == "gold/kyc#2"
    # A reset judges the cycle; the next one starts if its condition holds.
    run.at(minute(55)).desk.assign(run.ticket, group="second", by="sam")
    assert ("gold/kyc#3", timedelta(0)) == (run.reading("kyc").clock.key, run.reading("kyc").elapsed)
    run.desk.cancel(run.ticket, by="sam")
    assert run.reading("kyc").state == "cancelled"


# --- calendars and durations ---------------------------------------------------------------------

LONDON = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/London", name="london")
SYDNEY = BusinessCalendar.weekdays("09:00", "17:00", tz="Australia/Sydney", name="sydney")


def test_a_group_brings_its_calendar_and_the_parts_add_up():
    """Two working hours in London, then the rest in Sydney, which opens eight hours later."""
    run = SlaDesk(
        "2026-06-01T15:00:00+01:00",
        document=Policy(
            calendars={"london": LONDON, "sydney": SYDNEY},
            groups=[Group(name="uk", calendar="london"), Group(name="au", calendar="sydney")],
            sla=[SlaPolicy(name="gold", calendar_of="group", targets=[Target.resolution(hours=5)])],
        ),
        opening={"group": "uk"},
    )
    run.at("2026-06-01T18:00:00+01:00").desk.assign(run.ticket, group="au", by="lead")

    assert timedelta(hours=2) == run.reading().elapsed
    assert instant("2026-06-02T12:00:00+10:00") == run.reading().due_at
    assert run.reading().clock.calendar == "sydney"
    counted = {one.reason for one in run.reading().explain().intervals if one.counted_us}
    assert {"running"} == counted


def test_hours_on_the_requesters_clock():
    run = SlaDesk(
        "2026-06-01T08:00:00+09:00",
        Target.resolution(hours=2),
        calendar=LONDON,
        sla={"zone": "requester"},
        opening={"tz": "Asia/Tokyo", "language": "zh-Hans"},
    )

    assert instant("2026-06-01T11:00:00+09:00") == run.reading().due_at
    assert run.reading().due_in_words() == "今天 11:00"
    assert run.reading().due_in_words(tz="Europe/London", language="en") == "today at 03:00"


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"working_days": 5}, "2026-06-12T08:46:12Z"),
        ({"end_of_day": 0}, "2026-06-05T19:00:00Z"),
        ({"end_of_day": 1}, "2026-06-08T19:00:00Z"),
        ({"days": 1}, "2026-06-09T13:46:12Z"),  # 24 counted hours
    ],
)
def test_working_days_and_ends_of_days(fields, due):
    """The first row is GLPI's own case: Friday 08:46:12 and five working days (SLMTest.php)."""
    week = {day: [("08:30", "19:00")] for day in ("tue", "wed", "thu", "fri")}
    calendar = BusinessCalendar(tz="UTC", weekly={"mon": [("10:30", "19:00")], **week})
    run = SlaDesk("2026-06-05T08:46:12Z", Target.resolution(**fields), calendar=calendar)

    assert instant(due) == run.reading().due_at


def test_a_pause_moves_a_target_in_working_days():
    run = SlaDesk("2026-06-01T10:00:00+02:00", Target.resolution(working_days=2), calendar=BERLIN)
    run.at("2026-06-01T11:00:00+02:00").desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-06-01T14:00:00+02:00").desk.resume(run.ticket, by="sam")

    assert instant("2026-06-03T13:00:00+02:00") == run.reading().due_at


# --- changes of target ---------------------------------------------------------------------------


def changing(on_change, **fields):
    return SlaDesk(
        NINE,
        Target.resolution(minutes=30, warn_at=[0.5], when={"field": "level", "le": 1}, **fields),
        Target.resolution(minutes=300, warn_at=[0.1]),
        sla={"on_change": on_change},
    )


def test_keep_elapsed_passes_warnings_in_silence_but_not_a_breach():
    run = changing("keep_elapsed")
    run.at(minute(20)).desk.set_priority(run.ticket, level=1, by="lead")
    run.at(minute(29)).desk.run_due()
    assert run.milestones() == []
    run.at(minute(40)).desk.run_due()
    assert [("gold/resolution#1", "breach", minute(30).isoformat())] == run.milestones()


def test_keep_elapsed_with_a_target_that_is_used_up_breaches_now():
    run = changing("keep_elapsed")
    run.at(minute(25)).desk.run_due()
    run.at(minute(100)).desk.set_priority(run.ticket, level=1, by="lead")
    run.at(minute(101)).desk.run_due()

    assert ("gold/resolution#1", "breach", minute(100).isoformat()) == run.milestones()[-1]


def test_a_breach_stands_whatever_target_comes_after():
    run = changing("keep_elapsed")
    run.desk.set_priority(run.ticket, level=1, by="lead")
    run.at(minute(40)).desk.set_priority(run.ticket, level=2, by="lead")
    run.at(minute(50)).desk.resolve(run.ticket, by="sam")

    assert run.verdicts() == [False]


def test_restart():
    run = changing("restart")
    run.at(minute(20)).desk.set_priority(run.ticket, level=1, by="lead")

    assert minute(50) == run.reading().due_at
    assert timedelta(0) == run.reading().elapsed


def test_retroactive_counts_from_the_start_with_past_pauses():
    run = changing("retroactive")
    run.at(minute(5)).desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(15)).desk.resume(run.ticket, by="sam")
    run.at(minute(50)).desk.set_priority(run.ticket, level=1, by="lead")
    run.at(minute(51)).desk.run_due()

    assert [
        ("gold/resolution#1", "warn:0.1", minute(40).isoformat()),
        ("gold/resolution#1", "warn:0.5", minute(25).isoformat()),
        ("gold/resolution#1", "breach", minute(40).isoformat()),
    ] == run.milestones()
    late = [event.late for event in run.desk.history(run.ticket) if event.kind == "sla_breached"]
    assert late == [True]


@pytest.mark.parametrize(("on_change", "elapsed"), [("retroactive", 35), ("keep_elapsed", 0)])
def test_a_target_that_comes_to_apply_later(on_change, elapsed):
    run = SlaDesk(
        NINE,
        Target.resolution(hours=2, when={"field": "level", "le": 1}),
        sla={"on_change": on_change},
    )
    assert run.desk.get(run.ticket).clocks == ()
    run.at(minute(5)).desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(20)).desk.resume(run.ticket, by="sam")
    run.at(minute(50)).desk.set_priority(run.ticket, level=1, by="lead")

    assert timedelta(minutes=elapsed) == run.reading().elapsed
    assert run.desk.history(run.ticket)[-1].moves[0].move == "attach"


def test_what_is_attached_late_calls_nobody():
    """No storm: what a retroactive target reached in the past is recorded, and not delivered."""
    called = []
    from supportflow.events import SlaBreached, SlaWarned

    run = SlaDesk(
        NINE,
        Target.resolution(minutes=10, warn_at=[0.5], when={"field": "level", "le": 1}),
        sla={"on_change": "retroactive"},
        on={SlaBreached: called.append, SlaWarned: called.append},
    )
    run.at(minute(50)).desk.set_priority(run.ticket, level=1, by="lead")
    run.at(minute(60)).desk.run_due()

    assert [milestone for _, milestone, _ in run.milestones()] == ["warn:0.5", "breach"]
    assert called == []


# --- policy versions -----------------------------------------------------------------------------


def gold(hours, **fields):
    return Policy(sla=[SlaPolicy(name="gold", targets=[Target.resolution(hours=hours)])], **fields)


def test_edits_never_reach_open_tickets():
    run = SlaDesk(NINE, document=gold(4))
    assert run.desk.use(gold(1, edits="never")) == 0
    run.at(minute(30)).desk.assign(run.ticket, agent="sam", by="sam")

    assert minute(240) == run.reading().due_at


def test_edits_on_the_next_event():
    run = SlaDesk(NINE, document=gold(4))
    assert run.desk.use(gold(1, edits="on_next_event")) == 0
    run.at(minute(20)).desk.run_due()
    assert minute(240) == run.reading().due_at
    run.at(minute(30)).desk.assign(run.ticket, agent="sam", by="sam")

    assert minute(60) == run.reading().due_at
    assert run.desk.policy.fingerprint == run.desk.get(run.ticket).policy


def test_edits_now_move_every_open_ticket_and_tell_how_far():
    run = SlaDesk(NINE, document=gold(4))
    closed = run.desk.open(subject="answered", requester="bob").ticket.id
    run.desk.resolve(closed, by="sam")
    seen = []

    assert run.desk.use(gold(1, edits="now"), progress=seen.append) == 1
    assert seen == [1]
    assert minute(60) == run.reading().due_at
    assert run.desk.policy.fingerprint != run.desk.get(closed).policy


MORNINGS = BusinessCalendar.weekdays("09:00", "13:00", tz="UTC", name="mornings")
ALL_DAY = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="all day")


def edited(hours, calendar=ALL_DAY):
    """A later version, in which the old calendar's name is unknown, or another calendar's."""
    targets = [Target.resolution(hours=hours)]
    return Policy(edits="now", sla=[SlaPolicy(name="gold", calendar=calendar, targets=targets)])


@pytest.mark.parametrize("name", ["all day", "mornings"])
def test_an_edit_may_rename_or_change_the_calendar(name):
    """What was counted stays counted, and the account still sums to it."""
    run = SlaDesk(NINE, Target.resolution(hours=8), calendar=MORNINGS)
    run.at("2026-06-02T09:00:00Z").desk.use(edited(8, ALL_DAY.model_copy(update={"name": name})))
    run.at("2026-06-02T11:00:00Z")

    assert timedelta(hours=6) == run.reading().elapsed
    assert instant("2026-06-02T13:00:00Z") == run.reading().due_at
    account = run.reading().explain()
    assert [(one.reason, one.counted_us // 3_600_000_000) for one in account.intervals] == [
        ("running, as mornings counted then", 4),
        ("running", 2),
    ]
    assert account.elapsed_us == run.reading().elapsed / timedelta(microseconds=1)


def test_an_edit_that_leaves_nothing_of_the_target_breaches_now():
    run = SlaDesk(NINE, Target.resolution(hours=8), calendar=MORNINGS)
    run.at("2026-06-02T09:00:00Z").desk.use(edited(2))
    run.at("2026-06-02T09:00:01Z").desk.run_due()

    assert instant("2026-06-02T09:00:00Z") == run.reading().breached_at


@pytest.mark.parametrize("hours", [8, 6])
def test_an_edit_reaches_a_paused_clock(hours):
    """Its calendar is the new one, whether it goes on or ends there; the pause itself stays one."""
    run = SlaDesk(NINE, Target.resolution(hours=8), calendar=MORNINGS)
    run.at("2026-06-01T11:00:00Z").desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-06-01T12:00:00Z").desk.use(edited(hours))
    assert run.reading().tzdata == ALL_DAY.tzdata_version
    run.at("2026-06-01T15:00:00Z").desk.resume(run.ticket, by="sam")

    assert timedelta(hours=4) == run.reading().paused
    assert ALL_DAY.add(instant("2026-06-01T15:00:00Z"), timedelta(hours=hours - 2)) == run.reading().due_at
    run.at("2026-06-01T16:00:00Z").desk.wait_for_requester(run.ticket, by="sam")
    run.desk.use(edited(hours, MORNINGS))
    run.desk.resolve(run.ticket, by="sam")

    assert ("mornings", True) == (run.reading().verdict.calendar, run.reading().verdict.met)
    assert run.reading().explain().elapsed_us == 3 * 3_600_000_000


def test_a_version_that_does_not_know_the_status_leaves_the_ticket_where_it_is():
    run = SlaDesk(NINE, document=gold(4))
    lifecycle = {
        "statuses": {"fresh": "new", "done": "closed"},
        "initial": "fresh",
        "transitions": [{"trigger": "close", "from": ["fresh"], "to": "done"}],
    }

    assert run.desk.use(gold(1, edits="now", lifecycle=lifecycle)) == 0
    assert minute(240) == run.reading().due_at


# --- merge and split -----------------------------------------------------------------------------


def two(merge_clocks):
    run = SlaDesk(NINE, document=gold(4, merge_clocks=merge_clocks))
    run.at(minute(60))
    later = run.desk.open(subject="again", requester="ana").ticket.id
    run.at(minute(90)).desk.merge(run.ticket, into=later, by="sam")
    return next(one for one in run.desk.clocks(later) if one.target == "resolution")


def test_merging_keeps_the_targets_own_clocks():
    assert minute(300) == two("own").due_at


def test_merging_takes_the_earliest_start():
    reading = two("earliest")

    assert minute(240) == reading.due_at
    assert timedelta(minutes=90) == reading.elapsed


def test_merging_takes_the_worst_verdict():
    run = SlaDesk(NINE, document=gold(1, merge_clocks="earliest"))
    run.at(minute(90))
    later = run.desk.open(subject="again", requester="ana").ticket.id
    run.desk.merge(run.ticket, into=later, by="sam")
    run.at(minute(91)).desk.resolve(later, by="sam")

    assert not run.desk.get(later).clock("resolution").verdict.met


@pytest.mark.parametrize(("split_clocks", "due"), [("own", 300), ("inherit", 240)])
def test_splitting(split_clocks, due):
    run = SlaDesk(NINE, document=gold(4, split_clocks=split_clocks))
    outcome = run.at(minute(60)).desk.split(run.ticket, subject="the other thing", by="sam")
    (part,) = [event.into for event in outcome.events if event.kind == "ticket_split"]

    (reading,) = run.desk.clocks(part)
    assert minute(due) == reading.due_at
    assert run.ticket == run.desk.get(part).split_from


# --- verdicts, exclusions, corrections -----------------------------------------------------------


def test_a_verdict_names_what_judged_it():
    run = SlaDesk(NINE, Target.resolution(hours=1), calendar=LONDON)
    run.at(minute(30)).desk.resolve(run.ticket, by="sam")
    verdict = run.reading().verdict

    assert run.desk.policy.fingerprint == verdict.policy
    assert verdict.calendar == "london"
    assert LONDON.tzdata_version == verdict.tzdata == run.reading().tzdata
    assert minute(60) == verdict.due_at
    assert minute(30) == verdict.stopped_at


def test_exclusions_and_corrections_stand_beside_the_verdict():
    run = SlaDesk(NINE, Target.resolution(hours=1), Target.first_response(minutes=10))
    run.at(minute(90)).desk.reply(run.ticket, body="here", by="sam")
    run.desk.resolve(run.ticket, by="sam")
    run.desk.exclude(run.ticket, clock="gold/first_response#1", reason="the mail was late", by="lead")
    run.desk.correct(
        run.ticket, clock="gold/resolution#1", met=True, reason="was answered by phone", by="lead"
    )
    events = run.desk.history(run.ticket)

    counts = attainment(events)
    assert run.verdicts() == [False, False]
    resolution, response = counts["gold/resolution"], counts["gold/first_response"]
    assert (resolution.raw, resolution.adjusted, resolution.corrected) == (0.0, 1.0, 1)
    assert (response.raw, response.adjusted, response.excluded) == (0.0, None, 1)
    assert run.desk.get(run.ticket).clock("first_response").excluded
    corrected = next(event for event in events if event.kind == "sla_corrected")
    assert run.reading().verdict == corrected.original
    assert corrected.by.id == "lead"


def test_only_a_judged_clock_can_be_excluded():
    run = SlaDesk(NINE, Target.resolution(hours=1))
    with pytest.raises(InvalidInput) as caught:
        run.desk.exclude(run.ticket, clock="gold/resolution#1", reason="because", by="lead")
    assert caught.value.field == "clock"


def test_earlier_cycles_can_be_excluded_too():
    run = life(Target.of("group_ownership", hours=24))
    run.desk.exclude(run.ticket, clock="gold/group_ownership#1", reason="test", by="lead")

    assert attainment(run.desk.history(run.ticket))["gold/group_ownership"].excluded == 1


def test_attainment_of_nothing():
    assert attainment([]) == {}


# --- strangers to the ticket, adopted tickets -----------------------------------------------------


def test_an_adopted_ticket_brings_its_past_without_calling_anybody():
    from supportflow.events import SlaBreached

    called = []
    run = SlaDesk(NINE, Target.resolution(minutes=30), on={SlaBreached: called.append})
    run.at(minute(600))
    adopted = run.desk.adopt(
        "old-1",
        minute(0),
        "new",
        [
            {"at": minute(10), "status": "pending"},
            {"at": minute(40), "status": "open", "by": "sam"},
            {"at": minute(100), "replied": True, "by": "sam"},
        ],
    ).ticket
    run.desk.run_due()

    (breach,) = [event for event in run.desk.history(adopted.id) if event.kind == "sla_breached"]
    assert minute(60) == breach.breached_at
    assert minute(600) == breach.detected_at
    assert breach.late
    assert {run.ticket} == {event.ticket_id for event in called}


def test_a_bot_may_answer_but_the_person_still_owes():
    run = SlaDesk(NINE, Target.first_response(minutes=30))
    run.desk.reply(run.ticket, body="Have you tried …", by=Actor(kind="bot", id="bot"))

    assert run.desk.get(run.ticket).first_replied_at is None


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "language", "said"),
    [
        ("2026-06-01T10:00:00Z", "en", "today at 10:00"),
        ("2026-06-02T10:00:00Z", "en-GB", "tomorrow at 10:00"),
        ("2026-05-31T10:00:00Z", "en", "yesterday at 10:00"),
        ("2026-06-05T10:05:00Z", "en", "on Friday, 5 June at 10:05"),
        ("2027-01-04T10:00:00Z", "en", "on Monday, 4 January 2027 at 10:00"),
        ("2026-06-02T10:00:00Z", "zh", "明天 10:00"),
        ("2026-06-03T10:00:00Z", "zh-Hant", "後天 10:00"),
        ("2026-06-05T10:00:00Z", "zh", "6月5日星期五 10:00"),
        ("2027-01-04T10:00:00Z", "zh", "2027年1月4日星期一 10:00"),
        ("2026-06-05T10:00:00Z", "x-own", "2026-06-05 10:00"),
    ],
)
def test_an_instant_in_words(moment, language, said):
    assert said == when(instant(moment), instant(NINE), tz="UTC", language=language)


def test_tomorrow_is_the_listeners():
    evening = instant("2026-06-01T22:30:00Z")

    assert when(evening, instant(NINE), tz="UTC") == "today at 22:30"
    assert when(evening, instant(NINE), tz="Europe/Berlin") == "tomorrow at 00:30"


# --- documents -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sla", "path"),
    [
        ({"name": "gold", "targets": [{"metric": "speed", "hours": 1}]}, "sla.0.targets.0.metric"),
        ({"name": "gold", "targets": [{"metric": "resolution"}]}, "sla.0.targets.0"),
        (
            {"name": "gold", "targets": [{"metric": "resolution", "hours": 1, "working_days": 1}]},
            "sla.0.targets.0",
        ),
        (
            {"name": "gold", "targets": [{"metric": "resolution", "hours": 1, "duration": "PT1H"}]},
            "sla.0.targets.0",
        ),
        ({"name": "gold", "calendar": "nowhere"}, "sla.0.calendar"),
        ({"name": "gold", "when": {"field": "chanel", "eq": "web"}}, "sla.0.when"),
        (
            {
                "name": "gold",
                "targets": [{"metric": "resolution", "hours": 1}, {"metric": "resolution", "hours": 2}],
            },
            "sla.0.targets.1",
        ),
    ],
)
def test_wrong_documents_name_the_place(sla, path):
    from supportflow.policy import parse_policy

    with pytest.raises(PolicyError) as caught:
        parse_policy({"sla": [sla]})
    assert any(problem.startswith(path) for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("metric", ["periodic_update", "pausable_update", "group_ownership"])
def test_nothing_more_is_promised_of_a_ticket_that_is_resolved(metric):
    run = SlaDesk(NINE, Target.of(metric, name="owed", hours=1))
    run.at(minute(5)).desk.assign(run.ticket, agent="sam", group="first", by="lead")
    run.desk.reply(run.ticket, body="try this", by="sam")
    run.desk.resolve(run.ticket, by="sam")
    before = [(clock.key, clock.state) for clock in run.desk.get(run.ticket).clocks]
    run.at(minute(10)).desk.reply(run.ticket, body="by the way", by="sam")
    run.desk.assign(run.ticket, agent="kim", group="second", by="lead")
    run.at(minute(600)).desk.run_due()

    assert [(clock.key, clock.state) for clock in run.desk.get(run.ticket).clocks] == before
    run.desk.reopen(run.ticket, by="ana")
    assert run.reading("owed").state == "running"
