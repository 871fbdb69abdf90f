"""What a policy becomes when it is published: the same document, with every country's holidays as dates.

`Policy.canonical`, and with it the fingerprint, what a store keeps and what decides, are those of this expanded
document. So a version means the same on every machine, whichever `holidays` package that machine has.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from supportflow.calendars import BusinessCalendar
from supportflow.escalation import Escalation, Ladder
from supportflow.sla.policy import SlaPolicy, Target

if TYPE_CHECKING:
    from supportflow.policy.schema import Policy

__all__ = ["expanded"]

M = TypeVar("M", bound=BaseModel)


def expanded(document: "Policy") -> "Policy":
    """The document with every calendar expanded: itself, if no calendar names a country.

    Raises:
        MissingExtra: If a calendar names a country and the `holidays` package is not installed.
        CalendarError: If the package does not know the country.
    """
    return _changed(
        document,
        auto_close_calendar=_dated(document.auto_close_calendar),
        calendars={name: _dated(calendar) for name, calendar in document.calendars.items()},
        sla=tuple(_policy(policy) for policy in document.sla),
        escalation=_escalation(document.escalation),
    )


def _policy(policy: SlaPolicy) -> SlaPolicy:
    targets = tuple(_target(target) for target in policy.targets)
    return _changed(policy, calendar=_dated(policy.calendar), targets=targets)


def _target(target: Target) -> Target:
    return _changed(target, calendar=_dated(target.calendar))


def _escalation(section: Escalation) -> Escalation:
    return _changed(section, ladders=tuple(_ladder(ladder) for ladder in section.ladders))


def _ladder(ladder: Ladder) -> Ladder:
    steps = tuple(_changed(step, calendar=_dated(step.calendar)) for step in ladder.steps)
    return _changed(ladder, steps=steps)


def _dated(calendar: Any) -> Any:
    """The calendar with dates; a name, a calendar that names no country, and nothing stay what they are."""
    return calendar.dated if isinstance(calendar, BusinessCalendar) and calendar.country else calendar


def _changed(model: M, **fields: Any) -> M:
    """The model with what differs. What was never set stays unset, or it would enter the fingerprint."""
    update = {name: value for name, value in fields.items() if value != getattr(model, name)}
    return model.model_copy(update=update) if update else model
