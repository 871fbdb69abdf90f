"""Another simulator, written by others, runs the same desks: it agrees with the floor."""

import warnings
from statistics import fmean

import pytest

from routing.queueing_theory import plain_queue
from routing.queueing_world import Estimate, Stream, estimate, steady
from routing.test_queueing import CASES, FEW, ORDERS, ordered, seen

ciw = pytest.importorskip("ciw", reason="the other simulator is not installed: pip install ciw")


def by_ciw(streams: list[Stream], many: int, until: float) -> dict[str, list]:
    """Waits by class, as Ciw runs the same desk: (arrived, waited, gave up)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        names = [f"class{number}" for number in range(len(streams))]
        reneging = {
            "reneging_time_distributions": {
                name: [ciw.dists.Exponential(1 / stream.patience)]
                for name, stream in zip(names, streams, strict=True)
                if stream.patience is not None
            }
        }
        network = ciw.create_network(
            arrival_distributions={
                name: [ciw.dists.Exponential(stream.rate)]
                for name, stream in zip(names, streams, strict=True)
            },
            service_distributions={name: [ciw.dists.Exponential(1)] for name in names},
            number_of_servers=[many],
            priority_classes={name: stream.rank for name, stream in zip(names, streams, strict=True)},
            **(reneging if streams[0].patience is not None else {}),
        )
        ciw.seed(7)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(until)
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    tenth = len(records) // 10
    return {
        name: [record for record in records[tenth:-tenth] if record.original_customer_class == name]
        for name in names
    }


def same(one: Estimate, other: Estimate) -> bool:
    return abs(one.mean - other.mean) <= 3 * (one.error**2 + other.error**2) ** 0.5


def test_the_other_simulator_is_the_one_that_is_documented():
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=0.2)],
        service_distributions=[ciw.dists.Exponential(rate=0.1)],
        number_of_servers=[3],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(1440)
    waits = [record.waiting_time for record in simulation.get_all_records()]
    assert fmean(waits) == pytest.approx(4.2305, abs=0.0001)  # the README of Ciw 3.2.7
    assert plain_queue(0.2, 0.1, 3)["wait"] == pytest.approx(4.4444, abs=0.0001)


def test_another_simulator_agrees_on_classes():
    theirs = by_ciw(ORDERS["strict"], 6, FEW / 5)
    for stream, records in enumerate(theirs.values()):
        other = estimate([record.waiting_time for record in records])
        mine = estimate([story.wait for story in steady(ordered("strict")) if story.stream == stream])
        assert same(mine, other), (mine, other)


def test_another_simulator_agrees_on_impatience():
    case = next(case for case in CASES if case["model"] == "patience")
    [records] = by_ciw([Stream(48, patience=2)], 50, FEW / 48).values()
    mine = seen(case, FEW)
    assert same(mine["wait"][0], estimate([record.waiting_time for record in records]))
    gave_up = [float(record.record_type == "renege") for record in records]
    assert same(mine["gives_up"][0], estimate(gave_up))
