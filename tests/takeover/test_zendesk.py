"""Zendesk's exports: due times that Zendesk documents, and what has no equivalent."""

import pytest

from supportflow.exceptions import TakeoverError
from supportflow.takeover import take_over
from takeover.desks import due

WEEKDAYS = [
    {"start_time": day * 1440 + 540, "end_time": day * 1440 + 1020} for day in range(1, 6)
]  # Monday to Friday, 9 to 17
SCHEDULE = {"id": 7, "name": "Office", "time_zone": "Eastern Time (US & Canada)", "intervals": WEEKDAYS}


def metric(name: str, priority: str, minutes: int, *, business: bool = False) -> dict:
    return {"metric": name, "priority": priority, "target": minutes, "business_hours": business}


def policy(
    title: str, *metrics: dict, every: list | None = None, either: list | None = None, position: int = 1
) -> dict:
    return {
        "id": position,
        "title": title,
        "position": position,
        "filter": {"all": every or [], "any": either or []},
        "policy_metrics": list(metrics),
    }


def taken(*policies: dict, schedules: list | None = None, **more: list):
    files: dict = {"policies.json": {"sla_policies": list(policies), "count": len(policies)}}
    files["schedules.json"] = {"schedules": [SCHEDULE] if schedules is None else schedules}
    files |= {f"{name}.json": {name: records} for name, records in more.items()}
    return take_over("zendesk", files)


def test_the_documented_example_of_calendar_and_business_hours():
    """Zendesk Customer Care on the SLA badge: on a Friday at 4 p.m., two hours are 6 p.m. or, from 9 to 5, Monday 10 a.m."""
    made = taken(
        policy(
            "both",
            metric("first_reply_time", "high", 120),
            metric("agent_work_time", "high", 120, business=True),
        )
    ).policy
    friday = "2026-03-06T16:00:00-05:00"
    assert due(made, "first_response", friday, level=2) == "2026-03-06T23:00:00Z"
    # Summer time begins on the Sunday between: ten o'clock is an hour earlier in UTC.
    assert due(made, "agent_work", friday, level=2) == "2026-03-09T14:00:00Z"


def test_the_documented_policy_of_urgent_and_high():
    """API reference, "SLA Policies": urgent answers in 10 minutes and solves in 2 hours, high in 30 minutes and 8 hours."""
    made = taken(
        policy(
            "Incidents",
            metric("first_reply_time", "urgent", 10),
            metric("total_resolution_time", "urgent", 120),
            metric("first_reply_time", "high", 30),
            metric("total_resolution_time", "high", 480),
            every=[
                {"field": "type", "operator": "is", "value": "incident"},
                {"field": "via_id", "operator": "is", "value": "4"},
            ],
        )
    ).policy
    at = "2026-03-04T10:00:00Z"
    told = {
        (slot, level): due(made, slot, at, level=level, channel="email")
        for slot in ("first_response", "total_resolution")
        for level in (1, 2)
    }
    assert told == {
        ("first_response", 1): "2026-03-04T10:10:00Z",
        ("total_resolution", 1): "2026-03-04T12:00:00Z",
        ("first_response", 2): "2026-03-04T10:30:00Z",
        ("total_resolution", 2): "2026-03-04T18:00:00Z",
    }


def test_waiting_for_the_requester_pauses_the_requester_wait_and_not_the_total_resolution():
    made = taken(
        policy(
            "all",
            metric("requester_wait_time", "normal", 240),
            metric("total_resolution_time", "normal", 240),
        )
    ).policy
    wait = ("2026-03-04T11:00:00Z", "wait_for_requester", {"by": "sam"})
    back = ("2026-03-04T13:00:00Z", "receive", {"body": "here", "by": "ana"})
    assert due(made, "requester_wait", "2026-03-04T10:00:00Z", wait, back) == "2026-03-04T16:00:00Z"
    assert due(made, "total_resolution", "2026-03-04T10:00:00Z", wait, back) == "2026-03-04T14:00:00Z"


def test_targets_in_seconds_and_holidays_of_several_days():
    schedule = {
        **SCHEDULE,
        "holidays": [{"name": "Inventory", "start_date": "2026-03-05", "end_date": "2026-03-06"}],
    }
    wanted = {
        "metric": "first_reply_time",
        "priority": "low",
        "target_in_seconds": 5400,
        "business_hours": True,
    }
    made = taken(policy("all", wanted), schedules=[schedule]).policy
    # Half an hour of Wednesday is left, then two days are closed and the weekend.
    assert due(made, "first_response", "2026-03-04T21:30:00Z", level=4) == "2026-03-09T14:00:00Z"


