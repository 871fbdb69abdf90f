"""Small logs as in the tests of replay."""

from postgres_server import postgresql
from replay.conftest import mapping, rows_at, shared_data, written

__all__ = ["mapping", "postgresql", "rows_at", "shared_data", "written"]
