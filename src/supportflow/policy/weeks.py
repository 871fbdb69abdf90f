"""Weeks of six working days that a country brought, which not every office there has."""

from collections.abc import Iterator

from supportflow.policy.findings import Finding
from supportflow.policy.named import named_calendars
from supportflow.policy.scope import Scope

__all__ = ["long_weeks"]

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
