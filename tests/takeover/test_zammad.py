"""Zammad's exports: its own worked cases come out the same.

They are those of zammad/zammad, spec/models/ticket/escalation_examples.rb @5df98684.
"""

import pytest

from supportflow import Desk
from supportflow.takeover import take_over
from supportflow.testing import ManualClock
from takeover.desks import due

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STATES = [
    {"id": 1, "name": "new", "state_type_id": 1, "ignore_escalation": False, "active": True},
    {"id": 2, "name": "open", "state_type_id": 2, "ignore_escalation": False, "active": True},
    {"id": 3, "name": "pending reminder", "state_type_id": 3, "ignore_escalation": True, "active": True},
    {"id": 4, "name": "closed", "state_type_id": 5, "ignore_escalation": True, "active": True},
    {"id": 5, "name": "merged", "state_type_id": 6, "ignore_escalation": True, "active": True},
]


def calendar(begin: str, end: str, days: tuple[str, ...] = DAYS[:5], holidays: tuple[str, ...] = ()) -> dict:
    return {
        "id": 1,
        "name": "Berlin",
        "timezone": "Europe/Berlin",
        "business_hours": {day: {"active": day in days, "timeframes": [[begin, end]]} for day in DAYS},
        "public_holidays": {day: {"active": True, "summary": "closed"} for day in holidays},
    }


def taken(hours: dict, condition: dict | None = None, **times: int):
    sla = {"id": 1, "name": "all", "calendar_id": 1, "condition": condition or {}, **times}
    return take_over("zammad", {"slas.json": [sla], "calendars.json": [hours], "states.json": STATES})


WAIT, HOLD = "wait_for_requester", "hold"


@pytest.mark.parametrize(
    ("hours", "minutes", "opened", "steps", "expected"),
    [
        (calendar("08:00", "18:00"), 60, "2013-03-21T09:30:00Z", [], "2013-03-21T10:30:00Z"),
        (
            calendar("09:00", "18:00", DAYS),
            120,
            "2013-06-04T09:00:00Z",
            [
                ("2013-06-04T09:30:00Z", HOLD),
                ("2013-06-04T09:45:00Z", "resume"),
                ("2013-06-04T10:00:00Z", "resolve"),
                ("2013-06-04T10:30:00Z", "reopen"),
            ],
            "2013-06-04T11:45:00Z",
        ),
        # The target is used up at closing time: Zammad answers the next opening.
        (
            calendar("09:00", "18:00", DAYS),
            120,
            "2013-06-04T09:00:00Z",
            [("2013-06-04T10:00:00Z", HOLD), ("2013-06-04T15:00:00Z", "resume")],
            "2013-06-05T07:00:00Z",
        ),
        (
            calendar("08:00", "20:00", holidays=("2016-11-01",)),
            1200,
            "2016-11-01T13:56:21Z",
            [],
            "2016-11-03T15:00:00Z",
        ),
    ],
)
def test_its_own_worked_cases(hours, minutes, opened, steps, expected):
    made = taken(hours, solution_time=minutes).policy
    assert (
        due(made, "total_resolution", opened, *((at, verb, {"by": "sam"}) for at, verb in steps)) == expected
    )


def test_elapsed_time_as_in_its_worked_cases():
    made = taken(calendar("08:00", "18:00"), first_response_time=60).policy
    clock = ManualClock("2013-03-21T09:30:00Z")
    desk = Desk(made, clock=clock)
    desk.open(subject="x", requester="ana", ref="1")
    clock.set("2013-03-21T14:00:00Z")
    desk.reply(ref="1", body="here", by="sam")
    [reading] = [one for one in desk.clocks(ref="1") if one.target == "first_response"]
    assert (reading.state, reading.elapsed.total_seconds() / 60) == ("missed", 270)


def test_the_update_time_runs_from_the_opening_and_again_after_each_answer():
    made = taken(calendar("08:00", "18:00"), update_time=180).policy
    assert due(made, "zammad_update", "2013-03-21T09:00:00Z") == "2013-03-21T12:00:00Z"
    answer = ("2013-03-21T10:00:00Z", "reply", {"by": "sam", "body": "here"})
    assert due(made, "zammad_update", "2013-03-21T09:00:00Z", answer) == "2013-03-21T13:00:00Z"


def test_another_sla_counts_from_the_creation_on():
    slas = [
        {
            "id": 1,
            "name": "high",
            "calendar_id": 1,
            "condition": {"ticket.priority_id": {"operator": "is", "value": ["3"]}},
            "solution_time": 120,
        },
        {"id": 2, "name": "rest", "calendar_id": 1, "condition": {}, "solution_time": 600},
    ]
    made = take_over(
        "zammad",
        {
            "a.json": {
                "slas": 0,
                "assets": {
                    "Sla": {"1": slas[0], "2": slas[1]},
                    "Calendar": {"1": calendar("08:00", "18:00")},
                },
            }
        },
    ).policy
    raised = ("2013-03-21T10:00:00Z", "set_priority", {"by": "sam", "level": 1})
    assert due(made, "total_resolution", "2013-03-21T09:00:00Z", raised) == "2013-03-21T11:00:00Z"


def test_seconds_of_pauses_are_shown_as_a_difference():
    result = taken(calendar("09:00", "17:00"), solution_time=240)
    [found] = result.report.of("differs")
    assert found.example is not None
    # Fifty seconds at one end and ten at the other: the clock stood still for 10:20, and for 11 whole minutes there.
    assert (found.example.theirs, found.example.ours) == (
        "Mon 2026-03-02 13:41:00 CET",
        "Mon 2026-03-02 13:40:20 CET",
    )


def test_nested_conditions_and_tags():
    condition = {
        "operator": "OR",
        "conditions": [
            {"name": "ticket.tags", "operator": "contains one", "value": "vip, gold"},
            {
                "operator": "AND",
                "conditions": [{"name": "ticket.group_id", "operator": "is", "value": ["4"]}],
            },
        ],
    }
    made = taken(calendar("00:00", "23:59", DAYS), condition, first_response_time=5).policy
    at = "2013-03-21T22:58:00Z"
    assert (
        due(made, "first_response", at, group="group 4") == "2013-03-21T23:03:00Z"
    )  # until midnight, not 23:59
    assert due(made, "first_response", at, attributes={"tags": ["gold"]}) == "2013-03-21T23:03:00Z"
    assert made.sla[0].when is not None
