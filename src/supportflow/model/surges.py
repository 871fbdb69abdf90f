"""A surge in force, as a desk knows it."""

from typing import NamedTuple

from supportflow._time import Instant
from supportflow.model.people import Actor

__all__ = ["ActiveSurge"]


class ActiveSurge(NamedTuple):
    """A surge that was declared and has not ended.

    Attributes:
        name: Its name in the policy.
        since: When it was declared.
        until: The last instant at which it is in force, if nobody ends it or declares it again.
        by: Who declared it; the system, if the arrivals did.
        reason: Why, if somebody said so.
        arrivals: The number of tickets that declared it, if they did.
    """

    name: str
    since: Instant
    until: Instant
    by: Actor
    reason: str | None = None
    arrivals: int | None = None
