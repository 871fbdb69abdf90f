"""Clocks whose target stopped applying, or whose ticket ended, and that come back: docs/concepts/clocks.md, row by row."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.office import store_of
from sla_desk import BERLIN, SlaDesk
from supportflow import Agent, BusinessCalendar, Desk, Group, Policy, SlaPolicy, Target, decide
from supportflow._time import instant, to_us
from supportflow.events import ClocksMoved, SlaBreached
from supportflow.kernel import Facts, fold
from supportflow.model.commands import Advance, Reply, SetPriority
from supportflow.model.people import Actor
from supportflow.policy import CompiledPolicy, PolicyBook
from supportflow.policy.document.surges import Surge
from supportflow.testing import ManualClock

NINE = "2026-06-01T09:00:00Z"  # a Monday
URGENT = {"field": "level", "le": 1}
CHOICES = ["keep_elapsed", "restart", "retroactive"]


def minute(number):
    """So many minutes after nine."""
    return instant(NINE) + timedelta(minutes=number)


def minutes(number):
    return timedelta(minutes=number)


def desk(*targets, **sla):
    """A desk whose targets are for the most urgent tickets only, and an urgent ticket."""
    fields = {name: sla.pop(name) for name in ("opening", "on") if name in sla}
    document = Policy(
        sla=[SlaPolicy(name="vip", when=URGENT, targets=targets, **sla), SlaPolicy(name="none")],
    )
    return SlaDesk(NINE, document=document, **{"opening": {"level": 1}, **fields})


def level(run, at, value):
    run.at(minute(at)).desk.set_priority(run.ticket, level=value, by="lead")


def settled(run):
    """The ticket a second later: a verdict that comes with a target stands once the instant is over."""
    run.clock.advance(seconds=1)
    run.desk.run_due()
    return run


# --- each metric, each choice --------------------------------------------------------------------

METRICS = {
    "first_response": None,
    "next_response": "question",
    "periodic_update": "answer",
    "pausable_update": "answer",
    "requester_wait": None,
    "agent_work": None,
    "time_to_own": None,
    "group_ownership": "group",
    "underpinning": "hold",
    "first_resolution": None,
    "total_resolution": None,
}


def prelude(run, what):
    """What makes the metric start, at minute 0."""
    if what in {"question", "answer"}:
        run.desk.reply(run.ticket, body="try this", by="sam")
    if what == "question":
        run.desk.receive(run.ticket, body="no", by="ana")
    if what == "group":
        run.desk.assign(run.ticket, group="second", by="lead")
    if what == "hold":
        run.desk.hold(run.ticket, by="sam")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("choice", "gap", "elapsed"),
    [
        ("keep_elapsed", "counts", 40),
        ("keep_elapsed", "pauses", 20),
        ("restart", "counts", 10),
        ("retroactive", "pauses", 40),
    ],
)
def test_a_target_that_applies_again_runs(metric, choice, gap, elapsed):
    """Ten minutes, twenty in which it did not apply, ten more."""
    run = desk(Target.of(metric, name="it", hours=2), on_change=choice, gap=gap)
    prelude(run, METRICS[metric])
    level(run, 10, 3)
    assert run.reading("it").state == "cancelled"
    level(run, 30, 1)
    run.at(minute(40))

    reading = run.reading("it")
    assert (reading.state, reading.elapsed) == ("running", minutes(elapsed))
    assert reading.due_at == minute(40 + 120 - elapsed)
    run.at(minute(600)).desk.run_due()
    assert [milestone for _, milestone, _ in run.milestones()] == ["breach"]
    assert run.reading("it").breached_at == minute(40 + 120 - elapsed)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("gap", ["counts", "pauses"])
def test_what_was_undone_within_one_instant_never_was(metric, choice, gap):
    changed, plain = (desk(Target.of(metric, name="it", hours=2), on_change=choice, gap=gap) for _ in "12")
    for run in (changed, plain):
        prelude(run, METRICS[metric])
    level(changed, 10, 3)
    level(changed, 10, 1)

    for run in (changed, plain):
        run.at(minute(20)).desk.note(run.ticket, body="looked", by="sam")
    assert changed.desk.get(changed.ticket).clocks == plain.desk.get(plain.ticket).clocks


@pytest.mark.parametrize("choice", CHOICES)
def test_another_target_for_no_time_leaves_no_trace(choice):
    """A warning at that very instant is still to come, and nothing starts again."""
    targets = (
        Target.resolution(hours=1, warn_at=[0.5], when={"field": "level", "le": 1}),
        Target.resolution(hours=8, warn_at=[0.0625]),
    )
    changed, plain = (SlaDesk(NINE, *targets, sla={"on_change": choice}, opening={"level": 1}) for _ in "12")
    level(changed, 30, 3)
    level(changed, 30, 1)

    assert changed.desk.get(changed.ticket).clocks == plain.at(minute(30)).desk.get(plain.ticket).clocks
    for run in (changed, plain):
        run.at(minute(90)).desk.run_due()
    assert changed.milestones() == plain.milestones() != []


@pytest.mark.parametrize("choice", CHOICES)
def test_a_target_that_applied_for_no_time_leaves_no_clock(choice):
    run = desk(Target.resolution(hours=1), on_change=choice, opening={"level": 3})
    level(run, 10, 1)
    level(run, 10, 3)

    assert run.desk.get(run.ticket).clocks == ()


def test_an_answer_between_the_change_and_its_correction_counts():
    run = desk(Target.first_response(minutes=30))
    level(run, 10, 3)
    run.desk.reply(run.ticket, body="here", by="sam")
    level(run, 10, 1)

    assert settled(run).reading("first_response").state == "met"
    assert run.reading("first_response").elapsed == minutes(10)


def test_a_verdict_that_a_change_brought_goes_with_the_change():
    """Urgent for no time, long after the answer: nothing was promised, and nothing is judged."""
    run = desk(Target.first_response(minutes=30), opening={"level": 3})
    run.at(minute(10)).desk.reply(run.ticket, body="here", by="sam")
    level(run, 20, 1)
    level(run, 20, 3)

    assert (settled(run).desk.get(run.ticket).clocks, run.verdicts()) == ((), [])


def test_a_pause_between_the_change_and_its_correction_counts():
    changed, plain = desk(Target.resolution(hours=1)), desk(Target.resolution(hours=1))
    level(changed, 10, 3)
    for run in (changed, plain):
        run.at(minute(10)).desk.wait_for_requester(run.ticket, by="sam")
    level(changed, 10, 1)

    assert changed.desk.get(changed.ticket).clocks == plain.desk.get(plain.ticket).clocks
    assert changed.reading().state == "paused"


# --- each way ------------------------------------------------------------------------------------


def test_a_group_there_and_back():
    document = Policy(
        groups=[Group(name="a"), Group(name="b")],
        sla=[
            SlaPolicy(
                name="a",
                when={"field": "group", "eq": "a"},
                targets=[
                    Target.first_response(hours=1),
                    Target.of("time_to_own", hours=1, when={"field": "group", "eq": "a"}),
                ],
            ),
            SlaPolicy(name="none"),
        ],
    )
    run = SlaDesk(NINE, document=document, opening={"group": "a"})
    run.at(minute(5)).desk.assign(run.ticket, group="b")
    run.at(minute(10)).desk.assign(run.ticket, group="a")
    run.at(minute(20))

    assert [(one.target, one.state, one.elapsed) for one in run.desk.clocks(run.ticket)] == [
        ("first_response", "running", minutes(20)),
        ("time_to_own", "running", minutes(20)),
    ]


def test_an_attribute_of_one_target_among_others():
    """The policy stays the same; only one target of it stops applying."""
    run = SlaDesk(
        NINE,
        document=Policy(
            fields={"tier": {"kind": "choice", "values": ["gold", "tin"], "nullable": True}},
            sla=[
                SlaPolicy(
                    name="all",
                    targets=[
                        Target.resolution(hours=8),
                        Target.first_response(minutes=30, when={"field": "tier", "eq": "gold"}),
                    ],
                )
            ],
        ),
        opening={"attributes": {"tier": "gold"}},
    )
    run.at(minute(10)).desk.update(run.ticket, attributes={"tier": None}, by="sam")
    assert run.reading("first_response").state == "cancelled"
    run.at(minute(20)).desk.update(run.ticket, attributes={"tier": "gold"}, by="sam")

    assert (run.reading("first_response").state, run.reading().elapsed) == ("running", minutes(20))
    assert run.reading("first_response").due_at == minute(30)


SECURITY = Policy(
    sla=[
        SlaPolicy(
            name="security",
            when={"field": "priority_class", "eq": "security"},
            targets=[Target.first_response(minutes=15)],
        ),
        SlaPolicy(name="none"),
    ]
)


def test_a_class_that_the_customers_words_raise_again():
    run = SlaDesk(NINE, document=SECURITY, opening={"body": "My account was hacked"})
    run.at(minute(5)).desk.set_priority(run.ticket, priority_class="general", by="sam")
    assert run.reading("first_response").state == "cancelled"
    run.at(minute(10)).desk.receive(run.ticket, body="Somebody has hacked my account!", by="ana")

    assert run.desk.get(run.ticket).priority_class == "security"
    assert run.reading("first_response").due_at == minute(15)


def test_a_class_that_a_merge_raises_again():
    """The other ticket is the more urgent one: the ticket that goes on has its promise back."""
    run = SlaDesk(NINE, document=SECURITY, opening={"body": "My account was hacked"})
    run.at(minute(5)).desk.set_priority(run.ticket, priority_class="general", by="sam")
    other = run.desk.open(subject="hacked", body="My account was hacked", requester="ana").ticket.id
    run.at(minute(10)).desk.merge(other, into=run.ticket, by="sam")

    assert run.reading("first_response").due_at == minute(15)


@pytest.mark.parametrize("edits", ["now", "on_next_event"])
def test_a_policy_edit_that_is_rolled_back(edits):
    on = Policy(edits=edits, sla=[SlaPolicy(name="g", targets=[Target.resolution(hours=2)])])
    out = Policy(edits=edits, sla=[SlaPolicy(name="g")])
    run = SlaDesk(NINE, document=on)
    for at, document in ((10, out), (30, on)):
        run.at(minute(at)).desk.use(document)
        run.desk.note(run.ticket, body="looked", by="sam")
    run.at(minute(40))

    assert (run.reading().state, run.reading().elapsed) == ("running", minutes(40))


def test_a_policy_edit_and_its_correction_under_other_names_and_hours():
    """What was counted under the old hours stays; the gap is counted by the hours of the target that applies now."""
    morning = BusinessCalendar.weekdays("09:00", "12:00", tz="UTC", name="morning")
    on = Policy(edits="now", sla=[SlaPolicy(name="g", targets=[Target.resolution(hours=9)])])
    out = Policy(edits="now", sla=[SlaPolicy(name="none")])
    other = Policy(
        edits="now", sla=[SlaPolicy(name="h", calendar=morning, targets=[Target.resolution(hours=5)])]
    )
    run = SlaDesk(NINE, document=on)
    for at, document in ((60, out), (300, other)):  # until 10:00; from 14:00 on
        run.at(minute(at)).desk.use(document)

    reading = run.reading()
    assert (reading.state, reading.elapsed) == ("running", minutes(60 + 120))
    assert (reading.clock.key, reading.due_at) == ("h/resolution#1", instant("2026-06-02T11:00:00Z"))


RUSH = Policy(
    sla=[
        SlaPolicy(name="vip", when=URGENT, targets=[Target.resolution(hours=2, warn_at=[0.5])]),
        SlaPolicy(name="none"),
    ],
    surges={"rush": Surge(targets=2)},
)


@pytest.mark.parametrize("choice", CHOICES)
def test_a_surge_that_is_declared_and_ended_at_once_leaves_no_trace(choice):
    document = RUSH.model_copy(
        update={"sla": tuple(one.model_copy(update={"on_change": choice}) for one in RUSH.sla)}
    )
    changed, plain = (SlaDesk(NINE, document=document, opening={"level": 1}) for _ in "12")
    changed.at(minute(60)).desk.declare_surge("rush", by="lead")
    changed.desk.end_surge("rush", by="lead")

    assert changed.desk.get(changed.ticket).clocks == plain.at(minute(60)).desk.get(plain.ticket).clocks


def test_what_lapsed_before_a_surge_comes_back_in_it():
    """With the surge's longer target; and with the usual one, at the instant at which the surge ends by itself."""
    run = SlaDesk(NINE, document=RUSH, opening={"level": 1})
    level(run, 10, 3)
    run.at(minute(20)).desk.declare_surge("rush", for_=minutes(60), by="lead")
    level(run, 30, 1)
    assert (run.reading().elapsed, run.reading().due_at) == (minutes(30), minute(240))
    run.at(minute(100)).desk.run_due()

    assert (run.reading().elapsed, run.reading().due_at) == (minutes(100), minute(120))


