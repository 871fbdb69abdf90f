"""What a decision needs besides the ticket: loaded by the flow, so that `decide` stays pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from supportflow.model.casework import Verification
from supportflow.model.events import EventBase, TicketAdopted, TicketOpened
from supportflow.model.routing import AgentState
from supportflow.model.signals import Signals
from supportflow.model.ticket import Ticket
from supportflow.triage.rated import Said

__all__ = ["CaseFacts", "Facts", "PersonFacts", "TextFacts"]


class CaseFacts(NamedTuple):
    """Facts about the people and the texts of a case.

    Attributes:
        asks_for: The kind of secret that a reply asks its reader for.
        discloses: Kinds of personal data that a reply would say in public.
        flags: What looks wrong about a text, if it is not the requester's.
        same_person: Ids that are known to be the requester's, too.
        people_known: True if these were looked up; else nothing is known of them.
        also_by: Ids that are known to be those of whoever acts, too, where two people must.
        candidates: Tickets that a new contact may be about.
        said: The rating that a reply to the request for one is, or begins with.
        by_link: True if a rating comes by the link that was sent for this ticket.
    """

    asks_for: str | None = None
    discloses: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    same_person: frozenset[str] = frozenset()
    people_known: bool = False
    also_by: frozenset[str] = frozenset()
    candidates: tuple[Ticket, ...] = ()
    said: Said | None = None
    by_link: bool = False


_NO_CASE = CaseFacts()
_NONE: Mapping[str, Any] = {}


class PersonFacts(NamedTuple):
    """What a person's own streams say.

    Attributes:
        asked_us: When they were last asked for a rating, about whichever ticket; None if they never were.
        verified: How they were found to be who they say, on whichever ticket: the latest of each level.
        streams: Each of their ids → the version of its stream.
    """

    asked_us: int | None
    verified: tuple[Verification, ...]
    streams: Mapping[str, int]


class TextFacts(NamedTuple):
    """What is known of one text that came in.

    Attributes:
        signals: What the classifier read out of it; None if there was nothing to read.
        redacted: Kinds of secrets and personal data that were removed from it, sorted.
        flags: What looks wrong about it, if it is not the requester's.
    """

    signals: Signals | None = None
    redacted: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Facts(NamedTuple):
    """Facts for one decision.

    Attributes:
        tenant: The tenant that it happens in.
        ticket_id: A fresh id, for the ticket that the command may open.
        task_id: Another one, for the task that a bad rating may open beside it; empty if no more than one can be opened.
        signals: What the classifier read out of the text; None if there was nothing to read.
        redacted: Kinds of secrets and personal data that were removed from the texts, sorted.
        other: The other ticket that the command touches.
        history: The ticket's events, where the decision looks back: words about verdicts, targets that apply again.
        pasts: Events of tickets by id, besides `history`.
        case: What is known about people and texts.
        agents: The agents whom the decision concerns, by id: who has the ticket, is offered it, is named or acts.
        person: What is known of the requester across tickets; None if that was not looked up.
        past: What is known of the texts of an adopted past, for each of its facts; empty if none of them has a text.
        before: The events of the tickets that it follows or was split from, the nearest first, for views of what is sealed.
    """

    tenant: str = "default"
    ticket_id: str = ""
    task_id: str = ""
    signals: Signals | None = None
    redacted: tuple[str, ...] = ()
    other: Ticket | None = None
    history: tuple[EventBase, ...] = ()
    pasts: Mapping[str, tuple[EventBase, ...]] = _NONE
    case: CaseFacts = _NO_CASE
    agents: Mapping[str, AgentState] = _NONE
    person: PersonFacts | None = None
    past: tuple[TextFacts, ...] = ()
    before: tuple[tuple[EventBase, ...], ...] = ()

    def stream_of(self, ticket: Ticket) -> tuple[EventBase, ...] | None:
        """The events of a ticket, as far as it is folded from them; None if they are not among the facts."""
        events = self.pasts.get(ticket.id, self.history)
        first = events[0] if events else None
        begins = isinstance(first, TicketOpened | TicketAdopted) and first.ticket_id == ticket.id
        if not begins or len(events) < ticket.version:
            return None
        return events[: ticket.version]

    @property
    def text(self) -> TextFacts:
        """What is known of the command's own text."""
        return TextFacts(self.signals, self.redacted, self.case.flags)
