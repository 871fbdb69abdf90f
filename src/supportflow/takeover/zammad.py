"""Zammad: the answers of `/api/v1/slas`, `/calendars`, `/ticket_states`, `/ticket_priorities` and `/groups`.

Sources: Zammad's REST documentation and its own worked cases (`spec/models/ticket/escalation_examples.rb`), read 2026.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from supportflow.conditions import FieldSpec
from supportflow.exceptions import TakeoverError
from supportflow.policy import Policy
from supportflow.takeover.draft import Condition, Draft, all_of, any_of, iso, not_
from supportflow.takeover.examples import calendar_of, paused_due, said, targets_of, working_moments
from supportflow.takeover.export import Record, Records, collect, whole
from supportflow.takeover.report import Example

__all__ = ["read"]

WRAPPERS = {
    "Sla": "slas",
    "Calendar": "calendars",
    "TicketState": "ticket_states",
    "TicketPriority": "ticket_priorities",
    "Group": "groups",
    "TicketStateType": "state_types",
}
MARKS = {
    "slas": frozenset({"name", "condition", "calendar_id"}),
    "calendars": frozenset({"name", "timezone", "business_hours"}),
    "ticket_states": frozenset({"name", "ignore_escalation"}),
    "groups": frozenset({"name", "assignment_timeout"}),
    "ticket_priorities": frozenset({"name", "default_create"}),
}
# The ids of the state types that Zammad is installed with.
_STATE_TYPES = {
    1: "new",
    2: "open",
    3: "on_hold",  # pending reminder: waits for a date
    4: "pending",  # pending action
    5: "resolved",
    6: "closed",  # merged
    7: "cancelled",  # removed
}
_LEVELS = {3: 1, 2: 3, 1: 4}
"""Priority ids of a fresh installation: 3 high, 2 normal, 1 low."""
_UPDATE = {
    "name": "zammad_update",
    # Runs between the agents' contacts, and from the opening until the first one.
    "start": ["opened", "public_reply", "reopened"],
    "stop": [],
    "reset": ["public_reply"],
    "cancel": ["resolved", "closed", "cancelled", "merged"],
    "cycle": "each",
}
_TIMES = (
    ("first_response_time", {"metric": "first_response"}),
    ("response_time", {"metric": "next_response"}),
    ("update_time", {"metric": "zammad_update"}),
    ("solution_time", {"metric": "total_resolution", "reopen": "resume"}),
)


def read(files: Mapping[str, object]) -> Draft:
    """What was exported, as a policy in the making.

    Raises:
        TakeoverError: If there is no SLA in it.
    """
    files = {
        name: content.get("assets", content) if isinstance(content, Mapping) else content
        for name, content in files.items()
    }
    records = collect(files, WRAPPERS, MARKS)
    slas = records.of("slas")
    if not slas:
        raise TakeoverError(["slas: none in these files; export /api/v1/slas"])
    draft = Draft("zammad")
    # Whoever saves a calendar or an SLA has every open ticket computed anew.
    draft.edits = "now"
    states = _states(draft, records)
    calendars = _calendars(draft, records)
    groups = records.names("groups")
    for name in groups.values():
        draft.group(name)
    # Several SLAs may match; Zammad takes the first by name.
    for index, sla in enumerate(sorted(slas, key=lambda one: str(one.get("name")))):
        _sla(draft, f"slas[{index}] {sla.get('name')!r}", sla, calendars, states, groups)
    return draft


def _states(draft: Draft, records: Records) -> tuple[str, ...]:
    """Take the states; the categories in which escalation stands still."""
    active = [one for one in records.of("ticket_states") if one.get("active", True)]
    named = [
        (str(one["name"]), _STATE_TYPES.get(whole(one.get("state_type_id")) or 0, "open")) for one in active
    ]
    draft.statuses(named)
    idle = {
        category for one, (_, category) in zip(active, named, strict=True) if one.get("ignore_escalation")
    }
    busy = {
        category for one, (_, category) in zip(active, named, strict=True) if not one.get("ignore_escalation")
    }
    for category in sorted(idle & busy):
        draft.say(
            "missing",
            "ticket_states",
            f"some states of the category {category!r} pause escalation, others do not: here all do",
        )
    paused = idle if active else {"on_hold", "pending", "resolved", "closed"}
    return tuple(category for category in ("pending", "on_hold", "resolved") if category in paused)


def _calendars(draft: Draft, records: Records) -> dict[int, str]:
    made: dict[int, str] = {}
    for index, calendar in enumerate(records.of("calendars")):
        name, source = str(calendar["name"]), f"calendars[{index}] {calendar['name']!r}"
        hours = calendar.get("business_hours")
        weekly = {
            day: [
                (str(begin), "24:00" if str(end) in ("23:59", "00:00") else str(end))
                for begin, end in week.get("timeframes", ())
            ]
            for day, week in (hours.items() if isinstance(hours, Mapping) else ())
            if isinstance(week, Mapping) and week.get("active")
        }
        if any(str(end) == "23:59" for day in (hours or {}).values() for _, end in day.get("timeframes", ())):
            draft.say(
                "taken", source, "hours until 23:59 are hours until midnight: the last minute is lost there"
            )
        kept = draft.calendar(
            name,
            source,
            str(calendar["timezone"]),
            weekly=weekly,
            holidays=_holidays(draft, source, calendar),
            overlaps="merge",
        )
        if kept is not None:
            made[whole(calendar.get("id")) or 0] = kept
    return made


def _holidays(draft: Draft, source: str, calendar: Record) -> dict[date, str]:
    given = calendar.get("public_holidays")
    dates: dict[date, str] = {}
    for day, holiday in given.items() if isinstance(given, Mapping) else ():
        if isinstance(holiday, Mapping) and holiday.get("active"):
            try:
                dates[date.fromisoformat(str(day))] = str(holiday.get("summary") or "")
            except ValueError:
                draft.say("missing", source, f"holiday {day!r} is no date")
    if calendar.get("ical_url"):
        draft.say(
            "needs",
            source,
            f"takes more holidays from an iCalendar address; its {len(dates)} dates of today were taken, "
            "later ones come with `BusinessCalendar.with_ical`",
        )
    return dates


def _sla(
    draft: Draft,
    source: str,
    sla: Record,
    calendars: Mapping[int, str],
    states: tuple[str, ...],
    groups: Mapping[str, str],
) -> None:
    calendar = calendars.get(whole(sla.get("calendar_id")) or 0)
    if calendar is None:
        draft.say("missing", source, "its calendar was not exported: it counts around the clock")
    targets: list[dict[str, Any]] = []
    for field, shape in _TIMES:
        minutes = whole(sla.get(field))
        if minutes is None or minutes <= 0:
            continue
        if shape["metric"] == _UPDATE["name"] and _UPDATE not in draft.metrics:
            draft.metrics.append(_UPDATE)
        targets.append({**shape, "duration": iso(timedelta(minutes=minutes)), "pause_on": list(states)})
    when = _condition(draft, source, sla.get("condition"), groups)
    draft.sla.append(
        {
            "name": str(sla.get("name")),
            # A target that ends exactly at closing time is due at the next opening there.
            "edge": "open",
            # Another SLA is counted from the creation on, with the pauses that there were.
            "on_change": "retroactive",
            "targets": targets,
            **({} if calendar is None else {"calendar": calendar}),
            **({} if when is None else {"when": when}),
        }
    )
    draft.say("taken", source, f"{len(targets)} targets")
    if states and targets:
        draft.say(
            "differs",
            source,
            "pauses are kept as hours and minutes there, so that the seconds of each pause's ends are lost; here they count",
            _seconds_of_pauses,
        )


def _condition(draft: Draft, source: str, given: object, groups: Mapping[str, str]) -> Condition | None:
    if not isinstance(given, Mapping):
        return None
    if isinstance(given.get("conditions"), list):
        parts = [
            _condition(draft, source, {str(one.get("name")): one} if "name" in one else one, groups)
            for one in given["conditions"]
            if isinstance(one, Mapping)
        ]
        joined = any_of(parts) if given.get("operator") == "OR" else all_of(parts)
        return joined if given.get("operator") != "NOT" or joined is None else not_(joined)
    return all_of(
        _comparison(draft, source, str(field), one, groups)
        for field, one in given.items()
        if isinstance(one, Mapping)
    )


def _comparison(
    draft: Draft, source: str, field: str, one: Record, groups: Mapping[str, str]
) -> Condition | None:
    operator, value = str(one.get("operator")), one.get("value")
    values = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    positive = operator in ("is", "contains one", "contains all", "is any of")
    if not positive and operator not in ("is not", "contains one not", "contains all not", "is none of"):
        draft.say(
            "missing",
            source,
            f"the condition on {field} with {operator!r} was left out: the SLA matches more tickets than there",
        )
        return None
    if field == "ticket.tags":
        words = [word.strip() for item in values for word in item.split(",")]
        tags = draft.field("tags", FieldSpec.tags(description="tags of the ticket"), source)
        found: Condition = {
            "field": tags,
            "has_all" if operator.startswith("contains all") else "has_any": words,
        }
    elif field == "ticket.priority_id":
        levels = [_LEVELS.get(whole(item) or 0) for item in values]
        if None in levels:
            draft.say(
                "needs",
                source,
                f"asks for priorities of your own ({', '.join(values)}): say which levels (1 to 4) they are",
            )
        known = [level for level in levels if level is not None]
        if not known:
            return None
        found = {"field": "level", "in": known}
    else:
        name, values = _named(draft, source, field, values, groups)
        found = {"field": name, "in": values}
    return found if positive else not_(found)


def _named(
    draft: Draft, source: str, field: str, values: list[str], groups: Mapping[str, str]
) -> tuple[str, list[str]]:
    if field == "ticket.group_id":
        return "group", [draft.group(groups.get(value, f"group {value}")) for value in values]
    name = field.removeprefix("ticket.").removesuffix("_id").replace(".", "_")
    if name in ("type", "state", "priority", "owner"):
        name = f"zammad_{name}"
    return draft.field(name, FieldSpec.text(nullable=True, description=f"Zammad's {field}"), source), values


def _seconds_of_pauses(policy: Policy) -> Example | None:
    for sla, target in targets_of(policy):
        if not target.pause_on or target.duration is None or target.duration < timedelta(hours=1):
            continue
        calendar = calendar_of(policy, target, sla)
        opened = next(working_moments(calendar))
        paused = calendar.add(opened, timedelta(minutes=5, seconds=50))
        resumed = calendar.add(paused, timedelta(minutes=10, seconds=20))
        ours = paused_due(calendar, opened, target.duration, [(paused, resumed)])
        theirs = paused_due(
            calendar, opened, target.duration, [(paused.replace(second=0), resumed.replace(second=0))]
        )
        if ours != theirs:
            return Example(
                f"opened {said(opened, calendar)} with {target.duration} for its {target.slot}, paused from "
                f"{said(paused, calendar)} to {said(resumed, calendar)}",
                said(theirs, calendar),
                said(ours, calendar),
            )
    return None
