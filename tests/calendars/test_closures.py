"""Closures from iCalendar files."""

import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import CalendarError, MissingExtra

pytest.importorskip("icalendar")

HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}


def ical(*events):
    blocks = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{blocks}END:VCALENDAR\n"


def closed(calendar, month, day):
    midnight = datetime(2026, month, day, tzinfo=UTC) - 2 * HOUR
    return 8 - calendar.elapsed(midnight, midnight + timedelta(days=1)) / HOUR


def test_whole_days_become_holidays_with_their_names():
    calendar = OFFICE.with_ical(
        ical(
            "UID:1\nDTSTART;VALUE=DATE:20260413\nDTEND;VALUE=DATE:20260415\nSUMMARY:Team days",
            "UID:2\nDTSTART;VALUE=DATE:20260506\nSUMMARY:Move\nTRANSP:TRANSPARENT",
            "UID:3\nDTSTART;VALUE=DATE:20260507\nDURATION:P2D\nSUMMARY:Longer",
            "UID:4\nDTSTART;VALUE=DATE:20260511\nSUMMARY:No\nSTATUS:CANCELLED",
        ),
        **YEAR,
    )
    assert dict(calendar.holidays) == {
        date(2026, 4, 13): "Team days",
        date(2026, 4, 14): "Team days",
        date(2026, 5, 6): "Move",
        date(2026, 5, 7): "Longer",
        date(2026, 5, 8): "Longer",
    }
    assert [closed(calendar, 4, day) for day in (10, 13, 14, 15)] == [0, 8, 8, 0]


def test_hours_are_cut_out_in_the_calendar_s_zone():
    calendar = OFFICE.with_ical(
        ical(
            "UID:1\nDTSTART:20260416T100000Z\nDTEND:20260416T110000Z\nSUMMARY:Drill",  # 12 to 13 in Berlin
            "UID:2\nDTSTART;TZID=America/New_York:20260420T040000\nDTEND;TZID=America/New_York:20260420T120000",
            "UID:3\nDTSTART:20260422T160000\nDURATION:PT30H\nSUMMARY:Floating",
            "UID:4\nDTSTART:20260427T100000\nDTEND:20260427T120000",
            "UID:5\nDTSTART:20260427T110000\nDTEND:20260427T130000",
            "UID:6\nDTSTART:20260502T090000\nDTEND:20260502T120000",  # a Saturday
        ),
        **YEAR,
    )
    assert calendar.overrides[date(2026, 4, 16)].hours == (("09:00", "12:00"), ("13:00", "17:00"))
    assert calendar.overrides[date(2026, 4, 16)].name == "Drill"
    assert calendar.overrides[date(2026, 4, 20)].hours == (("09:00", "10:00"),)
    assert calendar.overrides[date(2026, 4, 22)].hours == (("09:00", "16:00"),)
    assert calendar.overrides[date(2026, 4, 23)].hours == ()
    assert calendar.overrides[date(2026, 4, 27)].hours == (("09:00", "10:00"), ("13:00", "17:00"))
    assert date(2026, 5, 2) not in calendar.overrides


def test_a_night_shift_keeps_what_is_left_of_it():
    nights = BusinessCalendar(tz="UTC", weekly={"mon": [("22:00", "06:00")], "tue": [("08:00", "09:00")]})
    cut = nights.with_ical(
        ical("UID:1\nDTSTART:20260414T020000Z\nDTEND:20260414T040000Z\nSUMMARY:Update"), **YEAR
    )
    start = datetime(2026, 4, 13, 12, tzinfo=UTC)
    assert [(a.hour, b.hour) for a, b in cut.intervals(start, start + timedelta(days=1))] == [
        (22, 2),
        (4, 6),
        (8, 9),
    ]


def test_repeated_closures_follow_their_own_clock():
    calendar = OFFICE.with_ical(
        ical(
            "UID:1\nDTSTART;TZID=Europe/Berlin:20260316T120000\nDTEND;TZID=Europe/Berlin:20260316T130000\n"
            "RRULE:FREQ=WEEKLY;UNTIL=20260413T100000Z\nEXDATE;TZID=Europe/Berlin:20260323T120000\nSUMMARY:Lunch",
            "UID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20260406T120000\nDTSTART;TZID=Europe/Berlin:20260407T090000\n"
            "DTEND;TZID=Europe/Berlin:20260407T100000\nSUMMARY:Moved lunch",
            "UID:2\nDTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY\nSUMMARY:Labour Day",
            "UID:3\nDTSTART;VALUE=DATE:20260601\nRDATE;VALUE=DATE:20260603,20260605\nSUMMARY:Audit",
        ),
        **YEAR,
    )
    lunches = {day: o.hours for day, o in calendar.overrides.items()}
    at_noon = (("09:00", "12:00"), ("13:00", "17:00"))
    assert lunches == {
        date(2026, 3, 16): at_noon,
        date(2026, 3, 30): at_noon,  # after the clocks went forward, still at noon
        date(2026, 4, 7): (("10:00", "17:00"),),
        date(2026, 4, 13): at_noon,
    }
    assert sorted(calendar.holidays) == [date(2026, 5, 1), *(date(2026, 6, day) for day in (1, 3, 5))]


def test_only_the_dates_asked_for():
    feed = ical("UID:1\nDTSTART;VALUE=DATE:20250101\nDTEND;VALUE=DATE:20270101\nSUMMARY:Long")
    calendar = OFFICE.with_ical(feed, since=date(2026, 3, 2), until=date(2026, 3, 4))
    assert sorted(calendar.holidays) == [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)]


def test_what_the_document_says_of_a_date_wins():
    own = BusinessCalendar.weekdays(
        "09:00",
        "17:00",
        tz="UTC",
        holidays={"2026-04-13": "Ours"},
        overrides={"2026-04-14": [("10:00", "11:00")]},
    )
    calendar = own.with_ical(
        ical("UID:1\nDTSTART;VALUE=DATE:20260413\nDTEND;VALUE=DATE:20260415\nSUMMARY:Theirs"), **YEAR
    )
    assert dict(calendar.holidays) == {date(2026, 4, 13): "Ours"}
    assert calendar.elapsed(datetime(2026, 4, 14, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)) == HOUR


def test_versions_are_closed_too():
    calendar = BusinessCalendar.weekdays(
        "09:00", "17:00", tz="UTC", versions=[{"effective_from": "2026-04-01", "holidays": ["2026-04-08"]}]
    ).with_ical(ical("UID:1\nDTSTART;VALUE=DATE:20260413"), **YEAR)
    assert sorted(calendar.versions[0].holidays) == [date(2026, 4, 8), date(2026, 4, 13)]


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("no calendar", "not an iCalendar file"),
        (ical("UID:1\nDTSTART;VALUE=DATE:20260415\nDTEND;VALUE=DATE:20260413"), "ical: line"),
        (ical("UID:1\nDTSTART:20260415T100000Z\nDTEND:20260415T090000Z"), "ical: line"),
        (ical("UID:1\nSUMMARY:never"), "ical: line"),
    ],
)
def test_a_wrong_file_is_an_error_with_its_place(source, word):
    with pytest.raises(CalendarError, match=word):
        OFFICE.with_ical(source, **YEAR)


def test_reversed_dates_are_refused():
    with pytest.raises(CalendarError, match="reversed"):
        OFFICE.with_ical(ical(), since=date(2026, 2, 1), until=date(2026, 1, 1))


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(MissingExtra, match="supportflow\\[ical\\]"):
        OFFICE.with_ical(ical(), **YEAR)
