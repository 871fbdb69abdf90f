"""The calendars of a policy and the names under which clocks pin them."""

import hashlib
from collections.abc import Iterator

from supportflow.calendars import BusinessCalendar
from supportflow.policy.schema import Policy
from supportflow.sla.compiled import ALWAYS
from supportflow.sla.policy import CalendarName

__all__ = ["calendar_name", "calendars_in", "named_calendars"]


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
