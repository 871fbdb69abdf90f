"""What goes out of the desk as a whole: the papers of one case, and all that is held on a person."""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema

from supportflow._dataclass import dataclass
from supportflow.model import events
from supportflow.model.events import EventBase
from supportflow.model.ticket import Evidence, Message, Ticket

__all__ = ["CasePapers", "PersonFile"]


class _OfAnyKind:
    """Has an event written and described as one of the union, which is loaded when the first is."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(events.Event)


if TYPE_CHECKING:
    AnyEvent = events.Event
else:
    AnyEvent = Annotated[EventBase, _OfAnyKind()]


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
    events: tuple[AnyEvent, ...]
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
    recorded: tuple[AnyEvent, ...]
    cases: tuple[CasePapers, ...]

    def to_json(self) -> str:
        """The file as JSON, the same for the same person."""
        return TypeAdapter(PersonFile).dump_json(self, exclude_none=True).decode()
