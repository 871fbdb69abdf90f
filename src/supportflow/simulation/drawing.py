"""Drawing at random, in whole microseconds: durations, instants of arrival, one of several names."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import exp, inf, log, sqrt
from random import Random

from supportflow._time import HOUR_US, span_us
from supportflow.simulation.scenario import Arrivals, RandomTime

__all__ = ["Draw", "arrival_times", "choice", "duration", "steps"]

Draw = Callable[[Random], int]
"""Draws a duration in microseconds, of at least one."""

LONGEST_US = 3_660 * 24 * HOUR_US
"""No drawn duration is longer than ten years: a lognormal tail is not to leave the calendar."""


def duration(given: RandomTime) -> Draw:
    """Draws what a document describes."""
    mean_us = span_us(given.mean)
    if given.shape == "constant":
        return lambda _: mean_us
    if given.shape == "exponential":
        return lambda rng: _whole(rng.expovariate(1.0) * mean_us)
    # The lognormal with this mean and this ratio of standard deviation to mean.
    sigma_squared = log(1 + given.cv * given.cv)
    mu, sigma = -sigma_squared / 2, sqrt(sigma_squared)
    return lambda rng: _whole(exp(mu + sigma * rng.gauss(0.0, 1.0)) * mean_us)


def _whole(us: float) -> int:
    return max(1, min(round(us), LONGEST_US))


def choice(weights: Mapping[str, float]) -> Callable[[Random], str]:
    """Draws a name by weight."""
    names = tuple(weights)
    if len(names) == 1:
        return lambda _: names[0]
    sums = list(accumulate(weights.values()))
    last = len(names) - 1
    return lambda rng: names[min(bisect_right(sums, rng.random() * sums[-1]), last)]


def steps(arrivals: Arrivals, lasts_us: int) -> list[tuple[int, float]]:
    """The rate over time: from which microsecond on, how many an hour; each lasts until the next, the last to the end."""
    if arrivals.per_hour is not None:
        base = [(0, arrivals.per_hour)]
    else:
        base = [(span_us(rate.after), rate.per_hour) for rate in arrivals.rates]
    if arrivals.repeat is not None:
        round_us = span_us(arrivals.repeat)
        base = [
            (begin + after, per_hour) for begin in range(0, lasts_us, round_us) for after, per_hour in base
        ]
    bursts = [(span_us(one.after), span_us(one.after + one.lasts_for), one.times) for one in arrivals.bursts]
    edges = {after for after, _ in base} | {edge for begin, end, _ in bursts for edge in (begin, end)}
    found: list[tuple[int, float]] = []
    starts = [after for after, _ in base]
    for edge in sorted(one for one in edges if one < lasts_us):
        rate = base[bisect_right(starts, edge) - 1][1]
        for begin, end, times in bursts:
            if begin <= edge < end:
                rate *= times
        found.append((edge, rate))
    return found


def arrival_times(rates: Sequence[tuple[int, float]], lasts_us: int, rng: Random) -> Iterator[int]:
    """The instants of a Poisson process whose rate changes in steps, in microseconds since the start."""
    needed = rng.expovariate(1.0)
    for place, (begin, per_hour) in enumerate(rates):
        end = rates[place + 1][0] if place + 1 < len(rates) else lasts_us
        per_us = per_hour / HOUR_US
        at: float = begin
        while True:
            reached = at + needed / per_us if per_us else inf
            if reached >= end:
                needed -= (end - at) * per_us
                break
            at = reached
            needed = rng.expovariate(1.0)
            yield int(at)
