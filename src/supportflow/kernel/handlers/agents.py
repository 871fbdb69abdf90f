"""Commands on agents."""

from typing import Any

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us, to_us
from supportflow.exceptions import InvalidInput
from supportflow.model.commands import AgentCommand, Enrol, OverrideShift, SetPresence
from supportflow.model.events import AgentEnrolled, AgentEvent, PresenceChanged, ShiftOverridden
from supportflow.model.people import NOBODY
from supportflow.model.routing import AgentState

__all__ = ["decide_agent"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command on an agent, and what it is decided on."""

    state: AgentState | None
    head: dict[str, Any]
    now_us: int


def decide_agent(state: AgentState | None, command: AgentCommand, now: Instant) -> tuple[AgentEvent, ...]:
    """The events that a command on an agent leads to; none if it says what is so already.

    Args:
        state: The agent; None if the desk does not know them.
        command: The command.
        now: The time. If it lies before what is already recorded, the latter counts.

    Raises:
        InvalidInput: If the agent is not known, or the command makes no sense.
    """
    now_us = to_us(now) if state is None else max(to_us(now), to_us(state.recorded_at))
    head = {"agent_id": command.agent_id, "recorded_at": from_us(now_us), "by": command.by}
    if isinstance(command, Enrol):
        return _enrol(_Asked(state, head, now_us), command)
    if state is None:
        raise InvalidInput("agent_id", "is no agent whom the desk knows; enrol them first")
    if isinstance(command, SetPresence):
        if command.presence == state.presence:
            return ()
        return (PresenceChanged(**head, presence=command.presence),)
    if isinstance(command, OverrideShift):
        return _override(_Asked(state, head, now_us), command)
    raise InvalidInput("command", "is of no kind that can be carried out")


def _enrol(asked: _Asked, command: Enrol) -> tuple[AgentEvent, ...]:
    profile = command.profile
    if profile.id != command.agent_id:
        raise InvalidInput("profile", "is another agent's")
    if profile.id == NOBODY:
        raise InvalidInput(
            "profile.id", "is whom answers that name nobody are recorded of; choose another one"
        )
    if profile.reserved > profile.capacity:
        raise InvalidInput("profile.reserved", "is more than the capacity")
    profile = profile.model_copy(update={"name": None})
    if asked.state is not None and asked.state.agent == profile:
        return ()
    return (AgentEnrolled(**asked.head, profile=profile),)


def _override(asked: _Asked, command: OverrideShift) -> tuple[AgentEvent, ...]:
    if command.end <= command.start:
        raise InvalidInput("end", "is not after the start")
    if to_us(command.end) <= asked.now_us:
        raise InvalidInput("end", "lies in the past")
    return (
        ShiftOverridden(
            **asked.head, start=command.start, end=command.end, on_duty=command.on_duty, cause=command.cause
        ),
    )
