"""A desk that routes, for tests."""

from supportflow import Agent, Desk, Policy
from supportflow.routing.policy import RoutingPolicy
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00Z"

ROUTES = (
    {"name": "compliance", "when": {"field": "category", "eq": "aml"}, "tier": "compliance"},
    {
        "name": "c2c",
        "when": {"field": "category", "eq": "c2c"},
        "skills": {"c2c": 2},
        "relax": [
            {"after": "PT5M", "lower": {"c2c": 1}},
            {"after": "PT10M", "drop": ["c2c"], "any_language": True},
        ],
    },
    {
        "name": "cards",
        "when": {"field": "category", "eq": "cards"},
        "group": "cards",
        "overflow": {"group": "payments", "after": "PT3M", "keep_free": 1},
    },
    {"name": "faq", "when": {"field": "category", "eq": "faq"}, "tier": "bot"},
    {"name": "rest"},
)


def routing(**fields):
    """A routing section with routes for all that happens in these tests."""
    given = {
        "languages": ("en", "zh"),
        "fallback_language": "en",
        "weights": {"phone": 2},
        "routes": ROUTES,
        **fields,
    }
    return RoutingPolicy.model_validate(given)


def policy(**fields):
    """A policy that routes."""
    return Policy(
        routing=routing(**fields),
        groups=[{"name": "cards"}, {"name": "payments"}],
        calendars={"day": {"tz": "UTC", "weekly": {"mon": [("08:00", "12:00")]}}},
    )


def desk_of(policy_, *agents, store=None):
    """A desk with these agents present, and its clock."""
    clock = ManualClock(START)
    desk = Desk(policy_, clock=clock, ids=CountingIds(), store=store)
    for agent in agents:
        desk.enrol(agent)
        desk.set_presence(agent, "available")
    return desk, clock


def agent(agent_id, /, **fields):
    """An agent who writes English."""
    return Agent(agent_id, **{"languages": ("en",), "capacity": 2, **fields})


def ask(desk, **fields):
    """A ticket about nothing in particular."""
    given = {
        "subject": "a question",
        "body": "hello",
        "requester": "ana",
        "language": "en",
        "priority_class": "general",
        **fields,
    }
    return desk.open(**given).ticket


def kinds(outcome):
    """What was recorded, in a word each."""
    return [event.kind for event in outcome.events]
