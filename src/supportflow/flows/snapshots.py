"""Snapshots as they are read and written: what this process wrote or read last of a ticket or an agent is not read again.

A cached ticket counts only for the very bytes that it was read from or written as, at the version that the row says. So it
does not matter who wrote the row meanwhile, whether a commit was undone, or what was done to the row by hand: other bytes
are read. No text of a person is in a snapshot, and what was erased is in no ticket that is kept here.

The snapshot of a ticket is written when the store asks for it. One in memory does not: there it is written when the ticket
is forgotten here, so that a store never holds more tickets as values than are kept here.
"""

from collections import OrderedDict
from typing import NamedTuple

from supportflow.model.base import STORED
from supportflow.model.made import of_fields
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState
from supportflow.model.storage import AgentRow, TicketRow, Unwritten, held_snapshot
from supportflow.model.ticket import Ticket
from supportflow.model.ticket_json import TICKET, Parts, joined
from supportflow.model.written import written

__all__ = ["MOST", "AgentSnapshots", "Snapshots"]

MOST = 500
"""How many tickets are kept: some 8 kB each."""


class _Later(Unwritten):
    """The snapshot of a ticket that this process has made, and may have written.

    Args:
        ticket: The ticket, of which nobody else has what can change.
        before: One that was written before, best the same one at its last version, and as what.
    """

    __slots__ = ("_before", "_data", "_ticket", "parts")

    def __init__(self, ticket: Ticket, before: tuple[Ticket, Parts] | None) -> None:
        self.parts: Parts | None = None
        self._ticket: Ticket | None = ticket
        self._before = before
        self._data = b""

    def written(self) -> bytes:
        """The ticket as JSON. What it shares with the one before is not written again."""
        # Whoever comes at the same time writes the same bytes; the ticket is let go of when they are there.
        ticket = self._ticket
        if ticket is not None:
            parts = TICKET.parts(ticket, self._before)
            self._data = joined(parts)
            self.parts = parts
            self._ticket = self._before = None
        return self._data

    def forget(self) -> None:
        """Keep the bytes alone."""
        self.written()
        self.parts = None


class _Known(NamedTuple):
    version: int
    snapshot: bytes | Unwritten
    ticket: Ticket

    def is_in(self, row: TicketRow) -> bool:
        """Whether a row holds this snapshot, written or not."""
        held = held_snapshot(row)
        if held is self.snapshot:
            return True
        own = self.snapshot
        return (own.written() if isinstance(own, Unwritten) else own) == row.snapshot


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
        if known is not None and known.version == row.version and known.is_in(row):
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

    def later(self, ticket: Ticket) -> Unwritten:
        """The snapshot of a ticket, which is remembered."""
        known = self._known.get(ticket.id)
        before = None
        if known is not None and isinstance(known.snapshot, _Later) and known.snapshot.parts is not None:
            before = known.ticket, known.snapshot.parts
        own = _own(ticket)
        snapshot = _Later(own, before)
        self._keep(ticket.id, _Known(ticket.version, snapshot, own))
        return snapshot

    def _keep(self, ticket_id: str, fresh: _Known) -> None:
        known = self._known
        # Each of these is one step of the interpreter: another thread that does the same meanwhile only forgets one more.
        known.pop(ticket_id, None)
        known[ticket_id] = fresh
        if len(known) > self._most:
            try:
                _, oldest = known.popitem(last=False)
            except KeyError:  # others have forgotten everything meanwhile
                return
            if isinstance(oldest.snapshot, _Later):
                oldest.snapshot.forget()


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
