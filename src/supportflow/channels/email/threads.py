"""Which ticket a mail belongs to: by a signed token in our message ids, then by others' ids. Never by its subject."""

import base64
import hashlib
import hmac
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

from supportflow._kept import KeptFile
from supportflow.exceptions import InvalidInput

__all__ = ["MailThreads", "MemoryThreads", "ReplyToken", "SqliteThreads"]

_TABLES = (
    """CREATE TABLE IF NOT EXISTS mail (number INTEGER PRIMARY KEY, tenant TEXT NOT NULL,
    message_id TEXT NOT NULL, ticket_id TEXT NOT NULL, UNIQUE (tenant, message_id))""",
    "CREATE INDEX IF NOT EXISTS of_ticket ON mail (tenant, ticket_id)",
)
_KEPT = 50
_SHORTEST_SECRET = 16
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_LONGEST_LOCAL = 64
_SIGNED = 16  # letters of a signature in an address: 80 bits
_NAMED = re.compile(rf"([a-z0-9-]{{1,48}})\.([a-z2-7]{{{_SIGNED}}})")
_OURS = re.compile(r"sf\.([a-z2-7]{1,330})\.([a-z2-7]{16})\.([a-z2-7]{26})")


class MailThreads(Protocol):
    """Keeps which mails belong to which ticket. Nothing crosses tenants."""

    def ticket_of(self, tenant: str, ids: Sequence[str], /) -> str | None:
        """The ticket of the first of these mails that is known; None if none is."""
        ...

    def record(self, tenant: str, ticket_id: str, message_id: str, /) -> None:
        """Note that a mail belongs to a ticket. The first ticket that a mail was noted for keeps it."""
        ...

    def messages(self, tenant: str, ticket_id: str, /) -> Sequence[str]:
        """Ids of the mails of a ticket, the oldest first; the first one and the last ones, if there are many."""
        ...

    def forget(self, tenant: str, ticket_id: str, /) -> None:
        """Lose the mails of a ticket."""
        ...


class ReplyToken:
    """Writes a ticket's id into message ids and addresses so that nobody else can: with an HMAC (SHA-256).

    Args:
        secret: Known to the host alone; sixteen bytes or more. With another secret, older tokens are strangers' ids.
        domain: Behind the @ of message ids.
        tenant: Of the desk: a token of another tenant is none.

    Raises:
        InvalidInput: If the secret is too short, or the domain is none.
    """

    def __init__(self, secret: bytes, domain: str, tenant: str = "default") -> None:
        if len(secret) < _SHORTEST_SECRET:
            raise InvalidInput("secret", f"is not {_SHORTEST_SECRET} bytes or more")
        if not _DOMAIN.fullmatch(domain.lower()):
            raise InvalidInput("domain", "is not the name of a domain")
        self._secret = secret
        self._domain = domain.lower()
        self._tenant = tenant

    def message_id(self, ticket_id: str, key: str) -> str:
        """The id of a mail of ours, without brackets: the same for every attempt to deliver it.

        Args:
            ticket_id: The ticket.
            key: The delivery's key.
        """
        which = _letters(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:10])
        name = _letters(ticket_id.encode())
        return f"sf.{name}.{which}.{self._signed('id', name, which)}@{self._domain}"

    def address(self, local: str, domain: str, ticket_id: str) -> str:
        """An address whose mails belong to a ticket: `support+<ticket>.<signature>@example.com`.

        Raises:
            InvalidInput: If what stands before the @ would be longer than the 64 characters that mail allows, or if the
                ticket's id has letters that an address cannot have.
        """
        name = ticket_id.lower()
        written = f"{local}+{name}.{self._signed('to', name, '')[:_SIGNED]}"
        if (
            name != ticket_id
            or len(written) > _LONGEST_LOCAL
            or not _NAMED.fullmatch(f"{name}.{'a' * _SIGNED}")
        ):
            raise InvalidInput("ticket_id", "does not fit an address")
        return f"{written}@{domain}"

    def ticket_of(self, given: str) -> str | None:
        """The ticket that a message id or an address names; None if it is not one that we wrote.

        Args:
            given: A message id without brackets, or an address. Mail servers may have changed its case.
        """
        local = given.rpartition("@")[0].lower()
        _, plus, tag = local.rpartition("+")
        if plus:
            named = _NAMED.fullmatch(tag)
            if named is None or not _same(named[2], self._signed("to", named[1], "")[:_SIGNED]):
                return None
            return str(named[1])
        found = _OURS.fullmatch(local)
        if found is None or not _same(found[3], self._signed("id", found[1], found[2])):
            return None
        try:
            return base64.b32decode(found[1].upper() + "=" * (-len(found[1]) % 8)).decode()
        except ValueError:
            return None

    def _signed(self, use: str, name: str, which: str) -> str:
        told = f"{use}\0{self._tenant}\0{name}\0{which}".encode("utf-8", "surrogatepass")
        return _letters(hmac.new(self._secret, told, hashlib.sha256).digest()[:16])


