"""A host that keeps what it was asked to do, for tests and trials."""

from supportflow._forks import Locked
from supportflow.ports import ActionCall

__all__ = ["MemoryActions"]


class MemoryActions(Locked):
    """Does nothing and remembers it; `fail` makes it refuse, as a real host sometimes does.

    Attributes:
        done: What was asked for and not refused, in order, each key once.
        fail: How many of the next calls raise an error.
    """

    def __init__(self) -> None:
        super().__init__()
        self.done: dict[str, ActionCall] = {}
        self.fail = 0

    def perform(self, call: ActionCall, /) -> str | None:
        """Keep a call; the receipt is its number.

        Raises:
            ConnectionError: While `fail` is above zero.
        """
        with self._lock:
            if self.fail > 0:
                self.fail -= 1
                raise ConnectionError("this host was told to fail")
            self.done.setdefault(call.key, call)
            return f"receipt-{list(self.done).index(call.key) + 1}"
