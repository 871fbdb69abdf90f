"""A context provider that knows what it was told, for tests and trials."""

from collections.abc import Mapping

from supportflow.model.ticket import Ticket

__all__ = ["MemoryContext"]


class MemoryContext:
    """What is known of each requester.

    Args:
        known: Requester id → what is known.

    Attributes:
        known: The same; it can be changed at any time.
        fail: How many of the next questions raise an error.
    """

    def __init__(self, known: Mapping[str, Mapping[str, object]] | None = None) -> None:
        self.known: dict[str, Mapping[str, object]] = dict(known or {})
        self.fail = 0

    def context(self, ticket: Ticket, /) -> Mapping[str, object]:
        """What is known of the ticket's requester; nothing, if they are not known.

        Raises:
            ConnectionError: While `fail` is above zero.
        """
        if self.fail > 0:
            self.fail -= 1
            raise ConnectionError("this context provider was told to fail")
        return dict(self.known.get(ticket.requester, {}))
