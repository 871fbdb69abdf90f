"""What the policy tells a requester in its own words: an event of the host's, what came in, how it goes with a part."""

from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.events.base import TicketEvent

__all__ = ["Occasion", "RequesterInformed"]

Occasion = Literal["foreseen", "received", "part"]
"""What the requester is told of: an event before they ask; that their request came in; how it goes with a part of it."""


class RequesterInformed(TicketEvent):
    """The requester was told something in words of the policy's. It answers nobody: no response clock stops.

    The text is what the named policy makes of the occasion, the names and the language: nothing personal is in it.

    Attributes:
        occasion: What they are told of.
        about: Which of several: the host's event, by the policy's name; the status category of a part.
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
