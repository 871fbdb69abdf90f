"""Values in order, also where most of them lie on disk."""

import random

import pytest

from supportflow.reports import ordered
from supportflow.reports.counts import PERCENTILES, rank, took
from supportflow.reports.ordered import Ordered


@pytest.mark.parametrize(("held", "runs"), [(1, 2), (3, 2), (7, 3), (50, 64), (1_000, 64)])
def test_all_come_back_in_order(monkeypatch, held, runs):
    monkeypatch.setattr(ordered, "HELD", held)
    monkeypatch.setattr(ordered, "MOST_RUNS", runs)
    monkeypatch.setattr(ordered, "_BATCH", 2)
    dice = random.Random(held)
    for count in (0, 1, held, 100):
        numbers, pairs = Ordered(), Ordered()
        told = [dice.randrange(-5, 60) for _ in range(count)]
        for number in told:
            numbers.add(number)
            pairs.add((f"r{number % 4}", number))
        for _ in range(2):  # as often as asked
            assert list(numbers) == sorted(told)
        assert list(pairs) == sorted((f"r{number % 4}", number) for number in told)
        assert len(numbers) == len(pairs) == count
        for one in (numbers, pairs):
            one.close()


def test_percentiles_are_those_of_a_sorted_list():
    dice = random.Random(9)
    for count in (0, 1, 2, 3, 7, 100, 101):
        values = sorted(dice.randrange(10**13) for _ in range(count))
        found = took(iter(values), count)
        assert found.percentiles == {p: values[rank(p, count) - 1] for p in PERCENTILES if count}
        assert (found.number, sum(found.bins.values())) == (count, count)