def test_a_status_that_a_condition_names():
    """No command names the status of another ticket's target; the event that shows it does."""
    run = SlaDesk(
        NINE,
        document=Policy(
            sla=[
                SlaPolicy(
                    name="waiting",
                    when={"field": "status", "eq": "pending"},
                    targets=[Target.of("agent_work", name="idle", hours=9, pause_on=[])],
                ),
                SlaPolicy(
                    name="working",
                    targets=[Target.resolution(hours=2), Target.of("first_resolution", hours=1, pause_on=[])],
                ),
            ]
        ),
    )
    run.at(minute(10)).desk.wait_for_requester(run.ticket, by="sam")
    assert {one.target: one.state for one in run.desk.clocks(run.ticket)} == {
        "resolution": "cancelled",
        "first_resolution": "cancelled",
        "idle": "running",
    }
    run.at(minute(40)).desk.receive(run.ticket, body="here", by="ana")

    assert {one.target: (one.state, one.elapsed) for one in run.desk.clocks(run.ticket)} == {
        "idle": ("cancelled", minutes(30)),
        "resolution": ("running", minutes(10)),  # the wait is a pause of it, whether or not it applied
        "first_resolution": ("running", minutes(40)),
    }


def test_a_condition_on_what_messages_change():
    run = SlaDesk(
        NINE,
        Target.of("agent_work", name="silent", hours=2, when={"field": "first_replied", "eq": False}),
        Target.resolution(hours=8, when={"field": "received", "ge": 2}),
    )
    run.at(minute(5)).desk.receive(run.ticket, body="hello?", by="ana")
    run.at(minute(7)).desk.receive(run.ticket, body="hello??", by="ana")
    assert run.reading().elapsed == minutes(0)
    run.at(minute(9)).desk.reply(run.ticket, body="here", by="sam")
    assert run.reading("silent").state == "cancelled"
    assert run.reading().state == "running"


