"""The bot's turn."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from supportflow.model.base import FreeLine, Id, KeptName, Name
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text

__all__ = ["TakeTurn"]

MAX_AMOUNT = 10**15


class TakeTurn(TicketCommand):
    """Deal with a message of the requester, as the bot: all that follows from it is one decision.

    Nothing happens if the ticket is no longer the bot's, or the message is not the latest or was dealt with.

    Attributes:
        turn: The message, by its number in the ticket's stream.
        form: What the bot does.
        body: What it says.
        articles: The articles that this rests on.
        evidence_of: What spoke for them.
        missed: True if it does not help.
        flow: The guided flow that it is in from now on.
        step: The step that it asks.
        asks: The field that the next message gives.
        field: The field that this message gives.
        collected: What it gives.
        action: The action of the host that it asks for.
        amount: In the smallest unit of the policy's currency.
        cause: Why a person goes on, in a word; None if none does.
        reason: The same for people.
        summary: What the next agent should know.
    """

    kind: Literal["take_turn"] = "take_turn"
    turn: Annotated[int, Field(strict=True, ge=1)]
    form: Literal["answer", "ask", "guide", "act", "unknown", "hand_over"]
    body: Text | None = None
    articles: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    evidence_of: Annotated[tuple[str, ...], Field(max_length=200), FreeLine()] = ()
    missed: StrictBool = False
    flow: KeptName | None = None
    step: KeptName | None = None
    asks: KeptName | None = None
    field: KeptName | None = None
    collected: Text | None = None
    action: KeptName | None = None
    amount: Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)] | None = None
    cause: Name | None = None
    reason: Text | None = None
    summary: Text | None = None
