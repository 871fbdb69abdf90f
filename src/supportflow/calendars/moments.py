"""Between the datetimes of a host and the integers of the core.

Any aware datetime comes in: standard library, pendulum, pandas. A `pendulum.DateTime` goes out, in the zone
that came in. Nothing is ever computed with pendulum here: one of its additions costs as much as twenty
questions to a compiled calendar.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

import pendulum

from supportflow._time import SECOND_US
from supportflow.exceptions import InvalidInput

__all__ = ["duration_us", "in_zone"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a naive count of UTC; it gets its zone below
_MICROSECOND = timedelta(microseconds=1)
_whole = timedelta.__floordiv__


@lru_cache(maxsize=1024)
def _by_name(name: str) -> tzinfo | None:
    try:
        return pendulum.timezone(name)
    except (ValueError, OSError, LookupError):
        return None


def _pendulum_zone(zone: tzinfo) -> tzinfo:
    """The same zone as pendulum knows it; itself, if pendulum does not."""
    if zone is UTC:
        return pendulum.UTC
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)  # zoneinfo's word for it, and pytz's
    return (isinstance(name, str) and _by_name(name)) or zone


def in_zone(us: int, zone: tzinfo | None) -> pendulum.DateTime:
    """The instant that many microseconds after 1970-01-01T00:00Z, on the clock of a zone."""
    seconds, micro = divmod(us, SECOND_US)
    days, seconds = divmod(seconds, 86_400)
    try:
        at = _EPOCH + timedelta(days, seconds, micro)
        if zone is None or zone is pendulum.UTC:
            zone = pendulum.UTC
        else:
            if not isinstance(zone, pendulum.Timezone | pendulum.FixedTimezone):
                zone = _pendulum_zone(zone)
            at = zone.fromutc(at.replace(tzinfo=zone))
            if not isinstance(zone, pendulum.Timezone | pendulum.FixedTimezone):
                zone = _fixed(at, zone)
    except OverflowError:
        raise InvalidInput("at", "lies outside the years 1 to 9999") from None
    return pendulum.DateTime(
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, zone, fold=at.fold
    )


def _fixed(at: datetime, zone: tzinfo) -> tzinfo:
    """A zone that pendulum has no counterpart for, as its offset of the moment.

    Pendulum drops a foreign zone in its first addition; it keeps an offset.
    """
    offset = zone.utcoffset(at)
    if offset is None or offset.microseconds:
        return zone
    return pendulum.FixedTimezone(offset.days * 86_400 + offset.seconds)


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
