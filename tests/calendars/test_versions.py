"""Hours that change from a date on: elapsed time adds up piecewise."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.oracle import WallClock, each
from supportflow.calendars import BusinessCalendar

HOUR = timedelta(hours=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OLD = {"tz": "Europe/Berlin", "weekly": each(WEEKDAYS, ("09:00", "17:00"), ("22:00", "02:00"))}
NEW = {"tz": "America/New_York", "weekly": each((*WEEKDAYS, "sat"), ("08:00", "20:00"))}
CHANGE = date(2026, 6, 3)
MOVED = BusinessCalendar(**OLD, versions=[{"effective_from": CHANGE, **NEW}])
AT = datetime(2026, 6, 3, tzinfo=ZoneInfo("America/New_York"))

instants = st.integers(-40 * 24 * 3600, 40 * 24 * 3600).map(
    lambda s: AT.astimezone(UTC) + timedelta(seconds=s)
)


@settings(max_examples=150, deadline=None)
@given(instants, instants)
def test_elapsed_is_the_sum_of_the_pieces(a, b):
    before, after = BusinessCalendar(**OLD), BusinessCalendar(**NEW)

    def piece(calendar, low, high):
        return calendar.elapsed(low, high) if low < high else timedelta(0)

    low, high = min(a, b), max(a, b)
    expected = piece(before, low, min(high, AT)) + piece(after, max(low, AT), high)
    assert MOVED.elapsed(low, high) == expected
    assert MOVED.elapsed(high, low) == -expected
    assert MOVED.is_open(a) == (before if a < AT else after).is_open(a)
    if expected:
        assert MOVED.elapsed(low, MOVED.add(low, expected)) == expected


def test_it_begins_with_the_date_in_the_new_zone():
    assert MOVED.is_open(datetime(2026, 6, 3, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    assert MOVED.next_close(datetime(2026, 6, 3, 1, tzinfo=ZoneInfo("Europe/Berlin"))).hour == 2
    cut = BusinessCalendar(
        tz="UTC",
        weekly={"tue": [("22:00", "06:00")]},
        versions=[{"effective_from": CHANGE, "weekly": {"fri": [("10:00", "11:00")]}}],
    )
    assert cut.next_close(datetime(2026, 6, 2, 23, tzinfo=UTC)) == datetime(2026, 6, 3, tzinfo=UTC)


def test_what_a_version_leaves_out_stays():
    calendar = BusinessCalendar.weekdays(
        "09:00",
        "17:00",
        tz="UTC",
        holidays=["2026-06-04", "2026-06-05"],
        versions=[
            {"effective_from": CHANGE, "weekly": {"thu": [("09:00", "10:00")], "fri": [("09:00", "10:00")]}},
            {"effective_from": "2026-06-05", "holidays": []},
        ],
    )
    hours = [
        calendar.elapsed(datetime(2026, 6, day, tzinfo=UTC), datetime(2026, 6, day + 1, tzinfo=UTC)) / HOUR
        for day in range(1, 13)
    ]
    assert hours == [8, 8, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1]


def test_a_desk_that_closes_for_good():
    closing = BusinessCalendar.weekdays(
        "09:00", "17:00", tz="UTC", versions=[{"effective_from": CHANGE, "weekly": {}}]
    )
    start = datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert closing.elapsed(start, datetime(9999, 1, 1, tzinfo=UTC)) == 16 * HOUR
    assert closing.add(start, hours=16) == datetime(2026, 6, 2, 17, tzinfo=UTC)


def test_a_version_far_in_the_future_and_the_past():
    calendar = BusinessCalendar.weekdays(
        "09:00",
        "17:00",
        tz="UTC",
        versions=[{"effective_from": "2500-01-01", "weekly": {"mon": [("00:00", "24:00")]}}],
    )
    monday = datetime(2500, 1, 4, tzinfo=UTC)
    assert monday.weekday() == 0
    assert (
        calendar.elapsed(monday - timedelta(days=7), monday + timedelta(days=7)) == 4 * 8 * HOUR + 24 * HOUR
    )
    assert calendar.add(monday - timedelta(days=7), hours=33) == monday + HOUR


def test_the_wall_clock_agrees_on_both_sides():
    for kind, start in ((OLD, AT - timedelta(days=3)), (NEW, AT)):
        a = int(start.timestamp())
        assert (
            MOVED.elapsed_us(a * 10**6, (a + 3 * 86_400) * 10**6)
            == WallClock(**kind).count(a, a + 3 * 86_400) * 10**6
        )
