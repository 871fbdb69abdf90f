"""`TicketBridge`: which fields of a host's tickets and messages say what to the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.utils.crypto import salted_hmac

from supportflow.exceptions import InvalidInput
from supportflow.model.base import MAX_BODY, MAX_SUBJECT
from supportflow.model.people import NOBODY

__all__ = ["Messages", "Reported", "TicketBridge", "at_path"]


@dataclass(frozen=True)
class Messages:
    """Where a host keeps the messages of its tickets. Each name is a field, or a path of fields with dots.

    Attributes:
        model: The model, as `"app.Model"`.
        ticket: Its foreign key to the ticket.
        body: What was written.
        at: When.
        author: Id of the agent who wrote it.
        public: Whether the requester can see it; always, if not given. What is not public is not reported.
        staff: Whether an agent wrote it, and not the requester.
        related: Foreign keys that are read with each message, as for `select_related`.
    """

    model: str
    ticket: str
    body: str
    at: str
    author: str = ""
    public: str = ""
    staff: str = ""
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reported:
    """What one message of the host's means to the desk.

    Attributes:
        kind: `"reply"` is an agent's answer, `"requester"` the requester's, `"stranger"` somebody else's from outside.
        body: The words.
        at: When it was written.
        by: Opaque id of who wrote it; for the requester's own it is not needed.
        channel: Where it came in, if not by the ticket's channel.
        automatic: Set if a machine wrote it.
    """

    kind: Literal["reply", "requester", "stranger"]
    body: str
    at: datetime
    by: str = ""
    channel: str | None = None
    automatic: Literal["auto_reply", "bounce"] | None = None


def at_path(row: Any, path: str) -> Any:
    """The value at a path of fields, such as `"team.slug"`; None as soon as there is nothing."""
    for name in path.split("."):
        if row is None:
            return None
        try:
            row = getattr(row, name)
        except ObjectDoesNotExist:  # the other end of a one-to-one, or of a key without a constraint
            return None
    return row


class TicketBridge:
    """Reports a host's tickets to the desk: declare which field is what, and name the class in `SUPPORTFLOW["BRIDGES"]`.

    Each name is a field of the model, or a path of fields with dots. Where a field is not enough, override the method of the
    same name with `_of`. Nothing is reported twice: what was reported last is kept beside the desk's tables.
    """

    model: ClassVar[str]
    """The host's ticket, as `"app.Model"`."""
    prefix: ClassVar[str] = ""
    """Comes before the primary key in the desk's `ref`. Each of several bridges needs one of its own."""
    subject: ClassVar[str] = ""
    body: ClassVar[str] = ""
    """What the requester wrote when the ticket was opened."""
    requester: ClassVar[str] = ""
    """Id of the person who asks. From an address, an opaque id is made: ids stay in events for ever."""
    requester_email: ClassVar[str] = ""
    requester_name: ClassVar[str] = ""
    channel: ClassVar[str] = "web"
    """The channel that tickets come in by: a name, not a field."""
    opened_at: ClassVar[str] = ""
    changed_at: ClassVar[str] = ""
    """When the row was last saved, if the host keeps that: then the tick looks at what has changed lately only."""
    status: ClassVar[str] = ""
    statuses: ClassVar[Mapping[Any, str]] = {}
    """The host's status → the status of the policy's lifecycle; without, the names are the same."""
    untouched: ClassVar[Mapping[str, str]] = {}
    """What a status is called as long as nobody has taken the ticket up, such as `{"open": "new"}`."""
    gone: ClassVar[str] = "cancelled"
    """The status of a ticket that the host has deleted."""
    assignee: ClassVar[str] = ""
    group: ClassVar[str] = ""
    level: ClassVar[str] = ""
    levels: ClassVar[Mapping[Any, int]] = {}
    """The host's priority → level, 1 to 4; what is not in it says nothing. Leave `level` out if requesters can choose it."""
    priority_class: ClassVar[str] = ""
    attributes: ClassVar[Mapping[str, str]] = {}
    """Declared attribute → field."""
    related: ClassVar[tuple[str, ...]] = ()
    """Foreign keys that are read with each ticket, as for `select_related`."""
    messages: ClassVar[Messages | None] = None
    fresh: ClassVar[timedelta] = timedelta(hours=1)
    """How old a ticket may be when the desk first hears of it, and still be a new one. What is older is adopted."""

    @property
    def name(self) -> str:
        """What its marks are kept under."""
        return f"{self.prefix}{self.model}"

    # --- rows ----------------------------------------------------------------------------------

    @property
    def ticket_model(self) -> type[Model]:
        """The model of the tickets."""
        return apps.get_model(self.model)

    @property
    def message_model(self) -> type[Model] | None:
        """The model of the messages, if there is one."""
        return None if self.messages is None else apps.get_model(self.messages.model)

    def tickets(self, using: str) -> "QuerySet[Any]":
        """All tickets of the host's, whatever its default manager hides."""
        return self.ticket_model._base_manager.using(using).select_related(*self.related)  # noqa: SLF001 - Django's own word for it

    def messages_of(self, using: str) -> "QuerySet[Any]":
        """All messages of the host's, in order."""
        assert self.messages is not None
        model = apps.get_model(self.messages.model)
        rows = model._base_manager.using(using)  # noqa: SLF001 - as above
        if self.messages.related:
            rows = rows.select_related(*self.messages.related)
        return rows.order_by(self.messages.at.replace(".", "__"), "pk")

    def ref_of(self, pk: object) -> str:
        """The desk's `ref` of a ticket."""
        return f"{self.prefix}{pk}"

    def pk_of(self, ref: str) -> Any:
        """The primary key of the ticket with a `ref`; None if that can be none of this bridge's."""
        if not ref.startswith(self.prefix):
            return None
        try:
            return self.ticket_model._meta.pk.to_python(ref.removeprefix(self.prefix))  # noqa: SLF001 - Django's public API
        except ValidationError:
            return None

    # --- what a ticket says --------------------------------------------------------------------

    def subject_of(self, ticket: Any) -> str:
        """Its subject line."""
        return _text(ticket, self.subject)[:MAX_SUBJECT]

    def body_of(self, ticket: Any) -> str:
        """What the requester wrote first."""
        return _text(ticket, self.body)[:MAX_BODY]

    def requester_of(self, ticket: Any) -> str:
        """Opaque id of the person who asks."""
        return self.opaque(_text(ticket, self.requester))

    def opened_at_of(self, ticket: Any) -> datetime | None:
        """When it was opened."""
        return at_path(ticket, self.opened_at) if self.opened_at else None

    def changed_at_of(self, ticket: Any) -> datetime | None:
        """When it was last saved."""
        return at_path(ticket, self.changed_at) if self.changed_at else None

    def channel_of(self, ticket: Any) -> str:  # noqa: ARG002 - for those who override it
        """The channel that it came in by; asked once, when the desk first hears of it."""
        return self.channel

    def status_of(self, ticket: Any) -> str | None:
        """Its status, by the name that the policy's lifecycle gives it; None to say nothing.

        Raises:
            InvalidInput: If `statuses` does not know the host's.
        """
        if not self.status:
            return None
        value = at_path(ticket, self.status)
        if not self.statuses:
            return str(value)
        if value not in self.statuses:
            raise InvalidInput("status", f"{type(self).__name__}.statuses does not say what {value!r} means")
        return self.statuses[value]

    def assignee_of(self, ticket: Any) -> str | None:
        """Id of the agent who has it, `""` if nobody has; None to say nothing."""
        return _text(ticket, self.assignee) if self.assignee else None

    def group_of(self, ticket: Any) -> str | None:
        """The group that has it, `""` if none has; None to say nothing."""
        return _text(ticket, self.group) if self.group else None

    def level_of(self, ticket: Any) -> int | None:
        """The level that an agent gave it; None to say nothing, and leave it to the policy."""
        if not self.level:
            return None
        value = at_path(ticket, self.level)
        return self.levels.get(value) if self.levels else value

    def priority_class_of(self, ticket: Any) -> str | None:
        """The priority class; None to say nothing."""
        return _text(ticket, self.priority_class) or None if self.priority_class else None

    def attributes_of(self, ticket: Any) -> Mapping[str, Any]:
        """Declared attributes, by name: texts, numbers, truth values, None."""
        return {name: at_path(ticket, path) for name, path in self.attributes.items()}

    def is_passing(self) -> bool:
        """Whether what is saved now is reported at once, whatever `REPORT` says, for it cannot all be found later."""
        return False

    def settle(self, ticket: Any, state: dict[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the same
        """The last word on what is reported: for what depends on what was reported before.

        Args:
            ticket: The row.
            state: What the methods above say of it: `status`, `agent`, `group`, `level`, `priority_class`, `attributes`.
            seen: What was returned from here the last time; empty the first time. Whatever else is put in is kept with it.
        """
        return state

    def merged_into(self, ticket: Any) -> object:  # noqa: ARG002 - the same
        """Primary key of the ticket that it was merged into; None if it was not."""
        return None

    # --- what a message says -------------------------------------------------------------------

    def said(self, message: Any, ticket: Any) -> Reported | None:  # noqa: ARG002 - for those who override it
        """What a message means to the desk; None if it is none of its business, such as an internal note."""
        fields = self.messages
        assert fields is not None
        if fields.public and not at_path(message, fields.public):
            return None
        staff = bool(fields.staff and at_path(message, fields.staff))
        author = _text(message, fields.author)
        body, at = _text(message, fields.body)[:MAX_BODY], at_path(message, fields.at)
        return Reported("reply", body, at, author) if staff else Reported("requester", body, at)

    def identity(self, message: Any) -> str:
        """By what a message is recognised: it is reported once, whichever ticket it is moved to."""
        return str(message.pk)

    # --- people --------------------------------------------------------------------------------

    @staticmethod
    def opaque(person: str) -> str:
        """An id that can stay in events for ever: an address becomes a keyed hash of it, under `SECRET_KEY`."""
        if not person:
            return NOBODY
        if "@" not in person:
            return person
        return salted_hmac("supportflow.requester", person.strip().lower(), algorithm="sha256").hexdigest()[
            :32
        ]

    def describe_requester(self, ticket: Any) -> dict[str, Any]:
        """What is known of the person, beside the id: kept where it can be erased."""
        known = {"email": _text(ticket, self.requester_email), "name": _text(ticket, self.requester_name)}
        return {name: value for name, value in known.items() if value}


def _text(row: Any, path: str) -> str:
    value = at_path(row, path) if path else None
    return "" if value is None else str(value).replace("\0", "")  # which the desk takes nowhere
