"""Jira Service Management: SLAs with goals, conditions by name, calendars in milliseconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow import Desk
from supportflow.takeover import take_over
from supportflow.testing import ManualClock
from takeover.desks import due

HOUR = 3_600_000
CALENDAR = {
    "id": 2,
    "name": "Office",
    "timeZone": "Europe/Berlin",
    "workingTimes": [
        {"day": day, "start": 9 * HOUR, "end": 17 * HOUR, "disabled": False}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    ]
    + [{"day": "saturday", "start": 0, "end": 24 * HOUR, "disabled": True}],
    "holidays": [{"name": "Closed", "dateString": "2026-03-04", "recurring": False}],
}
CREATED = {"conditionId": "issue-created-hit-condition", "name": "Issue Created"}
ANSWERED = {"conditionId": "comment-for-reporter-hit-condition", "name": "Comment: For Customers"}
ASKED = {"conditionId": "comment-by-reporter-hit-condition", "name": "Comment: By Customer"}
SOLVED = {"conditionId": "resolution-set-hit-condition", "name": "Resolution: Set"}
WAITING = {"conditionId": "10004", "name": "Status: Waiting for customer"}
STATUSES = [
    {"name": "Waiting for support", "statusCategory": {"key": "indeterminate"}},
    {"name": "Waiting for customer", "statusCategory": {"key": "indeterminate"}},
    {"name": "Done", "statusCategory": {"key": "done"}},
]


def sla(name: str, *goals: dict, start=(CREATED,), stop=(SOLVED,), pause=()) -> dict:
    definition = {"start": list(start), "pause": list(pause), "stop": list(stop)}
    return {"id": 1, "name": name, "config": {"definition": definition, "goals": list(goals)}}


def goal(hours: float, query: str = "", calendar: int | None = None) -> dict:
    found: dict = {"jqlQuery": query, "duration": int(hours * HOUR), "defaultGoal": not query}
    return found if calendar is None else {**found, "calendarId": calendar}


def taken(*slas: dict):
    return take_over(
        "jira",
        {
            "sla.json": {"timeMetrics": list(slas)},
            "calendars.json": [CALENDAR],
            "statuses.json": {"statuses": STATUSES},
        },
    )


def test_goals_are_tried_in_order_and_count_on_their_calendars():
    made = taken(
        sla(
            "Time to resolution",
            goal(4, "priority = Highest", -1),
            goal(8, "priority in (High, Medium)", 2),
            goal(16, calendar=2),
        )
    ).policy
    at = "2026-03-03T13:00:00Z"  # 14:00 on a Tuesday in Berlin; Wednesday is closed
    assert due(made, "Time to resolution", at, level=1) == "2026-03-03T17:00:00Z"
    assert due(made, "Time to resolution", at, level=3) == "2026-03-05T13:00:00Z"
    assert due(made, "Time to resolution", at, level=4) == "2026-03-06T13:00:00Z"


def test_what_had_elapsed_is_kept_when_another_goal_applies():
    """A page of a maker of SLA add-ons for Jira: three hours from 10:00, at 11:00 the goal is two hours: due at 12:00."""
    made = taken(sla("Resolution", goal(2, "priority = Highest"), goal(3))).policy
    raised = ("2025-01-06T11:00:00Z", "set_priority", {"level": 1, "by": "sam"})
    assert due(made, "Resolution", "2025-01-06T10:00:00Z") == "2025-01-06T13:00:00Z"
    assert due(made, "Resolution", "2025-01-06T10:00:00Z", raised) == "2025-01-06T12:00:00Z"


def test_a_status_pauses_and_its_end_goes_on():
    made = taken(sla("Resolution", goal(3), pause=[WAITING])).policy
    steps = (
        ("2026-03-03T11:00:00Z", "wait_for_requester", {"by": "sam"}),
        ("2026-03-03T13:00:00Z", "resume", {"by": "sam"}),
    )
    assert due(made, "Resolution", "2026-03-03T10:00:00Z", *steps) == "2026-03-03T15:00:00Z"


def test_a_start_condition_after_a_stop_opens_a_new_cycle():
    made = taken(sla("Answer", goal(1), start=[CREATED, ASKED], stop=[ANSWERED])).policy
    clock = ManualClock("2026-03-03T10:00:00Z")
    desk = Desk(made, clock=clock)
    desk.open(subject="x", requester="ana", ref="1")
    clock.advance(minutes=30)
    desk.reply(ref="1", body="here", by="sam")
    clock.advance(hours=5)
    desk.receive(ref="1", body="more", by="ana")
    [verdict] = [event.verdict for event in desk.history(ref="1") if event.kind == "sla_judged"]
    [second] = desk.clocks(ref="1")
    assert (verdict.met, second.state) == (True, "running")
    assert str(second.due_at) == "2026-03-03 16:30:00+00:00"


def test_a_stop_by_entering_a_status():
    made = taken(
        sla("Done", goal(2), stop=[{"conditionId": "10005", "name": "Entered Status: Waiting for customer"}])
    ).policy
    clock = ManualClock("2026-03-03T10:00:00Z")
    desk = Desk(made, clock=clock)
    desk.open(subject="x", requester="ana", ref="1")
    clock.advance(hours=1)
    desk.wait_for_requester(ref="1", by="sam")
    assert desk.clocks(ref="1")[0].state == "met"


def test_queries_with_labels_quotes_and_emptiness():
    query = 'project = SUP AND ("Request Type" = "Reset a password" OR labels in (vip, "gold star")) AND assignee is EMPTY'
    [target] = taken(sla("Resolution", goal(1, query))).policy.sla[0].targets
    assert target.when is not None
    assert target.when.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "all": [
            {
                "any": [
                    {"field": "jira_request_type", "eq": "Reset a password"},
                    {"field": "labels", "has_any": ["vip", "gold star"]},
                ]
            },
            {"field": "assignee", "exists": False},
        ]
    }


@pytest.mark.parametrize(
    "query",
    ["summary ~ urgent", "priority = Sev1", "((", "priority in (High", "created > -1d", "\u0000", "x is y"],
)
def test_a_query_that_cannot_be_read_is_left_out_and_said(query):
    result = taken(sla("Resolution", goal(1, query)))
    assert result.policy.sla[0].targets[0].when is None
    assert any("the goal matches more tickets than there" in one.text for one in result.report.of("missing"))


@given(st.text(alphabet="priority=Hgst()in,ndo \"'!", max_size=60))
def test_no_query_breaks_it(query):
    assert taken(sla("Resolution", goal(1, query))).policy.sla
