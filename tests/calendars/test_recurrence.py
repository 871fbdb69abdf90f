"""Recurrence rules against `dateutil`, which reads the standard otherwise in a few places; these are listed at the end."""

import datetime as dt
from datetime import datetime, timedelta
from unittest import mock

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from supportflow.calendars.recurrence import Budget, occurrences
from supportflow.calendars.recurrence_rule import parse_rule

rrule = pytest.importorskip("dateutil.rrule")

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
START = datetime(2026, 1, 1)


def ours(text, start, last, **more):
    return list(occurrences(parse_rule(text), start, last, Budget(3_000_000), **more))


class Until:
    """The module `datetime` with an earlier last year: `dateutil` looks until then for what never comes."""

    def __init__(self, year):
        self.MAXYEAR = year

    def __getattr__(self, name):
        return getattr(dt, name)


def theirs(text, start, last):
    with mock.patch.object(rrule, "datetime", Until(last.year + 1)):
        return rrule.rrulestr(text, dtstart=start).between(start, last, inc=True)


def numbers(low, high, most=4):
    near = st.integers(max(low, -3), min(high, 3)) if low < 0 else st.integers(low, min(high, low + 5))
    one = (st.integers(low, high) | near).filter(bool) if low < 0 else st.integers(low, high)
    return st.lists(one, min_size=1, max_size=most, unique=True).map(lambda found: ",".join(map(str, found)))


def plain_days(most=3):
    return st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=most, unique=True).map(",".join)


@st.composite
def numbered_days(draw, high):
    """Each with a number: a mixture is one of the differences."""
    chosen = draw(
        st.lists(
            st.tuples(st.integers(-high, high).filter(bool), st.sampled_from(WEEKDAYS)),
            min_size=1,
            max_size=3,
        )
    )
    return ",".join(f"{number}{day}" for number, day in chosen)


