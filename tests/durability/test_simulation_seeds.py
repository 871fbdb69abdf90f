"""Several desks over one store from one seed: see `simulation`. A seed that fails is named, and fails again when it is run.

python -m pytest tests/durability/test_simulation_seeds.py -k seeds        # 1,000 seeds
SUPPORTFLOW_SEEDS=631:632 python -m pytest tests/durability -k own_seeds   # one seed, and what happened
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from durability.mutants import MUTANTS
from durability.simulation import World

ROOT = Path(__file__).parents[2]
SEEDS = 1_000
CHUNK = 100


def failing(seeds, mutant=None):
    """The seeds that break something, and what."""
    found = {}
    for seed in seeds:
        broken = World(seed, mutant).run()
        if broken:
            found[seed] = broken
    return found


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(first, marks=pytest.mark.no_cover) for first in range(CHUNK, SEEDS, CHUNK))]
)
def test_seeds(first):
    assert failing(range(first, first + CHUNK)) == {}


@pytest.mark.exhaustive
@pytest.mark.parametrize("first", range(SEEDS, 20_000, 1_000))
def test_more_seeds(first):
    assert failing(range(first, first + 1_000)) == {}


def test_own_seeds():
    """Those in `SUPPORTFLOW_SEEDS`, as `first:last`; what happened is printed."""
    given = os.environ.get("SUPPORTFLOW_SEEDS")
    if given is None:
        pytest.skip("SUPPORTFLOW_SEEDS names no seeds")
    for seed in range(*map(int, given.split(":"))):
        world = World(seed)
        broken = world.run()
        print("\n".join([f"seed {seed}", *world.trace, *broken]))  # noqa: T201 - it is what was asked for
        assert broken == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_store_with_a_mistake_in_it_is_caught(mutant):
    assert any(World(seed, mutant).run() for seed in range(500))


def test_the_chaos_is_chaos():
    """All that is meant to happen does."""
    met = Counter()
    for seed in range(20):
        world = World(seed)
        world.run()
        met += world.met
    for what in ("killed", "StoreUnavailable", "Conflict", "Duplicate", "ConnectionError", "TimeoutError"):
        assert met[what] > 0, what


def test_a_seed_tells_the_same_story_each_time():
    """In this process and in others, whatever the order of their sets is."""
    code = "from durability.simulation import World; w = World(7); w.run(); print(w.digest())"
    digests = set()
    for number in "12":
        environment = {"PYTHONHASHSEED": number, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
        run = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout.strip())
    world = World(7)
    world.run()
    assert digests == {world.digest()}
    other = World(8)
    other.run()
    assert other.digest() != world.digest()
