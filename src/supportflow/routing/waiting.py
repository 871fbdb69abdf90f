"""How long somebody who waits will wait, told from the waits that have just ended, with the error measured on these.

What is expected is the place times the pace: the time from one ticket that was taken to the next while others waited. Each
wait that has ended says by how much that would have been wrong, told with what was known when it began; the interval is as
wide as these errors were. No distribution is assumed: whoever was overtaken, or waited over a lunch break, is in the errors.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate, pairwise
from math import ceil, floor, sqrt
from operator import attrgetter
from typing import NamedTuple

from supportflow.model.waiting import ExpectedWait

__all__ = ["LEAST", "LOOKED_AT", "SHARE", "Basis", "Passed", "expected_wait"]

SHARE = 0.8
"""The share of waits that end within the interval."""
LEAST = 20
"""Fewer waits than that are no basis."""
LOOKED_AT = 150
"""On so many of the latest waits the error is measured."""
_GAPS = 20
"""The pace is that of so many of the latest tickets,"""
_FEW_GAPS = 5
"""and of no fewer than so many."""
_US = 1_000_000
_AT_A_STROKE = 1
"""Tickets that were taken less than so many seconds apart, in the mean, were given out at a stroke, and tell no pace."""


class Passed(NamedTuple):
    """A ticket that waited, and was taken.

    Attributes:
        entered_us: Since when it waited.
        taken_us: When an agent took it.
        rank: What comes before the order of entering: the smaller comes first.
    """

    entered_us: int
    taken_us: int
    rank: tuple[int, int] = (0, 0)


class Basis:
    """What the tickets that were taken of late tell of the next ones, made once for all who ask until another is taken.

    Args:
        past: The tickets that were taken of late by those who could take a ticket.
    """

    def __init__(self, past: Sequence[Passed]) -> None:
        taken = sorted(past, key=attrgetter("taken_us"))[-2 * LOOKED_AT :]
        self._pace = _Pace(taken)
        self._scores = sorted(_errors(taken, self._pace))

    def expected(self, position: int, agents: int, now_us: int) -> ExpectedWait:
        """How long who is at a place of a queue waits from now on; see `expected_wait`."""
        if agents < 1:
            return ExpectedWait(position=position, agents=agents, unknown="no_agents")
        pace_us, scores = self._pace.before(now_us), self._scores
        count, tail = len(scores), (1 - SHARE) / 2
        if pace_us is None or count < LEAST:
            return ExpectedWait(position=position, agents=agents, measured=count, unknown="too_few")
        # The rank that holds for the next of as many, whatever their distribution.
        low = scores[max(floor(tail * (count + 1)) - 1, 0)]
        high = scores[min(ceil((1 - tail) * (count + 1)) - 1, count - 1)]
        middle, spread = position * pace_us, _spread(position) * pace_us
        return ExpectedWait(
            position=position,
            agents=agents,
            measured=count,
            soonest=_span(middle + low * spread),
            latest=_span(middle + high * spread),
            error=_span(sum(map(abs, scores)) / count * spread),
            share=SHARE,
        )


def expected_wait(position: int, agents: int, past: Sequence[Passed], now_us: int) -> ExpectedWait:
    """How long who is at a place of a queue waits from now on.

    Args:
        position: The place, from 1.
        agents: How many agents are at work who could take the ticket.
        past: The tickets that were taken of late by those who could take this one.
        now_us: Now, in microseconds.
    """
    return Basis([one for one in past if one.taken_us <= now_us]).expected(position, agents, now_us)


def _spread(place: int) -> float:
    """By how much the time until so many are taken differs, in paces: of so many gaps, and of a pace that is a mean."""
    return sqrt(place + place * place / _GAPS)


def _span(us: float) -> timedelta:
    return timedelta(seconds=max(round(us / _US), 0))


class _Pace:
    """How fast tickets were taken while others waited.

    Args:
        taken: Tickets that were taken, in the order in which they were.
    """

    def __init__(self, taken: Sequence[Passed]) -> None:
        # The times between two that were taken, the second of which waited already when the first was; and when it was.
        gaps = [
            (after.taken_us, after.taken_us - before.taken_us)
            for before, after in pairwise(taken)
            if after.entered_us <= before.taken_us
        ]
        self._ends = [after for after, _ in gaps]
        self._sums = [0, *accumulate(gap for _, gap in gaps)]

    def before(self, at_us: int) -> float | None:
        """The mean time between two that were taken, of the latest before an instant; None if these tell none."""
        end = bisect_right(self._ends, at_us)
        start = max(end - _GAPS, 0)
        if end - start < _FEW_GAPS:
            return None
        mean = (self._sums[end] - self._sums[start]) / (end - start)
        return None if mean < _AT_A_STROKE * _US else mean


def _errors(taken: Sequence[Passed], pace: _Pace) -> list[float]:
    """Of the latest waits by how much they were longer than what would have been expected, in units of its spread."""
    errors: list[float] = []
    for one in [one for one in taken if one.entered_us < one.taken_us][-LOOKED_AT:]:
        pace_us = pace.before(one.entered_us)
        if pace_us is None:
            continue
        place = 1 + sum(_before(other, one) for other in taken)
        errors.append((one.taken_us - one.entered_us - place * pace_us) / (_spread(place) * pace_us))
    return errors


def _before(other: Passed, one: Passed) -> bool:
    """Whether a ticket waited before another when that came."""
    return other.entered_us < one.entered_us < other.taken_us and other.rank <= one.rank
