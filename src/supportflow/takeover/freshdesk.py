"""Freshdesk: the answers of `/api/v2/sla_policies`, `/business_hours`, `/groups`, and the status of `/ticket_fields`.

Source: Freshdesk's API reference ("SLA Policies", "Business Hours", "Groups", "Ticket Fields"), read 2026.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from supportflow.calendars.document import DAYS
from supportflow.conditions import FieldSpec
from supportflow.exceptions import TakeoverError
from supportflow.takeover.draft import Condition, Draft, all_of, iso
from supportflow.takeover.export import Record, Records, collect, whole

__all__ = ["read"]

WRAPPERS = {"sla_policies": "sla_policies", "business_hours_list": "business_hours"}
MARKS = {
    "sla_policies": frozenset({"name", "sla_target"}),
    "business_hours": frozenset({"name", "time_zone", "business_hours"}),
    "ticket_fields": frozenset({"name", "choices", "type"}),
    "groups": frozenset({"name", "escalate_to"}),
}

LEVELS = {"priority_4": 1, "priority_3": 2, "priority_2": 3, "priority_1": 4}
"""4 is urgent, 1 is low there."""
_TIMES = (
    ("respond_within", {"metric": "first_response"}),
    ("next_respond_within", {"metric": "next_response"}),
    ("resolve_within", {"metric": "total_resolution"}),
)
_CHANNELS = {1: "email", 2: "web", 3: "phone", 5: "twitter", 6: "facebook", 7: "chat", 9: "web", 10: "email"}
_TYPES = {
    "incident": "incident",
    "problem": "problem",
    "service request": "service_request",
    "change": "change",
}
# Statuses of a fresh account; those that an account adds have larger numbers.
_CATEGORIES = {2: "open", 3: "pending", 4: "resolved", 5: "closed", 6: "pending", 7: "on_hold"}
_DAYS = dict(
    zip(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), DAYS, strict=True)
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})\s*([ap]m)?", re.IGNORECASE)
_HOLIDAY_YEARS = range(2020, 2036)
"""Freshdesk's holidays have a day and a month: they come back each year, and are written out for these years."""


def read(files: Mapping[str, object]) -> Draft:
    """What was exported, as a policy in the making.

    Raises:
        TakeoverError: If there is no SLA policy in it.
    """
    records = collect(files, WRAPPERS, MARKS)
    policies = [one for one in records.of("sla_policies") if one.get("active", True)]
    if not policies:
        raise TakeoverError(["sla_policies: no active one in these files; export /api/v2/sla_policies"])
    draft = Draft("freshdesk")
    paused = _statuses(draft, records)
    calendars, default = _calendars(draft, records)
    groups = _groups(draft, records, calendars)
    # The default policy is for what no other is for, whatever its position says.
    policies.sort(key=lambda one: (bool(one.get("is_default")), whole(one.get("position")) or 0))
    for policy in policies:
        source = f"sla_policies {policy.get('name')!r}"
        _policy(draft, source, policy, default, groups, paused)
    return draft


def _statuses(draft: Draft, records: Records) -> tuple[str, ...]:
    """Take the statuses; the categories in which the SLA timer stands still."""
    field = next((one for one in records.of("ticket_fields") if one.get("name") == "status"), None)
    if field is None:
        return ("pending", "on_hold", "resolved")
    named: list[tuple[str, str]] = [("New", "new")]
    idle: set[str] = set()
    busy: set[str] = set()
    for number, label, stops in _choices(field.get("choices")):
        category = _CATEGORIES.get(number, "on_hold" if stops else "open")
        named.append((label, category))
        (idle if stops else busy).add(category)
    draft.statuses(named)
    for category in sorted((idle & busy) - {"resolved", "closed"}):
        draft.say(
            "missing",
            "ticket_fields status",
            f"some statuses of the category {category!r} stop the timer, others do not: here all do",
        )
    return tuple(one for one in ("pending", "on_hold", "resolved") if one in idle or one == "resolved")


def _choices(choices: object) -> list[tuple[int, str, bool]]:
    """Number, name, whether the timer stops. Two shapes: a list of objects, or number → [name, name for customers]."""
    found: list[tuple[int, str, bool]] = []
    if isinstance(choices, Mapping):
        for number, labels in choices.items():
            label = labels[0] if isinstance(labels, list) and labels else labels
            known = whole(number) or 0
            found.append(
                (known, str(label), _CATEGORIES.get(known) in ("pending", "on_hold", "resolved", "closed"))
            )
    if isinstance(choices, list):
        for one in choices:
            if isinstance(one, Mapping):
                known = whole(one.get("id") or one.get("value")) or 0
                label = one.get("label") or one.get("value") or known
                found.append((known, str(label), bool(one.get("stop_sla_timer"))))
    return found


def _calendars(draft: Draft, records: Records) -> tuple[dict[int, str], str | None]:
    made: dict[int, str] = {}
    default: str | None = None
    for one in records.of("business_hours"):
        name, source = str(one["name"]), f"business_hours {one['name']!r}"
        hours = one["business_hours"]
        weekly = {
            _DAYS[str(day).lower()]: [(begin, end)]
            for day, span in (hours.items() if isinstance(hours, Mapping) else ())
            if isinstance(span, Mapping)
            and str(day).lower() in _DAYS
            and (begin := _clock(span.get("start_time"))) is not None
            and (end := _clock(span.get("end_time"), end=True)) is not None
        }
        holidays = _holidays(draft, source, one.get("list_of_holidays") or one.get("holidays"))
        kept = draft.calendar(name, source, str(one["time_zone"]), weekly=weekly, holidays=holidays)
        if kept is not None:
            made[whole(one.get("id")) or 0] = kept
            if default is None or one.get("is_default"):
                default = kept
    return made, default


