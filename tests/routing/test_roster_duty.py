"""Who is on duty: against the wall clock, minute by minute, in zones and weeks in which the clock changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.oracle import DAYS, WallClock
from supportflow._time import DAY_US, HOUR_US, MINUTE_US, from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import CalendarHorizonError, InvalidInput
from supportflow.flows.routing.floor import Dispatcher, _note_change
from supportflow.model.people import Agent, Skill
from supportflow.model.routing import AgentState, ShiftOverride
from supportflow.policy import CompiledPolicy, Policy
from supportflow.routing.roster import (
    LOOK_AHEAD_US,
    current_skills,
    duty_intervals,
    next_change_us,
    on_duty,
    rostered,
    swap,
)

# A week with a change of the clock in each, and the instant (UTC) it starts at.
WEEKS = {
    "Europe/London": datetime(2026, 3, 26, tzinfo=UTC),
    "Europe/Berlin": datetime(2026, 10, 22, tzinfo=UTC),
    "America/New_York": datetime(2026, 10, 29, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 2, tzinfo=UTC),  # by half an hour
    "Asia/Shanghai": datetime(2026, 10, 1, tzinfo=UTC),  # none
    "Africa/Casablanca": datetime(2026, 2, 12, tzinfo=UTC),
}
SPAN = timedelta(days=6)

clock = st.integers(0, 47).map(lambda half: f"{half // 2:02d}:{half % 2 * 30:02d}")
hours = st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1])
week = st.dictionaries(st.sampled_from(DAYS), st.lists(hours, min_size=1, max_size=2), min_size=1)


def state(agent, overrides=(), presence="available"):
    at = from_us(0)
    return AgentState(
        id=agent.id,
        agent=agent,
        version=1,
        presence=presence,
        since=at,
        overrides=tuple(overrides),
        recorded_at=at,
    )


def override(start, end, duty):
    return ShiftOverride(start=start, end=end, on_duty=duty)


@st.composite
def rosters(draw):
    """An agent with shifts in a zone, overrides, and the same as the wall clock knows it."""
    tz = draw(st.sampled_from(sorted(WEEKS)))
    start = WEEKS[tz]
    weeks = draw(st.lists(week, max_size=2))
    calendars = {
        f"shift{at}": BusinessCalendar(tz=tz, weekly=weekly, overlaps="merge").core
        for at, weekly in enumerate(weeks)
    }
    clocks = [WallClock(tz, weekly) for weekly in weeks]
    half_hours = st.integers(-10, 2 * 24 * 6 + 10)
    overrides = []
    for _ in range(draw(st.integers(0, 3))):
        first, last = sorted((draw(half_hours), draw(half_hours)))
        overrides.append(
            override(
                start + timedelta(minutes=30 * first),
                start + timedelta(minutes=30 * last),
                draw(st.booleans()),
            )
        )
    agent = Agent("ana", shifts=tuple(calendars))
    return state(agent, overrides), calendars, clocks, start


def naive(state, clocks, at):
    """On duty, asked as a person would: overrides from the last one back, then the wall clock."""
    for one in list(state.overrides)[::-1]:
        if one.start <= at < one.end:
            return one.on_duty
    return not state.agent.shifts or any(wall.is_open(int(at.timestamp())) for wall in clocks)


@given(rosters(), st.integers(0, 6 * 24 * 4 - 1))
def test_on_duty_is_what_the_wall_clock_says(roster, quarter):
    who, calendars, clocks, start = roster
    at = start + timedelta(minutes=15 * quarter)
    expected = naive(who, clocks, at)

    assert on_duty(who, calendars, to_us(at)) == expected
    for presence in ("away", "offline"):
        assert not on_duty(who.model_copy(update={"presence": presence}), calendars, to_us(at))
    assert rostered(who.agent, who.overrides, calendars, to_us(at)) == expected


@given(rosters())
def test_duty_intervals_are_the_stretches_on_duty(roster):
    who, calendars, clocks, start = roster
    spans = duty_intervals(who.agent, who.overrides, calendars, to_us(start), to_us(start + SPAN))

    assert all(a < b for a, b in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    for minutes in range(0, int(SPAN.total_seconds()) // 60, 15):
        at = start + timedelta(minutes=minutes)
        assert any(a <= to_us(at) < b for a, b in spans) == naive(who, clocks, at), at


@given(rosters(), st.integers(0, 2 * 24 * 60), st.integers(0, 2))
def test_the_next_change_is_the_next_one(roster, minutes, certificates):
    who, calendars, clocks, start = roster
    at = start + timedelta(minutes=minutes)
    skills = {
        f"s{n}": Skill(valid_until=start + timedelta(hours=31 * (n + 1), minutes=15))
        for n in range(certificates)
    }
    who = who.model_copy(update={"agent": Agent("ana", shifts=who.agent.shifts, skills=skills)})

    def answers(moment):
        held = {name for name, skill in skills.items() if moment < skill.valid_until}
        return naive(who, clocks, moment), held

    found = next_change_us(who, calendars, to_us(at))
    first = at.replace(minute=at.minute // 15 * 15) + timedelta(minutes=15)
    moments = (first + timedelta(minutes=15 * step) for step in range(4 * 24 * 3))
    expected = next((moment for moment in moments if answers(moment) != answers(at)), None)

    if expected is not None:
        assert from_us(found) == expected
    else:
        assert found is None or from_us(found) >= at + timedelta(days=3)


@pytest.mark.parametrize(
    ("tz", "night", "expected"),
    [  # a shift from ten to six, on the night of the change, in hours
        ("Europe/London", "2026-03-28T22:00Z", 7),
        ("Europe/London", "2026-10-24T21:00Z", 9),
        ("America/New_York", "2026-03-08T03:00Z", 7),
        ("America/New_York", "2026-11-01T02:00Z", 9),
        ("Australia/Lord_Howe", "2026-04-04T11:00Z", 8.5),
        ("Australia/Lord_Howe", "2026-10-03T11:30Z", 7.5),
        ("Asia/Shanghai", "2026-10-24T14:00Z", 8),
    ],
)
def test_a_night_shift_through_a_change_of_the_clock(tz, night, expected):
    nights = {"n": BusinessCalendar(tz=tz, weekly={day: [("22:00", "06:00")] for day in DAYS}).core}
    who = state(Agent("ana", shifts=("n",)))
    start = to_us(datetime.fromisoformat(night))

    assert not on_duty(who, nights, start - 1)
    assert on_duty(who, nights, start)
    end = next_change_us(who, nights, start)
    assert (end - start) / HOUR_US == expected
    assert not on_duty(who, nights, end)


def test_follow_the_sun_hands_over_without_a_gap_while_the_clocks_agree():
    """Three offices, each from nine to five on its own clock in winter, leave no hour of a weekday uncovered."""
    offices = {"Asia/Shanghai": ("09:00", "17:00"), "Europe/London": ("09:00", "17:00")}
    offices |= {"America/Los_Angeles": ("09:00", "17:00")}
    calendars = {
        tz: BusinessCalendar(tz=tz, weekly={day: [pair] for day in DAYS}).core for tz, pair in offices.items()
    }
    people = [Agent(tz, shifts=(tz,)) for tz in offices]
    start = to_us(datetime(2026, 1, 12, tzinfo=UTC))
    spans = sorted(
        span for agent in people for span in duty_intervals(agent, (), calendars, start, start + DAY_US)
    )

    # Shanghai until 09:00Z, London until 17:00Z, Los Angeles until 01:00Z, where Shanghai began.
    assert [(a - start, b - start) for a, b in spans] == [
        (0, HOUR_US),
        (HOUR_US, 9 * HOUR_US),
        (9 * HOUR_US, 17 * HOUR_US),
        (17 * HOUR_US, DAY_US),
    ]


def test_the_later_override_counts():
    day = datetime(2026, 3, 2, tzinfo=UTC)
    off = override(day, day + timedelta(hours=6), duty=False)
    on = override(day + timedelta(hours=2), day + timedelta(hours=3), duty=True)
    at = to_us(day + timedelta(hours=2))

    assert on_duty(state(Agent("a"), [off, on]), {}, at)
    assert not on_duty(state(Agent("a"), [on, off]), {}, at)
    assert not on_duty(state(Agent("a"), [off, on]), {}, to_us(on.end))  # the end is no longer part of it


def test_a_shift_without_a_calendar_never_begins():
    who = state(Agent("a", shifts=("nights",)))
    assert not on_duty(who, {}, 0)
    assert next_change_us(who, {}, 0) is None
    assert duty_intervals(who.agent, (), {}, 0, DAY_US) == []


def test_someone_without_shifts_has_no_change_to_come():
    assert next_change_us(state(Agent("a")), {}, 0) is None
    past = override(from_us(0), from_us(HOUR_US), duty=False)
    assert next_change_us(state(Agent("a"), [past]), {}, HOUR_US) is None


def test_a_change_after_a_long_leave_is_found():
    leave = override(from_us(0), from_us(200 * DAY_US), duty=False)
    office = {"office": BusinessCalendar(tz="UTC", weekly={"thu": [("09:00", "10:00")]}).core}
    who = state(Agent("a", shifts=("office",)), [leave])
    # Day 200 is a Monday; 1970-01-01 was a Thursday.
    assert next_change_us(who, office, HOUR_US) == 203 * DAY_US + 9 * HOUR_US


def test_shifts_that_never_end_are_asked_about_again():
    always = {"a": BusinessCalendar.always().core}
    who = state(Agent("a", shifts=("a",)))
    assert next_change_us(who, always, 5) == 5 + LOOK_AHEAD_US


def test_two_shifts_that_meet_are_one():
    halves = {
        "am": BusinessCalendar(tz="UTC", weekly={"thu": [("06:00", "12:00")]}).core,
        "pm": BusinessCalendar(tz="UTC", weekly={"thu": [("12:00", "18:00")]}).core,
    }
    who = state(Agent("a", shifts=("pm", "am")))
    assert next_change_us(who, halves, 7 * HOUR_US) == 18 * HOUR_US


def test_looking_ahead_says_nothing_of_dates_that_nobody_vouches_for():
    office = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", vouched_until="2026-12-31", beyond="fail")
    who = state(Agent("a", shifts=("o",)))
    eve = to_us(datetime(2026, 12, 31, 20, tzinfo=UTC))
    assert from_us(next_change_us(who, {"o": office.core}, eve)) == datetime(2027, 1, 1, 9, tzinfo=UTC)
    with pytest.raises(CalendarHorizonError):
        duty_intervals(who.agent, (), {"o": office.core}, eve, eve + DAY_US)


def test_a_lapsed_certificate_no_longer_counts():
    end = datetime(2026, 6, 1, tzinfo=UTC)
    agent = Agent("a", skills={"kyc": {"level": 3, "valid_until": end}, "fees": 2})
    assert current_skills(agent, to_us(end) - 1) == {"kyc": 3, "fees": 2}
    assert current_skills(agent, to_us(end)) == {"fees": 2}
    assert next_change_us(state(agent), {}, to_us(end) - 1) == to_us(end)
    assert next_change_us(state(agent), {}, to_us(end)) is None


@pytest.mark.parametrize("days", [7, 8, 9, 40, 41])
def test_duty_that_ends_where_looking_ahead_pauses(days):
    """Extra time until a midnight, and the next shift an hour later."""
    extra = override(from_us(0), from_us(days * DAY_US), duty=True)
    shift = {"s": BusinessCalendar(tz="UTC", weekly={day: [("01:00", "02:00")] for day in DAYS}).core}
    assert next_change_us(state(Agent("a", shifts=("s",)), [extra]), shift, 0) == days * DAY_US


# --- swaps -------------------------------------------------------------------------------------


@given(rosters(), rosters(), st.integers(0, 130), st.integers(0, 130))
def test_a_swap_moves_duty_from_one_to_the_other(one, other, first, last):
    giver, calendars, _, start = one
    taker, more, _, _ = other
    taker = taker.model_copy(update={"id": "bo"})
    calendars = {
        **{f"g-{name}": c for name, c in calendars.items()},
        **{f"t-{n}": c for n, c in more.items()},
    }
    giver = giver.model_copy(
        update={"agent": Agent("ana", shifts=tuple(f"g-{n}" for n in giver.agent.shifts))}
    )
    taker = taker.model_copy(
        update={"agent": Agent("bo", shifts=tuple(f"t-{n}" for n in taker.agent.shifts))}
    )
    begin, end = (to_us(start + timedelta(hours=h)) for h in sorted((first, last)))
    off, on = swap(giver, taker, calendars, begin, end)

    assert [(o.start, o.end, o.on_duty) for o in off] == [(o.start, o.end, not o.on_duty) for o in on]
    after = [
        who.model_copy(update={"overrides": (*who.overrides, *new)})
        for who, new in ((giver, off), (taker, on))
    ]
    for minutes in range(0, 6 * 24 * 60, 30):
        at = to_us(start) + minutes * MINUTE_US
        gave, took = (rostered(who.agent, who.overrides, calendars, at) for who in (giver, taker))
        moved = begin <= at < end and gave
        assert rostered(after[0].agent, after[0].overrides, calendars, at) == (gave and not moved)
        assert rostered(after[1].agent, after[1].overrides, calendars, at) == (took or moved)


def test_a_swap_says_with_whom():
    day = to_us(datetime(2026, 3, 2, tzinfo=UTC))
    off, on = swap(state(Agent("a" * 200)), state(Agent("bo")), {}, day, day + HOUR_US)
    assert off[0].reason == "swap with bo"
    assert on[0].reason.startswith("swap with aaa")
    assert len(on[0].reason) == 200


def test_nobody_swaps_with_themselves():
    with pytest.raises(InvalidInput) as refused:
        swap(state(Agent("a")), state(Agent("a")), {}, 0, HOUR_US)
    assert refused.value.field == "taker"


SHIFTS = CompiledPolicy(
    Policy(calendars={"day": {"tz": "UTC", "weekly": {day: [("08:00", "12:00")] for day in DAYS}}})
).shifts
ELSEWHERE = dict(SHIFTS)
MORNING = datetime(2026, 3, 2, 7, tzinfo=UTC)
LAPSES = Skill(level=2, valid_until=MORNING + timedelta(hours=3))
OFF = ShiftOverride(
    start=MORNING + timedelta(hours=2), end=MORNING + timedelta(hours=4), on_duty=False, reason="away"
)
KNOWN = [
    state(Agent("sam", shifts=shifts, skills=skills), overrides)
    for shifts in ((), ("day",))
    for skills in ({}, {"cards": LAPSES})
    for overrides in ((), (OFF,))
]
looks = st.tuples(st.integers(0, 5 * 60), st.sampled_from(KNOWN), st.sampled_from([SHIFTS, ELSEWHERE]))


@given(st.lists(looks, min_size=1, max_size=8))
def test_what_is_noted_of_a_change_is_what_would_be_found_anew(steps):
    run = SimpleNamespace(dispatcher=Dispatcher(), now_us=to_us(MORNING))
    for minutes, known, shifts in steps:
        run.now_us += minutes * MINUTE_US
        _note_change(run, known, shifts)
        found = next_change_us(known, shifts, run.now_us)
        assert run.dispatcher.noted["sam"].change_us == found
        assert found is None or (found, "sam") in run.dispatcher.changes


def test_work_that_comes_and_goes_notes_no_change_again():
    run = SimpleNamespace(dispatcher=Dispatcher(), now_us=to_us(MORNING))
    for hours_on in (0, 0.5, 1.5, 6, 30):
        run.now_us = to_us(MORNING) + int(hours_on * HOUR_US)
        for assigned_at in (MORNING, None):
            known = KNOWN[4].model_copy(update={"assigned_at": assigned_at})
            _note_change(run, known, SHIFTS)
    hours = [1, 5, 25, 49]  # eight o'clock, noon, and eight o'clock on the next two days
    assert sorted(run.dispatcher.changes) == [(to_us(MORNING) + hour * HOUR_US, "sam") for hour in hours]