# --- the end is taken back -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "metric",
    [
        name
        for name in METRICS
        if name not in {"periodic_update", "pausable_update", "group_ownership", "underpinning"}
    ],
)
def test_observed_cancelled_and_open_again(metric):
    """An hour in which the ticket was over does not count."""
    run = SlaDesk(NINE, Target.of(metric, name="it", hours=2))
    prelude(run, METRICS[metric])
    status = run.desk.get(run.ticket).status
    run.at(minute(10)).desk.observe(run.ticket, status="cancelled")
    assert run.reading("it").state == "cancelled"
    run.at(minute(70)).desk.observe(run.ticket, status=status)
    run.at(minute(80))

    assert (run.reading("it").state, run.reading("it").elapsed) == ("running", minutes(20))
    assert run.reading("it").paused == minutes(60)


@pytest.mark.parametrize("metric", METRICS)
def test_observed_cancelled_and_open_again_at_once(metric):
    changed, plain = SlaDesk(NINE, Target.of(metric, name="it", hours=2)), None
    plain = SlaDesk(NINE, Target.of(metric, name="it", hours=2))
    for run in (changed, plain):
        prelude(run, METRICS[metric])
        run.at(minute(10))
    status = changed.desk.get(changed.ticket).status
    changed.desk.observe(changed.ticket, status="cancelled")
    changed.desk.observe(changed.ticket, status=status)

    for run in (changed, plain):
        run.at(minute(20)).desk.note(run.ticket, body="looked", by="sam")
    assert changed.desk.get(changed.ticket).clocks == plain.desk.get(plain.ticket).clocks


