"""What every decision ends with: what follows from the ticket as it stands now."""

from supportflow.kernel.acting import request_due
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.settling import settle
from supportflow.model.ticket import Ticket

__all__ = ["conclude"]


def conclude(draft: Draft, facts: Facts, before: Ticket | None) -> None:
    """Ask the host for what the policy asks for by itself, and bring routing in line.

    Args:
        draft: The decision on the ticket.
        facts: With the agents whom it concerns.
        before: The ticket before the decision; None if it began with it.
    """
    request_due(draft, facts)
    settle(draft, facts, before)
