"""The columns of the rows that are kept, by the names of their fields."""

from dataclasses import fields

from supportflow.model.storage import WARNED, AgentRow, TicketRow

__all__ = ["AGENT", "EVENT", "EVENT_KEPT", "EVENT_ROW", "TICKET", "TYPES", "WARNS"]

TICKET = tuple(field.name for field in fields(TicketRow))
AGENT = tuple(field.name for field in fields(AgentRow))
EVENT = ("seq", "kind", "version", "min_reader", "data")
EVENT_ROW = ("tenant", "stream", *EVENT)
EVENT_KEPT = (*EVENT_ROW, "link")
"""An event with its link in the chain of its stream, which only those see who ask for it."""
TYPES = {
    **dict.fromkeys(("version", "fold_version", "seq", "min_reader", "attempts", "first", "last"), "int"),
    **dict.fromkeys(
        ("rank", "level", "order_us", "due_us", "opened_us", "updated_us", "wakeup_us", "touched_us", "next_us", "made_us",
         "at_us"),
        "bigint",
    ),
    **dict.fromkeys(("snapshot", "data", "salt", "result", "digest", "root"), "bytea"),
    **dict.fromkeys(("open", "queued", "available", "starts"), "boolean"),
}  # fmt: skip
"""What PostgreSQL is told of a parameter that is no text."""
WARNS = {
    "sqlite": f"kind = 'reply_sent' AND instr(data, x'{WARNED.hex()}') > 0",
    "postgresql": f"kind = 'reply_sent' AND position('\\x{WARNED.hex()}'::bytea IN data) > 0",
}
"""What `warns` says, to the database: an index has these events only, if it is asked in these very words."""
