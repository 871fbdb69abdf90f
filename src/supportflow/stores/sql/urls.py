"""URLs of SQLite's databases, read without SQLAlchemy, and as SQLAlchemy reads them."""

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from supportflow.exceptions import InvalidInput
from supportflow.stores.sql.foreign import is_sqlalchemy_s

__all__ = ["SqliteUrl", "in_memory", "is_in_memory", "sqlite_url"]

_SCHEME = re.compile(r"([\w+]+)://")
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
_OTHERS = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_URI = frozenset({"cache", "immutable", "mode", "modeof", "nolock", "psow", "vfs"})
"""What can stand behind a file's name where that is a URI (https://sqlite.org/uri.html)."""
_JOURNAL_MODES = ("wal", "delete", "truncate", "persist")
"""What `?journal_mode=` in the URL of a SQLite file can say."""
_PATIENCE_S = 10.0
"""How long another process's write is waited for, if the URL does not say."""
_SHOWN = 60
"""How much of an unknown word is shown."""
_LONGEST_S = 2_147_483.0
"""SQLite counts milliseconds in 31 bits."""


def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word in {"true", "yes", "on", "y", "t", "1"}:
        return True
    if word in {"false", "no", "off", "n", "f", "0"}:
        return False
    raise ValueError


def _seconds(text: str) -> float:
    seconds = float(text)
    if not math.isfinite(seconds) or abs(seconds) > _LONGEST_S:
        raise ValueError
    return seconds


def _mode(text: str) -> str:
    if text.lower() not in _JOURNAL_MODES:
        raise ValueError
    return text.lower()


_OPTIONS: dict[str, tuple[Callable[[str], Any], str]] = {
    "uri": (_flag, "true or false"),
    "timeout": (_seconds, "a number of seconds"),
    "detect_types": (int, "a whole number"),
    "cached_statements": (int, "a whole number"),
    "journal_mode": (_mode, f"one of {', '.join(_JOURNAL_MODES)}"),
    # The store settles these two itself.
    "isolation_level": (str, ""),
    "check_same_thread": (str, ""),
}
"""What a URL can say to the driver and to the store, and what it must be; all else is for SQLite, if the name is a URI."""


class SqliteUrl(NamedTuple):
    """Where a SQLite database is.

    Attributes:
        database: A file's name, a URI that begins with `file:`, or `:memory:`.
        query: What stands behind the question mark.
    """

    database: str
    query: Mapping[str, str]

    @property
    def journal_mode(self) -> str | None:
        """The journal mode that is asked for its file."""
        mode: str | None = self.option("journal_mode")
        return mode

    def arguments(self) -> tuple[str, dict[str, Any]]:
        """What `sqlite3.connect` is called with: of a file the whole path, so that it is the same one later."""
        options: dict[str, Any] = {"uri": False, "timeout": _PATIENCE_S, "check_same_thread": False}
        for name in ("uri", "timeout", "detect_types", "cached_statements"):
            if name in self.query:
                options[name] = self.option(name)
        name = self.database
        if options["uri"]:
            said = sorted(self.query.keys() - _OPTIONS.keys())
            rest = "&".join(f"{quote(key)}={quote(self.query[key])}" for key in said)
            return f"{name}?{rest}" if rest else name, options
        return name if name == ":memory:" else str(Path(name).absolute()), options

    def option(self, name: str) -> Any:
        """What is said to the driver or the store; None if nothing is.

        Raises:
            InvalidInput: If it is not what it must be.
        """
        if name not in self.query:
            return None
        read, must_be = _OPTIONS[name]
        try:
            return read(self.query[name])
        except ValueError:
            raise InvalidInput("database", f"{name} is not {must_be}") from None


def in_memory(url: SqliteUrl) -> bool:
    """Whether a URL is of a database that is in no file: it is one connection's, or lost without one."""
    return is_in_memory(url.database, url.query)


def is_in_memory(database: str | None, query: Mapping[str, Any]) -> bool:
    """Whether a SQLite database of this name is in no file."""
    name = database or ":memory:"
    return name == ":memory:" or name.startswith("file::memory:") or query.get("mode") == "memory"


def _text(url: Any) -> str:
    """A URL of SQLAlchemy's as a text. Its own would name another file: 2.0 writes `%` and `?` of a name as they are."""
    name = (url.database or "").replace("%", "%25").replace("?", "%3F")
    asked = urlencode([(key, value) for key, values in url.normalized_query.items() for value in values])
    host = "host" if url.host or url.username or url.password or url.port else ""  # which does not matter
    return f"{url.drivername}://{host}/{name}?{asked}"


def sqlite_url(database: Any) -> SqliteUrl | None:
    """Where a SQLite database is; None if a URL is of PostgreSQL.

    Args:
        database: A URL, as a text or of SQLAlchemy.

    Raises:
        InvalidInput: If it is no URL, or of another database.
    """
    if is_sqlalchemy_s(database, "URL"):
        database = _text(database)
    found = _SCHEME.match(database)
    if found is None:
        raise InvalidInput("database", "is not a URL such as sqlite:///desk.db")
    name, rest = found[1], database[found.end() :]
    if name in _OTHERS:
        return None
    if name not in _SQLITE:
        raise InvalidInput("database", f"is {name}: it must be sqlite or postgresql")
    if rest and not rest.startswith(("/", "?")):
        raise InvalidInput(
            "database", "names a host: a file stands behind three strokes, as in sqlite:///desk.db"
        )
    named, _, asked = rest.partition("?")
    pairs = parse_qsl(asked)
    query = dict(pairs)
    if len(query) < len(pairs):
        raise InvalidInput("database", "says one thing twice behind the question mark")
    url = SqliteUrl(unquote(named.removeprefix("/")) or ":memory:", query)
    if "\0" in url.database:
        raise InvalidInput("database", "has a character of no file's name: NUL")
    if url.database.startswith("file:") and "uri" not in query and (_URI & query.keys() or in_memory(url)):
        # Else the driver would make a file of that very name, and pass over what is said behind it.
        url = SqliteUrl(url.database, {**query, "uri": "true"})
    _check_options(url)
    return url


def _check_options(url: SqliteUrl) -> None:
    for option in url.query.keys() & _OPTIONS.keys():
        url.option(option)
    if not url.option("uri"):
        for word in sorted(url.query.keys() - _OPTIONS.keys()):
            raise InvalidInput("database", _means_nothing(word))


def _means_nothing(word: str) -> str:
    """Why a word behind the question mark would be passed over: of a file that must not be written, too."""
    if word in _URI:
        return f"says {word} of a name that is no URI: it is sqlite:///file:desk.db?{word}=…"
    from supportflow.model.document_problems import nearest  # noqa: PLC0415 - for what is misspelt alone

    return f"says {word[:_SHOWN]!r}, which means nothing{nearest(word[:_SHOWN], _OPTIONS)}"
