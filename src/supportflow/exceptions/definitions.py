"""A document that an organisation wrote is wrong, or a calendar has no answer."""

from collections.abc import Sequence

from supportflow._legible import escaped
from supportflow.exceptions.base import SupportflowError

__all__ = [
    "CalendarError",
    "CalendarHorizonError",
    "ConditionError",
    "DefinitionError",
    "LifecycleError",
    "MappingError",
    "ModelError",
    "NoWorkingTime",
    "PolicyError",
    "RosterError",
    "ScenarioError",
    "TakeoverError",
]


class DefinitionError(SupportflowError, ValueError):
    """A document that an organisation wrote (a lifecycle, a calendar, a policy) is wrong.

    Attributes:
        problems: Every problem found, each one sentence that starts with its path; what nobody can read in it is escaped.
    """

    subject = "definition"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(map(escaped, problems))
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"the {self.subject} has {len(self.problems)} problem(s):\n{listed}")


class ConditionError(DefinitionError):
    """A condition names an unknown field, or compares a field with what it can never hold."""

    subject = "condition"


class LifecycleError(DefinitionError):
    """A lifecycle definition is wrong: unknown destination, dead end, two transitions that can both fire."""

    subject = "lifecycle"


class CalendarError(DefinitionError):
    """A business calendar is wrong: overlapping, empty or reversed hours, an unknown zone, never open."""

    subject = "calendar"


class PolicyError(DefinitionError):
    """A policy document is wrong."""

    subject = "policy"


class RosterError(DefinitionError):
    """A roster is wrong: an unknown agent or calendar, an agent listed twice, a change that ends before it begins."""

    subject = "roster"


class ScenarioError(DefinitionError):
    """The scenario of a simulation is wrong, does not fit its policy, or names a log that cannot be used."""

    subject = "scenario"


class MappingError(DefinitionError):
    """A log's mapping is wrong, or does not fit its log or its policy."""

    subject = "mapping"


class TakeoverError(DefinitionError):
    """What another helpdesk exported cannot be read, or no policy can be made of it."""

    subject = "export"


class ModelError(DefinitionError):
    """The file of a trained model is none, or what should be learned from cannot be."""

    subject = "model"


class NoWorkingTime(SupportflowError, ArithmeticError):
    """A calendar has no (more) working time in the direction that was asked for.

    Attributes:
        calendar: The calendar's name.
    """

    def __init__(self, calendar: str) -> None:
        super().__init__(f"calendar {calendar!r} has no more working time")
        self.calendar = calendar


class CalendarHorizonError(SupportflowError):
    """The question goes past the dates that the calendar's holidays are vouched for.

    Attributes:
        calendar: The calendar's name.
        vouched_until: The last such date, ISO; empty if there is no last one.
        vouched_from: The first such date, ISO; empty if there is no first one.
    """

    def __init__(self, calendar: str, vouched_until: str, vouched_from: str = "") -> None:
        known = " ".join(
            f"{word} {day}" for word, day in (("from", vouched_from), ("until", vouched_until)) if day
        )
        only = f"knows its holidays only {known}"
        if vouched_until and vouched_until < vouched_from:
            only = "knows the holidays of no year for certain: some of each are estimates"
        super().__init__(f"calendar {calendar!r} {only}")
        self.calendar = calendar
        self.vouched_until = vouched_until
        self.vouched_from = vouched_from
