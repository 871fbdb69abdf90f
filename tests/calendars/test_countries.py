"""Public holidays by country: the working-day answer, and the date up to which it is known."""

import sys
import warnings
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportflow.calendars import BusinessCalendar, HorizonWarning
from supportflow.calendars.country import public_holidays
from supportflow.exceptions import CalendarError, CalendarHorizonError, MissingExtra

holidays = pytest.importorskip("holidays")

HOUR = timedelta(hours=1)
BEIJING = BusinessCalendar.from_country(
    "CN", tz="Asia/Shanghai", open="09:00", close="18:00", name="Beijing", beyond="fail"
)
SHANGHAI = ZoneInfo("Asia/Shanghai")

# Announced by the General Office of the State Council on 4 November 2025, for 2026.
CHINA_2026_WORKED = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}
CHINA_2026_OFF = {
    *((1, day) for day in (1, 2)),
    *((2, day) for day in (16, 17, 18, 19, 20, 23)),
    (4, 6),
    *((5, day) for day in (1, 4, 5)),
    (6, 19),
    (9, 25),
    *((10, day) for day in (1, 2, 5, 6, 7)),
}


def test_friday_evening_in_beijing():
    friday = datetime(2026, 2, 13, 17, tzinfo=SHANGHAI)
    assert BEIJING.add(friday, hours=8).isoformat() == "2026-02-14T16:00:00+08:00"
    assert BEIJING.add(friday, hours=11).isoformat() == "2026-02-24T10:00:00+08:00"


def test_every_working_day_of_china_in_2026():
    worked = set()
    for n in range(365):
        day = datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(days=n)
        hours = BEIJING.elapsed(day, day + timedelta(days=1)) / HOUR
        assert hours in (0, 9)
        if hours:
            worked.add(day.date())
    weekdays = {date(2026, 1, 1) + timedelta(days=n) for n in range(365)}
    expected = {day for day in weekdays if day.weekday() < 5 and (day.month, day.day) not in CHINA_2026_OFF}
    assert worked == expected | {date(2026, month, day) for month, day in CHINA_2026_WORKED}


@pytest.mark.parametrize(
    ("country", "subdivision"), [("DE", "BY"), ("US", "CA"), ("HU", ""), ("SA", ""), ("JP", "")]
)
def test_it_is_the_package_s_working_day_answer(country, subdivision):
    calendar = BusinessCalendar.from_country(country, subdivision, tz="UTC")
    for year in (2023, 2024):
        truth = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
        for n in range(365):
            day = date(year, 1, 1) + timedelta(days=n)
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            assert calendar.is_open(noon) == truth.is_working_day(day), day


