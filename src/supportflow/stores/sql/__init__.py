"""Stores in SQL databases, on SQLAlchemy: SQLite embedded, PostgreSQL for many machines.

Importing this needs no extra; making a store does.
"""

from supportflow.stores.sql.aio import AsyncSqlStore
from supportflow.stores.sql.store import SqlStore

__all__ = ["AsyncSqlStore", "SqlStore"]
