"""What a desk has recorded as a log, to replay it under another policy: a row for every change of a ticket."""

from collections.abc import Callable, Iterator
from pathlib import Path

from supportflow._time import iso
from supportflow.desk import Desk
from supportflow.events import (
    AssignmentChanged,
    MessageReceived,
    PriorityChanged,
    ReplySent,
    StatusChanged,
    TicketAdopted,
    TicketOpened,
)
from supportflow.exceptions import StoreError
from supportflow.kernel import evolve
from supportflow.lifecycle import default_lifecycle
from supportflow.model.events import EventBase, TicketEvent
from supportflow.model.ticket import Ticket
from supportflow.replay.mapping import LogMapping
from supportflow.replay.writing import OPENED, format_of, open_writer, written_mapping

__all__ = ["export_history"]

_COLUMNS = ("case", "at", "state", "actor", "agent", "group", "requester", "level", "class")
_TOLD = (
    TicketOpened, TicketAdopted, StatusChanged, AssignmentChanged, PriorityChanged, MessageReceived, ReplySent,
)  # fmt: skip
_REPLIED, _WROTE = " + reply", " + message"
_PAGE = 1_000


def export_history(desk: Desk, path: Path, progress: Callable[[int], object] | None = None) -> LogMapping:
    """Write what happened on a desk's tickets as a log.

    Args:
        desk: The desk. Nothing on it is changed.
        path: The file; its name says the format.
        progress: Told how many tickets are written.

    Returns:
        The mapping that reads it. Texts and attributes are left out, and the requesters are numbered. Class and level are
        told as they were, as nothing is left to find them by: another policy's rules change none.

    Raises:
        InvalidInput: If the name says no format.
        OSError: If it cannot be written.
        MissingExtra: If it is Parquet and pyarrow is not installed.
    """
    format_of(path)
    requesters: dict[str, str] = {}
    done = 0
    with open_writer(path, _COLUMNS) as write:
        for name in _tickets(desk):
            for cells in _rows(desk.history(ticket=name), desk.tenant, requesters):
                write(cells)
            done += 1
            if progress is not None:
                progress(done)
    return written_mapping(_mapping(desk), path)


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


def _rows(events: tuple[EventBase, ...], tenant: str, requesters: dict[str, str]) -> Iterator[dict[str, str]]:
    ticket: Ticket | None = None
    for event in events:
        try:
            ticket = evolve(ticket, event, tenant=tenant)
        except StoreError:  # a stream that this release cannot fold is no log
            return
        if isinstance(event, _TOLD) and not _of_policy(event):
            person = requesters.setdefault(ticket.requester, f"requester {len(requesters) + 1}")
            yield _cells(ticket, event, person)


def _of_policy(event: EventBase) -> bool:
    """What a policy did by itself: another policy does it in its own time."""
    return isinstance(event, StatusChanged) and event.cause == "auto_close"


def _cells(ticket: Ticket, event: EventBase, requester: str) -> dict[str, str]:
    said = ""
    if isinstance(event, ReplySent):
        said = _REPLIED
    elif isinstance(event, MessageReceived) and event.by.id == ticket.requester:
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
