"""What the router answers with where it has texts: messages, their translations, evidence, what a view opened, as JSON."""

from pydantic import Field

from supportflow._time import Instant
from supportflow.contrib.fastapi.shapes import Shape
from supportflow.model.people import Actor
from supportflow.model.ticket import Evidence, Message, View
from supportflow.model.translations import NotTranslated, TranslatedTicket

__all__ = [
    "EvidenceShape",
    "MessageShape",
    "TranslatedTicketShape",
    "TranslationShape",
    "ViewShape",
    "evidence_shape",
    "message_shape",
    "translated_shape",
    "view_shape",
]


class FileShape(Shape):
    """A file that came or went with a message; its name and place are content."""

    content_id: str
    media_type: str
    size: int
    sha256: str | None


class MessageShape(Shape):
    """A message; its text is null once erased."""

    at: Instant
    by: Actor
    origin: str
    body: str | None
    attachments: tuple[FileShape, ...]
    to: str | None
    flags: tuple[str, ...]
    sealed: bool = Field(description="Whether the policy seals the text: it is masked until it is viewed.")


class TranslationShape(Shape):
    """A text, and a machine's word on what it says in another language: plain text, never markup."""

    original: str | None
    text: str | None = Field(description="The machine's words; null if there are none: `fallback` says why.")
    source: str | None
    target: str | None
    fallback: NotTranslated | None
    cut: bool = Field(description="Whether only the beginning was translated.")
    notice: str | None = Field(description="What stands beside the machine's words.")


class TranslatedMessageShape(Shape):
    """A message, and what a machine says that it says."""

    message: MessageShape
    translation: TranslationShape


class TranslatedTicketShape(Shape):
    """The latest messages of a ticket in another language."""

    subject: TranslationShape
    messages: tuple[TranslatedMessageShape, ...]
    earlier: int = Field(description="How many messages before these were left out.")


class EvidenceShape(Shape):
    """One item of evidence, given or missing."""

    item: str
    label: str
    required: bool
    provided_at: Instant | None
    by: Actor | None
    value: str | None
    sealed: bool = Field(description="Whether the policy seals the value: it is masked until it is viewed.")


class OpenedShape(Shape):
    """A sealed text that was opened; null once erased. Of a file it is the name."""

    id: str
    kind: str
    item: str | None
    at: Instant
    by: Actor
    text: str | None
    uri: str | None


class ViewShape(Shape):
    """What a view opened, and the version of the ticket that has the view in its history."""

    version: int
    purpose: str
    roles: tuple[str, ...]
    texts: tuple[OpenedShape, ...]


def message_shape(message: Message) -> MessageShape:
    """A message as JSON has it."""
    return MessageShape(
        at=message.at,
        by=message.by,
        origin=message.origin,
        body=message.body,
        attachments=tuple(
            FileShape(content_id=one.content.id, media_type=one.media_type, size=one.size, sha256=one.sha256)
            for one in message.attachments
        ),
        to=message.to,
        flags=message.flags,
        sealed=message.sealed,
    )


def translated_shape(found: TranslatedTicket) -> TranslatedTicketShape:
    """Messages with their translations, as JSON has them."""
    return TranslatedTicketShape(
        subject=TranslationShape.model_validate(found.subject),
        messages=tuple(
            TranslatedMessageShape(
                message=message_shape(one.message),
                translation=TranslationShape.model_validate(one.translation),
            )
            for one in found.messages
        ),
        earlier=found.earlier,
    )


def evidence_shape(evidence: Evidence) -> EvidenceShape:
    """An item of evidence as JSON has it."""
    return EvidenceShape.model_validate(evidence)


def view_shape(view: View) -> ViewShape:
    """What a view opened, as JSON has it."""
    return ViewShape(
        version=view.ticket.version,
        purpose=view.event.purpose,
        roles=view.event.roles,
        texts=tuple(map(OpenedShape.model_validate, view.texts)),
    )
