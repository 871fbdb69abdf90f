"""Between the datetimes of a host and the integers of the core.

Any aware datetime comes in: standard library, pendulum, pandas. A `pendulum.DateTime` goes out, in the zone
that came in. Nothing is ever computed with pendulum here: one of its additions costs as much as twenty
questions to a compiled calendar.
"""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import pendulum

from supportflow._time import SECOND_US
from supportflow.exceptions import InvalidInput

__all__ = ["duration_us", "in_zone", "pendulum_zone"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a naive count of UTC; it gets its zone below
_MICROSECOND = timedelta(microseconds=1)
_whole = timedelta.__floordiv__


@lru_cache(maxsize=1024)
def pendulum_zone(zone: tzinfo) -> tzinfo:
    """The same zone as pendulum knows it; one that it has no counterpart for is kept as it is."""
    if isinstance(zone, pendulum.Timezone | pendulum.FixedTimezone):
        return zone
    if zone is UTC:
        return pendulum.UTC
    if isinstance(zone, ZoneInfo) and zone.key:
        try:
            return pendulum.timezone(zone.key)
        except Exception as error:  # noqa: BLE001 - the name may exist only in the copy that the host loaded
            del error
            return zone
    if isinstance(zone, timezone):
        offset = zone.utcoffset(None)
        if not offset.microseconds:
            return pendulum.FixedTimezone(offset.days * 86_400 + offset.seconds)
    return zone


def in_zone(us: int, zone: tzinfo | None) -> pendulum.DateTime:
    """The instant that many microseconds after 1970-01-01T00:00Z, on the clock of a zone."""
    seconds, micro = divmod(us, SECOND_US)
    days, seconds = divmod(seconds, 86_400)
    try:
        at = _EPOCH + timedelta(days, seconds, micro)
        if zone is not None and zone is not pendulum.UTC:
            zone = pendulum_zone(zone)
            at = zone.fromutc(at.replace(tzinfo=zone))
    except OverflowError:
        raise InvalidInput("at", "lies outside the years 1 to 9999") from None
    return pendulum.DateTime(
        at.year,
        at.month,
        at.day,
        at.hour,
        at.minute,
        at.second,
        at.microsecond,
        zone or pendulum.UTC,
        fold=at.fold,
    )


def duration_us(duration: timedelta | None, hours: float = 0, minutes: float = 0, seconds: float = 0) -> int:
    """A working duration in microseconds: a timedelta (pendulum's and pandas' included), or its parts.

    Raises:
        InvalidInput: If both or neither are given, or the duration counts months or years, which have no
            length.
    """
    parts = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if duration is None:
        return _whole(parts, _MICROSECOND)
    if not isinstance(duration, timedelta):
        raise InvalidInput("duration", "is not a timedelta; pass one, or hours=, minutes=, seconds=")
    if parts:
        raise InvalidInput("duration", "is given twice: as a timedelta and in parts")
    if isinstance(duration, pendulum.Duration) and (duration.years or duration.months):
        raise InvalidInput("duration", "counts months or years, which have no length in working time")
    return _whole(duration, _MICROSECOND)
