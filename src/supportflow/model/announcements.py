"""What a ticket tells others, and what another ticket has told it: announcements, a problem and its incidents."""

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from supportflow._dataclass import dataclass
from supportflow._time import Instant
from supportflow.model.base import Id, Value
from supportflow.model.content import ContentRef
from supportflow.model.people import Actor

__all__ = [
    "NO_SPREAD",
    "Announced",
    "Announcement",
    "AnnouncementText",
    "Part",
    "Spread",
    "Telling",
    "Told",
    "WarningSent",
]


class Announced(Value):
    """Which announcement a message is.

    Attributes:
        ticket: The ticket that the announcement was made on.
        number: Its number there.
        revision: Which of its approved wordings, from 1.
        withdrawn: True if it says that the announcement no longer holds.
    """

    ticket: Id
    number: Id
    revision: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement, as the ticket knows it that it was made on.

    Attributes:
        number: Its number on the ticket, `"1"` for the first.
        by: Who proposed the latest wording.
        audience: Whom it concerns, by the policy's name; None for the incidents that are linked to the ticket alone.
        links: Whether tickets that it is sent to become incidents of this problem.
        lasts_us: How long it holds, from its latest approval.
        proposed: The latest wording that was proposed, from 1.
        approved: The wording that was approved last; 0 if none was.
        waits: True while the latest wording waits for a second person.
        draft: Language → the wording that waits.
        texts: Language → the wording that was approved last.
        until_us: The last instant at which it holds.
        withdrawn: True once it no longer holds because somebody said so.
    """

    number: str
    by: Actor
    audience: str | None = None
    links: bool = False
    lasts_us: int = 0
    proposed: int = 1
    approved: int = 0
    waits: bool = True
    draft: Mapping[str, ContentRef] = field(default_factory=dict)
    texts: Mapping[str, ContentRef] = field(default_factory=dict)
    until_us: int = 0
    withdrawn: bool = False

    def holds(self, at_us: int) -> bool:
        """True while it is said to whoever it concerns."""
        return self.approved > 0 and not self.withdrawn and at_us <= self.until_us


@dataclass(frozen=True, slots=True)
class Told:
    """What was sent to a ticket of one announcement last.

    Attributes:
        ticket: The ticket that the announcement was made on.
        number: Its number there.
        revision: The wording.
        channel: The public channel that it was said on, for a post of the announcement's own ticket; else empty.
        withdrawn: True if it was that it no longer holds.
    """

    ticket: str
    number: str
    revision: int
    channel: str = ""
    withdrawn: bool = False

    def leaves_new(self, said: Announced) -> bool:
        """True if a message says something that was not said before: nothing is told twice, and no older wording again."""
        if self.withdrawn:
            return False
        return said.withdrawn or said.revision > self.revision


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part stands that was split off.

    Attributes:
        ticket: Its id.
        status: The host's name of its status.
        category: What that means.
        seq: The event of its own stream that says so.
    """

    ticket: str
    status: str
    category: str
    seq: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How a ticket hangs together with others.

    Attributes:
        announcements: What was announced on it, in the order of their numbers.
        told: What it was told: of each announcement the latest message.
        problem: Id of the problem that it is an incident of.
        parts: Where the parts stand that were split off, as far as they have moved since.
        listed: How many tickets were listed on it to be told something, or as incidents; one can be listed twice.
        solved_us: When its incidents were resolved with it, last.
        solved_by: Who said so.
    """

    announcements: tuple[Announcement, ...] = ()
    told: tuple[Told, ...] = ()
    problem: str | None = None
    listed: int = 0
    solved_us: int | None = None
    solved_by: Actor | None = None
    parts: tuple[Part, ...] = ()

    def part(self, ticket_id: str) -> Part | None:
        """Where a part stands; None if it has not moved since it was split off."""
        return next((one for one in self.parts if one.ticket == ticket_id), None)

    def announcement(self, number: str) -> Announcement | None:
        """The announcement of a number; None if there is none."""
        return next((one for one in self.announcements if one.number == number), None)

    def heard(self, said: Announced, channel: str = "") -> Told | None:
        """What was sent last of the announcement that a message is of; None if nothing was."""
        named = (said.ticket, said.number, channel)
        return next((one for one in self.told if (one.ticket, one.number, one.channel) == named), None)


NO_SPREAD = Spread()
"""Of a ticket that stands alone."""


class AnnouncementText(NamedTuple):
    """An announcement with its texts, as `desk.announcements()` reads it.

    Attributes:
        number: Its number on the ticket.
        by: Who proposed the latest wording.
        revision: The latest wording, from 1.
        state: `waiting` for a second person, `approved`, `rejected`, or `withdrawn`.
        texts: Language → text: the words that wait, else those that were approved last; None once erased.
        audience: Whom it concerns besides the ticket's incidents, by the policy's name.
        until: The last instant at which it holds; None if it was never approved.
    """

    number: str
    by: Actor
    revision: int
    state: str
    texts: Mapping[str, str | None]
    audience: str | None = None
    until: Instant | None = None


class Telling(NamedTuple):
    """One message of an announcement, as `desk.tellings()` reads it.

    Attributes:
        ticket: The ticket that it was sent to; the announcement's own for a post on a public channel.
        requester: Who was told; None for a post.
        channel: Where it left by.
        revision: The wording.
        withdrawn: True if it said that the announcement no longer holds.
        at: When.
    """

    ticket: str
    requester: str | None
    channel: str
    revision: int
    withdrawn: bool
    at: Instant


class WarningSent(NamedTuple):
    """A warning of the policy that somebody was sent, as `desk.warned()` reads it.

    Attributes:
        ticket: The ticket whose reply said it.
        requester: Who was warned, as they are known there.
        channel: Where the reply left by.
        language: The language that it was said in.
        policy: Fingerprint of the policy that words it.
        by: Who replied: an agent or the bot.
        at: When.
    """

    ticket: str
    requester: str
    channel: str
    language: str
    policy: str
    by: Actor
    at: Instant
