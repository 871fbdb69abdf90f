"""What tickets need is found once for those that are alike in what routes ask for, and is what looking anew would find."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk, Policy
from supportflow._time import to_us
from supportflow.conditions.ticket import ticket_fields, ticket_record
from supportflow.routing.compiled import RoutingIndex
from supportflow.routing.policy import Route, RoutingPolicy
from supportflow.testing import CountingIds, ManualClock

EACH = {
    "category": "login",
    "channel": "chat",
    "group": "billing",
    "language": "zh",
    "level": 2,
    "assignee": "sam",
    "priority_class": "security",
    "private": True,
    "product": "app",
    "review": True,
    "status": "open",
    "status_category": "open",
    "type": "incident",
}
"""Field → a value that a condition asks for."""
TIMED = {"field": "open_for", "ge": 60}
COUNTED = {"field": "received", "ge": 2}


def index(*conditions: dict[str, object]) -> RoutingIndex:
    """Routes that match if a condition holds, and one that always does."""
    routes = [Route(name=f"{place}", when=when) for place, when in enumerate(conditions)]
    return RoutingIndex(RoutingPolicy(routes=[*routes, Route(name="else")]), ticket_fields())


EVERY = [
    *({"field": name, "eq": value} for name, value in EACH.items()),
    {"field": "flags", "has_any": ["legal"]},
]
INDEXES = [index(*EVERY), index(*reversed(EVERY)), index(), index(TIMED, *EVERY), index(COUNTED)]
# Few values for each field, so that many tickets are alike in some and unlike in others.
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.sampled_from([EACH[name], None]) for name in ("category", "group", "assignee", "product")
        },
        "channel": st.sampled_from(["chat", "web"]),
        "language": st.sampled_from([None, "zh", "zh-TW", "en"]),
        "level": st.sampled_from([2, 3]),
        "priority_class": st.sampled_from(["security", "standard"]),
        "private": st.booleans(),
        "review": st.booleans(),
        "flags": st.sampled_from([(), ("legal",), ("unread",)]),
        "received": st.sampled_from([0, 3]),
    },
)
PLAIN = (
    Desk(Policy(), clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds())
    .open(subject="s", requester="ana")
    .ticket
)


TICKETS = CHANGES.map(lambda changes: PLAIN.model_copy(update=changes))


@pytest.mark.parametrize("index", INDEXES)
def test_alike_or_not(index):
    @given(TICKETS, st.sampled_from([None, "expert"]), st.sampled_from([0, 90]))
    @settings(max_examples=60)
    def run(ticket, tier, later):
        record = ticket_record(ticket, to_us(ticket.opened_at) + later * 1_000_000)
        assert index.needs_of(ticket, lambda: record, tier=tier) == index.requires(record, tier=tier)

    run()


@pytest.mark.parametrize("name", EACH)
def test_each_field_that_a_route_asks_for_counts(name):
    routes = index({"field": name, "eq": EACH[name]})
    another = {"level": 3, "private": False, "review": False}.get(name, "another")
    for value, route in ((another, "else"), (EACH[name], "0")):
        ticket = PLAIN.model_copy(update={name: value})
        record = {**ticket_record(PLAIN, 0), name: value}
        assert routes.needs_of(ticket, lambda record=record: record).route == route


def test_what_is_known_is_not_looked_for():
    routes, record = index(*EVERY), ticket_record(PLAIN, 0)
    first = routes.needs_of(PLAIN, lambda: record)
    assert routes.needs_of(PLAIN, lambda: pytest.fail("it was looked for again")) is first


def test_what_is_known_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr("supportflow.routing.compiled._MOST_NEEDS", 3)
    routes = index()
    for number in range(20):
        ticket = PLAIN.model_copy(update={"group": f"group {number}"})
        needs = routes.needs_of(ticket, lambda ticket=ticket: ticket_record(ticket, 0))
        assert needs.requirement.group == f"group {number}"
    assert len(routes._needs) <= 3
