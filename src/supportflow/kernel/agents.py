"""Agents: folding their streams, and deciding what is asked of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from supportflow._time import Instant, from_us, to_us
from supportflow.exceptions import InvalidInput, StoreError
from supportflow.model.commands import AgentCommand, Enrol, OverrideShift, SetPresence
from supportflow.model.events import (
    AgentEnrolled,
    AgentEvent,
    EventBase,
    LoadReleased,
    LoadTaken,
    PresenceChanged,
    ShiftOverridden,
)
from supportflow.model.people import NOBODY
from supportflow.model.routing import AgentState, Load, ShiftOverride

__all__ = ["AGENT_FOLD_VERSION", "decide_agent", "evolve_agent", "fold_agent"]

AGENT_FOLD_VERSION = 1
"""Raised when the fold changes: a snapshot of another version is folded again from its events."""
_MOST_OVERRIDES = 500
"""Dated changes that an agent can have at a time; those that are over are dropped first."""

Changes = dict[str, Any]


def evolve_agent(state: AgentState | None, event: EventBase) -> AgentState:
    """The agent after an event.

    Raises:
        StoreError: If the stream does not begin with an enrolment, or has an event that no agent can have.
    """
    if state is None:
        if isinstance(event, AgentEnrolled):
            return AgentState.model_construct(
                id=event.agent_id,
                agent=event.profile,
                version=1,
                since=event.recorded_at,
                recorded_at=event.recorded_at,
            )
        raise StoreError(f"an agent's stream begins with {type(event).__name__}")
    change = _CHANGES.get(type(event))
    if change is None:
        raise StoreError(f"{type(event).__name__} does not belong in an agent's stream")
    update = change(state, event)
    return state.model_copy(update={**update, "version": state.version + 1, "recorded_at": event.recorded_at})


def fold_agent(events: Iterable[EventBase]) -> AgentState:
    """The agent that a whole stream gives.

    Raises:
        StoreError: If the stream is empty or broken.
    """
    state: AgentState | None = None
    for event in events:
        state = evolve_agent(state, event)
    if state is None:
        raise StoreError("the stream is empty")
    return state


def _enrolled(_state: AgentState, event: AgentEnrolled) -> Changes:
    return {"agent": event.profile}


def _presence(_state: AgentState, event: PresenceChanged) -> Changes:
    came = {"freed_at": event.recorded_at} if event.presence == "available" else {}
    return {"presence": event.presence, "since": event.recorded_at, **came}


def _overridden(state: AgentState, event: ShiftOverridden) -> Changes:
    ahead = tuple(one for one in state.overrides if one.end > event.recorded_at)
    override = ShiftOverride(start=event.start, end=event.end, on_duty=event.on_duty, reason=event.cause)
    return {"overrides": (*ahead, override)[-_MOST_OVERRIDES:]}


def _taken(state: AgentState, event: LoadTaken) -> Changes:
    known = state.holds(event.ticket_id)
    load = Load(event.ticket_id, event.channel, event.weight, event.offered)
    changes: Changes = {"load": (*(one for one in state.load if one.ticket_id != event.ticket_id), load)}
    if known is None or (known.offered and not event.offered):
        changes["assigned_at"] = event.recorded_at
    return changes


def _released(state: AgentState, event: LoadReleased) -> Changes:
    return {
        "load": tuple(one for one in state.load if one.ticket_id != event.ticket_id),
        "freed_at": event.recorded_at,
    }


_CHANGES: dict[type[EventBase], Callable[[AgentState, Any], Changes]] = {
    AgentEnrolled: _enrolled,
    PresenceChanged: _presence,
    ShiftOverridden: _overridden,
    LoadTaken: _taken,
    LoadReleased: _released,
}


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
