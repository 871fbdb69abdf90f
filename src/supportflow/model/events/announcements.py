"""Announcements, and a problem with its incidents: what one ticket says to many, and who was told."""

from collections.abc import Mapping
from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.content import ContentRef
from supportflow.model.events.base import TicketEvent

__all__ = [
    "AnnouncementApproved",
    "AnnouncementProposed",
    "AnnouncementRejected",
    "AnnouncementWithdrawn",
    "IncidentLinked",
    "ProblemSolved",
    "TicketsListed",
]


class AnnouncementProposed(TicketEvent):
    """Somebody proposed an announcement, or other words for one. Nobody is told before another person approves it.

    Attributes:
        number: Its number on the ticket, `"1"` for the first.
        revision: Which wording of it this is, from 1.
        texts: Language → reference to the text.
        audience: Whom it concerns, by the policy's name; None for the incidents that are linked to the ticket alone.
        links: Whether tickets that it is sent to become incidents of this problem.
        lasts_us: How many microseconds it holds, from its approval.
        redacted: Kinds of secrets and personal data that were removed from the texts.
    """

    kind: Literal["announcement_proposed"] = "announcement_proposed"
    number: Id
    revision: int
    texts: Mapping[KeptName, ContentRef]
    audience: KeptName | None = None
    links: bool = False
    lasts_us: int
    redacted: tuple[KeptName, ...] = ()


class AnnouncementApproved(TicketEvent):
    """A second person approved a wording: from now on it is said.

    Attributes:
        until: The last instant at which it is said to anybody new.
    """

    kind: Literal["announcement_approved"] = "announcement_approved"
    number: Id
    revision: int
    until: Instant


class AnnouncementRejected(TicketEvent):
    """A second person did not approve a wording. The one before it stands."""

    kind: Literal["announcement_rejected"] = "announcement_rejected"
    number: Id
    revision: int
    reason: ContentRef | None = None


class AnnouncementWithdrawn(TicketEvent):
    """An announcement no longer holds. Who was told it hears that, once."""

    kind: Literal["announcement_withdrawn"] = "announcement_withdrawn"
    number: Id
    reason: ContentRef | None = None


class TicketsListed(TicketEvent):
    """Tickets that are about to be told an announcement, or to become incidents of this problem.

    What was done stands on each of them. Written before it is done, the list misses none; one can stand in it twice.

    Attributes:
        number: The announcement; None for incidents that somebody linked by hand.
        tickets: Ids.
    """

    kind: Literal["tickets_listed"] = "tickets_listed"
    number: Id | None = None
    tickets: tuple[Id, ...]


class IncidentLinked(TicketEvent):
    """A ticket became an incident of a problem, or is none any more.

    Attributes:
        problem: Id of the problem; None if it is on its own again.
        previous: Id of the problem that it belonged to before.
    """

    kind: Literal["incident_linked"] = "incident_linked"
    problem: Id | None
    previous: Id | None = None


class ProblemSolved(TicketEvent):
    """What was wrong with all incidents of a problem is put right: each is resolved as of this instant."""

    kind: Literal["problem_solved"] = "problem_solved"
    reason: ContentRef | None = None
