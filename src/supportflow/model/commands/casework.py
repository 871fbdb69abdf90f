"""Evidence, steps, parties and verification."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from supportflow._time import Instant
from supportflow.model.base import Name
from supportflow.model.casework import Party
from supportflow.model.commands.base import EvidenceMap, TicketCommand
from supportflow.model.content import Text
from supportflow.model.durations import WRITTEN

__all__ = [
    "MAX_VALIDITY",
    "AddParty",
    "Authorise",
    "CompleteStep",
    "Provide",
    "Validity",
    "Verify",
]

MAX_VALIDITY = timedelta(days=3_660)
Validity = Annotated[timedelta, Field(gt=timedelta(0), le=MAX_VALIDITY), WRITTEN]
"""How long something counts: longer than nothing, at most ten years."""


class Provide(TicketCommand):
    """Give evidence: values and files by the names that the policy, or a party's entry in the case, has for them."""

    kind: Literal["provide"] = "provide"
    evidence: EvidenceMap


class CompleteStep(TicketCommand):
    """Record that a step of the ticket's procedure was done."""

    kind: Literal["complete_step"] = "complete_step"
    step: Name
    reason: Text | None = None


class AddParty(TicketCommand):
    """Make somebody a party of the case, or change what is expected of them.

    Attributes:
        party: Who, and in which role.
        due_at: Until when they are asked to answer.
        expects: The items of evidence that they are asked for.
    """

    kind: Literal["add_party"] = "add_party"
    party: Party
    due_at: Instant | None = None
    expects: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


class Verify(TicketCommand):
    """Record that the requester is who they say.

    Attributes:
        level: How sure, by the policy's name for it.
        valid_for: How long it counts, from now.
        method: How it was found out.
    """

    kind: Literal["verify"] = "verify"
    level: Name
    valid_for: Validity
    method: Name


class Authorise(TicketCommand):
    """Let an action be done that needs a verified requester: an unlock, a release, a disclosure."""

    kind: Literal["authorise"] = "authorise"
    action: Name
