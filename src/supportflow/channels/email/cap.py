"""How many mails of machines an address gets: two that answer each other, and do not say what they are, come to an end."""

import hashlib
from pathlib import Path
from typing import Protocol

from supportflow._kept import KeptFile
from supportflow._time import Instant, to_us
from supportflow.exceptions import InvalidInput

__all__ = ["MailCap", "SqliteMailCap"]

_TABLES = (
    """CREATE TABLE IF NOT EXISTS automatic (tenant TEXT NOT NULL, message_id TEXT NOT NULL, address TEXT NOT NULL,
    at_us INTEGER NOT NULL, PRIMARY KEY (tenant, message_id)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS of_address ON automatic (tenant, address, at_us)",
    "CREATE INDEX IF NOT EXISTS by_time ON automatic (at_us)",
)
_SECOND_US = 1_000_000


class MailCap(Protocol):
    """Says whether one more mail of a machine may go to an address."""

    def admits(self, tenant: str, address: str, message_id: str, at: Instant, /) -> bool:
        """True if this mail may go. Once it may, it always may: it is tried again under the same id."""
        ...


class SqliteMailCap:
    """Counts in a file of SQLite's, or in memory. Safe to share between threads and processes.

    It goes by the times at which answers were written, not by a clock: a mail that is tried again later has the same answer.
    Addresses are kept as hashes, and no longer than they count; whoever guesses one can check it.

    Args:
        path: The file, made if it is not there; memory, if not given.
        most: Mails of machines that an address gets within the time.
        within_s: The time, in seconds.

    Raises:
        InvalidInput: If a number is below one.
        StoreError: If the file cannot be opened; and, by every method, if it cannot be read or written.
    """

    def __init__(self, path: Path | str = ":memory:", *, most: int = 10, within_s: int = 86_400) -> None:
        for name, number in (("most", most), ("within_s", within_s)):
            if type(number) is not int or number < 1:
                raise InvalidInput(name, "is not one or more")
        self._most = most
        self._within_us = within_s * _SECOND_US
        self._file = KeptFile(path, "the file of automatic mails", _TABLES)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def admits(self, tenant: str, address: str, message_id: str, at: Instant, /) -> bool:
        """True if this mail may go."""
        whose, now = _hashed(address), to_us(at)
        with self._file.written() as cursor:
            cursor.execute("DELETE FROM automatic WHERE at_us <= ?", (now - 2 * self._within_us,))
            counted = cursor.execute(
                "SELECT count(*), max(message_id = ?) FROM automatic WHERE tenant = ? AND address = ? AND at_us > ?",
                (message_id, tenant, whose, now - self._within_us),
            ).fetchone()
            admitted = bool(counted[1]) or counted[0] < self._most
            if admitted:
                cursor.execute(
                    "INSERT OR IGNORE INTO automatic (tenant, message_id, address, at_us) VALUES (?, ?, ?, ?)",
                    (tenant, message_id, whose, now),
                )
        return admitted

    def forget(self, tenant: str, address: str, /) -> None:
        """Lose what an address got, as part of an erasure."""
        with self._file.used() as cursor:
            cursor.execute(
                "DELETE FROM automatic WHERE tenant = ? AND address = ?", (tenant, _hashed(address))
            )


def _hashed(address: str) -> str:
    return hashlib.sha256(address.lower().encode("utf-8", "surrogatepass")).hexdigest()
