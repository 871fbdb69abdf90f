"""What kind of content each text of a ticket is, for whoever keeps different kinds for different times."""

from collections.abc import Iterator, Mapping
from functools import cache

from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.events import EventBase, NoteAdded
from supportflow.policy.retention import ContentKind

__all__ = ["texts_of"]

_KINDS: Mapping[str, ContentKind] = {
    "subject": "subject",
    "body": "message",
    "personal": "personal",
    "reason": "reason",
    "summary": "note",
    "value": "evidence",
    "attachment": "attachment",
    "attachments": "attachment",
}
"""Field of an event → what its text is. What only the desk sees is a note, whatever the field."""


@cache
def _fields(event: type[EventBase]) -> tuple[str, ...]:
    return tuple(name for name in event.model_fields if name in _KINDS)


def texts_of(event: EventBase) -> Iterator[tuple[ContentKind, str]]:
    """The kind and the content row's id of every text that an event refers to."""
    internal = isinstance(event, NoteAdded) or getattr(event, "private", False)
    for name in _fields(type(event)):
        found = getattr(event, name)
        kind: ContentKind = "note" if internal and name == "body" else _KINDS[name]
        for one in found if isinstance(found, tuple) else (found,):
            if isinstance(one, ContentRef):
                yield kind, one.id
            elif isinstance(one, AttachmentHandle):
                yield kind, one.content.id