def test_holidays_in_a_file_of_their_own():
    made = taken(
        policy("all", metric("first_reply_time", "low", 60, business=True)),
        holidays=[{"id": 1, "name": "Day off", "start_date": "2026-03-04", "end_date": "2026-03-04"}],
    ).policy
    assert due(made, "first_response", "2026-03-04T15:00:00Z", level=4) == "2026-03-05T15:00:00Z"


def test_hours_over_midnight_are_two_stretches():
    night = [{"start_time": 2 * 1440 + 1320, "end_time": 3 * 1440 + 360}]  # Tuesday 22:00 to Wednesday 06:00
    calendar = taken(policy("all"), schedules=[{**SCHEDULE, "intervals": night}]).policy.calendars["Office"]
    assert calendar.weekly.tue == (("22:00", "24:00"),)
    assert calendar.weekly.wed == (("00:00", "06:00"),)


def test_the_order_of_policies_is_their_position():
    made = taken(policy("second", position=2), policy("first", position=1)).policy
    assert [one.name for one in made.sla] == ["first", "second"]


def test_conditions_on_groups_tags_and_fields_of_ones_own():
    result = taken(
        policy(
            "vip",
            metric("first_reply_time", "normal", 5),
            every=[
                {"field": "current_tags", "operator": "includes", "value": "vip gold"},
                {"field": "custom_fields_42", "operator": "is", "value": "futures"},
            ],
            either=[
                {"field": "group_id", "operator": "is", "value": 9},
                {"field": "brand_id", "operator": "is_not", "value": "3"},
            ],
        ),
        policy("rest", metric("first_reply_time", "normal", 60), position=2),
        groups=[{"id": 9, "name": "Desk"}],
    )
    made, at = result.policy, "2026-03-04T10:00:00Z"
    vip = {"tags": ["vip"], "custom_42": "futures"}
    assert due(made, "first_response", at, group="Desk", attributes=vip) == "2026-03-04T10:05:00Z"
    assert due(made, "first_response", at, attributes={**vip, "brand": "3"}) == "2026-03-04T11:00:00Z"
    assert due(made, "first_response", at, attributes={**vip, "brand": "4"}) == "2026-03-04T10:05:00Z"
    assert {one.text.partition(":")[0] for one in result.report.of("needs")} == {
        "asks for 'tags'",
        "asks for 'custom_42'",
        "asks for 'brand'",
    }


def test_two_schedules_are_shown_on_a_ticket_that_changes_them():
    berlin = {**SCHEDULE, "id": 8, "name": "Berlin", "time_zone": "Berlin"}
    result = taken(
        policy("all", metric("requester_wait_time", "normal", 480, business=True)),
        schedules=[SCHEDULE, berlin],
    )
    [found] = result.report.of("differs")
    assert found.example is not None
    assert found.example.theirs != found.example.ours
    assert "moved to 'Berlin'" in found.example.story


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a.json": {"tickets": []}}, "a.json: holds none of what is known here"),
        ({"a.json": []}, "a.json: holds none of what is known here"),
        ({"a.json": {"schedules": [SCHEDULE]}}, "sla_policies: none in these files"),
    ],
)
def test_what_is_no_export_is_refused(files, problem):
    with pytest.raises(TakeoverError) as caught:
        take_over("zendesk", files)
    assert caught.value.problems[0].startswith(problem)


def test_an_unknown_zone_leaves_the_calendar_out_and_says_so():
    result = taken(
        policy("all", metric("first_reply_time", "low", 60, business=True)),
        schedules=[{**SCHEDULE, "time_zone": "Atlantis"}],
    )
    assert not result.policy.calendars
    assert any("'Atlantis' is not known" in one.text for one in result.report.of("missing"))
    assert any("counts around the clock" in one.text for one in result.report.of("missing"))


def test_custom_statuses_make_a_lifecycle():
    statuses = [
        {"agent_label": "New", "status_category": "new"},
        {"agent_label": "Open", "status_category": "open"},
        {"agent_label": "With engineering", "status_category": "open"},
        {"agent_label": "Waiting", "status_category": "pending"},
        {"agent_label": "Solved", "status_category": "solved"},
    ]
    made = taken(policy("all", metric("first_reply_time", "low", 60)), custom_statuses=statuses).policy
    from supportflow import Desk

    desk = Desk(made)
    desk.open(subject="x", requester="ana", ref="1")
    assert desk.trigger(ref="1", trigger="to_With engineering", by="sam").ticket.status == "With engineering"
    assert desk.wait_for_requester(ref="1", by="sam").ticket.status == "Waiting"
    assert desk.resolve(ref="1", by="sam").ticket.status == "Solved"
