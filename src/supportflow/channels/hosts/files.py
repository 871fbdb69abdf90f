"""Files that a helpdesk's message names: as references, and kept where the host wants them kept."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from supportflow._dataclass import dataclass
from supportflow.channels.email.reading import safe_name
from supportflow.exceptions import InvalidInput
from supportflow.model.content import Attachment

__all__ = ["FileKeeping", "HostFile", "Keep", "items", "reference"]

_MEDIA = re.compile(r"[!-~ ]{1,100}")
_LONGEST_URL = 2_000
_LARGEST_SIZE = 2**63


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file as a helpdesk names it. Nothing was fetched.

    Attributes:
        ticket: The helpdesk's id of the ticket.
        id: Its own id; empty if it has none.
        name: Its name, which leads nowhere.
        media_type: What it is said to be.
        size: What it is said to have, in bytes; 0 if that is not said.
        url: Where the helpdesk has it: a web address, or a path there; None if there is none.
    """

    ticket: str
    id: str
    name: str
    media_type: str
    size: int
    url: str | None


Keep = Callable[[HostFile], "str | None"]
"""Fetches a file and keeps it; answers with its URI, or None if it stays where it is. The same file can come again."""


@dataclass(frozen=True, slots=True)
class FileKeeping:
    """What becomes of files.

    Attributes:
        keep: Keeps one; they stay in the helpdesk, if not given.
        most: How many of a message.
        largest: Bytes of one that is kept; a larger one is a reference.
    """

    keep: Keep | None = None
    most: int = 30
    largest: int = 25_000_000

    def attachment(self, file: HostFile) -> Attachment:
        """The reference to a file, after it was kept.

        Raises:
            InvalidInput: If what `keep` answers is no URI.
        """
        uri = file.url
        if self.keep is not None and file.size <= self.largest:
            uri = self.keep(file) or uri
        try:
            return Attachment(name=file.name, media_type=file.media_type, size=file.size, uri=uri)
        except InvalidInput as error:  # name, type and size are what `reference` leaves of them
            raise InvalidInput("keep", "answers with what is no URI") from error


def reference(
    ticket: str, number: int, *, file_id: str, name: str, media_type: str, size: Any, url: str
) -> HostFile:
    """A file of what stands in a message, whatever that is."""
    place = _place(url)
    named = name or (unquote(urlsplit(place).path).rpartition("/")[2] if place else "")
    bytes_ = int(size) if str(size).strip().isdecimal() and len(str(size)) < len(str(_LARGEST_SIZE)) else 0
    return HostFile(
        ticket=ticket,
        id=file_id,
        name=safe_name(named, f"file-{number}"),
        media_type=media_type if _MEDIA.fullmatch(media_type) else "application/octet-stream",
        size=bytes_,
        url=place,
    )


def _place(url: str) -> str | None:
    """A web address, or a path in the helpdesk; nothing that a reader's program would run."""
    given = url.strip()
    if not given or len(given) > _LONGEST_URL or not given.isprintable():
        return None
    try:
        scheme = urlsplit(given).scheme
    except ValueError:
        return None
    return given if scheme in {"http", "https"} or (not scheme and given.startswith("/")) else None


def items(found: Any) -> Sequence[Any]:
    """What stands at a place of files: a list of them, or one."""
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else ()
