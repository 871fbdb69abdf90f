"""What no signal told of: older tickets, bulk updates, rows deleted in SQL, and what was lost between two commits."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError

from supportflow.contrib.django.bridge import TicketBridge
from supportflow.contrib.django.conf import configuration
from supportflow.contrib.django.registry import bridges
from supportflow.contrib.django.reporting import describe, differs, report
from supportflow.contrib.django.rows import key_of, ticket_key
from supportflow.exceptions import ConflictError, SupportflowError

__all__ = ["Swept", "sweep"]

LOGGER = logging.getLogger("supportflow.bridge")
BATCH = 200
_OVERLAP = timedelta(minutes=5)
"""Rows are committed later than their time says."""


@dataclass
class Swept:
    """What a sweep has found.

    Attributes:
        seen: Rows that were looked at.
        told: Tickets of which the desk was told something.
        failed: Their names, where the desk refused.
    """

    seen: int = 0
    told: int = 0
    failed: list[str] = field(default_factory=list)


def sweep(
    *, since: datetime | None = None, only: str | None = None, dry_run: bool = False
) -> Iterator[Swept]:
    """Compare the host's rows with what was reported, a batch at a time, and report what differs.

    Older tickets that the desk does not know are adopted: nobody is called for their past.

    Args:
        since: Only rows that were saved since then, where a bridge knows when that was; all rows, if None.
        only: The model of one bridge, such as `"shop.Case"`; all bridges, if None.
        dry_run: Count, and report nothing.

    Yields:
        What each batch has brought.
    """
    for bridge in bridges():
        if only is None or bridge.model.lower() == only.lower():
            yield from _sweep_rows(bridge, since, dry_run=dry_run)
            if since is None:
                yield from _sweep_marks(bridge, dry_run=dry_run)


def _sweep_rows(bridge: TicketBridge, since: datetime | None, *, dry_run: bool) -> Iterator[Swept]:
    using = configuration().database
    rows = bridge.tickets(using).order_by("pk")
    if since is not None and bridge.changed_at:
        rows = rows.filter(**{f"{bridge.changed_at.replace('.', '__')}__gte": since - _OVERLAP})
    batch = list(rows[:BATCH])
    while batch:
        yield _compare(bridge, batch, using, dry_run=dry_run)
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])


def _compare(bridge: TicketBridge, batch: Sequence[Any], using: str, *, dry_run: bool) -> Swept:
    from supportflow.contrib.django.models import Bridged  # noqa: PLC0415 - models exist once the apps are loaded

    swept = Swept(seen=len(batch))
    marks = {
        mark.ref: mark
        for mark in Bridged.objects.using(using).filter(
            bridge=bridge.name, ref__in=[bridge.ref_of(ticket.pk) for ticket in batch]
        )
    }
    silent = _unsaid(bridge, batch, using)
    for ticket in batch:
        mark = marks.get(bridge.ref_of(ticket.pk))
        if (
            ticket.pk in silent
            or mark is None
            or not mark.known
            or mark.gone
            or _differs(bridge, ticket, mark)
        ):
            _tell(bridge, ticket.pk, swept, dry_run=dry_run)
    return swept


def _differs(bridge: TicketBridge, ticket: Any, mark: Any) -> bool:
    try:
        return bool(differs(mark.seen, describe(bridge, ticket, mark.seen)))
    except SupportflowError:
        return True  # reporting it says why


def _unsaid(bridge: TicketBridge, batch: Sequence[Any], using: str) -> set[Any]:
    """Primary keys of the tickets with a message that was not reported."""
    if bridge.messages is None:
        return set()
    from supportflow.contrib.django.models import BridgedMessage  # noqa: PLC0415 - as above

    tickets = {key_of(bridge, ticket): ticket for ticket in batch}
    found: dict[str, Any] = {}
    for row in bridge.messages_of(using).filter(**{f"{bridge.messages.ticket}__in": list(tickets)}):
        ticket = tickets[ticket_key(bridge, row)]
        if bridge.said(row, ticket) is not None:
            found[bridge.identity(row)] = ticket.pk
    names = list(found)
    for start in range(0, len(names), 500):
        reported = BridgedMessage.objects.using(using).filter(
            bridge=bridge.name, message__in=names[start : start + 500]
        )
        for message in reported.values_list("message", flat=True):
            found.pop(message, None)
    return set(found.values())


def _sweep_marks(bridge: TicketBridge, *, dry_run: bool) -> Iterator[Swept]:
    """Tickets that the host no longer has."""
    from supportflow.contrib.django.models import Bridged  # noqa: PLC0415 - as above

    using = configuration().database
    marks = Bridged.objects.using(using).filter(bridge=bridge.name, known=True, gone=False).order_by("pk")
    batch = list(marks[:BATCH])
    while batch:
        names = [bridge.pk_of(mark.ref) for mark in batch]
        there = set(bridge.tickets(using).filter(pk__in=names).values_list("pk", flat=True))
        swept = Swept(seen=len(batch))
        for name in names:
            if name not in there:
                _tell(bridge, name, swept, dry_run=dry_run)
        yield swept
        batch = list(marks.filter(pk__gt=batch[-1].pk)[:BATCH])


def _tell(bridge: TicketBridge, pk: object, swept: Swept, *, dry_run: bool) -> None:
    if dry_run:
        swept.told += 1
        return
    try:
        swept.told += report(bridge, pk, every_message=bridge.messages is not None)
    except ConflictError:  # somebody else is at it: the next sweep sees what is left
        LOGGER.info("%s %s is being changed", bridge.model, pk)
    except (SupportflowError, DatabaseError) as error:
        swept.failed.append(f"{bridge.model} {pk}: {error}")
