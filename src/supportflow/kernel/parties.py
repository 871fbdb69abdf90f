"""Parties of a case besides the requester."""

from supportflow._time import to_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.commands import AddParty
from supportflow.model.events import PartyAdded
from supportflow.policy import PolicyBook

__all__ = ["MOST", "add_party"]

MOST = 50
"""How many parties one case can have."""


def add_party(draft: Draft, command: AddParty, facts: Facts, book: PolicyBook) -> None:
    """Make somebody a party, or ask one anew."""
    del book
    ticket, party = draft.ticket, command.party
    if command.by.kind in {"requester", "party"}:
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} cannot say who takes part")
    if ticket.status_category.is_final:
        raise Refused(ticket.id, command.kind, f"the ticket is {ticket.status_category.value}")
    if party.id == ticket.requester or party.id in facts.case.same_person:
        raise InvalidInput("party", "is the requester")
    if ticket.case.party(party.id) is None and len(ticket.case.parties) >= MOST:
        raise Refused(ticket.id, command.kind, f"the case has {MOST} parties")
    if command.due_at is not None and to_us(command.due_at) <= draft.at_us:
        raise InvalidInput("due_at", "is not in the future")
    draft.emit(
        PartyAdded(
            **draft.head(),
            role=party.role,
            party=party.id,
            channel=party.channel,
            due_at=command.due_at,
            expects=tuple(dict.fromkeys(command.expects)),
        )
    )
