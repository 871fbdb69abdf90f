"""Desks whose waits are known exactly, through the real kernel and the real floor.

Every figure comes from a fixed seed. It is compared with the closed form, to within three standard errors of the run.
"""

from functools import cache

import pytest

from routing.queueing_theory import by_class, plain_queue, with_patience
from simulation.worlds import agrees, iso, scenario
from supportflow.simulation import simulate

pytestmark = pytest.mark.no_cover

CLASSES = ("security", "dispute", "general")
RATES = (0.4, 0.5, 0.4)
"""Of two agents who need a minute each. The queue forgets in 13 minutes: far less than a twentieth of a run."""
KINDS = [{"weight": rate, "class": name} for rate, name in zip(RATES, CLASSES, strict=True)]


def classes(minutes, **priority):
    policy = {"priority": priority} if priority else {}
    return scenario(minutes, sum(RATES), 2, kinds=KINDS, policy=policy)


def all_equal(minutes):
    """First come, first served: a head start of nothing for every class."""
    return classes(minutes, head_start={})


def started(minutes):
    return classes(minutes, head_start={"security": iso(2), "dispute": iso(0.5)})


@cache
def ordered(order):
    """One run under an order; all orders meet the same tickets."""
    return simulate(order(2_000), seed=5)


def unfinished(report):
    """The mean number that waits, from the waits of the classes: what every order without idling leaves alone."""
    return sum(
        rate * report.of_class(name).waits.mean.mean for rate, name in zip(RATES, CLASSES, strict=True)
    )


def test_plain_queue():
    report = simulate(scenario(800, 3.7, 5, 1 / 1.33), seed=2)
    exact = plain_queue(3.7, 1.33, 5)
    everyone = report.of_class("general")
    assert agrees(everyone.waits.mean, exact["wait"])
    assert agrees(everyone.waited, exact["p_wait"], 1)
    assert agrees(everyone.resolution.mean, exact["time"])
    assert report.tiers[0].occupancy.mean == pytest.approx(exact["busy"], rel=0.05)
    # Little's law: nothing is lost between the queue and its count.
    rate = everyone.arrived / (720 * 60)
    assert report.waiting_mean.mean == pytest.approx(rate * everyone.waits.mean.mean, rel=0.05)


def test_classes_wait_as_cobham_says():
    report = ordered(classes)
    for name, exact in zip(CLASSES, by_class(list(RATES), 1, 2), strict=True):
        assert agrees(report.of_class(name).waits.mean, exact), name
    assert report.of_class("security").waits.p95 < report.of_class("general").waits.p95


def test_impatience_is_erlang_a():
    report = simulate(scenario(600, 4.5, 5, patience={"mean": iso(2)}), seed=1)
    exact = with_patience(4.5, 1, 5, 2)
    everyone = report.of_class("general")
    assert agrees(everyone.abandoned, exact["gives_up"], 1)
    assert agrees(everyone.waits.mean, exact["wait"])
    assert report.abandoned > 0


@pytest.mark.parametrize("order", [all_equal, started])
def test_the_order_moves_waits_and_keeps_their_sum(order):
    # The same tickets that take as long, so that only the order differs.
    strict, other = ordered(classes), ordered(order)
    assert strict.of_class("all").arrived == other.of_class("all").arrived
    assert unfinished(other) == pytest.approx(unfinished(strict), rel=0.12)


def test_a_head_start_bounds_what_strict_order_does_not():
    strict, bounded, fifo = map(ordered, (classes, started, all_equal))

    def mean(report, name):
        return report.of_class(name).waits.mean.mean

    assert mean(strict, "security") < mean(bounded, "security") < mean(fifo, "security")
    assert mean(strict, "general") > mean(bounded, "general") > mean(fifo, "general")


LANGUAGES = ("en", "zh", "ru", "ja")


def speakers(each):
    """Eight agents for four languages, of which each speaks some."""
    routing = {"routes": [{"name": "all"}], "languages": LANGUAGES}
    team = [
        {
            "name": f"a{number}",
            "count": 2,
            "languages": [LANGUAGES[(number + more) % 4] for more in range(each)],
        }
        for number in range(4)
    ]
    kinds = [{"language": dict.fromkeys(LANGUAGES, 1)}]
    return scenario(200, 6.4, 1, routing=routing, team=team, kinds=kinds)


def test_pooled_waits_least_and_two_languages_are_nearly_as_good():
    dedicated, skilled, pooled = (
        simulate(speakers(each), seed=7).of_class("general").waits.mean.mean for each in (1, 2, 4)
    )
    assert pooled < skilled < dedicated
    assert skilled - pooled < (dedicated - pooled) / 2


@pytest.mark.exhaustive
def test_many_tickets_and_replications():
    # Stevenson, Operations Management, 14th edition, chapter 18, example 8, all in one class.
    report = simulate(scenario(1_500, 5, 6), seed=11, replications=10)
    assert agrees(report.of_class("general").waits.mean, plain_queue(5, 1, 6)["wait"])
    report = simulate(classes(3_000), seed=12, replications=10)
    for name, exact in zip(CLASSES, by_class(list(RATES), 1, 2), strict=True):
        assert agrees(report.of_class(name).waits.mean, exact), name
    # The Erlang A example of Gans, Koole and Mandelbaum 2003: 3.1 % give up.
    report = simulate(scenario(100, 48, 50, patience={"mean": iso(2)}), seed=13, replications=10)
    exact = with_patience(48, 1, 50, 2)
    assert agrees(report.of_class("general").abandoned, exact["gives_up"], 1)
    assert agrees(report.of_class("general").waits.mean, exact["wait"])


@pytest.mark.exhaustive
@pytest.mark.parametrize("order", [classes, all_equal, started])
def test_conservation_in_many_replications(order):
    reports = [simulate(order(1_500), seed=seed) for seed in range(10)]
    values = [unfinished(report) / 60 for report in reports]
    mean = sum(values) / len(values)
    error = (sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)) ** 0.5
    assert abs(mean - plain_queue(1.3, 1, 2)["waiting"]) <= 3 * error
