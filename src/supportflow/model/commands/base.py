"""What every command says."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from supportflow.model.base import AgentId, Body, Id, Key, Name, Subject, TicketType, Value
from supportflow.model.content import Attachment, AttachmentHandle, ContentRef
from supportflow.model.people import Actor, RequesterId, opaque
from supportflow.model.records import AttributeValue
from supportflow.model.tags import Tag

__all__ = [
    "AttributeMap",
    "By",
    "CommandBase",
    "Described",
    "EvidenceItem",
    "EvidenceMap",
    "Level",
    "TicketCommand",
]

Level = Annotated[int, Field(strict=True, ge=1, le=4)]
AttributeMap = Annotated[Mapping[Name, AttributeValue], Field(max_length=200)]
EvidenceItem = Annotated[Body | ContentRef | AttachmentHandle | Attachment, Field(union_mode="left_to_right")]
EvidenceMap = Annotated[Mapping[Name, EvidenceItem], Field(max_length=50)]
"""Item → a value as typed or a file; both become references before anything is decided."""


def _opaque_outside(by: Actor) -> Actor:
    if by.kind in {"requester", "party"}:
        opaque(by.id)
    return by


By = Annotated[Actor, AfterValidator(_opaque_outside)]
"""Who asks for a command. People outside are named by an opaque id, for it stays in events for ever."""


class CommandBase(Value):
    """What every command says.

    Attributes:
        by: Who asks for it.
        key: Idempotency key: the same key twice is one command. A message id is a good one.
    """

    if TYPE_CHECKING:
        # Each command declares its own, as the discriminator of the union.
        kind: str

    by: By
    key: Key | None = None


class TicketCommand(CommandBase):
    """A command on one ticket, named by supportflow's id or by the host's reference."""

    ticket_id: Id | None = None
    ref: Id | None = None


class Described(Value):
    """What opening and adopting a ticket both say of it.

    Attributes:
        requester: Opaque id of the person who asks.
        subject: One line; kept as content.
        language: A BCP 47 tag.
        tz: The requester's zone, an IANA name.
        category: The topic, by the policy's name for it.
        level: Priority level, 1 (highest) to 4.
        attributes: Attributes that the policy declares.
    """

    requester: RequesterId
    channel: Name = "web"
    type: TicketType = TicketType.INCIDENT
    subject: Subject | ContentRef = ""
    language: Tag | None = None
    tz: Name | None = None
    category: Name | None = None
    group: Name | None = None
    assignee: AgentId | None = None
    priority_class: Name | None = None
    level: Level | None = None
    attributes: AttributeMap = Field(default_factory=dict)
