"""What a ticket knows of the one time that its requester is asked what they think of it. Numbers, names and instants."""

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us

__all__ = ["MOST_STARS", "NO_RATING", "RatingState"]

MOST_STARS = 5


@dataclass(frozen=True, slots=True)
class RatingState:
    """Whether somebody was asked, and what they said.

    Attributes:
        asked_us: When they were asked; None if nobody was.
        until_us: From this instant on an answer is late.
        agent: Whose work it is about; None if nobody had the ticket.
        weight: How much it counts beside others: how difficult the ticket was, by the policy.
        questions: What was asked besides the stars.
        by_reply: True if a reply with nothing but a number is an answer.
        stars: One to five; None until they answer.
    """

    asked_us: int | None = None
    until_us: int = 0
    agent: str | None = None
    weight: float = 1.0
    questions: tuple[str, ...] = ()
    by_reply: bool = True
    stars: int | None = None

    @property
    def hears_replies(self) -> bool:
        """True if a reply may be an answer."""
        return self.asked_us is not None and self.by_reply

    @property
    def asked_at(self) -> Instant | None:
        """When they were asked; None if nobody was."""
        return None if self.asked_us is None else from_us(self.asked_us)


NO_RATING = RatingState()
"""Of a ticket that nobody was asked about."""
