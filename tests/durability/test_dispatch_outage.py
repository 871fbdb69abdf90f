"""A store that fails while a dispatcher takes in what has changed: what it had already crossed off is not lost."""

import pytest

from durability.mutants import Wrapped
from supportflow import Agent, Desk, MemoryStore, Policy
from supportflow.exceptions import StoreUnavailable
from supportflow.routing.policy import RoutingPolicy
from supportflow.testing import CountingIds, ManualClock

ROUTING = RoutingPolicy(languages=("en",), fallback_language="en", routes=({"name": "all"},))


class Failing(Wrapped):
    """Fails once at a method."""

    method = None

    def __getattr__(self, name):
        if name == self.method:
            self.method = None
            raise StoreUnavailable
        return super().__getattr__(name)


@pytest.mark.parametrize("method", ["settle", "load", "commit", "load_agent"])
def test_a_change_that_was_crossed_off_is_not_forgotten(method):
    store = Failing(MemoryStore())
    desk = Desk(
        Policy(routing=ROUTING), store=store, clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds()
    )
    desk.enrol(Agent("ann", languages=("en",), capacity=2))
    desk.set_presence("ann", "available")
    desk.dispatch()
    ticket = desk.open(subject="s", requester="ana").ticket
    store.method = method
    with pytest.raises(StoreUnavailable):
        desk.dispatch()
    desk.dispatch()
    assert desk.get(ticket).routing.offer.agent == "ann"
