"""What the bot did."""

from typing import Literal

from supportflow.model.base import Id, KeptName
from supportflow.model.content import ContentRef
from supportflow.model.events.base import TicketEvent

__all__ = ["BotAnswered", "GuideAdvanced"]


class BotAnswered(TicketEvent):
    """The bot dealt with a message of the requester. What it said, if anything, is the reply before it.

    Attributes:
        turn: The message, by its number in the ticket's stream. No message is dealt with twice.
        form: What it did.
        articles: The articles that the answer rests on.
        evidence: What spoke for them, in the knowledge source's words.
        missed: True if it did not help: nothing was known, the question came again, the answer did not fit the step.
        flow: The guided flow that it is in now.
        step: The step that it has asked.
        asks: The field that the next message gives.
    """

    kind: Literal["bot_answered"] = "bot_answered"
    turn: int
    form: Literal["answer", "ask", "guide", "act", "unknown", "hand_over"]
    articles: tuple[Id, ...] = ()
    evidence: tuple[str, ...] = ()
    missed: bool = False
    flow: KeptName | None = None
    step: KeptName | None = None
    asks: KeptName | None = None


class GuideAdvanced(TicketEvent):
    """The requester gave what the bot had asked for.

    Attributes:
        flow: The guided flow; None if it was asked outside of one.
        step: The step that it answers.
        field: What was given.
        value: Reference to it.
    """

    kind: Literal["guide_advanced"] = "guide_advanced"
    flow: KeptName | None = None
    step: KeptName | None = None
    field: KeptName
    value: ContentRef | None = None
