"""Hours of one zone as integers: from a plain local timeline of shifts to open intervals in UTC.

Open means: the wall clock of the zone shows a time inside a half-open interval. So the work has two steps.
First all shifts are laid on a local timeline that knows nothing of clock changes, and merged. Then UTC is cut
where the zone's offset changes, and within each cut local and UTC differ by a constant. A gap in the clock
never happens and a repeated hour counts twice, with no rule for either.

Days are counted from 1970-01-01 (day 0, a Thursday), local times in microseconds from its local midnight.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from supportflow._time import DAY_US
from supportflow.calendars.zones import Zone

__all__ = ["HolidayScope", "Schedule", "Shift", "Shifts", "merged", "one_day"]

Shift = tuple[int, int]
"""Start and end of an interval in microseconds since its day's midnight; the end may lie on the next day."""
Shifts = tuple[Shift, ...]

HolidayScope = Literal["shift", "day"]

_WEEK = 7
_MONDAY = 3  # 1970-01-01 was a Thursday: (0 + 3) % 7 is Thursday's place in a week that starts on Monday


def merged(starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
    """Sorted intervals with those that overlap or touch made one."""
    if not starts:
        return starts, ends
    out_starts, out_ends = [], []
    start, end = starts[0], ends[0]
    for next_start, next_end in zip(starts, ends, strict=True):
        if next_start <= end:
            end = max(end, next_end)
        else:
            out_starts.append(start)
            out_ends.append(end)
            start, end = next_start, next_end
    out_starts.append(start)
    out_ends.append(end)
    return out_starts, out_ends


def one_day(shifts: Iterable[Shift]) -> Shifts:
    """Shifts of one day, sorted, with those that overlap or touch made one."""
    ordered = sorted(shifts)
    starts, ends = merged([start for start, _ in ordered], [end for _, end in ordered])
    return tuple(zip(starts, ends, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """The hours of one zone: a week, and the days that differ from it.

    Attributes:
        zone: The time zone.
        week: Seven tuples of shifts, Monday first; the shifts of one day are sorted and apart (see
            `one_day`).
        special: Shifts of the days that do not follow the week; a holiday is a day with none.
        closed: Days that are holidays: with `scope="day"` they also cut the shift that reaches into them.
        scope: `"shift"`: a holiday drops the shifts that start on it; `"day"`: also what of the evening
            before reaches it.
    """

    zone: Zone
    week: tuple[Shifts, ...]
    special: Mapping[int, Shifts]
    closed: frozenset[int] = frozenset()
    scope: HolidayScope = "shift"
    _touching: bool = field(init=False)
    _last_special: int = field(init=False)
    _first_special: int = field(init=False)

    def __post_init__(self) -> None:
        """Note whether any shift reaches another day's, and where the special days begin and end."""
        every = chain.from_iterable((*self.week, *self.special.values()))
        object.__setattr__(self, "_touching", any(end >= DAY_US for _, end in every))
        object.__setattr__(self, "_last_special", max(self.special, default=0))
        object.__setattr__(self, "_first_special", min(self.special, default=0))

    @property
    def weekly(self) -> bool:
        """Whether the week itself has any hours."""
        return any(self.week)

    @property
    def ever_open(self) -> bool:
        """Whether any day has hours."""
        return self.weekly or any(self.special.values())

    def shifts(self, day: int) -> Shifts:
        """The shifts that start on a day, after overrides and holidays."""
        special = self.special.get(day)
        shifts = self.week[(day + _MONDAY) % _WEEK] if special is None else special
        if self.scope == "day" and shifts and shifts[-1][1] > DAY_US and day + 1 in self.closed:
            return tuple((start, min(end, DAY_US)) for start, end in shifts)
        return shifts

    def wall(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """Starts and ends of the merged local intervals of the shifts that start on days `[first, last)`."""
        starts: list[int] = []
        ends: list[int] = []
        day = first
        for cut in self._irregular(first, last):
            self._regular(day, cut, starts, ends)
            base = cut * DAY_US
            for start, end in self.shifts(cut):
                starts.append(base + start)
                ends.append(base + end)
            day = cut + 1
        self._regular(day, last, starts, ends)
        return merged(starts, ends) if self._touching else (starts, ends)

    def _irregular(self, first: int, last: int) -> Iterable[int]:
        """The days in `[first, last)` whose shifts are not simply the week's, in order."""
        special = self.special
        if last - first > 2 * len(special):
            days = {day for day in special if first <= day < last}
        else:
            days = {day for day in range(first, last) if day in special}
        if self.scope == "day":
            days.update(day - 1 for day in self.closed if first <= day - 1 < last)
        return sorted(days)

    def _regular(self, first: int, last: int, starts: list[int], ends: list[int]) -> None:
        """Lay the plain week over days `[first, last)`."""
        if last - first < 2 * _WEEK:
            for day in range(first, last):
                base = day * DAY_US
                for start, end in self.week[(day + _MONDAY) % _WEEK]:
                    starts.append(base + start)
                    ends.append(base + end)
            return
        template = [
            (offset * DAY_US + start, offset * DAY_US + end)
            for offset in range(_WEEK)
            for start, end in self.week[(first + offset + _MONDAY) % _WEEK]
        ]
        whole = (last - first) // _WEEK
        bases = range(first * DAY_US, (first + whole * _WEEK) * DAY_US, _WEEK * DAY_US)
        opening, closing = [start for start, _ in template], [end for _, end in template]
        starts += [base + start for base in bases for start in opening]
        ends += [base + end for base in bases for end in closing]
        self._regular(first + whole * _WEEK, last, starts, ends)

    def open_utc(self, lo: int, hi: int) -> tuple[list[int], list[int]]:
        """Starts and ends of the open intervals within `[lo, hi)`, clipped to it, in microseconds of UTC."""
        starts: list[int] = []
        ends: list[int] = []
        if lo >= hi:
            return starts, ends
        # A shift lasts less than two days from its own midnight, and an offset less than one.
        wall_starts, wall_ends = self.wall(lo // DAY_US - 3, hi // DAY_US + 3)
        for start, end, offset in self.zone.segments(lo, hi):
            _cut(wall_starts, wall_ends, (start, end, offset), starts, ends)
        return starts, ends

    def is_open(self, at_us: int) -> bool:
        """Whether the wall clock shows an open time, asked directly, with nothing compiled."""
        local = at_us + self.zone.offset(at_us)
        today = local // DAY_US
        return any(
            start <= local - day * DAY_US < end
            for day in (today, today - 1)
            for start, end in self.shifts(day)
        )

    def nothing_after(self, at_us: int) -> bool:
        """Whether no shift can be open at or after an instant: no week, and past the last special day."""
        return not self.weekly and at_us >= (self._last_special + 3) * DAY_US

    def nothing_before(self, at_us: int) -> bool:
        """Whether no shift can be open before an instant."""
        return not self.weekly and at_us <= (self._first_special - 1) * DAY_US


def _cut(
    wall_starts: list[int],
    wall_ends: list[int],
    segment: tuple[int, int, int],
    starts: list[int],
    ends: list[int],
) -> None:
    """Append the part of the local timeline that falls in one segment of constant offset, as UTC."""
    utc_start, utc_end, offset = segment
    low, high = utc_start + offset, utc_end + offset
    first = bisect_right(wall_ends, low)  # the first interval that ends after the segment begins
    last = bisect_right(wall_starts, high - 1)  # one past the last that starts before it ends
    if first >= last:
        return
    cut_starts = [start - offset for start in wall_starts[first:last]]
    cut_ends = [end - offset for end in wall_ends[first:last]]
    cut_starts[0] = max(cut_starts[0], utc_start)
    cut_ends[-1] = min(cut_ends[-1], utc_end)
    if ends and ends[-1] == cut_starts[0]:  # one shift, through a change of the clock
        ends[-1] = cut_ends[0]
        del cut_starts[0], cut_ends[0]
    starts += cut_starts
    ends += cut_ends
