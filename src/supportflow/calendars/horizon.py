"""Working time in closed form: any instant from year 1 to 9999 without laying out the years in between.

A plain week repeats. Within a stretch of constant offset, working time is whole weeks times the week's sum
plus a look into one week; before the first and after the last explicit clock change even the stretches
repeat. Days that differ from the week (overrides, holidays) are small windows that are laid out and exchanged
for what the week would have given.

Slower than the compiled intervals (microseconds instead of a fraction of one), so it answers only what lies
outside them, and is an independent second computation to hold them against.
"""

from bisect import bisect_left, bisect_right
from itertools import accumulate

from supportflow._time import DAY_US
from supportflow.calendars.schedule import Schedule
from supportflow.calendars.timetable import Timetable
from supportflow.calendars.zones import CYCLE_US, MAX_US, MIN_US, SETTLED_US, UNRULED_US
from supportflow.exceptions import NoWorkingTime

__all__ = ["Horizon"]

_WEEK_US = 7 * DAY_US


def _counted(starts: list[int], ends: list[int], before: list[int], at: int) -> int:
    """Time inside the intervals up to `at`; `before[i]` is the sum of the first `i`."""
    i = bisect_right(starts, at)
    return before[i - 1] + min(at, ends[i - 1]) - starts[i - 1] if i else 0


class _Weekly:
    """The plain week of one schedule over all time."""

    __slots__ = ("_before", "_ends", "_offsets", "_per_cycle", "_since", "_starts", "_sum", "_week_sum")

    def __init__(self, schedule: Schedule) -> None:
        plain = Schedule(schedule.zone, schedule.week, {})
        # 1970-01-05 was a Monday; a shift that reaches over the week's end shows up at its beginning.
        starts, ends = plain.wall(3, 11)
        monday = 4 * DAY_US
        clipped = [
            (max(start - monday, 0), min(end - monday, _WEEK_US))
            for start, end in zip(starts, ends, strict=True)
            if end > monday and start < monday + _WEEK_US
        ]
        self._starts = [start for start, _ in clipped]
        self._ends = [end for _, end in clipped]
        self._before = list(accumulate((end - start for start, end in clipped), initial=0))
        self._week_sum = self._before[-1]
        segments = list(schedule.zone.segments(UNRULED_US, SETTLED_US + CYCLE_US))
        self._since = [start for start, _, _ in segments]
        self._offsets = [offset for _, _, offset in segments]
        self._sum = list(
            accumulate(
                (self._local(end + o) - self._local(start + o) for start, end, o in segments), initial=0
            )
        )
        self._per_cycle = 0
        self._per_cycle = self.at(SETTLED_US + CYCLE_US - 1) - self.at(SETTLED_US - 1)

    def _local(self, wall: int) -> int:
        weeks, rest = divmod(wall - 4 * DAY_US, _WEEK_US)
        return weeks * self._week_sum + _counted(self._starts, self._ends, self._before, rest)

    def at(self, at_us: int) -> int:
        """Working time up to an instant, counted from `UNRULED_US`."""
        cycles = max((at_us - SETTLED_US) // CYCLE_US, 0)
        at_us -= cycles * CYCLE_US
        i = max(bisect_right(self._since, at_us) - 1, 0)
        offset = self._offsets[i]
        within = self._local(at_us + offset) - self._local(self._since[i] + offset)
        return self._sum[i] + within + cycles * self._per_cycle


class _Whole:
    """One schedule over all time, with its special days."""

    __slots__ = ("_ends", "_gain", "_inside", "_starts", "_weekly")

    def __init__(self, schedule: Schedule) -> None:
        self._weekly = _Weekly(schedule)
        self._starts: list[int] = []
        self._ends: list[int] = []
        for day in sorted(schedule.special):
            # What a day's shifts can touch in UTC: a day for the offset before, one for it after, one for the
            # night.
            start, end = (day - 1) * DAY_US, (day + 3) * DAY_US
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = end
            else:
                self._starts.append(start)
                self._ends.append(end)
        self._inside: list[tuple[list[int], list[int], list[int]]] = []
        self._gain = [0]
        for start, end in zip(self._starts, self._ends, strict=True):
            opening, closing = schedule.open_utc(start, end)
            before = list(accumulate((b - a for a, b in zip(opening, closing, strict=True)), initial=0))
            self._inside.append((opening, closing, before))
            self._gain.append(self._gain[-1] + before[-1] - self._weekly.at(end) + self._weekly.at(start))

    def at(self, at_us: int) -> int:
        """Working time up to an instant, from an arbitrary origin."""
        i = bisect_right(self._starts, at_us)
        if i and at_us < self._ends[i - 1]:
            start = self._starts[i - 1]
            return self._weekly.at(start) + self._gain[i - 1] + _counted(*self._inside[i - 1], at_us)
        return self._weekly.at(at_us) + self._gain[i]


class Horizon:
    """A timetable over all time: the same answers as the compiled intervals, anywhere."""

    __slots__ = ("_base", "_closed", "_since", "_timetable", "_wholes")

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._wholes = [_Whole(schedule) for schedule in timetable.schedules]
        self._since = timetable.since
        self._base = [0]
        for whole, since, until in zip(self._wholes, self._since, self._since[1:], strict=False):
            self._base.append(self._base[-1] + whole.at(until) - whole.at(since))
        taken = [
            span
            for start, end in timetable.closed
            for span in zip(*timetable.scheduled_utc(start, end), strict=True)
        ]
        starts, ends = [start for start, _ in taken], [end for _, end in taken]
        self._closed = (starts, ends, list(accumulate((b - a for a, b in taken), initial=0)))

    def worked(self, at_us: int) -> int:
        """Working time up to an instant, from an arbitrary origin: never falls, and flat while closed."""
        i = max(bisect_right(self._since, at_us) - 1, 0)
        scheduled = self._base[i] + self._wholes[i].at(at_us) - self._wholes[i].at(self._since[i])
        return scheduled - _counted(*self._closed, at_us)

    def when(self, target: int, *, latest: bool) -> int:
        """The earliest (or latest) instant at which the working time is `target`, by bisection.

        Raises:
            NoWorkingTime: If it is not reached between year 1 and 9999.
        """
        span = range(MIN_US, MAX_US + 1)
        search = bisect_right if latest else bisect_left
        at = search(span, target, key=self.worked) - latest
        if not (0 if latest else 1) <= at < len(span) - (1 if latest else 0):
            raise NoWorkingTime(self._timetable.name)
        return span[at]

    def closes(self, at_us: int) -> int | None:
        """The first closed instant at or after one; None if there is none until the end of 9999.

        Time that is not worked grows only while closed, so this is the last instant before it grows.
        """
        span = range(MIN_US, MAX_US + 1)

        def idle(at: int) -> int:
            return at - self.worked(at)

        at = bisect_right(span, idle(at_us), key=idle) - 1
        return None if at == len(span) - 1 else span[at]
