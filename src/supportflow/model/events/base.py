"""What every event says, and the streams that events belong to."""

from typing import TYPE_CHECKING, ClassVar

from supportflow._time import Instant
from supportflow.model.base import Id, Value
from supportflow.model.people import Actor

__all__ = [
    "AgentEvent",
    "DeskEvent",
    "EventBase",
    "RequesterEvent",
    "TicketEvent",
    "with_late_before",
]


class EventBase(Value):
    """What every event says.

    Attributes:
        kind: Which event it is, such as `"sla_breached"`.
        recorded_at: The instant at which it stands in its stream; it never goes back within a stream.
        observed_at: The caller's own time, where it differs.
        by: Who caused it.
    """

    VERSION: ClassVar[int] = 1
    MIN_READER: ClassVar[int] = 1
    IS_FACT: ClassVar[bool] = True
    """False for what follows from facts and a policy, or is about that: whoever tells facts again leaves it out."""
    SPEAKS: ClassVar[bool] = False
    """True if a person, or the host, says something of the case with it."""

    if TYPE_CHECKING:
        # Each kind of event declares its own, as the discriminator of the union.
        kind: str

    recorded_at: Instant
    observed_at: Instant | None = None
    by: Actor


class TicketEvent(EventBase):
    """An event in a ticket's stream.

    Attributes:
        ticket_id: The ticket.
        ref: The host's own id of the ticket; None if it has none.
        late: True if it is of the past: it happened before the desk knew the ticket, or is a milestone or a step that lay in
            the past when its clock or ladder came. It is recorded, and calls nobody who did not ask for the past.
    """

    ticket_id: Id
    ref: Id | None = None
    late: bool = False

    @property
    def stream(self) -> str:
        """The stream that the event belongs to."""
        return f"ticket:{self.ticket_id}"


def with_late_before(fields: dict[str, object], *after: str) -> dict[str, object]:
    """The fields of an event that said `late` before all events did, in the order in which it always wrote them."""
    for name in ("late", *after):
        if name in fields:
            fields[name] = fields.pop(name)
    return fields


class DeskEvent(EventBase):
    """An event in the desk's own stream: one per tenant."""

    @property
    def stream(self) -> str:
        """The stream that the event belongs to."""
        return "desk"


class RequesterEvent(EventBase):
    """An event in a requester's stream: what is known of a person across tickets. Ids only."""

    requester: Id

    @property
    def stream(self) -> str:
        """The stream that the event belongs to."""
        return f"requester:{self.requester}"


class AgentEvent(EventBase):
    """An event in an agent's stream: presence, shifts, and the work that they hold. Ids only."""

    agent_id: Id

    @property
    def stream(self) -> str:
        """The stream that the event belongs to."""
        return f"agent:{self.agent_id}"
