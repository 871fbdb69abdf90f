"""Zendesk: the answers of `/api/v2/slas/policies`, `/business_hours/schedules`, `…/holidays`, `/groups`.

Sources: Zendesk's API reference ("SLA Policies", "Group SLA Policies", "Schedules") and its help pages on metrics; read
2026.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from supportflow.calendars.document import DAYS
from supportflow.conditions import FieldSpec
from supportflow.exceptions import TakeoverError
from supportflow.policy import Policy
from supportflow.takeover.draft import Condition, Draft, all_of, any_of, iso, not_
from supportflow.takeover.examples import said, targets_of, working_moments
from supportflow.takeover.export import Record, Records, collect, whole
from supportflow.takeover.report import Example

__all__ = ["read"]

WRAPPERS = {
    "sla_policies": "sla_policies",
    "group_sla_policies": "group_sla_policies",
    "schedules": "schedules",
    "schedule": "schedules",
    "holidays": "holidays",
    "groups": "groups",
    "custom_statuses": "custom_statuses",
}
MARKS = {
    "sla_policies": frozenset({"title", "policy_metrics"}),
    "schedules": frozenset({"intervals", "time_zone"}),
}

LEVELS = {"urgent": 1, "high": 2, "normal": 3, "low": 4}
_METRICS: Mapping[str, Mapping[str, Any]] = {
    "first_reply_time": {"metric": "first_response"},
    "next_reply_time": {"metric": "next_response"},
    "periodic_update_time": {"metric": "periodic_update"},
    "pausable_update_time": {"metric": "pausable_update"},
    "requester_wait_time": {"metric": "requester_wait"},
    "agent_work_time": {"metric": "agent_work"},
    # Counted from creation to the solution, whatever the status is meanwhile: nothing pauses it there.
    "total_resolution_time": {"metric": "total_resolution", "pause_on": []},
    "group_ownership_time": {"metric": "group_ownership"},
}
# `via_id`, as the API reference lists them; the name is what a host passes as `channel=`.
_CHANNELS = {
    "0": "web",
    "4": "email",
    "5": "api",
    "29": "chat",
    "30": "twitter",
    "33": "phone",
    "35": "phone",
    "38": "facebook",
}
_TYPES = {"incident": "incident", "problem": "problem", "question": "service_request", "task": "change"}
_CATEGORIES = {"new": "new", "open": "open", "pending": "pending", "hold": "on_hold", "solved": "resolved"}
_ATTRIBUTES = {
    "organization_id": "organization",
    "brand_id": "brand",
    "ticket_form_id": "form",
    "requester_role": "requester_role",
    "ticket_type_id": "type",
    "recipient": "recipient",
    "locale_id": "locale",
}


def read(files: Mapping[str, object]) -> Draft:
    """What was exported, as a policy in the making.

    Raises:
        TakeoverError: If there is no SLA policy in it.
    """
    records = collect(files, WRAPPERS, MARKS)
    policies = sorted(records.of("sla_policies"), key=lambda one: whole(one.get("position")) or 0)
    if not policies:
        raise TakeoverError(["sla_policies: none in these files; export /api/v2/slas/policies"])
    draft = Draft("zendesk")
    # An edit reaches a ticket at its next update that touches the SLA.
    draft.edits = "on_next_event"
    draft.statuses(
        [
            (
                str(one.get("agent_label") or one.get("raw_agent_label")),
                _CATEGORIES[str(one.get("status_category"))],
            )
            for one in records.of("custom_statuses")
            if one.get("active", True) and str(one.get("status_category")) in _CATEGORIES
        ]
    )
    schedules = _schedules(draft, records)
    groups = records.names("groups")
    for name in groups.values():
        draft.group(name)
    for index, policy in enumerate(policies):
        _policy(draft, f"sla_policies[{index}]", policy, schedules, groups)
    for index, policy in enumerate(records.of("group_sla_policies")):
        draft.say(
            "missing",
            f"group_sla_policies[{index}] {policy.get('title', '')!r}",
            "group policies stand beside the ticket's policy there; here add a target of the metric `group_ownership` to it",
        )
    if len(schedules) > 1:
        draft.say(
            "differs",
            "schedules",
            "a ticket that changes its schedule is counted on the last one from its beginning there; here each stretch is "
            "counted on the schedule that it had",
            _two_schedules,
        )
    return draft


# --- schedules ---------------------------------------------------------------------------------


def _schedules(draft: Draft, records: Records) -> list[str]:
    made: list[str] = []
    for index, schedule in enumerate(records.of("schedules")):
        name = str(schedule.get("name") or f"schedule {index + 1}")
        source = f"schedules[{index}] {name!r}"
        weekly = _weekly(draft, source, schedule.get("intervals"))
        holidays = _holidays(draft, source, [*_list(schedule.get("holidays")), *_of(records, schedule)])
        kept = draft.calendar(
            name,
            source,
            str(schedule.get("time_zone")),
            weekly=weekly,
            holidays=holidays,
            holiday_scope="day",
            overlaps="merge",
        )
        if kept is not None:
            made.append(kept)
    return made


def _of(records: Records, schedule: Record) -> list[Record]:
    """The holidays of a schedule that stand in a file of their own. Without a schedule's id they are every schedule's."""
    own = schedule.get("id")
    return [one for one in records.of("holidays") if one.get("schedule_id", own) == own]


def _list(value: object) -> list[Record]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _weekly(draft: Draft, source: str, intervals: object) -> dict[str, list[tuple[str, str]]]:
    """Minutes since Sunday midnight, as hours of weekdays; what goes over midnight is two stretches."""
    week: dict[str, list[tuple[str, str]]] = {}
    day_minutes, week_minutes = 24 * 60, 7 * 24 * 60
    for interval in _list(intervals):
        begin, end = whole(interval.get("start_time")), whole(interval.get("end_time"))
        if begin is None or end is None or not 0 <= begin < end <= week_minutes:
            draft.say(
                "missing",
                source,
                "an interval is none: start_time and end_time are minutes since Sunday 00:00",
            )
            continue
        while begin < end:
            day = begin // day_minutes
            until = min(end, (day + 1) * day_minutes)
            # Their week starts on Sunday, ours on Monday.
            week.setdefault(DAYS[(day - 1) % 7], []).append(
                (_clock(begin - day * day_minutes), _clock(until - day * day_minutes))
            )
            begin = until
    return week


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _holidays(draft: Draft, source: str, holidays: list[Record]) -> dict[date, str]:
    dates: dict[date, str] = {}
    for holiday in holidays:
        try:
            day, last = (date.fromisoformat(str(holiday.get(key))[:10]) for key in ("start_date", "end_date"))
        except ValueError:
            draft.say("missing", source, f"holiday {holiday.get('name')!r} has no dates")
            continue
        if last < day or last - day > timedelta(days=730):
            draft.say(
                "missing",
                source,
                f"holiday {holiday.get('name')!r} ends before it begins, or lasts over two years",
            )
            continue
        while day <= last:
            dates[day] = str(holiday.get("name") or "")
            day += timedelta(days=1)
    return dates


# --- policies ----------------------------------------------------------------------------------


def _policy(draft: Draft, at: str, policy: Record, schedules: list[str], groups: Mapping[str, str]) -> None:
    name = str(policy.get("title") or f"policy {at}")
    source = f"{at} {name!r}"
    when = _filter(draft, source, policy.get("filter"), groups)
    targets = [
        target
        for metric in _list(policy.get("policy_metrics"))
        if (target := _target(draft, source, metric, schedules)) is not None
    ]
    _settings(draft, source, policy.get("metric_settings"))
    draft.sla.append({"name": name, "targets": targets, **({} if when is None else {"when": when})})
    draft.say("taken", source, f"{len(targets)} targets")


def _target(draft: Draft, source: str, metric: Record, schedules: list[str]) -> dict[str, Any] | None:
    named = str(metric.get("metric"))
    shape, level = _METRICS.get(named), LEVELS.get(str(metric.get("priority")))
    minutes, seconds = whole(metric.get("target")), whole(metric.get("target_in_seconds"))
    span = timedelta(seconds=seconds) if seconds is not None else timedelta(minutes=minutes or 0)
    if shape is None or level is None or span <= timedelta(0):
        if minutes is not None or seconds is not None:
            draft.say(
                "missing",
                source,
                f"{named} for priority {metric.get('priority')!r}: no such metric, priority or time here",
            )
        return None
    target: dict[str, Any] = {
        **shape,
        "duration": iso(span),
        "when": {"field": "level", "eq": level},
    }
    if metric.get("business_hours"):
        if not schedules:
            draft.say(
                "missing",
                source,
                f"{named} counts business hours, and no schedule was exported: it counts around the clock",
            )
        else:
            target["calendar"] = schedules[0]
            if len(schedules) > 1:
                draft.say(
                    "needs",
                    source,
                    f"triggers choose a ticket's schedule, and are not exported; {schedules[0]!r}, the first, is taken. "
                    'Use `calendar_of = "group"` or policies with `when` for the others',
                )
    return target


def _settings(draft: Draft, source: str, settings: object) -> None:
    if isinstance(settings, Mapping) and any(
        isinstance(one, Mapping) and any(one.values()) for one in settings.values()
    ):
        draft.say(
            "missing",
            source,
            "advanced settings of its metrics (what else starts or ends them) were left out; write a metric of your own",
        )


def _filter(draft: Draft, source: str, given: object, groups: Mapping[str, str]) -> Condition | None:
    if not isinstance(given, Mapping):
        return None
    every = [_condition(draft, source, one, groups) for one in _list(given.get("all"))]
    either = [_condition(draft, source, one, groups) for one in _list(given.get("any"))]
    return all_of([*every, any_of(either)])


def _condition(draft: Draft, source: str, one: Record, groups: Mapping[str, str]) -> Condition | None:
    field, operator, value = str(one.get("field")), str(one.get("operator")), one.get("value")
    values = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    if operator in ("includes", "not_includes") or field == "current_tags":
        words = [word for item in values for word in item.split()]
        tags = draft.field("tags", FieldSpec.tags(description="tags of the ticket"), source)
        part: Condition = {"field": tags, "has_any": words}
        return not_(part) if operator in ("not_includes", "is_not") else part
    if operator not in ("is", "is_not"):
        draft.say(
            "missing",
            source,
            f"the condition on {field} with {operator!r} was left out: the policy matches more tickets than there",
        )
        return None
    name, values = _named(draft, source, field, values, groups)
    found: Condition = {"field": name, "eq": values[0]} if len(values) == 1 else {"field": name, "in": values}
    if value in (None, ""):
        found = {"field": name, "exists": False}
    return not_(found) if operator == "is_not" else found


def _named(
    draft: Draft, source: str, field: str, values: list[str], groups: Mapping[str, str]
) -> tuple[str, list[str]]:
    if field == "type" and all(value in _TYPES for value in values):
        return "type", [_TYPES[value] for value in values]
    if field == "group_id":
        return "group", [draft.group(groups.get(value, f"group {value}")) for value in values]
    if field == "via_id":
        return "channel", [_CHANNELS.get(value, f"via-{value}") for value in values]
    name = _ATTRIBUTES.get(field, field.replace("custom_fields_", "custom_"))
    if name == "type":
        name = "ticket_type"
    return draft.field(name, FieldSpec.text(nullable=True, description=f"Zendesk's {field}"), source), values


# --- examples ----------------------------------------------------------------------------------


def _two_schedules(policy: Policy) -> Example | None:
    calendars = list(policy.calendars.values())
    found = next((one for one in targets_of(policy) if one[1].calendar is not None), None)
    if found is None:
        return None
    target = found[1]
    assert target.duration is not None
    for first, second in pairwise(calendars):
        for opened in working_moments(first):
            moved = first.add(opened, target.duration / 2)
            theirs = second.add(opened, target.duration)
            ours = second.add(moved, target.duration - first.elapsed(opened, moved))
            if theirs != ours:
                return Example(
                    f"opened {said(opened, first)} on {first.name!r} with {target.duration}, moved to {second.name!r} "
                    f"on {said(moved, first)}",
                    said(theirs, second),
                    said(ours, second),
                )
    return None
