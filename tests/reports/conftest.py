"""Small logs as in the tests of replay."""

from replay.conftest import mapping, rows_at, shared_data, written

__all__ = ["mapping", "rows_at", "shared_data", "written"]