@pytest.mark.parametrize(
    ("metric", "cycle", "elapsed"),
    [("periodic_update", 2, 10), ("pausable_update", 2, 10), ("group_ownership", 2, 10)],
)
def test_a_metric_that_starts_on_a_reopening_starts(metric, cycle, elapsed):
    run = SlaDesk(NINE, Target.of(metric, name="it", hours=2))
    prelude(run, METRICS[metric])
    run.at(minute(10)).desk.observe(run.ticket, status="cancelled")
    run.at(minute(70)).desk.observe(run.ticket, status="open")
    run.at(minute(80))

    assert (run.reading("it").clock.cycle, run.reading("it").elapsed) == (cycle, minutes(elapsed))


def test_what_was_on_hold_is_back_from_the_supplier_once_the_ticket_is_open():
    run = SlaDesk(NINE, Target.of("underpinning", hours=2))
    run.desk.hold(run.ticket, by="sam")
    run.at(minute(10)).desk.observe(run.ticket, status="cancelled")
    run.at(minute(70)).desk.observe(run.ticket, status="open")

    settled(run)
    assert (run.reading("underpinning").state, run.reading("underpinning").elapsed) == ("met", minutes(10))


def test_a_merge_that_is_undone():
    run = SlaDesk(NINE, Target.first_response(minutes=30), Target.resolution(hours=2))
    other = run.desk.open(subject="again", requester="ana").ticket.id
    run.at(minute(10)).desk.merge(run.ticket, into=other, by="sam")
    run.at(minute(20)).desk.observe(run.ticket, status="open")
    run.at(minute(25))

    assert {one.target: (one.state, one.elapsed) for one in run.desk.clocks(run.ticket)} == {
        "first_response": ("running", minutes(15)),
        "resolution": ("running", minutes(15)),
    }


