"""Random numbers: what is drawn, and what is said of it."""

from itertools import pairwise
from math import ceil, sqrt
from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.simulation.drawing import arrival_times, choice, duration, steps
from supportflow.simulation.scenario import Arrivals, RandomTime
from supportflow.simulation.statistics import batched, between, percentile, t_quantile

HOUR_US = 3_600_000_000
MANY = 20_000


@pytest.mark.parametrize(
    ("shape", "cv", "spread"), [("exponential", 1.0, 1.0), ("lognormal", 0.5, 0.5), ("constant", 1.0, 0.0)]
)
def test_durations_have_their_mean_and_spread(shape, cv, spread):
    draw, rng = duration(RandomTime(mean="PT1M", shape=shape, cv=cv)), Random(1)
    drawn = [draw(rng) / 60_000_000 for _ in range(MANY)]
    assert fmean(drawn) == pytest.approx(1, abs=4 * max(spread, 1e-9) / sqrt(MANY))
    assert pstdev(drawn) == pytest.approx(spread, rel=0.05)


def test_a_heavy_tail_stays_in_the_calendar():
    draw, rng = duration(RandomTime(mean="P1000D", shape="lognormal", cv=100)), Random(1)
    drawn = [draw(rng) for _ in range(MANY)]
    assert 1 <= min(drawn)
    assert max(drawn) == 3_660 * 24 * HOUR_US


def test_names_come_by_weight():
    pick, rng = choice({"a": 1, "b": 3}), Random(1)
    drawn = [pick(rng) for _ in range(MANY)]
    assert drawn.count("b") / MANY == pytest.approx(0.75, abs=4 * sqrt(0.75 * 0.25 / MANY))


def naive_rate(arrivals, at_h):
    """The rate at an hour, by the words of the document."""
    repeat = None if arrivals.repeat is None else arrivals.repeat.total_seconds() / 3600
    inside = at_h if repeat is None else at_h % repeat
    rate = [one.per_hour for one in arrivals.rates if one.after.total_seconds() / 3600 <= inside][-1]
    for burst in arrivals.bursts:
        begin = burst.after.total_seconds() / 3600
        if begin <= at_h < begin + burst.lasts_for.total_seconds() / 3600:
            rate *= burst.times
    return rate


rates = st.lists(st.integers(0, 9), min_size=1, max_size=4)
bursts = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6), st.integers(0, 5)), max_size=3)


@given(rates, bursts, st.booleans())
def test_rates_are_what_the_document_says(per_hour, bursting, repeats):
    arrivals = Arrivals.model_validate(
        {
            "rates": [{"after": f"PT{2 * place}H", "per_hour": rate} for place, rate in enumerate(per_hour)],
            "repeat": f"PT{2 * len(per_hour) + 1}H" if repeats else None,
            "bursts": [{"after": f"PT{a}H", "lasts_for": f"PT{b}H", "times": t} for a, b, t in bursting],
        }
    )
    found = steps(arrivals, 20 * HOUR_US)
    assert found[0][0] == 0
    for hour in range(20):
        at_us = hour * HOUR_US + HOUR_US // 2
        assert [rate for begin, rate in found if begin <= at_us][-1] == naive_rate(arrivals, hour + 0.5)


@pytest.mark.parametrize("seed", range(3))
def test_arrivals_come_at_their_rate(seed):
    # 3,000 an hour, none, then 12,000 an hour: the counts are Poisson, within four standard deviations.
    plan = [(0, 3_000.0), (HOUR_US, 0.0), (2 * HOUR_US, 12_000.0)]
    times = list(arrival_times(plan, 3 * HOUR_US, Random(seed)))
    assert times == sorted(times)
    counts = [sum(hour * HOUR_US <= at < (hour + 1) * HOUR_US for at in times) for hour in range(3)]
    assert counts[1] == 0
    assert counts[0] == pytest.approx(3_000, abs=4 * sqrt(3_000))
    assert counts[2] == pytest.approx(12_000, abs=4 * sqrt(12_000))
    gaps = [(b - a) / HOUR_US for a, b in pairwise(times) if a > 2 * HOUR_US]
    assert pstdev(gaps) == pytest.approx(fmean(gaps), rel=0.05)


# From the tables of Student's distribution, 97.5 %.
@pytest.mark.parametrize(
    ("freedom", "exact"), [(1, 12.706), (9, 2.262), (10, 2.228), (19, 2.093), (100, 1.984)]
)
def test_student(freedom, exact):
    assert t_quantile(freedom) == pytest.approx(exact, abs=0.001)


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]))
def test_percentiles(values, share):
    found = percentile(sorted(values), share)
    assert found == min(one for one in values if sum(other <= one for other in values) >= share * len(values))


def test_intervals():
    assert between([]).mean is None
    assert between([3.0]).half_width is None
    estimate = between([1.0, 2.0, 3.0])
    assert estimate.mean == 2
    assert estimate.half_width == pytest.approx(4.303 / sqrt(3))
    assert batched([1.0] * 39).half_width is None
    # A slope: what is alike inside a batch does not make the mean surer.
    slope = [float(ceil(one / 10)) for one in range(1, 201)]
    assert batched(slope).standard_error == pytest.approx(
        between([float(one) for one in range(1, 21)]).standard_error
    )
    assert batched(slope).standard_error > between(slope).standard_error
