"""Places in the queue, against a reader who goes through all pairs of tickets and agents."""

from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.model.routing import Requirement
from supportflow.routing.floor import Floor
from supportflow.routing.places import Places
from supportflow.routing.signature import Entry, Overflow, Seat, demands

TRAITS = [
    ("tier", "first", 0),
    ("tier", "expert", 0),
    ("language", "en", 0),
    ("language", "zh", 0),
    ("group", "cards", 0),
    ("skill", "c2c", 1),
    ("skill", "c2c", 2),
]
REQUIREMENTS = st.builds(
    Requirement,
    tier=st.sampled_from(["first", "first", "expert"]),
    channel=st.just("chat"),
    skills=st.sampled_from([(), (), (("c2c", 1),), (("c2c", 2),)]),
    language=st.sampled_from([None, "en", "zh"]),
    group=st.sampled_from([None, None, "cards"]),
    weight=st.sampled_from([1, 1, 2]),
)
AGENTS = ["ann", "bea", "cai"]
ENTRIES = st.builds(
    Entry,
    ticket_id=st.sampled_from([f"t{number}" for number in range(8)]),
    key=st.tuples(st.integers(0, 1), st.integers(1, 2), st.integers(0, 3)),
    requirement=REQUIREMENTS,
    barred=st.lists(st.sampled_from(AGENTS), max_size=2).map(tuple),
    hand_over=st.booleans(),
    also=st.lists(st.builds(Overflow, REQUIREMENTS, st.integers(0, 1)), max_size=1).map(tuple),
)
SEATS = st.tuples(st.sampled_from(AGENTS), st.sets(st.sampled_from(TRAITS)).map(frozenset))
STEPS = st.lists(
    st.one_of(
        ENTRIES.map(lambda entry: ("wait", entry)),
        ENTRIES.map(lambda entry: ("wait", entry)),
        st.sampled_from([f"t{number}" for number in range(8)]).map(lambda name: ("leave", name)),
        SEATS.map(lambda seat: ("seat", seat)),
        st.sampled_from(AGENTS).map(lambda name: ("unseat", name)),
    ),
    max_size=25,
)


def ways(entry):
    return {(entry.requirement, 0), *((way.requirement, way.spare) for way in entry.also)}


def naive(waiting, seats, ticket_id):
    """By the words of the promise."""
    own = waiting.get(ticket_id)
    if own is None:
        return None

    def could(agent, entry):
        return agent not in entry.barred and any(demands(need) <= seats[agent] for need, _ in ways(entry))

    def alike(other):
        same = (set(own.barred), own.hand_over) == (set(other.barred), other.hand_over)
        return same and bool(ways(own) & ways(other))

    return 1 + sum(
        (*other.key, other.ticket_id) < (*own.key, own.ticket_id)
        and (alike(other) or any(could(agent, own) and could(agent, other) for agent in seats))
        for other in waiting.values()
    )


@settings(max_examples=300)
@given(STEPS)
def test_a_place_counts_what_comes_first_and_the_same_people_could_take(steps):
    places, waiting, seats = Places(), {}, {}
    for verb, what in steps:
        if verb == "wait":
            places.wait(what)
            waiting[what.ticket_id] = what
        elif verb == "leave":
            places.leave(what)
            waiting.pop(what, None)
        elif verb == "seat":
            places.seat(*what)
            seats[what[0]] = what[1]
        else:
            places.unseat(what)
            seats.pop(what, None)
        assert len(places) == len(waiting)
        for number in range(8):
            name = f"t{number}"
            assert places.of(name) == naive(waiting, seats, name)


@given(st.lists(ENTRIES, max_size=8, unique_by=lambda entry: entry.ticket_id), st.lists(SEATS, max_size=3))
def test_where_nobody_has_room_the_floor_says_the_same(entries, seats):
    places, floor = Places(), Floor()
    for agent, traits in dict(seats).items():
        places.seat(agent, traits)
    floor.open([Seat(agent, traits, capacity=0) for agent, traits in dict(seats).items()], entries)
    for entry in entries:
        places.wait(entry)
    for entry in entries:
        assert places.of(entry.ticket_id) == floor.position(entry.ticket_id)
