"""Values in order, also where most of them lie on disk."""

import random

import pytest

from supportflow.replay import ordered
from supportflow.replay.ordered import Ordered
from supportflow.reports.counts import PERCENTILES, rank, took


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


def test_files_are_open_while_they_are_read_and_gone_when_it_is_closed(monkeypatch, tmp_path):
    monkeypatch.setattr(ordered, "HELD", 3)
    monkeypatch.setattr(ordered, "MOST_RUNS", 3)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    few, many = Ordered(), Ordered()
    for number in range(40):
        many.add(number)
    few.add(1)
    [folder] = tmp_path.iterdir()
    assert len(list(folder.iterdir())) == 3  # of nine, three and one times three
    for one in folder.iterdir():
        one.unlink()  # Windows refuses that for files that are open
    for one in (few, many):
        one.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        list(many)


def test_percentiles_are_those_of_a_sorted_list():
    dice = random.Random(9)
    for count in (0, 1, 2, 3, 7, 100, 101):
        values = sorted(dice.randrange(10**13) for _ in range(count))
        found = took(iter(values), count)
        assert found.percentiles == {p: values[rank(p, count) - 1] for p in PERCENTILES if count}
        assert (found.number, sum(found.bins.values())) == (count, count)
