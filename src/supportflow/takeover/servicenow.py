"""ServiceNow: records of `contract_sla`, `cmn_schedule`, `cmn_schedule_span`, `sys_user_group`, by Table API or JSON export.

Sources: ServiceNow's documentation of SLA definitions, schedules and encoded queries, and KB0869748 (edits of a schedule);
read 2026.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from supportflow.calendars.document import DAYS
from supportflow.conditions import FieldSpec
from supportflow.exceptions import TakeoverError
from supportflow.takeover.draft import Condition, Draft, all_of, any_of, iso, not_
from supportflow.takeover.export import Record, Records, collect, whole

__all__ = ["read"]

WRAPPERS = {
    "result": "",
    "records": "",
    "contract_sla": "contract_sla",
    "cmn_schedule": "cmn_schedule",
    "cmn_schedule_span": "cmn_schedule_span",
    "sys_user_group": "sys_user_group",
}
MARKS = {
    "contract_sla": frozenset({"name", "start_condition"}),
    "cmn_schedule_span": frozenset({"schedule", "start_date_time", "end_date_time"}),
    "cmn_schedule": frozenset({"name", "time_zone"}),
    "sys_user_group": frozenset({"name", "manager"}),
}
# States of an incident as it is installed.
_STATES = {"1": "new", "2": "open", "3": "on_hold", "6": "resolved", "7": "closed", "8": "cancelled"}
_NUMBERS = re.compile(r"\d+")
_STAMP = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})[T ](\d{2}):?(\d{2}):?(\d{2})(Z?)")
_TERM = re.compile(
    r"(?P<field>[A-Za-z0-9_.]+?)(?P<operator>!=|>=|<=|=|>|<|NOT IN|NOTIN|IN|ISNOTEMPTY|ISEMPTY|ANYTHING|STARTSWITH|LIKE|"
    r"CHANGESTO|VALCHANGES|CHANGES|CHANGESFROM)(?P<value>.*)",
    re.DOTALL,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = 15
"""How many years a yearly closure is written out for."""
_MOST = timedelta(days=366)
"""Longest closure."""


def read(files: Mapping[str, object]) -> Draft:
    """What was exported, as a policy in the making.

    Raises:
        TakeoverError: If there is no SLA definition in it.
    """
    records = collect(files, WRAPPERS, MARKS)
    definitions = [one for one in records.of("contract_sla") if _text(one, "active") in ("", "true", "1")]
    if not definitions:
        raise TakeoverError(["contract_sla: no active record in these files"])
    draft = Draft("servicenow")
    calendars = _calendars(draft, records)
    groups = {_text(one, "sys_id"): draft.group(_text(one, "name")) for one in records.of("sys_user_group")}
    # Every definition whose start condition holds attaches to a ticket, each with a clock of its own. Here a ticket has one
    # SLA policy; so all definitions are targets of one, each with its condition.
    targets: list[dict[str, Any]] = []
    for definition in definitions:
        target = _target(draft, f"contract_sla {_text(definition, 'name')!r}", definition, calendars, groups)
        if target is not None:
            targets.append(target)
    draft.sla.append({"name": "servicenow", "targets": _in_slots(targets)})
    draft.say(
        "taken",
        "contract_sla",
        "an edit of a schedule or a duration reaches new tickets alone, as the vendor advises (KB0869748)",
    )
    return draft


def _text(record: Record, field: str) -> str:
    """A field's value: plain, or a reference with `value`, or both forms with `display_value`."""
    value = record.get(field)
    if isinstance(value, Mapping):
        value = value.get("value", value.get("display_value"))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


# --- definitions -------------------------------------------------------------------------------


