"""Commands on agents: who they are, whether they are there, when they work."""

from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, Line
from supportflow.model.commands.base import By, CommandBase
from supportflow.model.people import HOST, Agent
from supportflow.model.routing import Presence

__all__ = ["AgentCommand", "Enrol", "OverrideShift", "SetPresence"]


class AgentCommand(CommandBase):
    """A command on one agent.

    Attributes:
        agent_id: The host's id of the agent.
    """

    agent_id: Id
    by: By = HOST


class Enrol(AgentCommand):
    """Make an agent known to the desk, or change what it knows of them."""

    kind: Literal["enrol"] = "enrol"
    profile: Agent


class SetPresence(AgentCommand):
    """Say whether an agent is there."""

    kind: Literal["set_presence"] = "set_presence"
    presence: Presence


class OverrideShift(AgentCommand):
    """Let an agent work, or not, for a time, whatever the shifts say."""

    kind: Literal["override_shift"] = "override_shift"
    start: Instant
    end: Instant
    on_duty: bool
    cause: Line = ""
