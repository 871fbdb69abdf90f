"""Whether a database has the tables of this version."""

from supportflow.exceptions import StoreError
from supportflow.stores.sql.backends import POSTGRESQL, SQLITE, Cursor
from supportflow.stores.sql.files import warn_of_wal_reset
from supportflow.stores.sql.link import Link
from supportflow.stores.sql.revisions import KNOWN, REVISION, VERSION_TABLE
from supportflow.stores.sql.statements import ddl

__all__ = ["check_tables"]


def check_tables(link: Link) -> bool:
    """Make the tables of an empty SQLite file; see that others are there and new enough.

    Returns:
        True if that is so for good. Tables that were made in a host's transaction can still be undone.

    Raises:
        StoreError: If there are none, or they are of an older version.
    """
    # Without a lock: two that look at once find the same, and only one of them makes the tables.
    found = _revision(link)
    if found is None and link.backend is SQLITE:
        link.run(_make_tables, "write")
        found = REVISION
    if found is None:
        raise StoreError("the database has no tables of supportflow: run `supportflow migrate URL`")
    if found in KNOWN[:-1]:
        raise StoreError(f"the database is at revision {found}: run `supportflow migrate URL`")
    if link.backend is POSTGRESQL:
        return True
    if link.joined:
        return False
    link.run(_look_at_file, "read")
    return True


def _revision(link: Link) -> str | None:
    exists = (
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        if link.backend is SQLITE
        else "SELECT 1 WHERE to_regclass(?) IS NOT NULL"
    )

    def work(cursor: Cursor) -> str | None:
        cursor.execute(link.backend.sql(exists), (VERSION_TABLE,))
        if cursor.fetchone() is None:
            return None
        cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}")
        row = cursor.fetchone()
        return None if row is None else str(row[0])

    return link.run(work, "read")


def _make_tables(cursor: Cursor) -> None:
    cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (VERSION_TABLE,))
    if cursor.fetchone() is None:  # nobody was faster
        for statement in ddl("sqlite"):
            cursor.execute(statement)


def _look_at_file(cursor: Cursor) -> None:
    cursor.execute("PRAGMA journal_mode")
    if cursor.fetchone()[0] == "wal":
        cursor.execute("SELECT sqlite_version()")
        first, second, third = (int(part) for part in cursor.fetchone()[0].split("."))
        warn_of_wal_reset((first, second, third))
