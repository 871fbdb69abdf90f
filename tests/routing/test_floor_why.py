"""Where a ticket stands, and why somebody does not get it."""

import pytest

from routing.test_floor_cases import EXPERT, LENT, NEED, OWN, agent, floor_with, got, lender, ticket
from supportflow.model.routing import Load, Requirement
from supportflow.routing import Gone, Overflow, Present, Rejected, Waiting


def codes(floor, ticket_id="a", agent_id="ana"):
    return [reason.code for reason in floor.why_not(ticket_id, agent_id)]


@pytest.mark.parametrize(
    ("needs", "seat", "code"),
    [
        (Requirement("compliance"), agent("ana"), "tier"),
        (NEED._replace(group="cards"), agent("ana"), "group"),
        (NEED._replace(language="zh"), agent("ana"), "language"),
        (NEED._replace(skills=(("keys", 2),)), agent("ana"), "skill"),
        (NEED._replace(skills=(("keys", 2),)), agent("ana", ("skill", "keys", 1)), "level"),
        (NEED._replace(skills=(("keys", 2),)), agent("ana", lapsed=(("keys", 3),)), "lapsed"),
        (NEED._replace(skills=(("keys", 2),)), agent("ana", lapsed=(("keys", 1),)), "skill"),
        (NEED, agent("ana", available=False), "unavailable"),
        (NEED, agent("ana", load=(Load("x", "web", 1),)), "capacity"),
        (NEED, agent("ana", reserved=1), "reserved"),
        (NEED, agent("ana", capacity=5, load=(Load("x", "web", 1),), limits=(("web", 1),)), "limit"),
    ],
)
def test_one_reason(needs, seat, code):
    floor = floor_with(ticket("a", needs=needs), seat)
    [reason] = floor.why_not("a", "ana")
    assert reason.code == code
    assert reason.fact
    assert reason.change


def test_all_reasons_are_given_at_once():
    needs = Requirement("compliance", (("keys", 3), ("tax", 1)), "zh", None, "chat", 2)
    seat = agent("ana", ("skill", "keys", 2), available=False, limits=(("chat", 0),))
    floor = floor_with(ticket("a", needs=needs, barred=("ana",)), seat)
    assert codes(floor) == [
        "unavailable",
        "barred",
        "language",
        "level",
        "skill",
        "tier",
        "capacity",
        "limit",
    ]


def test_the_words_say_how_much():
    floor = floor_with(
        ticket("a", needs=NEED._replace(skills=(("keys", 3),), weight=4)),
        agent("ana", ("skill", "keys", 1), ("skill", "keys", 2), capacity=3),
    )
    level, capacity = floor.why_not("a", "ana")
    assert level.fact == "keys is at level 2 of 3"
    assert capacity.fact == "it takes 4 units, 3 are free"
    assert capacity.change == "1 units come free"


def test_nobody_there_nothing_waiting_somebody_else():
    floor = floor_with(ticket("a"))
    assert codes(floor) == ["absent"]
    assert codes(floor, "nothing") == ["not_waiting"]
    floor.apply(Present(agent("bo")))
    assert codes(floor) == ["taken"]
    assert codes(floor, agent_id="bo") == []
    floor.apply(Gone("a"))
    assert codes(floor) == ["taken"]


def test_after_a_rejection():
    floor = floor_with(agent("ana"), ticket("a"))
    floor.apply(Rejected("a", "ana"))
    assert codes(floor) == ["rejected"]


def test_a_better_ticket_has_the_capacity():
    floor = floor_with(agent("ana"), ticket("z", rank=0), ticket("a"))
    [reason] = floor.why_not("a", "ana")
    assert reason.code == "better_first"
    assert "z" in reason.fact


def test_a_worse_ticket_has_it():
    floor = floor_with(agent("ana"), ticket("z", rank=3), ticket("a"))
    assert codes(floor) == ["capacity"]  # begun work is not taken away


def test_better_tickets_wait_too():
    full = agent("ana", load=(Load("x", "web", 1),))
    floor = floor_with(full, *(ticket(f"b{number}", rank=1) for number in range(3)), ticket("a"))
    capacity, better = floor.why_not("a", "ana")
    assert (capacity.code, better.code) == ("capacity", "better_first")
    assert better.fact.startswith("3 tickets")


def test_the_way_that_is_nearest():
    borrowed = ticket("a", needs=OWN, also=(Overflow(LENT, spare=2),))
    floor = floor_with(lender("ana", capacity=2), borrowed)
    assert codes(floor) == ["spare"]
    assert got(floor.apply(Present(lender("ana", capacity=3)))) == [("a", "ana")]


# --- places


def test_the_place_counts_what_the_same_people_would_take_first():
    zh, en = NEED._replace(language="zh"), NEED._replace(language="en")
    floor = floor_with(
        ticket("a", 1, needs=zh),
        ticket("b", 2, needs=en),
        ticket("c", 3, needs=zh),
        ticket("d", 4, needs=NEED._replace(tier="compliance")),
        agent("ana", ("language", "zh", 0), capacity=0),
        agent("bo", ("language", "en", 0), capacity=0),
    )
    assert [floor.position(name) for name in "abcd"] == [1, 1, 2, 1]
    # Somebody who writes both makes it one queue.
    floor.apply(Present(agent("cy", ("language", "zh", 0), ("language", "en", 0), capacity=0)))
    assert [floor.position(name) for name in "abcd"] == [1, 2, 3, 1]


def test_what_an_agent_must_not_have_does_not_stand_before_what_they_take():
    floor = floor_with(ticket("a", 1, barred=("ana",)), ticket("b", 2), agent("ana", capacity=0))
    assert floor.position("b") == 1
    floor.apply(Present(agent("bo", capacity=0)))
    assert floor.position("b") == 2


def test_a_ticket_with_two_ways_stands_once():
    both = ticket("a", 1, needs=OWN, also=(Overflow(LENT),))
    floor = floor_with(
        both, ticket("b", 2, needs=OWN), agent("z", *lender().traits, ("group", "keys", 0), capacity=0)
    )
    assert floor.position("b") == 2


def test_without_anybody_the_same_requirement_is_the_queue():
    floor = floor_with(ticket("a", 1), ticket("b", 2), ticket("c", 0, needs=OWN))
    assert [floor.position(name) for name in "abc"] == [1, 2, 1]
    floor.apply(Gone("a"))
    assert floor.position("b") == 1
    assert floor.position("a") is None


def test_who_is_proposed_waits_no_longer():
    floor = floor_with(agent("ana"), ticket("a"))
    assert floor.position("a") is None
    assert "a" not in floor
    assert 7 not in floor
    floor.apply(Waiting(ticket("b")))
    assert floor.position("b") == 1
    assert EXPERT in agent("ana").traits