def _clock(text: object, *, end: bool = False) -> str | None:
    """`8:00 am` as `08:00`; midnight at the end of a day as `24:00`."""
    found = _TIME.fullmatch(str(text).strip())
    if found is None:
        return None
    hours, minutes, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    clock = f"{hours:02d}:{minutes:02d}"
    return "24:00" if end and clock in ("00:00", "23:59") else clock


def _holidays(draft: Draft, source: str, given: object) -> dict[date, str]:
    dates: dict[date, str] = {}
    yearly = False
    for one in given if isinstance(given, list) else ():
        text, name = (
            (str(one.get("date")), str(one.get("name") or "")) if isinstance(one, Mapping) else (str(one), "")
        )
        try:
            dates[date.fromisoformat(text[:10])] = name
            continue
        except ValueError:
            yearly = True
        found = [day for year in _HOLIDAY_YEARS if (day := _yearly(text, year)) is not None]
        if not found:
            draft.say("missing", source, f"holiday {name!r} has a date that is none: {text!r}")
        dates.update(dict.fromkeys(found, name))
    if yearly:
        draft.say(
            "needs",
            source,
            f"its holidays have no year; written out for {_HOLIDAY_YEARS[0]} to {_HOLIDAY_YEARS[-1]}. Feasts that move are "
            'right in one year only: better name the country, `country = "DE"`',
        )
    return dates


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _yearly(text: str, year: int) -> date | None:
    """`Jan 16` in a year; None if it is no date of that year."""
    month, _, day = text.strip().partition(" ")
    if month[:3].lower() not in _MONTHS or not day.strip().isdecimal():
        return None
    try:
        return date(year, _MONTHS.index(month[:3].lower()) + 1, int(day))
    except ValueError:
        return None


def _groups(draft: Draft, records: Records, calendars: Mapping[int, str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in records.of("groups"):
        calendar = calendars.get(whole(one.get("business_hour_id") or one.get("business_calendar_id")) or 0)
        names[str(one.get("id"))] = draft.group(str(one["name"]), calendar)
    return names


def _policy(
    draft: Draft,
    source: str,
    policy: Record,
    calendar: str | None,
    groups: Mapping[str, str],
    paused: tuple[str, ...],
) -> None:
    goals = policy.get("sla_target")
    targets: list[dict[str, Any]] = []
    for priority, goal in goals.items() if isinstance(goals, Mapping) else ():
        level = LEVELS.get(str(priority))
        if level is None or not isinstance(goal, Mapping):
            draft.say("missing", source, f"{priority}: is no priority that is known here")
            continue
        for field, shape in _TIMES:
            seconds = whole(goal.get(field))
            if seconds is None or seconds <= 0:
                continue
            target: dict[str, Any] = {
                **shape,
                "duration": iso(timedelta(seconds=seconds)),
                "when": {"field": "level", "eq": level},
                "pause_on": list(paused),
            }
            if goal.get("business_hours"):
                if calendar is None:
                    draft.say(
                        "missing",
                        source,
                        "counts business hours, and none were exported: it counts around the clock",
                    )
                else:
                    target |= {"calendar": calendar, "calendar_of": "group"}
            targets.append(target)
    when = _applies(draft, source, policy.get("applicable_to"), groups)
    draft.sla.append(
        {
            "name": str(policy.get("name")),
            "targets": targets,
            **({} if when is None else {"when": when}),
        }
    )
    draft.say("taken", source, f"{len(targets)} targets")
    _escalation(draft, source, policy.get("escalation"))


def _applies(draft: Draft, source: str, given: object, groups: Mapping[str, str]) -> Condition | None:
    if not isinstance(given, Mapping):
        return None
    parts: list[Condition | None] = []
    for key, values in given.items():
        if not isinstance(values, list) or not values:
            continue
        if key == "group_ids":
            parts.append(
                {
                    "field": "group",
                    "in": [draft.group(groups.get(str(one), f"group {one}")) for one in values],
                }
            )
        elif key == "sources":
            parts.append(
                {
                    "field": "channel",
                    "in": sorted({_CHANNELS.get(whole(one) or 0, f"source-{one}") for one in values}),
                }
            )
        elif key == "ticket_types" and all(str(one).lower() in _TYPES for one in values):
            parts.append({"field": "type", "in": [_TYPES[str(one).lower()] for one in values]})
        else:
            name = {
                "ticket_types": "ticket_type",
                "company_ids": "company",
                "product_ids": "freshdesk_product",
            }.get(str(key), str(key).removesuffix("s"))
            field = draft.field(name, FieldSpec.text(nullable=True, description=f"Freshdesk's {key}"), source)
            parts.append({"field": field, "in": [str(one) for one in values]})
    return all_of(parts)


def _escalation(draft: Draft, source: str, given: object) -> None:
    if isinstance(given, Mapping) and any(given.values()):
        draft.say(
            "missing",
            source,
            "whom it tells after a breach was left out, as it names agents by numbers: write an escalation ladder",
        )
