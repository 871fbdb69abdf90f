"""What the policy tells a requester in its own words: an event of the host's, what came in, how it goes with a part."""

from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName, StatusCategory
from supportflow.model.events.base import TicketEvent

__all__ = ["Occasion", "PartChanged", "RequesterInformed"]

Occasion = Literal["foreseen", "received", "state", "part"]
"""What is told: an event, before anybody asks; that a request came in; where it stands; where a part of it does."""


class RequesterInformed(TicketEvent):
    """The requester was told something in words of the policy's. It answers nobody: no response clock stops.

    The text is what the named policy makes of the occasion, the names and the language: nothing personal is in it.

    Attributes:
        occasion: What they are told of.
        about: Which of several: the host's event, by the policy's name; the status category of the ticket, or of its part.
        language: The language that it is said in.
        channel: The channel that it leaves by.
        policy: Fingerprint of the policy that words it.
        promised_at: When they hear again at the latest, if that is said.
        tz: The zone on whose clock that is said.
        part: Id of the part, if it is about one.
    """

    kind: Literal["requester_informed"] = "requester_informed"
    occasion: Occasion
    about: KeptName
    language: KeptName
    channel: KeptName
    policy: str
    promised_at: Instant | None = None
    tz: KeptName | None = None
    part: Id | None = None


class PartChanged(TicketEvent):
    """A part that was split off has gone to another status: who looks at the whole sees where its parts stand.

    Attributes:
        part: Id of the part.
        status: The host's name of its status.
        category: What that means.
        seq: The event of the part's own stream that says so.
    """

    kind: Literal["part_changed"] = "part_changed"
    part: Id
    status: KeptName
    category: StatusCategory
    seq: int
