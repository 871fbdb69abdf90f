"""What a channel can carry and how fast, and what it says of a message that it took."""

from datetime import timedelta
from inspect import getattr_static
from math import ceil
from typing import Literal, TypeAlias

from supportflow._dataclass import dataclass
from supportflow.exceptions import InvalidInput

__all__ = ["CAPABILITIES", "Capability", "ChannelTraits", "Rate", "Receipt", "traits_of"]

Capability: TypeAlias = Literal[
    "public_reply", "internal_note", "attachments", "typing", "rating", "threading", "receipts"
]
"""One thing that a channel can."""
CAPABILITIES: frozenset[Capability] = frozenset(
    {"public_reply", "internal_note", "attachments", "typing", "rating", "threading", "receipts"}
)
"""What a channel can say that it can: carry answers, carry notes among agents, carry files, show that somebody types, ask
for a rating, keep messages of a ticket together, say what became of a message."""
_MICROSECOND = timedelta(microseconds=1)
_MOST_SLOTS = 50
_SHORTEST = 20


@dataclass(frozen=True, slots=True)
class Rate:
    """How many messages a channel takes in a span of time, by all workers of a tenant together.

    Attributes:
        count: How many.
        per: In which span, wherever it begins.

    Raises:
        InvalidInput: If there is none, or the span is not between a millisecond and a day.
    """

    count: int
    per: timedelta

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InvalidInput("count", "is less than 1")
        if not timedelta(milliseconds=1) <= self.per <= timedelta(days=1):
            raise InvalidInput("per", "is not between a millisecond and a day")

    @property
    def slots(self) -> tuple[int, int]:
        """The same as a few messages in a shorter span: how many, and the span in microseconds. Never more than the rate."""
        pieces = ceil(self.count / _MOST_SLOTS)
        return self.count // pieces, -(-(self.per // _MICROSECOND) // pieces)


@dataclass(frozen=True, slots=True)
class ChannelTraits:
    """What a channel is like: it says so as its attribute `traits`. One that says nothing is as these defaults.

    Attributes:
        can: What it can.
        longest: How long a message may be; a longer one leaves in several. None: as long as it is.
        unit: What `longest` counts: characters, UTF-16 units (as chats often do) or bytes in UTF-8.
        markup: What the far side takes a text for. The desk's texts are plain: what would be read as markup is escaped.
        rate: How many messages it takes, by all workers together; None: any number.

    Raises:
        InvalidInput: If it can what there is not, or the limit is below 20.
    """

    can: frozenset[Capability] = frozenset({"public_reply", "attachments", "threading"})
    longest: int | None = None
    unit: Literal["characters", "utf16", "bytes"] = "characters"
    markup: Literal["plain", "html", "markdown"] = "plain"
    rate: Rate | None = None

    def __post_init__(self) -> None:
        if not CAPABILITIES.issuperset(self.can):
            raise InvalidInput("can", f"has what is none of {', '.join(sorted(CAPABILITIES))}")
        if self.longest is not None and self.longest < _SHORTEST:
            raise InvalidInput("longest", f"is less than {_SHORTEST}")


_PLAIN = ChannelTraits()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel that has `receipts` answers to a message that it took.

    Attributes:
        id: The far side's own id of the message, at most 200 characters; None if it has none.
        state: `"accepted"` by whoever carries it, `"delivered"` to the person.
    """

    id: str | None = None
    state: Literal["accepted", "delivered"] = "accepted"


def traits_of(channel: object) -> ChannelTraits:
    """What a channel says that it is like.

    Args:
        channel: Of the first edition of the port, too, which says nothing.

    Raises:
        InvalidInput: If its `traits` are something else.
    """
    # Looked for where it is written: a wrapper or a mock that has every attribute says nothing with this one.
    if getattr_static(channel, "traits", None) is None:
        return _PLAIN
    traits = getattr(channel, "traits", None)
    if not isinstance(traits, ChannelTraits):
        raise InvalidInput("channels", "has one whose traits are no ChannelTraits")
    return traits
