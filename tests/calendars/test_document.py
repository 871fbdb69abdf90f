import copy
import json
import pickle
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime, time

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.calendars import BusinessCalendar, HoursVersion
from supportflow.exceptions import CalendarError, DefinitionError

GOOD = {"tz": "Europe/Berlin", "weekly": {"mon": [("09:00", "17:00")]}}


@pytest.mark.parametrize(
    ("wrong", "path", "word"),
    [
        ({"weekly": {"mon": [("09:00", "13:00"), ("12:00", "17:00")]}}, "weekly.mon.1", "overlaps"),
        ({"weekly": {"mon": [("12:00", "17:00"), ("09:00", "13:00")]}}, "weekly.mon.1", "overlaps"),
        ({"weekly": {"fri": [("22:00", "06:00"), ("20:00", "22:30")]}}, "weekly.fri.1", "overlaps"),
        (
            {"overrides": {"2026-12-24": [("09:00", "12:00"), ("11:00", "13:00")]}},
            "overrides.2026-12-24.1",
            "overlaps",
        ),
        ({"weekly": {"mon": [("09:00", "09:00")]}}, "weekly.mon.0", "empty"),
        ({"overrides": {"2026-12-24": [("00:00", "00:00")]}}, "overrides.2026-12-24.hours.0", "empty"),
        ({"weekly": {"mon": [("24:00", "06:00")]}}, "weekly.mon.0", "reversed"),
        ({"weekly": {"mon": [("09:00", "25:00")]}}, "weekly.mon.0", "24:00"),
        ({"weekly": {"mon": [("09:60", "17:00")]}}, "weekly.mon.0", "24:00"),
        ({"weekly": {"mon": [("nine", "17:00")]}}, "weekly.mon.0", "time of day"),
        ({"weekly": {"mon": [(540, 1020)]}}, "weekly.mon.0", "time of day"),
        ({"weekly": {"mon": ["09:00-17:00"]}}, "weekly.mon.0", "pair"),
        ({"weekly": {"mon": [("09:00", "12:00", "17:00")]}}, "weekly.mon.0", "pair"),
        ({"weekly": {"monday": [("09:00", "17:00")]}}, "weekly.monday", "not permitted"),
        ({"tz": "Europe/Nowhere"}, "tz", "not a zone"),
        ({"tz": "../../etc/passwd"}, "tz", "not a zone"),
        ({"tz": "../zones", "tzdata": "package"}, "tz", "not a zone"),
        ({"weekly": {}}, "weekly", "never open"),
        ({"weekly": {}, "overrides": {"2026-12-24": []}}, "weekly", "never open"),
        ({"holidays": ["2026-02-30"]}, "holidays", "day is out of range"),
        ({"holidays": [datetime(2026, 1, 1)]}, "holidays", "date alone"),
        ({"holiday_scope": "night"}, "holiday_scope", "'shift' or 'day'"),
        ({"versions": [{"effective_from": "2026-01-01", "tz": "Mars/Base"}]}, "versions.0.tz", "not a zone"),
        (
            {"versions": [{"effective_from": "2026-06-01"}, {"effective_from": "2026-01-01"}]},
            "versions",
            "1.effective_from: is reversed",
        ),
        (
            {
                "versions": [
                    {
                        "effective_from": "2026-01-01",
                        "weekly": {"mon": [("09:00", "12:00"), ("11:00", "13:00")]},
                    }
                ]
            },
            "versions.0.weekly.mon.1",
            "overlaps",
        ),
        ({"colour": "blue"}, "colour", "unknown field"),
    ],
)
def test_an_error_names_its_field(wrong, path, word):
    with pytest.raises(CalendarError) as caught:
        BusinessCalendar(**(GOOD | wrong))
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}: ")
    assert word in problem
    assert isinstance(caught.value, DefinitionError | ValueError)


def test_all_problems_are_told_at_once():
    with pytest.raises(CalendarError) as caught:
        BusinessCalendar(weekly={"mon": [("9", "10:00")], "tue": [("10:00", "10:00")]})
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "tz",
        "weekly.mon.0",
        "weekly.tue.0",
    ]


def test_inside_another_document_the_path_is_kept():
    class Policy(pydantic.BaseModel):
        calendars: dict[str, BusinessCalendar]

    with pytest.raises(pydantic.ValidationError) as caught:
        Policy(calendars={"eu": GOOD | {"weekly": {"tue": [("9", "10")]}}})
    assert caught.value.errors()[0]["loc"] == ("calendars", "eu", "weekly", "tue", 0)


def test_overlaps_can_be_merged_on_request():
    lunch_twice = {"mon": [("09:00", "13:00"), ("12:00", "17:00")]}
    merged = BusinessCalendar(tz="UTC", weekly=lunch_twice, overlaps="merge")
    plain = BusinessCalendar(tz="UTC", weekly={"mon": [("09:00", "17:00")]})
    assert merged.elapsed_us(0, 10**13) == plain.elapsed_us(0, 10**13) > 0


def test_nights_may_overlap_the_next_morning():
    nights = BusinessCalendar(tz="UTC", weekly={"mon": [("22:00", "06:00")], "tue": [("05:00", "07:00")]})
    monday = 4 * 86_400 * 10**6
    assert nights.elapsed_us(monday, monday + 2 * 86_400 * 10**6) == 9 * 3600 * 10**6


