"""Snapshots as they are read and written: what this process wrote or read last of a ticket or an agent is not read again.

A cached ticket counts only for the very bytes that it was read from or written as, at the version that the row says. So it
does not matter who wrote the row meanwhile, whether a commit was undone, or what was done to the row by hand: other bytes
are read. No text of a person is in a snapshot, and what was erased is in no ticket that is kept here.
"""

from collections import OrderedDict
from typing import NamedTuple

from supportflow.model.base import STORED
from supportflow.model.made import of_fields
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState
from supportflow.model.storage import AgentRow, TicketRow
from supportflow.model.ticket import Ticket
from supportflow.model.ticket_json import TICKET, Parts, joined
from supportflow.model.written import written

__all__ = ["MOST", "AgentSnapshots", "Snapshots"]

MOST = 500
"""How many tickets are kept: some 8 kB each."""


class _Known(NamedTuple):
    version: int
    snapshot: bytes
    ticket: Ticket
    parts: Parts | None = None


class Snapshots:
    """The tickets that a desk wrote or read last, the oldest forgotten first. Threads may use it at the same time."""

    def __init__(self, most: int = MOST) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._most = most

    def __len__(self) -> int:
        return len(self._known)

    def read(self, row: TicketRow) -> Ticket | None:
        """The ticket in a row, as its snapshot says; it can be of another id or version than the row.

        Returns:
            None if the snapshot cannot be read.
        """
        known = self._known.get(row.id)
        if known is not None and known.version == row.version and known.snapshot == row.snapshot:
            return _own(known.ticket)
        try:
            ticket = Ticket.model_validate_json(row.snapshot)
        except (ValueError, TypeError):  # pydantic's own, and that of a column that holds no text at all
            return None
        if isinstance(row.snapshot, bytes):
            self.keep(row.id, row.version, row.snapshot, ticket)
        return ticket

    def keep(self, ticket_id: str, version: int, snapshot: bytes, ticket: Ticket) -> None:
        """Remember what a ticket was read from."""
        self._keep(ticket_id, _Known(version, snapshot, _own(ticket)))

    def write(self, ticket: Ticket) -> bytes:
        """The snapshot of a ticket, which is remembered: what it shares with the last one of it is not written again."""
        known = self._known.get(ticket.id)
        before = None if known is None or known.parts is None else (known.ticket, known.parts)
        parts = TICKET.parts(ticket, before)
        snapshot = joined(parts)
        self._keep(ticket.id, _Known(ticket.version, snapshot, _own(ticket), parts))
        return snapshot

    def _keep(self, ticket_id: str, fresh: _Known) -> None:
        known = self._known
        # Each of these is one step of the interpreter: another thread that does the same meanwhile only forgets one more.
        known.pop(ticket_id, None)
        known[ticket_id] = fresh
        if len(known) > self._most:
            try:
                known.popitem(last=False)
            except KeyError:  # others have forgotten everything meanwhile
                return


class AgentSnapshots:
    """The agents that a desk wrote or read last, the oldest forgotten first. Threads may use it at the same time."""

    def __init__(self, most: int = MOST) -> None:
        self._known: OrderedDict[str, tuple[bytes, AgentState]] = OrderedDict()
        self._most = most

    def read(self, row: AgentRow) -> AgentState | None:
        """The agent in a row, as its snapshot says.

        Returns:
            None if the snapshot cannot be read, or is of another agent or version than the row.
        """
        known = self._known.get(row.id)
        if known is not None and known[0] == row.snapshot:
            state = _own_agent(known[1])
        else:
            try:
                state = AgentState.model_validate_json(row.snapshot, context=STORED)
            except (ValueError, TypeError):
                return None
            if isinstance(row.snapshot, bytes):
                self._keep(row.id, row.snapshot, state)
        return state if (state.id, state.version) == (row.id, row.version) else None

    def write(self, state: AgentState) -> bytes:
        """The snapshot of an agent, which is remembered."""
        snapshot = written(state)
        self._keep(state.id, snapshot, state)
        return snapshot

    def _keep(self, agent_id: str, snapshot: bytes, state: AgentState) -> None:
        known = self._known
        known.pop(agent_id, None)
        known[agent_id] = snapshot, _own_agent(state)
        if len(known) > self._most:
            try:
                known.popitem(last=False)
            except KeyError:  # others have forgotten everything meanwhile
                return


def _own_agent(state: AgentState) -> AgentState:
    """An agent that shares nothing that can change with another: skills and limits are dictionaries."""
    agent = state.agent.__dict__.copy()
    agent["skills"], agent["limits"] = agent["skills"].copy(), agent["limits"].copy()
    values = state.__dict__.copy()
    values["agent"] = of_fields(Agent, agent, state.agent.__pydantic_fields_set__)
    return of_fields(AgentState, values, state.__pydantic_fields_set__)


def _own(ticket: Ticket) -> Ticket:
    """A ticket that shares nothing that can change with another: attributes are a dictionary, and hosts get tickets."""
    values = ticket.__dict__.copy()
    values["attributes"] = values["attributes"].copy()
    return of_fields(Ticket, values, ticket.__pydantic_fields_set__)
