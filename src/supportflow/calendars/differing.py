"""Where a calendar would open or close at other instants by the other copy of the zone data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supportflow.calendars.hours import periods
from supportflow.calendars.plan import timetable
from supportflow.calendars.tzdata import Copy, tzdata_copies
from supportflow.calendars.zones import zone

if TYPE_CHECKING:
    from supportflow.calendars.calendar import BusinessCalendar

__all__ = ["COPIES", "first_apart", "zones_differ", "zones_of"]

COPIES: tuple[Copy, Copy] = ("system", "package")


def zones_of(calendar: BusinessCalendar) -> tuple[str, ...]:
    """The zones of a calendar and of its versions."""
    return tuple(dict.fromkeys(period.tz for period in periods(calendar)))


def zones_differ(key: str, start_us: int, end_us: int) -> bool:
    """Whether a zone's clock shows another time by the other copy, at some instant of a stretch.

    False where only one copy has the zone, or both have the same version.
    """
    copies = tzdata_copies(key)
    if not copies.differ:
        return False
    try:
        one, other = (list(zone(key, copy).segments(start_us, end_us)) for copy in COPIES)
    except LookupError:
        return False
    return one != other


def first_apart(
    calendar: BusinessCalendar, start_us: int, end_us: int, *, in_days: bool = False
) -> int | None:
    """The first instant of a stretch at which the two copies differ about a calendar; None: they never do.

    Args:
        calendar: With a country's holidays written out as dates.
        start_us: From this instant
        end_us: until just before this one.
        in_days: Whether its days are counted, too: then they differ wherever a clock does, even around the clock.
    """
    keys = [key for key in zones_of(calendar) if zones_differ(key, start_us, end_us)]
    if not keys:
        return None
    by_copy = [
        timetable(calendar.model_copy(update={"tzdata": copy})).open_utc(start_us, end_us) for copy in COPIES
    ]
    one, other = ({edge for span in zip(*spans, strict=True) for edge in span} for spans in by_copy)
    found = one ^ other
    if in_days:
        for key in keys:
            clocks = (set(zone(key, copy).segments(start_us, end_us)) for copy in COPIES)
            found |= {max(start, start_us) for start, _, _ in set.symmetric_difference(*clocks)}
    return min(found, default=None)
