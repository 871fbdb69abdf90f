"""People in a rotation whose turn never comes: found with who and why, against a reader who looks at every hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportflow import BusinessCalendar, Policy, Rotation, RotationLayer
from supportflow._time import from_us
from supportflow.policy import CompiledPolicy
from supportflow.policy.verify.policy import verify
from supportflow.routing.reach import unreached

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = BusinessCalendar.weekdays("09:00", "19:00", tz="Europe/Berlin")
NIGHT = BusinessCalendar(tz="Europe/Berlin", weekly={day: [("20:00", "24:00")] for day in DAYS})
WEEKEND = BusinessCalendar(tz="Europe/Berlin", weekly={day: [("00:00", "24:00")] for day in DAYS[5:]})
CALENDARS = {"week": WEEK, "night": NIGHT, "weekend": WEEKEND}


def layer(people, turn=1, start=date(2026, 3, 2), **fields):
    return RotationLayer(people=tuple(people), start=start, turn_for=timedelta(days=turn), **fields)


def found(*layers, tz="Europe/Berlin", calendars=CALENDARS):
    policy = Policy(calendars=calendars, rotations=[Rotation(name="r", tz=tz, layers=layers)])
    return [finding for finding in verify(policy).findings if finding.kind == "never_on_call"]


def who(*layers, **fields):
    return [
        (finding.path.removeprefix("rotations.0."), finding.message.split("'")[1])
        for finding in found(*layers, **fields)
    ]


@pytest.mark.parametrize(
    ("layers", "never"),
    [
        ([layer("abcdefg", restrict=("week",))], ["f", "g"]),
        ([layer("abcdefg", start=date(2026, 3, 4), restrict=("week",))], ["d", "e"]),
        ([layer("abcdefg", restrict=("weekend",))], ["a", "b", "c", "d"]),  # e: from Friday 09:00 on
        ([layer("abcdefg", restrict=("weekend", "week"))], []),
        ([layer("abcdef", restrict=("week",))], []),  # six days a round: everybody gets every day in turn
        ([layer("abcd", turn=7, restrict=("weekend",))], []),
        ([layer("ab", turn=7, restrict=("nothing",))], ["a", "b"]),
        ([layer("abcdefghijklmn", restrict=("week",))], ["f", "g", "m", "n"]),
        ([layer("abcdefa", restrict=("week",))], ["f"]),  # who has two turns a round has one of them
        ([layer("ab", turn=7), layer("cd")], ["a", "b"]),
        ([layer("ab", turn=7), layer("cd", start=date(2026, 6, 1))], []),  # until June they have turns
        ([layer("abcdefg"), layer("x", restrict=("week",))], []),
        ([layer("abcdefg", restrict=("week",)), layer("x", restrict=("weekend",))], ["f", "g"]),
        (
            [layer("abcdefg", restrict=("weekend", "week")), layer("x", restrict=("week",))],
            ["a", "b", "c", "d"],
        ),
        ([layer("ab", restrict=("night",)), layer("x", restrict=("night",))], ["a", "b"]),
    ],
)
def test_who_is_never_on_call(layers, never):
    nothing = BusinessCalendar(tz="UTC", weekly={"sun": [("03:00", "03:01")]})
    calendars = {**CALENDARS, "nothing": nothing}
    if any("nothing" in one.restrict for one in layers):
        layers = [layers[0], layer("x", restrict=("nothing",))]
    assert [name for _, name in who(*layers, calendars=calendars)] == never


def test_who_has_a_turn_in_a_later_round_only_is_reached():
    """Two hundred people with turns of a day: after a year many have not had a weekend, after seven rounds all have."""
    many = [f"p{number}" for number in range(200)]
    assert who(layer(many, restrict=("weekend",))) == []


def test_the_reason_is_said():
    [first, _] = found(layer("abcdefg", restrict=("week",)))
    assert first.severity == "warning"
    assert first.path == "rotations.0.layers.0.people.5"
    assert first.message.startswith(
        "'f' is never on call: their turns fall on the same days of every round, Saturday to Sunday at 09:00, "
        "when none of 'week' is open (seen from 2026-03-02 to 2027-"
    )
    above = found(layer("ab", turn=5, restrict=("night",)), layer("x", restrict=("week",)), layer("y"))
    assert [finding.path for finding in above] == [
        "rotations.0.layers.0.people.0",
        "rotations.0.layers.0.people.1",
        "rotations.0.layers.1.people.0",
    ]
    assert "their turns fall when layers.2 above has somebody" in above[0].message


@pytest.mark.parametrize("beyond", ["fail", "warn", "ignore"])
def test_a_calendar_is_asked_no_further_than_it_knows(beyond):
    short = BusinessCalendar(
        tz="Europe/Berlin",
        weekly={day: [("09:00", "19:00")] for day in DAYS[:5]},
        country="DE",
        beyond=beyond,
        vouched_from=date(2026, 1, 1),
        vouched_until=date(2026, 12, 31),
    )
    calendars = {"week": short}
    seen = found(layer("abcdefg", restrict=("week",)), calendars=calendars)
    assert [finding.message[1] for finding in seen] == ["f", "g"]
    if beyond != "ignore":
        assert seen[0].message.endswith("(seen from 2026-03-02 to 2026-12-31)")
        assert found(layer("abcdefg", start=date(2027, 3, 1), restrict=("week",)), calendars=calendars) == []


def naive(rotation, calendars, start, hours):
    """(layer, place) of everybody who has an hour, looked at hour by hour: who speaks, and whose turn it is."""
    served = set()
    for number in range(hours):
        at = start + timedelta(hours=number, minutes=30)
        for place in reversed(range(len(rotation.layers))):
            one = rotation.layers[place]
            begins = datetime.combine(one.start, datetime.min.time(), UTC) + timedelta(hours=9)
            if at < begins or not (
                not one.restrict or any(calendars[name].is_open(at) for name in one.restrict)
            ):
                continue
            turn = (at - begins) // one.turn_for
            served.add((place, one.people[turn % len(one.people)]))
            break
    return served


hours = st.lists(
    st.sampled_from([("00:00", "09:00"), ("09:00", "17:00"), ("20:00", "24:00")]), max_size=2, unique=True
)
weeks = st.dictionaries(st.sampled_from(DAYS), hours.map(sorted), min_size=1).filter(
    lambda week: any(week.values())
)
layers = st.builds(
    layer,
    st.sampled_from(["a", "ab", "abc", "abcdefg", "abab"]),
    st.sampled_from([1, 2, 7]),
    st.sampled_from([date(2026, 3, 2), date(2026, 3, 4)]),
    restrict=st.lists(st.sampled_from(["one", "two"]), max_size=2, unique=True).map(tuple),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(layers, min_size=1, max_size=3), weeks, weeks)
def test_as_somebody_who_looks_at_every_hour(pile, one, two):
    calendars = {
        name: BusinessCalendar(tz="UTC", weekly={day: spans for day, spans in week.items() if spans})
        for name, week in (("one", one), ("two", two))
    }
    rotation = Rotation(name="r", tz="UTC", layers=pile)
    policy = CompiledPolicy(Policy(calendars=calendars, rotations=[rotation]))
    answer = {(one.layer, one.person) for one in unreached(rotation, policy.shifts)}
    start = datetime(2026, 3, 2, tzinfo=UTC)
    # Each pile repeats itself after 7 rounds of at most 7 turns of 7 days, and nothing begins later than on the fourth.
    served = naive(rotation, calendars, start, 24 * (2 + 7 * 14))
    everybody = {(place, person) for place, one in enumerate(pile) for person in one.people}
    assert answer == everybody - served


def test_where_it_was_looked_at():
    rotation = Rotation(name="r", tz="UTC", layers=[layer("abcdefg", restrict=("week",))])
    policy = CompiledPolicy(Policy(calendars={"week": WEEK}, rotations=[rotation]))
    [first] = unreached(rotation, policy.shifts)  # nine o'clock in UTC is within Monday's hours in Berlin
    assert from_us(first.start_us) == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert first.end_us - first.start_us == 371 * 86_400_000_000
