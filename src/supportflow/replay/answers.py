"""Who asked and who answered, told from events: one definition for logs, reports and published figures.

It is that of the kernel: by what answers here a ticket's `first_replied_at` is set, and by what asks its requester waits.
"""

from supportflow.model.events import CallAnswered, CallStarted, MessageReceived, ReplySent
from supportflow.model.events.base import EventBase

__all__ = ["answers", "asks", "bot_answers"]


def answers(event: EventBase) -> bool:
    """Whether a person of the desk answered the requester, by words or on the phone, whoever called.

    What is said to a party, or to many at once, answers nobody.
    """
    return _said(event) and event.by.kind != "bot"


def bot_answers(event: EventBase) -> bool:
    """Whether a bot did."""
    return _said(event) and event.by.kind == "bot"


def asks(event: EventBase) -> bool:
    """Whether the requester wrote or called; what a machine sent does not, nor does a call that the desk makes."""
    if isinstance(event, CallStarted):
        return not event.outgoing
    return isinstance(event, MessageReceived) and event.origin == "requester"


def _said(event: EventBase) -> bool:
    if isinstance(event, ReplySent):
        return event.to is None and event.announced is None
    return isinstance(event, CallAnswered)