PARTS = {
    "YEARLY": ["BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE"],
    "MONTHLY": ["BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYSECOND"],
    "WEEKLY": ["BYMONTH", "BYDAY", "BYHOUR", "BYMINUTE"],
    "DAILY": ["BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR"],
    "HOURLY": ["BYMONTH", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE"],
    "MINUTELY": ["BYMONTH", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND"],
    "SECONDLY": ["BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND"],
}
VALUES = {
    "BYMONTH": numbers(1, 12), "BYWEEKNO": numbers(-53, 53), "BYYEARDAY": numbers(-366, 366), "BYMONTHDAY": numbers(-31, 31),
    "BYHOUR": numbers(0, 23), "BYMINUTE": numbers(0, 59), "BYSECOND": numbers(0, 59),
}  # fmt: skip
LENGTHS = {"HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
SPANS = {
    "YEARLY": 4_000,
    "MONTHLY": 1_200,
    "WEEKLY": 500,
    "DAILY": 200,
    "HOURLY": 5,
    "MINUTELY": 2,
    "SECONDLY": 1,
}


@st.composite
def rules(draw):
    """A rule on whose meaning all agree, a start, and how far to look."""
    frequency = draw(st.sampled_from(sorted(PARTS)))
    parts = {"FREQ": frequency}
    for name in draw(st.lists(st.sampled_from(PARTS[frequency]), max_size=3, unique=True)):
        if name == "BYDAY":
            high = {"YEARLY": 53, "MONTHLY": 5}.get(frequency, 0)
            plain = not high or "BYWEEKNO" in parts or draw(st.booleans())
            parts[name] = draw(plain_days() if plain else numbered_days(high))
        else:
            parts[name] = draw(VALUES[name])
    if "BYWEEKNO" in parts and any(day[0] in "-0123456789" for day in parts.get("BYDAY", "x").split(",")):
        del parts["BYDAY"]
    if "BYWEEKNO" in parts and not {"BYDAY", "BYYEARDAY", "BYMONTHDAY"} & set(parts):
        parts["BYDAY"] = draw(plain_days())
    parts["INTERVAL"] = draw(st.sampled_from([1, 1, 1, 2, 3, 7, 12, 25]))
    parts["WKST"] = draw(st.sampled_from(WEEKDAYS))
    if any(name.startswith("BY") for name in parts) and frequency != "WEEKLY" and draw(st.booleans()):
        parts["BYSETPOS"] = draw(numbers(-366, 366, most=3))
    start = START + timedelta(days=draw(st.integers(-800, 800)), seconds=draw(st.integers(0, 86_399)))
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    return text, start, start + timedelta(days=draw(st.integers(0, SPANS[frequency])))


def known(text, start, last):
    """What a rule gives: by `dateutil`, or within a day, where that can take hours, by looking at every second."""
    parts = dict(part.split("=") for part in text.split(";"))
    if parts["FREQ"] not in LENGTHS:
        try:
            return theirs(text, start, last)
        except IndexError:  # it cannot be asked for the eighth Monday of a December
            reject()
    length = LENGTHS[parts["FREQ"]]
    named = {name: set(map(int, value.split(","))) for name, value in parts.items() if name in VALUES}
    if length == 3_600:
        named.setdefault("BYMINUTE", {start.minute})
    if length > 1:
        named.setdefault("BYSECOND", {start.second})
    midnight = datetime(start.year, start.month, start.day)
    first, end = ((at - midnight) // timedelta(seconds=1) for at in (start, last))
    by_unit = {}
    for unit in range(first // length, end // length + 1, int(parts["INTERVAL"])):
        begin = midnight + timedelta(seconds=unit * length)
        if begin.hour not in named.get("BYHOUR", {begin.hour}) or not day_fits(
            begin, named, parts.get("BYDAY")
        ):
            continue
        every = (begin + timedelta(seconds=second) for second in range(length))
        by_unit[unit] = [
            at
            for at in every
            if at.second in named.get("BYSECOND", {at.second})
            and at.minute in named.get("BYMINUTE", {at.minute})
        ]
    chosen = []
    for found in by_unit.values():
        places = [int(place) for place in parts["BYSETPOS"].split(",")] if "BYSETPOS" in parts else None
        chosen += found if places is None else [
            one for at, one in enumerate(found) if at + 1 in places or at - len(found) in places
        ]  # fmt: skip
    return sorted(at for at in chosen if start <= at <= last)


def day_fits(day, named, weekdays):
    length = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    of_year = day.timetuple().tm_yday
    year = (day.replace(month=12, day=31)).timetuple().tm_yday
    return (
        day.month in named.get("BYMONTH", {day.month})
        and bool({day.day, day.day - length.day - 1} & named.get("BYMONTHDAY", {day.day}))
        and bool({of_year, of_year - year - 1} & named.get("BYYEARDAY", {of_year}))
        and (weekdays is None or WEEKDAYS[day.weekday()] in weekdays.split(","))
    )


@settings(max_examples=150)
@given(rules())
def test_a_rule_gives_what_others_read_in_it(drawn):
    text, start, last = drawn
    expected = known(text, start, last)
    assert ours(text, start, last) == sorted({start, *expected})


@settings(max_examples=60)
@given(rules(), st.integers(1, 40))
def test_a_count_counts_the_start(drawn, count):
    text, start, last = drawn
    expected = sorted({start, *known(text, start, last)})[:count]
    assert ours(f"{text};COUNT={count}", start, last) == expected


@settings(max_examples=60)
@given(rules(), st.floats(0, 1))
def test_what_is_early_can_be_passed_over(drawn, share):
    text, start, last = drawn
    since = start + (last - start) * share
    every = ours(text, start, last)
    assume(len(every) < 5_000)
    late = [at for at in every if at >= since]
    assert [at for at in ours(text, start, last, since=since) if at >= since] == late


@settings(max_examples=60)
@given(
    st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]),
    st.integers(1, 5),
    st.integers(0, 20_000),
)
def test_a_rule_that_began_long_ago_costs_what_is_asked_about(frequency, interval, days):
    start = START - timedelta(days=days)
    text = f"FREQ={frequency};INTERVAL={interval}"
    last = START + timedelta(days=30)
    budget = Budget(5_000)
    late = [at for at in occurrences(parse_rule(text), start, last, budget, since=START) if at >= START]
    assert late == [at for at in theirs(text, start, last) if at >= START]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;COUNT=999999999",
        "FREQ=MINUTELY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSECOND=1,2,3,4,5,6,7,8,9",
    ],
)
def test_without_end_is_too_often(text):
    with pytest.raises(ValueError, match="repeats too often to be followed"):
        list(occurrences(parse_rule(text), START, START + timedelta(days=3_650), Budget(100_000)))


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=4",
    ],
)
def test_what_never_comes_costs_a_step_a_day(text):
    """`dateutil` looks for it until the year 9999."""
    assert ours(text, START, START + timedelta(days=20_000)) == [START]


