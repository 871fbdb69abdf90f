"""What the floor is told, and what it answers."""

from typing import NamedTuple

from supportflow.model.routing import Requirement
from supportflow.routing.signature import Entry, Seat

__all__ = ["Absent", "Change", "Gone", "Present", "Proposal", "Rejected", "Waiting"]


class Waiting(NamedTuple):
    """A ticket waits in the queue; or it waits with other facts than before."""

    entry: Entry


class Gone(NamedTuple):
    """A ticket waits no longer."""

    ticket_id: str


class Present(NamedTuple):
    """An agent is there; or is there with other facts than before."""

    seat: Seat


class Absent(NamedTuple):
    """An agent has left."""

    agent_id: str


class Rejected(NamedTuple):
    """A proposal was not carried out: the ticket or the agent had changed.

    The pair is passed over until there is news of either. A change that says what the floor knows already is no news.
    """

    ticket_id: str
    agent_id: str


Change = Waiting | Gone | Present | Absent | Rejected


class Proposal(NamedTuple):
    """A ticket for an agent.

    Attributes:
        ticket_id: The ticket.
        agent_id: The agent, whose capacity is kept until the proposal is answered.
        requirement: In which way it is taken: the ticket's own requirement, or one of its overflows.
    """

    ticket_id: str
    agent_id: str
    requirement: Requirement
