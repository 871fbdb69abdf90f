"""Between the datetimes of a host and the integers of the core.

Any aware datetime comes in: standard library, pendulum, pandas. A `pendulum.DateTime` goes out, in the zone
that came in. Nothing is ever computed with pendulum here: one of its additions costs as much as twenty
questions to a compiled calendar.
"""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import pendulum

from supportflow._time import DAY_US, SECOND_US, fixed_length, span_us
from supportflow.exceptions import InvalidInput

__all__ = ["duration_us", "in_zone"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a naive count of UTC; it gets its zone below
_MICROSECOND = timedelta(microseconds=1)
_MOST_US = timedelta.max.days * DAY_US
_whole = timedelta.__floordiv__
_REMEMBERED = frozenset({ZoneInfo, timezone})
_KEPT = (pendulum.Timezone, pendulum.FixedTimezone)


def in_zone(us: int, zone: tzinfo | None) -> pendulum.DateTime:
    """The instant that many microseconds after 1970-01-01T00:00Z, on the clock of a zone."""
    seconds, micro = divmod(us, SECOND_US)
    where = zone if type(zone) is pendulum.Timezone else _pendulums(zone, seconds)
    try:
        at = datetime.fromtimestamp(seconds, where)
    except (OverflowError, ValueError, OSError):  # some platforms know no times before 1970
        at = _on_clock(seconds, 0, where)
    if type(where) is not pendulum.Timezone and not isinstance(where, _KEPT):
        at = _on_clock(seconds, micro, where)  # its offset may have a fraction of a second
        where, micro = _fixed(at, where), at.microsecond
    # A keyword costs a quarter of the call.
    if at.fold:
        return pendulum.DateTime(
            at.year, at.month, at.day, at.hour, at.minute, at.second, micro, where, fold=1
        )
    return pendulum.DateTime(at.year, at.month, at.day, at.hour, at.minute, at.second, micro, where)


def _pendulums(zone: tzinfo | None, seconds: int) -> tzinfo:
    """The zone of an answer: pendulum's, where it knows this one."""
    if zone is None or zone is UTC:
        return pendulum.UTC
    known = _counterpart(zone) if type(zone) in _REMEMBERED else None
    return known or _pendulum_zone(zone, seconds)


@lru_cache(maxsize=1024)
def _counterpart(zone: tzinfo) -> tzinfo | None:
    """The same zone as pendulum's, where that holds at every moment."""
    if isinstance(zone, timezone):
        offset = zone.utcoffset(None)
        return None if offset.microseconds else pendulum.FixedTimezone(offset.days * 86_400 + offset.seconds)
    name = getattr(zone, "key", None)
    if not isinstance(name, str):
        return None
    known = _by_name(name)
    # Pendulum reads the copy of the zone data that `zoneinfo` reads by name.
    return known if known is not None and ZoneInfo(name) is zone else None


@lru_cache(maxsize=1024)
def _by_name(name: str) -> tzinfo | None:
    try:
        return pendulum.timezone(name)
    except (ValueError, OSError, LookupError):
        return None


def _pendulum_zone(zone: tzinfo, seconds: int) -> tzinfo:
    """The same zone as pendulum knows it; itself, if pendulum does not, or shows another time then.

    What comes in can be of another copy of the zone data: pytz has its own.
    """
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)  # zoneinfo's word for it, and pytz's
    known = _by_name(name) if isinstance(name, str) else None
    if known is None:
        return zone
    mine, theirs = (_on_clock(seconds, 0, one).utcoffset() for one in (zone, known))
    return known if mine == theirs else zone


def _on_clock(seconds: int, micro: int, zone: tzinfo) -> datetime:
    days, seconds = divmod(seconds, 86_400)
    try:
        return zone.fromutc((_EPOCH + timedelta(days, seconds, micro)).replace(tzinfo=zone))
    except OverflowError:
        raise InvalidInput("at", "lies outside the years 1 to 9999") from None


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
        InvalidInput: If it is given twice, is no timedelta, or counts months or years, which have no fixed length.
    """
    in_parts = hours or minutes or seconds
    if type(duration) is timedelta and not in_parts:
        return span_us(duration)
    if duration is None:
        if not in_parts:
            return 0
        if type(hours) is type(minutes) is type(seconds) is int:
            us = (hours * 3_600 + minutes * 60 + seconds) * SECOND_US
            if -_MOST_US < us < _MOST_US:  # else a timedelta says what is wrong with it
                return us
        return _whole(timedelta(hours=hours, minutes=minutes, seconds=seconds), _MICROSECOND)
    if in_parts:
        raise InvalidInput("duration", "is given twice: as a timedelta and in parts")
    if not isinstance(duration, timedelta):
        raise InvalidInput("duration", "is not a timedelta; pass one, or hours=, minutes=, seconds=")
    return span_us(fixed_length(duration))
