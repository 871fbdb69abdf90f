"""Folding of `model/events/agents`: an agent is what the events of their stream say."""

from collections.abc import Callable, Iterable
from typing import Any

from supportflow.exceptions import StoreError
from supportflow.model.events import (
    AgentEnrolled,
    EventBase,
    LoadReleased,
    LoadTaken,
    PresenceChanged,
    ShiftOverridden,
)
from supportflow.model.made import remade
from supportflow.model.routing import AgentState, Load, ShiftOverride

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
    update["version"], update["recorded_at"] = state.version + 1, event.recorded_at
    return remade(state, update)


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