def _same(given: str, written: str) -> bool:
    return hmac.compare_digest(given.encode(), written.encode())


def _letters(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()


class MemoryThreads:
    """Keeps threads as long as the process lives, for tests and trials."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tickets: dict[tuple[str, str], str] = {}
        self._messages: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def ticket_of(self, tenant: str, ids: Sequence[str], /) -> str | None:
        """The ticket of the first of these mails that is known."""
        with self._lock:
            return next((self._tickets[tenant, one] for one in ids if (tenant, one) in self._tickets), None)

    def record(self, tenant: str, ticket_id: str, message_id: str, /) -> None:
        """Note that a mail belongs to a ticket."""
        with self._lock:
            if self._tickets.setdefault((tenant, message_id), ticket_id) != ticket_id:
                return
            known = self._messages[tenant, ticket_id]
            if message_id not in known:
                known.append(message_id)

    def messages(self, tenant: str, ticket_id: str, /) -> Sequence[str]:
        """Ids of the mails of a ticket, the oldest first."""
        with self._lock:
            return _bounded(self._messages.get((tenant, ticket_id), []))

    def forget(self, tenant: str, ticket_id: str, /) -> None:
        """Lose the mails of a ticket."""
        with self._lock:
            for one in self._messages.pop((tenant, ticket_id), []):
                self._tickets.pop((tenant, one), None)


class SqliteThreads:
    """Keeps threads in a file of SQLite's. Safe to share between threads and processes.

    What is forgotten is overwritten in the file: ids of mails often have their writers' names in them.

    Args:
        path: The file, made if it is not there.

    Raises:
        StoreError: If it cannot be opened; and, by every method, if it cannot be read or written.
    """

    def __init__(self, path: Path | str) -> None:
        self._file = KeptFile(path, "the file of mail threads", _TABLES)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def ticket_of(self, tenant: str, ids: Sequence[str], /) -> str | None:
        """The ticket of the first of these mails that is known."""
        with self._file.used() as cursor:
            for one in ids:
                row = cursor.execute(
                    "SELECT ticket_id FROM mail WHERE tenant = ? AND message_id = ?", (tenant, one)
                ).fetchone()
                if row is not None:
                    return str(row[0])
        return None

    def record(self, tenant: str, ticket_id: str, message_id: str, /) -> None:
        """Note that a mail belongs to a ticket."""
        with self._file.used() as cursor:
            cursor.execute(
                "INSERT OR IGNORE INTO mail (tenant, message_id, ticket_id) VALUES (?, ?, ?)",
                (tenant, message_id, ticket_id),
            )

    def messages(self, tenant: str, ticket_id: str, /) -> Sequence[str]:
        """Ids of the mails of a ticket, the oldest first."""
        with self._file.used() as cursor:
            rows = cursor.execute(
                "SELECT message_id FROM mail WHERE tenant = ? AND ticket_id = ? ORDER BY number",
                (tenant, ticket_id),
            ).fetchall()
        return _bounded([str(row[0]) for row in rows])

    def forget(self, tenant: str, ticket_id: str, /) -> None:
        """Lose the mails of a ticket."""
        with self._file.used() as cursor:
            cursor.execute("DELETE FROM mail WHERE tenant = ? AND ticket_id = ?", (tenant, ticket_id))


def _bounded(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(ids) if len(ids) <= _KEPT else (ids[0], *ids[-_KEPT + 1 :])