def test_a_question_stands_after_a_mistaken_resolution():
    run = SlaDesk(NINE, Target.next_response(minutes=60))
    run.desk.reply(run.ticket, body="try this", by="sam")
    run.at(minute(10)).desk.receive(run.ticket, body="no", by="ana")
    run.at(minute(20)).desk.resolve(run.ticket, by="sam")
    run.at(minute(50)).desk.reopen(run.ticket, by="sam")

    assert run.reading("next_response").due_at == minute(100)
    run.at(minute(101)).desk.reply(run.ticket, body="oh", by="sam")
    assert run.verdicts("next_response") == [False]


def test_an_answer_after_the_end_answers():
    """Closed in silence, answered when it was closed, then observed open: nobody is asked for an answer again."""
    run = SlaDesk(NINE, Target.first_response(minutes=30))
    run.at(minute(10)).desk.observe(run.ticket, status="closed")
    run.at(minute(90)).desk.observe(run.ticket, replied=True)
    assert run.verdicts() == []
    run.at(minute(100)).desk.observe(run.ticket, status="open")

    settled(run)
    assert (run.reading("first_response").state, run.reading("first_response").elapsed) == (
        "met",
        minutes(10),
    )
    assert run.reading("first_response").verdict.stopped_at == minute(90)


def test_an_owner_who_came_after_the_end_owns():
    run = SlaDesk(NINE, Target.of("time_to_own", hours=1))
    run.at(minute(10)).desk.observe(run.ticket, status="cancelled")
    run.at(minute(20)).desk.observe(run.ticket, agent="kim")
    run.at(minute(30)).desk.observe(run.ticket, status="open")

    settled(run)
    assert (run.reading("time_to_own").state, run.verdicts()) == ("met", [True])


def test_an_archive_that_closes_what_was_cancelled_judges_nothing():
    run = SlaDesk(NINE, Target.resolution(hours=2), Target.first_response(minutes=30))
    for at, status in ((10, "cancelled"), (500, "closed")):
        run.at(minute(at)).desk.observe(run.ticket, status=status)

    assert run.verdicts() == []


# --- what happened meanwhile ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "gap", "elapsed", "met"),
    [
        ("keep_elapsed", "counts", 40, False),
        ("keep_elapsed", "pauses", 10, True),
        ("restart", "counts", 0, True),
        ("retroactive", "counts", 40, False),
    ],
)
def test_an_answer_in_the_gap_judges(choice, gap, elapsed, met):
    """Due at minute 30, answered at minute 40, when it did not apply; nobody is called for that breach."""
    called = []
    run = desk(Target.first_response(minutes=30), on_change=choice, gap=gap, on={SlaBreached: called.append})
    level(run, 10, 3)
    run.at(minute(40)).desk.reply(run.ticket, body="here", by="sam")
    level(run, 60, 1)

    verdict = settled(run).reading("first_response").verdict
    assert (verdict.met, verdict.elapsed_us) == (met, elapsed * 60_000_000)
    assert verdict.stopped_at == minute(40)
    assert called == []
    breaches = [
        (event.reached_at, event.late)
        for event in run.desk.history(run.ticket)
        if event.kind == "sla_breached"
    ]
    assert breaches == ([] if met else [(minute(30), True)])


def test_a_resolution_in_the_gap_judges_and_a_reopening_goes_on():
    run = desk(Target.resolution(hours=2))
    level(run, 10, 3)
    run.at(minute(20)).desk.resolve(run.ticket, by="sam")
    run.at(minute(30)).desk.reopen(run.ticket, by="ana")
    level(run, 45, 1)

    assert (run.reading().state, run.reading().elapsed) == ("running", minutes(20 + 15))
    assert run.verdicts() == []  # the first resolution did not hold, and nobody had promised it


def test_a_verdict_is_given_back_to_a_ticket_that_was_resolved_in_the_gap():
    run = desk(Target.resolution(hours=2))
    level(run, 10, 3)
    run.at(minute(20)).desk.resolve(run.ticket, by="sam")
    level(run, 30, 1)

    settled(run)
    assert (run.reading().state, run.verdicts()) == ("met", [True])
    assert run.reading().verdict.stopped_at == minute(20)


