"""Worked cases from other engines' own tests, run through a desk: open, pause, go on, stop.

The cases (facts, with their source) are in `cases/peers.json`. Where peers differ, the case names the convention.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from sla_desk import SlaDesk
from supportflow import BusinessCalendar, Target
from supportflow._time import instant
from supportflow.exceptions import CalendarError

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "cases" / "peers.json").read_text("utf-8"))
}


def calendar_of(case):
    given = case["calendar"]
    return BusinessCalendar(tz=given["tz"], weekly=given["weekly"], holidays=given.get("holidays", []))


def play(case, **fields):
    """Open, and wait for the requester in each of the case's pauses."""
    minutes = case.get("duration_minutes", 100_000)
    fields.setdefault("edge", "open" if case.get("boundary_convention") == "next_opening" else "close")
    run = SlaDesk(case["start"], Target.resolution(minutes=minutes, **fields), calendar=calendar_of(case))
    for start, end in case.get("pauses", ()):
        if instant(start) > instant(case["start"]):
            run.at(start)
        run.desk.wait_for_requester(run.ticket, by="sam")
        run.at(end).desk.resume(run.ticket, by="sam")
    return run


@pytest.mark.parametrize(
    "case", [case for case in CASES.values() if "due" in case["expected"] and "target_changes" not in case],
    ids=lambda case: case["id"],
)  # fmt: skip
def test_due_is_what_the_peer_says(case):
    run = play(case)

    assert instant(case["expected"]["due"]) == run.reading().due_at


@pytest.mark.parametrize(
    "case",
    [case for case in CASES.values() if "elapsed_minutes" in case["expected"]],
    ids=lambda case: case["id"],
)
def test_elapsed_is_what_the_peer_says(case):
    """A wall-clock count of a 25-hour day is the one convention that is not offered: time that passed has passed."""
    run = play(case)
    run.at(case["end"]).desk.resolve(run.ticket, by="sam")
    minutes = case.get("elapsed_convention_minutes", case["expected"]["elapsed_minutes"])

    reading = run.reading()
    assert timedelta(minutes=minutes) == reading.elapsed
    assert reading.verdict.elapsed_us == minutes * 60_000_000


def test_reversed_times_count_nothing():
    """A clock that was set back never takes away: what is recorded keeps its order."""
    case = CASES["znuny-08-reversed"]
    run = play(case)
    run.at(case["end"]).desk.resolve(run.ticket, by="sam")

    assert timedelta(0) == run.reading().elapsed
    resolved = run.desk.history(run.ticket)[-1]
    assert instant(case["start"]) == resolved.recorded_at
    changed = [event for event in run.desk.history(run.ticket) if event.kind == "status_changed"]
    assert instant(case["end"]) == changed[-1].observed_at


def test_the_other_boundary_convention():
    """The peer answers the next opening; the default answers the closing time."""
    case = CASES["zammad-05-boundary"]

    assert instant(case["alt_due_closing_instant"]) == play(case, edge="close").reading().due_at


def test_a_calendar_that_never_opens_is_refused():
    with pytest.raises(CalendarError):
        calendar_of(CASES["libredesk-05-never-open"])


@pytest.mark.parametrize("name", ["glpi-01-three-pauses", "glpi-06-warn-in-business-time"])
def test_warning_is_counted_in_working_time(name):
    case = CASES[name]
    run = play(case, warn_at=[timedelta(minutes=case["warn_minutes_before"])])
    run.at("2040-01-01T00:00:00Z").desk.run_due()
    warned = [event for event in run.desk.history(run.ticket) if event.kind == "sla_warned"]

    assert [instant(case["expected"]["warn_at"])] == [event.reached_at for event in warned]


def test_pauses_add_up():
    case = CASES["glpi-01-three-pauses"]

    assert timedelta(seconds=case["expected"]["waiting_seconds"]) == play(case).reading().paused


def test_a_step_after_the_breach_is_counted_in_working_time():
    case = CASES["glpi-02-escalate-after"]
    every = timedelta(minutes=case["escalate_minutes_after"])
    run = play(case, overdue={"every": every, "times": 1})
    run.at("2040-01-01T00:00:00Z").desk.run_due()
    overdue = [event for event in run.desk.history(run.ticket) if event.kind == "sla_overdue"]

    assert [instant(case["expected"]["escalate_at"])] == [event.reached_at for event in overdue]


@pytest.mark.parametrize(
    ("on_change", "expected"), [("keep_elapsed", "due"), ("restart", "due_if_clock_resets")]
)
def test_a_change_of_target(on_change, expected):
    case = CASES["saasjet-01-priority-change"]
    (change,) = case["target_changes"]
    run = SlaDesk(
        case["start"],
        Target.resolution(minutes=change["duration_minutes"], when={"field": "level", "le": 1}),
        Target.resolution(minutes=case["duration_minutes"]),
        calendar=calendar_of(case),
        sla={"on_change": on_change},
    )
    assert instant(case["expected"]["due_before_change"]) == run.reading().due_at

    run.at(change["at"]).desk.set_priority(run.ticket, level=1, by="sam")

    assert instant(case["expected"][expected]) == run.reading().due_at


def test_against_target():
    """Zammad's difference to a target of 60 minutes."""
    case = CASES["zammad-03"]
    run = SlaDesk(case["start"], Target.resolution(minutes=60), calendar=calendar_of(case))
    run.at(case["end"]).desk.resolve(run.ticket, by="sam")

    assert timedelta(minutes=case["expected"]["against_target_60"]) == run.reading().remaining
    assert run.verdicts() == [False]
