"""Erlang's formulas: printed values, and oracles that are too simple to be wrong."""

from math import exp, inf, isclose, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.queueing_theory import longer_than, plain_queue, with_patience
from supportflow.exceptions import InvalidInput
from supportflow.staffing import agents_needed, queue

# --- what others have printed ------------------------------------------------------------------------


def test_the_example_of_pyworkforce():
    """README of pyworkforce 0.5: 100 calls in half an hour, three minutes each, 80 % in 20 s, at most 85 % busy."""
    found = agents_needed(100 / 30, 3, 0.8, 20 / 60, most_busy=0.85)

    assert found.agents == 14
    assert found.answered == pytest.approx(0.8883500191794669, abs=1e-12)
    assert found.occupancy == pytest.approx(0.7142857142857143, abs=1e-12)
    assert found.waiting == pytest.approx(0.1741319335950498, abs=1e-12)


@pytest.mark.parametrize(("load", "agents", "waiting"), [(3.87, 8, 0.05), (4.08, 10, 0.01)])
def test_a_table_of_erlang_c(load, agents, waiting):
    """A printed table of loads at a given probability of delay, in two decimals of the load."""
    assert queue(load, 1, agents).waiting == pytest.approx(waiting, abs=0.0003)


@pytest.mark.parametrize(
    ("rate", "service", "agents", "wait"), [(3.7, 1.33, 5, 0.0629), (3.7, 1.33, 7, 0.0047), (9, 5, 2, 0.8526)]
)
def test_printed_mean_waits(rate, service, agents, wait):
    """An assignment with solutions (five and seven servers), and slides of ETH Zurich (two); service is their rate."""
    assert queue(rate, 1 / service, agents).mean_wait == pytest.approx(wait, abs=0.0001)


def test_the_call_centre_with_and_without_patience():
    """Gans, Koole and Mandelbaum 2003: 48 calls a minute, a minute each, 50 agents, two minutes of patience."""
    patient, leaving = queue(48, 1, 50), queue(48, 1, 50, patience=2)

    assert (round(patient.mean_wait * 60, 1), patient.leaving) == (20.8, 0)
    assert (round(leaving.leaving, 3), round(leaving.mean_wait * 60, 1)) == (0.031, 3.7)


# --- oracles -----------------------------------------------------------------------------------------

agents = st.integers(1, 12)
rates = st.floats(0.05, 12)
times = st.floats(0, 3)


@settings(max_examples=30)
@given(rates, agents, times)
def test_without_patience_it_is_the_textbook(rate, count, within):
    found = queue(rate, 1, count, within=within)
    if rate >= count:
        assert (found.waiting, found.answered, found.mean_wait, found.occupancy) == (1, 0, inf, 1)
        return
    book = plain_queue(rate, 1, count)
    assert isclose(found.waiting, book["p_wait"], rel_tol=1e-9)
    assert isclose(found.mean_wait, book["wait"], rel_tol=1e-9)
    late = book["p_wait"] * longer_than(rate, 1, count, within)
    assert isclose(found.answered, 1 - late, rel_tol=1e-9)


def answered_in_time(rate, count, within, patience, steps=1_500):
    """The share that is served in time: states and clock, step by step."""
    weights = [1.0]
    while len(weights) < 80:
        number = len(weights)
        weights.append(weights[-1] * rate / (min(number, count) + max(0, number - count) / patience))
    total, answered = sum(weights), sum(weights[:count])
    # ahead[k]: the chance that somebody with k ahead of them has been served by the time that has passed.
    ahead = [0.0] * (len(weights) - count)
    step = within / steps
    for _ in range(steps):
        before = 1.0
        for k, now in enumerate(ahead):
            out = count + k / patience
            ahead[k] = now + step * (out * (before - now) - now / patience)
            before = now
    return (answered + sum(w * p for w, p in zip(weights[count:], ahead, strict=True))) / total


@settings(max_examples=8)
@given(st.floats(0.2, 8), st.integers(1, 6), st.floats(0.05, 1), st.floats(0.3, 4))
def test_with_patience_it_is_the_clock_step_by_step(rate, count, within, patience):
    found = queue(rate, 1, count, within=within, patience=patience)

    assert found.answered == pytest.approx(answered_in_time(rate, count, within, patience), abs=0.005)
    book = with_patience(rate, 1, count, patience)
    assert found.mean_wait == pytest.approx(book["wait"], rel=1e-9)
    assert found.leaving == pytest.approx(book["gives_up"], rel=1e-9)
    assert found.occupancy == pytest.approx(rate * (1 - book["gives_up"]) / count)


