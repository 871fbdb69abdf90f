"""Whether a database was used by supportflow before, without making one: a slip in a URL must not make an empty file."""

import sqlite3
from contextlib import closing
from pathlib import Path
from stat import S_ISREG
from urllib.parse import quote, unquote

from supportflow.exceptions import StoreError
from supportflow.stores.sql.revisions import VERSION_TABLE
from supportflow.stores.sql.urls import in_memory, sqlite_url

__all__ = ["check_present", "is_there", "path_of"]

_NEW = "`supportflow migrate URL` makes a new one"


def check_present(database: str) -> None:
    """See that a SQLite file is there and has supportflow's tables. PostgreSQL's tables are looked for at the first use.

    Args:
        database: The URL.

    Raises:
        InvalidInput: If it is no URL, or of another database.
        StoreError: If there is no such file, or it is not one of supportflow's.
    """
    url = sqlite_url(database)
    if url is None:
        return
    if in_memory(url):
        raise StoreError("a database in memory is gone when the command ends: name a file")
    path = path_of(url.database)
    if not is_there(path):
        raise StoreError(f"there is no file {str(path)!r}; {_NEW}")
    # Read-only: a file of somebody else's is left as it is, its journal mode, too.
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10)) as connection:
            known = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (VERSION_TABLE,)
            ).fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"the file {str(path)!r} cannot be read as a database of SQLite") from error
    if known is None:
        raise StoreError(f"the file {str(path)!r} has no tables of supportflow; {_NEW}")


def is_there(path: Path) -> bool:
    """Whether there is such a file.

    Raises:
        StoreError: If nobody can say.
    """
    try:
        return S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the latter of a name with NUL in it
        return False
    except OSError as error:
        raise StoreError(f"the file {str(path)!r} cannot be looked for: {error.strerror}") from error


def path_of(name: str) -> Path:
    """The file that a SQLite URL's database names."""
    if not name.startswith("file:"):
        return Path(name)
    name = name.removeprefix("file:").partition("?")[0]
    # file:///path and file://localhost/path, as SQLite reads them
    return Path(unquote("/" + name[2:].partition("/")[2] if name.startswith("//") else name))
