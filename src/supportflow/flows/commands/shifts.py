"""Changes of several agents' shifts at once: a swap, a leave with who stands in. All of them, or none."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from supportflow._time import Instant, Moment, instant, to_us
from supportflow.exceptions import ConflictError, InvalidInput
from supportflow.flows import requests
from supportflow.flows.commands.clean import clean_line
from supportflow.flows.environment import Environment
from supportflow.flows.load import known_agents
from supportflow.flows.requests import Flow
from supportflow.flows.rows import agent_change, outbox_rows
from supportflow.kernel.fold.agents import evolve_agent
from supportflow.kernel.handlers.agents import decide_agent
from supportflow.model.commands import OverrideShift
from supportflow.model.events import AgentEvent
from supportflow.model.people import Actor
from supportflow.model.routing import AgentState
from supportflow.model.storage import Commit, Conflict

__all__ = ["MOST_CHANGES", "ShiftChange", "change_shifts"]

MOST_CHANGES = 200
"""How many changes one commit takes."""


class ShiftChange(NamedTuple):
    """That an agent works for a time, or does not, whatever the shifts say.

    Attributes:
        agent: The agent's id.
        start: From then on.
        end: Until then.
        on_duty: Whether they work.
    """

    agent: str
    start: Moment
    end: Moment
    on_duty: bool


def change_shifts(
    env: Environment, changes: Sequence[ShiftChange], by: Actor, reason: str
) -> Flow[tuple[AgentState, ...]]:
    """Record all changes in one commit.

    Returns:
        The agents then, sorted by id.

    Raises:
        InvalidInput: If there is none, or one makes no sense, or is of an agent whom the desk does not know.
        ConflictError: If others kept changing the same agents.
    """
    if not 1 <= len(changes) <= MOST_CHANGES:
        raise InvalidInput("changes", f"are not between 1 and {MOST_CHANGES}")
    cause = clean_line(reason, env.book.current.redaction)
    wanted = [
        OverrideShift(
            agent_id=one.agent,
            start=instant(one.start, "start"),
            end=instant(one.end, "end"),
            on_duty=one.on_duty,
            cause=cause,
            by=by,
        )
        for one in changes
    ]
    if env.tentative:
        yield from requests.reserve()
    for attempt in range(1, requests.ATTEMPTS + 1):
        now = yield from requests.now()
        before = yield from known_agents(env, {one.agent_id for one in wanted})
        after, events = _decided(before, wanted, now)
        rows = tuple(agent_change(before[agent], events[agent]) for agent in sorted(events))
        outbox = outbox_rows(env, rows, {}, {}, to_us(now))
        answer = yield from requests.commit(Commit(env.tenant, rows, outbox=outbox, at_us=to_us(now)))
        if not isinstance(answer, Conflict):
            return tuple(after[agent] for agent in sorted(after))
        yield from requests.pause_after_conflict(attempt)
    raise ConflictError(f"agent:{wanted[0].agent_id}", requests.ATTEMPTS)


def _decided(
    before: dict[str, AgentState], wanted: Iterable[OverrideShift], now: Instant
) -> tuple[dict[str, AgentState], dict[str, list[AgentEvent]]]:
    after = dict(before)
    events: dict[str, list[AgentEvent]] = {}
    for command in wanted:
        for event in decide_agent(after.get(command.agent_id), command, now):
            after[command.agent_id] = evolve_agent(after[command.agent_id], event)
            events.setdefault(command.agent_id, []).append(event)
    return after, events
