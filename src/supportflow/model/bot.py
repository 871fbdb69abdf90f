"""What a ticket knows of the bot that answers it. Names, numbers and instants only; texts are beside the events."""

from supportflow._dataclass import dataclass

__all__ = ["NO_BOT", "BotState"]


@dataclass(frozen=True, slots=True)
class BotState:
    """How far the bot has come with a ticket.

    A turn is named by the number, in the ticket's stream, of the requester's message that it answers.

    Attributes:
        heard: The latest message of the requester.
        heard_us: Since when an answer of the bot is waited for: that message came, or the ticket came to the bot's tier.
        answered: The latest message that the bot has dealt with, or that somebody took off its hands.
        turns: Turns that it took since the ticket came to it.
        missed: Turns in a row that did not help.
        articles: The articles that it answered with last.
        flow: The guided flow that it is in.
        step: The step that it has asked.
        asks: The field that the requester's next message gives, asked outside of a flow.
        walked: The guided flows that it has begun. None is begun twice.
        collected: The fields that the requester has given.
    """

    heard: int = 0
    heard_us: int = 0
    answered: int = 0
    turns: int = 0
    missed: int = 0
    articles: tuple[str, ...] = ()
    flow: str | None = None
    step: str | None = None
    asks: str | None = None
    walked: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()


NO_BOT = BotState()
"""Of a ticket on which the requester has not written."""
