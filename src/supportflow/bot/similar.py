"""An index of tickets on the machine that the desk runs on: SQLite's full-text search (FTS5), in memory or in a file.

What is kept are the words of requesters without their order, their places and their secrets. Languages that write words
apart are kept by words, cut after six letters so that endings differ less; Chinese, Japanese, Thai, Lao, Khmer and Burmese
by pairs of letters.
"""

# ruff: noqa: S608 - what is put into statements are names of tables, made of hashes

import hashlib
import math
import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from supportflow._kept import KeptFile
from supportflow.exceptions import StoreError
from supportflow.model.similar import IndexedText, SimilarText
from supportflow.triage.reading.folding import fold

__all__ = ["LocalTicketIndex", "terms_of"]

_SECURE_DELETE = (3, 42, 0)
"""The first SQLite whose full-text tables can lose deleted words at once."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS place (tenant TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS text (
        number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, ticket_id TEXT NOT NULL,
        subject TEXT NOT NULL, UNIQUE (tenant, id)
    )""",
    "CREATE INDEX IF NOT EXISTS of_subject ON text (tenant, subject)",
)
_WAIT_S = 5
_LONGEST = 8_000  # characters of a text that are kept
_LETTERS = 6  # of a word that are kept
_ASKED = 24  # terms of a question that are looked up, the rarest ones
_READ = 20_000  # texts that they stand in, together: common words beyond that say little and cost most
_LEAST = 0.2  # share of a question below which nothing was found
_TOGETHER = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai and Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, Chinese characters
)
_TERMS = re.compile(rf"[{_TOGETHER}]+|(?:(?![{_TOGETHER}])\w)+")
_IS_TOGETHER = re.compile(f"[{_TOGETHER}]")


def terms_of(text: str) -> list[str]:
    """What a text is found by, each once, in the order of the text.

    Args:
        text: Any text; what is beyond 8,000 characters is not read.
    """
    found: dict[str, None] = {}
    for match in _TERMS.finditer(fold(text[:_LONGEST]).text):
        run = match[0]
        if not _IS_TOGETHER.match(run):
            if len(run) > 1:
                found[run if run.isdecimal() else run[:_LETTERS]] = None
        elif len(run) == 1:
            found[run] = None
        else:
            found.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
    return list(found)


