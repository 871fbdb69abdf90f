"""What crosses the port of similar tickets, and what a desk answers of them."""

from supportflow._dataclass import dataclass
from supportflow.model.ticket import Ticket

__all__ = ["IndexedText", "SimilarText", "SimilarTicket"]


@dataclass(frozen=True, slots=True)
class IndexedText:
    """A text that goes into an index of tickets.

    Attributes:
        id: Of the content row that keeps it. A text that the index has already is put in its place.
        ticket_id: The ticket that it was written on.
        subject: Whose text it is, by requester id: erasure goes by this.
        text: The words, without secrets.
    """

    id: str
    ticket_id: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class SimilarText:
    """A text that an index found.

    Attributes:
        id: Of the content row that keeps it.
        ticket_id: The ticket that it was written on.
        share: How much of what was asked it has, from above 0 to 1: rare words weigh more.
        words: What both have, the rarest first; parts of words where a language writes none apart.
    """

    id: str
    ticket_id: str
    share: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimilarTicket:
    """An earlier ticket about what a ticket is about, as `desk.similar()` reads it.

    Attributes:
        ticket: The earlier ticket, as it stands.
        share: How much of the words of the newer one it has, from above 0 to 1.
        words: What both have, the rarest first.
        same_requester: True if the same person wrote both, by any of their ids: it may be a duplicate.
        answer: The desk's last words to the requester there, if it was resolved. None if there are none, if they were
            erased, or if they say something that is personal.
    """

    ticket: Ticket
    share: float
    words: tuple[str, ...]
    same_requester: bool
    answer: str | None
