"""Weekends that were others once, and estimates that carry no label: what `holidays` says of each day, day by day."""

import warnings
from datetime import UTC, date, datetime, timedelta

import pytest

from supportflow import Policy
from supportflow.calendars import BusinessCalendar, HorizonWarning
from supportflow.calendars.country import public_holidays
from supportflow.exceptions import CalendarHorizonError
from supportflow.policy.verify.policy import verify

holidays = pytest.importorskip("holidays")

PLACES = [
    (country, subdivision)
    for country, subdivisions in sorted(holidays.list_supported_countries(include_aliases=False).items())
    for subdivision in ("", *subdivisions)
]


def disagreements(country, subdivision, first=1990):
    """The dates, from a year on until the last vouched one, on which the calendar and the package differ."""
    known = public_holidays(country, subdivision)
    calendar = BusinessCalendar.from_country(country, subdivision, tz="UTC", beyond="ignore")
    years = range(max(first, known.first.year), known.last.year + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entity = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    day = date(years.start, 1, 1)
    found = []
    while day <= known.last:
        if calendar.is_open(datetime(day.year, day.month, day.day, 10, tzinfo=UTC)) != entity.is_working_day(
            day
        ):
            found.append(day)
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize("country", ["SA", "AE", "TW", "HK", "CN", "HU", "DE", "IL"])
def test_a_country_is_open_on_its_working_days(country):
    assert disagreements(country, "") == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(("country", "subdivision"), PLACES, ids="-".join)
def test_every_place_is_open_on_its_working_days(country, subdivision):
    assert disagreements(country, subdivision) == []


@pytest.mark.parametrize(
    ("country", "weekday", "before", "after"),
    [
        ("SA", "sat", date(2012, 5, 5), date(2014, 5, 3)),  # Thursday and Friday until June 2013
        ("AE", "sun", date(2020, 5, 3), date(2024, 5, 5)),  # Friday and Saturday until 2022
    ],
)
def test_a_weekend_that_moved(country, weekday, before, after):
    calendar = BusinessCalendar.from_country(country, tz="UTC", beyond="ignore")
    assert f"{before:%a}".lower() == weekday
    assert calendar.is_open(datetime(before.year, before.month, before.day, 10, tzinfo=UTC))
    assert not calendar.is_open(datetime(after.year, after.month, after.day, 10, tzinfo=UTC))


def test_hours_that_follow_no_weekend_follow_none_that_was():
    around = {day: [("00:00", "24:00")] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    calendar = BusinessCalendar(tz="UTC", weekly=around, country="SA", beyond="ignore")
    assert all(calendar.is_open(datetime(2012, 5, day, 10, tzinfo=UTC)) for day in range(1, 8))


def test_estimates_without_a_label_are_not_vouched_for():
    assert public_holidays("SA").last <= date(datetime.now(UTC).year + 1, 12, 31)
    assert not any("estimated" in name for name in public_holidays("SA").closed.values())


@pytest.mark.parametrize("country", ["MA", "DZ", "TN", "KW", "JO", "UG"])
def test_a_country_of_which_every_year_has_estimates_answers_and_says_so(country):
    """The moon decides there, and no gazette of past years is in the package: it is no reason to refuse the country."""
    known = public_holidays(country)
    assert known.last < known.first
    day = datetime(2026, 3, 4, 10, tzinfo=UTC)
    with pytest.warns(HorizonWarning, match="no year for certain"):
        BusinessCalendar.from_country(country, tz="UTC").is_open(day)
    with pytest.raises(CalendarHorizonError, match="no year for certain"):
        BusinessCalendar.from_country(country, tz="UTC", beyond="fail").is_open(day)
    calendar = BusinessCalendar.from_country(country, tz="UTC", beyond="ignore")
    entity = holidays.country_holidays(country, years=range(2020, 2028))
    days = [datetime(2020, 1, 1, 10, tzinfo=UTC) + timedelta(days=number) for number in range(2_900)]
    assert [calendar.is_open(day) for day in days] == [entity.is_working_day(day.date()) for day in days]


def test_a_week_of_six_days_is_said():
    def hints(*arguments, **more):
        calendar = BusinessCalendar.from_country(*arguments, tz="UTC", **more)
        found = verify(Policy(calendars={"office": calendar})).findings
        return [(one.severity, one.path) for one in found if one.kind == "six_days"]

    assert hints("HK") == [("info", "calendars.office.weekly")]
    assert hints("DE") == []
    assert hints("HK", weekly={"mon": [("09:00", "17:00")]}) == []
