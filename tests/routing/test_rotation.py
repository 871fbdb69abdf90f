"""Who is on call: against a slow reading of the same document by local dates, on the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from calendars.oracle import DAYS
from supportflow._time import DAY_US, HOUR_US, MINUTE_US, from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import CalendarHorizonError, InvalidInput, NaiveDatetimeError, PolicyError
from supportflow.routing.rotation import OnCall, Rotation, RotationLayer, RotationOverride, handovers, on_call

PEOPLE = ("ana", "bo", "cy")

# Zone and a local date near a change of its clock.
CHANGES = {
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/Sao_Paulo": (date(2018, 2, 18), date(2018, 11, 4)),  # at midnight
    "Pacific/Apia": (date(2011, 12, 30), date(2011, 12, 31)),  # a day that never was
    "Asia/Shanghai": (date(2026, 5, 1), date(2026, 12, 1)),
}


def local(tz, *wall, fold=0):
    return to_us(datetime(*wall, tzinfo=ZoneInfo(tz), fold=fold))


def rotation(tz="Europe/London", *, overrides=(), **layer):
    return Rotation(
        name="primary",
        tz=tz,
        layers=(RotationLayer(**{"people": PEOPLE, "start": date(2026, 1, 5), **layer}),),
        overrides=overrides,
    )


def naive_layer(layer, tz, at):
    """The person of a layer: go through the wall clock's times, second by second where it matters.

    A handover has happened once the clock has shown its time, or a later one, since it first could.
    """
    clock = ZoneInfo(tz)
    moment = layer.start
    hour, minute = map(int, layer.handover_at.split(":"))
    turns = 0
    while True:
        wall = datetime.combine(moment, time(hour, minute))
        # The first instant (to the minute) at which the clock shows the wall time or a later one.
        probe = wall.replace(tzinfo=UTC) - timedelta(hours=26)
        while probe.astimezone(clock).replace(tzinfo=None) < wall:
            probe += timedelta(minutes=30)
        if probe > at:
            break
        turns += 1
        moment += layer.turn_for
    return layer.people[(turns - 1) % len(layer.people)] if turns else None


@st.composite
def rotations(draw):
    tz = draw(st.sampled_from(sorted(CHANGES)))
    day = draw(st.sampled_from(CHANGES[tz]))
    layers, open_at = [], {}
    for at in range(draw(st.integers(0, 3))):
        restrict = ()
        if draw(st.booleans()):
            name, first = f"c{at}", draw(st.integers(0, 20))
            open_at[name] = (first, first + 3)
            restrict = (name,)
        layers.append(
            RotationLayer(
                people=draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3)),
                start=day + timedelta(days=draw(st.integers(-9, 1))),
                turn_for=timedelta(days=draw(st.integers(1, 4))),
                handover_at=draw(
                    st.sampled_from(["00:00", "00:30", "01:30", "02:00", "02:30", "09:00", "23:30"])
                ),
                restrict=restrict,
            )
        )
    start = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=2)
    overrides = []
    for _ in range(draw(st.integers(0, 2))):
        first = draw(st.integers(0, 150))
        overrides.append(
            RotationOverride(
                agent="eve",
                start=start + timedelta(minutes=30 * first),
                end=start + timedelta(minutes=30 * (first + draw(st.integers(1, 60)))),
            )
        )
    calendars = {
        name: BusinessCalendar(tz="UTC", weekly={d: [(f"{a:02d}:00", f"{b:02d}:00")] for d in DAYS}).core
        for name, (a, b) in open_at.items()
    }
    return Rotation(name="r", tz=tz, layers=layers, overrides=overrides), calendars, open_at, start


def naive(document, open_at, at):
    if any(one.start <= at < one.end for one in document.overrides):
        return "eve"
    answer = None
    for layer in document.layers:  # bottom up: each that has somebody covers what is below
        speaks = not layer.restrict or any(a <= at.hour < b for a, b in (open_at[n] for n in layer.restrict))
        person = naive_layer(layer, document.tz, at) if speaks else None
        answer = person or answer
    return answer


@given(rotations(), st.integers(0, 4 * 48 - 1))
def test_on_call_is_what_the_slow_reading_says(drawn, half):
    document, calendars, open_at, start = drawn
    at = start + timedelta(minutes=30 * half)
    assert on_call(document, calendars, to_us(at)) == naive(document, open_at, at)


@given(rotations(), st.integers(1, 4 * 48))
def test_handovers_are_the_instants_at_which_the_answer_changes(drawn, halves):
    document, calendars, _, start = drawn
    begin, end = to_us(start), to_us(start) + 30 * MINUTE_US * halves
    found = handovers(document, calendars, begin, end)

    assert (found[0].start_us, found[-1].end_us) == (begin, end)
    assert all(a.end_us == b.start_us and a.agent != b.agent for a, b in pairwise(found))
    for stretch in found:
        for at in range(stretch.start_us, stretch.end_us, 30 * MINUTE_US):
            assert on_call(document, calendars, at) == stretch.agent


# --- the days on which clocks change -------------------------------------------------------------


def test_half_past_one_in_london_on_the_day_the_clock_skips_it():
    """Other schedulers raise here: 01:30 does not exist on 2026-03-29. The handover happens as the clock jumps."""
    daily = rotation(turn_for="P1D", handover_at="01:30", start=date(2026, 3, 27))
    jump = to_us(datetime(2026, 3, 29, 1, tzinfo=UTC))
    assert on_call(daily, {}, jump - 1) == "bo"
    assert on_call(daily, {}, jump) == "cy"
    assert [stretch.end_us - stretch.start_us for stretch in handovers(daily, {}, jump - 1, jump + 1)] == [
        1,
        1,
    ]
    # The day after it is at half past one again.
    assert on_call(daily, {}, local("Europe/London", 2026, 3, 30, 1, 30) - 1) == "cy"
    assert on_call(daily, {}, local("Europe/London", 2026, 3, 30, 1, 30)) == "ana"


def test_half_past_one_in_london_on_the_day_the_clock_shows_it_twice():
    """Other schedulers raise here: 01:30 comes twice on 2026-10-25. The handover happens the first time, and once."""
    daily = rotation(turn_for="P1D", handover_at="01:30", start=date(2026, 10, 23))
    first = local("Europe/London", 2026, 10, 25, 1, 30)
    second = local("Europe/London", 2026, 10, 25, 1, 30, fold=1)
    assert second - first == HOUR_US
    assert on_call(daily, {}, first - 1) == "bo"
    for at in (first, first + HOUR_US // 2, second - 1, second, second + HOUR_US):
        assert on_call(daily, {}, at) == "cy"


@pytest.mark.parametrize("start", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_rotation_may_begin_at_a_time_that_is_skipped_or_comes_twice(start):
    layer = rotation(start=start, handover_at="01:30")
    begins = to_us(
        datetime(2026, 3, 29, 1, tzinfo=UTC)
        if start.month == 3
        else datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    )
    assert on_call(layer, {}, begins - 1) is None
    assert on_call(layer, {}, begins) == "ana"


def test_handovers_never_drift():
    """Nine o'clock stays nine o'clock for three years of Mondays."""
    weekly = rotation()
    found = handovers(
        weekly, {}, local("Europe/London", 2026, 1, 5, 9), local("Europe/London", 2029, 1, 1, 9)
    )
    clock = ZoneInfo("Europe/London")
    shown = {from_us(stretch.start_us).astimezone(clock).strftime("%a %H:%M") for stretch in found}

    assert shown == {"Mon 09:00"}
    assert len(found) == 156
    assert [stretch.agent for stretch in found[:4]] == ["ana", "bo", "cy", "ana"]
    lengths = {(stretch.end_us - stretch.start_us) // HOUR_US for stretch in found}
    assert lengths == {167, 168, 169}


# --- layers and overrides ------------------------------------------------------------------------


def test_gaps_of_a_higher_layer_show_the_lower_one():
    nights = {"nights": BusinessCalendar(tz="UTC", weekly={day: [("22:00", "06:00")] for day in DAYS}).core}
    document = Rotation(
        name="r",
        tz="UTC",
        layers=[
            {"people": ["ana"], "start": "2026-01-01"},
            {"people": ["bo"], "start": "2026-01-01", "restrict": ["nights"]},
        ],
    )
    midnight = to_us(datetime(2026, 2, 3, tzinfo=UTC))
    assert handovers(document, nights, midnight, midnight + DAY_US) == [
        OnCall("bo", midnight, midnight + 6 * HOUR_US),
        OnCall("ana", midnight + 6 * HOUR_US, midnight + 22 * HOUR_US),
        OnCall("bo", midnight + 22 * HOUR_US, midnight + DAY_US),
    ]
    # Without its calendar, the layer has nobody.
    assert on_call(document, {}, midnight) == "ana"


def test_nobody_is_an_answer():
    empty = Rotation(name="r", tz="UTC")
    assert on_call(empty, {}, 0) is None
    assert handovers(empty, {}, 0, DAY_US) == [OnCall(None, 0, DAY_US)]
    assert handovers(empty, {}, 0, 0) == []
    before = to_us(datetime(2026, 1, 5, 9, tzinfo=UTC)) - 1
    assert on_call(rotation("UTC"), {}, before) is None
    assert on_call(rotation("UTC"), {}, 0) is None  # decades before


def test_the_later_override_counts():
    day = datetime(2026, 2, 3, tzinfo=UTC)
    swapped = [
        {"agent": "eve", "start": day, "end": day + timedelta(hours=6)},
        {"agent": "fay", "start": day + timedelta(hours=2), "end": day + timedelta(hours=3)},
    ]
    document = rotation("UTC", overrides=swapped)
    at = [on_call(document, {}, to_us(day + timedelta(hours=hour))) for hour in (1, 2, 3, 6)]
    assert at == ["eve", "fay", "eve", "bo"]


def test_dates_that_a_calendar_does_not_vouch_for():
    office = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", vouched_until="2026-12-31", beyond="fail")
    document = rotation("UTC", restrict=["office"])
    start = to_us(datetime(2027, 1, 4, tzinfo=UTC))
    with pytest.raises(CalendarHorizonError):
        handovers(document, {"office": office.core}, start, start + DAY_US)


def test_a_rotation_answers_in_datetimes():
    office = {"office": BusinessCalendar.weekdays("09:00", "17:00", tz="UTC")}
    document = rotation("UTC", restrict=["office"])
    day = datetime(2026, 2, 3, tzinfo=UTC)
    assert document.on_call(office, day) is None
    assert document.on_call(office, day.replace(hour=9)) == "bo"
    stretches = document.handovers(office, day, day + timedelta(hours=12))
    assert [(s.agent, s.start, s.end) for s in stretches] == [
        (None, day, day.replace(hour=9)),
        ("bo", day.replace(hour=9), day + timedelta(hours=12)),
    ]
    with pytest.raises(InvalidInput) as refused:
        document.on_call({"offices": office["office"]}, day)
    assert (refused.value.field, refused.value.reason) == (
        "calendars",
        "has no 'office'; did you mean 'offices'?",
    )
    with pytest.raises(NaiveDatetimeError):
        document.on_call(office, datetime(2026, 2, 3))


# --- the document --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"turn_for": "PT12H"}, "is not a whole number of days, such as 'P1W' or 'P3D'"),
        ({"turn_for": "P1DT12H"}, "is not a whole number of days"),
        ({"turn_for": "P0D"}, "is not a whole number of days"),
        ({"turn_for": 7}, "is a number without a unit"),
        ({"turn_for": "P1M"}, "counts months or years"),
        ({"turn_for": "-P1D"}, "is not a whole number of days"),
        ({"people": []}, "at least 1 item"),
        ({"handover_at": "nine"}, "is not a time of day like 09:00"),
        ({"person": "ana"}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_layer(change, message):
    with pytest.raises(ValidationError) as refused:
        RotationLayer.model_validate({"people": ["ana"], "start": "2026-01-05"} | change)
    assert message in str(refused.value)


@pytest.mark.parametrize("tz", ["Europe/Lodnon", "../etc", "", "A" * 5_000])
def test_a_zone_that_there_is_not(tz):
    with pytest.raises(PolicyError) as refused:
        Rotation(name="r", tz=tz)
    assert "is not a zone of tzdata" in str(refused.value)


def test_an_override_that_ends_before_it_begins():
    at = datetime(2026, 2, 3, tzinfo=UTC)
    with pytest.raises(PolicyError, match="end: is not after start"):
        RotationOverride(agent="eve", start=at, end=at)


def test_turns_in_weeks():
    assert RotationLayer(people=["a"], start=date(2026, 1, 5), turn_for="P2W").turn_for == timedelta(days=14)
