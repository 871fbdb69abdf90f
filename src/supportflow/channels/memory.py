"""A channel that keeps what it was given, for tests and trials."""

from supportflow._forks import Locked
from supportflow.ports import Outgoing

__all__ = ["MemoryChannel"]


class MemoryChannel(Locked):
    """Records every message; `fail` makes it refuse, as a real one sometimes does.

    Attributes:
        sent: What was sent, in order, repeats included.
        fail: How many of the next sends raise an error.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Outgoing] = []
        self.fail = 0

    def send(self, message: Outgoing, /) -> None:
        """Keep a message.

        Raises:
            ConnectionError: While `fail` is above zero.
        """
        with self._lock:
            if self.fail > 0:
                self.fail -= 1
                raise ConnectionError("this channel was told to fail")
            self.sent.append(message)
