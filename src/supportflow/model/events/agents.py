"""What an agent's stream holds: who they are, whether they are there, the work that they hold."""

from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.events.base import AgentEvent
from supportflow.model.people import Agent
from supportflow.model.routing import Presence

__all__ = ["AgentEnrolled", "LoadReleased", "LoadTaken", "PresenceChanged", "ShiftOverridden"]


class AgentEnrolled(AgentEvent):
    """The desk knows an agent, or knows other things of them than before. The name is not among them: it is personal.

    Attributes:
        profile: Skills, languages, tiers, groups, capacity and shifts.
    """

    kind: Literal["agent_enrolled"] = "agent_enrolled"
    profile: Agent


class PresenceChanged(AgentEvent):
    """An agent came, went away for a moment, or left."""

    kind: Literal["presence_changed"] = "presence_changed"
    presence: Presence


class ShiftOverridden(AgentEvent):
    """An agent works, or does not, whatever the shifts say.

    Attributes:
        start: From this instant on.
        end: Up to this instant.
        on_duty: True for extra time, False for time off.
        cause: Such as `"swap"`.
    """

    kind: Literal["shift_overridden"] = "shift_overridden"
    start: Instant
    end: Instant
    on_duty: bool
    cause: str = ""


class LoadTaken(AgentEvent):
    """A ticket takes capacity of an agent: it is offered or assigned to them.

    Attributes:
        ticket_id: The ticket.
        ref: The host's own id of it; None if it has none.
        channel: Its channel: it decides which limit counts.
        weight: Units of capacity.
        offered: True while it is only offered.
    """

    kind: Literal["load_taken"] = "load_taken"
    ticket_id: Id
    ref: Id | None = None
    channel: KeptName
    weight: int
    offered: bool = False


class LoadReleased(AgentEvent):
    """A ticket no longer takes capacity of an agent.

    Attributes:
        ticket_id: The ticket.
        ref: The host's own id of it; None if it has none.
    """

    kind: Literal["load_released"] = "load_released"
    ticket_id: Id
    ref: Id | None = None