@settings(max_examples=30)
@given(rates, agents, times, st.floats(0.05, 5))
def test_what_cannot_be_otherwise(rate, count, within, patience):
    one, more = (queue(rate, 1, n, within=within, patience=patience) for n in (count, count + 1))
    later = queue(rate, 1, count, within=within + 0.1, patience=patience)

    assert 0 <= one.answered <= later.answered + 1e-12 <= 1 + 1e-9
    assert one.answered <= more.answered + 1e-12
    assert more.leaving <= one.leaving + 1e-12
    assert one.answered + one.leaving <= 1 + 1e-9
    # Who is ready to wait for a thousand hours waits like everybody who does.
    if rate < 0.9 * count:
        endless = queue(rate, 1, count, within=within, patience=1_000)
        assert endless.answered == pytest.approx(queue(rate, 1, count, within=within).answered, abs=0.01)


@settings(max_examples=30)
@given(rates, st.floats(0.01, 0.99), times, st.none() | st.floats(0.05, 5))
def test_one_agent_fewer_is_not_enough(rate, share, within, patience):
    found = agents_needed(rate, 1, share, within, patience=patience)

    assert found.answered >= share
    assert (
        found.agents == 1
        or queue(rate, 1, found.agents - 1, within=within, patience=patience).answered < share
    )


def test_large_desks():
    assert queue(5_000, 1, 5_100, within=0.1).answered == pytest.approx(1, abs=0.01)
    assert queue(2_000, 1, 2_000, within=0.01, patience=1).answered == pytest.approx(0.669, abs=0.001)
    assert queue(1e-3, 1, 5_000, patience=1).answered == 1
    assert queue(100, 3, 5, within=1, patience=2).answered == pytest.approx(exp(-120), abs=1e-9)


LARGE = [
    (300, 1, 300, 3, 10),
    (8, 6, 50, 240, 1_440),
    (9, 6, 50, 240, 1_440),
    (9, 6, 50, 100, 200),
    (60, 6, 300, 20, 60),
    (60, 5, 150, 900, 1_440),
    (10, 5, 10, 480, 480),
]
"""More ends in the time asked for, or more waits, than the powers of a float reach."""


@pytest.mark.parametrize(("rate", "service", "count", "within", "patience"), LARGE)
def test_hundreds_that_end_in_the_time_asked_for(rate, service, count, within, patience):
    """Whoever does not leave has an agent long before the day is over, and nobody much before the fluid wait."""
    found = queue(rate, service, count, within=within, patience=patience)
    load = rate * service / count

    assert found.leaving == pytest.approx(found.mean_wait / patience, rel=1e-9)
    assert found.occupancy == pytest.approx(load * (1 - found.leaving), rel=1e-9)
    assert found.occupancy <= 1  # or nobody would be enough for a desk that may be busy all the time
    fluid = max(patience * log(load), 0.0)
    if within > 1.2 * fluid + service:
        assert found.answered == pytest.approx(1 - found.leaving, abs=1e-3)
        share = found.answered - 1e-9
        assert agents_needed(rate, service, share, within, patience=patience).agents <= count
    else:
        assert found.answered < 0.5 * (1 - found.leaving)


def test_far_too_few_agents_leave_what_they_cannot_do():
    """The fluid limit: agents are always busy, and all that they cannot do leaves once it has waited so long."""
    for rate, service, count, patience in ((60, 5, 150, 1_440), (10, 5, 10, 480), (100, 2, 50, 600)):
        load = rate * service / count
        wait = patience * log(load)
        early, late = (
            queue(rate, service, count, within=part * wait, patience=patience) for part in (0.8, 1.2)
        )
        assert late.leaving == pytest.approx(1 - 1 / load, abs=1e-6)
        assert (early.answered, late.answered) == pytest.approx((0, 1 / load), abs=1e-4)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ((0, 1, 3), "rate: is not a number above 0"),
        ((1, inf, 3), "service: is not a number above 0"),
        ((1, 1, 0), "agents: is not between 1 and 100,000"),
    ],
)
def test_what_is_no_queue(given, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        queue(*given)


def test_what_no_agents_can_do():
    with pytest.raises(InvalidInput, match="share: is not between 0 and 1"):
        agents_needed(1, 1, 1.0, 1)
    with pytest.raises(InvalidInput, match="within: is not a number from 0"):
        queue(1, 1, 1, within=-1)
    with pytest.raises(InvalidInput, match="patience: is not a number above 0"):
        queue(1, 1, 1, patience=0)
    with pytest.raises(InvalidInput, match="most_busy"):
        agents_needed(1, 1, 0.5, 1, most_busy=0)
    with pytest.raises(InvalidInput, match="share: is not reached with 100,000 agents"):
        agents_needed(1_000_000, 1, 0.9, 0)