def test_a_reopening_that_a_judged_clock_missed():
    run = desk(Target.resolution(hours=2))
    run.at(minute(10)).desk.resolve(run.ticket, by="sam")
    level(run, 20, 3)
    run.at(minute(30)).desk.reopen(run.ticket, by="ana")
    assert run.reading().state == "met"
    level(run, 40, 1)

    assert (run.reading().clock.cycle, run.reading().state, run.reading().elapsed) == (
        2,
        "running",
        minutes(20),
    )
    assert run.verdicts() == [True]


def test_another_question_in_the_gap_is_what_is_owed():
    run = desk(Target.next_response(hours=1), gap="counts")
    run.desk.reply(run.ticket, body="try this", by="sam")
    run.at(minute(5)).desk.receive(run.ticket, body="no", by="ana")
    level(run, 10, 3)
    run.at(minute(20)).desk.reply(run.ticket, body="then this", by="sam")
    run.at(minute(30)).desk.receive(run.ticket, body="no", by="ana")
    level(run, 40, 1)

    reading = run.reading("next_response")
    assert (reading.clock.cycle, reading.due_at) == (2, minute(90))


def test_a_ticket_that_ended_in_the_gap_has_its_clock_back_when_it_is_open_again():
    run = desk(Target.first_response(hours=1))
    level(run, 10, 3)
    run.at(minute(20)).desk.observe(run.ticket, status="cancelled")
    level(run, 30, 1)
    assert (run.reading("first_response").state, run.reading("first_response").clock.cancelled) == (
        "cancelled",
        "ended",
    )
    run.at(minute(80)).desk.observe(run.ticket, status="open")

    assert run.reading("first_response").due_at == minute(80 + 60 - 20)


def test_what_ended_and_was_reopened_while_its_target_did_not_apply():
    run = desk(Target.first_response(hours=1))
    run.at(minute(10)).desk.observe(run.ticket, status="cancelled")
    level(run, 20, 3)
    run.at(minute(30)).desk.observe(run.ticket, status="open")
    assert run.reading("first_response").state == "cancelled"
    level(run, 40, 1)

    assert run.reading("first_response").elapsed == minutes(10 + 10)


def test_a_breach_that_was_told_is_not_told_again():
    run = desk(Target.resolution(minutes=30, warn_at=[0.5], overdue={"every": minutes(30), "times": 3}))
    run.at(minute(40)).desk.run_due()
    level(run, 45, 3)
    level(run, 50, 1)
    run.at(minute(600)).desk.run_due()

    told = [(milestone, at) for _, milestone, at in run.milestones()]
    assert told == [
        (key, minute(at).isoformat())
        for key, at in [
            ("warn:0.5", 15),
            ("breach", 30),
            ("overdue:1", 60),
            ("overdue:2", 90),
            ("overdue:3", 120),
        ]
    ]


def test_what_is_used_up_in_the_gap_is_breached_when_it_comes_back():
    run = desk(Target.resolution(minutes=30, warn_at=[0.5]))
    level(run, 10, 3)
    level(run, 60, 1)
    run.at(minute(70)).desk.run_due()

    (breach,) = [event for event in run.desk.history(run.ticket) if event.kind == "sla_breached"]
    assert (breach.reached_at, breach.late) == (minute(60), False)


def test_a_pause_in_the_gap_is_a_pause():
    run = desk(Target.resolution(hours=2))
    level(run, 10, 3)
    run.at(minute(20)).desk.wait_for_requester(run.ticket, by="sam")
    run.at(minute(50)).desk.resume(run.ticket, by="sam")
    level(run, 60, 1)

    assert (run.reading().elapsed, run.reading().paused) == (minutes(30), minutes(30))


def test_office_hours_count_in_the_gap():
    run = SlaDesk(
        "2026-06-01T15:00:00+02:00",
        document=Policy(
            sla=[
                SlaPolicy(name="vip", when=URGENT, calendar=BERLIN, targets=[Target.resolution(hours=9)]),
                SlaPolicy(name="none"),
            ]
        ),
        opening={"level": 1},
    )
    run.at("2026-06-01T16:00:00+02:00").desk.set_priority(run.ticket, level=2, by="lead")
    run.at("2026-06-02T10:00:00+02:00").desk.set_priority(run.ticket, level=1, by="lead")

    assert run.reading().elapsed == timedelta(hours=1 + 1 + 1)


