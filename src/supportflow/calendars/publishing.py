"""Turning references into dates, so that a published calendar means the same on every machine."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from supportflow.calendars.country import public_holidays, with_public_holidays
from supportflow.calendars.plan import periods

if TYPE_CHECKING:
    from supportflow.calendars.calendar import BusinessCalendar

__all__ = ["expand"]

C = TypeVar("C", bound="BusinessCalendar")


def expand(calendar: C, years: range | None = None) -> C:
    """The calendar with its country's holidays as dates; see `BusinessCalendar.expanded`."""
    known = public_holidays(calendar.country, calendar.subdivision, calendar.language)
    first, last = calendar.vouched_from or known.first, calendar.vouched_until or known.last
    since, until = date.min, date.max
    if years is not None:
        since, until = date(years.start, 1, 1), date(years.stop - 1, 12, 31)
        first, last = max(first, since), min(last, until)
    found = []
    for period in periods(calendar):
        holidays, overrides = with_public_holidays(
            period, known, calendar.makeup_hours, since=since, until=until
        )
        found.append({"holidays": holidays, "overrides": overrides})
    return calendar.model_copy(
        update={
            **found[0],
            "versions": tuple(
                version.model_copy(update=update)
                for version, update in zip(calendar.versions, found[1:], strict=True)
            ),
            "country": "",
            "subdivision": "",
            "language": "",
            "makeup_hours": (),
            "vouched_from": first,
            "vouched_until": last,
            "expanded_from": known.source,
        }
    )