def test_names_do_not_depend_on_the_machine(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    public_holidays.cache_clear()
    assert public_holidays("DE").closed[date(2026, 12, 25)] == "Christmas Day"
    assert public_holidays("DE", "", "de").closed[date(2026, 12, 25)] == "Erster Weihnachtstag"


def test_the_last_vouched_date_is_known():
    assert BEIJING.dated.vouched_until == date(max(d.year for d in public_holidays("CN").working), 12, 31)
    assert public_holidays("DE").last == date(2100, 12, 31)
    # Turkey's religious feasts are estimates from some year on: the package marks them.
    turkey = public_holidays("TR")
    marked = holidays.country_holidays(
        "TR", years=range(turkey.last.year, turkey.last.year + 2), language="en_US"
    )
    years = {day.year for day, name in marked.items() if "estimated" in name}
    assert years == {turkey.last.year + 1}


def test_asking_past_it_fails_warns_or_does_not_care():
    end = BEIJING.dated.vouched_until
    last = datetime(end.year, end.month, end.day, 12, tzinfo=SHANGHAI)
    assert BEIJING.elapsed(last - timedelta(days=30), last) > timedelta(0)
    asks = [
        lambda calendar: calendar.add(last, hours=100),
        lambda calendar: calendar.add(last + timedelta(days=30), hours=-1000),
        lambda calendar: calendar.elapsed(last, last + timedelta(days=2)),
        lambda calendar: calendar.is_open(last + timedelta(days=2)),
        lambda calendar: calendar.next_open(last + timedelta(days=2)),
        lambda calendar: calendar.next_close(last + timedelta(hours=12)),
        lambda calendar: calendar.intervals(last, last + timedelta(days=2)),
        lambda calendar: calendar.explain(last, last + timedelta(days=2)),
        lambda calendar: calendar.add_days(last, 3),
    ]
    for ask in asks:
        with pytest.raises(CalendarHorizonError) as caught:
            ask(BEIJING)
        assert caught.value.vouched_until == end.isoformat()
        assert caught.value.calendar == "Beijing"
        warned = BEIJING.model_copy(update={"beyond": "warn"})
        with pytest.warns(HorizonWarning, match=end.isoformat()) as record:
            answer = ask(warned)
        assert record[0].filename == __file__, "the warning names the line that asked"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert ask(BEIJING.model_copy(update={"beyond": "ignore"})) == answer


def test_asking_before_it_fails_too():
    germany = BusinessCalendar.from_country("DE", tz="Europe/Berlin", beyond="fail")
    assert germany.dated.vouched_from == date(1991, 1, 1)
    with pytest.raises(CalendarHorizonError):
        germany.elapsed(datetime(1990, 12, 1, tzinfo=UTC), datetime(1991, 2, 1, tzinfo=UTC))


def test_a_calendar_can_vouch_for_itself():
    calendar = BusinessCalendar.weekdays(
        "09:00", "17:00", tz="UTC", vouched_until="2026-12-31", beyond="fail"
    )
    assert calendar.add(datetime(2026, 12, 31, 9, tzinfo=UTC), hours=8) == datetime(
        2026, 12, 31, 17, tzinfo=UTC
    )
    with pytest.raises(CalendarHorizonError):
        calendar.add(datetime(2026, 12, 31, 9, tzinfo=UTC), hours=8, edge="open")


def test_publishing_writes_the_dates_down():
    published = BEIJING.expanded()
    assert not published.country
    assert published.holidays[date(2026, 2, 17)].startswith("Chinese New Year")
    assert published.overrides[date(2026, 2, 14)].hours == (("09:00", "18:00"),)
    assert published.expanded_from == f"holidays {holidays.__version__}: CN"
    assert published.expanded() is published
    start = datetime(2015, 1, 1, tzinfo=SHANGHAI)
    for n in range(0, 4000, 7):
        day = start + timedelta(days=n)
        assert published.elapsed(start, day) == BEIJING.elapsed(start, day)
    assert BusinessCalendar.from_toml(published.to_toml()) == published


def test_publishing_some_years_vouches_for_those():
    published = BEIJING.expanded(range(2025, 2027))
    assert (published.vouched_from, published.vouched_until) == (date(2025, 1, 1), date(2026, 12, 31))
    assert {day.year for day in published.holidays} == {2025, 2026}
    with pytest.raises(CalendarHorizonError):
        published.is_open(datetime(2024, 6, 3, 4, tzinfo=UTC))


def test_a_published_calendar_needs_no_package(monkeypatch):
    published = BEIJING.expanded(range(2025, 2027))
    text = published.to_toml()
    monkeypatch.setitem(sys.modules, "holidays", None)
    again = BusinessCalendar.from_toml(text)
    assert again.add(datetime(2026, 2, 13, 17, tzinfo=SHANGHAI), hours=8).day == 14
    public_holidays.cache_clear()
    with pytest.raises(MissingExtra, match="supportflow\\[holidays\\]"):
        BusinessCalendar.from_country("CN", tz="Asia/Shanghai")


def test_the_document_beats_the_country():
    own = BusinessCalendar.from_country(
        "CN",
        tz="Asia/Shanghai",
        open="09:00",
        close="18:00",
        holidays={"2026-02-28": "moving house"},
        overrides={"2026-02-17": [("10:00", "12:00")]},
        makeup_hours=[("10:00", "14:00")],
        beyond="fail",
    )

    def hours(month, day):
        midnight = datetime(2026, month, day, tzinfo=SHANGHAI)
        return own.elapsed(midnight, midnight + timedelta(days=1)) / HOUR

    assert [hours(2, 14), hours(2, 17), hours(2, 18), hours(2, 28)] == [4, 2, 0, 0]


def test_a_worked_weekend_day_is_worked_even_if_it_is_a_feast(monkeypatch):
    real = holidays.country_holidays

    def with_a_feast(*args, **kwargs):
        found = real(*args, **kwargs)
        if 2026 in found.years:
            found[date(2026, 2, 14)] = "Feast"
            assert found.is_working_day(date(2026, 2, 14))
        return found

    monkeypatch.setattr(holidays, "country_holidays", with_a_feast)
    public_holidays.cache_clear()
    try:
        open_on_saturdays = BusinessCalendar.from_country(
            "CN", tz="UTC", name="feast", weekly={"sat": [("10:00", "12:00")]}
        )
        assert open_on_saturdays.is_open(datetime(2026, 2, 14, 11, tzinfo=UTC))
    finally:
        public_holidays.cache_clear()


def test_versions_have_the_country_s_holidays_too():
    calendar = BusinessCalendar.from_country(
        "CN",
        tz="Asia/Shanghai",
        beyond="fail",
        versions=[{"effective_from": "2026-02-01", "weekly": {"mon": [("08:00", "20:00")]}}],
    )
    midnight = datetime(2026, 2, 14, tzinfo=SHANGHAI)
    assert calendar.elapsed(midnight, midnight + timedelta(days=1)) == 12 * HOUR
    assert calendar.elapsed(midnight + timedelta(days=2), midnight + timedelta(days=3)) == timedelta(0)
    assert calendar.expanded().elapsed(midnight, midnight + timedelta(days=30)) == calendar.elapsed(
        midnight, midnight + timedelta(days=30)
    )


@pytest.mark.parametrize(("country", "subdivision"), [("XX", ""), ("DE", "ZZ")])
def test_an_unknown_place_is_an_error(country, subdivision):
    with pytest.raises(CalendarError, match="does not know"):
        BusinessCalendar.from_country(country, subdivision, tz="UTC")