# --- a target that applies for the first time ----------------------------------------------------


def test_a_first_response_that_was_given_before_anybody_promised_it_is_in_time():
    run = desk(Target.first_response(minutes=30), opening={"level": 3})
    run.at(minute(50)).desk.reply(run.ticket, body="here", by="sam")
    level(run, 60, 1)
    run.at(minute(600)).desk.run_due()

    assert (run.reading("first_response").state, run.reading("first_response").elapsed) == (
        "met",
        minutes(0),
    )
    assert run.milestones() == []


def test_or_it_is_judged_by_when_it_was_given():
    run = desk(Target.first_response(minutes=30), opening={"level": 3}, on_change="retroactive")
    run.at(minute(50)).desk.reply(run.ticket, body="here", by="sam")
    level(run, 60, 1)

    verdict = settled(run).reading("first_response").verdict
    assert (verdict.met, verdict.elapsed_us, verdict.stopped_at) == (False, 50 * 60_000_000, minute(50))


def test_a_private_ticket_owes_no_response_whatever_its_level():
    run = desk(
        Target.first_response(minutes=30),
        Target.resolution(hours=2),
        opening={"level": 3, "private": True, "by": Actor(kind="agent", id="sam")},
    )
    level(run, 10, 1)

    assert [clock.target for clock in run.desk.get(run.ticket).clocks] == ["resolution"]


@pytest.mark.parametrize(
    ("metric", "owed"),
    [("next_response", True), ("underpinning", True), ("group_ownership", True), ("time_to_own", False)],
)
def test_what_is_owed_already_starts_with_the_target(metric, owed):
    """A question, a hold, a group, an owner, from before the ticket became urgent."""
    run = desk(Target.of(metric, name="it", hours=1), opening={"level": 3, "assignee": "kim", "group": "a"})
    run.desk.reply(run.ticket, body="try this", by="sam")
    run.at(minute(5)).desk.receive(run.ticket, body="no", by="ana")
    run.at(minute(6)).desk.hold(run.ticket, by="sam")
    level(run, 10, 1)

    found = [clock.state for clock in run.desk.get(run.ticket).clocks]
    assert found == (["running"] if owed else [])


def test_what_has_ended_gets_no_clock_that_it_never_had():
    run = desk(Target.resolution(hours=2), opening={"level": 3})
    run.at(minute(10)).desk.resolve(run.ticket, by="sam")
    level(run, 20, 1)
    assert run.desk.get(run.ticket).clocks == ()
    run.at(minute(30)).desk.reopen(run.ticket, by="ana")
    run.at(minute(40)).desk.set_priority(run.ticket, level=3, by="lead")
    level(run, 50, 1)

    assert run.reading().state == "running"


# --- what is told --------------------------------------------------------------------------------


def test_explain_says_why_it_was_cancelled_and_why_it_came_back():
    run = desk(Target.resolution(hours=2))
    level(run, 10, 3)
    assert (
        "cancelled at 2026-06-01T09:10:00.000000Z: the target no longer applies (priority_changed of agent lead)"
        in str(run.desk.explain(run.ticket))
    )
    level(run, 30, 1)
    run.at(minute(40)).desk.observe(run.ticket, status="cancelled")
    told = str(run.desk.explain(run.ticket))
    for line in (
        "came back at 2026-06-01T09:30:00.000000Z: the target applies again (priority_changed of agent lead)",
        "cancelled at 2026-06-01T09:40:00.000000Z: the ticket needs it no longer (status_changed of host host)",
    ):
        assert line in told
    account = run.reading().explain()
    assert [(one.what, one.cause) for one in account.turns] == [
        ("cancelled", "lapsed"),
        ("came back", "returned"),
        ("cancelled", "ended"),
    ]


@pytest.mark.parametrize(
    ("gap", "reasons"),
    [
        ("counts", ["running", "running, though the target did not apply", "running"]),
        ("pauses", ["running", "paused: the target did not apply", "running"]),
    ],
)
def test_an_account_tells_the_gap_apart(gap, reasons):
    run = desk(Target.resolution(hours=2), gap=gap)
    level(run, 10, 3)
    level(run, 30, 1)
    run.at(minute(40))

    account = run.reading().explain()
    assert [one.reason for one in account.intervals] == reasons
    assert account.elapsed_us == sum(one.counted_us for one in account.intervals)


# --- deciding without a past ---------------------------------------------------------------------


