"""`VTIMEZONE`: the clock that a file describes (RFC 5545, section 3.6.5)."""

import re
from collections.abc import Iterator

from supportflow._time import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from supportflow.calendars.ical_lines import Component, Property, wrong
from supportflow.calendars.ical_values import as_datetime, read_moment, read_moments, wall_us_of
from supportflow.calendars.ical_zones import FileClock
from supportflow.calendars.recurrence import Budget, occurrences
from supportflow.calendars.recurrence_rule import parse_rule

__all__ = ["described_clocks"]

_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)


def described_clocks(calendar: Component, until_us: int, budget: Budget) -> dict[str, FileClock]:
    """The zones that a file describes, by name.

    Args:
        calendar: Holds them.
        until_us: Changes after this instant need not be known.
        budget: What following their rules may cost.

    Raises:
        CalendarError: If one cannot be read, with its line.
    """
    found: dict[str, FileClock] = {}
    for part in calendar.parts:
        if part.name != "VTIMEZONE":
            continue
        name = part.one("TZID")
        if name is None:
            raise wrong(part.line, "VTIMEZONE has no TZID")
        observances = [one for one in part.parts if one.name in {"STANDARD", "DAYLIGHT"}]
        if not observances:
            raise wrong(part.line, "VTIMEZONE has neither STANDARD nor DAYLIGHT")
        onsets: list[tuple[int, int]] = []
        before: list[tuple[int, int]] = []
        for one in observances:
            earlier_us, later_us = _offset(one, "TZOFFSETFROM"), _offset(one, "TZOFFSETTO")
            changes = list(_changes(one, earlier_us, until_us, budget))
            onsets += ((at, later_us) for at in changes)
            before.append((min(changes), earlier_us))
        found[name.value] = FileClock(min(before)[1], onsets)
    return found


def _offset(one: Component, name: str) -> int:
    given = one.one(name)
    found = None if given is None else _OFFSET.fullmatch(given.value.strip())
    if found is None or given is None:
        raise wrong(one.line if given is None else given.line, f"{one.name} has no {name} such as +0100")
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    offset_us = hours * HOUR_US + minutes * MINUTE_US + seconds * SECOND_US
    if offset_us >= DAY_US:
        raise wrong(given.line, f"{name} is a day or more")
    return -offset_us if found[1] == "-" else offset_us


def _changes(one: Component, offset_us: int, until_us: int, budget: Budget) -> Iterator[int]:
    """The instants at which the offset begins, each a local time under the offset before."""
    start = one.one("DTSTART")
    if start is None:
        raise wrong(one.line, f"{one.name} has no DTSTART")
    first_us = _local(start)
    yield first_us - offset_us
    for given in one.all("RDATE"):
        for moment in read_moments(given, lambda _: None):
            yield moment.wall_us - offset_us
    last_us = until_us + 2 * DAY_US
    for given in one.all("RRULE"):
        try:
            rule = parse_rule(given.value)
            ends_us = last_us
            if rule.until is not None:
                until = read_moment(given, lambda _: None, rule.until)
                # In UTC, as the standard wants it; else on the clock of the start.
                ends_us = until.wall_us + (offset_us if until.clock is not None else DAY_US * until.is_date)
            last = as_datetime(min(ends_us, last_us))
            for found in occurrences(rule, as_datetime(first_us), last, budget):
                yield wall_us_of(found) - offset_us
        except ValueError as error:
            raise wrong(given.line, f"RRULE {error}") from None


def _local(given: Property) -> int:
    moment = read_moment(given, lambda _: None)
    if moment.clock is not None or moment.is_date:
        raise wrong(given.line, "DTSTART of a zone is a local time")
    return moment.wall_us
