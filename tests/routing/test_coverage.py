"""What nobody serves, and what hangs on one person: against asking every quarter of an hour who is there."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.oracle import DAYS
from supportflow._time import HOUR_US, MINUTE_US, from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import CalendarHorizonError
from supportflow.model.people import Agent
from supportflow.model.routing import Requirement, ShiftOverride
from supportflow.routing.coverage import (
    Narrow,
    Promise,
    by_hour,
    coverage,
    duties,
    narrow,
    people_on_duty,
    serves_until,
)
from supportflow.routing.eligibility import lacking
from supportflow.routing.roster import current_skills, rostered

START = datetime(2026, 10, 24, tzinfo=UTC)  # the clocks of London go back on the 25th
SPAN = timedelta(days=3)
QUARTER = 15 * MINUTE_US
CALENDARS = {
    "early": BusinessCalendar(tz="Europe/London", weekly={d: [("00:30", "08:00")] for d in DAYS}).core,
    "late": BusinessCalendar(tz="Asia/Shanghai", weekly={d: [("22:15", "06:00")] for d in DAYS}).core,
    "office": BusinessCalendar(
        tz="UTC", weekly={d: [("09:00", "12:00"), ("13:00", "17:00")] for d in DAYS}
    ).core,
    "always": BusinessCalendar.always().core,
}

quarters = st.integers(0, 3 * 24 * 4).map(lambda n: START + timedelta(minutes=15 * n))
names = st.sampled_from(["x", "y"])
languages = st.sampled_from(["en", "zh-Hans"])
levels = st.integers(1, 2)
skills = st.fixed_dictionaries({"level": levels}, optional={"valid_until": quarters})
agents = st.lists(
    st.builds(
        dict,
        tiers=st.lists(st.sampled_from(["expert", "compliance"]), min_size=1, unique=True),
        skills=st.dictionaries(names, skills),
        languages=st.lists(languages, unique=True),
        shifts=st.lists(st.sampled_from([*CALENDARS, "unknown"]), max_size=2, unique=True),
        capacity=st.sampled_from([1, 1, 1, 0]),
    ),
    max_size=5,
).map(lambda drawn: [Agent(f"a{place}", **fields) for place, fields in enumerate(drawn)])
promises = st.lists(
    st.builds(
        Promise,
        tier=st.sampled_from(["expert", "compliance"]),
        skills=st.dictionaries(names, levels, max_size=1),
        language=st.none() | languages,
        hours=st.none() | st.sampled_from(["office", "early", "unknown"]),
    ),
    max_size=3,
)
overrides = st.dictionaries(
    st.sampled_from(["a0", "a1", "a2"]),
    st.lists(
        st.builds(
            lambda pair, duty: ShiftOverride(start=min(pair), end=max(pair), on_duty=duty),
            st.tuples(quarters, quarters),
            st.booleans(),
        ),
        max_size=2,
    ),
)


def servers(team, changes, promise, at_us):
    """The ids of all who could serve a promise at an instant, asked one by one; None if it need not be served then."""
    if promise.hours is not None and not (
        promise.hours in CALENDARS and CALENDARS[promise.hours].is_open(at_us)
    ):
        return None
    return [
        agent.id
        for agent in team
        if promise.tier in agent.tiers
        and agent.capacity > 0
        and promise.language in (None, *agent.languages)
        and all(current_skills(agent, at_us).get(name, 0) >= level for name, level in promise.skills.items())
        and rostered(agent, changes.get(agent.id, ()), CALENDARS, at_us)
    ]


@given(agents, overrides, promises)
def test_coverage_is_what_asking_everybody_says(team, changes, promised):
    begin, end = to_us(START), to_us(START + SPAN)
    found = coverage(team, changes, promised, CALENDARS, begin, end)

    for thin in (*found.gaps, *found.lone):
        assert begin <= thin.start_us < thin.end_us <= end
        assert thin.promise is promised[thin.place]
    for at in range(begin, end, QUARTER):
        for place, promise in enumerate(promised):
            there = servers(team, changes, promise, at)
            gaps = [g for g in found.gaps if g.place == place and g.start_us <= at < g.end_us]
            lone = [g.agent_id for g in found.lone if g.place == place and g.start_us <= at < g.end_us]
            assert len(gaps) == (there == []), (from_us(at), promise)
            assert lone == (there if there is not None and len(there) == 1 else []), (from_us(at), promise)


@given(agents, overrides, promises)
def test_findings_are_merged(team, changes, promised):
    found = coverage(team, changes, promised, CALENDARS, to_us(START), to_us(START + SPAN))
    ends = {(g.place, None, g.end_us) for g in found.gaps} | {
        (g.place, g.agent_id, g.end_us) for g in found.lone
    }
    starts = {(g.place, None, g.start_us) for g in found.gaps} | {
        (g.place, g.agent_id, g.start_us) for g in found.lone
    }
    assert not ends & starts


@given(agents, overrides, promises, st.integers(1, 3 * 24 * 4))
def test_hours_hold_what_lies_in_them(team, changes, promised, length):
    begin, end = to_us(START), to_us(START) + length * QUARTER
    hours = by_hour(coverage(team, changes, promised, CALENDARS, begin, end))

    assert [hour.start_us for hour in hours] == list(range(begin, end, HOUR_US))
    for hour in hours:
        inside = range(hour.start_us, min(hour.start_us + HOUR_US, end), QUARTER)
        there = [[servers(team, changes, promise, at) for at in inside] for promise in promised]
        assert hour.unserved == tuple(place for place, each in enumerate(there) if [] in each)
        assert hour.lone == tuple(
            place
            for place, each in enumerate(there)
            if any(one is not None and len(one) == 1 for one in each)
        )


@given(agents, overrides)
def test_people_on_duty_tile_the_time(team, changes):
    begin, end = to_us(START), to_us(START + SPAN)
    found = people_on_duty(team, duties(team, changes, CALENDARS, begin, end), begin, end)

    assert (found[0].start_us, found[-1].end_us) == (begin, end)
    for before, after in itertools.pairwise(found):
        assert before.end_us == after.start_us
        assert before.agents != after.agents
    for stretch in found:
        assert stretch.start_us < stretch.end_us
        for at in range(stretch.start_us, stretch.end_us, QUARTER):
            assert stretch.agents == tuple(
                agent.id for agent in team if rostered(agent, changes.get(agent.id, ()), CALENDARS, at)
            )


def test_nothing_asked_nothing_found():
    assert people_on_duty([], [], 5, 5) == []
    assert by_hour(coverage([], {}, [Promise()], CALENDARS, 5, 5)) == []


@pytest.mark.parametrize("left", range(5))
def test_who_is_left_when_all_others_have_gone_home(left):
    """Five begin at the same instant; all but one go, one after another, two of them together."""
    team = [Agent(f"a{place}") for place in range(5)]
    gone = [place for place in range(5) if place != left]
    off = {
        f"a{place}": [ShiftOverride(start=START + timedelta(hours=hour), end=START + SPAN, on_duty=False)]
        for place, hour in zip(gone, (1, 2, 2, 3), strict=True)
    }
    found = coverage(team, off, [Promise()], {}, to_us(START), to_us(START + SPAN))
    assert found.gaps == ()
    assert [(one.agent_id, one.start) for one in found.lone] == [(f"a{left}", START + timedelta(hours=3))]


def test_a_hole_of_one_second():
    day = {"a": ("00:00", "12:00:00"), "b": ("12:00:01", "24:00")}
    calendars = {n: BusinessCalendar(tz="UTC", weekly={d: [h] for d in DAYS}).core for n, h in day.items()}
    team = [Agent(name, shifts=(name,)) for name in day]
    found = coverage(team, {}, [Promise()], calendars, to_us(START), to_us(START + timedelta(days=1)))
    [gap] = found.gaps
    assert (gap.start, gap.end) == (START + timedelta(hours=12), START + timedelta(hours=12, seconds=1))
    assert [(lone.agent_id, lone.start, lone.end) for lone in found.lone] == [
        ("a", START, gap.start),
        ("b", gap.end, START + timedelta(days=1)),
    ]


@pytest.mark.parametrize(
    ("change", "serves"),
    [
        ({}, True),
        ({"tiers": ["compliance"]}, False),
        ({"skills": {"kyc": 1}}, False),
        ({"skills": {"kyc": 5, "fees": 1}}, True),
        ({"skills": {}}, False),
        ({"languages": ["zh"]}, True),  # simplified characters, if nothing else is said
        ({"languages": ["zh_cn"]}, True),
        ({"languages": ["zh-TW"]}, False),
        ({"languages": ["en", "zh-Hans"]}, True),
        ({"capacity": 0}, False),
    ],
)
def test_who_can_serve_a_promise(change, serves):
    promise = Promise(skills={"kyc": 2}, language="zh-Hans")
    agent = Agent("a", **({"skills": {"kyc": 2}, "languages": ["zh-Hans"]} | change))
    assert (serves_until(agent, promise) is not None) == serves


@given(agents, promises, quarters)
def test_who_serves_a_promise_is_who_could_take_its_ticket(team, promised, at):
    """Coverage and the queue must not disagree about who can do what."""
    for agent in team:
        for promise in promised:
            needs = Requirement(promise.tier, tuple(sorted(promise.skills.items())), promise.language)
            until = serves_until(agent, promise)
            able = until is not None and to_us(at) < until
            assert able == (agent.capacity > 0 and lacking(needs, agent, to_us(at)) == ())


def test_the_first_certificate_to_lapse_ends_it():
    first, last = START + timedelta(hours=1), START + timedelta(hours=2)
    agent = Agent(
        "a", skills={"x": {"level": 1, "valid_until": last}, "y": {"level": 1, "valid_until": first}}
    )
    assert serves_until(agent, Promise(skills={"x": 1, "y": 1})) == to_us(first)
    assert serves_until(agent, Promise(skills={"y": 1, "x": 1})) == to_us(first)
    assert serves_until(agent, Promise(skills={"x": 1})) == to_us(last)


def test_a_promise_names_itself():
    assert str(Promise(name="Chinese nights")) == "'Chinese nights'"
    assert (
        str(Promise(tier="compliance", skills={"kyc": 3, "fees": 1}, language="en"))
        == "compliance, kyc 3, fees 1, en"
    )
    assert str(Promise()) == "expert"


def test_dates_that_a_calendar_does_not_vouch_for():
    office = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", vouched_until="2026-10-24", beyond="fail")
    known = {"office": office.core}
    for team, promise in (([Agent("a", shifts=("office",))], Promise()), ([], Promise(hours="office"))):
        with pytest.raises(CalendarHorizonError):
            coverage(team, {}, [promise], known, to_us(START), to_us(START + SPAN))


def test_how_narrow_a_team_is():
    team = [
        Agent("a", skills={"x": 1}, languages=["en"]),
        Agent("b", skills={"x": 1, "y": 2}, languages=["en"]),
        Agent("c"),
    ]
    assert narrow(team) == [
        Narrow("skills", 2, 3, 2)
    ]  # only one language in the team: nothing to be narrow in
    assert narrow([]) == []
    assert narrow([Agent("a", skills={"x": 1, "y": 1}), Agent("b", skills={"x": 1, "z": 1})]) == []
