"""Finding an agent for a ticket: offers and their answers, giving back, handing over."""

from typing import Literal

from supportflow.model.base import Id, Name
from supportflow.model.commands.base import By, TicketCommand
from supportflow.model.content import Text
from supportflow.model.people import SYSTEM

__all__ = ["Accept", "Decline", "HandOver", "Offer", "Recheck", "Release", "Withdraw"]


class Offer(TicketCommand):
    """Hold a ticket that waits out to an agent.

    Attributes:
        agent: The agent's id.
    """

    kind: Literal["offer"] = "offer"
    agent: Id
    by: By = SYSTEM


class Accept(TicketCommand):
    """Take the ticket that one is offered."""

    kind: Literal["accept"] = "accept"


class Decline(TicketCommand):
    """Do not take the ticket that one is offered; it is remembered."""

    kind: Literal["decline"] = "decline"
    reason: Text | None = None


class Withdraw(TicketCommand):
    """Take an offer back."""

    kind: Literal["withdraw"] = "withdraw"
    by: By = SYSTEM


class Recheck(TicketCommand):
    """See whether who has the ticket, or is offered it, may have it still."""

    kind: Literal["recheck"] = "recheck"
    by: By = SYSTEM


class Release(TicketCommand):
    """Give a ticket back to the queue."""

    kind: Literal["release"] = "release"
    reason: Text | None = None


class HandOver(TicketCommand):
    """Hand a ticket over to another tier: from the bot to an expert, from an expert to compliance, or back.

    Attributes:
        tier: The tier.
        group: The support group there, if it must be one.
        reason: Why, for people.
        summary: What the next agent should know; nobody has to tell the story twice.
    """

    kind: Literal["hand_over"] = "hand_over"
    tier: Name
    group: Name | None = None
    reason: Text | None = None
    summary: Text | None = None
