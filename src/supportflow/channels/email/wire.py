"""A mail taken apart by the standard library, within bounds: how deep it goes, in how many pieces, how long a head is."""

import email
import email.errors
from email.message import Message
from email.policy import Compat32
from typing import Any

from supportflow.channels.email.charsets import decoded

__all__ = ["BROKEN", "readable", "taken_apart"]

BROKEN = (RecursionError, ValueError, TypeError, LookupError, email.errors.MessageError)
"""What the standard library answers to a mail that cannot be taken apart."""
_DEEPEST = 100
"""Parts in each other."""
_COMPARED = 30_000_000
"""Every line is compared with the boundaries of all parts around it: lines of the mail, times parts in each other."""
_PIECES = 100_000
"""Parts and heads together. Each takes some hundred bytes of memory, however short it is."""
_GUESS = 50
"""Pieces that a head counts for whose letters are no ASCII: in which code, it may take a guess."""
_LONGEST = 5_000
"""Characters of a head of a part. Names of files take some; its parameters are not read in linear time."""


def taken_apart(content: bytes) -> "Message":
    """The parts of a mail.

    Raises:
        ValueError: Or another of `BROKEN`, if it cannot be taken apart, or not within bounds.
    """
    bounds: dict[str, Any] = {"message_factory": _Part, "pieces": _Pieces(content)}
    return email.message_from_bytes(content, policy=_Wire(**bounds))


def readable(value: str) -> str:
    """A head whose bytes are no ASCII, as text."""
    return value if value.isascii() else decoded(value.encode("utf-8", "surrogateescape"), None)


class _Pieces:
    """Counts the pieces of one mail."""

    def __init__(self, content: bytes) -> None:
        self._left = _PIECES
        self._deepest = min(_DEEPEST, _COMPARED // (content.count(b"\n") + 1))

    def deep(self, depth: int) -> None:
        if depth > self._deepest:
            raise ValueError("parts in each other without an end")

    def more(self, count: int = 1) -> None:
        self._left -= count
        if self._left < 0:
            raise ValueError("a mail in too many pieces")


class _Part(Message):
    """A part that knows how deep it stands."""

    depth = 0

    def __init__(self, policy: Any) -> None:
        super().__init__(policy)
        policy.pieces.more()
        self._pieces = policy.pieces

    def attach(self, payload: "Message") -> None:  # type: ignore[override]
        assert isinstance(payload, _Part)
        payload.depth = self.depth + 1
        self._pieces.deep(payload.depth)
        super().attach(payload)


class _Wire(Compat32):
    """How heads are read: the standard library itself answers with replacement characters where one is no ASCII."""

    pieces = _Pieces(b"")

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        self.pieces.more(1 if all(map(str.isascii, sourcelines)) else _GUESS)
        return super().header_source_parse(sourcelines)

    def header_fetch_parse(self, _name: str, value: str) -> str:
        return readable(value[:_LONGEST])
