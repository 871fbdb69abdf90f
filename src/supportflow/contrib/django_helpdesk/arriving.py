"""What django-helpdesk is doing: which mail it takes in, and where several saves are one thing that happened.

A follow-up keeps neither the sender of its mail nor that a machine wrote it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any

from helpdesk import email, forms, update_ticket

from supportflow.contrib.django.registry import gathering

__all__ = ["Mail", "arriving", "listen"]


@dataclass(frozen=True)
class Mail:
    """What a follow-up does not keep of a mail.

    Attributes:
        sender: The address that it says it is from.
        automatic: Whether a machine wrote it.
    """

    sender: str
    automatic: bool


_NOW: ContextVar[Mail | None] = ContextVar("arriving", default=None)


def arriving() -> Mail | None:
    """The mail that is being taken in; None outside of that."""
    return _NOW.get()


def listen() -> None:
    """Have every mail be known while it is taken in, and every form, update and mail be reported once, at its end."""
    if getattr(email.create_object_from_email_message, "_supportflow", False):
        return
    email.create_object_from_email_message = _noticed(email.create_object_from_email_message)
    # Views take this name when they are imported, which is later.
    update_ticket.update_ticket = _as_one(update_ticket.update_ticket)
    for form in (forms.TicketForm, forms.PublicTicketForm):
        form.save = _as_one(form.save)


def _as_one(work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def call(*args: Any, **named: Any) -> Any:
        with gathering():
            return work(*args, **named)

    return call


def _noticed(take_in: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(take_in)
    def call(message: Any, ticket_id: Any, payload: Any, *args: Any, **named: Any) -> Any:
        token = _NOW.set(Mail(str(payload["sender_email"] or ""), bool(email.is_autoreply(message))))
        try:
            # Ends in here: what the mail says is known while it is reported.
            with gathering():
                return take_in(message, ticket_id, payload, *args, **named)
        finally:
            _NOW.reset(token)

    call._supportflow = True  # type: ignore[attr-defined]  # noqa: SLF001 - our own mark
    return call
