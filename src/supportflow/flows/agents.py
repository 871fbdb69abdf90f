"""Agents: reading them, and carrying out what is asked of them."""

import json
from collections.abc import Collection

from supportflow._time import to_us
from supportflow.exceptions import (
    ConflictError,
    DamagedRow,
    IdempotencyMismatch,
    InvalidInput,
    NewerSchemaError,
    SupportflowError,
)
from supportflow.flows import requests
from supportflow.flows.cleaning import clean
from supportflow.flows.environment import Environment
from supportflow.flows.noticing import UNREADABLE
from supportflow.flows.preparing import request_hash
from supportflow.flows.requests import Flow
from supportflow.flows.rows import agent_change, outbox_rows, read_row
from supportflow.kernel.agents import AGENT_FOLD_VERSION, decide_agent, fold_agent
from supportflow.model.base import STORED
from supportflow.model.commands import AgentCommand
from supportflow.model.routing import AgentState
from supportflow.model.storage import AgentRow, Commit, Conflict, Duplicate, InboxEntry

__all__ = ["all_agents", "carry_out", "get_agent", "known_agents", "read_agent", "readable_agent"]

_PAGE = 1_000


def read_agent(env: Environment, row: AgentRow) -> Flow[AgentState]:
    """The agent in a row. A snapshot of another fold, or one that is damaged, is made anew from the agent's events.

    Raises:
        NewerSchemaError: If the snapshot or an event is of a newer supportflow: that one sees to it.
        DamagedRow: If neither the snapshot nor the events can be read.
    """
    stream = f"agent:{row.id}"
    current = row.fold_version == AGENT_FOLD_VERSION
    if not current and row.fold_version > AGENT_FOLD_VERSION:
        raise NewerSchemaError("agent snapshot", row.fold_version, AGENT_FOLD_VERSION)
    state = _snapshot(row) if current else None
    if state is None:
        rows = yield from requests.events(env.tenant, stream)
        if [one.seq for one in rows] != list(range(1, len(rows) + 1)) or len(rows) != row.version:
            raise DamagedRow(stream, "its events are not complete")
        try:
            state = fold_agent(map(read_row, rows))
        except NewerSchemaError:
            raise
        except Exception as error:  # as for tickets
            raise DamagedRow(stream, f"its events make no agent ({type(error).__name__})") from error
        if current:
            env.noticed.mended(stream)
    env.noticed.used(stream)
    return state


def _snapshot(row: AgentRow) -> AgentState | None:
    """The agent as the row says; None if it does not say it, or says it of another one."""
    try:
        state = AgentState.model_validate_json(row.snapshot, context=STORED)
    except (ValueError, TypeError):
        return None
    return state if (state.id, state.version) == (row.id, row.version) else None


def known_agents(env: Environment, ids: Collection[str]) -> Flow[dict[str, AgentState]]:
    """Those of the agents whom the desk knows."""
    found: dict[str, AgentState] = {}
    for agent_id in sorted(ids):
        row = yield from requests.load_agent(env.tenant, agent_id)
        if row is not None:
            found[agent_id] = yield from read_agent(env, row)
    return found


def get_agent(env: Environment, agent_id: str) -> Flow[AgentState]:
    """An agent.

    Raises:
        InvalidInput: If the desk does not know them.
    """
    row = yield from requests.load_agent(env.tenant, agent_id)
    if row is None:
        raise InvalidInput("agent", "is no agent whom the desk knows; enrol them first")
    return (yield from read_agent(env, row))


def readable_agent(env: Environment, row: AgentRow) -> Flow[AgentState | None]:
    """The agent in a row among others; None if they cannot be read, which is noted."""
    try:
        return (yield from read_agent(env, row))
    except UNREADABLE as error:
        env.noticed.skip(f"agent:{row.id}", error)
        return None


def all_agents(env: Environment) -> Flow[tuple[AgentState, ...]]:
    """Every agent whom the desk knows, in the order of their ids, without those who cannot be read: these are noted."""
    states: list[AgentState] = []
    after = ""
    while True:
        rows = yield from requests.agents(env.tenant, after, _PAGE)
        for row in rows:
            state = yield from readable_agent(env, row)
            if state is not None:
                states.append(state)
        if len(rows) < _PAGE:
            return tuple(states)
        after = rows[-1].id


def carry_out(env: Environment, command: AgentCommand) -> Flow[tuple[AgentState, bool]]:
    """Carry out a command on an agent: the agent then, and whether it was carried out now, not before under its key.

    Raises:
        InvalidInput: If the agent is not known, or the command makes no sense.
        IdempotencyMismatch: If its key was used for something else.
        ConflictError: If others kept changing the agent.
    """
    key = command.key
    if key is None:
        return (yield from _carry_out(env, _clean(env, command), None))
    inbox = InboxEntry(
        key, request_hash(command, env.secret), json.dumps({"agent": command.agent_id}).encode()
    )
    command = _clean(env, command)
    try:
        return (yield from _carry_out(env, command, inbox))
    except IdempotencyMismatch:
        raise
    except SupportflowError:
        # What stands in the way may be what this very command did: a shift that is over by now.
        known = yield from requests.recall(env.tenant, key)
        if known is None:
            raise
    return (yield from _again(env, known, inbox))


def _clean(env: Environment, command: AgentCommand) -> AgentCommand:
    """The command without secrets."""
    cleaned = clean(command, env.book.current.redaction).command
    assert isinstance(cleaned, AgentCommand)
    return cleaned


def _carry_out(
    env: Environment, command: AgentCommand, inbox: InboxEntry | None
) -> Flow[tuple[AgentState, bool]]:
    """Load, decide, commit; again if others were faster."""
    if env.tentative:
        yield from requests.reserve()
    for attempt in range(1, requests.ATTEMPTS + 1):
        now = yield from requests.now()
        known = yield from known_agents(env, (command.agent_id,))
        state = known.get(command.agent_id)
        events = decide_agent(state, command, now)
        if state is not None and not events and inbox is None:
            return state, True
        changes = (agent_change(state, events),) if events else ()
        outbox = outbox_rows(env, changes, to_us(now))
        commit = Commit(env.tenant, changes, outbox=outbox, inbox=inbox, at_us=to_us(now))
        answer = yield from requests.commit(commit)
        if isinstance(answer, Duplicate) and inbox is not None:
            return (yield from _again(env, answer.entry, inbox))
        if not isinstance(answer, Conflict):
            row = changes[0].row if changes else None
            read = read_agent(env, row) if isinstance(row, AgentRow) else get_agent(env, command.agent_id)
            return (yield from read), True
        yield from requests.pause_after_conflict(attempt)
    raise ConflictError(f"agent:{command.agent_id}", requests.ATTEMPTS)


def _again(env: Environment, entry: InboxEntry, asked: InboxEntry) -> Flow[tuple[AgentState, bool]]:
    """The agent as they are now, for a command that was carried out before."""
    if entry.request_hash != asked.request_hash:
        raise IdempotencyMismatch(entry.key)
    return (yield from get_agent(env, json.loads(entry.result)["agent"])), False
