"""The compiled calendar against the wall clock, instant by instant."""

import itertools
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.oracle import DAYS, WallClock, day_of, each, timestamp, tzif, us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.plan import timetable
from supportflow.exceptions import NoWorkingTime

SECOND = 1_000_000

# Zone and date of a clock change that has broken programs.
HOT = [
    ("America/New_York", timestamp(2024, 3, 10)),  # a gap of an hour
    ("America/New_York", timestamp(2024, 11, 3)),  # a fold of an hour
    ("Europe/London", timestamp(2024, 3, 31)),
    ("Europe/Dublin", timestamp(2024, 10, 27)),  # winter is the "daylight saving" time there
    ("Australia/Lord_Howe", timestamp(2024, 4, 6)),  # half an hour
    ("Australia/Lord_Howe", timestamp(2024, 10, 5)),
    ("Pacific/Apia", timestamp(2011, 12, 30)),  # a day that never was
    ("Africa/Casablanca", timestamp(2026, 2, 15)),  # twice a year around Ramadan
    ("Africa/Casablanca", timestamp(2026, 3, 22)),
    ("Antarctica/Troll", timestamp(2024, 3, 31)),  # two hours
    ("Antarctica/Troll", timestamp(2024, 10, 27)),
    ("America/Sao_Paulo", timestamp(2018, 11, 4)),  # a gap at midnight
    ("America/Havana", timestamp(2024, 11, 3)),  # a fold back to midnight
    ("Atlantic/Azores", timestamp(2024, 10, 27)),  # a fold over midnight
    ("Asia/Gaza", timestamp(2025, 4, 12)),
    ("Asia/Almaty", timestamp(2024, 2, 29)),  # a fold that is no daylight saving
    ("Europe/Moscow", timestamp(2014, 10, 26)),
    ("Asia/Kathmandu", timestamp(1985, 12, 31)),  # fifteen minutes
    ("Africa/Cairo", timestamp(2024, 4, 26)),
    ("Africa/Monrovia", timestamp(1972, 1, 7)),  # an offset with seconds ends
]


def clock(minute):
    return f"{minute // 60:02d}:{minute % 60:02d}"


