"""What a question to a business calendar costs, beside a day walk and the common Python libraries.

    python benchmarks/calendars.py            # needs the extra `bench`

Eight zones with split weekdays and the year's closed dates. Every program answers the same
questions in one run; ours and the day walk's answers are asserted equal before they are timed; for
the others it is counted how many agree with neither edge of ours. Figures are medians over the
zones of the fastest of several passes, in microseconds of CPU time for one answer, and ratios
between programs of this run; another machine has other microseconds and much the same ratios.

The environment variable SUPPORTFLOW_COMPARE may name a folder with a `business_time.py`, whose
integer core and compilation are then timed beside ours.
"""

import importlib.util
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import businesstimedelta
import numpy as np
import pandas as pd
import pendulum

from supportflow._time import to_us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.plan import timetable
from supportflow.calendars.timetable import Timetable
from supportflow.calendars.zones import Zone

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Europe/London",
    "Asia/Tokyo",
)
CLOSED = [
    date(2026, month, day) for month, day in ((1, 1), (4, 3), (4, 6), (5, 1), (12, 24), (12, 25), (12, 26))
]
HOURS = (("09:00", "12:00"), ("13:00", "18:00"))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
HORIZONS = (1, 8, 40, 400)
HOUR_US = 3600 * 10**6
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def cpu(call: Callable[[], Any], answers: int, passes: int = 7) -> float:
    """Microseconds of CPU time for one answer: the fastest of several passes of some milliseconds."""
    call()
    repeat = 1
    while True:
        begin = time.process_time()
        for _ in range(repeat):
            call()
        spent = time.process_time() - begin
        if spent > 0.02:
            break
        repeat *= 2
    best = spent
    for _ in range(passes - 1):
        begin = time.process_time()
        for _ in range(repeat):
            call()
        best = min(best, time.process_time() - begin)
    return best / repeat / answers * 1e6


