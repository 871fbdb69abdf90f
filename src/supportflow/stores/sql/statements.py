"""The statements that make all tables and note their revision, written down so that to make them takes no SQLAlchemy.

`schema` describes the tables; `.ci/write_tables.py` writes these from it, and a test holds the two together.
"""

from functools import cache
from pathlib import Path

__all__ = ["ddl"]


@cache
def ddl(name: str) -> tuple[str, ...]:
    """The statements for a kind of database, in order."""
    text = Path(__file__).with_name(f"{name}.sql").read_text("utf-8")
    return tuple(text.removesuffix(";\n").split(";\n\n"))
