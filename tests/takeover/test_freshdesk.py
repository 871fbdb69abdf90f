"""Freshdesk's exports: policies as its API reference shows them, made afresh, with the due times that they mean."""

from supportflow.takeover import take_over
from takeover.desks import due

HOURS = {
    "id": 11,
    "name": "Office",
    "is_default": True,
    "time_zone": "Pacific Time (US & Canada)",
    "business_hours": {
        day: {"start_time": "8:00 am", "end_time": "5:00 pm"}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    },
    "list_of_holidays": [{"name": "Founders", "date": "Mar 5"}],
}
INDIA = {
    "id": 12,
    "name": "Chennai",
    "time_zone": "Chennai",
    "business_hours": {
        "monday": {"start_time": "9:30 am", "end_time": "6:30 pm"},
        "sunday": {"start_time": "12:00 pm", "end_time": "12:00 am"},
    },
}


def goal(respond: int, resolve: int, *, business: bool = False) -> dict:
    """Seconds, as there."""
    return {
        "respond_within": respond,
        "resolve_within": resolve,
        "business_hours": business,
        "escalation_enabled": True,
    }


def policy(name: str, goals: dict, *, default: bool = False, position: int = 1, **applicable: list) -> dict:
    return {
        "id": position,
        "name": name,
        "active": True,
        "is_default": default,
        "position": position,
        "sla_target": goals,
        "applicable_to": applicable,
    }


def taken(*policies: dict, hours: tuple[dict, ...] = (HOURS,), **more: list):
    return take_over(
        "freshdesk",
        {"sla.json": list(policies), "hours.json": list(hours), **{f"{k}.json": v for k, v in more.items()}},
    )


def test_targets_by_priority_in_seconds_around_the_clock_and_in_business_hours():
    made = taken(
        policy("Default", {"priority_4": goal(3600, 14400), "priority_1": goal(86400, 432000, business=True)})
    ).policy
    at = "2026-03-03T16:30:00Z"  # 8:30 on a Tuesday in California
    assert due(made, "first_response", at, level=1) == "2026-03-03T17:30:00Z"
    assert due(made, "total_resolution", at, level=1) == "2026-03-03T20:30:00Z"
    # 24 hours of a nine-hour day: 8:30 left on Tuesday, 9 on Wednesday, Thursday is the holiday, 6:30 on Friday.
    assert due(made, "first_response", at, level=4) == "2026-03-06T22:30:00Z"


def test_statuses_with_the_timer_off_stop_every_clock_and_others_do_not():
    field = {
        "name": "status",
        "type": "default_status",
        "choices": [
            {"id": 2, "label": "Open", "stop_sla_timer": False},
            {"id": 3, "label": "Pending", "stop_sla_timer": True},
            {"id": 7, "label": "With a supplier", "stop_sla_timer": False},
            {"id": 4, "label": "Resolved", "stop_sla_timer": True},
            {"id": 5, "label": "Closed", "stop_sla_timer": True},
        ],
    }
    made = taken(policy("Default", {"priority_2": goal(7200, 14400)}), fields=[field]).policy
    wait = ("2026-03-03T11:00:00Z", "wait_for_requester", {"by": "sam"})
    back = ("2026-03-03T12:00:00Z", "resume", {"by": "sam"})
    hold = ("2026-03-03T12:00:00Z", "hold", {"by": "sam"})
    later = ("2026-03-03T15:00:00Z", "resume", {"by": "sam"})
    at = "2026-03-03T10:00:00Z"
    assert due(made, "first_response", at, wait, back) == "2026-03-03T13:00:00Z"
    assert due(made, "total_resolution", at, wait, back) == "2026-03-03T15:00:00Z"
    assert due(made, "total_resolution", at, hold, later) == "2026-03-03T14:00:00Z"


def test_the_default_policy_is_for_what_no_other_is_for():
    made = taken(
        policy("Default", {"priority_2": goal(3600, 7200)}, default=True, position=1),
        policy("Phone of Desk", {"priority_2": goal(60, 120)}, position=2, group_ids=[5], sources=[3]),
        groups=[{"id": 5, "name": "Desk", "escalate_to": None, "business_hour_id": 12}],
        hours=(HOURS, INDIA),
    ).policy
    at = "2026-03-03T10:00:00Z"
    assert [one.name for one in made.sla] == ["Phone of Desk", "Default"]
    assert due(made, "first_response", at, group="Desk", channel="phone") == "2026-03-03T10:01:00Z"
    assert due(made, "first_response", at, group="Desk", channel="email") == "2026-03-03T11:00:00Z"


def test_a_group_with_hours_of_its_own_counts_on_them():
    made = taken(
        policy("Default", {"priority_2": goal(3600, 7200, business=True)}),
        groups=[{"id": 5, "name": "Chennai", "escalate_to": None, "business_hour_id": 12}],
        hours=(HOURS, INDIA),
    ).policy
    # Sunday from noon to midnight, Indian time: 18:30 UTC is the end of it; the rest follows on Monday from 9:30.
    assert due(made, "first_response", "2026-03-01T18:00:00Z", group="Chennai") == "2026-03-02T04:30:00Z"


def test_what_has_no_equivalent_is_said():
    wanted = policy("Default", {"priority_2": goal(60, 120), "priority_9": goal(1, 2)})
    wanted["escalation"] = {"response": {"escalation_time": 0, "agent_ids": [1]}}
    result = taken(wanted)
    texts = [one.text for one in result.report.of("missing")]
    assert any(text.startswith("priority_9") for text in texts)
    assert any("escalation ladder" in text for text in texts)
    assert any("no year" in one.text for one in result.report.of("needs"))
