"""Slow answers that share nothing with the library: the wall clock, and zone files read by hand."""

import struct
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources

from supportflow.calendars.zones import zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(text):
    parts = [int(part) for part in text.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)


class WallClock:
    """Is it open? Read the wall clock, look at today's hours and at what is left of last night's."""

    def __init__(self, tz, weekly, holidays=(), overrides=None, holiday_scope="shift", closures=()):
        # By the copy of the zone data that calendars read, which need not be the one that `ZoneInfo` reads.
        self.tz = tz if not isinstance(tz, str) else zone(tz).tzinfo
        self.closures = [(one["start"].timestamp(), one["end"].timestamp()) for one in closures]
        self.weekly = {name: self._spans(weekly.get(name, ())) for name in DAYS}
        self.holidays = set(holidays)
        self.overrides = {day: self._spans(hours) for day, hours in (overrides or {}).items()}
        self.scope = holiday_scope

    @staticmethod
    def _spans(hours):
        spans = [(seconds(opens), seconds(closes)) for opens, closes in hours]
        return [(a, b if b > a else b + 86_400) for a, b in spans]

    def _of(self, day):
        if day in self.overrides:
            return self.overrides[day]
        if day in self.holidays:
            return []
        return self.weekly[DAYS[day.weekday()]]

    def is_open(self, t):
        if any(start <= t < end for start, end in self.closures):
            return False
        wall = datetime.fromtimestamp(t, self.tz)
        today = wall.date()
        now = wall.hour * 3600 + wall.minute * 60 + wall.second
        if any(a <= now < b for a, b in self._of(today)):
            return True
        cut = self.scope == "day" and today in self.holidays and today not in self.overrides
        return not cut and any(a <= now + 86_400 < b for a, b in self._of(today - timedelta(days=1)))

    def offset(self, t):
        return datetime.fromtimestamp(t, self.tz).utcoffset().total_seconds()

    def count(self, a, b):
        """Open seconds in [a, b): by seconds within two hours of a clock change, else by minutes."""
        total, t = 0, a
        while t < b:
            near = self.offset(t - 7200) != self.offset(t + 7260) or self.offset(t) % 60
            step = 1 if near or t % 60 else min(60, b - t)
            total += step * self.is_open(t)
            t += step
        return total


def each(days, *hours):
    return {day: list(hours) for day in days}


def us(t):
    return t * 1_000_000


def tzif(key):
    """(instant, offset before, offset after) of each change that a packaged zone file lists, in seconds."""
    return _read_tzif(key)[0]


def tzif_ends(key):
    """The last instant that a packaged zone file lists; None if it lists nothing."""
    return _read_tzif(key)[1]


@cache
def _read_tzif(key):
    data = resources.files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()

    def header(at):
        return struct.unpack(">6l", data[at + 20 : at + 44])

    utc, std, leap, times, types, chars = header(0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + std + utc  # skip the 32-bit block
    _, _, _, times, types, _ = header(at)
    at += 44
    instants = struct.unpack(f">{times}q", data[at : at + 8 * times])
    kinds = data[at + 8 * times : at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">lbb", data[at + 6 * i : at + 6 * i + 6])[0] for i in range(types)]
    changes, now = [], offsets[0]
    for instant, kind in zip(instants, kinds, strict=True):
        if offsets[kind] != now and instant > -(2**40):
            changes.append((instant, now, offsets[kind]))
        now = offsets[kind]
    return changes, instants[-1] if instants else None


def timestamp(year, month, day, hour=0, minute=0):
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def day_of(t):
    return (EPOCH + timedelta(seconds=t)).date()


__all__ = ["DAYS", "WallClock", "date", "day_of", "each", "seconds", "timestamp", "tzif", "tzif_ends", "us"]
