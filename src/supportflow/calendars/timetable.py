"""A calendar's whole timetable: one schedule, or several that take over from one another in time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from supportflow._dataclass import dataclass
from supportflow.calendars.schedule import Schedule
from supportflow.calendars.zones import MAX_US, MIN_US

__all__ = ["Bounds", "Timetable", "without"]

_start, _end = itemgetter(0), itemgetter(1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The stretch of time that the holidays are vouched for, and what asking beyond it does.

    Attributes:
        since_us: The first vouched instant.
        until_us: The first instant that is no longer vouched for.
        since: The first vouched date, ISO, for the error; empty: there is none.
        until: The last vouched date, likewise.
        fails: Whether asking beyond raises; it warns otherwise.
    """

    since_us: int
    until_us: int
    since: str
    until: str
    fails: bool


class Timetable:
    """Schedules in force one after another; each holds from its instant until the next one's.

    Attributes:
        name: The calendar's name, for errors.
        schedules: The schedules in order.
        since: The instant each takes over; the first has held since the beginning of time.
        bounds: What its holidays are vouched for; None: everything.
        closed: Stretches of real time that are closed whatever the schedules say, in order and apart.
    """

    __slots__ = ("bounds", "closed", "name", "schedules", "since")

    def __init__(
        self,
        name: str,
        pieces: Sequence[tuple[int, Schedule]],
        bounds: Bounds | None = None,
        closed: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.name = name
        self.since = [MIN_US, *(since for since, _ in pieces[1:])]
        self.schedules = [schedule for _, schedule in pieces]
        self.bounds = bounds
        self.closed = _union(closed)

    def schedule_at(self, at_us: int) -> Schedule:
        """The schedule in force at an instant."""
        return self.schedules[max(bisect_right(self.since, at_us) - 1, 0)]

    def pieces(self, lo: int, hi: int) -> Iterator[tuple[int, int, Schedule]]:
        """`(start, end, schedule)` that tile `[lo, hi)`, in order."""
        while lo < hi:
            at = max(bisect_right(self.since, lo), 1)
            end = min(hi, self.since[at]) if at < len(self.since) else hi
            yield lo, end, self.schedules[at - 1]
            lo = end

    def open_utc(self, lo: int, hi: int) -> tuple[list[int], list[int]]:
        """Starts and ends of the open intervals within `[lo, hi)`, in microseconds of UTC."""
        starts, ends = self.scheduled_utc(lo, hi)
        return without(starts, ends, self.closed_in(lo, hi)) if self.closed else (starts, ends)

    def closed_in(self, lo: int, hi: int) -> list[tuple[int, int]]:
        """The stretches of real time within `[lo, hi)` that are closed whatever the schedules say, clipped to it."""
        first = bisect_right(self.closed, lo, key=_end)
        last = bisect_left(self.closed, hi, key=_start)
        return [(max(start, lo), min(end, hi)) for start, end in self.closed[first:last]]

    def scheduled_utc(self, lo: int, hi: int) -> tuple[list[int], list[int]]:
        """The same by the schedules alone."""
        starts: list[int] = []
        ends: list[int] = []
        for start, end, schedule in self.pieces(lo, hi):
            more_starts, more_ends = schedule.open_utc(start, end)
            if ends and more_starts and ends[-1] == more_starts[0]:
                ends[-1] = more_ends[0]
                del more_starts[0], more_ends[0]
            starts += more_starts
            ends += more_ends
        return starts, ends

    def is_open(self, at_us: int) -> bool:
        """Whether an instant is open, asked of the wall clock."""
        return not self.closed_in(at_us, at_us + 1) and self.schedule_at(at_us).is_open(at_us)

    def nothing_after(self, at_us: int) -> bool:
        """Whether no more working time can lie at or after an instant."""
        return all(schedule.nothing_after(start) for start, _, schedule in self.pieces(at_us, MAX_US + 1))

    def nothing_before(self, at_us: int) -> bool:
        """Whether no working time can lie before an instant."""
        return all(schedule.nothing_before(end) for _, end, schedule in self.pieces(MIN_US, at_us))


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, joined where they touch."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def without(
    starts: Sequence[int], ends: Sequence[int], closed: Sequence[tuple[int, int]]
) -> tuple[list[int], list[int]]:
    """Intervals without what is closed; both are in order and apart."""
    left_starts: list[int] = []
    left_ends: list[int] = []
    at = 0
    for start, end in zip(starts, ends, strict=True):
        begin = start
        while at < len(closed) and closed[at][1] <= start:
            at += 1
        here = at
        while here < len(closed) and closed[here][0] < end:
            if begin < closed[here][0]:
                left_starts.append(begin)
                left_ends.append(closed[here][0])
            begin = max(begin, closed[here][1])
            here += 1
        if begin < end:
            left_starts.append(begin)
            left_ends.append(end)
    return left_starts, left_ends
