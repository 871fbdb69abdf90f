"""Jira Service Management: a service desk's SLAs (`…/sla/metrics`) and calendars, as its settings pages read them.

Sources: Atlassian's help pages on SLA conditions, goals and cycles; the fields as JSM 11 answers them, read 2026.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from supportflow.calendars.document import DAYS
from supportflow.conditions import FieldSpec
from supportflow.exceptions import TakeoverError
from supportflow.takeover.draft import Condition, Draft, all_of, any_of, iso, not_
from supportflow.takeover.export import Record, Records, collect, whole

__all__ = ["read"]

WRAPPERS = {"timeMetrics": "timeMetrics", "calendars": "calendars", "statuses": "statuses"}
MARKS = {
    "timeMetrics": frozenset({"name", "config"}),
    "calendars": frozenset({"name", "timeZone", "workingTimes"}),
    "statuses": frozenset({"name", "statusCategory"}),
}
_LEVELS = {
    "highest": 1,
    "blocker": 1,
    "critical": 1,
    "high": 2,
    "major": 2,
    "medium": 3,
    "minor": 3,
    "low": 4,
    "lowest": 4,
    "trivial": 4,
}
_SIGNALS = {
    "issue-created-hit-condition": "opened",
    "resolution-set-hit-condition": "resolved",
    "resolution-cleared-hit-condition": "reopened",
    "comment-by-reporter-hit-condition": "requester_message",
    "comment-for-reporter-hit-condition": "public_reply",
    "assignee-set-hit-condition": "assigned",
    "assignee-changed-hit-condition": "assigned",
    "assignee-cleared-hit-condition": "unassigned",
}
_STATES: Mapping[str, Condition] = {
    "assignee-not-set-match-condition": {"field": "assignee", "exists": False},
    "assignee-set-match-condition": {"field": "assignee", "exists": True},
    "resolution-set-match-condition": {"field": "status_category", "in": ["resolved", "closed"]},
    "resolution-not-set-match-condition": {
        "field": "status_category",
        "in": ["new", "open", "pending", "on_hold"],
    },
}
_CATEGORIES = {"new": "open", "undefined": "open", "indeterminate": "open", "done": "resolved"}
_WAITS = {
    "waiting for customer": "pending",
    "pending": "pending",
    "on hold": "on_hold",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
_DAY_MS = 86_400_000


def read(files: Mapping[str, object]) -> Draft:
    """What was exported, as a policy in the making.

    Raises:
        TakeoverError: If there is no SLA in it.
    """
    records = collect(files, WRAPPERS, MARKS)
    metrics = records.of("timeMetrics")
    if not metrics:
        raise TakeoverError(["timeMetrics: none in these files; export the SLAs of the service desk"])
    draft = Draft("jira")
    # An edited goal has every running cycle computed anew, and leaves the finished ones alone.
    draft.edits = "now"
    _statuses(draft, records)
    calendars = _calendars(draft, records)
    targets: list[dict[str, Any]] = []
    for metric in metrics:
        targets += _targets(draft, f"SLA {metric.get('name')!r}", metric, calendars)
    draft.sla.append({"name": "jira", "on_change": "keep_elapsed", "targets": targets})
    return draft


def _statuses(draft: Draft, records: Records) -> None:
    named: list[tuple[str, str]] = []
    for status in records.of("statuses"):
        category = status.get("statusCategory")
        key = str(category.get("key") if isinstance(category, Mapping) else category)
        name = str(status["name"])
        named.append((name, _WAITS.get(name.lower(), _CATEGORIES.get(key, "open"))))
    draft.statuses(named)


# --- calendars ---------------------------------------------------------------------------------


def _calendars(draft: Draft, records: Records) -> dict[int, str]:
    made: dict[int, str] = {}
    for calendar in records.of("calendars"):
        name, source = str(calendar["name"]), f"calendar {calendar['name']!r}"
        if "workingTimes" not in calendar:
            continue  # a list of names alone; the details stand in a file of their own
        weekly: dict[str, list[tuple[str, str]]] = {}
        for span in calendar["workingTimes"]:
            day = str(span.get("day") or span.get("weekday") or "").lower()[:3]
            begin, end = whole(span.get("start")), whole(span.get("end"))
            if span.get("disabled") or day not in DAYS or begin is None or end is None:
                continue
            weekly.setdefault(day, []).append((_clock(begin), _clock(end)))
        kept = draft.calendar(
            name,
            source,
            str(calendar.get("timeZone") or calendar.get("timezone") or "UTC"),
            weekly=weekly,
            holidays=_holidays(draft, source, calendar.get("holidays")),
            overlaps="merge",
        )
        if kept is not None:
            made[whole(calendar.get("id")) or 0] = kept
    return made


def _clock(milliseconds: int) -> str:
    minutes = min(max(milliseconds, 0), _DAY_MS) // 60_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _holidays(draft: Draft, source: str, given: object) -> dict[date, str]:
    dates: dict[date, str] = {}
    for holiday in given if isinstance(given, list) else ():
        if not isinstance(holiday, Mapping):
            continue
        text = holiday.get("dateString") or holiday.get("date")
        try:
            day = date.fromisoformat(str(text)[:10])
        except ValueError:
            draft.say("missing", source, f"holiday {holiday.get('name')!r} has no date")
            continue
        name = str(holiday.get("name") or "")
        dates[day] = name
        if holiday.get("recurring"):
            for year in range(day.year + 1, day.year + 11):
                if (day.month, day.day) != (2, 29):
                    dates[day.replace(year=year)] = name
    return dates


# --- SLAs --------------------------------------------------------------------------------------


def _targets(draft: Draft, source: str, metric: Record, calendars: Mapping[int, str]) -> list[dict[str, Any]]:
    config = metric.get("config")
    definition = config.get("definition") if isinstance(config, Mapping) else None
    goals = config.get("goals") if isinstance(config, Mapping) else None
    if not isinstance(definition, Mapping) or not isinstance(goals, list):
        draft.say("missing", source, "has no definition or no goals")
        return []
    name = str(metric.get("name"))
    draft.metrics.append(_metric(draft, source, name, definition))
    targets: list[dict[str, Any]] = []
    for goal in goals:
        milliseconds = whole(goal.get("duration")) if isinstance(goal, Mapping) else None
        if milliseconds is None or milliseconds <= 0:
            # A goal without a time: no promise for what it matches, and what follows it must not apply either.
            draft.say(
                "missing",
                source,
                "a goal without a time ends the list there; here what follows it applies. Order or narrow it",
            )
            continue
        when = _jql(draft, source, str(goal.get("jqlQuery") or ""))
        calendar = calendars.get(whole(goal.get("calendarId")) or 0)
        if calendar is None and whole(goal.get("calendarId")) not in (None, -1, 0):
            draft.say(
                "missing",
                source,
                f"calendar {goal.get('calendarId')} was not exported: the goal counts around the clock",
            )
        targets.append(
            {
                "metric": name,
                "name": name,
                "duration": iso(timedelta(milliseconds=milliseconds)),
                **({} if when is None else {"when": when}),
                **({} if calendar is None else {"calendar": calendar}),
            }
        )
    draft.say("taken", source, f"{len(targets)} goals")
    return targets


def _metric(draft: Draft, source: str, name: str, definition: Record) -> dict[str, Any]:
    start, start_when = _hits(draft, source, definition.get("start"), "start")
    stop, stop_when = _hits(draft, source, definition.get("stop"), "stop")
    pauses = [_match(draft, source, one) for one in definition.get("pause") or ()]
    pause = any_of(pauses)
    return {
        "name": name,
        "start": start,
        "stop": stop,
        # A cycle that began there ends there: a ticket that is closed without the stop condition goes on counting.
        "cancel": ["cancelled", "merged"],
        "cycle": "each",
        **({} if start_when is None else {"start_when": start_when}),
        **({} if stop_when is None else {"stop_when": stop_when}),
        **({} if pause is None else {"pause": {"when": pause}}),
    }


def _hits(draft: Draft, source: str, given: object, what: str) -> tuple[list[str], Condition | None]:
    signals: list[str] = []
    entered: list[str] = []
    for one in given if isinstance(given, list) else ():
        known = _SIGNALS.get(str(one.get("conditionId")))
        name = str(one.get("name"))
        if known is not None:
            signals.append(known)
        elif name.lower().startswith("entered status:"):
            entered.append(name.partition(":")[2].strip())
        else:
            draft.say("missing", source, f"the {what} condition {name!r} was left out")
    if entered and not signals:
        return ["status_changed"], {"field": "status", "in": entered}
    if entered:
        # A metric's condition holds for all of its signals; entering a solved status is a resolution, whatever its name.
        signals.append("status_changed" if what == "start" else "resolved")
        draft.say(
            "needs",
            source,
            f"{what}s by {', '.join(signals)}; entering {', '.join(entered)} alone cannot be told apart beside them",
        )
    return list(dict.fromkeys(signals)), None


def _match(draft: Draft, source: str, one: Record) -> Condition | None:
    known = _STATES.get(str(one.get("conditionId")))
    name = str(one.get("name"))
    if known is not None:
        return known
    if name.lower().startswith("status:"):
        return {"field": "status", "eq": name.partition(":")[2].strip()}
    draft.say("missing", source, f"the pause condition {name!r} was left out")
    return None


# --- JQL ---------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:(?P<word>[\w.\-]+(?:\[\d+\])?)|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'"""
    r"""|(?P<sign>!=|>=|<=|!~|[=<>~(),]))"""
)
_MAX_DEPTH = 12


