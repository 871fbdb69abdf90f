"""Consent, and views of what is sealed."""

from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.events.base import TicketEvent

__all__ = ["ConsentGiven", "ConsentWithdrawn", "ContentViewed"]


class ConsentGiven(TicketEvent):
    """Somebody consented that their sealed texts are opened.

    Attributes:
        person: Opaque id of whose consent it is: the requester, or a party of the case.
        purposes: What for.
        method: How it was given.
        valid_until: From this instant on it no longer counts.
    """

    kind: Literal["consent_given"] = "consent_given"
    person: Id
    purposes: tuple[KeptName, ...]
    method: KeptName
    valid_until: Instant


class ConsentWithdrawn(TicketEvent):
    """A consent was taken back.

    Attributes:
        person: Opaque id of whose consent it was.
        purposes: What it no longer counts for.
    """

    kind: Literal["consent_withdrawn"] = "consent_withdrawn"
    person: Id
    purposes: tuple[KeptName, ...]


class ContentViewed(TicketEvent):
    """Somebody opened sealed texts.

    Attributes:
        purpose: What for.
        roles: The roles by which they might.
        contents: Ids of the content rows that were opened.
        people: Opaque ids of those whose consent it rested on.
    """

    kind: Literal["content_viewed"] = "content_viewed"
    purpose: KeptName
    roles: tuple[KeptName, ...]
    contents: tuple[Id, ...]
    people: tuple[Id, ...]