class DayWalk:
    """What one writes by hand: go from day to day, turn its hours into instants, take what is needed."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.closed = set(CLOSED)
        self.hours = [tuple(datetime.strptime(text, "%H:%M").time() for text in pair) for pair in HOURS]  # noqa: DTZ007

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open intervals from the start's date on."""
        day = start.astimezone(self.zone).date()
        while True:
            if day.weekday() < 5 and day not in self.closed:
                for opens, closes in self.hours:
                    yield (
                        datetime.combine(day, opens, self.zone).astimezone(UTC),
                        datetime.combine(day, closes, self.zone).astimezone(UTC),
                    )
            day += timedelta(days=1)

    def add(self, start: datetime, work: timedelta) -> datetime:
        """The instant after that much work."""
        for opens, closes in self.spans(start):
            begin = max(start, opens)
            if begin < closes:
                if work <= closes - begin:
                    return begin + work
                work -= closes - begin
        raise AssertionError

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The work between two instants."""
        total = timedelta(0)
        for opens, closes in self.spans(start):
            if opens >= end:
                return total
            if closes > start:
                total += min(end, closes) - max(start, opens)
        raise AssertionError


def other_programs(zone: str) -> tuple[Any, Any]:
    """The same hours for businesstimedelta and for pandas."""
    import pytz  # noqa: PLC0415 - businesstimedelta knows no other zones

    rules = [
        businesstimedelta.WorkDayRule(
            start_time=datetime.strptime(opens, "%H:%M").time(),  # noqa: DTZ007
            end_time=datetime.strptime(closes, "%H:%M").time(),  # noqa: DTZ007
            working_days=[0, 1, 2, 3, 4],
            tz=pytz.timezone(zone),
        )
        for opens, closes in HOURS
    ]
    # It looks ahead for the next holiday, up to five years, and fails without one: it is given one there.
    holidays = businesstimedelta.HolidayRule([*CLOSED, date(2029, 1, 1)], tz=pytz.timezone(zone))
    hours = pd.offsets.CustomBusinessHour(
        start=[opens for opens, _ in HOURS],
        end=[closes for _, closes in HOURS],
        holidays=[str(day) for day in CLOSED],
    )
    return businesstimedelta.Rules([*rules, holidays]), hours


def calendar(zone: str) -> BusinessCalendar:
    return BusinessCalendar(tz=zone, weekly={day: list(HOURS) for day in WEEKDAYS}, holidays=CLOSED)


def stdlib_add(core: Compiled, zone: ZoneInfo, start: datetime, us: int) -> datetime:
    """The integer core with standard datetimes on both sides."""
    since = start - EPOCH
    at = core.add((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds, us)
    seconds, micro = divmod(at, 10**6)
    return (EPOCH + timedelta(0, seconds, micro)).astimezone(zone)


def stdlib_elapsed(core: Compiled, start: datetime, end: datetime) -> timedelta:
    a, b = start - EPOCH, end - EPOCH
    us = core.elapsed(
        (a.days * 86_400 + a.seconds) * 10**6 + a.microseconds,
        (b.days * 86_400 + b.seconds) * 10**6 + b.microseconds,
    )
    return timedelta(0, 0, us)


def reference() -> ModuleType | None:
    folder = os.environ.get("SUPPORTFLOW_COMPARE")
    path = Path(folder) / "business_time.py" if folder else None
    if path is None or not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("business_time", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(title: str, rows: dict[str, Sequence[float]], heads: Sequence[str], base: str = "") -> None:
    print(f"\n{title}")
    print(f"  {'':34}" + "".join(f"{head:>12}" for head in heads))
    for name, values in rows.items():
        print(f"  {name:34}" + "".join(f"{value:12.2f}" for value in values))
    if base:
        for name, values in rows.items():
            if name != base and not name.startswith("supportflow"):
                ratios = (value / ours for value, ours in zip(values, rows[base], strict=False))
                print(f"  {name + ' / supportflow':34}" + "".join(f"{ratio:11.1f}x" for ratio in ratios))


def _medians(rows: dict[str, list[list[float]]]) -> dict[str, list[float]]:
    """Of the zones, column by column."""
    return {
        name: [statistics.median(column) for column in zip(*each, strict=True)] for name, each in rows.items()
    }


def starts(zone: str, source: random.Random, count: int) -> list[datetime]:
    local = ZoneInfo(zone)
    return [
        datetime(2026, 2, 1, 10, tzinfo=local) + timedelta(minutes=source.randrange(200 * 1440))
        for _ in range(count)
    ]


Calls = dict[str, tuple[Callable[[], object], int]]


class Questions:
    """What is asked of every program in one zone."""

    def __init__(self, zone: str, source: random.Random) -> None:
        self.zone = ZoneInfo(zone)
        self.ours = calendar(zone)
        self.walk = DayWalk(zone)
        self.rules, self.offset = other_programs(zone)
        self.begins = starts(zone, source, 20)
        self.few = self.begins[:4]

    def ends(self, work: timedelta) -> list[datetime]:
        """The answers, agreed on by ours and the day walk."""
        ends = [self.walk.add(begin, work).astimezone(self.zone) for begin in self.begins]
        us = work // timedelta(microseconds=1)
        assert [self.ours.add(begin, work) for begin in self.begins] == ends
        assert [stdlib_add(self.ours.core, self.zone, begin, us) for begin in self.begins] == ends
        pairs = list(zip(self.begins, ends, strict=True))
        assert all(self.walk.elapsed(a, b) == self.ours.elapsed(a, b) == work for a, b in pairs)
        assert all(stdlib_elapsed(self.ours.core, a, b) == work for a, b in pairs)
        return ends

    def add_calls(self, hours: int) -> Calls:
        """Adding so many hours."""
        ours, walk, zone, begins, few = self.ours, self.walk, self.zone, self.begins, self.few
        work, us = timedelta(hours=hours), hours * HOUR_US
        in_pendulum = [pendulum.instance(begin) for begin in begins]
        stamps = [pd.Timestamp(begin) for begin in few]
        step = self.offset * hours
        delta = businesstimedelta.BusinessTimeDelta(self.rules, hours=hours)
        return {
            OURS: (lambda: [ours.add(begin, work) for begin in begins], 20),
            "supportflow, pendulum in and out": (
                lambda: [ours.add(begin, work) for begin in in_pendulum],
                20,
            ),
            STDLIB: (lambda: [stdlib_add(ours.core, zone, begin, us) for begin in begins], 20),
            "day walk": (lambda: [walk.add(begin, work).astimezone(zone) for begin in begins], 20),
            "pandas CustomBusinessHour": (lambda: [stamp + step for stamp in stamps], 4),
            "businesstimedelta": (lambda: [begin + delta for begin in few], 4),
        }

    def elapsed_calls(self, ends: list[datetime]) -> Calls:
        """Counting back what was added."""
        ours, walk, rules = self.ours, self.walk, self.rules
        pairs = list(zip(self.begins, ends, strict=True))
        return {
            "supportflow": (lambda: [ours.elapsed(a, b) for a, b in pairs], 20),
            "supportflow, from the core": (lambda: [stdlib_elapsed(ours.core, a, b) for a, b in pairs], 20),
            "day walk": (lambda: [walk.elapsed(a, b) for a, b in pairs], 20),
            "businesstimedelta": (lambda: [rules.difference(a, b) for a, b in pairs[:4]], 4),
        }


OURS = "supportflow, pendulum out"
STDLIB = "supportflow, stdlib out"


def datetimes() -> None:
    """Datetimes in and out, by hours of working time."""
    source = random.Random(1)
    add: dict[str, list[list[float]]] = {}
    elapsed: dict[str, list[list[float]]] = {}
    different = {"pandas CustomBusinessHour": 0, "businesstimedelta": 0}
    asked = 0
    for questions in [Questions(zone, source) for zone in ZONES]:
        add_row: dict[str, list[float]] = {}
        elapsed_row: dict[str, list[float]] = {}
        for hours in HORIZONS:
            ends = questions.ends(timedelta(hours=hours))
            calls = questions.add_calls(hours)
            asked += len(questions.few)
            for name in different:
                answers: Any = calls[name][0]()
                work = timedelta(hours=hours)
                openings = [questions.ours.add(begin, work, edge="open") for begin in questions.few]
                different[name] += sum(
                    to_us(answer) not in map(to_us, edges)
                    for answer, *edges in zip(answers, ends[: len(answers)], openings, strict=True)
                )
            for row, timed in ((add_row, calls), (elapsed_row, questions.elapsed_calls(ends))):
                for name, (call, count) in timed.items():
                    row.setdefault(name, []).append(cpu(call, count, passes=1 if count == 4 else 3))
        for total, row in ((add, add_row), (elapsed, elapsed_row)):
            for name, values in row.items():
                total.setdefault(name, []).append(values)
    heads = [f"{hours} h" for hours in HORIZONS]
    medians = _medians(add)
    table("add, us", medians, heads, OURS)
    kept = (STDLIB, "day walk", "businesstimedelta")
    table("add with stdlib datetimes out, us", {name: medians[name] for name in kept}, heads, STDLIB)
    table("elapsed, us", _medians(elapsed), heads, "supportflow")
    print(f"\nanswers of {asked} that differ: {different}")


def integers() -> None:
    """The integer core, and what a fresh calendar costs."""
    module = reference()
    source = random.Random(2)
    rows: dict[str, list[list[float]]] = {}
    for zone in ZONES:
        core = calendar(zone).core
        at = [int(begin.timestamp()) for begin in starts(zone, source, 200)]
        work = [source.randrange(1, 80 * 3600) for _ in at]
        end = [a + source.randrange(40 * 86_400) for a in at]
        micro = [(a * 10**6, w * 10**6, e * 10**6) for a, w, e in zip(at, work, end, strict=True)]
        plain = list(zip(at, work, end, strict=True))
        whole = calendar(zone)
        for a, w, e in micro:
            core.add(a, w)
            core.elapsed(a, e)
        begin = core.near[0]
        warm = timetable(whole)
        got: dict[str, list[float]] = {
            "supportflow": [
                cpu(lambda m=micro, f=core.add: [f(a, w) for a, w, _ in m], 200),
                cpu(lambda m=micro, f=core.elapsed: [f(a, e) for a, _, e in m], 200),
                cpu(lambda w=warm, b=begin: _compile(w, b), 1) / 1000,
                cpu(lambda z=zone, c=whole, b=begin: _compile_cold(c, z, b), 1) / 1000,
            ],
            "supportflow, by its methods": [
                cpu(lambda m=micro, f=whole: [f.add_us(a, w) for a, w, _ in m], 200),
                cpu(lambda m=micro, f=whole: [f.elapsed_us(a, e) for a, _, e in m], 200),
            ],
        }
        if module is not None:
            weekly = {day: list(HOURS) for day in WEEKDAYS}
            other = module.Calendar(zone, weekly, CLOSED)
            assert [other.add_ts(a, w) * 10**6 for a, w, _ in plain] == [core.add(a, w) for a, w, _ in micro]
            assert [other.elapsed_ts(a, e) * 10**6 for a, _, e in plain] == [
                core.elapsed(a, e) for a, _, e in micro
            ]

            def again(
                zone: str = zone, weekly: dict[str, list[tuple[str, str]]] = weekly, begin: int = begin
            ) -> None:
                made = module.Calendar(zone, weekly, CLOSED)
                made.ensure(begin // 10**6, begin // 10**6 + 366 * 86_400 - 1)

            compiled = cpu(again, 1) / 1000
            got["business_time.py"] = [
                cpu(lambda p=plain, f=other.add_ts: [f(a, w) for a, w, _ in p], 200),
                cpu(lambda p=plain, f=other.elapsed_ts: [f(a, e) for a, _, e in p], 200),
                compiled,
                compiled,
            ]
        for name, values in got.items():
            rows.setdefault(name, []).append(values)
    medians = _medians(rows)
    table(
        "integer core, us; compilation of a calendar year, ms (zone known, zone new)",
        medians,
        ["add", "elapsed", "compile", "cold"],
        "supportflow",
    )


def _compile(warm: Timetable, begin: int) -> None:
    core = Compiled(warm)
    core.near = (begin, begin, [begin], [begin, begin], [-1, 0])
    core.cover(begin, begin)


def _compile_cold(whole: BusinessCalendar, zone: str, begin: int) -> None:
    fresh = timetable(whole)
    for schedule in fresh.schedules:
        object.__setattr__(schedule, "zone", Zone(zone, "system"))
    _compile(fresh, begin)


def batches() -> None:
    """Arrays against a loop over the integer core."""
    source = random.Random(3)
    ours = calendar("Europe/Berlin")
    rows: dict[str, list[float]] = {"loop": [], "array": [], "array, elapsed": [], "loop, elapsed": []}
    sizes = (1_000, 10_000, 100_000)
    for size in sizes:
        at = np.array([1_767_225_600 * 10**6 + source.randrange(360 * 86_400 * 10**6) for _ in range(size)])
        work = np.array([source.randrange(1, 80 * HOUR_US) for _ in range(size)])
        end = at + work * 3
        listed = list(zip(at.tolist(), work.tolist(), end.tolist(), strict=True))
        assert ours.add_many(at, work).tolist() == [ours.add_us(a, w) for a, w, _ in listed]
        rows["loop"].append(cpu(lambda p=listed: [ours.add_us(a, w) for a, w, _ in p], size))
        rows["array"].append(cpu(lambda a=at, w=work: ours.add_many(a, w), size))
        rows["loop, elapsed"].append(cpu(lambda p=listed: [ours.elapsed_us(a, e) for a, _, e in p], size))
        rows["array, elapsed"].append(cpu(lambda a=at, e=end: ours.elapsed_many(a, e), size))
    heads = [f"{size:,}" for size in sizes]
    table("many at once, us for each: add", {name: rows[name] for name in ("loop", "array")}, heads, "array")
    table(
        "many at once, us for each: elapsed",
        {name.removesuffix(", elapsed"): rows[name] for name in ("loop, elapsed", "array, elapsed")},
        heads,
        "array",
    )


def far() -> None:
    """Answers far from now: laid out up to 2100, in closed form beyond."""
    now = 1_767_225_600 * 10**6
    rows: dict[str, list[float]] = {"first": [], "again": []}
    distances = (2_000, 20_000, 100_000, 2_000_000)
    for hours in distances:
        whole = timetable(calendar("Europe/Berlin"))
        begin = time.process_time()
        core = Compiled(whole)
        core.add(now, hours * HOUR_US)
        rows["first"].append((time.process_time() - begin) * 1e6)
        rows["again"].append(cpu(lambda c=core, h=hours: c.add(now, h * HOUR_US), 1))
    table("add so many hours, us", rows, [f"{hours:,} h" for hours in distances])


if __name__ == "__main__":
    datetimes()
    integers()
    batches()
    far()
