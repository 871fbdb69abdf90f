"""The compiled calendar: sorted integer intervals with running sums; an answer is one or two bisections.

W(t) is the working time up to t. Elapsed time is a difference of W, and adding is the inverse of W; both are
exact, signed and additive, and cost the same for one hour and for four hundred.

Interval `i` (from 1) keeps three numbers: `starts[i - 1]`, where it begins; `shifts[i]`, its begin minus the
working time before it; `sums[i]`, the working time up to its end. So inside it W(t) = t - shifts[i], after it
W(t) = sums[i], and the instant of a working time w inside it is w + shifts[i]. Interval 1 is empty and marks
the beginning of what is compiled. Growing to the left lets the sums go negative, so nothing that was computed
changes.
"""

from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import sub
from typing import Literal
from warnings import warn

from supportflow._callers import callers_level
from supportflow._time import DAY_US
from supportflow.calendars.horizon import Horizon
from supportflow.calendars.timetable import Timetable
from supportflow.calendars.zones import MAX_US, MIN_US, SETTLED_US
from supportflow.exceptions import CalendarHorizonError, InvalidInput, NoWorkingTime

__all__ = ["Compiled", "Edge", "HorizonWarning", "Near"]

Edge = Literal["close", "open"]

Near = tuple[int, int, list[int], list[int], list[int]]
"""`(lo, hi, starts, shifts, sums)`: the compiled stretch `[lo, hi)`. Never changed once published."""

_YEAR_US = 366 * DAY_US
_EMPTY: Near = (0, 0, [0], [0, 0], [-1, 0])


class HorizonWarning(UserWarning):
    """The question goes past the dates that the calendar's holidays are vouched for."""


