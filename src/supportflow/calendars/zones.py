"""Time zones as the compiler needs them: when the offset changes, by the copy of tzdata that was asked for.

Loading a zone reads files: see `supportflow.calendars.tzdata`. What is read never changes under a running process.
"""

import io
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfoNotFoundError

import pendulum

from supportflow._time import DAY_US, SECOND_US
from supportflow.calendars.tzdata import Copy, TzdataSource, chosen_copy, packaged_zone, tzdata_copies
from supportflow.exceptions import InvalidInput

__all__ = [
    "CYCLE_US",
    "MAX_US",
    "MIN_US",
    "SETTLED_US",
    "UNRULED_US",
    "Zone",
    "clock_of",
    "tzdata_in_use",
    "zone",
]

MIN_US = (datetime(1, 1, 1) - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
"""The first instant there is: 0001-01-01T00:00Z."""
MAX_US = (datetime(9999, 12, 31, 23, 59, 59, 999_999) - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
"""The last instant there is: the last microsecond of 9999 in UTC."""

CYCLE_US = 146_097 * DAY_US
"""400 Gregorian years: a whole number of weeks, after which dates, weekdays and clock rules repeat."""
UNRULED_US = (datetime(1800, 1, 1) - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
"""Before this instant no zone of tzdata changes its offset."""
SETTLED_US = (datetime(2100, 1, 1) - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
"""From this instant on every zone of tzdata follows one yearly rule."""

# Shorter than any there-and-back pair of changes in tzdata (3.98 days: Freetown, 1939), so no change can hide
# between probes.
_PROBE_US = 3 * DAY_US


@lru_cache(maxsize=1024)
def tzdata_in_use(key: str, source: TzdataSource = "newest") -> tuple[Copy, str]:
    """Which copy of tzdata a zone comes from, and that copy's version such as `"2026b"`, or `"unknown"`.

    Args:
        key: The IANA zone name.
        source: What was asked for: the newer copy, or one of the two; the other one, where only that has the zone.
    """
    copy = chosen_copy(key, source)
    return copy, tzdata_copies(key).of(copy)


def _packaged(key: str) -> pendulum.Timezone:
    data = packaged_zone(key)
    if data is None:
        raise ZoneInfoNotFoundError(key)
    return pendulum.Timezone.from_file(io.BytesIO(data), key=key)


class Zone:
    """One zone of one copy of tzdata, with its offset changes in microseconds of UTC.

    The known changes are an immutable snapshot that grows in both directions and is replaced in one
    assignment: threads that grow it at once do the same work twice and agree.
    """

    __slots__ = ("_known", "key", "source", "tzinfo")

    def __init__(self, key: str, source: Copy) -> None:
        self.key = key
        self.source: Copy = source
        # One of pendulum's zones even so: it can be pickled with the answers that carry it.
        self.tzinfo = pendulum.timezone(key) if source == "system" else _packaged(key)
        # (first instant covered, end of cover, starts of the segments, offsets of the segments)
        self._known: tuple[int, int, list[int], list[int]] | None = None

    def offset(self, at_us: int) -> int:
        """UTC offset in microseconds at an instant; constant beyond what a datetime can hold."""
        at_us = min(max(at_us, MIN_US + DAY_US), MAX_US - DAY_US)
        utc = datetime(1970, 1, 1, tzinfo=self.tzinfo) + timedelta(microseconds=at_us)
        # fromutc takes UTC fields under the zone's name; two values of one tzinfo subtract as clock readings.
        return (self.tzinfo.fromutc(utc) - utc) // timedelta(microseconds=1)

    def segments(self, lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
        """`(start, end, offset)` for the stretches of constant offset that tile `[lo, hi)`, in order."""
        if lo < UNRULED_US:
            yield lo, min(hi, UNRULED_US), self.offset(UNRULED_US)
            lo = UNRULED_US
        while lo < hi:
            # Past SETTLED_US the same 400 years come again and again, so they are probed once.
            shift = max((lo - SETTLED_US) // CYCLE_US, 0) * CYCLE_US
            end = min(hi, SETTLED_US + CYCLE_US + shift)
            yield from self._tile(lo - shift, end - shift, shift)
            lo = end

    def first_at(self, wall_us: int) -> int:
        """The first instant whose clock shows a local time; where the clock skips it, the jump."""
        for start, end, offset in self.segments(wall_us - 2 * DAY_US, wall_us + 2 * DAY_US):
            first = max(start, wall_us - offset)
            if first < end:
                return first
        raise AssertionError("no zone is two days from UTC")  # pragma: no cover

    def last_before(self, wall_us: int) -> int:
        """The instant by which the clock has shown all times before a local one: a closing time's."""
        return max(
            min(end, wall_us - offset)
            for start, end, offset in self.segments(wall_us - 2 * DAY_US, wall_us + 2 * DAY_US)
            if start + offset < wall_us
        )

    def _tile(self, lo: int, hi: int, shift: int) -> Iterator[tuple[int, int, int]]:
        _, _, starts, offsets = self._cover(lo, hi)
        at = bisect_right(starts, lo) - 1
        while lo < hi:
            end = min(starts[at + 1], hi) if at + 1 < len(starts) else hi
            yield lo + shift, end + shift, offsets[at]
            lo = end
            at += 1

    def _cover(self, lo: int, hi: int) -> tuple[int, int, list[int], list[int]]:
        known = self._known
        if known is None:
            known = (lo, hi, *self._probe(lo, hi))
        first, last, starts, offsets = known
        if lo < first:
            more_starts, more_offsets = self._probe(lo, first)
            # What is probed includes the offset at its end, so the first known segment was found again.
            starts, offsets = more_starts + starts[1:], more_offsets + offsets[1:]
            first = lo
        if hi > last:
            more_starts, more_offsets = self._probe(last, hi)
            starts, offsets = starts + more_starts[1:], offsets + more_offsets[1:]
            last = hi
        known = (first, last, starts, offsets)
        self._known = known
        return known

    def _probe(self, lo: int, hi: int) -> tuple[list[int], list[int]]:
        """Starts and offsets of the segments in `[lo, hi)`, found by asking the zone: exact to the second."""
        offset = self.offset(lo)
        starts, offsets = [lo], [offset]
        # The calls are spelled out here as 120 of them a year are most of the price of a first answer.
        from_utc, epoch, us = (
            self.tzinfo.fromutc,
            datetime(1970, 1, 1, tzinfo=self.tzinfo),
            timedelta(microseconds=1),
        )
        edge = min(hi, MAX_US - DAY_US)
        at, step, now = lo, timedelta(microseconds=_PROBE_US), timedelta(microseconds=offset)
        utc = epoch + timedelta(microseconds=lo)
        while at < edge:
            following = min(at + _PROBE_US, edge)
            utc = utc + step if following == at + _PROBE_US else epoch + timedelta(microseconds=following)
            if from_utc(utc) - utc == now:
                at = following
                continue
            at = self._change(at, following, offset)
            utc = epoch + timedelta(microseconds=at)
            now = from_utc(utc) - utc
            offset = now // us
            starts.append(at)
            offsets.append(offset)
        return starts, offsets

    def _change(self, before: int, after: int, offset: int) -> int:
        """The first instant in `(before, after]` whose offset is no longer `offset`."""
        low, high = before // SECOND_US, -(-after // SECOND_US)
        while high - low > 1:
            middle = (low + high) >> 1
            if self.offset(middle * SECOND_US) == offset:
                low = middle
            else:
                high = middle
        return high * SECOND_US


def clock_of(key: str, field: str = "tz") -> pendulum.Timezone:
    """The clock of a zone, to show an instant on.

    Args:
        key: The IANA zone name.
        field: What to call it in an error.

    Raises:
        InvalidInput: If there is no such zone.
    """
    try:
        return zone(key).tzinfo
    except (LookupError, ValueError, OSError, TypeError):
        raise InvalidInput(field, "is not an IANA time zone") from None


@lru_cache(maxsize=2048)
def zone(key: str, source: TzdataSource = "newest") -> Zone:
    """The zone of that name, shared by all calendars of the process.

    Raises:
        ZoneInfoNotFoundError: If that copy of tzdata has no such zone.
        ValueError: If the name is no zone name at all.
    """
    return _read(key, chosen_copy(key, source))


@lru_cache(maxsize=2048)
def _read(key: str, copy: Copy) -> Zone:
    return Zone(key, copy)
