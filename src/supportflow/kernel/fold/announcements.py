"""Folding of `model/events/announcements`: what is said to many, what a ticket was told, and whose incident it is."""

from collections.abc import Callable
from typing import Any

from supportflow._dataclass import replace
from supportflow._time import to_us
from supportflow.model.announcements import Announced, Announcement, Part, Spread, Told
from supportflow.model.events import (
    AnnouncementApproved,
    AnnouncementProposed,
    AnnouncementRejected,
    AnnouncementWithdrawn,
    EventBase,
    IncidentLinked,
    PartChanged,
    ProblemSolved,
    TicketsListed,
)
from supportflow.model.ticket import Ticket

__all__ = ["CHANGES", "told"]

Changes = dict[str, Any]


def told(ticket: Ticket, said: Announced, channel: str) -> Changes:
    """What changes when a ticket is told an announcement.

    Args:
        ticket: The ticket before it.
        said: Which announcement.
        channel: Where it was said.
    """
    posted = channel if said.ticket == ticket.id else ""
    spread, latest = (
        ticket.spread,
        Told(said.ticket, said.number, said.revision, posted, withdrawn=said.withdrawn),
    )
    before = spread.heard(said, posted)
    others = tuple(one for one in spread.told if one is not before)
    return {"spread": replace(spread, told=(*others, latest))}


def _proposed(ticket: Ticket, event: AnnouncementProposed) -> Changes:
    spread, known = ticket.spread, ticket.spread.announcement(event.number)
    if known is None:
        new = Announcement(
            event.number,
            event.by,
            audience=event.audience,
            links=event.links,
            lasts_us=event.lasts_us,
            draft=event.texts,
        )
        return {"spread": replace(spread, announcements=(*spread.announcements, new))}
    changed = replace(
        known, by=event.by, proposed=event.revision, waits=True, draft=event.texts, lasts_us=event.lasts_us
    )
    return _with(spread, changed)


def _approved(ticket: Ticket, event: AnnouncementApproved) -> Changes:
    known = _known(ticket, event.number)
    return _with(
        ticket.spread,
        replace(
            known,
            approved=event.revision,
            waits=False,
            texts=known.draft,
            draft={},
            until_us=to_us(event.until),
        ),
    )


def _rejected(ticket: Ticket, event: AnnouncementRejected) -> Changes:
    return _with(ticket.spread, replace(_known(ticket, event.number), waits=False, draft={}))


def _withdrawn(ticket: Ticket, event: AnnouncementWithdrawn) -> Changes:
    return _with(ticket.spread, replace(_known(ticket, event.number), waits=False, draft={}, withdrawn=True))


def _known(ticket: Ticket, number: str) -> Announcement:
    known = ticket.spread.announcement(number)
    assert known is not None
    return known


def _with(spread: Spread, changed: Announcement) -> Changes:
    announcements = tuple(changed if one.number == changed.number else one for one in spread.announcements)
    return {"spread": replace(spread, announcements=announcements)}


def _listed(ticket: Ticket, event: TicketsListed) -> Changes:
    return {"spread": replace(ticket.spread, listed=ticket.spread.listed + len(event.tickets))}


def _linked(ticket: Ticket, event: IncidentLinked) -> Changes:
    return {"spread": replace(ticket.spread, problem=event.problem)}


def _solved(ticket: Ticket, event: ProblemSolved) -> Changes:
    solved = replace(ticket.spread, solved_us=to_us(event.recorded_at), solved_by=event.by)
    return {"spread": solved}


def _part_changed(ticket: Ticket, event: PartChanged) -> Changes:
    others = tuple(one for one in ticket.spread.parts if one.ticket != event.part)
    part = Part(event.part, event.status, event.category.value, event.seq)
    return {"spread": replace(ticket.spread, parts=(*others, part))}


CHANGES: dict[type[EventBase], Callable[[Ticket, Any], Changes]] = {
    AnnouncementProposed: _proposed,
    AnnouncementApproved: _approved,
    AnnouncementRejected: _rejected,
    AnnouncementWithdrawn: _withdrawn,
    TicketsListed: _listed,
    IncidentLinked: _linked,
    PartChanged: _part_changed,
    ProblemSolved: _solved,
}
"""Event class → what it changes on the ticket."""