class Compiled:
    """The integer core of one calendar; shared by equal calendars, safe under threads.

    What is compiled is published as one immutable tuple in one assignment. Threads that grow it at the same
    time repeat each other's work and agree. Instants are microseconds since 1970-01-01T00:00Z, durations
    microseconds.
    """

    __slots__ = ("_far", "near", "span", "tables", "timetable")

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        bounds = timetable.bounds
        # Intervals are laid out within these instants only; the closed form answers the rest.
        self.span = (0, SETTLED_US)
        if bounds is not None:
            self.span = (max(bounds.since_us, 0), min(bounds.until_us, SETTLED_US))
        self.near: Near = _EMPTY
        self.tables: object = None  # the same stretch as arrays, for whoever works on arrays
        self._far: Horizon | None = None

    def elapsed(self, a: int, b: int) -> int:
        """W(b) - W(a)."""
        lo, hi, starts, shifts, sums = self.near
        if not (lo <= a < hi and lo <= b < hi):
            near = self.cover(min(a, b), max(a, b))
            if near is None:
                far = self._beyond(a, b)
                self.vouch(a, b)
                return far.worked(b) - far.worked(a)
            lo, hi, starts, shifts, sums = near
        i = bisect_right(starts, a)
        before = a - shifts[i]
        # A comparison costs half of what min() does, and these lines are asked on every command.
        if before > sums[i]:  # noqa: PLR1730
            before = sums[i]
        i = bisect_right(starts, b)
        upto = b - shifts[i]
        return (upto if upto < sums[i] else sums[i]) - before  # noqa: FURB136

    def add(self, t: int, us: int, edge: Edge | None = None) -> int:
        """The instant u with W(u) = W(t) + us; see `BusinessCalendar.add` for `edge`."""
        if us > 0 and (edge is None or edge == "close"):
            lo, hi, starts, shifts, sums = self.near
            if lo <= t < hi:
                i = bisect_right(starts, t)
                target = t - shifts[i]
                if target > sums[i]:  # noqa: PLR1730
                    target = sums[i]
                target += us
                i = bisect_left(sums, target, i)
                if i < len(sums):
                    return target + shifts[i]
        return self._add(t, us, edge)

    def is_open(self, t: int) -> bool:
        """Whether `t` lies inside an interval."""
        near = self.cover(t, t)
        if near is None:
            self.check(t)
            return self.timetable.is_open(t)
        _, _, starts, shifts, sums = near
        i = bisect_right(starts, t)
        return t - shifts[i] < sums[i]

    def next_open(self, t: int) -> int:
        """The first open instant at or after `t`."""
        return t if self.is_open(t) else self._add(t, 0, "open")

    def next_close(self, t: int) -> int | None:
        """The end of the interval that holds `t`, or of the next one; None if it never ends."""
        t = self.next_open(t)
        # The end is rarely further away than this; where it is, laying out years to find it would not pay.
        until = min(t + _YEAR_US // 4, MAX_US)
        _, ends = self.timetable.open_utc(t, until)
        end = ends[0] if ends and ends[0] < until else self._beyond(t).closes(t)
        if end is not None:
            self.vouch(t, end)
        return end

    def intervals(self, a: int, b: int) -> list[tuple[int, int]]:
        """The open intervals within `[a, b)`, clipped to it."""
        self.check(a, b)
        return list(zip(*self.timetable.open_utc(a, b), strict=True))

    def vouch(self, *at_us: int) -> None:
        """Warn or fail, as the calendar asks, if its holidays are not vouched for between some instants."""
        bounds = self.timetable.bounds
        if bounds is None or (min(at_us) >= bounds.since_us and max(at_us) <= bounds.until_us):
            return
        error = CalendarHorizonError(self.timetable.name, bounds.until, bounds.since)
        if bounds.fails:
            raise error
        warn(str(error), HorizonWarning, stacklevel=callers_level())

    # --- growing: a shift across the border stays in two parts; W does not tell the difference ---

    def cover(self, a: int, b: int) -> Near | None:
        """The intervals, laid out so that they cover `a <= b`; None where the closed form has to answer."""
        near = self.near
        if near[0] <= a and b < near[1]:
            return near
        first, last = self.span
        if a < first or b >= last:
            return None
        lo, hi = near[0], near[1]
        if lo == hi:
            lo = hi = max(a - a % DAY_US - 31 * DAY_US, first)
            near = _start(lo)
        if b >= hi:
            near = self._right(near, b + 1)
        if a < lo:
            near = self._left(near, a)
        self.near = near
        return near

    def _right(self, near: Near, want: int) -> Near:
        lo, hi, starts, shifts, sums = near
        end = min(max(want, hi + max(_YEAR_US, hi - lo)), self.span[1])
        more_starts, more_ends = self.timetable.open_utc(hi, end)
        lengths = map(sub, more_ends, more_starts)
        upto = list(accumulate(lengths, initial=sums[-1]))
        return lo, end, starts + more_starts, shifts + list(map(sub, more_starts, upto)), sums + upto[1:]

    def _left(self, near: Near, want: int) -> Near:
        lo, hi, starts, shifts, sums = near
        begin = max(min(want, lo - max(_YEAR_US, hi - lo)), self.span[0])
        more_starts, more_ends = self.timetable.open_utc(begin, lo)
        base = sums[1]
        total = sum(more_ends) - sum(more_starts)
        grown = _start(begin, base - total)
        upto = list(accumulate(map(sub, more_ends, more_starts), initial=base - total))
        return (
            begin,
            hi,
            grown[2] + more_starts + starts[1:],
            grown[3] + list(map(sub, more_starts, upto)) + shifts[2:],
            grown[4] + upto[1:] + sums[2:],
        )

    def check(self, *at_us: int) -> None:
        """Refuse instants that no datetime can hold; warn or fail beyond the vouched dates.

        Raises:
            InvalidInput: Outside the years 1 to 9999 in UTC.
            CalendarHorizonError: Beyond the vouched dates, if the calendar asks to fail then.
        """
        _in_range(*at_us)
        self.vouch(*at_us)

    def _beyond(self, *at_us: int) -> Horizon:
        _in_range(*at_us)
        far = self._far
        if far is None:
            self._far = far = Horizon(self.timetable)
        return far

    def _add(self, t: int, us: int, edge: Edge | None) -> int:
        """Any case of `add`, growing as needed."""
        if edge is None:
            if us == 0:
                return t
            edge = "close" if us > 0 else "open"
        elif edge not in ("close", "open"):
            raise InvalidInput("edge", "is neither 'close' nor 'open'")
        near = self.cover(t, t)
        while near is not None:
            lo, hi, starts, shifts, sums = near
            i = bisect_right(starts, t)
            target = min(t - shifts[i], sums[i]) + us
            i = bisect_left(sums, target) if edge == "close" else bisect_right(sums, target)
            if i == len(sums):
                if self.timetable.nothing_after(hi):
                    raise NoWorkingTime(self.timetable.name)
                near = self.cover(lo, hi)
            elif i < 2:  # noqa: PLR2004 - the marks below the first interval
                if self.timetable.nothing_before(lo):
                    raise NoWorkingTime(self.timetable.name)
                near = self.cover(lo - 1, hi - 1)
            else:
                return target + shifts[i]
        far = self._beyond(t)
        at = far.when(far.worked(t) + us, latest=edge == "open")
        self.vouch(t, at)
        return at


def _in_range(*at_us: int) -> None:
    if min(at_us) < MIN_US or max(at_us) > MAX_US:
        raise InvalidInput("at", "lies outside the years 1 to 9999 in UTC")


def _start(lo: int, base: int = 0) -> Near:
    """Nothing compiled yet, at `lo`, where the working time is `base`."""
    return lo, lo, [lo], [lo - base, lo - base], [base - 1, base]
