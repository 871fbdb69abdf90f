"""Stores in SQL databases, on SQLAlchemy: SQLite embedded, PostgreSQL for many machines.

Raises:
    MissingExtra: On import, if SQLAlchemy is not installed.
"""

from supportflow.exceptions import MissingExtra

try:
    import sqlalchemy  # noqa: F401 - to see whether it is there
except ImportError:
    raise MissingExtra("sql", "SqlStore") from None

from supportflow.stores.sql.aio import AsyncSqlStore
from supportflow.stores.sql.store import SqlStore

__all__ = ["AsyncSqlStore", "SqlStore"]
