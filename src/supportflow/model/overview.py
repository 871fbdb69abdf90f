"""What a lead sees of the desk at one moment, as data: nothing of what anybody wrote is in it."""

from collections.abc import Mapping

from supportflow._dataclass import dataclass
from supportflow._time import Instant
from supportflow.model.routing import Presence
from supportflow.model.surges import ActiveSurge

__all__ = ["AgentView", "Overview", "QueueView"]


@dataclass(frozen=True, slots=True)
class QueueView:
    """The open tickets of a group.

    Attributes:
        open: How many are open.
        waiting: How many of them wait for an agent.
        overdue: How many of them have a running clock that is over its time.
        oldest_at: When the one that came in first among the waiting came in; None if none waits.
    """

    open: int
    waiting: int
    overdue: int
    oldest_at: Instant | None


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent.

    Attributes:
        id: The agent's id.
        presence: Whether they are there.
        on_duty: Whether they are on shift.
        tickets: How many tickets they have.
        offered: How many are held out to them.
        load: How much of their capacity that takes.
        capacity: How much they can have.
    """

    id: str
    presence: Presence
    on_duty: bool
    tickets: int
    offered: int
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The desk at one moment.

    Attributes:
        at: The moment.
        groups: Group → its open tickets; `""` is those of no group.
        classes: Priority class → the open tickets of it.
        agents: Every agent whom the desk knows, sorted by id.
        surges: What is declared.
    """

    at: Instant
    groups: Mapping[str, QueueView]
    classes: Mapping[str, QueueView]
    agents: tuple[AgentView, ...]
    surges: tuple[ActiveSurge, ...]
