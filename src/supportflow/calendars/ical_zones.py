"""Clocks that an iCalendar file names: zones of tzdata, those that the file describes itself, and offsets."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Protocol

from supportflow._time import HOUR_US, MINUTE_US, SECOND_US
from supportflow.calendars.ical_lines import Property, wrong
from supportflow.calendars.tzdata import TzdataSource
from supportflow.calendars.zones import Zone, zone

__all__ = ["Clock", "FileClock", "FixedClock", "UtcClock", "ZoneClock", "named_clock"]

_OFFSET_NAME = re.compile(r"UTC([+-])(\d\d):?(\d\d)(?::?(\d\d))?", re.ASCII)
_SHOWN = 60
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a local time


class Clock(Protocol):
    """Local times of one place, in microseconds."""

    def at(self, wall_us: int, /) -> int:
        """The instant of a local time (RFC 5545, section 3.3.5).

        Of an hour that comes twice the first is meant; a time that the clock skips is told by the offset before the gap.
        """
        ...

    def wall(self, at_us: int, /) -> int:
        """The local time at an instant."""
        ...


class UtcClock:
    """UTC."""

    def at(self, wall_us: int, /) -> int:
        """The instant of a local time."""
        return wall_us

    def wall(self, at_us: int, /) -> int:
        """The local time at an instant."""
        return at_us


class FixedClock:
    """An offset that never changes."""

    def __init__(self, offset_us: int) -> None:
        self._offset_us = offset_us

    def at(self, wall_us: int, /) -> int:
        """The instant of a local time."""
        return wall_us - self._offset_us

    def wall(self, at_us: int, /) -> int:
        """The local time at an instant."""
        return at_us + self._offset_us


class ZoneClock:
    """A zone of tzdata."""

    def __init__(self, where: Zone) -> None:
        self._zone = where

    def at(self, wall_us: int, /) -> int:
        """The instant of a local time."""
        # The standard library's reading of `fold=0` is the one of RFC 5545.
        offset = self._zone.tzinfo.utcoffset(_EPOCH + timedelta(microseconds=wall_us))
        assert offset is not None
        return wall_us - offset // timedelta(microseconds=1)

    def wall(self, at_us: int, /) -> int:
        """The local time at an instant."""
        return at_us + self._zone.offset(at_us)


class FileClock:
    """A zone that a file describes: offsets, each from an instant on.

    Args:
        before_us: The offset before the first onset.
        onsets: Instants and offsets.
    """

    def __init__(self, before_us: int, onsets: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(onsets)
        self._since = [at for at, _ in ordered]
        self._offsets = [before_us, *(offset for _, offset in ordered)]

    def wall(self, at_us: int, /) -> int:
        """The local time at an instant."""
        return at_us + self._offsets[bisect_right(self._since, at_us)]

    def at(self, wall_us: int, /) -> int:
        """The instant of a local time."""
        # No offset is more than a day, so that these are all that can be in force around the local time.
        low = bisect_right(self._since, wall_us - 2 * 24 * HOUR_US)
        high = bisect_right(self._since, wall_us + 2 * 24 * HOUR_US)
        for place in range(low, high + 1):
            at_us = wall_us - self._offsets[place]
            if place == len(self._since) or at_us < self._since[place]:
                # Shown under this offset; or, if it begins later still, skipped by the change to it.
                begun = place == low or at_us >= self._since[place - 1]
                return at_us if begun else wall_us - self._offsets[place - 1]
        raise AssertionError("the last offset has no end")  # pragma: no cover


def named_clock(given: Property, described: Mapping[str, FileClock], source: TzdataSource) -> Clock:
    """The clock of a `TZID`: of tzdata by that name, else as the file describes it, else what such names stand for.

    Args:
        given: The property that names it.
        described: The zones that the file describes.
        source: The copy of tzdata.

    Raises:
        CalendarError: If there is no such clock: its times would be anybody's.
    """
    name = given.params["TZID"]
    found = _of_tzdata(name, source)
    if found is None and name in described:
        return described[name]
    # A name that is unique in the world begins with a slash, and ends with one of tzdata.
    parts = name.split("/")
    for place in range(1, len(parts) if name.startswith("/") else 0):
        found = found or _of_tzdata("/".join(parts[place:]), source)
    found = found or _offset(name) or _of_tzdata(_windows_names().get(name, ""), source)
    if found is None:
        shown = name if len(name) <= _SHOWN and name.isprintable() else f"{name[:_SHOWN]!r}…"
        raise wrong(
            given.line,
            f"{given.name} is in zone {shown!r}, which the file does not describe and tzdata does not have",
        )
    return found


def _of_tzdata(name: str, source: TzdataSource) -> Clock | None:
    try:
        return ZoneClock(zone(name, source)) if name else None
    except (LookupError, ValueError, OSError):
        return None


def _offset(name: str) -> Clock | None:
    """`UTC+08:00`: what `icalendar` writes for an offset of Python's."""
    found = _OFFSET_NAME.fullmatch(name)
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    offset_us = hours * HOUR_US + minutes * MINUTE_US + seconds * SECOND_US
    return FixedClock(-offset_us if found[1] == "-" else offset_us)


def _windows_names() -> Mapping[str, str]:
    names: Mapping[str, str] = import_module("icalendar.timezone.windows_to_olson").WINDOWS_TO_OLSON
    return names