@st.composite
def hours(draw, most=3):
    """Intervals of one day that do not overlap, the last one perhaps overnight."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=2 * most)))
    spans = [(clock(a), clock(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    if len(edges) % 2 and edges[-1] < 1440:
        spans.append((clock(edges[-1]), clock(draw(st.integers(0, edges[0])))))
    return spans


@st.composite
def situations(draw):
    zone, near = draw(st.one_of(st.sampled_from(HOT), changes()))
    weekly = draw(st.dictionaries(st.sampled_from(DAYS), hours(), min_size=3))
    days = st.integers(-3, 4).map(lambda n: day_of(near) + timedelta(days=n))
    kind = {
        "tz": zone,
        "weekly": weekly,
        "holidays": sorted(draw(st.sets(days, max_size=2))),
        "overrides": draw(st.dictionaries(days, st.one_of(hours(), st.just([])), max_size=2)),
        "holiday_scope": draw(st.sampled_from(["shift", "day"])),
    }
    instants = st.integers(-30 * 60, 30 * 60).map(
        lambda n: datetime.fromtimestamp(near - near % 60 + 60 * n, UTC)
    )
    kind["closures"] = [
        {"start": min(a, b), "end": max(a, b)}
        for a, b in draw(st.lists(st.tuples(instants, instants), max_size=3))
        if a != b
    ]
    start = near + draw(st.integers(-36 * 60, 24 * 60)) * 60 + draw(st.sampled_from([0, 0, 0, 17]))
    return kind, start, start + draw(st.integers(0, 40 * 60)) * 60 + draw(st.sampled_from([0, 0, 0, 5]))


@st.composite
def changes(draw):
    """Any zone of tzdata, near one of its changes since 1960 if it has any."""
    zone = draw(st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime"})))
    try:
        found = [at for at, _, _ in tzif(zone) if at > timestamp(1960, 1, 1)]
    except (FileNotFoundError, IsADirectoryError):  # a zone of the system's copy alone
        found = []
    return zone, draw(st.sampled_from(found)) if found else timestamp(2026, 2, 28)


def check_against_the_wall(kind, a, b):
    calendar = BusinessCalendar(**kind)
    wall = WallClock(**kind)
    open_for = wall.count(a, b)
    assert calendar.elapsed_us(us(a), us(b)) == us(open_for)
    assert calendar.elapsed_us(us(b), us(a)) == -us(open_for)
    for t in (a, b, (a + b) // 2):
        assert calendar.core.is_open(us(t)) == wall.is_open(t)
    spans = calendar.core.intervals(us(a), us(b))
    assert sum(end - start for start, end in spans) == us(open_for)
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(spans))
    assert all(wall.is_open(start // SECOND) and wall.is_open((end - 1) // SECOND) for start, end in spans)
    return calendar, wall, open_for


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations(), st.data())
def test_elapsed_is_the_count_and_add_is_its_inverse(situation, data):
    kind, a, b = situation
    calendar, wall, open_for = check_against_the_wall(kind, a, b)
    if not open_for:
        return
    work = data.draw(st.integers(1, us(open_for)), label="work")
    at, last = us(a), us(b)

    due = calendar.add_us(at, work)
    assert calendar.elapsed_us(at, due) == work
    assert due <= last
    assert wall.is_open((due - 1) // SECOND), "a due time is reached while working"

    opening = calendar.add_us(at, work, "open")
    assert calendar.elapsed_us(at, opening) == work
    assert opening >= due
    assert wall.is_open(opening // SECOND)
    assert not any(start < opening and end > due for start, end in calendar.core.intervals(due, opening))

    back = calendar.add_us(last, -work)
    assert calendar.elapsed_us(back, last) == work
    assert wall.is_open(back // SECOND), "going back stops where work began"
    closing = calendar.add_us(last, -work, "close")
    assert calendar.elapsed_us(closing, last) == work
    assert closing <= back
    assert wall.is_open((closing - 1) // SECOND)


@settings(max_examples=40, deadline=None)
@given(situations(), st.lists(st.integers(-900 * 86_400, 900 * 86_400), min_size=3, max_size=3))
def test_elapsed_is_additive(situation, away):
    kind, a, _ = situation
    calendar = BusinessCalendar(**kind)
    x, y, z = (us(a + seconds) + seconds % 7 for seconds in away)
    assert calendar.elapsed_us(x, y) + calendar.elapsed_us(y, z) == calendar.elapsed_us(x, z)


@settings(max_examples=40, deadline=None)
@given(
    situations(),
    st.lists(st.tuples(st.integers(-4000, 4000), st.integers(-(10**6), 10**6)), min_size=2, max_size=6),
    st.randoms(use_true_random=False),
)
def test_growth_in_any_order_gives_the_same_answers(situation, questions, random):
    kind, a, _ = situation
    calendar = BusinessCalendar(**kind)

    def ask(core, days, work):
        t = us(a + days * 86_400)
        return core.add(t, us(work)), core.add(t, us(work), "open"), core.elapsed(us(a), t), core.is_open(t)

    fresh = [ask(Compiled(timetable(calendar)), *question) for question in questions]
    grown = Compiled(timetable(calendar))
    order = list(range(len(questions)))
    random.shuffle(order)
    answers = {i: ask(grown, *questions[i]) for i in order}
    assert [answers[i] for i in range(len(questions))] == fresh


@settings(max_examples=40, deadline=None)
@given(situations(), st.lists(st.integers(-300, 300), min_size=2, max_size=4))
def test_the_closed_form_agrees_with_the_intervals(situation, days):
    kind, a, _ = situation
    core = Compiled(timetable(BusinessCalendar(**kind)))
    far = core._beyond(0)
    for day in days:
        t = us(a + day * 86_400 + day)
        assert far.worked(t) - far.worked(us(a)) == core.elapsed(us(a), t)
        work = us(day * 1000)
        assert far.when(far.worked(t) + work, latest=False) == core.add(t, work, "close")
        assert far.when(far.worked(t) + work, latest=True) == core.add(t, work, "open")


def test_a_gap_swallows_the_whole_opening():
    only_in_the_gap = {"tz": "Europe/London", "weekly": {"sun": [("01:15", "01:45")]}}
    calendar, _, open_for = check_against_the_wall(
        only_in_the_gap, timestamp(2024, 3, 31), timestamp(2024, 3, 31, 23)
    )
    assert open_for == 0
    never = BusinessCalendar(tz="Europe/London", overrides={"2024-03-31": [("01:15", "01:45")]})
    with pytest.raises(NoWorkingTime):
        never.add_us(us(timestamp(2024, 1, 1)), 1)
    midnight = datetime(2024, 3, 31, tzinfo=zoneinfo.ZoneInfo("Europe/London"))
    assert calendar.next_open(midnight).isoformat() == "2024-04-07T01:15:00+01:00"


@pytest.mark.exhaustive
@pytest.mark.parametrize("zone", sorted(zoneinfo.available_timezones() - {"localtime"}))
def test_every_zone_at_each_of_its_changes(zone):
    try:
        found = [at for at, _, _ in tzif(zone) if at > timestamp(1970, 1, 1)]
    except (FileNotFoundError, IsADirectoryError):
        found = []
    odd = {
        "mon": [("00:00", "02:30"), ("22:15", "03:10")],
        "sat": [("23:50", "00:40")],
        "sun": [("00:20", "24:00")],
    }
    even = each(("tue", "wed", "thu", "fri"), ("01:10", "01:50"), ("23:00", "00:30"))
    for near in [*found[-6:], timestamp(2026, 3, 29)]:
        kind = {"tz": zone, "weekly": odd | even, "holidays": [day_of(near)], "holiday_scope": "day"}
        check_against_the_wall(kind, near - 3 * 3600, near + 3 * 3600)
