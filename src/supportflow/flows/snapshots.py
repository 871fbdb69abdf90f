"""Snapshots as they are read and written: what this process wrote or read last of a ticket is not read again.

A cached ticket counts only for the very bytes that it was read from or written as, at the version that the row says. So it
does not matter who wrote the row meanwhile, whether a commit was undone, or what was done to the row by hand: other bytes
are read. No text of a person is in a snapshot, and what was erased is in no ticket that is kept here.
"""

from collections import OrderedDict
from typing import NamedTuple

from supportflow.model.made import of_fields
from supportflow.model.storage import TicketRow
from supportflow.model.ticket import Ticket
from supportflow.model.ticket_json import TICKET, Parts, joined

__all__ = ["MOST", "Snapshots"]

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


def _own(ticket: Ticket) -> Ticket:
    """A ticket that shares nothing that can change with another: attributes are a dictionary, and hosts get tickets."""
    values = ticket.__dict__.copy()
    values["attributes"] = values["attributes"].copy()
    return of_fields(Ticket, values, ticket.__pydantic_fields_set__)
