"""The mail that is being taken in: a follow-up keeps neither its sender nor that a machine wrote it."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any

from helpdesk import email

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
    """Have every mail that django-helpdesk takes in be known while it does."""
    found = email.create_object_from_email_message
    if not hasattr(found, "_supportflow"):
        email.create_object_from_email_message = _noticed(found)


def _noticed(take_in: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(take_in)
    def call(message: Any, ticket_id: Any, payload: Any, *args: Any, **named: Any) -> Any:
        token = _NOW.set(Mail(str(payload["sender_email"] or ""), bool(email.is_autoreply(message))))
        try:
            return take_in(message, ticket_id, payload, *args, **named)
        finally:
            _NOW.reset(token)

    call._supportflow = True  # type: ignore[attr-defined]  # noqa: SLF001 - our own mark
    return call
