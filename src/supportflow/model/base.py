"""What all values share: frozen, cheap to import, silent about what they were given."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import CoreSchema

from supportflow._legible import first_illegible
from supportflow.exceptions import DefinitionError, PolicyError, UnknownKeyword
from supportflow.model.document_problems import validation_problems
from supportflow.model.late import LateModel
from supportflow.model.problems import invalid

__all__ = [
    "MAX_BODY",
    "MAX_ID",
    "MAX_SUBJECT",
    "STORED",
    "AgentId",
    "Body",
    "DeliveryCode",
    "Document",
    "FreeLine",
    "HostValue",
    "Id",
    "KeptName",
    "Key",
    "Known",
    "Line",
    "Name",
    "Scalar",
    "Series",
    "StatusCategory",
    "Subject",
    "TicketType",
    "Value",
    "is_id",
    "is_stored",
    "legible",
    "mended",
    "one_line",
    "without_nul",
]

MAX_ID = 200
"""Longest id, in characters."""
MAX_NAME = 100
"""Longest name, in characters."""
MAX_KEY = 500
"""Longest key, in characters."""

MAX_SUBJECT = 1_000
"""Longest subject, in characters."""
MAX_BODY = 200_000
"""Longest message body, in characters."""


class Value(LateModel):
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


class HostValue(Value):
    """A value that a host makes and passes in.

    Raises:
        UnknownKeyword: If there is no such field.
        InvalidInput: If a field cannot be used.
    """

    if not TYPE_CHECKING:

        def __init__(self, /, **fields: Any) -> None:
            cls = type(self)
            # Rows may have fields of a newer version, and are read without this; a caller who has one has misspelt it.
            for field in fields:
                if field not in cls.model_fields:
                    raise UnknownKeyword(cls.__name__, field, tuple(cls.model_fields))
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise invalid(error) from None

        __init__.__pydantic_base_init__ = True


class Document(LateModel):
    """A frozen value that people write by hand: a misspelt field is an error, not ignored.

    Raises:
        DefinitionError: If a value cannot be used: every problem with its path, and what could stand there.
    """

    FAILURE: ClassVar[type[DefinitionError]] = PolicyError
    """What is raised for a wrong one."""
    SHORTHANDS: ClassVar[tuple[str, ...]] = ()
    """Names that it takes besides its fields."""

    model_config = ConfigDict(
        frozen=True,
        defer_build=True,
        extra="forbid",
        validate_default=False,
        ser_json_timedelta="iso8601",
        populate_by_name=True,
    )

    if not TYPE_CHECKING:  # type checkers keep the signature that the fields give

        def __init__(self, /, **fields: Any) -> None:
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise self.FAILURE(validation_problems(error, fields, type(self))) from None

        # pydantic then validates documents inside others by field, so that errors there keep their full path.
        __init__.__pydantic_base_init__ = True


T = TypeVar("T")


class _KeptAsTuple:
    """Has a sequence validated, kept, written and described as a tuple of what it holds."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(GenericAlias(tuple, (*get_args(source), ...)))


Series = Annotated[Sequence[T], _KeptAsTuple()]
"""Several of a kind, in order. A list is taken, and type checkers know it; what is kept is a tuple, which nobody changes."""


class Known:
    """Says what can stand in a text, and has pydantic put that together once, not again for each of a thousand fields.

    Attributes:
        parts: What would stand in the annotation without it.
    """

    __slots__ = ("_schema", "parts")

    def __init__(self, *parts: object) -> None:
        self.parts = parts
        self._schema: CoreSchema | None = None

    def __repr__(self) -> str:
        return f"Known{self.parts!r}"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if self._schema is None:
            self._schema = handler.generate_schema(Annotated[(source, *self.parts)])
        return _copied(self._schema)


def _copied(schema: Any) -> CoreSchema:
    # pydantic writes into a schema that it is given.
    copy: CoreSchema = {**schema, "schema": _copied(schema["schema"])} if "schema" in schema else {**schema}
    return copy


# Ids and names come from outside and end up in logs, headers and keys: no control characters, no line separators.
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"

_AN_ID = StringConstraints(strict=True, min_length=1, max_length=MAX_ID, pattern=_PRINTABLE)
_A_NAME = StringConstraints(strict=True, min_length=1, max_length=MAX_NAME, pattern=_PRINTABLE)

