"""What a desk has recorded as a log, to replay it under another policy: a row for every change of a ticket."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from supportflow._time import iso
from supportflow.desk import Desk
from supportflow.events import (
    AssignmentChanged,
    CallAnswered,
    CallStarted,
    MessageReceived,
    PriorityChanged,
    ReplySent,
    StatusChanged,
    TicketAdopted,
    TicketOpened,
)
from supportflow.exceptions import DamagedRow, NewerSchemaError, StoreError
from supportflow.kernel import evolve
from supportflow.lifecycle import default_lifecycle
from supportflow.model.events import EventBase, TicketEvent
from supportflow.model.ticket import Ticket
from supportflow.replay.answers import answers, asks
from supportflow.replay.mapping import LogMapping
from supportflow.replay.writing import OPENED, format_of, open_writer, written_mapping

__all__ = ["Exported", "export_history", "recorded_tickets"]

_COLUMNS = ("case", "at", "state", "actor", "agent", "group", "requester", "level", "class")
_TOLD = (
    TicketOpened, TicketAdopted, StatusChanged, AssignmentChanged, PriorityChanged, MessageReceived, ReplySent,
    CallStarted, CallAnswered,
)  # fmt: skip
_REPLIED, _WROTE = " + reply", " + message"
_PAGE = 1_000


class Exported(NamedTuple):
    """What became of a history.

    Attributes:
        mapping: The mapping that reads it.
        tickets: How many tickets were written.
        left_out: Ids of those that this release cannot read: nothing of them was written.
    """

    mapping: LogMapping
    tickets: int
    left_out: tuple[str, ...]


def export_history(desk: Desk, path: Path, progress: Callable[[int], object] | None = None) -> Exported:
    """Write what happened on a desk's tickets as a log.

    Args:
        desk: The desk. Nothing on it is changed.
        path: The file; its name says the format.
        progress: Told how many tickets are done.

    Returns:
        The mapping that reads it, and which tickets are not in it. Texts and attributes are left out, and the requesters are
        numbered. Class and level are told as they were, as nothing is left to find them by: another policy's rules change
        none.

    Raises:
        InvalidInput: If the name says no format.
        OSError: If it cannot be written.
        MissingExtra: If it is Parquet and pyarrow is not installed.
    """
    format_of(path)
    requesters: dict[str, str] = {}
    done = 0
    left_out: list[str] = []
    with open_writer(path, _COLUMNS) as write:
        for name, course in _courses(desk):
            if course is None:
                left_out.append(name)
            for ticket, event in course or ():
                if not isinstance(event, _TOLD) or _of_policy(event):
                    continue
                person = requesters.setdefault(ticket.requester, f"requester {len(requesters) + 1}")
                write(_cells(ticket, event, person))
            done += 1
            if progress is not None:
                progress(done)
    return Exported(written_mapping(_mapping(desk), path), done - len(left_out), tuple(left_out))


def _tickets(desk: Desk) -> Iterator[str]:
    """The ids of all tickets, in the order in which they came to the desk."""
    cursor: str | None = None
    while True:
        feed = desk.feed(after=cursor, limit=_PAGE, only=(TicketOpened, TicketAdopted))
        for item in feed.items:
            if isinstance(item.event, TicketEvent):
                yield item.event.ticket_id
        if feed.cursor == cursor:
            return
        cursor = feed.cursor


def recorded_tickets(desk: Desk) -> Iterator[tuple[Ticket, list[EventBase]] | None]:
    """Every ticket with its events, in the order in which they came to the desk; None for one that cannot be read."""
    for _, course in _courses(desk):
        yield None if course is None else (course[-1][0], [event for _, event in course])


def _courses(desk: Desk) -> Iterator[tuple[str, list[tuple[Ticket, EventBase]] | None]]:
    """Of each ticket its id, and each event with the ticket after it; None if this release cannot read it all."""
    for name in _tickets(desk):
        yield name, _course(desk, name)


def _course(desk: Desk, name: str) -> list[tuple[Ticket, EventBase]] | None:
    try:
        events = desk.history(ticket=name)
    except (DamagedRow, NewerSchemaError):
        return None
    told: list[tuple[Ticket, EventBase]] = []
    ticket: Ticket | None = None
    for event in events:
        try:
            ticket = evolve(ticket, event, tenant=desk.tenant)
        except StoreError:  # of a newer release, or out of order; half a ticket would be a wrong one
            return None
        told.append((ticket, event))
    return told


def _of_policy(event: EventBase) -> bool:
    """What a policy did by itself: another policy does it in its own time."""
    return isinstance(event, StatusChanged) and event.cause == "auto_close"


def _cells(ticket: Ticket, event: EventBase, requester: str) -> dict[str, str]:
    said = ""
    if answers(event):
        said = _REPLIED
    elif asks(event):
        said = _WROTE
    return {
        "case": ticket.ref or ticket.id,
        "at": iso(event.recorded_at),
        "state": f"{ticket.status}{said}",
        "actor": event.by.id if event.by.kind == "agent" else "",
        "agent": ticket.assignee or "",
        "group": ticket.group or "",
        "requester": requester,
        "level": str(ticket.level),
        "class": ticket.priority_class,
    }


def _mapping(desk: Desk) -> LogMapping:
    policy = desk.policy
    lifecycle = policy.lifecycle or default_lifecycle(policy.reopen_within)
    statuses = [*lifecycle.statuses]
    words = {f"{status}{said}": status for status in statuses for said in ("", _REPLIED, _WROTE)}
    return LogMapping.model_validate(
        {
            "name": policy.name or "desk",
            "source": "the history of a desk",
            "case": "case",
            "time": {"column": "at"},
            "state": {
                "column": "state",
                "statuses": {name: one for name, one in words.items() if name != OPENED},
                "replied": [f"{status}{_REPLIED}" for status in statuses],
                "requester_wrote": [f"{status}{_WROTE}" for status in statuses],
            },
            "actor": {"column": "actor"},
            "agent": "agent",
            "group": "group",
            "requester": "requester",
            "priority": {"column": "level", "levels": {str(level): level for level in (1, 2, 3, 4)}},
            "priority_class": {"column": "class", "classes": {name: name for name in policy.classes}},
        }
    )
