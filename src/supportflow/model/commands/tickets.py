"""Opening a ticket, and letting time pass on it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from supportflow._time import Instant
from supportflow.model.base import Body, Id, Name
from supportflow.model.commands.base import By, CommandBase, Described, EvidenceMap, TicketCommand
from supportflow.model.content import Attachments, ContentRef, Text
from supportflow.model.people import SYSTEM

__all__ = ["Advance", "OpenTicket"]


class OpenTicket(Described, CommandBase):
    """Open a ticket.

    Attributes:
        by: Who opens it: usually the requester; an agent opening for a requester is named here.
        ref: The host's own id, unique in the tenant.
        personal: Personal attributes of the requester, kept as content.
        evidence: Items of evidence that came with it, by the policy's names.
        opened_at: When it came in, if that was before now.
        private: Opened by an agent for internal work: no response is owed.
        follow_up_of: Id of a closed ticket that this one follows.
        event: The event of the host's own that it is opened for, by the policy's name: the requester is told at once.
    """

    kind: Literal["open"] = "open"
    ref: Id | None = None
    personal: Annotated[ContentRef | Mapping[Name, Body] | None, Field(union_mode="left_to_right")] = None
    body: Text = ""
    attachments: Attachments = ()
    evidence: EvidenceMap = Field(default_factory=dict)
    opened_at: Instant | None = None
    private: StrictBool = False
    follow_up_of: Id | None = None
    event: Name | None = None


class Advance(TicketCommand):
    """Let what is due on a ticket happen: warnings, breaches, steps of ladders, automatic closing."""

    kind: Literal["advance"] = "advance"
    by: By = SYSTEM
