"""What the bridges for Roundup and Request Tracker share: of a history, a desk is told each line, once.

How far a ticket's history was told stands in an attribute of the desk's ticket, so it is committed with what was told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from supportflow import Desk, Ticket
from supportflow.exceptions import ConflictError, DuplicateRef, VersionMismatch
from supportflow.model.base import MAX_BODY, MAX_SUBJECT

__all__ = ["TOLD", "Line", "due_times", "end", "tell"]

TOLD = "told"
"""The policy has to declare it: `fields={TOLD: FieldSpec.integer(minimum=0)}`."""
FRESH = timedelta(hours=1)
"""A ticket that is older than this when the desk first hears of it is adopted: nobody is called for its past."""


@dataclass(frozen=True)
class Line:
    """One line of a ticket's history.

    Attributes:
        number: Grows from line to line.
        at: When.
        fact: Keywords of `observe`.
    """

    number: int
    at: datetime
    fact: Mapping[str, Any]


def tell(
    desk: Desk,
    ref: str,
    opened_at: datetime,
    body: str,
    lines: Sequence[Line],
    *,
    subject: str,
    **described: Any,
) -> bool:
    """Tell a desk what it does not know of a ticket yet.

    Returns:
        Whether it knows all of it now. If not, somebody else told of this ticket at this moment: tell it once more.
    """
    now = datetime.now(UTC)
    opened_at = min(opened_at, now)
    lines = [Line(line.number, min(max(line.at, opened_at), now), _fact(line)) for line in lines]
    body = _text(body, MAX_BODY)
    subject = _text(subject, MAX_SUBJECT)
    described["subject"] = subject if subject.strip() or body.strip() else ref  # a ticket without any words
    try:
        ticket = desk.get_many(refs=[ref]).get(ref)
        if ticket is None and now - opened_at > FRESH:
            first = [{"at": opened_at, "requester_wrote": True, "body": body}] if body else []
            history = [*first, *({"at": line.at, **line.fact} for line in lines)]
            told = lines[-1].number if lines else 0
            desk.adopt(ref, opened_at, "new", history, **described, attributes={TOLD: told})
            return True
        if ticket is None:
            ticket = desk.open(
                ref=ref, body=body, opened_at=opened_at, **described, attributes={TOLD: 0}
            ).ticket
        for line in lines:
            if line.number > _told(ticket):
                outcome = desk.meant_for(ticket.version).observe(
                    ref=ref, at=line.at, attributes={TOLD: line.number}, **line.fact
                )
                ticket = outcome.ticket
    except (VersionMismatch, DuplicateRef, ConflictError):
        return False
    return True


def _told(ticket: Ticket) -> int:
    told = ticket.attributes.get(TOLD)
    return told if isinstance(told, int) else 0


def _fact(line: Line) -> Mapping[str, Any]:
    return {**line.fact, "body": _text(line.fact["body"], MAX_BODY)} if "body" in line.fact else line.fact


def _text(written: str, most: int) -> str:
    """As much of a text as a desk takes."""
    return written.replace("\0", "")[:most]


def end(desk: Desk, ref: str, status: str = "cancelled") -> None:
    """A ticket that is not there any more: its clocks end."""
    ticket = desk.get_many(refs=[ref]).get(ref)
    if ticket is not None and ticket.is_open:
        desk.observe(ref=ref, status=status)


def due_times(desk: Desk) -> dict[str, datetime | None]:
    """Of every open ticket the earliest due time, to the second; None if no clock runs."""
    found: dict[str, datetime | None] = {}
    cursor = None
    while True:
        rows = desk.rows(open=True, order="opened", limit=500, cursor=cursor)
        for row in rows:
            due = [clock.due_at for clock in row.clocks if clock.due_at is not None]
            found[str(row.ticket.ref)] = min(due).replace(microsecond=0) if due else None
        cursor = rows.cursor
        if cursor is None:
            return found
