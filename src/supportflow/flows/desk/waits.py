"""What a desk can be asked for whoever waits: their place, and how long it will take."""

from supportflow.flows.desk.methods import Shared, in_turn
from supportflow.flows.desk.verbs import TicketName, ticket_name
from supportflow.flows.requests import Flow
from supportflow.flows.routing.places import PlaceIndex, queue_position
from supportflow.flows.routing.takings import Takings
from supportflow.flows.routing.waits import expected
from supportflow.model.waiting import ExpectedWait

__all__ = ["Waits"]


class Waits(Shared):
    """What a desk tells whoever waits."""

    _places: PlaceIndex
    _takings: Takings

    @in_turn("place")
    def queue_position(self, ticket: TicketName = None, *, ref: str | None = None) -> Flow[int | None]:
        """The place of a ticket among those that the same agents could take, from 1; None if it does not wait.

        The first question looks at everything that waits, and one now and then; the others at what has happened since.

        Raises:
            TicketNotFound: If there is no such ticket.
            Refused: If the policy has no routing.
        """
        return queue_position(self._env, self._places, *ticket_name(ticket, ref))

    @in_turn("place")
    def expected_wait(
        self, ticket: TicketName = None, *, ref: str | None = None
    ) -> Flow[ExpectedWait | None]:
        """How long a ticket that waits will wait: its place, an interval, and by how much such intervals were wrong of late.

        The first question looks at the latest 5,000 events, the others at what has happened since.

        Where there is no basis it says so: nobody is at work who could take it, or too few tickets were taken of late.

        Returns:
            None if the ticket does not wait.

        Raises:
            TicketNotFound: If there is no such ticket.
            Refused: If the policy has no routing.
        """
        return expected(self._env, self._places, self._takings, *ticket_name(ticket, ref))