def _jql(draft: Draft, source: str, text: str) -> Condition | None:
    """The part of JQL that goals are written in: `=`, `!=`, `in`, `not in`, `is (not) empty`, with `and`, `or`, `not`."""
    if not text.strip():
        return None
    try:
        return _Jql(draft, source, text).read()
    except ValueError as error:
        draft.say(
            "missing",
            source,
            f"the query {text!r} was left out ({error}): the goal matches more tickets than there",
        )
        return None


class _Jql:
    """Reads one query by recursive descent."""

    def __init__(self, draft: Draft, source: str, text: str) -> None:
        self._draft, self._source = draft, source
        self._tokens: list[tuple[str, bool]] = []
        self._next = 0
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"cannot be read from character {at + 1} on")
            quoted = found["double"] if found["double"] is not None else found["single"]
            self._tokens.append(
                (quoted, True) if quoted is not None else (found["word"] or found["sign"], False)
            )
            at = found.end()

    def read(self) -> Condition | None:
        condition = self._either(0)
        if self._next < len(self._tokens) and self._peek() != "order":
            raise ValueError("has more than a condition")
        return condition

    def _peek(self) -> str:
        if self._next >= len(self._tokens):
            return ""
        word, quoted = self._tokens[self._next]
        return word if quoted else word.lower()

    def _take(self) -> str:
        if self._next >= len(self._tokens):
            raise ValueError("ends too early")
        word, _ = self._tokens[self._next]
        self._next += 1
        return word

    def _either(self, depth: int) -> Condition | None:
        if depth > _MAX_DEPTH:
            raise ValueError("is nested too deep")
        parts = [self._every(depth)]
        while self._peek() == "or":
            self._take()
            parts.append(self._every(depth))
        # What holds for all (`project = X` of one project) makes the whole alternative hold for all.
        return None if None in parts else any_of(parts)

    def _every(self, depth: int) -> Condition | None:
        parts = [self._one(depth)]
        while self._peek() == "and":
            self._take()
            parts.append(self._one(depth))
        return all_of(parts)

    def _one(self, depth: int) -> Condition | None:
        if self._peek() == "not":
            self._take()
            inner = self._one(depth + 1)
            return None if inner is None else not_(inner)
        if self._peek() == "(":
            self._take()
            inner = self._either(depth + 1)
            if self._take() != ")":
                raise ValueError("lacks a closing parenthesis")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition | None:
        field = self._take()
        operator = self._take().lower()
        if operator == "not":
            operator = f"not {self._take().lower()}"
        if operator == "is":
            empty = self._take().lower()
            exists = empty == "not"
            if exists:
                empty = self._take().lower()
            if empty not in ("empty", "null"):
                raise ValueError("asks whether something is something other than empty")
            name, _ = self._named(field, [])
            return {"field": name, "exists": exists}
        if operator not in ("=", "!=", "in", "not in"):
            raise ValueError(f"uses {operator!r}")
        values = self._values() if operator.endswith("in") else [self._take()]
        if field.lower() == "project":
            return None  # the export is one project's
        name, known = self._named(field, values)
        found: Condition = (
            {"field": name, "eq": known[0]} if len(known) == 1 else {"field": name, "in": known}
        )
        if name in ("labels", "components"):
            found = {"field": name, "has_any": known}
        return not_(found) if operator in ("!=", "not in") else found

    def _values(self) -> list[str]:
        if self._take() != "(":
            raise ValueError("lacks a list")
        values = [self._take()]
        while (sign := self._take()) == ",":
            values.append(self._take())
        if sign != ")":
            raise ValueError("lacks the end of a list")
        return values

    def _named(self, field: str, values: list[str]) -> tuple[str, list[Any]]:
        key = field.lower()
        if key == "priority":
            levels = [_LEVELS.get(value.lower()) for value in values]
            if None in levels:
                raise ValueError("names a priority of your own")
            return "level", sorted({level for level in levels if level is not None})
        if key == "assignee":
            return "assignee", list(values)
        if key == "status":
            return "status", list(values)
        spec = (
            FieldSpec.tags()
            if key in ("labels", "components")
            else FieldSpec.text(nullable=True, description=f"Jira's {field}")
        )
        name = (
            key if key in ("labels", "components") else "jira_" + re.sub(r"[^a-z0-9_]+", "_", key).strip("_")
        )
        return self._draft.field(name, spec, self._source), list(values)
