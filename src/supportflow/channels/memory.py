"""A channel that keeps what it was given, for tests and trials."""

from collections.abc import Iterable

from supportflow._forks import Locked
from supportflow.exceptions import Undeliverable
from supportflow.ports import ChannelTraits, Outgoing, Receipt

__all__ = ["MemoryChannel"]


class MemoryChannel(Locked):
    """Records every message; `fail` makes it refuse, as a real one sometimes does.

    Attributes:
        sent: What was sent, in order, repeats included.
        fail: How many of the next sends raise an error.
        traits: What it is like.
        unknown: Requesters who can never be reached.
    """

    def __init__(self, traits: ChannelTraits | None = None, unknown: Iterable[str] = ()) -> None:
        super().__init__()
        self.traits = ChannelTraits() if traits is None else traits
        self.unknown = frozenset(unknown)
        self.sent: list[Outgoing] = []
        self.fail = 0

    def send(self, message: Outgoing, /) -> Receipt | None:
        """Keep a message; the receipt, if it gives some, is its number.

        Raises:
            ConnectionError: While `fail` is above zero.
            Undeliverable: If the requester can never be reached.
        """
        with self._lock:
            if self.fail > 0:
                self.fail -= 1
                raise ConnectionError("this channel was told to fail")
            if message.requester in self.unknown:
                raise Undeliverable("no_address")
            self.sent.append(message)
            return Receipt(str(len(self.sent))) if "receipts" in self.traits.can else None
