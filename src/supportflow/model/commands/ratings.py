"""What a requester thinks of how their ticket was dealt with."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from supportflow.model.base import Name
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text

__all__ = ["Rate", "Stars"]

LinkToken = Annotated[
    str, StringConstraints(strict=True, max_length=2_000, pattern=r"^[a-z0-9]+(\.[A-Za-z0-9_-]+){3}$")
]
Stars = Annotated[int, Field(strict=True, ge=1, le=5)]


class Rate(TicketCommand):
    """Say what the requester thinks, once they were asked.

    Attributes:
        stars: One to five.
        answers: Question of the policy → one to five.
        comment: Their words.
        token: Of the link by which they were asked: whoever has it answers for them.
    """

    kind: Literal["rate"] = "rate"
    stars: Stars
    answers: Annotated[Mapping[Name, Stars], Field(max_length=20)] = {}
    comment: Text | None = None
    token: LinkToken | None = None
