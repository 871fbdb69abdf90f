"""The calendars of a policy and the names under which clocks pin them."""

import hashlib
from collections.abc import Iterator, Mapping

from supportflow.calendars import BusinessCalendar
from supportflow.calendars.differing import zones_of
from supportflow.calendars.tzdata import TzdataSource, tzdata_copies
from supportflow.policy.document.policy import Policy
from supportflow.sla.compiled import ALWAYS
from supportflow.sla.policy import CalendarName

__all__ = [
    "calendar_name",
    "calendars_in",
    "named_calendars",
    "on_requesters_clocks",
    "step_calendar",
    "zone_versions",
]


def calendar_name(calendar: object) -> str:
    """The name under which a calendar is kept: its own, or one made of its content."""
    if isinstance(calendar, str):
        return calendar
    assert isinstance(calendar, BusinessCalendar)
    if calendar.name:
        return calendar.name
    return "hours-" + hashlib.sha256(calendar.model_dump_json().encode()).hexdigest()[:12]


def calendars_in(document: Policy) -> Iterator[tuple[str, CalendarName]]:
    """Every place that names or holds a calendar, with its path."""
    return ((path, calendar) for path, calendar in _places(document) if calendar is not None)


def _places(document: Policy) -> Iterator[tuple[str, CalendarName | None]]:
    yield "auto_close_calendar", document.auto_close_calendar
    for index, policy in enumerate(document.sla):
        yield f"sla.{index}.calendar", policy.calendar
        for place, target in enumerate(policy.targets):
            yield f"sla.{index}.targets.{place}.calendar", target.calendar
    for index, ladder in enumerate(document.escalation.ladders):
        for place, step in enumerate(ladder.steps):
            yield f"escalation.ladders.{index}.steps.{place}.calendar", step.calendar
    for index, group in enumerate(document.groups):
        yield f"groups.{index}.calendar", group.calendar
    if document.phone is not None:
        yield "phone.calendar", document.phone.calendar
    yield from _of_rotations(document)


def _of_rotations(document: Policy) -> Iterator[tuple[str, str]]:
    for index, rotation in enumerate(document.rotations):
        for level, layer in enumerate(rotation.layers):
            for place, name in enumerate(layer.restrict):
                yield f"rotations.{index}.layers.{level}.restrict.{place}", name


def named_calendars(document: Policy) -> dict[str, BusinessCalendar]:
    """Every calendar of a policy by name: the shipped one, those inside targets, and those declared."""
    inline = {
        calendar_name(calendar): calendar
        for _, calendar in calendars_in(document)
        if isinstance(calendar, BusinessCalendar)
    }
    return {ALWAYS: BusinessCalendar.always(), **inline, **document.calendars}


def zone_versions(document: Policy) -> Mapping[str, str]:
    """What the policy's calendars, rotations and requesters' clocks ask for → the version of tzdata that they get here.

    Nothing, if all its clocks show UTC.
    """
    return {source: tzdata_copies().of(source) for source in _sources(document)}


def _sources(document: Policy) -> list[TzdataSource]:
    found: set[TzdataSource] = set()
    for calendar in named_calendars(document).values():
        if not all(map(_is_fixed, zones_of(calendar))):
            found.add(calendar.tzdata)
    if on_requesters_clocks(document) or not all(_is_fixed(one.tz) for one in document.rotations):
        found.add("newest")
    return sorted(found)


def on_requesters_clocks(document: Policy) -> str | None:
    """Path of the first target that counts on the requester's clock."""
    for index, policy in enumerate(document.sla):
        for place, target in enumerate(policy.targets):
            if (target.zone or policy.zone) == "requester":
                return f"sla.{index}.targets.{place}"
    return None


def _is_fixed(key: str) -> bool:
    return key == "UTC" or key.startswith("Etc/")


def step_calendar(calendar: object) -> str:
    """The name of the calendar of a step: around the clock, if it has none."""
    return ALWAYS if calendar is None else calendar_name(calendar)
