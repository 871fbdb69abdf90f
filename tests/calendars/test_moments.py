"""Any aware datetime in, pendulum out in the same zone."""

import datetime as dt
import zoneinfo
from importlib import resources

import pendulum
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow._time import to_us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.moments import duration_us, in_zone
from supportflow.exceptions import InvalidInput

BERLIN = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
FRIDAY = dt.datetime(2026, 3, 27, 16, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))


def test_every_kind_of_datetime():
    pandas = pytest.importorskip("pandas")
    due = dt.datetime(2026, 3, 30, 14, tzinfo=dt.UTC)  # across the weekend on which the clocks go forward
    kinds = {
        "zoneinfo": FRIDAY,
        "utc": FRIDAY.astimezone(dt.UTC),
        "fixed": FRIDAY.astimezone(dt.timezone(dt.timedelta(hours=-4))),
        "odd": FRIDAY.astimezone(dt.timezone(dt.timedelta(seconds=1, microseconds=5))),
        "pendulum": pendulum.instance(FRIDAY),
        "pendulum in Tokyo": pendulum.instance(FRIDAY).in_timezone("Asia/Tokyo"),
        "pendulum fixed": pendulum.parse("2026-03-27T16:00:00+01:00"),
        "pandas": pandas.Timestamp(FRIDAY),
        "pandas utc": pandas.Timestamp(FRIDAY).tz_convert("UTC"),
    }
    for name, start in kinds.items():
        answer = BERLIN.add(start, dt.timedelta(hours=8))
        assert type(answer) is pendulum.DateTime, name
        assert answer == due, name
        assert answer.isoformat() == due.astimezone(start.tzinfo).isoformat(), name
        assert BERLIN.elapsed(start, answer) == dt.timedelta(hours=8), name
        assert BERLIN.next_open(start).utcoffset() == start.utcoffset(), name
    assert BERLIN.add(FRIDAY, dt.timedelta(hours=8)).timezone_name == "Europe/Berlin"
    assert BERLIN.add(FRIDAY.astimezone(dt.UTC), hours=8).tzinfo is pendulum.UTC


def test_zones_that_pendulum_does_not_know_become_their_offset():
    tz = pytest.importorskip("dateutil.tz")
    with resources.files("tzdata").joinpath("zoneinfo", "Europe", "Berlin").open("rb") as file:
        own = zoneinfo.ZoneInfo.from_file(file, key="Own/Zone")
    for zone in (own, tz.gettz("Europe/Berlin")):
        answer = BERLIN.add(FRIDAY.astimezone(zone), hours=8)
        assert answer.isoformat() == "2026-03-30T16:00:00+02:00"
        assert (answer + dt.timedelta(hours=1)).isoformat() == "2026-03-30T17:00:00+02:00"


def test_pytz_zones_keep_their_name():
    pytz = pytest.importorskip("pytz")
    answer = BERLIN.add(FRIDAY.astimezone(pytz.timezone("Asia/Tokyo")), hours=8)
    assert answer.timezone_name == "Asia/Tokyo"
    assert answer.isoformat() == "2026-03-30T23:00:00+09:00"


def test_both_readings_of_a_repeated_hour_are_told_apart():
    around = BusinessCalendar.always("Europe/Berlin")
    for fold, expected in ((0, 2), (1, 1)):
        start = dt.datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
        end = dt.datetime(2026, 10, 25, 3, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
        assert around.elapsed(start, end) == dt.timedelta(hours=expected)
        answer = around.add(start, minutes=10)
        assert (answer.hour, answer.minute, answer.fold) == (2, 40, fold)


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 29)),
    st.sampled_from(["UTC", "Asia/Tokyo", "America/St_Johns", "Europe/Berlin"]),
)
def test_instants_survive_the_way_out(moment, zone):
    us = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    expected = moment.replace(tzinfo=dt.UTC).astimezone(zoneinfo.ZoneInfo(zone))
    for tzinfo in (zoneinfo.ZoneInfo(zone), pendulum.timezone(zone)):
        out = in_zone(us, tzinfo)
        assert out.isoformat() == expected.isoformat()
        assert out.fold == expected.fold


def test_durations():
    pandas = pytest.importorskip("pandas")
    hour = 3600 * 10**6
    assert duration_us(dt.timedelta(hours=1)) == hour
    assert duration_us(pendulum.duration(hours=1)) == hour
    assert duration_us(pendulum.duration(days=-1, hours=-1, microseconds=-1)) == -25 * hour - 1
    assert duration_us(pendulum.datetime(2026, 1, 2) - pendulum.datetime(2026, 1, 1)) == 24 * hour
    between = pendulum.datetime(2026, 3, 5) - pendulum.datetime(
        2026, 1, 1
    )  # counts two months, and is so many days
    assert duration_us(between) == 63 * 24 * hour
    assert duration_us(pandas.Timedelta("1h")) == hour
    assert duration_us(None, hours=0.5, minutes=30) == hour
    assert duration_us(None) == 0
    assert duration_us(dt.timedelta.max) > 0


