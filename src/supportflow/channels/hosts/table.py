"""What a helpdesk's messages mean, as a table: where the ticket stands in them, and what each kind of message tells."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Literal, NamedTuple, TypeAlias

from supportflow._dataclass import dataclass

__all__ = ["ABSENT", "PRESENT", "Files", "HostTable", "Kind", "Paths", "Person", "Side", "Words"]

Paths: TypeAlias = tuple[str, ...]
"""Where a value stands, the first place that has one: `"ticket.owner.id"`, `"Requestor.0.id"`. With a slash in front, in the
whole message; else in the item of its list that is looked at, if there is a list."""
Side: TypeAlias = Literal["outside", "agent", "none"]

PRESENT = "*"
"""Whatever stands there, if something does."""
ABSENT = ""
"""Nothing stands there."""


class Person(NamedTuple):
    """Where a person stands. Who is known by an address alone gets an id that says nothing of it."""

    id: Paths = ()
    email: Paths = ()
    name: Paths = ()


_NO_ONE = Person()


class Files(NamedTuple):
    """Where files stand.

    Attributes:
        at: The list of them, or a single one.
        id: In each: its own id.
        name: Its name; without one, the end of its address.
        media_type: What it is.
        size: Its bytes.
        url: Where it can be fetched.
    """

    at: Paths
    id: Paths = ("id",)
    name: Paths = ()
    media_type: Paths = ()
    size: Paths = ()
    url: Paths = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Where a message stands.

    Attributes:
        body: Its text.
        id: Its own id: it is taken in once, however many messages bring it.
        at: When it was written.
        author: Who wrote it.
        side: Where it says on which side of the desk its author is.
        sides: What stands there → the side; `PRESENT` for any other. Without them, whoever is not the requester is an agent.
        public: Where it says whether the requester can see it, and what stands there then. Anything else is a note.
        html: Where it says of which type the text is, and what stands there if it is HTML. `PRESENT`: always.
        files: Where its files stand.
    """

    body: Paths
    id: Paths = ()
    at: Paths = ()
    author: Person = _NO_ONE
    side: Paths = ()
    sides: Mapping[str, Side] = field(default_factory=dict)
    public: tuple[str, str] | None = None
    html: tuple[str, str] | None = None
    files: Files | None = None


class Kind(NamedTuple):
    """One kind of message.

    Attributes:
        when: Place → what stands there, one of them; the first kind that fits counts.
        tells: What it tells: `"opened"`, `"words"`, `"files"` (of words that another message brings), `"status"`,
            `"agent"`, `"group"`, `"level"`.
    """

    when: Mapping[str, frozenset[str]]
    tells: frozenset[str]


@dataclass(frozen=True, slots=True)
class HostTable:
    """What the messages of a helpdesk mean.

    Attributes:
        name: Of the helpdesk: part of the keys.
        kinds: The kinds of messages; others tell nothing.
        ref: The ticket's id.
        requester: Who asks.
        subject: Its subject line.
        body: The first message, where one comes with the opening.
        opened_at: When it was opened.
        at: When it happened.
        status: The status.
        statuses: What stands there, in lower case → the status of your policy.
        held: A flag, and the status that it means, whatever stands in `status`.
        agent: Who has it; nobody, if there is nothing in it.
        nobody: What means nobody there.
        group: The group; none, if there is nothing in it.
        priority: The urgency.
        levels: What stands there → level 1 to 4. Told only if it is asked for: the priority is your policy's.
        words: The message.
        html_body: Whether the first message is HTML.
        files: The files of the first message, where it comes with the opening.
        each: A list in the message, whose items are looked at one by one.
        item: Which item of the list is meant: where its id stands in the message; all, if not given.
    """

    name: str
    kinds: tuple[Kind, ...]
    ref: Paths
    requester: Person = _NO_ONE
    subject: Paths = ()
    body: Paths = ()
    opened_at: Paths = ()
    at: Paths = ()
    status: Paths = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    held: tuple[str, str] | None = None
    agent: Paths = ()
    nobody: frozenset[str] = frozenset({"", "0"})
    group: Paths = ()
    priority: Paths = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    words: Words | None = None
    html_body: bool = False
    files: Files | None = None
    each: str = ""
    item: str = ""

    def with_statuses(self, statuses: Mapping[str, str]) -> "HostTable":
        """This table with other names of statuses beside its own: those of your helpdesk's and of your policy.

        Args:
            statuses: Status of the helpdesk, in any case → status of your policy.
        """
        added = {name.casefold(): status for name, status in statuses.items()}
        return replace(self, statuses={**self.statuses, **added})
