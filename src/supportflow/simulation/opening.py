"""The commands that open a run's tickets."""

from supportflow.model.commands import OpenTicket
from supportflow.model.made import made, remade
from supportflow.model.people import Actor
from supportflow.simulation.plan import Drawn

__all__ = ["Openings"]

_MOST_KNOWN = 1_000


class Openings:
    """Makes commands, and validates once what many tickets are told of."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, object], ...], OpenTicket] = {}

    def of(self, drawn: Drawn, requester: str) -> OpenTicket:
        """The command that opens a ticket.

        Args:
            drawn: What the ticket is.
            requester: Who asks: an id.
        """
        by = made(Actor, {}, kind="requester", id=requester)
        if "attributes" in drawn.said:  # sets of them can be the same and not stand in one order
            return OpenTicket(by=by, requester=requester, **drawn.said)
        said = tuple(drawn.said.items())
        alike = self._known.get(said)
        if alike is not None:
            return remade(alike, {"by": by, "requester": requester})
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        command = self._known[said] = OpenTicket(by=by, requester=requester, **drawn.said)
        return command
