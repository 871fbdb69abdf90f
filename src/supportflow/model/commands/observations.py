"""Facts that a host reports: they are taken in, never refused."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool

from supportflow._time import Instant
from supportflow.model.base import Id, Name, Value
from supportflow.model.commands.base import (
    AttributeMap,
    By,
    CommandBase,
    Described,
    EvidenceMap,
    Level,
    TicketCommand,
)
from supportflow.model.content import Attachments, Text
from supportflow.model.people import HOST, NOBODY, Actor, RequesterId

__all__ = ["Adopt", "Fact", "Observe", "Observed"]


class Observed(Value):
    """What can be observed of a ticket at one instant.

    Words (`body`, `attachments`, `evidence`) are the requester's if `requester_wrote`, the answer if `replied`, else
    those of `by`, if that is a requester or a party.

    Attributes:
        status: The status, by the name that the policy's lifecycle gives it.
        agent: The assignee; `""` for nobody.
        group: The support group; `""` for none.
        replied: True if an agent answered the requester in public.
        requester_wrote: True if the requester wrote.
        body: What was written.
        channel: Where it came in, or by which it left, if not by the ticket's channel.
        attachments: Handles of the files that came with it, or went.
        evidence: Items of evidence that came with it, by the policy's names.
        automatic: `"auto_reply"` or `"bounce"` if a machine wrote what came in.
        by: Who did it.
    """

    ADDED: ClassVar[frozenset[str]] = frozenset({"body", "channel", "attachments", "evidence", "automatic"})
    """Fields that came after the first idempotency keys were kept: while they say nothing, a request is the same without."""

    status: Name | None = None
    agent: Id | Literal[""] | None = None
    group: Name | Literal[""] | None = None
    priority_class: Name | None = None
    level: Level | None = None
    attributes: AttributeMap = Field(default_factory=dict)
    replied: StrictBool = False
    requester_wrote: StrictBool = False
    body: Text = ""
    channel: Name | None = None
    attachments: Attachments = ()
    evidence: EvidenceMap = Field(default_factory=dict)
    automatic: Literal["auto_reply", "bounce"] | None = None
    by: By = HOST

    @property
    def has_words(self) -> bool:
        """True if it carries what somebody wrote."""
        return bool(self.body or self.attachments or self.evidence)

    @property
    def is_inbound(self) -> bool:
        """True if somebody outside wrote: the requester, or whoever `by` names."""
        outside = self.by.kind in {"requester", "party"}
        return self.requester_wrote or (self.has_words and outside and not self.replied)

    def writer(self, requester: str) -> Actor:
        """Who wrote what came in.

        Args:
            requester: The ticket's requester.
        """
        return Actor(kind="requester", id=requester) if self.requester_wrote else self.by


class Observe(Observed, TicketCommand):
    """Report what happened in a host that is itself the authority. Never refused.

    Attributes:
        at: When it happened; not later than now. Now, if not given.
    """

    kind: Literal["observe"] = "observe"
    by: By = HOST
    at: Instant | None = None


class Fact(Observed):
    """One fact of an adopted ticket's past."""

    at: Instant


class Adopt(Described, CommandBase):
    """Take in a ticket that existed before supportflow came.

    Attributes:
        opened_at: When it was opened.
        status: Its status when opened if there is a history, otherwise its status now.
        history: What happened since, in any order; it is sorted by `at`.
    """

    kind: Literal["adopt"] = "adopt"
    by: By = HOST
    ref: Id
    opened_at: Instant
    status: Name
    requester: RequesterId = NOBODY
    history: Annotated[tuple[Fact, ...], Field(max_length=10_000)] = ()
