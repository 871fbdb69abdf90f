"""A small exchange with two surges, for the tests."""

from datetime import timedelta
from typing import Any

from supportflow import (
    Arrivals,
    BusinessCalendar,
    Condition,
    Desk,
    MemoryStore,
    OrderRule,
    Policy,
    PriorityRule,
    Route,
    RoutingPolicy,
    SlaPolicy,
    Surge,
    Target,
)
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00Z"

CRASH = Surge(
    lasts_for=timedelta(hours=2),
    targets={"standard": 2.0, "standard/resolution": 3.0},
    weights={"chat": 1},
    order=[OrderRule(name="trading", when=Condition(field="category", eq="trade"))],
    offer_for=timedelta(seconds=20),
    calls_in=["reserve"],
    greetings={"en": "Many people write to us today.", "zh": "今天咨询量很大。"},
)
NIGHT = Surge(lasts_for=timedelta(hours=8), reaches="new", targets=0.5)
PHISHING = Surge(
    lasts_for=timedelta(hours=1),
    order=[OrderRule(name="links", when=Condition(field="category", eq="phishing"))],
    when=Arrivals(
        count=3,
        within=timedelta(minutes=10),
        condition=Condition(field="category", eq="phishing"),
        cooldown=timedelta(minutes=30),
    ),
)


def policy(**fields: Any) -> Policy:
    """The policy, with other fields."""
    return Policy(
        **{
            "rules": [
                PriorityRule(
                    name="takeover",
                    when=Condition(field="category", eq="takeover"),
                    priority_class="security",
                )
            ],
            "calendars": {
                # Open for one minute a year: an empty week cannot be written.
                "reserve": BusinessCalendar.weekdays("03:00", "03:01", tz="UTC"),
            },
            "sla": [
                SlaPolicy(
                    name="security",
                    when=Condition(field="priority_class", eq="security"),
                    targets=[Target.first_response(minutes=15)],
                ),
                SlaPolicy(
                    name="standard",
                    targets=[
                        Target.first_response(hours=1, warn_at=[0.5, timedelta(minutes=10)]),
                        Target.resolution(hours=4),
                    ],
                ),
            ],
            "routing": RoutingPolicy(
                routes=[Route(name="all", language="any")], weights={"chat": 2}, fallback_language="en"
            ),
            "greetings": {"en": "Hello.", "zh": "您好。", "de": "Guten Tag."},
            "surges": {"crash": CRASH, "night": NIGHT, "phishing": PHISHING},
            **fields,
        }
    )


class Square:
    """Desks on one store, told by one clock."""

    def __init__(self, *policies: Policy, start: str = START) -> None:
        self.clock = ManualClock(start)
        self.store = MemoryStore()
        self.ids = CountingIds()
        self.desks = [self.another(one) for one in policies or (policy(),)]

    @property
    def desk(self) -> Desk:
        """The first desk."""
        return self.desks[0]

    def another(self, document: Policy) -> Desk:
        """One more process on the store."""
        return Desk(document, store=self.store, clock=self.clock, ids=self.ids)

    def open(self, category: str | None = None, **fields: Any) -> str:
        """Open a ticket; its id."""
        given = {"subject": "Hello", "requester": "ana", "channel": "chat", "category": category, **fields}
        return self.desk.open(**given).ticket.id

    def after(self, **span: float) -> "Square":
        """Let time pass."""
        self.clock.advance(timedelta(**span))
        return self

    def stream(self) -> list[Any]:
        """The desk's own events."""
        from supportflow.flows.rows import read_row

        return [read_row(row) for row in self.store.events("default", "desk")]

    def due(self, ticket: str, target: str = "resolution") -> timedelta | None:
        """How long after its opening a clock is due."""
        reading = next(one for one in self.desk.clocks(ticket) if one.target == target)
        return None if reading.due_at is None else reading.due_at - self.desk.get(ticket).opened_at