def test_who_decides_without_the_past_goes_by_the_present():
    """The pure core still brings the clock back; what happened in between is what the ticket says."""
    run = desk(Target.resolution(hours=2))
    level(run, 10, 3)
    ticket = run.desk.get(run.ticket)
    policy = run.desk.policy
    events = decide(
        PolicyBook(CompiledPolicy(policy)),
        ticket,
        SetPriority(level=1, by=Agent("lead").actor),
        Facts(),
        minute(30),
    )

    (moved,) = [event for event in events if event.kind == "clocks_moved"]
    (move,) = moved.moves
    assert (move.move, move.cause, move.state.state) == ("attach", "returned", "running")
    assert move.state.banked_us == 30 * 60_000_000


def test_recordings_from_before_the_causes_come_back_too():
    """An old event says by its reason why it cancelled."""
    run = desk(Target.resolution(hours=2))
    level(run, 10, 3)
    history = run.desk.history(run.ticket)
    old = [
        event.model_copy(update={"moves": tuple(move._replace(cause=None) for move in event.moves)})
        if event.kind == "clocks_moved"
        else event
        for event in history
    ]
    ticket = fold(old)
    assert (ticket.clocks[0].cancelled, ticket.clocks[0].cancelled_us) == ("lapsed", 600_000_000 + _nine())
    assert fold(history) == ticket


def test_a_ticket_that_lost_its_promise_under_an_older_version_has_it_back_with_the_next_event():
    """What was recorded then: the level went and came back, and nothing about the clock."""
    run = desk(Target.first_response(hours=2), Target.resolution(hours=2))
    level(run, 10, 3)
    (ten,) = [event for event in run.desk.history(run.ticket) if event.kind == "priority_changed"]
    back = ten.model_copy(update={"recorded_at": minute(30), "level": 1, "previous_level": 3})
    nothing = ClocksMoved(ticket_id=run.ticket, recorded_at=minute(30), by=back.by, moves=(), sla="vip")
    history = (*run.desk.history(run.ticket), back, nothing)
    book = PolicyBook(CompiledPolicy(run.desk.policy))
    for command, at in ((Reply(body="", by=Agent("sam").actor), 40), (Advance(), 41)):
        history += decide(book, fold(history), command, Facts(history=history), minute(at))

    ticket = fold(history)
    assert {clock.target: clock.state for clock in ticket.clocks} == {
        "first_response": "met",
        "resolution": "running",
    }
    assert next(one for one in ticket.clocks if one.target == "resolution").banked_us == 40 * 60_000_000


def _nine():
    return to_us(instant(NINE))


def test_a_snapshot_from_before_clocks_came_back_is_folded_again():
    """It does not say why its clocks were cancelled; the events do."""
    run = desk(Target.resolution(hours=2, when=URGENT))
    level(run, 5, 3)
    rows = store_of(run.desk)._tenants["default"].rows
    ticket = json.loads(rows[run.ticket].snapshot)
    ticket["clocks"] = [_of_then(clock) for clock in ticket["clocks"]]
    rows[run.ticket] = replace(rows[run.ticket], fold_version=3, snapshot=json.dumps(ticket).encode())
    level(run, 10, 1)

    assert run.reading().state == "running"
    assert run.reading().elapsed == minutes(10)


def _of_then(clock):
    """A clock as it was kept then: without the three fields that say how it ended."""
    assert (clock["cancelled"], clock["cancelled_us"]) == ("lapsed", to_us(instant(minute(5))))
    return {
        name: value for name, value in clock.items() if name not in {"cancelled", "cancelled_us", "over_us"}
    }


@pytest.mark.parametrize("on_change", ["retroactive", "restart", "keep_elapsed"])
@pytest.mark.parametrize("touched", [False, True])
def test_a_policy_that_brings_a_target_brings_it_to_tickets_that_nothing_has_happened_to(on_change, touched):
    clock = ManualClock("2026-03-02T09:00:00Z")
    desk = Desk(Policy(edits="now"), clock=clock)
    desk.open(subject="x", requester="ana", ref="1")
    clock.advance(hours=1)
    if touched:
        desk.note(ref="1", body="seen", by="sam")
    target = Target.resolution(hours=4, on_change=on_change)
    desk.use(Policy(name="new", sla=[SlaPolicy(name="s", targets=[target])], edits="now"))
    desk.run_due()
    [made] = desk.get(ref="1").clocks
    since = "2026-03-02T09:00:00Z" if on_change == "retroactive" else "2026-03-02T10:00:00Z"
    assert (made.state, made.segments[0].start_us) == ("running", to_us(instant(since)))
