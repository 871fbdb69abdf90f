"""Turning references into dates, so that a published calendar means the same on every machine."""

from datetime import date
from typing import TypeVar

from supportflow.calendars.clocktime import Hours
from supportflow.calendars.country import PublicHolidays, public_holidays
from supportflow.calendars.document import DAYS, Dated, Override
from supportflow.calendars.hours import Declaration, Period, periods

__all__ = ["expand"]

C = TypeVar("C", bound=Declaration)


def expand(calendar: C, years: range | None = None) -> C:
    """The calendar with its country's holidays as dates, itself if it names no country; see `BusinessCalendar.expanded`."""
    if not calendar.country:
        return calendar
    known = public_holidays(calendar.country, calendar.subdivision, calendar.language)
    first, last = calendar.vouched_from or known.first, calendar.vouched_until or known.last
    since, until = date.min, date.max
    if years is not None:
        since, until = date(years.start, 1, 1), date(years.stop - 1, 12, 31)
        first, last = max(first, since), min(last, until)
    found = []
    for period in periods(calendar):
        holidays, overrides = _with_public_holidays(
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


def _with_public_holidays(
    period: Period, known: PublicHolidays, makeup: tuple[Hours, ...], *, since: date, until: date
) -> tuple[Dated[str], Dated[Override]]:
    """A period's holidays and overrides with a country's added; what the document itself names wins.

    Args:
        period: The hours.
        known: The country's holidays.
        makeup: Hours of a moved working day; empty: those of the first weekday that has any.
        since: The first date to add.
        until: The last.
    """
    ordinary = makeup or next((day for day in period.weekly.days if day), ())
    added = {day: name for day, name in known.closed.items() if since <= day <= until}
    moved = {
        day: Override.model_construct(hours=ordinary, name="moved working day")
        for day in known.working
        if since <= day <= until and day not in period.holidays and not period.weekly.days[day.weekday()]
    }
    # Hours that do not follow the country's weekend now did not follow another one then.
    if not any(period.weekly.days[DAYS.index(name)] for name in DAYS if name not in known.workdays):
        for day, worked in known.moved.items():
            if not since <= day <= until:
                continue
            if not worked:
                added.setdefault(day, "weekend, as it was then")
            elif day not in known.closed and day not in period.holidays:
                moved[day] = Override.model_construct(hours=ordinary, name="working day, as it was then")
    return Dated({**added, **period.holidays}), Dated({**moved, **period.overrides})
