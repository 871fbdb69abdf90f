"""What somebody who waits can be told of how long that takes."""

from datetime import timedelta
from typing import Literal

from supportflow.model.base import Value

__all__ = ["ExpectedWait"]


class ExpectedWait(Value):
    """How long who waits will wait from now on, as far as that is known.

    Attributes:
        position: Their place, from 1.
        agents: How many agents are at work who could take the ticket.
        soonest: The wait is not shorter; None if it is not known.
        latest: Nor longer; None if it is not known.
        share: So often these two are right.
        error: By how much what is expected was wrong in the mean, on the waits that it was measured on.
        measured: How many these are.
        unknown: Why it is not known: there are `no_agents`, or `too_few` tickets were taken of late while others waited.
    """

    position: int
    agents: int
    soonest: timedelta | None = None
    latest: timedelta | None = None
    share: float | None = None
    error: timedelta | None = None
    measured: int = 0
    unknown: Literal["no_agents", "too_few"] | None = None
