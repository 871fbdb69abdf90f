"""What all values share: frozen, cheap to import, silent about what they were given."""

import re
from collections.abc import Sequence
from enum import StrEnum
from types import GenericAlias
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema

__all__ = [
    "MAX_BODY",
    "MAX_ID",
    "MAX_SUBJECT",
    "Body",
    "Document",
    "Id",
    "Key",
    "Name",
    "Scalar",
    "Series",
    "StatusCategory",
    "Subject",
    "TicketType",
    "Value",
    "is_id",
    "without_nul",
]

MAX_ID = 200
"""Longest id, in characters."""

MAX_SUBJECT = 1_000
"""Longest subject, in characters."""
MAX_BODY = 200_000
"""Longest message body, in characters."""


class Value(BaseModel):
    """A frozen value. Fields that a newer version wrote are ignored, so that old code reads new rows.

    `hide_input_in_errors`: a validation message must never repeat what a customer typed.
    """

    model_config = ConfigDict(
        frozen=True,
        defer_build=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=False,
        ser_json_timedelta="iso8601",
    )


class Document(BaseModel):
    """A frozen value that people write by hand: a misspelt field is an error, not ignored."""

    model_config = ConfigDict(
        frozen=True,
        defer_build=True,
        extra="forbid",
        validate_default=False,
        ser_json_timedelta="iso8601",
        populate_by_name=True,
    )


T = TypeVar("T")


class _KeptAsTuple:
    """Has a sequence validated, kept, written and described as a tuple of what it holds."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(GenericAlias(tuple, (*get_args(source), ...)))


Series = Annotated[Sequence[T], _KeptAsTuple()]
"""Several of a kind, in order. A list is taken, and type checkers know it; what is kept is a tuple, which nobody changes."""

# Ids and names come from outside and end up in logs, headers and keys: no control characters, no line separators.
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"

Id = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=MAX_ID, pattern=_PRINTABLE)]
"""An opaque identifier. It is kept in events for ever, so it must not be an address or a person's name."""
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100, pattern=_PRINTABLE)]
"""A name from a policy or a host's configuration: a channel, a group, a status, a class."""
Key = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=500, pattern=_PRINTABLE)]
"""An idempotency key."""


def without_nul(text: str) -> str:
    """The text, if it has no NUL character: databases cannot keep one."""
    if "\0" in text:
        raise ValueError("contains a NUL character")
    return text


Subject = Annotated[str, StringConstraints(strict=True, max_length=MAX_SUBJECT), AfterValidator(without_nul)]
Body = Annotated[str, StringConstraints(strict=True, max_length=MAX_BODY), AfterValidator(without_nul)]
Scalar = bool | int | float | str | None
"""What a declared attribute can hold, besides a set of tags."""


def is_id(value: object) -> bool:
    """True if the value is a text that `Id` takes: for questions, which build no command."""
    return (
        isinstance(value, str)
        and len(value) <= MAX_ID
        and re.fullmatch(_PRINTABLE, value) is not None
        and not any("\ud800" <= character <= "\udfff" for character in value)
    )


class StatusCategory(StrEnum):
    """What a status means to the clocks and the queue, whatever a host calls it."""

    NEW = "new"
    """Nobody has looked at it."""
    OPEN = "open"
    """Somebody is, or should be, working on it."""
    PENDING = "pending"
    """It waits for the requester."""
    ON_HOLD = "on_hold"
    """It waits for a third party or another team."""
    RESOLVED = "resolved"
    """Answered; can be reopened."""
    CLOSED = "closed"
    """Final; a later contact is a follow-up."""
    CANCELLED = "cancelled"
    """Final; it never needed an answer."""

    # An enum's own hash is a call of Python, and every event asks several tables what its status means.
    __hash__ = str.__hash__

    @property
    def is_open(self) -> bool:
        """True while the desk still owes something: new, open, pending or on hold."""
        return self in _OPEN

    @property
    def is_final(self) -> bool:
        """True for closed and cancelled."""
        return self in _FINAL


_OPEN = frozenset({StatusCategory.NEW, StatusCategory.OPEN, StatusCategory.PENDING, StatusCategory.ON_HOLD})
_FINAL = frozenset({StatusCategory.CLOSED, StatusCategory.CANCELLED})


class TicketType(StrEnum):
    """What a ticket is about, in ITIL's words."""

    INCIDENT = "incident"
    """An unplanned interruption or a loss of quality."""
    SERVICE_REQUEST = "service_request"
    """Somebody asks for something."""
    PROBLEM = "problem"
    """The cause behind incidents."""
    CHANGE = "change"
    """A change to a service."""
