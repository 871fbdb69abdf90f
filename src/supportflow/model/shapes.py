"""What a value that somebody typed looks like, and what is wrong with one that does not. Linear in the text."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from supportflow._marks import normalized

__all__ = ["Fault", "Shape", "fault", "folded"]

Fault: TypeAlias = Literal[
    "digits", "alphanumeric", "datetime", "choice", "file", "too_short", "too_long", "attribute"
]
"""Which demand a value does not meet."""
_LONGEST_MOMENT = 64


class Shape(Protocol):
    """What a value is to look like."""

    @property
    def kind(self) -> str:
        """What it holds."""
        ...

    @property
    def min_length(self) -> int:
        """Fewest characters."""
        ...

    @property
    def max_length(self) -> int:
        """Most characters."""
        ...

    @property
    def values(self) -> Sequence[str]:
        """Of a `choice`."""
        ...


def fault(shape: Shape, value: str) -> Fault | None:
    """What stands against a value; None if nothing does."""
    text = folded(value).strip()
    match shape.kind:
        case "digits":
            return _length(shape, text) if text.isascii() and text.isdigit() else "digits"
        case "alphanumeric":
            return _length(shape, text) if text.isascii() and text.isalnum() else "alphanumeric"
        case "text":
            return _length(shape, text)
        case "datetime":
            return None if _is_moment(text) else "datetime"
        case "choice":
            known = {folded(one).casefold() for one in shape.values}
            return None if text.casefold() in known else "choice"
        case "attachment":
            return "file"
    return "attribute"


def folded(text: str) -> str:
    """Full-width letters and digits are the same as others."""
    return normalized(text, "NFKC")


def _length(shape: Shape, text: str) -> Fault | None:
    if len(text) < shape.min_length:
        return "too_short"
    return "too_long" if len(text) > shape.max_length else None


def _is_moment(text: str) -> bool:
    if len(text) > _LONGEST_MOMENT:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return True
    return False