@pytest.mark.parametrize(
    "parts",
    [
        {"hours": 20},
        {"hours": -1, "minutes": 1, "seconds": 2},
        {"hours": True, "seconds": 0.25},
        {"minutes": 59.5, "seconds": 1},
        {"hours": 24 * 999_999_999 - 1, "minutes": 59},
        {"hours": -24 * 999_999_999},
    ],
)
def test_a_duration_in_parts_is_what_a_timedelta_makes_of_them(parts):
    assert duration_us(None, **parts) == dt.timedelta(**parts) // dt.timedelta(microseconds=1)


@pytest.mark.parametrize("hours", [24 * 10**9, -24 * 999_999_999 - 1, 10**30])
def test_a_duration_that_no_timedelta_holds_is_refused(hours):
    with pytest.raises(OverflowError):
        duration_us(None, hours=hours)


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": 3600},
        {"duration": dt.timedelta(hours=1), "hours": 1},
        {"duration": pendulum.duration(months=1)},
        {"duration": pendulum.duration(years=1)},
    ],
)
def test_durations_that_mean_nothing_are_refused(wrong):
    with pytest.raises(InvalidInput, match="duration"):
        BERLIN.add(FRIDAY, **wrong)


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize(
    "clock", [(2026, 3, 29, 2, 30), (2026, 10, 25, 2, 30), (1, 1, 1), (9999, 12, 31, 23, 59)]
)
@pytest.mark.parametrize("key", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
def test_a_moment_of_pendulum_s_counts_as_the_plain_one(clock, fold, key):
    """Where the clock skips a time and where it shows one twice, and at both ends of time."""
    plain = dt.datetime(*clock, tzinfo=zoneinfo.ZoneInfo(key), fold=fold)
    parts = (*clock, *(0, 0, 0, 0))[:7]
    assert to_us(pendulum.DateTime(*parts, pendulum.timezone(key), fold=fold)) == to_us(plain)


def test_an_answer_that_the_zone_cannot_show_is_refused():
    always = BusinessCalendar.always()
    end = dt.datetime(9999, 12, 31, 10, tzinfo=dt.timezone(dt.timedelta(hours=14)))
    with pytest.raises(InvalidInput, match="9999"):
        always.add(end, hours=20)


ZONES = st.sampled_from([
    dt.UTC, dt.timezone(dt.timedelta(0), "GMT"), dt.timezone(dt.timedelta(hours=5, minutes=45)), pendulum.UTC,
    dt.timezone(dt.timedelta(hours=5, minutes=45), "Nepal"), dt.timezone(-dt.timedelta(seconds=1, microseconds=5)),
    zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo.no_cache("Europe/Berlin"), pendulum.timezone("Europe/Berlin"),
    zoneinfo.ZoneInfo("Africa/Monrovia"), pendulum.FixedTimezone(-3600), zoneinfo.ZoneInfo("UTC"),
])  # fmt: skip


@settings(max_examples=150)
@given(ZONES, ZONES, st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)), st.integers(0, 1))
def test_moments_of_every_zone_there_and_back(zone, other, clock, fold):
    """Which zones were asked before changes nothing."""
    moment = clock.replace(tzinfo=zone, fold=fold)
    us = to_us(moment)
    naive = clock - moment.utcoffset()
    assert us == (naive - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    parts = clock.year, clock.month, clock.day, clock.hour, clock.minute, clock.second, clock.microsecond
    assert to_us(pendulum.DateTime(*parts, zone, fold=fold)) == us
    for asked in (other, zone):
        shown = in_zone(us, asked)
        right = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=us)
        assert type(shown) is pendulum.DateTime
        assert to_us(shown) == us
        assert shown.isoformat() == right.astimezone(asked).isoformat()
        assert shown.fold == right.astimezone(asked).fold
        assert (
            isinstance(shown.tzinfo, pendulum.Timezone | pendulum.FixedTimezone)
            or shown.utcoffset().microseconds
        )


def test_a_zone_of_other_data_under_a_known_name_keeps_its_own_clock():
    tokyo = resources.files("tzdata.zoneinfo").joinpath("Asia", "Tokyo")
    with tokyo.open("rb") as data:
        own = zoneinfo.ZoneInfo.from_file(data, key="Europe/Berlin")
    for zone, hour in (
        (zoneinfo.ZoneInfo("Europe/Berlin"), 1),
        (own, 9),
        (zoneinfo.ZoneInfo("Europe/Berlin"), 1),
    ):
        assert in_zone(0, zone).hour == hour
