"""Ratings: that a requester is asked, once, and what they answer. No agent can write one."""

from collections.abc import Mapping
from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.content import ContentRef
from supportflow.model.events.base import RequesterEvent, TicketEvent

__all__ = ["RatingAsked", "RatingGiven", "RatingLeftOut", "RatingRequested"]


class RatingRequested(TicketEvent):
    """The requester is asked what they think of how their ticket was dealt with.

    Attributes:
        channel: How the request leaves.
        language: Of the request.
        until: From this instant on an answer is late.
        agent: Whose work it is about; None if nobody had the ticket.
        weight: How much the answer counts beside others.
        questions: What is asked besides the stars.
        by_reply: True if a reply with nothing but a number answers it.
        policy: Fingerprint of the policy that says so.
    """

    kind: Literal["rating_requested"] = "rating_requested"
    channel: KeptName
    language: KeptName
    until: Instant
    agent: Id | None = None
    weight: float = 1.0
    questions: tuple[KeptName, ...] = ()
    by_reply: bool = True
    policy: str


class RatingGiven(TicketEvent):
    """The requester said what they think.

    Attributes:
        stars: One to five.
        answers: Question → one to five.
        comment: Their words; content.
        way: How it came: by the `link`, by a `reply`, or `told` by the host.
        agent: Whose work it is about.
        weight: How much it counts beside others.
        redacted: Kinds of secrets that were removed from the comment.
    """

    kind: Literal["rating_given"] = "rating_given"
    stars: int
    answers: Mapping[KeptName, int] = {}
    comment: ContentRef | None = None
    way: Literal["link", "reply", "told"]
    agent: Id | None = None
    weight: float = 1.0
    redacted: tuple[str, ...] = ()


class RatingLeftOut(TicketEvent):
    """A reply was nothing but a rating, and does not count: it came too late, or after another one.

    Attributes:
        stars: What it says.
        cause: Why it does not count.
        comment: The reply; content.
    """

    kind: Literal["rating_left_out"] = "rating_left_out"
    stars: int
    cause: Literal["late", "double"]
    comment: ContentRef | None = None


class RatingAsked(RequesterEvent):
    """A person was asked for a rating. It stands in their own stream, so that no two tickets ask at once.

    Attributes:
        ticket_id: About which ticket.
    """

    kind: Literal["rating_asked"] = "rating_asked"
    ticket_id: Id
