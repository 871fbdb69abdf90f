"""The floor, one rule at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow._time import instant, to_us
from supportflow.model.people import Agent, Skill
from supportflow.model.routing import AgentState, Load, Requirement
from supportflow.routing import (
    Absent,
    Entry,
    Floor,
    Gone,
    Overflow,
    Present,
    Proposal,
    Rejected,
    Seat,
    Waiting,
)
from supportflow.routing.candidates import Candidates

EXPERT = ("tier", "expert", 0)
NEED = Requirement("expert")


def ticket(name: str, at: int = 0, rank: int = 2, **facts) -> Entry:
    return Entry(name, (rank, 3, at), facts.pop("needs", NEED), **facts)


def agent(name: str, *traits: tuple[str, str, int], **facts) -> Seat:
    return Seat(name, frozenset([EXPERT, *traits]), **{"capacity": 1} | facts)


def got(proposals: tuple[Proposal, ...]) -> list[tuple[str, str]]:
    return [(one.ticket_id, one.agent_id) for one in proposals]


def floor_with(*things: Seat | Entry, pick="longest_idle") -> Floor:
    floor = Floor(pick)
    for thing in things:
        floor.apply(Present(thing) if isinstance(thing, Seat) else Waiting(thing))
    return floor


# --- order


def test_class_then_level_then_time_then_id():
    floor = floor_with(
        Entry("d", (2, 1, 0), NEED),
        Entry("c", (1, 4, 9), NEED),
        Entry("b", (1, 3, 9), NEED),
        Entry("a", (1, 3, 9), NEED),
    )
    made = floor.apply(Present(agent("ana", capacity=4)))
    assert got(made) == [("a", "ana"), ("b", "ana"), ("c", "ana"), ("d", "ana")]


def test_an_agent_takes_until_full():
    floor = floor_with(ticket("a", 1), ticket("b", 2, needs=NEED._replace(weight=2)), ticket("c", 3))
    assert got(floor.apply(Present(agent("ana", capacity=2)))) == [("a", "ana"), ("c", "ana")]
    assert "b" in floor
    assert len(floor) == 1


def test_a_new_floor_has_its_agents_first():
    # `bo` is preferred: were `ana` seated and served before `bo` came, she would have it.
    floor = Floor()
    made = floor.open([agent("bo"), agent("ana")], [ticket("b", 2), ticket("a", 1, preferred="bo")])
    assert got(made) == [("a", "bo"), ("b", "ana")]


# --- whom


def test_the_longest_idle_gets_it_and_goes_to_the_back():
    floor = floor_with(agent("ana", idle_us=5, capacity=9), agent("bo", idle_us=3, capacity=9))
    assert [got(floor.apply(Waiting(ticket(name)))) for name in "abc"] == [
        [("a", "bo")],
        [("b", "ana")],
        [("c", "bo")],
    ]


def test_of_equally_idle_ones_the_lower_id():
    floor = floor_with(agent("bo"), agent("ana"))
    assert got(floor.apply(Waiting(ticket("a")))) == [("a", "ana")]


def test_somebody_who_has_been_idle_longer_comes_between():
    # Told out of order, and more of them than there are free places in the middle.
    floor = floor_with(*(agent(f"a{idle:02d}", idle_us=idle) for idle in (9, 1, 5, 3, 7, 2, 8, 4, 6, 0)))
    order = [got(floor.apply(Waiting(ticket(f"t{number}"))))[0][1] for number in range(10)]
    assert order == [f"a{idle:02d}" for idle in range(10)]


def test_the_least_loaded_by_share_of_capacity():
    x = (Load("x", "web", 1), Load("y", "web", 1))
    floor = floor_with(
        agent("ana", capacity=4, load=x), agent("bo", capacity=10, load=x, idle_us=9), pick="least_loaded"
    )
    assert got(floor.apply(Waiting(ticket("a")))) == [("a", "bo")]
    assert got(floor.apply(Waiting(ticket("b")))) == [("b", "bo")]
    assert got(floor.apply(Waiting(ticket("c")))) == [("c", "bo")]
    assert got(floor.apply(Waiting(ticket("d")))) == [("d", "ana")]  # both at a half: idle longer


def test_the_preferred_agent_if_there_is_room_and_else_anybody():
    floor = floor_with(agent("ana", idle_us=1), agent("bo", idle_us=2), agent("cy", idle_us=3))
    assert got(floor.apply(Waiting(ticket("a", preferred="cy")))) == [("a", "cy")]
    assert got(floor.apply(Waiting(ticket("b", preferred="cy")))) == [("b", "ana")]
    assert got(floor.apply(Waiting(ticket("c", preferred="nobody")))) == [("c", "bo")]


def test_preference_does_not_open_a_door():
    floor = floor_with(agent("ana"), agent("bo"))
    entry = ticket("a", preferred="ana", barred=("ana",))
    assert got(floor.apply(Waiting(entry))) == [("a", "bo")]
    keys = ticket("b", preferred="ana", needs=NEED._replace(skills=(("keys", 1),)))
    assert got(floor.apply(Waiting(keys))) == []


def test_news_of_an_agent_count_beside_what_is_proposed_to_them():
    floor = floor_with(agent("ana", capacity=9, idle_us=5), agent("bo", capacity=9, idle_us=10), ticket("a"))
    assert [one.agent_id for one in floor.proposed] == ["ana"]
    floor.apply(Present(agent("ana", capacity=9, idle_us=30, version=1)))  # something else ended just now
    floor.apply(Present(agent("bo", capacity=9, idle_us=20, version=1)))
    assert got(floor.apply(Waiting(ticket("b")))) == [("b", "bo")]


# --- what an agent must be


@pytest.mark.parametrize(
    ("needs", "trait"),
    [
        (Requirement("compliance"), ("tier", "compliance", 0)),
        (NEED._replace(language="zh"), ("language", "zh", 0)),
        (NEED._replace(group="payments"), ("group", "payments", 0)),
        (NEED._replace(skills=(("keys", 2),)), ("skill", "keys", 2)),
    ],
)
def test_only_who_has_it(needs, trait):
    floor = floor_with(agent("ana"), ticket("a", needs=needs))
    assert len(floor) == 1
    assert got(floor.apply(Present(agent("ana", trait)))) == [("a", "ana")]


STATE = AgentState(
    id="ana",
    agent=Agent(
        "ana",
        tiers=("expert", "compliance"),
        groups=("payments",),
        languages=("en",),
        skills={
            "keys": 3,
            "tax": Skill(level=2, valid_until="2026-06-01T00:00Z"),
            "law": Skill(level=1, valid_until="2026-09-01T00:00Z"),
        },
        capacity=7,
        limits={"phone": 1, "chat": 3},
        reserved=1,
    ),
    version=4,
    presence="available",
    since=instant("2026-01-01T08:00Z"),
    load=(Load("x", "chat", 2),),
    recorded_at=instant("2026-01-01T08:00Z"),
)


def us(text: str) -> int:
    return to_us(instant(text))


def test_a_seat_is_an_agent_at_an_instant():
    seat = Seat.of(STATE, us("2026-03-01T00:00Z"))
    assert seat.traits == {
        *(("tier", "expert", 0), ("tier", "compliance", 0), ("group", "payments", 0), ("language", "en", 0)),
        *(("skill", "keys", 1), ("skill", "keys", 2), ("skill", "keys", 3)),
        *(("skill", "tax", 1), ("skill", "tax", 2), ("skill", "law", 1)),
    }
    assert (seat.agent_id, seat.capacity, seat.reserved, seat.version) == ("ana", 7, 1, 4)
    assert seat.limits == (("chat", 3), ("phone", 1))
    assert seat.load == STATE.load
    assert seat.available
    assert seat.lapsed == ()
    assert seat.next_change_us == us("2026-06-01T00:00Z")


def test_a_certificate_lapses_at_its_instant():
    end = us("2026-06-01T00:00Z")
    before, after = Seat.of(STATE, end - 1), Seat.of(STATE, end)
    assert before.traits - after.traits == {("skill", "tax", 1), ("skill", "tax", 2)}
    assert after.lapsed == (("tax", 2),)
    assert (before.next_change_us, after.next_change_us) == (end, us("2026-09-01T00:00Z"))
    assert Seat.of(STATE, us("2026-09-01T00:00Z")).next_change_us is None


@pytest.mark.parametrize(
    ("assigned", "freed", "idle"),
    [
        (None, None, "2026-01-01T08:00Z"),
        ("2026-01-02T08:00Z", None, "2026-01-02T08:00Z"),
        ("2026-01-02T08:00Z", "2026-01-03T08:00Z", "2026-01-03T08:00Z"),
        ("2026-01-04T08:00Z", "2026-01-03T08:00Z", "2026-01-04T08:00Z"),
    ],
)
def test_idle_is_since_work_last_came_or_went(assigned, freed, idle):
    times = {"assigned_at": assigned and instant(assigned), "freed_at": freed and instant(freed)}
    assert Seat.of(STATE.model_copy(update=times), 0).idle_us == us(idle)


@pytest.mark.parametrize(("presence", "on_duty"), [("away", True), ("offline", True), ("available", False)])
def test_work_goes_to_who_is_available_and_on_duty(presence, on_duty):
    seat = Seat.of(STATE.model_copy(update={"presence": presence}), 0, on_duty=on_duty)
    assert not seat.available
    assert got(floor_with(ticket("a")).apply(Present(seat))) == []


# --- room


def test_a_heavier_ticket_that_does_not_fit_holds_nobody_up():
    heavy = ticket("a", 1, needs=NEED._replace(weight=2))
    floor = floor_with(heavy, ticket("b", 2))
    assert got(floor.apply(Present(agent("ana", capacity=1)))) == [("b", "ana")]


def test_a_channel_at_its_limit_holds_nobody_up():
    chats = [ticket(f"c{number}", number, needs=NEED._replace(channel="chat")) for number in range(3)]
    floor = floor_with(*chats, ticket("m", 9, needs=NEED._replace(channel="mail")))
    made = floor.apply(Present(agent("ana", capacity=5, limits=(("chat", 1),))))
    assert got(made) == [("c0", "ana"), ("m", "ana")]


def test_a_limit_counts_what_the_agent_holds_and_what_is_proposed():
    chat = NEED._replace(channel="chat")
    floor = floor_with(agent("ana", capacity=9, limits=(("chat", 2),), load=(Load("x", "chat", 1),)))
    assert got(floor.apply(Waiting(ticket("a", needs=chat)))) == [("a", "ana")]
    assert got(floor.apply(Waiting(ticket("b", needs=chat)))) == []


def test_units_kept_for_hand_overs():
    floor = floor_with(agent("ana", capacity=3, reserved=1))
    assert got(floor.apply(Waiting(ticket("a")))) == [("a", "ana")]
    assert got(floor.apply(Waiting(ticket("b")))) == [("b", "ana")]
    assert got(floor.apply(Waiting(ticket("c")))) == []
    assert got(floor.apply(Waiting(ticket("d", hand_over=True)))) == [("d", "ana")]
    assert got(floor.apply(Waiting(ticket("e", hand_over=True)))) == []


def test_a_new_kind_of_cost_is_met_while_agents_have_room():
    floor = floor_with(agent("ana", capacity=5))
    for weight in (1, 2, 3):
        name = f"w{weight}"
        expected = [(name, "ana")] if weight < 3 else []
        assert got(floor.apply(Waiting(ticket(name, needs=NEED._replace(weight=weight))))) == expected


def test_an_agent_with_too_much_already_takes_nothing_even_of_no_weight():
    floor = floor_with(agent("ana", capacity=1, load=(Load("x", "web", 3),)))
    assert got(floor.apply(Waiting(ticket("a", needs=NEED._replace(weight=0))))) == []


# --- overflow

LENT = Requirement("expert", (), None, "cards")
OWN = Requirement("expert", (), None, "keys")


def lender(name: str = "lee", **facts) -> Seat:
    return agent(name, ("group", "cards", 0), **facts)


def owner(name: str = "oz", **facts) -> Seat:
    return agent(name, ("group", "keys", 0), **facts)


def test_its_own_people_come_first():
    floor = floor_with(lender(idle_us=0), owner(idle_us=9))
    borrowed = ticket("a", needs=OWN, also=(Overflow(LENT),))
    [made] = floor.apply(Waiting(borrowed))
    assert (made.agent_id, made.requirement) == ("oz", OWN)
    [made] = floor.apply(Waiting(borrowed._replace(ticket_id="b")))
    assert (made.agent_id, made.requirement) == ("lee", LENT)


def test_the_lender_keeps_room_for_its_own_work():
    floor = floor_with(lender(capacity=3))
    for name, expected in (("a", 1), ("b", 1), ("c", 0)):
        entry = ticket(name, needs=OWN, also=(Overflow(LENT, spare=1),))
        assert len(floor.apply(Waiting(entry))) == expected
    assert got(floor.apply(Waiting(ticket("own", needs=LENT)))) == [("own", "lee")]
    # A unit comes free: it is the spare one again, and the borrowed ticket still waits.
    assert got(floor.apply(Rejected("own", "lee"))) == []
    assert got(floor.apply(Present(owner()))) == [("c", "oz")]


def test_two_ways_are_one_ticket():
    floor = floor_with(ticket("a", needs=OWN, also=(Overflow(LENT), Overflow(OWN), Overflow(LENT))))
    assert len(floor) == 1
    made = floor.apply(Present(agent("both", ("group", "keys", 0), ("group", "cards", 0), capacity=3)))
    assert [one.requirement for one in made] == [OWN]
    assert got(floor.apply(Present(lender()))) == []


@pytest.mark.parametrize("many", [0, 60])
def test_two_ways_at_the_same_price_are_told_apart(many):
    floor = Floor(many=many)
    floor.apply(Present(agent("both", ("group", "keys", 0), ("group", "cards", 0), available=False)))
    for at in range(4, 0, -1):
        floor.apply(Waiting(ticket(f"t{at}", at, needs=OWN, also=(Overflow(LENT),))))
    seat = agent("both", ("group", "keys", 0), ("group", "cards", 0), capacity=3, version=1)
    made = floor.apply(Present(seat))
    assert [(one.ticket_id, one.requirement) for one in made] == [("t1", OWN), ("t2", OWN), ("t3", OWN)]


# --- barred


def test_four_eyes():
    floor = floor_with(ticket("a", 1, barred=("ana",)), ticket("b", 2))
    assert got(floor.apply(Present(agent("ana", capacity=5)))) == [("b", "ana")]
    assert got(floor.apply(Present(agent("bo")))) == [("a", "bo")]


def test_somebody_is_barred_while_seated_with_others_like_them():
    floor = floor_with(*(agent(name, available=False) for name in ("ana", "bo")))
    floor.apply(Waiting(ticket("a", barred=("ana",))))
    assert got(floor.apply(Present(agent("ana", version=1)))) == []
    assert got(floor.apply(Present(agent("bo", version=1)))) == [("a", "bo")]


def test_the_order_of_exclusions_means_nothing():
    floor = floor_with(ticket("a", barred=("ana", "bo")), ticket("b", barred=("bo", "ana")))
    assert floor._queue.find("a").signatures == floor._queue.find("b").signatures


# --- answers to proposals


def test_a_proposal_keeps_capacity_until_the_seat_shows_it():
    floor = floor_with(agent("ana", capacity=2), ticket("a"))
    assert floor.proposed == (Proposal("a", "ana", NEED),)
    floor.apply(Present(agent("ana", capacity=2, version=1, load=(Load("a", "web", 1),))))
    assert floor.proposed == ()
    assert got(floor.apply(Waiting(ticket("b")))) == [("b", "ana")]
    assert got(floor.apply(Waiting(ticket("c")))) == []


def test_news_of_an_agent_that_is_older_than_the_offer_frees_nothing():
    floor = floor_with(agent("ana"), ticket("a"))
    assert got(floor.apply(Present(agent("ana", version=3, idle_us=7)))) == []
    assert got(floor.apply(Waiting(ticket("b")))) == []


def test_a_seat_older_than_the_one_known_is_passed_over():
    floor = floor_with(agent("ana", version=5, available=False), ticket("a"))
    assert got(floor.apply(Present(agent("ana", version=4)))) == []
    assert got(floor.apply(Present(agent("ana", version=5)))) == [("a", "ana")]


def test_a_rejected_ticket_goes_to_the_next_and_the_agent_takes_the_next():
    floor = floor_with(agent("ana", idle_us=1), agent("bo", idle_us=2), ticket("a", 1))
    assert got(floor.apply(Waiting(ticket("b", 2, barred=("bo",))))) == []
    assert got(floor.apply(Rejected("a", "ana"))) == [("a", "bo"), ("b", "ana")]


def test_a_rejected_pair_waits_for_news_of_either():
    floor = floor_with(agent("ana"), ticket("a"))
    assert got(floor.apply(Rejected("a", "ana"))) == []
    assert got(floor.apply(Waiting(ticket("a")))) == []  # no news
    assert got(floor.apply(Present(agent("ana")))) == []  # none either
    assert got(floor.apply(Present(agent("ana", version=1)))) == [("a", "ana")]
    assert got(floor.apply(Rejected("a", "ana"))) == []
    assert got(floor.apply(Waiting(ticket("a", version=1)))) == [("a", "ana")]


def test_both_who_were_passed_over_are_until_there_is_news_of_them():
    floor = floor_with(agent("ana", idle_us=1), agent("bo", idle_us=2), ticket("a"))
    assert got(floor.apply(Rejected("a", "ana"))) == [("a", "bo")]
    assert got(floor.apply(Rejected("a", "bo"))) == []
    assert got(floor.apply(Present(agent("bo", idle_us=2, version=1)))) == [("a", "bo")]
    assert got(floor.apply(Rejected("a", "bo"))) == []  # and ana still is


def test_a_rejection_of_what_was_not_proposed_does_nothing():
    floor = floor_with(agent("ana"), ticket("a"), ticket("b"))
    assert floor.apply(Rejected("a", "bo")) == floor.apply(Rejected("b", "ana")) == ()
    assert floor.proposed == (Proposal("a", "ana", NEED),)


def test_a_ticket_that_is_gone_is_not_queued_again():
    floor = floor_with(agent("ana"), ticket("a"))
    assert floor.apply(Gone("a")) == ()
    assert got(floor.apply(Waiting(ticket("b")))) == []  # the unit is kept: the offer may have been made
    assert got(floor.apply(Rejected("a", "ana"))) == [("b", "ana")]
    assert "a" not in floor


def test_a_ticket_that_comes_back_before_its_proposal_is_answered_is_proposed_anew():
    floor = floor_with(agent("ana"), ticket("a"))
    assert floor.apply(Waiting(ticket("a"))) == ()  # as known
    assert got(floor.apply(Waiting(ticket("a", version=1)))) == [("a", "ana")]
    floor.apply(Gone("a"))
    assert got(floor.apply(Waiting(ticket("a", version=1, barred=("ana",))))) == []
    assert "a" in floor
    assert got(floor.apply(Waiting(ticket("b")))) == [("b", "ana")]


def test_a_proposed_ticket_that_needs_somebody_else_now_goes_to_them():
    floor = floor_with(agent("ana", idle_us=1), agent("bo", ("skill", "keys", 1), idle_us=2), ticket("a", 5))
    keys = NEED._replace(skills=(("keys", 1),))
    assert got(floor.apply(Waiting(ticket("a", 5, needs=keys, version=1)))) == [("a", "bo")]
    assert got(floor.apply(Waiting(ticket("b")))) == [("b", "ana")]


def test_a_proposal_outlives_an_absence():
    floor = floor_with(agent("ana"), ticket("a"))
    floor.apply(Absent("ana"))
    floor.apply(Absent("ana"))
    assert got(floor.apply(Present(agent("ana")))) == []
    assert got(floor.apply(Waiting(ticket("b")))) == []
    floor.apply(Absent("ana"))
    assert floor.apply(Rejected("a", "ana")) == ()
    assert got(floor.apply(Present(agent("ana", capacity=2)))) == [("a", "ana"), ("b", "ana")]


def test_a_ticket_that_changes_its_place_is_found_at_the_new_one():
    floor = floor_with(ticket("a", 1), ticket("b", 2), ticket("c", 3))
    floor.apply(Waiting(ticket("a", 9)))
    floor.apply(Waiting(ticket("c", 1, rank=0, version=1)))
    floor.apply(Waiting(ticket("c", 0)))  # old news
    assert [floor.position(name) for name in "abc"] == [3, 2, 1]
    made = floor.apply(Present(agent("ana", capacity=3)))
    assert [one.ticket_id for one in made] == ["c", "b", "a"]


def test_gone_and_back_with_the_same_key():
    floor = floor_with(ticket("z", 0), ticket("a", 5))
    for _ in range(3):
        floor.apply(Gone("a"))
        floor.apply(Waiting(ticket("a", 5)))
    made = floor.apply(Present(agent("ana", capacity=9)))
    assert [one.ticket_id for one in made] == ["z", "a"]


# --- the order of candidates, by itself


def test_places_are_laid_out_anew_when_there_is_no_room_between():
    candidates = Candidates()
    traits = frozenset([EXPERT])
    for number in range(200):  # always in the middle
        candidates.put(f"a{number:03d}", (100 + number * (-1) ** number, 0, f"a{number:03d}"), traits, 1, 0.0)
    order = []
    while (first := candidates.pick(traits, 0)) is not None:
        order.append(first)
        candidates.remove(first)
    expected = sorted((100 + number * (-1) ** number, f"a{number:03d}") for number in range(200))
    assert order == [name for _, name in expected]


def test_somebody_alone_needs_one_place():
    candidates = Candidates()
    for turn in range(9):
        candidates.put("ana", (turn, 0, "ana"), frozenset([EXPERT]), 1, 0.0)
    assert len(candidates._at) == 1


def test_places_do_not_grow_with_the_work_done():
    candidates = Candidates()
    traits = frozenset([EXPERT])
    for turn in range(5_000):
        name = f"a{turn % 7}"
        candidates.put(name, (turn, 0, name), traits, 1, 0.0)
    assert len(candidates) == 7
    assert len(candidates._at) < 200
    assert candidates.pick(traits, 0) == "a2"  # 4,993 is the oldest of the last seven


def test_a_shift_that_begins_is_laid_out_once(monkeypatch):
    laid, lay_out = [], Candidates._lay_out
    monkeypatch.setattr(Candidates, "_lay_out", lambda self: (laid.append(len(self)), lay_out(self)))
    candidates = Candidates()
    traits = frozenset([EXPERT])
    for number in range(1, 1_000):  # idle alike, in an order that is not the one of their names
        candidates.put(f"a{number}", (0, 0, f"a{number}"), traits, 1, 0.0)
    assert candidates.pick(traits, 0) == "a1"
    candidates.remove("a1")
    assert candidates.pick(traits, 0) == "a10"
    assert laid == [999]


IDLE = st.tuples(st.integers(0, 5), st.sampled_from("abcdefg"), st.sampled_from([0.0, 0.5]))


@given(st.lists(st.one_of(IDLE, st.sampled_from("abcdefg"), st.none()), max_size=40))
def test_whoever_comes_and_goes_the_first_of_the_order_is_picked(steps):
    """`None` picks, a name alone leaves, and the others come or move."""
    candidates, there = Candidates(), {}
    traits = frozenset([EXPERT])
    for step in [*steps, None]:
        if isinstance(step, tuple):
            idle, name, level = step
            candidates.put(name, (idle, 0, name), traits, 1, level)
            there[name] = (level, (idle, 0, name))
        elif step is not None:
            candidates.remove(step)
            there.pop(step, None)
        else:
            assert candidates.pick(traits, 0) == min(there, key=there.get, default=None)
        assert len(candidates) == len(there)
