"""Consent, and views of what is sealed."""

from typing import Annotated, Literal

from pydantic import Field

from supportflow.model.base import Id, Name
from supportflow.model.commands.base import TicketCommand
from supportflow.model.commands.casework import Validity

__all__ = ["GiveConsent", "ViewContent", "WithdrawConsent"]

Purposes = Annotated[tuple[Name, ...], Field(max_length=50)]


class GiveConsent(TicketCommand):
    """Record that somebody consents that their sealed texts are opened.

    Attributes:
        purposes: What for.
        valid_for: How long it counts, from now.
        method: How it was given.
        person: Whose consent it is; the requester's, if not given.
    """

    kind: Literal["give_consent"] = "give_consent"
    purposes: Purposes
    valid_for: Validity
    method: Name
    person: Id | None = None


class WithdrawConsent(TicketCommand):
    """Record that somebody takes their consent back.

    Attributes:
        purposes: What it no longer counts for; everything, if none is given.
        person: Whose consent it was; the requester's, if not given.
    """

    kind: Literal["withdraw_consent"] = "withdraw_consent"
    purposes: Purposes = ()
    person: Id | None = None


class ViewContent(TicketCommand):
    """Record that sealed texts are opened.

    Attributes:
        purpose: What for.
        kinds: Kinds of content to open; all, if none is given.
        items: Items of evidence to open; all texts, if none is given.
    """

    kind: Literal["view_content"] = "view_content"
    purpose: Name
    kinds: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    items: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
