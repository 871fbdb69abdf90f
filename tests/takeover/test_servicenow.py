"""ServiceNow's records: its documented example, encoded queries, schedules with closures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.exceptions import TakeoverError
from supportflow.takeover import take_over
from takeover.desks import due

SCHEDULE = {"sys_id": "s1", "name": "8-5 weekdays", "time_zone": "America/Los_Angeles"}
HOURS = {
    "schedule": {"link": "…", "value": "s1"},
    "name": "Weekdays",
    "type": "",
    "repeat_type": "weekdays",
    "start_date_time": "20260105T080000",
    "end_date_time": "20260105T170000",
}
CLOSED = {
    "schedule": "s1",
    "name": "Company day",
    "type": "exclude",
    "repeat_type": "yearly",
    "yearly_type": "doy",
    "all_day": "true",
    "start_date_time": "20250305T000000",
    "end_date_time": "20250305T235959",
}


def definition(name: str, duration: str, start: str = "active=true^EQ", **fields: str) -> dict:
    return {
        "sys_id": name,
        "name": name,
        "active": "true",
        "collection": "incident",
        "type": "SLA",
        "target": "resolution",
        "duration": duration,
        "duration_type": "",
        "schedule_source": "no_schedule",
        "start_condition": start,
        "stop_condition": "state=6^ORstate=7^EQ",
        "pause_condition": "state=3^EQ",
        **fields,
    }


def taken(*definitions: dict, spans: tuple[dict, ...] = (HOURS, CLOSED)):
    files = {
        "sla.json": {"result": list(definitions)},
        "schedules.json": {"records": [SCHEDULE]},
        "spans.json": {"result": list(spans)},
    }
    return take_over("servicenow", files)


def test_the_documented_example_without_a_schedule():
    """ServiceNow's documentation of SLA durations: ten hours from 10:30, no schedule, are due at 20:30."""
    made = taken(definition("ten hours", "1970-01-01 10:00:00")).policy
    assert due(made, "ten hours", "2015-01-01T10:30:00Z") == "2015-01-01T20:30:00Z"


def test_a_day_of_a_duration_is_24_hours_of_the_schedule():
    scheduled = definition("day", "1970-01-02 00:00:00", schedule="s1", schedule_source="sla_definition")
    made = taken(scheduled).policy
    # Nine hours on Tuesday and on Wednesday, Thursday 5 March is closed each year, six on Friday.
    assert due(made, "day", "2026-03-03T16:00:00Z") == "2026-03-06T22:00:00Z"


def test_a_pause_moves_the_due_time():
    made = taken(definition("four hours", "1970-01-01 04:00:00")).policy
    steps = (
        ("2026-03-03T11:00:00Z", "hold", {"by": "sam"}),
        ("2026-03-03T13:00:00Z", "resume", {"by": "sam"}),
    )
    assert due(made, "four hours", "2026-03-03T10:00:00Z", *steps) == "2026-03-03T16:00:00Z"


@pytest.mark.parametrize(
    ("retroactive", "expected"), [("true", "2026-03-03T12:00:00Z"), ("false", "2026-03-03T13:00:00Z")]
)
def test_a_changed_priority_restarts_or_looks_back(retroactive, expected):
    made = taken(
        definition("P1", "1970-01-01 02:00:00", "active=true^priority=1^EQ", retroactive=retroactive),
        definition("P3", "1970-01-01 08:00:00", "active=true^priority=3^EQ", retroactive=retroactive),
    ).policy
    raised = ("2026-03-03T11:00:00Z", "set_priority", {"level": 1, "by": "sam"})
    assert due(made, "P1", "2026-03-03T10:00:00Z", raised) == expected


def test_definitions_that_can_hold_together_have_clocks_of_their_own():
    made = taken(
        definition("all", "1970-01-01 08:00:00"),
        definition("urgent", "1970-01-01 01:00:00", "active=true^priority=1^ORpriority=2^EQ"),
    ).policy
    at = "2026-03-03T10:00:00Z"
    assert due(made, "all", at, level=2) == "2026-03-03T18:00:00Z"
    assert due(made, "urgent", at, level=2) == "2026-03-03T11:00:00Z"


def test_alternatives_lists_and_emptiness_in_a_query():
    query = "active=true^category=hardware^priorityIN1,2^NQu_vipISNOTEMPTY^assignment_group!=g9^EQ"
    made = taken(definition("some", "1970-01-01 01:00:00", query)).policy
    [target] = made.sla[0].targets
    assert target.when is not None
    assert target.when.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "any": [
            {"all": [{"field": "category", "eq": "hardware"}, {"field": "level", "in": [1, 2]}]},
            {"all": [{"field": "sn_u_vip", "exists": True}, {"not": {"field": "group", "eq": "group g9"}}]},
        ]
    }


def test_relative_durations_and_unknown_terms_are_said():
    result = taken(
        definition("soon", "1970-01-01 01:00:00", "active=true^short_descriptionLIKEurgent^EQ"),
        definition("next day", "", duration_type="8bac4fde"),
    )
    texts = [one.text for one in result.report.of("missing")]
    assert any("relative duration" in text for text in texts)
    assert any("short_description with LIKE" in text for text in texts)


def test_nothing_active_is_refused():
    with pytest.raises(TakeoverError):
        taken({**definition("old", "1970-01-01 01:00:00"), "active": "false"})


@given(st.text(alphabet="activepriority=123^ORNQEQIN!,<>", max_size=60))
def test_no_query_breaks_it(query):
    assert taken(definition("any", "1970-01-01 01:00:00", query)).policy.sla
