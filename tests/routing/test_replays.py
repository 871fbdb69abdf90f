"""The same commands at the same times give the same bytes, offers included."""

import random

import pytest

from supportflow import Agent, Desk, MemoryStore, Requester
from supportflow.exceptions import Refused
from supportflow.testing import CountingIds, ManualClock

from .desks import START, policy

PEOPLE = [
    Agent("ann", languages=("en",), skills={"c2c": 2}, capacity=2),
    Agent("bea", languages=("en", "zh"), capacity=3, limits={"chat": 1}),
    Agent("cai", languages=("zh",), skills={"c2c": 1}, capacity=2, groups=("payments",)),
    Agent("dov", languages=("en",), capacity=2, tiers=("expert", "compliance"), groups=("cards",)),
]


def a_day(seed: int) -> list[tuple[str, int, str, bytes]]:
    """Every event of a random day."""
    chance = random.Random(seed)
    store, clock = MemoryStore(), ManualClock(START)
    desk = Desk(policy(), store=store, clock=clock, ids=CountingIds())
    for person in PEOPLE:
        desk.enrol(person)
        desk.set_presence(person, "available")
    tickets: list[str] = []
    for number in range(150):
        clock.advance(seconds=chance.choice([0, 5, 40, 200]))
        step = chance.random()
        if step < 0.35 or not tickets:
            opened = desk.open(
                subject="x",
                body="y",
                requester=f"r{number}",
                category=chance.choice(["c2c", "cards", "aml", "other"]),
                channel=chance.choice(["chat", "phone", "web"]),
                language=chance.choice(["en", "zh"]),
                priority_class=chance.choice(["general", "dispute", "security"]),
            )
            tickets.append(opened.ticket.id)
        elif step < 0.5:
            desk.set_presence(chance.choice(PEOPLE), chance.choice(["available", "available", "away"]))
        else:
            ticket = desk.get(chance.choice(tickets))
            offer = ticket.routing.offer
            try:
                if offer is not None:
                    answer = chance.choice([desk.accept, desk.accept, desk.decline])
                    answer(ticket, by=offer.agent)
                elif ticket.assignee is not None:
                    chance.choice([desk.resolve, desk.wait_for_requester])(ticket, by=ticket.assignee)
                else:
                    desk.receive(ticket, body="again", by=Requester(ticket.requester))
            except Refused:
                continue
        desk.run_due()
        desk.dispatch()
    return [
        (stream, row.seq, row.kind, row.data)
        for stream in (*(f"ticket:{one}" for one in tickets), *(f"agent:{one.id}" for one in PEOPLE))
        for row in store.events("default", stream)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_day_twice_is_the_same_to_the_byte(seed):
    first = a_day(seed)
    assert len(first) > 200
    assert a_day(seed) == first
