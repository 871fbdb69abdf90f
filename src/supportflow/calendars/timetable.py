"""A calendar's whole timetable: one schedule, or several that take over from one another in time."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from supportflow.calendars.schedule import Schedule
from supportflow.calendars.zones import MAX_US, MIN_US

__all__ = ["Bounds", "Timetable"]


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
    """

    __slots__ = ("bounds", "name", "schedules", "since")

    def __init__(
        self, name: str, pieces: Sequence[tuple[int, Schedule]], bounds: Bounds | None = None
    ) -> None:
        self.name = name
        self.since = [MIN_US, *(since for since, _ in pieces[1:])]
        self.schedules = [schedule for _, schedule in pieces]
        self.bounds = bounds

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
        return self.schedule_at(at_us).is_open(at_us)

    def nothing_after(self, at_us: int) -> bool:
        """Whether no more working time can lie at or after an instant."""
        return all(schedule.nothing_after(start) for start, _, schedule in self.pieces(at_us, MAX_US + 1))

    def nothing_before(self, at_us: int) -> bool:
        """Whether no working time can lie before an instant."""
        return all(schedule.nothing_before(end) for _, end, schedule in self.pieces(MIN_US, at_us))
