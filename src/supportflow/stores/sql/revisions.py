"""Which revisions of the tables this version knows."""

__all__ = ["KNOWN", "REVISION", "VERSION_TABLE"]

KNOWN = ("0001", "0002", "0003", "0004", "0005")
"""All revisions that this version knows, in order. One that is not among them is newer, and keeps this version working."""
REVISION = KNOWN[-1]
"""The revision of the tables in `schema`: the head of the migrations."""
VERSION_TABLE = "supportflow_schema"
"""Where the revision of a database is noted."""
