"""Personal text, kept beside the events: an event holds a reference and a salted commitment, a content row the value.

Erasing the row's value and salt makes the commitment meaningless, and every event, fold and hash chain stays as it was.
The commitment is SHA-256 over a fixed label, a random 32-byte salt and the text; without the salt even a six-digit
code cannot be guessed from it.
"""

import hashlib
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field, StringConstraints

from supportflow.model.base import Body, HostValue, Id, Value, without_nul

__all__ = [
    "Attachment",
    "AttachmentHandle",
    "Content",
    "ContentRef",
    "Text",
    "as_ref",
    "commitment",
    "handles",
]

_LABEL = b"supportflow content 1\0"
SALT_BYTES = 32


def commitment(salt: bytes, value: str) -> str:
    """The salted SHA-256 commitment to a text, as 64 hexadecimal digits."""
    return hashlib.sha256(_LABEL + salt + value.encode()).hexdigest()


class ContentRef(Value):
    """Points at a content row and commits to what it held.

    Attributes:
        id: The content row's id, unique in its tenant.
        commitment: 64 hexadecimal digits; see `commitment`.
    """

    id: Id
    commitment: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Content(NamedTuple):
    """One content row.

    Attributes:
        id: Its id.
        subject: Whose data it is (a requester's or agent's id): erasure goes by this.
        salt: 32 random bytes, or None once erased.
        value: The text, or None once erased.
    """

    id: str
    subject: str
    salt: bytes | None
    value: str | None

    @property
    def ref(self) -> ContentRef:
        """The reference that an event keeps."""
        assert self.salt is not None
        assert self.value is not None
        return ContentRef(id=self.id, commitment=commitment(self.salt, self.value))

    def verifies(self, ref: ContentRef) -> bool:
        """True if the reference commits to this row's text; an erased row verifies nothing."""
        return (
            self.salt is not None
            and self.value is not None
            and self.id == ref.id
            and commitment(self.salt, self.value) == ref.commitment
        )


Text = Annotated[Body | ContentRef, Field(union_mode="left_to_right")]
"""A text that somebody typed: as typed when a command enters, a reference once its content row exists."""


MediaType = Annotated[str, StringConstraints(strict=True, max_length=100, pattern=r"^[!-~ ]*$")]
"""A media type: printable ASCII, as RFC 6838 has it, parameters included."""


class Attachment(HostValue):
    """A file that came with a message. supportflow keeps a handle, never the bytes.

    Attributes:
        name: The file's name: personal, kept as content.
        media_type: Such as `"image/png"`.
        size: In bytes.
        sha256: 64 hexadecimal digits, if the host knows it.
        uri: Where the host keeps the file: personal, kept as content.

    Raises:
        InvalidInput: If a value cannot be used.
    """

    name: Annotated[
        str, StringConstraints(strict=True, min_length=1, max_length=255), AfterValidator(without_nul)
    ]
    media_type: MediaType = "application/octet-stream"
    size: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 0
    sha256: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")] | None = None
    uri: (
        Annotated[str, StringConstraints(strict=True, max_length=2_000), AfterValidator(without_nul)] | None
    ) = None


class AttachmentHandle(Value):
    """What an event keeps of a file: its kind and size, and a reference to name and place."""

    content: ContentRef
    media_type: str
    size: int
    sha256: str | None = None


Attachments = Annotated[tuple[Attachment | AttachmentHandle, ...], Field(max_length=100)]


def as_ref(text: object) -> ContentRef | None:
    """The reference that stands for a text of a command; None for an empty one."""
    if text is None or isinstance(text, ContentRef):
        return text
    assert not text, "texts are replaced by references before anything is decided"
    return None


def handles(attachments: Attachments) -> tuple[AttachmentHandle, ...]:
    """The attachments of a command whose names were put into content rows."""
    if not attachments:
        return ()
    return tuple(item for item in attachments if isinstance(item, AttachmentHandle))
