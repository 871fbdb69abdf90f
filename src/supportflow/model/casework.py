"""What a ticket knows of its handling as a case: evidence, steps, parties, verification, consent. Names and instants."""

from typing import TypedDict, Unpack

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us
from supportflow.model.base import HostValue, Id, Name
from supportflow.model.people import ActorKind

__all__ = ["NO_CASEWORK", "Casework", "Consent", "Party", "PartyState", "Verification"]


class PartyFields(TypedDict, total=False):
    """What a `Party` can be given besides role and id."""

    channel: str | None


class Party(HostValue):
    """Somebody besides the requester whom a case concerns: the counterparty of a dispute, a guardian, a lawyer.

    Attributes:
        role: What they are in the case, such as `"counterparty"`.
        id: The host's opaque id of the person.
        channel: The channel by which replies reach them; the ticket's, if not given.
    """

    role: Name
    id: Id
    channel: Name | None = None

    def __init__(self, role: str, id: str, **fields: Unpack[PartyFields]) -> None:  # noqa: A002 - the field's own name
        super().__init__(role=role, id=id, **fields)

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PartyState:
    """A party as the ticket knows it.

    Attributes:
        role: What they are in the case.
        id: Opaque id of the person.
        channel: The channel by which replies reach them, if it is not the ticket's.
        due_us: Until when they are asked to answer.
        expects: The items of evidence that they are asked for.
        given: Those that came.
        heard: True once they wrote.
        overdue: True once the deadline passed without their answer.
    """

    role: str
    id: str
    channel: str | None = None
    due_us: int | None = None
    expects: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    heard: bool = False
    overdue: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The items of evidence that have not come."""
        return tuple(item for item in self.expects if item not in self.given)

    @property
    def answered(self) -> bool:
        """True once nothing is expected any more: all items came, or, if none are expected, they wrote."""
        return not self.missing if self.expects else self.heard

    @property
    def due_at(self) -> Instant | None:
        """Until when they are asked to answer."""
        return None if self.due_us is None else from_us(self.due_us)


@dataclass(frozen=True, slots=True)
class Verification:
    """That the requester is who they say: a recorded fact, good for every team until it ends.

    Attributes:
        level: How sure, by the policy's name for it.
        method: How it was found out, such as `"id_document"`.
        until_us: From this instant on it no longer counts.
    """

    level: str
    method: str
    until_us: int

    @property
    def valid_until(self) -> Instant:
        """From this instant on it no longer counts."""
        return from_us(self.until_us)


@dataclass(frozen=True, slots=True)
class Consent:
    """That somebody's sealed texts may be opened for a purpose.

    Attributes:
        person: Opaque id of whose consent it is.
        purpose: What for.
        until_us: From this instant on it no longer counts.
        by_kind: What whoever recorded it is.
        by: Their id.
    """

    person: str
    purpose: str
    until_us: int
    by_kind: ActorKind
    by: str

    @property
    def valid_until(self) -> Instant:
        """From this instant on it no longer counts."""
        return from_us(self.until_us)


@dataclass(frozen=True, slots=True)
class Casework:
    """Evidence, steps, parties, verification and consents of one ticket.

    Attributes:
        asked: The items of evidence that the requester was asked for. None is asked for twice.
        provided: The items of evidence that came.
        waiting: True while the ticket is pending because evidence is missing.
        steps: The completed steps of its procedure, in the order of their completion.
        authors: Who did each of them: kind and id.
        parties: Who takes part besides the requester.
        verifications: The latest verification of each level.
        consents: The latest consent of each person for each purpose; one that was withdrawn is gone.
    """

    asked: tuple[str, ...] = ()
    provided: tuple[str, ...] = ()
    waiting: bool = False
    steps: tuple[str, ...] = ()
    authors: tuple[tuple[ActorKind, str], ...] = ()
    parties: tuple[PartyState, ...] = ()
    verifications: tuple[Verification, ...] = ()
    consents: tuple[Consent, ...] = ()

    def party(self, party_id: str) -> PartyState | None:
        """The party with that id, or None."""
        for party in self.parties:
            if party.id == party_id:
                return party
        return None


NO_CASEWORK = Casework()
"""Of a ticket that nothing of this was recorded on."""
