"""Announcing something to many tickets, and resolving the incidents of a problem together."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from supportflow._time import Instant
from supportflow.model.announcements import Announced
from supportflow.model.base import Id, KeptName, Name
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text
from supportflow.model.durations import WRITTEN
from supportflow.model.tags import Tag

__all__ = [
    "LONGEST",
    "Announce",
    "DecideAnnouncement",
    "Lasting",
    "LinkIncident",
    "ListTickets",
    "ProposeAnnouncement",
    "ResolveWithProblem",
    "SolveProblem",
    "Texts",
    "UnlinkIncident",
    "WithdrawAnnouncement",
]

LONGEST = timedelta(days=31)
"""The longest that an announcement holds without being approved again."""
Lasting = Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST), WRITTEN]
Texts = Annotated[Mapping[Tag, Text], Field(min_length=1, max_length=50)]


class ProposeAnnouncement(TicketCommand):
    """Propose an announcement, or other words for one.

    Attributes:
        texts: Language → text.
        number: The announcement that these words are for; None for a new one.
        audience: Whom it concerns, by the policy's name; None for the incidents that are linked to the ticket alone.
        links: Make tickets that it is sent to incidents of this problem.
        lasts_for: How long it holds, from its approval; as the policy says, if not given.
    """

    kind: Literal["propose_announcement"] = "propose_announcement"
    texts: Texts
    number: Id | None = None
    audience: Name | None = None
    links: StrictBool = False
    lasts_for: Lasting | None = None


class DecideAnnouncement(TicketCommand):
    """Approve the words of an announcement that wait for a second person, or reject them.

    Attributes:
        number: Its number on the ticket.
        approve: True to approve it.
        reason: Why, for people.
    """

    kind: Literal["decide_announcement"] = "decide_announcement"
    number: Id
    approve: StrictBool
    reason: Text | None = None


class WithdrawAnnouncement(TicketCommand):
    """Say that an announcement no longer holds.

    Attributes:
        number: Its number on the ticket.
        reason: Why, for people.
    """

    kind: Literal["withdraw_announcement"] = "withdraw_announcement"
    number: Id
    reason: Text | None = None


class ListTickets(TicketCommand):
    """Write down which tickets are about to be told an announcement.

    Attributes:
        number: Its number on the ticket.
        tickets: Their ids.
    """

    kind: Literal["list_tickets"] = "list_tickets"
    number: Id
    tickets: tuple[Id, ...]


class Announce(TicketCommand):
    """Send what an announcement says now to a ticket that it concerns, or post it on a public channel.

    Attributes:
        announced: Which announcement, in which words.
        body: The text.
        channel: The public channel that it is posted on; None for the ticket's own.
        links: Make the ticket an incident of the problem that announces.
    """

    kind: Literal["announce"] = "announce"
    announced: Announced
    body: Text
    channel: Name | None = None
    links: StrictBool = False


class LinkIncident(TicketCommand):
    """Make the ticket an incident of a problem: it is resolved with it."""

    kind: Literal["link_incident"] = "link_incident"
    problem_id: Id | None = None
    problem_ref: Id | None = None


class UnlinkIncident(TicketCommand):
    """Take the ticket from its problem: it is on its own again."""

    kind: Literal["unlink_incident"] = "unlink_incident"


class SolveProblem(TicketCommand):
    """Resolve a problem, and with it every incident that is linked to it and open."""

    kind: Literal["solve_problem"] = "solve_problem"
    reason: Text | None = None


class ResolveWithProblem(TicketCommand):
    """Resolve an incident as of the instant at which its problem was solved.

    Attributes:
        problem: Id of the problem.
        at: That instant.
        steps: The steps that were done on the problem.
    """

    kind: Literal["resolve_with_problem"] = "resolve_with_problem"
    problem: Id
    at: Instant
    steps: tuple[KeptName, ...] = ()
