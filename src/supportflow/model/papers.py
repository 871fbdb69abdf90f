"""What goes out of the desk as a whole: the papers of one case, and all that is held on a person."""

from collections.abc import Mapping
from dataclasses import field

from pydantic import TypeAdapter

from supportflow._dataclass import dataclass
from supportflow.model.events import Event
from supportflow.model.ticket import Evidence, Message, Ticket

__all__ = ["CasePapers", "PersonFile"]


@dataclass(frozen=True, slots=True)
class CasePapers:
    """The papers of a case: for an arbitrator, a court, or the person whose case it is.

    Attributes:
        ticket: The ticket as it stands.
        subject: Its subject line; None once erased.
        personal: What its requester is called and how they are reached, as JSON; None if nothing is held.
        messages: Every message but internal notes, in order.
        evidence: What was needed and what came.
        events: All that was recorded, in order; no texts stand in them.
        texts: Every text that its requester gave, by the content row's id that events name: also what a bot asked for, names
            of files, evidence that other evidence took the place of. What was erased or is sealed is missing.
    """

    ticket: Ticket
    subject: str | None
    personal: str | None
    messages: tuple[Message, ...]
    evidence: tuple[Evidence, ...]
    events: tuple[Event, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The papers as JSON, the same for the same case."""
        return TypeAdapter(CasePapers).dump_json(self, exclude_none=True).decode()


@dataclass(frozen=True, slots=True)
class PersonFile:
    """All that is held on a person as a requester, under every id that is known to be theirs.

    Attributes:
        ids: These ids, sorted.
        recorded: What stands in the person's own streams: which ids are linked, when they were asked or verified.
        cases: The papers of each case, the oldest first.
    """

    ids: tuple[str, ...]
    recorded: tuple[Event, ...]
    cases: tuple[CasePapers, ...]

    def to_json(self) -> str:
        """The file as JSON, the same for the same person."""
        return TypeAdapter(PersonFile).dump_json(self, exclude_none=True).decode()
