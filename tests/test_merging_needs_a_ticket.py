"""A merge names the ticket that goes on. Nothing else closes a ticket by the lifecycle's `merge`."""

import pytest

from supportflow import Agent, Desk
from supportflow.events import StatusChanged
from supportflow.exceptions import Refused


@pytest.fixture
def desk():
    with Desk() as desk:
        desk.open(subject="No invoice", requester="ana", ref="7")
        yield desk


def test_the_trigger_alone_is_refused(desk: Desk):
    before = desk.get(ref="7")

    with pytest.raises(Refused) as caught:
        desk.trigger(ref="7", trigger="merge", by=Agent("sam"))

    assert caught.value.command == "trigger"
    assert desk.get(ref="7") == before


def test_an_observed_closing_of_an_open_ticket_is_forced(desk: Desk):
    # No command but a merge leads from new to closed, and an observation merges nothing.
    [change] = desk.observe(ref="7", status="closed").events

    assert isinstance(change, StatusChanged)
    assert change.forced
    assert change.trigger is None
    assert change.refusal is not None
    assert change.refusal.reason == "no_transition"


def test_an_observed_closing_of_a_resolved_ticket_is_not(desk: Desk):
    desk.resolve(ref="7", by=Agent("sam"))

    [change] = desk.observe(ref="7", status="closed").events

    assert isinstance(change, StatusChanged)
    assert (change.trigger, change.forced) == ("close", False)
