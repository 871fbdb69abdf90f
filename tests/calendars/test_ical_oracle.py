"""Whole iCalendar files against `recurring-ical-events`, which is written on `icalendar` and `dateutil`.

What it does otherwise than RFC 5545 says is left out of the files that are drawn, and listed at the end.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.calendars.ical_events import Days, read_events
from supportflow.calendars.ical_zones import ZoneClock
from supportflow.calendars.zones import zone

icalendar = pytest.importorskip("icalendar")
recurring = pytest.importorskip("recurring_ical_events")
rrulestr = pytest.importorskip("dateutil.rrule").rrulestr

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 4, 6), date(2026, 7, 6)
"""Weeks in which no clock changes in Europe or America."""
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"


DAY = timedelta(days=1)


def us(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def day(number):
    return date(1970, 1, 1) + timedelta(days=number)


LOW = (FIRST - date(1970, 1, 1)).days * 86_400_000_000
HIGH = (LAST - date(1970, 1, 1)).days * 86_400_000_000


def ours(text):
    found = read_events(text, ZoneClock(zone("Europe/Berlin")), "newest", LOW, HIGH)
    return {
        (day(one.start), day(one.end)) if isinstance(one, Days) else (one.start, one.end) for one in found
    }


def theirs(text):
    found = set()
    first, last = (datetime.combine(edge, time(), BERLIN) for edge in (FIRST - 4 * DAY, LAST + 4 * DAY))
    for event in recurring.of(icalendar.Calendar.from_ical(text)).between(first, last):
        if str(event.get("STATUS", "")) == "CANCELLED":
            continue
        start, end = event.start, event.end
        if not isinstance(start, datetime):
            found.add((max(start, FIRST), min(end, LAST)))
            continue
        begin, close = (
            us(at.replace(tzinfo=BERLIN) if at.tzinfo is None else at.astimezone(UTC)) for at in (start, end)
        )
        edges = [us(datetime.combine(edge, time(), BERLIN)) for edge in (FIRST, LAST)]
        found.add((max(begin, edges[0]), min(close, edges[1])))
    return {one for one in found if one[0] < one[1]}


# --- files that are drawn --------------------------------------------------------------------------

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Z", "")


def stamp(at, zone_name):
    params = f";TZID={zone_name}" if zone_name not in {"Z", ""} else ""
    return params, f"{at:%Y%m%dT%H%M%S}{'Z' if zone_name == 'Z' else ''}"


def line(name, at, zone_name):
    if type(at) is date:
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    params, text = stamp(at, zone_name)
    return f"{name}{params}:{text}"


RULES = [
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU",
    "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYMONTHDAY=15,-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=5,6;BYDAY=2MO", "FREQ=YEARLY;BYWEEKNO=20,22;BYDAY=MO", "FREQ=YEARLY;BYYEARDAY=120,-200",
]  # fmt: skip


@st.composite
def repeats(draw, start, zone_name, rule):
    """A rule that ends or does not."""
    ending = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if ending == "COUNT":
        rule += f";COUNT={draw(st.integers(1, 30))}"
    elif ending == "UNTIL":
        # As the standard wants it: a date for dates, a local time for times that float, and else UTC.
        last = start + DAY * draw(st.integers(0, 500))
        if zone_name not in {"", "Z"}:
            last, zone_name = last.replace(tzinfo=ZoneInfo(zone_name)).astimezone(UTC), "Z"
        rule += f";UNTIL={line('X', last, zone_name).rpartition(':')[2]}"
    return [f"RRULE:{rule}"]


@st.composite
def replacing(draw, uid, start, length, zone_name):
    """Events that stand in place of occurrences, which may not even be there."""
    found = []
    onwards, *singly = draw(st.lists(st.integers(0, 40), min_size=1, max_size=3, unique=True))
    for days in singly:
        replaced = start + DAY * days
        moved = replaced + DAY * draw(st.integers(-3, 3))
        block = [f"UID:{uid}", line("RECURRENCE-ID", replaced, zone_name), line("DTSTART", moved, zone_name)]
        block.append(line("DTEND", moved + length * draw(st.integers(1, 2)), zone_name))
        found.append([*block, *draw(st.sampled_from([[], [], ["STATUS:CANCELLED"]]))])
    if draw(st.booleans()):
        replaced = start + DAY * onwards
        moved = replaced + DAY * draw(st.integers(-3, 3))
        named = line("RECURRENCE-ID", replaced, zone_name).replace(
            "RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE"
        )
        block = [f"UID:{uid}", named, line("DTSTART", moved, zone_name)]
        found.append([*block, line("DTEND", moved + length * draw(st.integers(1, 2)), zone_name)])
    return found


@st.composite
def events(draw, uid):
    whole = draw(st.booleans())
    zone_name = "" if whole else draw(st.sampled_from(ZONES))
    at = FIRST + DAY * draw(st.integers(-400, 80))
    start = (
        at if whole else datetime.combine(at, time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 30]))))
    )
    length = DAY * draw(st.integers(1, 3)) if whole else timedelta(minutes=draw(st.integers(1, 3_000)))
    rule = draw(st.none() | st.sampled_from(RULES))
    if rule is not None:  # the start is an occurrence of the rule, as the standard asks for
        first = rrulestr(rule, dtstart=datetime.combine(start, time()) if whole else start)[0]
        start = first.date() if whole else first
    block = [f"UID:{uid}", line("DTSTART", start, zone_name), line("DTEND", start + length, zone_name)]
    block += [
        line("RDATE", start + DAY * days, zone_name)
        for days in draw(st.lists(st.integers(1, 500), max_size=2))
    ]
    if rule is None:
        return [block]
    block += draw(repeats(start, zone_name, rule))
    block += [
        line("EXDATE", start + DAY * days, zone_name)
        for days in draw(st.lists(st.integers(0, 60), max_size=3))
    ]
    return [block, *draw(replacing(uid, start, length, zone_name))]


@st.composite
def files(draw):
    blocks = [block for uid in range(draw(st.integers(1, 3))) for block in draw(events(uid))]
    body = "".join(
        "BEGIN:VEVENT\r\n" + "".join(f"{one}\r\n" for one in block) + "END:VEVENT\r\n" for block in blocks
    )
    return f"{HEAD}{body}END:VCALENDAR\r\n"


@settings(max_examples=150)
@given(files())
def test_a_file_closes_what_it_says(text):
    assert ours(text) == theirs(text)


# --- where it reads otherwise ----------------------------------------------------------------------

NOON = "UID:1\r\nDTSTART;TZID=Europe/Berlin:20260601T120000\r\nDURATION:PT1H"
WEEKS = "UID:1\r\nDTSTART;VALUE=DATE:20260601\r\nRRULE:FREQ=WEEKLY;COUNT=4"


def read(*blocks):
    """What it finds in the year: local starts, and exact lengths where they are times."""
    body = "".join(f"BEGIN:VEVENT\r\n{block}\r\nEND:VEVENT\r\n" for block in blocks)
    calendar = icalendar.Calendar.from_ical(f"{HEAD}{body}END:VCALENDAR\r\n")
    first, last = datetime(2026, 1, 1, tzinfo=BERLIN), datetime(2027, 1, 1, tzinfo=BERLIN)
    found = recurring.of(calendar).between(first, last)
    return [(f"{one.start:%m-%d %H:%M}", hours(one.end) - hours(one.start)) for one in found]


def hours(moment):
    return moment.timestamp() / 3_600 if isinstance(moment, datetime) else moment.toordinal() * 24


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        # Cancelled occurrences come back, and so do all that follow one that is cancelled for all that follow.
        (["UID:1\r\nDTSTART;VALUE=DATE:20260601\r\nSTATUS:CANCELLED"], ["06-01 00:00"]),
        (
            [
                WEEKS,
                "UID:1\r\nRECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260615\r\nDTSTART;VALUE=DATE:20260615\r\nSTATUS:CANCELLED",
            ],
            ["06-01 00:00", "06-08 00:00", "06-15 00:00", "06-22 00:00"],
        ),
        # A start that the rule does not give is not counted, so that there is one occurrence more.
        (
            ["UID:1\r\nDTSTART;VALUE=DATE:20260603\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2"],
            ["06-03 00:00", "06-08 00:00", "06-15 00:00"],
        ),
        # A date as UNTIL of a timed event loses the last day.
        ([f"{NOON}\r\nRRULE:FREQ=DAILY;UNTIL=20260603"], ["06-01 12:00", "06-02 12:00"]),
        # EXRULE, which is no longer part of the standard, is passed over in silence.
        ([f"{NOON}\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEXRULE:FREQ=DAILY"], ["06-01 12:00", "06-02 12:00"]),
        # A zone that is not known floats; here, one that `icalendar` itself writes.
        (['UID:1\r\nDTSTART;TZID="UTC+08:00":20260601T120000\r\nDURATION:PT1H'], ["06-01 12:00"]),
        # A date as RDATE of a timed event is its midnight.
        ([f"{NOON}\r\nRDATE;VALUE=DATE:20260610"], ["06-01 12:00", "06-10 00:00"]),
    ],
)
def test_the_differences(blocks, found):
    assert [start for start, _ in read(*blocks)] == found


@pytest.mark.parametrize(
    ("block", "hours"),
    [
        # Lengths are those of the clock: 24 hours over the spring change are 23, and an exact length is not kept.
        ("DTSTART;TZID=Europe/Berlin:20260328T120000\r\nDURATION:PT24H", [23]),
        (
            "DTSTART;TZID=Europe/Berlin:20260327T220000\r\nDTEND;TZID=Europe/Berlin:20260328T060000\r\nRRULE:FREQ=DAILY;COUNT=2",
            [8, 7],
        ),
        # What starts in the hour that is skipped ends before it starts.
        (
            "DTSTART;TZID=Europe/Berlin:20260328T023000\r\nDURATION:PT30M\r\nRRULE:FREQ=DAILY;COUNT=3",
            [0.5, -0.5, 0.5],
        ),
    ],
)
def test_the_differences_in_length(block, hours):
    assert [length for _, length in read(f"UID:1\r\n{block}")] == hours


def test_a_rule_with_a_scale_is_refused_for_another_reason():
    with pytest.raises(Exception, match="UNTIL parameter is missing"):
        read(f"{NOON}\r\nRRULE:RSCALE=GREGORIAN;FREQ=WEEKLY;COUNT=2")
