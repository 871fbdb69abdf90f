"""The floor proposes to an agent exactly what `objections` would let them take: one meaning of *could*, read twice."""

from hypothesis import event, given, settings
from hypothesis import strategies as st

from supportflow._time import from_us
from supportflow.model.people import Agent, Skill
from supportflow.model.routing import AgentState, Load, Requirement
from supportflow.routing import Entry, Floor, Present, Seat, Waiting
from supportflow.routing.eligibility import objections

DAY_US = 86_400_000_000
CHANNELS = ["chat", "mail"]

skills = st.builds(
    Skill,
    level=st.integers(1, 3),
    valid_until=st.none() | st.integers(1, 3).map(lambda day: from_us(day * DAY_US)),
)
agents = st.builds(
    Agent,
    id=st.just("ana"),
    tiers=st.sampled_from([("expert",), ("expert", "compliance")]),
    groups=st.sampled_from([(), ("cards",)]),
    languages=st.sampled_from([("en",), ("en", "zh")]),
    skills=st.dictionaries(st.sampled_from(["keys", "tax"]), skills),
    capacity=st.integers(1, 4),
    limits=st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 2), max_size=1),
    reserved=st.integers(0, 1),
)
states = st.builds(
    AgentState,
    id=st.just("ana"),
    agent=agents,
    version=st.just(1),
    presence=st.sampled_from(["available", "available", "away"]),
    since=st.just(from_us(0)),
    load=st.lists(
        st.builds(Load, st.sampled_from(["x", "y"]), st.sampled_from(CHANNELS), st.integers(1, 2)), max_size=2
    ).map(tuple),
    recorded_at=st.just(from_us(0)),
)
requirements = st.builds(
    Requirement,
    tier=st.sampled_from(["expert", "expert", "compliance"]),
    skills=st.dictionaries(st.sampled_from(["keys", "tax"]), st.integers(1, 3), max_size=1).map(
        lambda asked: tuple(asked.items())
    ),
    language=st.sampled_from([None, "en", "zh"]),
    group=st.sampled_from([None, None, "cards"]),
    channel=st.sampled_from(CHANNELS),
    weight=st.integers(1, 2),
)


@settings(max_examples=200)
@given(states, requirements, st.integers(0, 4), st.booleans(), st.booleans(), st.booleans())
def test_the_floor_and_the_objections_agree(state, needs, day, on_duty, hand_over, excluded):
    barred = ("ana",) if excluded else ()
    against = objections(
        needs, state, on_duty=on_duty, at_us=day * DAY_US, excluded=barred, handed_over=hand_over
    )
    floor = Floor()
    floor.apply(Present(Seat.of(state, day * DAY_US, on_duty=on_duty)))
    made = floor.apply(Waiting(Entry("t", (0, 0, 0), needs, barred=barred, hand_over=hand_over)))
    event("taken" if made else "left")
    assert bool(made) == (not against), against
    # Each objection has its reason, and the other way round; for a seat, away and off duty are one.
    twice = state.presence != "available" and not on_duty
    assert len(floor.why_not("t", "ana")) == len(against) - twice