def _target(
    draft: Draft, source: str, definition: Record, calendars: Mapping[str, str], groups: Mapping[str, str]
) -> dict[str, Any] | None:
    relative = _text(definition, "duration_type")
    if relative:
        draft.say(
            "missing",
            source,
            "a relative duration (such as `End of next business day`): use `working_days` or `end_of_day`",
        )
        return None
    span = _duration(_text(definition, "duration"))
    if span is None:
        draft.say("missing", source, "its duration is none")
        return None
    when = _query(draft, source, _text(definition, "start_condition"), groups)
    stop = _text(definition, "stop_condition")
    target: dict[str, Any] = {
        "metric": _metric(draft, source, definition, stop),
        "name": _text(definition, "name"),
        "duration": iso(span),
        "pause_on": _paused(draft, source, _text(definition, "pause_condition")),
        "on_change": "retroactive" if _text(definition, "retroactive") == "true" else "restart",
    }
    if when is not None:
        target["when"] = when
    schedule = _text(definition, "schedule")
    if _text(definition, "schedule_source") not in ("", "sla_definition", "no_schedule"):
        draft.say(
            "needs",
            source,
            'its schedule stands on the ticket or its item: use `calendar_of = "group"`, or a policy for each',
        )
    if _text(definition, "schedule_source") != "no_schedule" and schedule:
        if schedule in calendars:
            target["calendar"] = calendars[schedule]
        else:
            draft.say("missing", source, "its schedule was not exported: it counts around the clock")
    for field in ("reset_condition", "cancel_condition", "resume_condition"):
        if _text(definition, field):
            draft.say(
                "missing",
                source,
                f"its {field} was left out: write a metric of your own with `reset`, `cancel` or `resume`",
            )
    draft.say("taken", source, f"{span} for {target['metric']}")
    return target


def _duration(text: str) -> timedelta | None:
    """`1970-01-01 08:00:00` is eight hours; each day more is 24 hours of the schedule."""
    found = _STAMP.fullmatch(text.strip())
    if found is not None:
        try:
            span = datetime.fromisoformat("{}-{}-{}T{}:{}:{}+00:00".format(*found.groups()[:6])) - _EPOCH
        except ValueError:
            return None
        return span if span > timedelta(0) else None
    seconds = whole(text)
    return timedelta(seconds=seconds) if seconds is not None and seconds > 0 else None


def _metric(draft: Draft, source: str, definition: Record, stop: str) -> str:
    kind = _text(definition, "type").lower()
    if "ola" in kind or "operational" in kind:
        return "group_ownership"
    if "underpinning" in kind:
        return "underpinning"
    if "assigned_to" in stop or "assigned_toISNOTEMPTY" in stop:
        return "time_to_own"
    if _text(definition, "target").lower() == "response":
        draft.say(
            "needs",
            source,
            f"its response ends by {stop or 'no condition'!r}; here by an agent's public reply, or by a metric of yours",
        )
        return "first_response"
    return "total_resolution"


def _paused(draft: Draft, source: str, query: str) -> list[str]:
    if not query:
        return []
    states = {
        _STATES[number]
        for term in re.split(r"\^OR|\^NQ|\^", query)
        if (found := _TERM.fullmatch(term)) is not None and found["field"] in ("state", "incident_state")
        for number in _NUMBERS.findall(found["value"])
        if number in _STATES
    }
    if not states or any(word in query for word in ("!=", "hold_reason", "assign")):
        draft.say(
            "needs",
            source,
            f"pauses while {query!r}; here while the status is {', '.join(sorted(states)) or 'none'}",
        )
    return [one for one in ("new", "open", "pending", "on_hold", "resolved") if one in states]


