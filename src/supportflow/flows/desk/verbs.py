"""What all verbs do: read what a caller gives, build a command, hand it to `handle`.

Everywhere a ticket is named by its id, by a `Ticket`, or by `ref=`, the host's own id. `by=` takes an `Agent`, a
`Requester`, an `Actor`, or an agent's id. `key=` makes a command idempotent.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Generic

from pydantic import ValidationError

from supportflow.exceptions import InvalidInput
from supportflow.flows.desk.methods import Result, Shared
from supportflow.model.base import is_id
from supportflow.model.commands import CommandBase
from supportflow.model.people import Actor, Agent, Requester, actor
from supportflow.model.problems import invalid
from supportflow.model.ticket import Ticket

__all__ = [
    "By",
    "TicketName",
    "Verbs",
    "build",
    "build_requester",
    "check_not_empty",
    "check_text",
    "mapping",
    "sequence",
    "ticket_name",
]

TicketName = Ticket | str | None
By = Agent | Requester | Actor | str


def build(cls: type[CommandBase], fields: Mapping[str, Any]) -> Any:
    """Make a command, with one clear error for a wrong value.

    Raises:
        TextTooLong: If a text is over its limit.
        InvalidInput: If a value cannot be used; the message does not repeat it.
    """
    try:
        return cls(**fields)
    except ValidationError as error:
        raise invalid(error) from None


def ticket_name(ticket: TicketName, ref: str | None, field: str = "ticket") -> tuple[str | None, str | None]:
    """The id and the reference that name a ticket; one of them is None.

    Raises:
        InvalidInput: If neither a ticket nor a reference is given, or both, or what cannot be one.
    """
    if (ticket is None) == (ref is None):
        raise InvalidInput(field, "name the ticket by its id or by ref=, one of them")
    if ref is not None:
        if not is_id(ref):
            raise InvalidInput("ref" if field == "ticket" else f"{field}_ref", "is not a reference")
        return None, ref
    ticket_id = ticket.id if isinstance(ticket, Ticket) else ticket
    if not is_id(ticket_id):
        raise InvalidInput(field, "is not a ticket or a ticket's id")
    return ticket_id, None


class Verbs(Shared, Generic[Result]):
    """What a desk can be told about tickets. `Result` is an `Outcome`, or a coroutine of one."""

    @abstractmethod
    def handle(self, command: CommandBase) -> Result:
        """Carry out any command; all the other verbs end here."""

    def _on(
        self,
        cls: type[CommandBase],
        ticket: TicketName,
        ref: str | None,
        by: By,
        key: str | None,
        /,
        **fields: Any,
    ) -> Result:
        ticket_id, own_ref = ticket_name(ticket, ref)
        # None is a field's own default: what is not given is left out, so that a command's class says what it means.
        given = {name: value for name, value in fields.items() if value is not None}
        named = {"ticket_id": ticket_id, "ref": own_ref, "by": actor(by), "key": key}
        return self.handle(build(cls, {**named, **given}))


def build_requester(requester_id: str, field: str = "requester") -> Requester:
    """A requester known by id alone.

    Raises:
        InvalidInput: If the id cannot be used.
    """
    try:
        return Requester(requester_id)
    except InvalidInput as error:
        raise InvalidInput(field, error.reason) from None


def check_text(field: str, text: object) -> None:
    """A text, or one clear error.

    Raises:
        InvalidInput: If it is none.
    """
    if not isinstance(text, str):
        raise InvalidInput(field, "is not a text")


def check_not_empty(field: str, text: str) -> None:
    """A text with something in it.

    Raises:
        InvalidInput: If it is none.
    """
    check_text(field, text)
    if not text.strip():
        raise InvalidInput(field, "is empty")


def sequence(field: str, items: object) -> tuple[Any, ...]:
    """A series as a tuple; a text or a mapping is none.

    Raises:
        InvalidInput: If it is none.
    """
    if not isinstance(items, Iterable) or isinstance(items, str | bytes | Mapping):
        raise InvalidInput(field, "is not a series")
    return tuple(items)


def mapping(field: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """A mapping of names as a dictionary; an empty one for None.

    Raises:
        InvalidInput: If it is none.
    """
    if given is not None and not isinstance(given, Mapping):
        raise InvalidInput(field, "is not a mapping of names to values")
    return dict(given or {})
