"""Many threads on one calendar that nobody has asked before: all get the answers of a lone one."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from supportflow.calendars import BusinessCalendar
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.plan import timetable

THREADS = 16
HOUR = 3600 * 10**6
DAY = 24 * HOUR
NOW = 1_780_000_000_000_000


@pytest.fixture(autouse=True)
def _eager_switching():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def questions(seed, count):
    source = random.Random(seed)
    for _ in range(count):
        t = NOW + source.randrange(-9000, 9000) * DAY + source.randrange(DAY)
        yield t, source.randrange(-4000 * HOUR, 4000 * HOUR), source.choice([None, "open", "close"])


def answers(core, asked):
    return [(core.add(t, us, edge), core.elapsed(NOW, t), core.is_open(t)) for t, us, edge in asked]


@pytest.mark.parametrize("round_", range(8))
def test_sixteen_threads_agree(round_):
    calendar = BusinessCalendar.weekdays(
        "09:00", "17:00", tz="America/New_York", holidays=["2026-07-03"], name=f"round {round_}"
    )
    asked = [list(questions(f"{round_}/{thread}", 25)) for thread in range(THREADS)]
    alone = Compiled(timetable(calendar))
    expected = [answers(alone, one) for one in asked]
    start = Barrier(THREADS)

    def work(one):
        start.wait()
        # A calendar of its own each, equal to the others: they meet in one compiled object, not asked before.
        return answers(calendar.model_copy().core, one)

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(work, asked)) == expected
