"""Conventions and limits: what a closing time is, going back, never open, and the ends of time."""

from datetime import UTC, datetime, timedelta

import pendulum
import pytest

from supportflow._time import to_us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.plan import timetable
from supportflow.exceptions import InvalidInput, NaiveDatetimeError, NoWorkingTime

OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="office")
ALWAYS = BusinessCalendar.always(name="always")
HOUR = timedelta(hours=1)


def at(day, hour=0, minute=0):
    """A day of June 2026, which begins on a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "hours", "edge", "expected"),
    [
        (at(1, 9), 8, None, at(1, 17)),
        (at(1, 9), 8, "close", at(1, 17)),
        (at(1, 9), 8, "open", at(2, 9)),
        (at(5, 9), 8, "open", at(8, 9)),
        (at(1, 17), -8, None, at(1, 9)),
        (at(1, 17), -8, "open", at(1, 9)),
        (at(8, 17), -8, "close", at(5, 17)),
        (at(6, 12), 0, None, at(6, 12)),
        (at(6, 12), 0, "close", at(5, 17)),
        (at(6, 12), 0, "open", at(8, 9)),
        (at(1, 12), 0, "close", at(1, 12)),
        (at(1, 9), 0, "close", datetime(2026, 5, 29, 17, tzinfo=UTC)),
        (at(6, 12), 1, None, at(8, 10)),
        (at(6, 12), -1, None, at(5, 16)),
    ],
)
def test_edges(start, hours, edge, expected):
    assert OFFICE.add(start, hours=hours, edge=edge) == expected
    assert OFFICE.add(start, hours * HOUR, edge=edge) == expected


def test_an_unknown_edge_is_refused():
    with pytest.raises(InvalidInput, match="edge"):
        OFFICE.add(at(1), HOUR, edge="closing")
    with pytest.raises(InvalidInput, match="edge"):
        OFFICE.add(at(1), -HOUR, edge="closing")


def test_every_microsecond_counts():
    tick = timedelta(microseconds=1)
    assert OFFICE.add(at(1, 17) - tick, tick) == at(1, 17)
    assert OFFICE.add(at(1, 17) - tick, 2 * tick) == at(2, 9) + tick
    assert OFFICE.elapsed(at(1, 9) - tick, at(1, 9) + tick) == tick
    assert OFFICE.is_open(at(1, 17) - tick)
    assert not OFFICE.is_open(at(1, 17))
    assert OFFICE.is_open(at(1, 9))
    assert not OFFICE.is_open(at(1, 9) - tick)


def test_openings_and_closings():
    assert OFFICE.next_open(at(1, 12)) == at(1, 12)
    assert OFFICE.next_open(at(1, 17)) == at(2, 9)
    assert OFFICE.next_open(at(6, 12)) == at(8, 9)
    assert OFFICE.next_close(at(1, 12)) == at(1, 17)
    assert OFFICE.next_close(at(1, 17)) == at(2, 17)
    assert OFFICE.next_close(at(6, 12)) == at(8, 17)


def test_around_the_clock_has_no_closing():
    assert ALWAYS.next_open(at(6, 12)) == at(6, 12)
    assert ALWAYS.next_close(at(6, 12)) is None
    assert ALWAYS.intervals(at(1), at(30)) == [(at(1), at(30))]
    one_off = ALWAYS.model_copy(
        update={"overrides": BusinessCalendar.always(overrides={"2031-05-05": []}).overrides}
    )
    assert one_off.next_close(at(6, 12)) == datetime(2031, 5, 5, tzinfo=UTC)


def test_intervals_are_clipped():
    assert OFFICE.intervals(at(5, 16), at(8, 10)) == [(at(5, 16), at(5, 17)), (at(8, 9), at(8, 10))]
    assert OFFICE.intervals(at(6), at(8)) == []
    assert OFFICE.intervals(at(8), at(6)) == []


def test_half_days_and_closures_beat_weekdays_and_holidays():
    calendar = BusinessCalendar.weekdays(
        "09:00",
        "17:00",
        tz="UTC",
        holidays=["2026-06-02", "2026-06-03"],
        overrides={"2026-06-01": [], "2026-06-03": [("09:00", "12:00")], "2026-06-06": [("10:00", "11:00")]},
    )
    assert [(day, calendar.elapsed(at(day), at(day + 1)) / HOUR) for day in range(1, 8)] == [
        (1, 0),
        (2, 0),
        (3, 3),
        (4, 8),
        (5, 8),
        (6, 1),
        (7, 0),
    ]


def test_a_holiday_and_the_night_before_it():
    nights = {day: [("22:00", "06:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
    shift = BusinessCalendar(tz="UTC", weekly=nights, holidays=["2026-06-03"])
    day = BusinessCalendar(tz="UTC", weekly=nights, holidays=["2026-06-03"], holiday_scope="day")
    # Wednesday the 3rd: the shift of Tuesday goes on until 06:00, or is cut at midnight; Wednesday's own is
    # dropped by both.
    assert shift.elapsed(at(2, 12), at(4, 12)) == 8 * HOUR
    assert day.elapsed(at(2, 12), at(4, 12)) == 2 * HOUR
    kept = day.model_copy(
        update={
            "overrides": BusinessCalendar(tz="UTC", overrides={"2026-06-03": [("12:00", "13:00")]}).overrides
        }
    )
    assert kept.elapsed(at(2, 12), at(4, 12)) == 9 * HOUR


def test_a_calendar_that_ends_says_so_at_once():
    event = BusinessCalendar(tz="UTC", overrides={"2026-06-01": [("09:00", "17:00")]}, name="event")
    assert event.add(at(1), hours=8) == at(1, 17)
    assert event.elapsed(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)) == 8 * HOUR
    for ask in (
        lambda: event.add(at(1), hours=9),
        lambda: event.add(at(1), hours=8, edge="open"),
        lambda: event.add(at(30), hours=-9),
        lambda: event.add(at(1), hours=0, edge="close"),
        lambda: event.next_open(at(1, 17)),
        lambda: event.next_close(at(1, 17)),
    ):
        with pytest.raises(NoWorkingTime) as caught:
            ask()
        assert caught.value.calendar == "event"
    # Nothing was laid out in search of hours, and the closed form was built only for the elapsed time above.
    asked = Compiled(timetable(event))
    for us in (1, -1):
        with pytest.raises(NoWorkingTime):
            asked.add(to_us(at(2 if us > 0 else 1)), us)
    assert asked.near[1] - asked.near[0] < 500 * 86_400 * 10**6
    assert asked._far is None


def test_from_the_first_year_to_the_last():
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    # 1 January of year 1 was a Monday; 31 December 9999 is a Friday: whole weeks but for the weekend at the
    # end.
    days = (last.date() - first.date()).days + 1
    weeks, rest = divmod(days, 7)
    assert rest == 5
    assert OFFICE.elapsed(first, last) == (weeks * 5 + 5) * 8 * HOUR
    assert ALWAYS.elapsed(first, last) == last - first
    assert OFFICE.add(first, OFFICE.elapsed(first, last)) == datetime(9999, 12, 31, 17, tzinfo=UTC)
    assert OFFICE.add(last, -OFFICE.elapsed(first, last)) == datetime(1, 1, 1, 9, tzinfo=UTC)
    assert OFFICE.add(at(1, 9), hours=2_000_000) == datetime(2026, 6, 1, 9, tzinfo=UTC) + timedelta(
        days=2_000_000 // 40 * 7 - 3, hours=8
    )
    assert OFFICE.is_open(datetime(9999, 12, 31, 16, tzinfo=UTC))
    assert not OFFICE.is_open(datetime(1, 1, 1, 8, tzinfo=UTC))
    assert OFFICE.next_open(datetime(3000, 1, 4, tzinfo=UTC)).isoformat() == "3000-01-06T09:00:00+00:00"
    assert OFFICE.next_close(datetime(3000, 1, 4, tzinfo=UTC)).isoformat() == "3000-01-06T17:00:00+00:00"
    for beyond in (
        lambda: OFFICE.add(last, hours=1),
        lambda: OFFICE.add(first, hours=-1),
        lambda: OFFICE.next_open(last),
    ):
        with pytest.raises(NoWorkingTime):
            beyond()


def test_the_last_instant_of_all():
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert ALWAYS.is_open(last)
    assert ALWAYS.next_open(last) == last
    assert ALWAYS.next_close(last) is None
    assert ALWAYS.next_close(datetime(1, 1, 1, tzinfo=UTC)) is None
    assert ALWAYS.intervals(datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)) == [
        (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC))
    ]


def test_summer_time_goes_on_in_the_far_future():
    berlin = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
    for year in (1970, 2099, 2101, 2500, 2499, 9000):
        summer = pendulum.datetime(year, 7, 6, 12, tz="Europe/Berlin")
        opening = berlin.next_open(summer.start_of("day"))
        assert (opening.hour, opening.minute, opening.utcoffset() / HOUR) == (9, 0, 1 if year == 1970 else 2)


def test_instants_that_no_datetime_can_hold_are_refused():
    with pytest.raises(InvalidInput, match="years 1 to 9999"):
        OFFICE.elapsed_us(0, 10**18)
    with pytest.raises(InvalidInput, match="years 1 to 9999"):
        OFFICE.add_us(-(10**18), 1)


def test_naive_times_name_no_instant():
    naive = datetime(2026, 6, 1, 9)
    for ask in (
        lambda: OFFICE.add(naive, HOUR),
        lambda: OFFICE.elapsed(naive, at(1)),
        lambda: OFFICE.elapsed(at(1), naive),
        lambda: OFFICE.is_open(naive),
        lambda: OFFICE.next_open(naive),
        lambda: OFFICE.next_close(naive),
        lambda: OFFICE.intervals(naive, naive),
        lambda: OFFICE.add_days(naive, 1),
        lambda: OFFICE.explain(naive, naive),
    ):
        with pytest.raises(NaiveDatetimeError):
            ask()
