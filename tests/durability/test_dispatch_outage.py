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


def desks(*stores):
    """Desks of several processes; nobody is there to take a ticket yet."""
    clock, ids = ManualClock("2026-03-02T09:00:00Z"), CountingIds()
    made = [Desk(Policy(routing=ROUTING), store=store, clock=clock, ids=ids) for store in stores]
    made[0].enrol(Agent("ann", languages=("en",), capacity=2))
    return clock, *made


def test_one_that_led_again_knows_what_came_when_another_led():
    """It slept through the term of another, which has taken in a ticket, and died of it."""
    store = MemoryStore()
    clock, first, second = desks(store, store)
    assert first.dispatch().leading
    clock.advance(seconds=31)
    ticket = first.open(subject="s", requester="ana").ticket
    assert second.dispatch().waiting == 1
    clock.advance(seconds=31)
    assert first.dispatch().waiting == 1
    first.set_presence("ann", "available")
    first.dispatch()
    assert first.get(ticket).routing.offer.agent == "ann"


def test_one_that_was_overtaken_in_the_midst_of_it_takes_nothing_away():
    """It stood still between being told that it leads and asking what has changed."""

    class Frozen(Wrapped):
        thaw = None

        def lease(self, *values):
            if self.thaw is not None:
                thaw, self.thaw = self.thaw, None
                thaw()
            return self._store.lease(*values)

    store = MemoryStore()
    frozen = Frozen(store)
    clock, first, second = desks(frozen, store)
    assert first.dispatch().leading

    def meanwhile():
        clock.advance(seconds=31)
        assert second.dispatch().leading
        clock.advance(seconds=-31)  # the clock of whoever opens it is behind
        second.open(subject="s", requester="ana", ref="1")
        clock.advance(seconds=31)

    frozen.thaw = meanwhile
    assert not first.dispatch().leading
    assert not first.dispatch().leading
    second.set_presence("ann", "available")
    assert second.dispatch().offered == 1
    assert first.get(ref="1").routing.offer.agent == "ann"


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