# --- the grammar -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has a part without a value"),
        ("COUNT=3", "needs FREQ"),
        ("FREQ=FORTNIGHTLY", "needs FREQ"),
        ("FREQ=DAILY;FREQ=DAILY", "has FREQ twice"),
        ("FREQ=DAILY;", "has a part without a value"),
        ("FREQ=DAILY;COUNT=", "has a part without a value"),
        ("FREQ=DAILY;COUNT=0", "has a wrong COUNT"),
        ("FREQ=DAILY;COUNT=-1", "has a wrong COUNT"),
        ("FREQ=DAILY;COUNT=9999999999", "has a wrong COUNT"),
        ("FREQ=DAILY;INTERVAL=0", "has a wrong INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1.5", "has a wrong INTERVAL"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20260101", "has both COUNT and UNTIL"),
        ("FREQ=DAILY;BYHOUR=24", "has a wrong BYHOUR"),
        ("FREQ=DAILY;BYMINUTE=60", "has a wrong BYMINUTE"),
        ("FREQ=DAILY;BYSECOND=61", "has a wrong BYSECOND"),
        ("FREQ=DAILY;BYMONTH=13", "has a wrong BYMONTH"),
        ("FREQ=DAILY;BYMONTH=5L", "has a wrong BYMONTH"),
        ("FREQ=DAILY;BYMONTHDAY=0", "has a wrong BYMONTHDAY"),
        ("FREQ=DAILY;BYMONTHDAY=-32", "has a wrong BYMONTHDAY"),
        ("FREQ=YEARLY;BYYEARDAY=367", "has a wrong BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=54", "has a wrong BYWEEKNO"),
        ("FREQ=YEARLY;BYEASTER=0", "has a part 'BYEASTER'"),
        ("FREQ=DAILY;BYSETPOS=1", "has BYSETPOS, which needs another BY part"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "has a wrong BYSETPOS"),
        ("FREQ=MONTHLY;BYDAY=0MO", "has a wrong BYDAY"),
        ("FREQ=MONTHLY;BYDAY=54MO", "has a wrong BYDAY"),
        ("FREQ=MONTHLY;BYDAY=MONDAY", "has a wrong BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "has a BYDAY with a number, which cannot stand beside FREQ=WEEKLY"),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", "has a BYDAY with a number, which cannot stand beside BYWEEKNO"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "has BYMONTHDAY, which cannot stand beside FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "has BYYEARDAY, which cannot stand beside FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "has BYWEEKNO, which cannot stand beside FREQ=MONTHLY"),
        ("FREQ=DAILY;WKST=MON", "has a wrong WKST"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "has an RSCALE other than GREGORIAN"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", "has a SKIP other than OMIT"),
    ],
)  # fmt: skip
def test_what_breaks_the_grammar(text, problem):
    with pytest.raises(ValueError) as refused:
        parse_rule(text)
    assert str(refused.value).startswith(problem)


def test_what_the_grammar_allows_in_passing():
    start, last = datetime(2026, 1, 31), datetime(2026, 12, 31)
    plain = ours("FREQ=MONTHLY", start, last)
    assert plain == ours("RSCALE=GREGORIAN;FREQ=MONTHLY", start, last)
    assert plain == ours("rscale=gregorian;freq=monthly;skip=omit", start, last)
    assert [at.month for at in plain] == [1, 3, 5, 7, 8, 10, 12]
    second = ours("FREQ=DAILY;BYSECOND=60;COUNT=2", datetime(2026, 1, 1), last)
    assert second == [datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 59)]


# --- where dateutil 2.9 reads otherwise ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "right", "dateutil"),
    [
        # A weekday with and one without a number are alternatives, says the standard; dateutil wants both at once.
        ("FREQ=MONTHLY;BYDAY=MO,2TU", "2026-06-01", ["06-01", "06-08", "06-09", "06-15", "06-22", "06-29"], []),
        # What a rule leaves out comes from the start: the same weekday of week 20, not all of its days.
        ("FREQ=YEARLY;BYWEEKNO=20", "2026-05-13", ["05-13"], [f"05-{day}" for day in range(13, 18)]),
        # The positions are those of the whole week, also of the first, which began before the start.
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2", "2026-06-10", ["06-10", "06-16"], ["06-11", "06-16"]),
        # The start always counts as the first occurrence.
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-06-10", ["06-10", "06-15"], ["06-15", "06-22"]),
        ("FREQ=WEEKLY;BYDAY=TH,FR;BYSETPOS=-1;COUNT=2", "2026-06-10", ["06-10", "06-12"], ["06-12", "06-19"]),
    ],
)  # fmt: skip
def test_the_differences(text, start, right, dateutil):
    begin = datetime.fromisoformat(start)
    last = begin + timedelta(days=29) if "COUNT" in text or "MONTHLY" in text else begin + timedelta(days=8)
    assert [f"{at:%m-%d}" for at in ours(text, begin, last)] == right
    assert [f"{at:%m-%d}" for at in theirs(text, begin, last)] == dateutil
