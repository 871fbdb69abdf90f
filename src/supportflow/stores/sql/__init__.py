"""Stores in SQL databases: SQLite embedded, PostgreSQL for many machines.

SQLite needs no extra; a store on PostgreSQL, and a host's engine, stand on SQLAlchemy, which nothing else here loads.
"""

from supportflow.stores.sql.aio import AsyncSqlStore
from supportflow.stores.sql.store import SqlStore

__all__ = ["AsyncSqlStore", "SqlStore"]
