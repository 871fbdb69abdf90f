"""What the parts of a policy become when it is published: the same, with every country's holidays as dates.

`Policy.canonical`, and with it the fingerprint, what a store keeps and what decides, are those of this expanded
document. So a version means the same on every machine, whichever `holidays` package that machine has.
"""

from typing import Any, TypeVar

from pydantic import BaseModel

from supportflow.calendars import BusinessCalendar
from supportflow.escalation import Escalation, Ladder
from supportflow.sla.policy import SlaPolicy, Target

__all__ = ["changed", "dated", "dated_escalation", "dated_sla"]

M = TypeVar("M", bound=BaseModel)


def dated_sla(policy: SlaPolicy) -> SlaPolicy:
    """An SLA policy with dates in its calendars and in those of its targets."""
    targets = tuple(_dated_target(target) for target in policy.targets)
    return changed(policy, calendar=dated(policy.calendar), targets=targets)


def _dated_target(target: Target) -> Target:
    return changed(target, calendar=dated(target.calendar))


def dated_escalation(section: Escalation) -> Escalation:
    """The ladders with dates in the calendars of their steps."""
    return changed(section, ladders=tuple(_ladder(ladder) for ladder in section.ladders))


def _ladder(ladder: Ladder) -> Ladder:
    steps = tuple(changed(step, calendar=dated(step.calendar)) for step in ladder.steps)
    return changed(ladder, steps=steps)


def dated(calendar: Any) -> Any:
    """The calendar with dates; a name, a calendar that names no country, and nothing stay what they are."""
    return calendar.dated if isinstance(calendar, BusinessCalendar) and calendar.country else calendar


def changed(model: M, **fields: Any) -> M:
    """The model with what differs. What was never set stays unset, or it would enter the fingerprint."""
    update = {name: value for name, value in fields.items() if value != getattr(model, name)}
    return model.model_copy(update=update) if update else model
