"""What RFC 5545 says of an event is what is closed; what it does not allow is an error that names the line."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.oracle import WallClock, us
from calendars.test_wall_clock_properties import situations
from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import CalendarError

icalendar = pytest.importorskip("icalendar")

ALWAYS = BusinessCalendar.always("Europe/Berlin")
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
BERLIN = ZoneInfo("Europe/Berlin")

CUSTOM = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def feed(*events, before=""):
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{before}{body}END:VCALENDAR\n"


def closed(*events, before="", calendar=ALWAYS, **dates):
    """What is closed of an always open calendar in Berlin, as local times."""
    year = YEAR | dates
    cut = calendar.with_ical(feed(*events, before=before), **year)
    start = datetime(year["since"].year, 1, 1, tzinfo=BERLIN).astimezone(UTC)
    end = datetime(year["until"].year + 1, 1, 1, tzinfo=BERLIN).astimezone(UTC)
    spans, at = [], start
    for opens, closes in cut.intervals(start, end):
        if at < opens:
            spans.append((at, opens))
        at = closes
    if at < end:
        spans.append((at, end))
    return [
        f"{a.astimezone(BERLIN):%m-%d %H:%M%z} {timedelta(seconds=b.timestamp() - a.timestamp())}"[:-3]
        for a, b in spans
    ]


def error(*events, before="", calendar=ALWAYS):
    with pytest.raises(CalendarError) as refused:
        calendar.with_ical(feed(*events, before=before), **YEAR)
    [problem] = refused.value.problems
    return problem


# --- zones -----------------------------------------------------------------------------------------


def timed(zone_name, at="20260416T120000"):
    return f"UID:1\nDTSTART;TZID={zone_name}:{at}\nDURATION:PT1H"


def test_a_zone_that_nobody_knows_is_no_local_time():
    assert error(timed("Customized Time Zone")) == (
        "ical: line 6: DTSTART is in zone 'Customized Time Zone', which the file does not describe and tzdata does not have"
    )
    for name in (
        "CST",
        "GMT -0500 (Standard) / GMT -0400 (Daylight)",
        "Eurp/Berlin",
        '"Mars/Olympus"',
        "GMT+8",
    ):
        assert "line 6: DTSTART is in zone" in error(timed(name))
    assert "line 7: DTEND is in zone 'X'" in error(
        "UID:1\nDTSTART:20260416T120000\nDTEND;TZID=X:20260416T130000"
    )
    assert "line 8: EXDATE is in zone 'X'" in error(
        timed("Europe/Berlin") + "\nEXDATE;TZID=X:20260416T120000"
    )


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("Europe/Berlin", "04-16 12:00+0200"),
        ('"Europe/Berlin"', "04-16 12:00+0200"),
        ("America/New_York", "04-16 18:00+0200"),
        ("US/Eastern", "04-16 18:00+0200"),
        ("/freeassociation.sourceforge.net/Tzfile/America/New_York", "04-16 18:00+0200"),
        ("/citadel.org/20190914_1/America/Argentina/Buenos_Aires", "04-16 17:00+0200"),
        ("Eastern Standard Time", "04-16 18:00+0200"),  # a Windows name, which has summer time all the same
        ('"UTC+08:00"', "04-16 06:00+0200"),
        ('"UTC-05:30"', "04-16 19:30+0200"),
        ("UTC", "04-16 14:00+0200"),
        ("Etc/GMT+8", "04-16 22:00+0200"),  # POSIX: west of Greenwich
    ],
)
def test_names_of_zones(name, start):
    assert closed(timed(name)) == [f"{start} 1:00"]


def test_what_icalendar_writes_for_an_offset():
    event = icalendar.Event()
    event.add("uid", "1")
    event.add("dtstart", datetime(2026, 4, 16, 12, tzinfo=timezone(timedelta(hours=8))))
    event.add("dtend", datetime(2026, 4, 16, 13, 30, tzinfo=timezone(timedelta(hours=8))))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    cut = ALWAYS.with_ical(calendar.to_ical(), **YEAR)
    assert cut.overrides[date(2026, 4, 16)].hours == (("00:00", "06:00"), ("07:30", "24:00"))


def test_a_zone_that_the_file_describes():
    """Exchange's own name for it; the same rules as Berlin's."""
    assert closed(timed("Customized Time Zone"), before=CUSTOM) == ["04-16 12:00+0200 1:00"]
    assert closed(timed("Customized Time Zone", "20261225T120000"), before=CUSTOM) == [
        "12-25 12:00+0100 1:00"
    ]
    later = CUSTOM.replace("TZOFFSETTO:+0200", "TZOFFSETTO:+0300").replace(
        "TZOFFSETFROM:+0200", "TZOFFSETFROM:+0300"
    )
    assert closed(timed("Customized Time Zone"), before=later) == ["04-16 11:00+0200 1:00"]


@settings(max_examples=60)
@given(st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30)))
def test_a_described_zone_reads_its_clock_as_berlin_does(at):
    at = at.replace(microsecond=0)
    for name in ("Customized Time Zone", "Europe/Berlin"):
        event = timed(name, f"{at:%Y%m%dT%H%M%S}")
        cut = ALWAYS.with_ical(feed(event, before=CUSTOM), **YEAR)
        # A time that comes twice is the first one; one that is skipped is told by the offset before.
        start = at.replace(tzinfo=BERLIN).astimezone(UTC)
        assert cut.elapsed(start - timedelta(hours=3), start + timedelta(hours=4)) == timedelta(hours=6)
        assert not cut.is_open(start)
        assert cut.is_open(start + timedelta(hours=1))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("TZID:Customized Time Zone\n", ""), "line 4: VTIMEZONE has no TZID"),
        (("TZOFFSETTO:+0100\n", ""), "line 6: STANDARD has no TZOFFSETTO such as +0100"),
        (("TZOFFSETTO:+0100", "TZOFFSETTO:1"), "line 9: STANDARD has no TZOFFSETTO such as +0100"),
        (("TZOFFSETTO:+0100", "TZOFFSETTO:+2500"), "line 9: TZOFFSETTO is a day or more"),
        (("DTSTART:16010101T030000\n", ""), "line 6: STANDARD has no DTSTART"),
        (
            ("DTSTART:16010101T030000", "DTSTART:16010101T030000Z"),
            "line 7: DTSTART of a zone is a local time",
        ),
        (("BYDAY=-1SU;BYMONTH=10", "BYDAY=-1SU;BYMONTH=13"), "line 10: RRULE has a wrong BYMONTH"),
        (("BEGIN:STANDARD", "BEGIN:WINTER"), "line 11: END names another component"),
    ],
)
def test_a_description_that_cannot_be_read(change, problem):
    assert problem in error(timed("Customized Time Zone"), before=CUSTOM.replace(*change))


# --- how long --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "spans"),
    [
        # The clocks go forward on 29 March at 02:00 and back on 25 October at 03:00.
        ("DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:PT24H", ["03-28 12:00+0100 1 day, 0:00"]),
        ("DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D", ["03-28 12:00+0100 23:00"]),
        ("DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1DT2H", ["03-28 12:00+0100 1 day, 1:00"]),
        ("DTSTART;TZID=Europe/Berlin:20261024T120000\nDURATION:PT24H", ["10-24 12:00+0200 1 day, 0:00"]),
        ("DTSTART;TZID=Europe/Berlin:20261024T120000\nDURATION:P1D", ["10-24 12:00+0200 1 day, 1:00"]),
        ("DTSTART;TZID=Europe/Berlin:20261019T120000\nDURATION:P1W", ["10-19 12:00+0200 7 days, 1:00"]),
        # An end gives every occurrence the same exact length; a duration in days follows the clock.
        (
            "DTSTART;TZID=Europe/Berlin:20260327T220000\nDTEND;TZID=Europe/Berlin:20260328T060000\nRRULE:FREQ=DAILY;COUNT=2",
            ["03-27 22:00+0100 8:00", "03-28 22:00+0100 8:00"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20260327T120000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2",
            ["03-27 12:00+0100 1 day, 23:00"],
        ),
        ("DTSTART:20260416T120000Z\nDTEND:20260416T120000Z", []),
        ("DTSTART:20260416T120000Z", []),
        ("DTSTART:20260416T120000Z\nDURATION:PT0S", []),
        ("DTSTART:20260416T235959Z\nDURATION:PT1S", ["04-17 01:59+0200 0:00"]),
        ("DTSTART;VALUE=DATE:20260329", ["03-29 00:00+0100 23:00"]),
        ("DTSTART;VALUE=DATE:20261025\nDURATION:P2D", ["10-25 00:00+0200 2 days, 1:00"]),
        ("DTSTART:20260329", ["03-29 00:00+0100 23:00"]),
        ("DTSTART:20260416T235960Z\nDURATION:PT1H", ["04-17 01:59+0200 1:00"]),
    ],
)  # fmt: skip
def test_how_long_an_event_lasts(event, spans):
    assert closed(f"UID:1\n{event}") == spans


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ("DTSTART;VALUE=DATE:20260415\nDTEND;VALUE=DATE:20260415", "line 7: DTEND is reversed: an event of whole days"),
        ("DTSTART;VALUE=DATE:20260415\nDTEND:20260416T000000", "line 7: DTEND is a date and the start is none"),
        ("DTSTART:20260415T000000\nDTEND;VALUE=DATE:20260416", "line 7: DTEND is a date and the start is none"),
        ("DTSTART:20260415T100000\nDTEND:20260415T110000\nDURATION:PT1H", "line 8: the event has both DTEND and DURATION"),
        ("DTSTART:20260415T100000\nDURATION:P1M", "line 7: DURATION is no duration of weeks, days, hours"),
        ("DTSTART:20260415T100000\nDURATION:P1Y", "line 7: DURATION is no duration of weeks, days, hours"),
        ("DTSTART:20260415T100000\nDURATION:P", "line 7: DURATION is no duration"),
        ("DTSTART:20260415T100000\nDURATION:PT", "line 7: DURATION is no duration"),
        ("DTSTART:20260415T100000\nDURATION:P1DT", "line 7: DURATION is no duration"),
        ("DTSTART:20260415T100000\nDURATION:3600", "line 7: DURATION is no duration"),
        ("DTSTART:20260415T100000\nDURATION:P1W2D", "line 7: DURATION is no duration"),
        ("DTSTART:20260415T100000\nDURATION:-PT1H", "line 7: DURATION is reversed: the duration is negative"),
        ("DTSTART;VALUE=DATE:20260415\nDURATION:PT24H", "line 7: DURATION of an event of whole days is not a number"),
        ("DTSTART:20260230T100000", "line 6: DTSTART is a date or a time that there is not"),
        ("DTSTART:20260415T250000", "line 6: DTSTART is a date or a time that there is not"),
        ("DTSTART:20260415T100061", "line 6: DTSTART is a date or a time that there is not"),
        ("DTSTART:2026-04-15", "line 6: DTSTART is neither a date nor a date with a time"),
        ("DTSTART;VALUE=DATE:20260415T100000", "line 6: DTSTART is neither a date nor a date with a time"),
        ("DTSTART;TZID=Europe/Berlin:20260415T100000Z", "line 6: DTSTART names a zone for a time in UTC"),
        ("DTSTART:20260415T100000\nDTSTART:20260415T100000", "line 7: DTSTART stands here a second time"),
        ("DTSTART:00010101T000000\nDTEND:99991231T235959\nRRULE:FREQ=DAILY", "line 4: the event lies outside of the years"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_event(event, problem):
    assert f"ical: {problem}" in error(f"UID:1\n{event}")


# --- repetition ------------------------------------------------------------------------------------

NOON = "UID:1\nDTSTART;TZID=Europe/Berlin:20260601T120000\nDURATION:PT1H\n"


def noons(*days, month=6):
    return [f"{month:02d}-{day:02d} 12:00+0200 1:00" for day in days]


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ("RRULE:FREQ=DAILY;UNTIL=20260603T100000Z", (1, 2, 3)),  # 12:00 in Berlin
        ("RRULE:FREQ=DAILY;UNTIL=20260603T095959Z", (1, 2)),
        ("RRULE:FREQ=DAILY;UNTIL=20260603T120000", (1, 2, 3)),  # a local time is the event's own
        ("RRULE:FREQ=DAILY;UNTIL=20260603", (1, 2, 3)),  # a date is that whole day
        ("RRULE:FREQ=DAILY;UNTIL=20260531T100000Z", (1,)),
        (
            "RRULE:FREQ=DAILY;COUNT=4\nEXDATE;VALUE=DATE:20260602",
            (1, 3, 4),
        ),  # and so is a date that is left out
        ("RRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260602T100000Z,20260604T100000Z", (1, 3)),
        ("RRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=America/New_York:20260602T060000", (1, 3, 4)),
        ("RRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260602T120000", (1, 3, 4)),
        ("RRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260602T110000Z", (1, 2, 3, 4)),
        ("RRULE:FREQ=DAILY;COUNT=2\nRDATE;TZID=Europe/Berlin:20260610T120000", (1, 2, 10)),
        ("RDATE:20260610T100000Z,20260612T100000Z", (1, 10, 12)),
        ("RRULE:RSCALE=GREGORIAN;FREQ=WEEKLY;COUNT=2;SKIP=OMIT", (1, 8)),
        ("RRULE:FREQ=DAILY;COUNT=2\nRRULE:FREQ=WEEKLY;COUNT=2", (1, 2, 8)),
        ("RRULE:FREQ=MONTHLY;BYDAY=MO,2TU;UNTIL=20260630T100000Z", (1, 8, 9, 15, 22, 29)),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=24;UNTIL=20260630T100000Z", (1, 8)),
    ],
)
def test_repetition(more, days):
    assert closed(NOON + more) == noons(*days)


def test_periods():
    periods = "RDATE;VALUE=PERIOD:20260610T100000Z/20260610T113000Z,20260612T100000Z/PT2H"
    assert closed(NOON + periods) == [*noons(1), "06-10 12:00+0200 1:30", "06-12 12:00+0200 2:00"]
    local = "RDATE;VALUE=PERIOD;TZID=America/New_York:20260610T060000/20260610T070000"
    assert closed(NOON + local) == noons(1, 10)


def test_times_that_a_rule_finds_where_the_clock_jumps():
    """02:30 is skipped on 29 March: it is told by the offset before, as 03:30."""
    night = "UID:1\nDTSTART;TZID=Europe/Berlin:20260328T023000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=3"
    assert closed(night) == ["03-28 02:30+0100 0:30", "03-29 03:30+0200 0:30", "03-30 02:30+0200 0:30"]
    autumn = "UID:1\nDTSTART;TZID=Europe/Berlin:20261024T023000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=3"
    assert closed(autumn) == ["10-24 02:30+0200 0:30", "10-25 02:30+0200 0:30", "10-26 02:30+0100 0:30"]


def test_whole_days_that_repeat():
    yearly = "UID:1\nDTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY;UNTIL=20260501"
    assert closed(yearly) == ["05-01 00:00+0200 1 day, 0:00"]
    until = yearly.replace(
        "UNTIL=20260501", "UNTIL=20260430T220000Z"
    )  # midnight in Berlin, as Outlook writes it
    assert closed(until) == ["05-01 00:00+0200 1 day, 0:00"]
    out = yearly.replace(";UNTIL=20260501", "\nEXDATE;VALUE=DATE:20260501")
    assert closed(out) == []
    assert closed(yearly.replace(";UNTIL=20260501", "\nEXDATE:20260430T220000Z")) == []
    hours = yearly.replace(
        "FREQ=YEARLY", "FREQ=YEARLY;BYHOUR=9;BYMINUTE=30"
    )  # to be passed over, says the standard
    assert closed(hours) == ["05-01 00:00+0200 1 day, 0:00"]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("RRULE:FREQ=DAILY;UNTIL=tomorrow", "line 8: RRULE is neither a date nor a date with a time"),
        ("RRULE:RSCALE=CHINESE;FREQ=YEARLY", "line 8: RRULE has an RSCALE other than GREGORIAN"),
        ("RRULE:FREQ=MONTHLY;SKIP=FORWARD", "line 8: RRULE has a SKIP other than OMIT"),
        ("RRULE:FREQ=SECONDLY", "line 8: RRULE repeats too often to be followed"),
        ("SUMMARY:x\nRRULE:FREQ=SOMETIMES", "line 9: RRULE needs FREQ"),
        ("EXRULE:FREQ=DAILY", "line 8: EXRULE is no longer part of the standard"),
        ("RDATE;VALUE=DATE:20260602", "line 8: RDATE is a date and the start is none"),
        ("RDATE;VALUE=PERIOD:20260610T100000Z", "line 8: RDATE holds no period"),
        ("RDATE;VALUE=PERIOD:20260610T100000Z/20260610T090000Z", "line 8: RDATE is reversed"),
        ("RDATE;VALUE=PERIOD:20260610/P1D", "line 8: RDATE is neither a date nor a date with a time"),
        ("RDATE;VALUE=PERIOD:20260610T100000Z/P1M", "line 8: RDATE is no duration"),
        ("RECURRENCE-ID;RANGE=THISANDPRIOR:20260601T100000Z", "line 8: RECURRENCE-ID has a RANGE other than"),
        ("RECURRENCE-ID:20260601T100000Z\nRRULE:FREQ=DAILY", "line 4: the event replaces an occurrence, and repeats itself"),
    ],
)  # fmt: skip
def test_what_cannot_be_repeated(more, problem):
    assert f"ical: {problem}" in error(NOON + more)


def test_whole_days_have_no_hours():
    assert "RRULE has FREQ=HOURLY for an event of whole days" in error(
        "UID:1\nDTSTART;VALUE=DATE:20260601\nRRULE:FREQ=HOURLY"
    )
    assert "RDATE holds a period" in error(
        "UID:1\nDTSTART;VALUE=DATE:20260601\nRDATE;VALUE=PERIOD:20260601T000000Z/PT1H"
    )


# --- in place of occurrences -----------------------------------------------------------------------

DAILY = NOON + "RRULE:FREQ=DAILY;COUNT=5"


def instead(rid, start, more="DURATION:PT1H", params=""):
    return f"UID:1\nRECURRENCE-ID{params}:{rid}\nDTSTART;TZID=Europe/Berlin:{start}\n{more}"


def test_this_and_all_that_follow():
    moved = instead("20260603T100000Z", "20260603T150000", "DURATION:PT2H", ";RANGE=THISANDFUTURE")
    later = [f"06-0{day} 15:00+0200 2:00" for day in (3, 4, 5)]
    assert closed(DAILY, moved) == [*noons(1, 2), *later]
    again = instead("20260605T100000Z", "20260606T090000", params=";RANGE=THISANDFUTURE")
    assert closed(DAILY, again, moved) == [*noons(1, 2), *later[:2], "06-06 09:00+0200 1:00"]
    single = instead("20260604T100000Z", "20260604T080000")
    assert closed(DAILY, moved, single) == [*noons(1, 2), later[0], "06-04 08:00+0200 1:00", later[2]]
    gone = moved + "\nSTATUS:CANCELLED"
    assert closed(DAILY, gone) == noons(1, 2)


def test_days_that_move_with_all_that_follow():
    weekly = "UID:1\nDTSTART;VALUE=DATE:20260601\nRRULE:FREQ=WEEKLY;COUNT=4"
    onwards = "UID:1\nRECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260615\n"
    moved = f"{onwards}DTSTART;VALUE=DATE:20260616\nDTEND;VALUE=DATE:20260618"
    cut = ALWAYS.with_ical(feed(weekly, moved), **YEAR)
    assert [day.day for day in cut.holidays] == [1, 8, 16, 17, 23, 24]
    timed_now = f"{onwards}DTSTART:20260616T100000Z\nDURATION:PT1H"
    assert "changes whole days into times" in error(weekly, timed_now)


def test_a_wall_clock_time_that_moves_stays_one():
    """Three hours later on the clock, in summer and in winter."""
    weekly = "UID:1\nDTSTART;TZID=Europe/Berlin:20261012T120000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4"
    moved = instead("20261019T100000Z", "20261019T150000", params=";RANGE=THISANDFUTURE")
    assert closed(weekly, moved) == [
        "10-12 12:00+0200 1:00", "10-19 15:00+0200 1:00", "10-26 15:00+0100 1:00", "11-02 15:00+0100 1:00",
    ]  # fmt: skip


def test_one_that_is_named_by_its_date():
    assert closed(DAILY, instead("20260603", "20260603T080000", params=";VALUE=DATE")) == [
        *noons(1, 2), "06-03 08:00+0200 1:00", *noons(4, 5),
    ]  # fmt: skip


def test_later_revisions_and_what_is_left_out():
    revised = DAILY.replace("COUNT=5", "COUNT=1") + "\nSEQUENCE:2"
    assert closed(DAILY, revised) == closed(revised, DAILY) == noons(1)
    first = instead("20260603T100000Z", "20260603T080000") + "\nSEQUENCE:1"
    second = instead("20260603T100000Z", "20260603T090000") + "\nSEQUENCE:2"
    assert closed(DAILY, second, first) == [*noons(1, 2), "06-03 09:00+0200 1:00", *noons(4, 5)]
    out = DAILY + "\nEXDATE:20260603T100000Z"
    assert closed(out, first) == noons(1, 2, 4, 5)


# --- the hour that comes twice ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "spans"),
    [
        ("20261025T003000Z", "20261025T010000Z", ["10-25 02:30+0200 0:30"]),
        ("20261025T003000Z", "20261025T013000Z", ["10-25 02:30+0200 1:00"]),
        ("20261025T010000Z", "20261025T013000Z", ["10-25 02:00+0100 0:30"]),
        ("20261025T000000Z", "20261025T020000Z", ["10-25 02:00+0200 2:00"]),
        ("20261024T220000Z", "20261025T003000Z", ["10-25 00:00+0200 2:30"]),
        ("20261025T013000Z", "20261025T050000Z", ["10-25 02:30+0100 3:30"]),
        ("20261020T000000Z", "20261030T000000Z", ["10-20 02:00+0200 10 days, 0:00"]),
        ("20260329T003000Z", "20260329T013000Z", ["03-29 01:30+0100 1:00"]),
    ],
)
def test_real_time_in_a_repeated_or_skipped_hour(start, end, spans):
    assert closed(f"UID:1\nDTSTART:{start}\nDTEND:{end}") == spans


def test_only_what_hours_cannot_say_is_a_closure():
    cut = ALWAYS.with_ical(
        feed("UID:1\nDTSTART:20261024T220000Z\nDTEND:20261025T003000Z\nSUMMARY:Update"), **YEAR
    )
    assert cut.overrides[date(2026, 10, 25)].hours == (("02:00", "24:00"),)
    [closure] = cut.closures
    assert (closure.start.isoformat(), closure.end.isoformat(), closure.name) == (
        "2026-10-25T00:00:00+00:00", "2026-10-25T00:30:00+00:00", "Update",
    )  # fmt: skip
    told = cut.explain(closure.start, closure.end)
    assert [(one.open, one.reason, one.name) for one in told] == [(False, "closure", "Update")]
    assert BusinessCalendar.from_toml(cut.to_toml()) == cut
    office = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
    assert office.with_ical(feed("UID:1\nDTSTART:20261025T003000Z\nDTEND:20261025T010000Z"), **YEAR) == office


@settings(max_examples=120, deadline=None)
@given(
    situations(),
    st.lists(st.tuples(st.integers(-30 * 60, 30 * 60), st.integers(1, 26 * 60)), min_size=1, max_size=4),
)
def test_what_real_time_closes_is_closed(situation, events):
    """Any hours, in any zone, near a change of its clock: against the wall clock, with the closures as instants."""
    kind, a, b = situation
    del kind["closures"]
    stretches = [(a - a % 60 + 60 * start, a - a % 60 + 60 * (start + length)) for start, length in events]

    def stamp(at):
        return f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"

    text = feed(*(f"UID:{n}\nDTSTART:{stamp(s)}\nDTEND:{stamp(e)}" for n, (s, e) in enumerate(stretches)))
    days = [datetime.fromtimestamp(at, UTC).date() for at in (a, b)]
    margin = timedelta(days=4)
    cut = BusinessCalendar(**kind).with_ical(text, since=days[0] - margin, until=days[1] + margin)
    closures = [
        {"start": datetime.fromtimestamp(s, UTC), "end": datetime.fromtimestamp(e, UTC)} for s, e in stretches
    ]
    wall = WallClock(**kind, closures=closures)
    assert cut.elapsed_us(us(a), us(b)) == us(wall.count(a, b))


# --- a country's days ------------------------------------------------------------------------------


def test_hours_cut_on_a_holiday_do_not_open_it():
    pytest.importorskip("holidays")
    german = BusinessCalendar.from_country("DE", tz="Europe/Berlin", open="09:00", close="17:00")
    cut = german.with_ical(feed("UID:1\nDTSTART:20261225T110000Z\nDTEND:20261225T120000Z"), **YEAR)
    noon = datetime(2026, 12, 25, 9, 30, tzinfo=BERLIN)
    assert not german.is_open(noon)
    assert not cut.is_open(noon)


def test_a_working_day_that_was_moved_is_cut_and_closed():
    pytest.importorskip("holidays")
    beijing = BusinessCalendar.from_country("CN", tz="Asia/Shanghai", open="09:00", close="18:00")
    saturday = datetime(2026, 2, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert beijing.is_open(saturday)
    cut = beijing.with_ical(feed("UID:1\nDTSTART;TZID=Asia/Shanghai:20260214T093000\nDURATION:PT1H"), **YEAR)
    assert not cut.is_open(saturday)
    assert cut.is_open(saturday + timedelta(minutes=30))
    closed_all = beijing.with_ical(feed("UID:1\nDTSTART;VALUE=DATE:20260214"), **YEAR)
    assert not closed_all.is_open(saturday)


# --- the file --------------------------------------------------------------------------------------


def test_lines_are_counted_as_they_stand():
    event = "UID:1\nSUMMARY:a very long\n  summary that\n\tis folded\nDTSTART:20260601T1000\n 00Z\nX-NOTHING:\n y\nDTEND:x"
    assert "line 13: DTEND is neither" in error(event)
    for broken in ("\r\n", "\r"):
        with pytest.raises(CalendarError, match="line 6: DTSTART is neither"):
            ALWAYS.with_ical(feed("UID:1\nDTSTART:x").replace("\n", broken), **YEAR)
        with pytest.raises(CalendarError, match="line 6: DTSTART is neither"):
            ALWAYS.with_ical(feed("UID:1\nDTSTART:x").replace("\n", broken).encode(), **YEAR)


def test_bytes_may_be_folded_inside_a_character():
    text = feed("UID:1\nDTSTART;VALUE=DATE:20260601\nSUMMARY:Müller, 假期").encode()
    for at in range(text.index(b"SUMMARY"), text.index(b"END:VEVENT") - 1):
        folded = b"\xef\xbb\xbf" + text[: at + 1] + b"\r\n " + text[at + 1 :]
        assert dict(ALWAYS.with_ical(folded, **YEAR).holidays) == {date(2026, 6, 1): "Müller, 假期"}
    with pytest.raises(CalendarError, match="line 7: is not text in UTF-8"):
        ALWAYS.with_ical(text.replace("ü".encode(), b"\xfc"), **YEAR)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "is not an iCalendar file"),
        ("hello", "is not an iCalendar file"),
        ("BEGIN:VEVENT\nEND:VEVENT", "line 1: the file does not begin with BEGIN:VCALENDAR"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260601", "line 2: VEVENT begins here and does not end"),
        ("BEGIN:VCALENDAR\nEND:VEVENT", "line 2: END names another component"),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART\nEND:VEVENT\nEND:VCALENDAR",
            "line 3: DTSTART cannot be read",
        ),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 30, "line 17: components nest deeper than 16 levels"),
        ("x" * 20_000_001, "is longer than 20000000 bytes"),
    ],
)
def test_what_is_no_file(source, problem):
    for form in (source, source.encode()):
        with pytest.raises(CalendarError) as refused:
            ALWAYS.with_ical(form, **YEAR)
        assert problem in str(refused.value)


def test_what_is_inside_an_event_is_not_the_events():
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:PT5M\nREPEAT:2\nACTION:DISPLAY\nEND:VALARM"
    assert closed(f"UID:1\nDTSTART:20260601T100000Z\nDTEND:20260601T110000Z\n{alarm}") == noons(1)


def test_several_calendars_each_with_its_zones():
    one = feed(timed("Customized Time Zone", "20260601T120000"), before=CUSTOM)
    two = feed(
        timed("Customized Time Zone", "20260602T120000").replace("UID:1", "UID:2"),
        before=CUSTOM.replace("+0200", "+0300"),
    )
    cut = ALWAYS.with_ical(one + two, **YEAR)
    assert [(day.day, override.hours[0][1]) for day, override in cut.overrides.items()] == [
        (1, "12:00"),
        (2, "11:00"),
    ]
    with pytest.raises(CalendarError, match="which the file does not describe"):
        ALWAYS.with_ical(one + two.replace(CUSTOM.replace("+0200", "+0300"), ""), **YEAR)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(
            [f"UID:{n}\nDTSTART:19700101T000000Z\nRRULE:FREQ=MINUTELY;BYSECOND=0,1,2,3" for n in range(50)],
            marks=pytest.mark.no_cover,
        ),
        pytest.param(
            ["UID:1\nDTSTART:20260101T000000Z\nRRULE:FREQ=DAILY"] * 3_000, marks=pytest.mark.no_cover
        ),
        ["UID:1\nDTSTART:20260101T000000Z"] * 1_000
        + ["UID:1\nRECURRENCE-ID:20260101T000000Z\nDTSTART:20260101T000000Z"] * 1_000,
    ],
    ids=["minutes", "days", "replacing"],
)  # fmt: skip
def test_what_would_cost_without_end_is_refused(events):
    with pytest.raises(CalendarError, match=r"line \d+: .* repeats too often to be followed"):
        ALWAYS.with_ical(feed(*events), **YEAR)
