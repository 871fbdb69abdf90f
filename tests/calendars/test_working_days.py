"""Counting in working days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import InvalidInput, NoWorkingTime

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessCalendar.weekdays(
    "09:00", "17:00", tz="Europe/Berlin", holidays=["2026-04-03", "2026-04-06"]
)


@pytest.mark.parametrize(
    ("start", "days", "at", "expected"),
    [
        ("2026-04-01T10:30", 1, "same", "2026-04-02T10:30"),
        ("2026-04-01T10:30", 2, "same", "2026-04-07T10:30"),  # over Easter
        ("2026-04-01T10:30", 2, "end", "2026-04-07T17:00"),
        ("2026-04-01T22:00", 1, "same", "2026-04-02T22:00"),
        ("2026-04-04T10:30", 1, "same", "2026-04-07T10:30"),
        ("2026-04-04T10:30", 0, "same", "2026-04-07T10:30"),
        ("2026-04-04T10:30", 0, "end", "2026-04-07T17:00"),
        ("2026-04-01T10:30", 0, "same", "2026-04-01T10:30"),
        ("2026-04-01T10:30", 0, "end", "2026-04-01T17:00"),
        ("2026-04-07T10:30", -1, "same", "2026-04-02T10:30"),
        ("2026-04-05T10:30", -2, "end", "2026-04-01T17:00"),
        ("2026-03-27T10:30", 1, "same", "2026-03-30T10:30"),  # over the clock change, at the same time of day
    ],
)
def test_working_days(start, days, at, expected):
    answer = OFFICE.add_days(datetime.fromisoformat(start).replace(tzinfo=BERLIN), days, at=at)
    assert answer.replace(tzinfo=None).isoformat()[:16] == expected
    assert answer.utcoffset() == datetime.fromisoformat(expected).replace(tzinfo=BERLIN).utcoffset()


def test_the_calendar_s_date_counts_not_the_caller_s():
    evening = datetime(2026, 4, 1, 23, tzinfo=ZoneInfo("America/New_York"))  # 05:00 on the 2nd in Berlin
    assert OFFICE.add_days(evening, 1).isoformat() == "2026-04-06T23:00:00-04:00"


def test_a_time_that_the_clock_skips_or_repeats():
    daily = BusinessCalendar.always("Europe/Berlin")
    before = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    assert daily.add_days(before, 1).isoformat() == "2026-03-29T03:00:00+02:00"
    autumn = datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN)
    assert daily.add_days(autumn, 1).isoformat() == "2026-10-25T02:30:00+02:00"
    night = BusinessCalendar(
        tz="Europe/Berlin", weekly={"sun": [("00:00", "02:30")], "sat": [("22:00", "02:15")]}
    )
    assert night.add_days(autumn, 0, at="end").isoformat() == "2026-10-25T02:15:00+01:00"
    assert night.add_days(before, 1, at="end").isoformat() == "2026-03-29T03:00:00+02:00"


def test_the_end_of_a_night_shift_is_the_next_morning():
    nights = BusinessCalendar(tz="UTC", weekly={"fri": [("08:00", "09:00"), ("22:00", "06:00")]})
    assert nights.add_days(datetime(2026, 4, 1, tzinfo=UTC), 1, at="end") == datetime(
        2026, 4, 4, 6, tzinfo=UTC
    )


def test_versions_decide_by_date():
    calendar = BusinessCalendar.weekdays(
        "09:00",
        "17:00",
        tz="UTC",
        versions=[{"effective_from": "2026-04-03", "weekly": {"sun": [("10:00", "11:00")]}}],
    )
    start = datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert [calendar.add_days(start, n).day for n in (1, 2, 3)] == [2, 5, 12]
    assert calendar.add_days(start, 2, at="end").hour == 11


def test_there_may_be_no_such_day():
    event = BusinessCalendar(tz="UTC", overrides={"2026-04-03": [("10:00", "11:00")]})
    assert event.add_days(datetime(2026, 4, 1, tzinfo=UTC), 1, at="end") == datetime(
        2026, 4, 3, 11, tzinfo=UTC
    )
    for days in (2, -1):
        with pytest.raises(NoWorkingTime):
            event.add_days(datetime(2026, 4, 1, tzinfo=UTC), days)
    with pytest.raises(NoWorkingTime):
        OFFICE.add_days(datetime(9999, 12, 30, tzinfo=UTC), 20)


def test_an_unknown_time_of_day_is_refused():
    with pytest.raises(InvalidInput, match="at"):
        OFFICE.add_days(datetime(2026, 4, 1, tzinfo=UTC), 1, at="noon")


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 60), max_size=20), st.integers(0, 40), st.integers(-15, 15))
def test_days_between_are_counted(closed, first, days):
    begin = date(2026, 3, 1)
    calendar = BusinessCalendar.weekdays(
        "09:00", "17:00", tz="UTC", holidays=[begin + timedelta(days=n) for n in closed]
    )
    start = datetime(2026, 3, 1, 13, tzinfo=UTC) + timedelta(days=first)

    def works(day):
        return day.weekday() < 5 and (day - begin).days not in closed

    end = calendar.add_days(start, days)
    assert works(end.date())
    assert (end.hour, end.minute) == (13, 0)
    low, high = sorted((start.date(), end.date()))
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    counted = sum(works(day) for day in between if day != start.date())
    expected = abs(days) if days or works(start.date()) else 1
    assert counted == expected
