"""Why time counts: stretches without a gap that sum exactly, and a week to look at."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.calendars import BusinessCalendar, render_week
from supportflow.exceptions import InvalidInput

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
SUPPORT = BusinessCalendar.weekdays(
    "09:00",
    "17:00",
    tz="Europe/Berlin",
    name="Support",
    tzdata="package",
    holidays={"2026-12-25": "Christmas Day", "2026-12-26": "Boxing Day"},
    overrides={"2026-12-24": {"hours": [("09:00", "12:00")], "name": "Christmas Eve"}, "2026-12-28": []},
)


def test_christmas_week():
    start, end = datetime(2026, 12, 23, 16, tzinfo=BERLIN), datetime(2026, 12, 29, 10, tzinfo=BERLIN)
    told = [
        (f"{s.start:%d %H:%M}", f"{s.end:%d %H:%M}", s.open, s.reason, s.name)
        for s in SUPPORT.explain(start, end)
    ]
    assert told == [
        ("23 16:00", "23 17:00", True, "hours", ""),
        ("23 17:00", "24 09:00", False, "closed", ""),
        ("24 09:00", "24 12:00", True, "override", "Christmas Eve"),
        ("24 12:00", "24 17:00", False, "override", "Christmas Eve"),
        ("24 17:00", "25 00:00", False, "closed", ""),
        ("25 00:00", "26 00:00", False, "holiday", "Christmas Day"),
        ("26 00:00", "27 00:00", False, "holiday", "Boxing Day"),
        ("27 00:00", "28 00:00", False, "closed", ""),
        ("28 00:00", "29 00:00", False, "override", ""),
        ("29 00:00", "29 09:00", False, "closed", ""),
        ("29 09:00", "29 10:00", True, "hours", ""),
    ]


spans = st.sampled_from(
    [("00:00", "24:00"), ("09:00", "12:30"), ("22:15", "06:00"), ("01:30", "02:30"), ("13:00", "18:00")]
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["mon", "wed", "fri", "sat", "sun"]), st.lists(spans, max_size=3), min_size=2
    ),
    st.dictionaries(st.integers(-2, 3), st.sampled_from(["", "Feast"]), max_size=2),
    st.dictionaries(st.integers(-2, 3), st.lists(spans, max_size=2), max_size=2),
    st.tuples(
        st.sampled_from(["shift", "day"]),
        st.sampled_from(
            [
                ("Europe/Berlin", date(2026, 3, 29)),
                ("Europe/Berlin", date(2026, 10, 25)),
                ("Pacific/Apia", date(2011, 12, 30)),
            ]
        ),
        st.tuples(st.integers(-3 * 86_400, 3 * 86_400), st.integers(0, 5 * 86_400)),
    ),
)
def test_stretches_tile_the_time_and_sum_to_elapsed(weekly, closed, special, situation):
    scope, (zone, around), when = situation
    calendar = BusinessCalendar(
        tz=zone,
        weekly=weekly | {"thu": [("10:00", "11:00")]},
        holidays={around + timedelta(days=n): name for n, name in closed.items()},
        overrides={around + timedelta(days=n): hours for n, hours in special.items()},
        holiday_scope=scope,
        overlaps="merge",
    )
    start = datetime(around.year, around.month, around.day, tzinfo=UTC) + timedelta(seconds=when[0])
    end = start + timedelta(seconds=when[1])
    told = calendar.explain(start, end)
    assert sum((s.working for s in told), timedelta(0)) == calendar.elapsed(start, end)
    assert sum((s.duration for s in told), timedelta(0)) == end - start
    if told:
        assert (told[0].start, told[-1].end) == (start, end)
    for a, b in itertools.pairwise(told):
        assert a.end == b.start
        assert a[2:5] != b[2:5], "two stretches of one reason are one"
    begin = start
    for stretch in told:
        assert stretch.start == begin
        assert calendar.is_open(begin) == stretch.open
        middle = begin + stretch.duration / 2
        begin += stretch.duration
        assert calendar.is_open(middle) == stretch.open
        local = middle.astimezone(ZoneInfo(zone)).date()
        if stretch.reason == "holiday":
            assert not stretch.open
            assert local in calendar.holidays
            assert local not in calendar.overrides


def test_time_does_not_run_backwards():
    with pytest.raises(InvalidInput, match="end"):
        SUPPORT.explain(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_week_to_look_at():
    day = "·" * 18 + "█" * 16 + "·" * 14
    eve = "·" * 18 + "█" * 6 + "·" * 24
    none = "·" * 48
    assert render_week(SUPPORT, datetime(2026, 12, 24, 10, tzinfo=BERLIN)).splitlines() == [
        f"Support · Europe/Berlin · week of 2026-12-21 · tzdata {SUPPORT.tzdata_version}",
        "",
        "           00    03    06    09    12    15    18    21    24",
        f" Mon 12-21 {day}     8 h 09:00-17:00",
        f" Tue 12-22 {day}     8 h 09:00-17:00",
        f" Wed 12-23 {day}     8 h 09:00-17:00",
        f">Thu 12-24 {eve}     3 h 09:00-12:00 override: Christmas Eve",
        f" Fri 12-25 {none}     0 h holiday: Christmas Day",
        f" Sat 12-26 {none}     0 h holiday: Boxing Day",
        f" Sun 12-27 {none}     0 h closed",
        "",
        "working time this week: 27 h",
        "next openings:",
        "  open now",
        "  Tue 2026-12-29 09:00 +0100",
        "  Wed 2026-12-30 09:00 +0100",
    ]


def test_a_week_with_a_clock_change_and_nights():
    nights = BusinessCalendar(tz="Europe/Berlin", weekly={"sat": [("22:30", "06:00")]})
    text = render_week(nights, datetime(2026, 3, 29, 12, tzinfo=UTC))
    saturday, sunday = text.splitlines()[8:10]
    assert saturday.endswith("███  1 h 30 22:30-06:00")
    assert sunday.startswith(">Sun 03-29 ████████████····")
    assert sunday.endswith("    5 h closed clocks go forward 60 min")


def test_a_week_of_calendars_that_never_open_or_close_again():
    assert render_week(BusinessCalendar.always(), datetime(2026, 1, 1, tzinfo=UTC)).endswith(
        "working time this week: 168 h\nnext openings:\n  open now\n  never closes again\n"
    )
    once = BusinessCalendar(tz="UTC", overrides={"2026-01-02": [("09:00", "10:00")]})
    assert render_week(once, datetime(2026, 1, 1, tzinfo=UTC)).endswith(
        "next openings:\n  Fri 2026-01-02 09:00 +0000\n  none after that\n"
    )
