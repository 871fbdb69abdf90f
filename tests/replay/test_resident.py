"""What is told to a desk of values without a flow around it: which commands those are, and that nothing differs."""

import re

import pytest

from supportflow import Desk, MemoryStore, Policy
from supportflow.exceptions import DuplicateRef, SupportflowError, TicketNotFound
from supportflow.flows.commands.resident import is_plain
from supportflow.flows.rows import event_row
from supportflow.model.commands import Adopt, Advance, Fact, Hold, Observe
from supportflow.model.people import Actor
from supportflow.model.written import written
from supportflow.replay.casewise import TENANT, _CaseDesk
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00Z"
TARGETS = {"sla": [{"name": "all", "targets": [{"metric": "first_response", "minutes": 30}]}]}
ROUTED = {"tiers": ["l1"], "routes": [{"name": "all", "tier": "l1", "language": "any"}]}
ANA = Actor(kind="agent", id="ana")


def adopt(**fields):
    return Adopt(**{"ref": "1", "opened_at": START, "status": "open", "requester": "ana", **fields})


PLAIN = [
    adopt(),
    adopt(attributes={"plan": "gold"}),
    Advance(ticket_id="1"),
    Observe(ticket_id="1", status="pending"),
    Observe(ticket_id="1", replied=True),
]
OTHERS = [
    adopt(key="k"),
    adopt(subject="Where is it?"),
    adopt(history=(Fact(at=START, status="pending"),)),
    Advance(ticket_id="1", key="k"),
    Observe(ref="1", status="pending"),
    Observe(ticket_id="1", status="pending", key="k"),
    Observe(ticket_id="1", replied=True, body="It is here."),
    Hold(ticket_id="1", by=ANA),
]


@pytest.mark.parametrize("command", PLAIN, ids=repr)
def test_a_report_without_words_needs_no_flow(command):
    assert is_plain(command)


@pytest.mark.parametrize("command", OTHERS, ids=repr)
def test_whatever_has_words_a_key_a_past_or_another_name_goes_through_one(command):
    assert not is_plain(command)


class Both:
    """A desk of values and one with a store, which are told the same."""

    def __init__(self, **policy):
        policy = Policy.model_validate(policy)
        self.clock, self.store = ManualClock(START), MemoryStore()
        self.durable = Desk(policy, store=self.store, clock=self.clock, ids=CountingIds(), tenant=TENANT)
        self.held = _CaseDesk(policy, self.clock)

    def tell(self, command):
        """Both do it, or refuse it for the same reason; what they have is compared."""
        try:
            expected = self.durable.handle(command)
        except SupportflowError as error:
            with pytest.raises(type(error), match=re.escape(str(error))):
                self.held.handle(command)
            return None
        outcome = self.held.handle(command)
        assert outcome == expected
        ticket = outcome.ticket
        assert self.held.held.tickets[ticket.id] == ticket
        rows = self.store.events(TENANT, f"ticket:{ticket.id}")
        events = self.held.held.events(ticket.id)
        assert tuple(rows) == tuple(event_row(seq, one) for seq, one in enumerate(events, 1))
        assert self.store.load(TENANT, ticket.id).snapshot == written(ticket)
        return outcome


def test_a_reference_is_adopted_once_and_the_second_time_changes_nothing():
    both = Both(**TARGETS)
    first = both.tell(adopt()).ticket
    assert both.tell(adopt(status="pending")) is None
    with pytest.raises(DuplicateRef):
        both.held.handle(adopt(requester="eve"))
    assert list(both.held.held.tickets.values()) == [first]
    assert both.tell(adopt(ref="2")).ticket.id != first.id


def test_a_ticket_that_nobody_told_of_is_not_found():
    both = Both()
    for command in (Observe(ticket_id="7", status="open"), Advance(ticket_id="7")):
        assert both.tell(command) is None
        with pytest.raises(TicketNotFound):
            both.held.handle(command)


@pytest.mark.parametrize("policy", [{}, {"routing": ROUTED}], ids=["plain", "routed"])
def test_a_secret_in_an_attribute_is_kept_by_neither(policy):
    both = Both(fields={"note": {"kind": "text"}}, **policy)
    secret = "my password is Tr0ub4dor&3"
    ticket = both.tell(adopt(attributes={"note": secret})).ticket
    assert "Tr0ub4dor" not in ticket.attributes["note"]
    both.clock.advance(minutes=5)
    told = both.tell(Observe(ticket_id=ticket.id, attributes={"note": f"{secret}!"}))
    assert "Tr0ub4dor" not in repr(told)


@pytest.mark.parametrize("policy", [{}, {"routing": ROUTED}], ids=["plain", "routed"])
def test_an_answer_by_the_requester_is_no_answer_of_the_desk(policy):
    both = Both(**TARGETS, **policy)
    ticket = both.tell(adopt(assignee="sam")).ticket
    for minutes, fields in enumerate(({"by": ANA}, {"agent": "ana"}, {"agent": "sam"}), 1):
        both.clock.advance(minutes=minutes)
        both.tell(Observe(ticket_id=ticket.id, replied=True, **fields))
    assert both.held.held.tickets[ticket.id].clocks[0].state == "met"


def test_a_target_that_applies_again_looks_back_at_the_same_past():
    high = {"field": "level", "le": 2}
    targets = [{"name": "fast", "when": high, "metric": "resolution", "hours": 4}]
    both = Both(sla=[{"name": "all", "targets": [*targets, {"metric": "first_response", "minutes": 30}]}])
    ticket = both.tell(adopt(level=1)).ticket
    for fields in ({"level": 3}, {"status": "pending"}, {"status": "open"}, {"level": 1}, {"replied": True}):
        both.clock.advance(minutes=10)
        both.tell(Observe(ticket_id=ticket.id, **fields))
    assert [clock.target for clock in both.held.held.tickets[ticket.id].clocks] == ["fast", "first_response"]


def test_a_report_that_changes_nothing_is_answered_with_the_ticket_as_it_is():
    both = Both(**TARGETS)
    ticket = both.tell(adopt()).ticket
    outcome = both.tell(Advance(ticket_id=ticket.id))
    assert (outcome.ticket, outcome.events) == (ticket, ())