def _in_slots(targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Definitions of one metric that can never hold together are one clock with several targets, so that it can go on."""
    slots: list[list[dict[str, Any]]] = []
    for target in targets:
        for slot in slots:
            if all(
                one["metric"] == target["metric"] and _apart(one.get("when"), target.get("when"))
                for one in slot
            ):
                slot.append(target)
                break
        else:
            slots.append([target])
    return [{**target, "name": slot[0]["name"]} for slot in slots for target in slot]


def _apart(a: Condition | None, b: Condition | None) -> bool:
    """Whether two conditions name the same field with different values, so that both can never hold."""
    asked = [dict(_equalities(one)) for one in (a, b)]
    return any(field in asked[1] and not values & asked[1][field] for field, values in asked[0].items())


def _equalities(condition: Condition | None) -> Iterator[tuple[str, frozenset[str]]]:
    if condition is None:
        return
    for part in condition.get("all", [condition]):
        if "eq" in part:
            yield part["field"], frozenset({str(part["eq"])})
        elif "in" in part:
            yield part["field"], frozenset(map(str, part["in"]))


# --- encoded queries ---------------------------------------------------------------------------


def _query(draft: Draft, source: str, text: str, groups: Mapping[str, str]) -> Condition | None:
    """`active=true^priority=1^ORpriority=2^NQ…^EQ`: `^NQ` parts are alternatives, `^OR` binds to the term before it."""
    alternatives: list[Condition | None] = []
    for query in text.removesuffix("^EQ").split("^NQ"):
        every: list[list[Condition | None]] = []
        for index, term in enumerate(re.split(r"\^(?=OR)|\^", query)):
            either = index > 0 and term.startswith("OR")
            condition = _term(draft, source, term.removeprefix("OR") if either else term, groups)
            if either and every:
                every[-1].append(condition)
            else:
                every.append([condition])
        # A term that was left out holds for all: so does an alternative with it.
        alternatives.append(all_of(any_of(terms) for terms in every if None not in terms))
    return None if None in alternatives else any_of(alternatives)


def _term(draft: Draft, source: str, term: str, groups: Mapping[str, str]) -> Condition | None:
    found = _TERM.fullmatch(term)
    if found is None:
        if term:
            draft.say("missing", source, f"the term {term!r} was left out")
        return None
    field, operator, value = found["field"], found["operator"], found["value"]
    if field == "active":
        return None  # a clock of a ticket that has ended is judged already
    negative = operator in ("!=", "NOT IN", "NOTIN", "ISEMPTY")
    values = value.split(",") if operator in ("IN", "NOT IN", "NOTIN") else [value]
    if operator in ("ISEMPTY", "ISNOTEMPTY"):
        name, _ = _named(draft, source, field, [], groups)
        return {"field": name, "exists": operator == "ISNOTEMPTY"}
    if operator not in ("=", "!=", "IN", "NOT IN", "NOTIN"):
        draft.say(
            "missing",
            source,
            f"the term on {field} with {operator} was left out: it matches more tickets than there",
        )
        return None
    name, known = _named(draft, source, field, values, groups)
    if not known:
        return None
    condition: Condition = (
        {"field": name, "eq": known[0]} if len(known) == 1 else {"field": name, "in": known}
    )
    return not_(condition) if negative else condition


def _named(
    draft: Draft, source: str, field: str, values: list[str], groups: Mapping[str, str]
) -> tuple[str, list[Any]]:
    if field == "priority":
        levels = [number for one in values if (number := whole(one)) is not None]
        if any(level > 4 for level in levels):  # noqa: PLR2004 - planning, the fifth priority there
            draft.say("needs", source, "priority 5 (planning) is level 4 here")
        return "level", sorted({min(level, 4) for level in levels})
    if field == "assignment_group":
        return "group", [groups.get(one) or draft.group(f"group {one}") for one in values]
    if field == "assigned_to":
        return "assignee", list(values)
    if field in ("state", "incident_state") and all(one in _STATES for one in values):
        return "status_category", [_STATES[one] for one in values]
    name = re.sub(r"[^A-Za-z0-9_]", "_", field)
    if name in ("category", "channel", "contact_type"):
        return ("channel" if name != "category" else "category"), list(values)
    return draft.field(
        f"sn_{name}", FieldSpec.text(nullable=True, description=f"ServiceNow's {field}"), source
    ), list(values)


# --- schedules ---------------------------------------------------------------------------------


def _calendars(draft: Draft, records: Records) -> dict[str, str]:
    spans: dict[str, list[Record]] = {}
    for span in records.of("cmn_schedule_span"):
        spans.setdefault(_text(span, "schedule"), []).append(span)
    made: dict[str, str] = {}
    for schedule in records.of("cmn_schedule"):
        identity, name = _text(schedule, "sys_id"), _text(schedule, "name")
        source = f"cmn_schedule {name!r}"
        zone = _text(schedule, "time_zone")
        if zone in ("", "floating"):
            draft.say(
                "needs",
                source,
                'floats: its hours are on the clock of each ticket\'s requester. UTC was taken; say `zone = "requester"`',
            )
            zone = "UTC"
        weekly: dict[str, list[tuple[str, str]]] = {}
        holidays: dict[date, str] = {}
        for span in spans.get(identity, ()):
            _span(draft, source, span, weekly, holidays)
        if _text(schedule, "parent"):
            draft.say("missing", source, "hours and closures of its parent were left out")
        kept = draft.calendar(
            name, source, zone, weekly=weekly, holidays=holidays, holiday_scope="day", overlaps="merge"
        )
        if kept is not None:
            made[identity] = kept
    return made


def _span(
    draft: Draft,
    source: str,
    span: Record,
    weekly: dict[str, list[tuple[str, str]]],
    holidays: dict[date, str],
) -> None:
    name, kind = _text(span, "name"), _text(span, "repeat_type")
    begin, end = (_STAMP.fullmatch(_text(span, field)) for field in ("start_date_time", "end_date_time"))
    if begin is None or end is None:
        draft.say("missing", source, f"entry {name!r} has no beginning or end")
        return
    first, last = (date(*(int(part) for part in stamp.groups()[:3])) for stamp in (begin, end))
    opens, closes = f"{begin[4]}:{begin[5]}", f"{end[4]}:{end[5]}"
    if _text(span, "type") in ("exclude", "Excluded", "time_off") or _text(span, "show_as") == "off":
        _close(draft, source, span, first, last, opens, holidays)
        return
    days = {
        "weekdays": "12345",
        "weekends": "67",
        "daily": "1234567",
        "weekly": _text(span, "days_of_week"),
    }.get(kind)
    overnight = last - first == timedelta(days=1) and closes <= opens
    if not days or (first != last and not overnight):
        draft.say(
            "missing", source, f"entry {name!r} ({kind or 'once'}) is no weekly stretch of at most a day"
        )
        return
    if closes in ("00:00", "23:59"):
        closes = "24:00"
    for number in days:
        if number in "1234567":
            weekly.setdefault(DAYS[int(number) - 1], []).append((opens, closes))


def _close(
    draft: Draft, source: str, span: Record, first: date, last: date, opens: str, holidays: dict[date, str]
) -> None:
    name, kind = _text(span, "name"), _text(span, "repeat_type")
    # A closure that ends at midnight ends before that day.
    ends = _STAMP.fullmatch(_text(span, "end_date_time"))
    if ends is not None and last > first and (ends[4], ends[5]) == ("00", "00"):
        last -= timedelta(days=1)
    whole_days = _text(span, "all_day") == "true" or opens == "00:00"
    if not whole_days or last - first > _MOST or kind not in ("", "yearly", "none", "does_not_repeat"):
        draft.say("missing", source, f"closure {name!r} is not of whole days, or repeats other than yearly")
        return
    if kind == "yearly" and _text(span, "yearly_type") not in ("", "doy"):
        draft.say(
            "missing",
            source,
            f"closure {name!r} moves from year to year: write its dates, or name the country",
        )
        return
    for later in range(_YEARS if kind == "yearly" else 1):
        day = first
        while day <= last:
            with suppress(ValueError):  # 29 February of a common year
                holidays[day.replace(year=day.year + later)] = name
            day += timedelta(days=1)