class LocalTicketIndex:
    """Finds tickets by the words that their requesters wrote. Safe to share between threads.

    Several processes may share a file, one of them writing at a time.

    Two texts are as similar as they share rare words: a text that has every word of the question has a share of 1. The same
    index and the same question always give the same answer in the same order.

    Args:
        path: Where it is kept: a file, which is made if it is not there, or memory if not given. A file can be deleted while
            nothing has it open; the index is then made anew from the desk's feed.

    Raises:
        StoreError: If the file cannot be opened or is no index, or this SQLite has no FTS5; and, by every method, if it
            cannot be read or written.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._file = KeptFile(path, "the index of tickets", _TABLES, wait_s=_WAIT_S)
        try:
            with self._file.written() as cursor:
                self._made(cursor, "")
        except StoreError:
            self._file.close()
            raise

    def close(self) -> None:
        """Close it. What is in a file stays there."""
        self._file.close()

    def place(self, tenant: str, /) -> str | None:
        """How far in the feed it has come; None before the first time."""
        with self._file.used() as cursor:
            row = cursor.execute("SELECT place FROM place WHERE tenant = ?", (tenant,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, tenant: str, texts: Sequence[IndexedText], place: str, /) -> None:
        """Take up texts and the place behind them, in one transaction."""
        with self._file.written() as cursor:
            table = self._made(cursor, tenant)
            for one in texts:
                self._lose(cursor, tenant, "id = ?", one.id)
                cursor.execute(
                    "INSERT INTO text (tenant, id, ticket_id, subject) VALUES (?, ?, ?, ?)",
                    (tenant, one.id, one.ticket_id, one.subject),
                )
                cursor.execute(
                    f"INSERT INTO {table} (rowid, terms) VALUES (?, ?)",
                    (cursor.lastrowid, " ".join(map(_written, terms_of(one.text)))),
                )
            cursor.execute("INSERT OR REPLACE INTO place (tenant, place) VALUES (?, ?)", (tenant, place))

    def find(
        self, tenant: str, text: str, /, *, limit: int, apart_from: str | None = None
    ) -> Sequence[SimilarText]:
        """The texts most like one, the most similar first; none that has less than a fifth of its rare words."""
        with self._file.used() as cursor:
            table = _table(tenant)
            if not _is_made(cursor, table):
                return ()
            weights, whole, count = self._weights(
                cursor, table, terms_of(text), self._own(cursor, table, tenant, apart_from)
            )
            if not weights:
                return ()
            asked = self._asked(weights, count)
            rows = cursor.execute(
                f"SELECT text.id, text.ticket_id, {table}.terms FROM {table} JOIN text ON text.number = {table}.rowid "
                f"WHERE {table} MATCH ? AND text.ticket_id IS NOT ? ORDER BY {table}.rank, text.id LIMIT ?",
                (" OR ".join(map(_written, asked)), apart_from, limit),
            ).fetchall()
        found: list[SimilarText] = []
        for text_id, ticket_id, terms in rows:
            shared = sorted(
                weights.keys() & set(map(_read, terms.split())), key=lambda term: (-weights[term], term)
            )
            share = round(sum(weights[term] for term in shared) / whole, 4)
            if share >= _LEAST:
                found.append(SimilarText(text_id, ticket_id, share, tuple(shared)))
        return tuple(sorted(found, key=lambda one: (-one.share, one.id)))

    def erase(self, tenant: str, subject: str, /) -> None:
        """Lose every text of a person: nothing of the words is left in the file."""
        with self._file.written() as cursor:
            self._lose(cursor, tenant, "subject = ?", subject)

    def erase_contents(self, tenant: str, ids: Collection[str], /) -> None:
        """Lose these texts; what is not there is no error."""
        with self._file.written() as cursor:
            for name in ids:
                self._lose(cursor, tenant, "id = ?", name)

    def clear(self, tenant: str, /) -> None:
        """Lose everything of a tenant, and the place."""
        with self._file.written() as cursor:
            self._lose(cursor, tenant, "? = ''", "")
            cursor.execute("DELETE FROM place WHERE tenant = ?", (tenant,))

    # --- how it is kept ------------------------------------------------------------------------

    def _lose(self, cursor: sqlite3.Cursor, tenant: str, where: str, value: str) -> None:
        table = _table(tenant)
        numbers = cursor.execute(
            f"SELECT number FROM text WHERE tenant = ? AND {where}", (tenant, value)
        ).fetchall()
        if not numbers:
            return
        cursor.executemany(f"DELETE FROM {table} WHERE rowid = ?", numbers)
        cursor.executemany("DELETE FROM text WHERE number = ?", numbers)
        if sqlite3.sqlite_version_info < _SECURE_DELETE:
            # An older full-text table only marks words as deleted until its parts are joined.
            cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    @staticmethod
    def _made(cursor: sqlite3.Cursor, tenant: str) -> str:
        """The full-text table of a tenant, made if it is not there: how rare a word is, is a tenant's own matter."""
        table = _table(tenant)
        if not _is_made(cursor, table):
            cursor.execute(f"CREATE VIRTUAL TABLE {table} USING fts5 (terms, tokenize = 'ascii')")
            cursor.execute(f"CREATE VIRTUAL TABLE {table}_df USING fts5vocab ({table}, 'row')")
            if sqlite3.sqlite_version_info >= _SECURE_DELETE:
                cursor.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('secure-delete', 1)")
        return table

    @staticmethod
    def _own(
        cursor: sqlite3.Cursor, table: str, tenant: str, ticket_id: str | None
    ) -> Sequence[frozenset[str]]:
        """The terms of each text of the ticket that asks: how rare a word is, is to be told by the others."""
        if ticket_id is None:
            return ()
        rows = cursor.execute(
            f"SELECT {table}.terms FROM text JOIN {table} ON {table}.rowid = text.number "
            "WHERE text.tenant = ? AND text.ticket_id = ?",
            (tenant, ticket_id),
        )
        return [frozenset(row[0].split()) for row in rows]

    @staticmethod
    def _weights(
        cursor: sqlite3.Cursor, table: str, terms: Sequence[str], own: Sequence[frozenset[str]]
    ) -> tuple[dict[str, float], float, int]:
        """How much each term weighs that other texts have, how much all terms weigh, and how many texts there are.

        One that few texts have says most. One that none has speaks against every text, for half of that: it may be a name,
        or mistyped.
        """
        count = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()[0] - len(own)
        found: dict[str, float] = {}
        for term in terms:
            written = _written(term)
            row = cursor.execute(f"SELECT doc FROM {table}_df WHERE term = ?", (written,)).fetchone()
            others = 0 if row is None else row[0] - sum(written in one for one in own)
            if others > 0:
                found[term] = math.log(1 + count / others)
        unknown = math.log(1 + count) / 2
        return found, sum(found.values()) + unknown * (len(terms) - len(found)), count

    @staticmethod
    def _asked(weights: Mapping[str, float], count: int) -> list[str]:
        """The terms that are looked up: the rarest ones, and common ones as long as they stand in few texts together."""
        asked: list[str] = []
        read = 0.0
        for term in sorted(weights, key=lambda term: (-weights[term], term))[:_ASKED]:
            read += count / math.expm1(weights[term])
            if asked and read > _READ:
                break
            asked.append(term)
        return asked


def _table(tenant: str) -> str:
    return f"words_{hashlib.sha256(tenant.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def _is_made(cursor: sqlite3.Cursor, table: str) -> bool:
    return cursor.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is not None


def _written(term: str) -> str:
    """A term as the full-text table keeps it: letters and digits that no tokenizer and no query syntax changes."""
    return "x" + term.encode("utf-8", "surrogatepass").hex()


def _read(written: str) -> str:
    return bytes.fromhex(written[1:]).decode("utf-8", "surrogatepass")
