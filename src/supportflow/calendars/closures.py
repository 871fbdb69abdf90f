"""Closures from an iCalendar file (RFC 5545; extra `ical`), such as a company's shared calendar.

An all-day event closes its dates. An event with times cuts its hours out of the dates it touches. Repeated
events are written out between two dates. Cancelled events are left out; events marked as free time are not,
since public holiday feeds mark their holidays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from supportflow._time import DAY_US, to_us
from supportflow.calendars.clocktime import write_clock
from supportflow.calendars.document import Dated, Override
from supportflow.calendars.plan import Period, day_number, periods, schedule
from supportflow.calendars.zones import Zone, zone
from supportflow.exceptions import CalendarError, MissingExtra

if TYPE_CHECKING:
    from icalendar import Event

    from supportflow.calendars.calendar import BusinessCalendar

__all__ = ["close_by_ical"]

C = TypeVar("C", bound="BusinessCalendar")

_EPOCH_DAY = date(1970, 1, 1)


class _Closure(NamedTuple):
    """One closed stretch on the local timeline, in microseconds; `whole`: it was given in dates."""

    start: int
    end: int
    whole: bool
    name: str


def close_by_ical(calendar: C, source: str | bytes, since: date, until: date) -> C:
    """See `BusinessCalendar.with_ical`."""
    if until < since:
        raise CalendarError(["until: is reversed: it lies before since"])
    found: dict[str, list[_Closure]] = {}
    updates = []
    for period in periods(calendar):
        if period.tz not in found:
            found[period.tz] = list(_read(source, zone(period.tz, calendar.tzdata), since, until))
        updates.append(_closed(period, zone(period.tz, calendar.tzdata), found[period.tz]))
    versions = tuple(
        version.model_copy(update=update)
        for version, update in zip(calendar.versions, updates[1:], strict=True)
    )
    return calendar.model_copy(update={**updates[0], "versions": versions})


def _closed(period: Period, where: Zone, closures: Iterable[_Closure]) -> dict[str, Any]:
    holidays, overrides = dict(period.holidays), dict(period.overrides)
    for closure in closures:
        if closure.whole:
            for day in range(closure.start // DAY_US, closure.end // DAY_US):
                at = _EPOCH_DAY + timedelta(days=day)
                # What the document itself says about a date wins.
                if at not in period.overrides:
                    holidays.setdefault(at, closure.name)
    plain = Dated(holidays)
    for closure in closures:
        if not closure.whole:
            now = Period("", None, period.tz, period.weekly, plain, overrides, period.scope)
            overrides.update(_cut(now, where, closure))
    return {"holidays": plain, "overrides": Dated(overrides)}


def _cut(period: Period, where: Zone, closure: _Closure) -> dict[date, Override]:
    """New hours for the dates that a closure takes hours from."""
    hours = schedule(period, where)
    days = range(closure.start // DAY_US - 1, -(-closure.end // DAY_US) + 1)
    spans = [(day * DAY_US + a, day * DAY_US + b) for day in days for a, b in hours.shifts(day)]
    left: dict[int, list[tuple[str, str]]] = {}
    for start, end in spans:
        if end <= closure.start or start >= closure.end:
            continue
        left.setdefault(start // DAY_US, [])
        for a, b in ((start, min(end, closure.start)), (max(start, closure.end), end)):
            if a < b:
                # The rest of a night shift may begin only on the next date, and then belongs to it.
                left.setdefault(a // DAY_US, []).append(_hours(a, b))
    cut = {}
    for day, pieces in left.items():
        for start, end in spans:
            untouched = end <= closure.start or start >= closure.end
            if untouched and start // DAY_US == day:
                pieces.append(_hours(start, end))
        cut[_EPOCH_DAY + timedelta(days=day)] = Override(hours=tuple(sorted(pieces)), name=closure.name)
    return cut


def _hours(start: int, end: int) -> tuple[str, str]:
    base = start - start % DAY_US
    closes = end - base
    return write_clock(start - base), write_clock(closes if closes <= DAY_US else closes - DAY_US)


def _read(source: str | bytes, where: Zone, since: date, until: date) -> Iterator[_Closure]:
    """The closures that touch `[since, until]`, on the local timeline of a zone."""
    try:
        icalendar, rrule = import_module("icalendar"), import_module("dateutil.rrule")
    except ImportError:
        raise MissingExtra("ical", "reading iCalendar files") from None
    try:
        roots = icalendar.Calendar.from_ical(source, multiple=True)
        events = [event for root in roots for event in root.walk("VEVENT")]
    except ValueError as error:
        raise CalendarError([f"ical: is not an iCalendar file: {error}"]) from None
    moved = {
        (str(event.get("UID")), _local(event["RECURRENCE-ID"].dt, where))
        for event in events
        if "RECURRENCE-ID" in event
    }
    low, high = day_number(since) * DAY_US, (day_number(until) + 1) * DAY_US
    for at, event in enumerate(events):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            start, end = event.start, event.end
        except ValueError as error:
            raise CalendarError([f"ical.{at}: {error}"]) from None
        whole = not isinstance(start, datetime)
        first, last = _local(start, where), _local(end, where)
        if last < first:
            raise CalendarError([f"ical.{at}: is reversed: it ends before it starts"])
        name = str(event.get("SUMMARY", ""))
        begins = {first}
        if "RECURRENCE-ID" not in event and ("RRULE" in event or "RDATE" in event):
            begins = set(_repeats(event, rrule, where, high))
            begins -= {when for uid, when in moved if uid == str(event.get("UID"))}
        for begin in sorted(begins):
            finish = begin + last - first
            if begin < high and finish > low and finish > begin:
                yield _Closure(
                    max(begin, low) if whole else begin, min(finish, high) if whole else finish, whole, name
                )


def _repeats(event: Event, rrule: ModuleType, where: Zone, high: int) -> Iterator[int]:
    """The local beginnings of a repeated event up to an end."""
    start = event.start
    if not isinstance(start, datetime):
        start = datetime.combine(start, time())
    rules = event.get("RRULE", [])
    last = datetime(1970, 1, 1) + timedelta(microseconds=high + DAY_US)  # noqa: DTZ001 - local time
    # The rule is followed on the event's own clock, so that nine o'clock stays nine o'clock.
    naive = start.replace(tzinfo=None)
    out = set() if "RECURRENCE-ID" in event else {naive}
    for rule in rules if isinstance(rules, list) else [rules]:
        text = rule.to_ical().decode()
        if "UNTIL" in rule:
            rule = type(rule)(rule)  # noqa: PLW2901 - the file's own value stays as it is
            rule["UNTIL"] = [_naive(until, start) for until in rule["UNTIL"]]
            text = rule.to_ical().decode()
        out.update(rrule.rrulestr(text, dtstart=naive).between(naive, last, inc=True))
    out.update(_naive(day.dt, start) for day in _listed(event, "RDATE"))
    out.difference_update(_naive(day.dt, start) for day in _listed(event, "EXDATE"))
    for begin in out:
        yield _local(begin.replace(tzinfo=start.tzinfo), where)


def _listed(event: Event, name: str) -> Iterator[Any]:
    values = event.get(name, [])
    for group in values if isinstance(values, list) else [values]:
        yield from group.dts


def _naive(value: date, start: datetime) -> datetime:
    """A date or datetime on the clock of the event's start."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    aware = value.tzinfo is not None and start.tzinfo is not None
    return (value.astimezone(start.tzinfo) if aware else value).replace(tzinfo=None)


def _local(value: date, where: Zone) -> int:
    """A date, a floating or an aware datetime as local microseconds of a zone."""
    if not isinstance(value, datetime):
        return day_number(value) * DAY_US
    if value.tzinfo is None:
        return (value - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
    at = to_us(value)
    return at + where.offset(at)