def test_the_same_hours_in_other_words_are_equal():
    one = BusinessCalendar(
        tz="UTC", weekly={"mon": [("9:00", "17:00:00")]}, holidays=["2026-12-25", "2026-01-01"]
    )
    two = BusinessCalendar(
        tz="UTC",
        weekly={"mon": [[time(9), time(17)]], "tue": []},
        holidays={date(2026, 1, 1): "", "2026-12-25": ""},
    )
    assert one == two
    assert hash(one) == hash(two)
    assert one.core is two.core
    assert one != one.model_copy(update={"tz": "Asia/Tokyo"})


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
clocks = st.times().map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000))
day_hours = st.one_of(
    st.just([]),
    st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: [pair]),
    st.just([("08:00", "12:00"), ("13:00", "24:00")]),
)
weeks = st.dictionaries(st.sampled_from(["mon", "thu", "sun"]), day_hours)
overrides = st.dictionaries(
    days, st.one_of(day_hours, st.fixed_dictionaries({"hours": day_hours, "name": names}))
)


@st.composite
def documents(draw):
    document = {
        "tz": draw(st.sampled_from(["UTC", "Asia/Tokyo", "America/St_Johns"])),
        "name": draw(names),
        "weekly": draw(weeks) | {"wed": [("09:00", "10:00")]},
        "holidays": draw(st.one_of(st.lists(days, unique=True), st.dictionaries(days, names))),
        "overrides": draw(overrides),
        "holiday_scope": draw(st.sampled_from(["shift", "day"])),
    }
    if draw(st.booleans()):
        document["versions"] = [{"effective_from": draw(days), "weekly": draw(weeks), "note": draw(names)}]
        if draw(st.booleans()):
            document["versions"][0]["overrides"] = draw(overrides)
            document["versions"][0]["holidays"] = draw(st.dictionaries(days, names))
    if draw(st.booleans()):
        document |= {"vouched_until": draw(days), "beyond": "fail"}
    return document


@settings(max_examples=100, deadline=None)
@given(documents())
def test_json_and_toml_bring_back_an_equal_calendar(document):
    calendar = BusinessCalendar(**document)
    assert BusinessCalendar.model_validate_json(calendar.model_dump_json()) == calendar
    assert BusinessCalendar(**json.loads(calendar.model_dump_json(exclude_defaults=True))) == calendar
    assert BusinessCalendar.from_toml(calendar.to_toml()) == calendar
    assert BusinessCalendar(**calendar.model_dump()) == calendar
    assert pickle.loads(pickle.dumps(calendar)) == calendar
    assert eval(repr(calendar.weekly), {"Weekly": type(calendar.weekly)}) == calendar.weekly


def test_toml_is_written_for_people():
    calendar = BusinessCalendar.weekdays(
        "09:00",
        "17:00",
        tz="UTC",
        holidays={"2026-12-25": "Christmas"},
        overrides={"2026-12-24": [("09:00", "12:00")]},
    )
    text = calendar.to_toml()
    assert '2026-12-25 = "Christmas"' in text
    assert '2026-12-24 = [["09:00", "12:00"]]' in text
    assert tomllib.loads(text)["weekly"]["mon"] == [["09:00", "17:00"]]


def test_toml_local_times_and_wrong_toml():
    assert BusinessCalendar.from_toml("tz = 'UTC'\n[weekly]\nmon = [[09:00:00, 17:30:00]]\n").weekly.mon == (
        ("09:00", "17:30"),
    )
    with pytest.raises(CalendarError, match="not TOML"):
        BusinessCalendar.from_toml("tz = UTC")


def test_a_json_schema_can_be_made():
    schema = BusinessCalendar.model_json_schema()
    assert schema["required"] == ["tz"]
    assert {"weekly", "holidays", "overrides", "versions"} <= set(schema["properties"])


def test_it_cannot_be_changed():
    calendar = BusinessCalendar(**GOOD, holidays=["2026-12-25"])
    with pytest.raises(pydantic.ValidationError):
        calendar.tz = "UTC"
    with pytest.raises(TypeError):
        calendar.holidays[date(2026, 1, 1)] = "no"


def test_copies_share_the_compiled_hours_and_changed_copies_do_not():
    calendar = BusinessCalendar(**GOOD)
    monday = 1_767_600_000_000_000  # 2026-01-05T08:00Z, 09:00 in Berlin
    assert calendar.add_us(monday, 0, "open") == monday
    for same in (copy.copy(calendar), copy.deepcopy(calendar), pickle.loads(pickle.dumps(calendar))):
        assert same == calendar
        assert same.core is calendar.core
    moved = calendar.model_copy(update={"tz": "America/New_York"})
    assert moved.add_us(monday, 0, "open") == monday + 6 * 3600 * 10**6


def test_a_version_is_a_value_too():
    assert HoursVersion(effective_from="2026-01-01") == HoursVersion(effective_from=date(2026, 1, 1))


def test_importing_loads_nothing_optional():
    code = """
import sys, supportflow.calendars as c
c.BusinessCalendar.always().add_us(0, 1)
print([m for m in ("numpy", "holidays", "icalendar", "pandas") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("more", [{}, {"country": "DE"}], ids=["plain", "country"])
def test_calendars_stay_equal_once_they_were_asked(more):
    """What a calendar remembers of its answers is no part of what it is."""
    one, two = (BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", **more) for _ in range(2))
    for calendar in (one, two):
        assert calendar.is_open(calendar.next_open(datetime(2026, 6, 1, tzinfo=UTC)))
        assert calendar.dated is not None

    assert one == two
    assert hash(one) == hash(two)
    assert one != BusinessCalendar.weekdays("09:00", "18:00", tz="Europe/Berlin", **more)
