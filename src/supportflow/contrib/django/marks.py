"""What was reported last: read and written for each save of the host's, so by statements of its own and not by the ORM."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from supportflow.contrib.django.link import unlogged

__all__ = ["Mark", "is_first", "locked"]

_READ = "SELECT known, gone, seen FROM supportflow_bridged WHERE bridge = %s AND ref = %s"
_MAKE = (
    "INSERT INTO supportflow_bridged (bridge, ref, known, gone, seen) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
_WRITE = "UPDATE supportflow_bridged SET known = %s, gone = %s, seen = %s WHERE bridge = %s AND ref = %s"
_FORGET = "DELETE FROM supportflow_bridged WHERE bridge = %s AND ref = %s"
_NOTE = "INSERT INTO supportflow_bridged_message (bridge, message) VALUES (%s, %s) ON CONFLICT DO NOTHING"


@dataclass
class Mark:
    """What a bridge has reported of a ticket; its row is locked as long as the transaction is open.

    Attributes:
        using: The database.
        bridge: The name of the bridge.
        ref: The desk's `ref` of the ticket.
        known: Whether the desk knows the ticket.
        gone: Whether the host has deleted it.
        seen: What was said of it last.
        made: Whether it has a row.
    """

    using: str
    bridge: str
    ref: str
    known: bool = False
    gone: bool = False
    seen: dict[str, Any] = field(default_factory=dict)
    made: bool = True

    def save(self) -> None:
        """Write it."""
        with unlogged(connections[self.using]) as cursor:
            seen = json.dumps(self.seen, ensure_ascii=False)
            if self.made:
                cursor.execute(_WRITE, [self.known, self.gone, seen, self.bridge, self.ref])
            else:
                cursor.execute(_MAKE, [self.bridge, self.ref, self.known, self.gone, seen])
                self.made = True

    def forget(self) -> None:
        """Delete it."""
        with unlogged(connections[self.using]) as cursor:
            cursor.execute(_FORGET, [self.bridge, self.ref])


def locked(using: str, bridge: str, ref: str) -> Mark:
    """The mark of a ticket, locked until the transaction ends; made for that if there is none and the lock is that of a row.

    On SQLite nobody else can write: the caller has `reserved` that.
    """
    connection = connections[using]
    of_row = connection.features.has_select_for_update
    read = f"{_READ} FOR UPDATE" if of_row else _READ
    with unlogged(connection) as cursor:
        cursor.execute(read, [bridge, ref])
        found = cursor.fetchone()
        if found is None and not of_row:
            return Mark(using, bridge, ref, made=False)
        if found is None:
            # If somebody else makes it at this moment, this waits for them.
            cursor.execute(_MAKE, [bridge, ref, False, False, "{}"])
            if cursor.rowcount == 1:
                return Mark(using, bridge, ref)
            cursor.execute(read, [bridge, ref])
            found = cursor.fetchone()
    known, gone, seen = found
    return Mark(using, bridge, ref, bool(known), bool(gone), json.loads(seen))


def is_first(using: str, bridge: str, message: str) -> bool:
    """Note that a message is reported; False if it was before."""
    with unlogged(connections[using]) as cursor:
        cursor.execute(_NOTE, [bridge, message])
        return bool(cursor.rowcount == 1)
