"""What of a policy hangs on which copy of the zone data is read: calendars, rotations, hours on requesters' clocks."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from supportflow._time import DAY_US, from_us, iso
from supportflow.calendars.differing import COPIES, first_apart, zones_differ, zones_of
from supportflow.calendars.plan import day_number
from supportflow.calendars.tzdata import Copies, TzdataSource, packaged_zones, tzdata_copies
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.document.calendars import (
    calendar_name,
    calendars_in,
    named_calendars,
    on_requesters_clocks,
)
from supportflow.policy.document.policy import Policy
from supportflow.policy.verify.findings import Finding
from supportflow.policy.verify.scope import Scope
from supportflow.routing.document import Roster
from supportflow.routing.rotation import Rotation, handovers

__all__ = ["Apart", "long_weeks", "roster_zone_data", "things_apart", "zone_data"]

YEARS_US = 2 * 366 * DAY_US
"""How far ahead the copies are compared."""
_YEAR_US = 366 * DAY_US
_SHOWN = 6


class Apart(NamedTuple):
    """Something whose instants differ between the two copies.

    Attributes:
        path: Where it stands in the policy.
        kind: `"calendar"`, `"rotation"` or `"shift"`.
        name: Its name.
        at_us: The first instant at which they differ.
        source: The copy that it asks for.
        copies: The versions of the two.
    """

    path: str
    kind: str
    name: str
    at_us: int
    source: TzdataSource
    copies: Copies

    @property
    def message(self) -> str:
        """One sentence without the path."""
        in_use = self.copies.newest if self.source == "newest" else self.source
        other = COPIES[in_use == COPIES[0]]
        return (
            f"{self.kind} {self.name!r} goes by tzdata {self.copies.of(in_use)} ({in_use}); by this machine's other copy, "
            f"{self.copies.of(other)} ({other}), its instants would differ"
        )


def things_apart(policy: CompiledPolicy, start_us: int, end_us: int) -> Iterator[Apart]:
    """Every calendar and rotation of a policy whose instants differ between the two copies, in the order of the document."""
    if not tzdata_copies().differ:
        return
    document = policy.document
    paths = _paths(document)
    in_days = _counted_in_days(document)
    for name, calendar in named_calendars(document).items():
        at_us = first_apart(calendar, start_us, end_us, in_days=name in in_days)
        if at_us is not None:
            key = next(key for key in zones_of(calendar) if zones_differ(key, start_us, end_us))
            yield Apart(paths[name], "calendar", name, at_us, calendar.tzdata, tzdata_copies(key))
    for index, rotation in enumerate(document.rotations):
        at_us = _first_handover_apart(rotation, policy, start_us, end_us)
        if at_us is not None:
            copies = tzdata_copies(rotation.tz)
            yield Apart(f"rotations.{index}", "rotation", rotation.name, at_us, "newest", copies)


def zone_data(scope: Scope) -> Iterator[Finding]:
    """A finding for each of them, and one for hours on requesters' clocks."""
    start_us = day_number(scope.since) * DAY_US
    # The year of the opening times, and two years from whatever day in it is today.
    end_us = start_us + _YEAR_US + YEARS_US
    for one in things_apart(scope.policy, start_us, end_us):
        yield _finding(one, one.path)
    path = on_requesters_clocks(scope.document)
    zones = _zones_apart(start_us, end_us) if path is not None else ()
    if path is not None and zones:
        more = f" and {len(zones) - _SHOWN} more" if len(zones) > _SHOWN else ""
        yield Finding(
            "warning",
            "zone_data",
            path,
            f"counts on requesters' clocks; in {', '.join(zones[:_SHOWN])}{more} this machine's copies of tzdata differ "
            f"({tzdata_copies()})",
        )


def roster_zone_data(roster: Roster, policy: Policy, start: date) -> Iterator[Finding]:
    """A finding for each shift of a roster whose instants differ between the two copies."""
    if not tzdata_copies().differ:
        return
    start_us = day_number(start) * DAY_US
    calendars = named_calendars(policy)
    shifts = {
        shift: f"agents.{index}.shifts.{place}"
        for index, agent in reversed(list(enumerate(roster.agents)))
        for place, shift in enumerate(agent.shifts)
    }
    for name, path in sorted(shifts.items(), key=lambda item: item[1]):
        at_us = first_apart(calendars[name].dated, start_us, start_us + YEARS_US)
        if at_us is not None:
            copies = tzdata_copies(calendars[name].tz)
            yield _finding(Apart(path, "shift", name, at_us, calendars[name].tzdata, copies), path)


def _finding(one: Apart, path: str) -> Finding:
    return Finding("warning", "zone_data", path, f"{one.message} from {iso(from_us(one.at_us))} on")


def _first_handover_apart(
    rotation: Rotation, policy: CompiledPolicy, start_us: int, end_us: int
) -> int | None:
    known = named_calendars(policy.document)
    restricting = {name: known[name] for layer in rotation.layers for name in layer.restrict}
    zones = {rotation.tz, *(key for calendar in restricting.values() for key in zones_of(calendar))}
    if not any(zones_differ(key, start_us, end_us) for key in zones):
        return None
    by_copy = []
    for copy in COPIES:
        calendars = {
            name: calendar.model_copy(update={"tzdata": copy, "beyond": "ignore"}).core
            for name, calendar in restricting.items()
        }
        turns = handovers(rotation, calendars, start_us, end_us, copy)
        by_copy.append({turn.start_us: turn.agent for turn in turns})
    one, other = by_copy
    return min((at for at in one.keys() | other.keys() if one.get(at, "") != other.get(at, "")), default=None)


def _paths(document: Policy) -> Mapping[str, str]:
    """Name of a calendar → where it stands."""
    inline = {calendar_name(calendar): path for path, calendar in reversed(list(calendars_in(document)))}
    return {"24x7": "calendars.24x7", **inline, **{name: f"calendars.{name}" for name in document.calendars}}


def _counted_in_days(document: Policy) -> set[str]:
    """Names of the calendars whose working days some target counts."""
    found: set[str] = set()
    for policy in document.sla:
        for target in policy.targets:
            if target.duration is not None:
                continue
            calendar = policy.calendar if target.calendar is None else target.calendar
            if calendar is not None:
                found.add(calendar_name(calendar))
            if (target.calendar_of or policy.calendar_of) == "group":
                found.update(group.calendar for group in document.groups if group.calendar is not None)
    return found


@lru_cache(maxsize=4)
def _zones_apart(start_us: int, end_us: int) -> tuple[str, ...]:
    return tuple(key for key in sorted(packaged_zones()) if zones_differ(key, start_us, end_us))


_LONG = 6


def long_weeks(scope: Scope) -> Iterator[Finding]:
    """A hint for each calendar of a country whose week has six days: many offices there close on Saturdays."""
    for name, calendar in named_calendars(scope.document).items():
        if calendar.expanded_from and sum(map(bool, calendar.weekly.days)) == _LONG:
            yield Finding(
                "info",
                "six_days",
                f"calendars.{name}.weekly",
                f"is open on six days of the week, as in {calendar.expanded_from}; leave out the day on which yours is not",
            )