Id = Annotated[str, Known(_AN_ID)]
"""An opaque identifier. It is kept in events for ever, so it must not be an address or a person's name."""
KeptName = Annotated[str, Known(_A_NAME)]
"""A name as events and tickets keep it: whatever a name could be when it was given."""
Key = Annotated[
    str, Known(StringConstraints(strict=True, min_length=1, max_length=MAX_KEY, pattern=_PRINTABLE))
]
"""An idempotency key."""
DeliveryCode = Annotated[
    str, Known(StringConstraints(strict=True, max_length=50, pattern=r"^[A-Za-z0-9_.:-]+$"))
]
"""Why a message can never arrive, in a word or a code: nothing that a sentence or an address could stand in."""


STORED: Mapping[str, bool] = {"stored": True}
"""Validation context of a document that was valid when it was stored: what is refused since then is taken as it was."""


def is_stored(info: ValidationInfo) -> bool:
    """Whether a document is read that was valid when it was stored."""
    return bool(info.context and info.context.get("stored"))


def legible(value: object, info: ValidationInfo) -> object:
    """The value, unless it is a text that people cannot read as a name."""
    if isinstance(value, str) and len(value) <= MAX_ID and not is_stored(info):
        at = first_illegible(value)
        if at is not None:
            what = f"U+{ord(value[at]):04X}" if value.strip(" ") else "nothing but blanks"
            raise ValueError(f"is no name that people can read: it has {what} at place {at + 1}")
    return value


def one_line(value: object) -> object:
    """The value, unless it is a text that is not one line which people can read; an empty one is."""
    if isinstance(value, str) and len(value) <= MAX_ID and value:
        at = first_illegible(value)
        if at is not None and value.strip(" "):
            raise ValueError(
                f"is not one line that people can read: it has U+{ord(value[at]):04X} at place {at + 1}"
            )
    return value


class FreeLine(NamedTuple):
    """Marks a field that holds lines which somebody wrote and an event keeps: they lose secrets before anything is kept."""


Line = Annotated[
    str, Known(StringConstraints(strict=True, max_length=MAX_ID), BeforeValidator(one_line)), FreeLine()
]
"""One line that somebody wrote, such as a reason. An event keeps it for ever, so it names no person."""
Name = Annotated[str, Known(_A_NAME, BeforeValidator(legible))]
"""A name from a policy or a host's configuration: a channel, a group, a status, a class. People read it, compare it by eye
and approve by it, so it has nothing in it that nobody can see."""
AgentId = Annotated[str, Known(_AN_ID, BeforeValidator(legible))]
"""The host's id of one of its own people, which colleagues read like a name."""


def without_nul(text: str) -> str:
    """The text, if it has no NUL character: databases cannot keep one."""
    if "\0" in text:
        raise ValueError("contains a NUL character")
    return text


def mended(text: str) -> str:
    """The text without what no database keeps: halves of a pair come together, one without its other half is a mark."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


Subject = Annotated[
    str, Known(StringConstraints(strict=True, max_length=MAX_SUBJECT), AfterValidator(without_nul))
]
Body = Annotated[str, Known(StringConstraints(strict=True, max_length=MAX_BODY), AfterValidator(without_nul))]
Scalar = bool | int | float | str | None
"""What a declared attribute can hold, besides a set of tags."""


def is_id(value: object, longest: int = MAX_ID) -> bool:
    """True if the value is a text that `Id` takes: for questions, which build no command."""
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        return False
    if value.isascii():  # as nearly all are, and of such it says what the pattern says
        return value.isprintable()
    surrogates = any("\ud800" <= character <= "\udfff" for character in value)
    return re.fullmatch(_PRINTABLE, value) is not None and not surrogates


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

    is_open: bool
    """True while the desk still owes something: new, open, pending or on hold."""
    is_final: bool
    """True for closed and cancelled."""

    # An enum's own hash is a call of Python, and every event asks several tables what its status means.
    __hash__ = str.__hash__


for _one in StatusCategory:
    _one.is_final = _one in {StatusCategory.CLOSED, StatusCategory.CANCELLED}
    _one.is_open = not _one.is_final and _one is not StatusCategory.RESOLVED


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
