"""The ticket: what the fold of its events knows. Counters and last-message facts, never the messages."""

from collections.abc import Iterator

from pydantic import Field

from supportflow._dataclass import dataclass
from supportflow._time import Instant
from supportflow.model.actions import ActionState
from supportflow.model.announcements import NO_SPREAD, Spread
from supportflow.model.base import Id, KeptName, StatusCategory, TicketType, Value
from supportflow.model.bot import NO_BOT, BotState
from supportflow.model.casework import NO_CASEWORK, Casework
from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.escalation import LadderState
from supportflow.model.events import ContentViewed, EventBase
from supportflow.model.events.tickets import ChosenBy, Given
from supportflow.model.people import Actor
from supportflow.model.phone import NO_PHONE, Phone
from supportflow.model.rating import NO_RATING, RatingState
from supportflow.model.records import Attributes, Clock
from supportflow.model.routing import NO_ROUTING, Routing

__all__ = ["Evidence", "Message", "OpenedText", "Outcome", "Page", "Ticket", "View"]


class Ticket(Value):
    """A ticket as it stands. Change it by commands only.

    Attributes:
        id: supportflow's id (UUIDv7 text by default).
        tenant: The tenant that it belongs to.
        ref: The host's own id.
        version: Number of events in its stream.
        status: The host's name of the status.
        status_category: What that status means.
        category: The topic.
        requester: Opaque id of the person who asks.
        subject: Reference to the subject line; `desk.messages()` reads texts.
        priority_class: `"security"`, `"dispute"`, `"general"`, or as the policy orders them.
        level: 1 (highest) to 4.
        rule: The name of the rule that chose the class; else the word of `chosen_by`.
        chosen_by: What kind of thing chose it.
        evidence: What spoke for the class, in the policy's words, then what decided the level.
        level_evidence: How many of the last entries of the evidence decided the level.
        flags: What a person should see, sorted: all that any message raised.
        review: True if a text raised the class to security, for a person to look at.
        product: The product that the first message names.
        given: What a person or the host chose of its priority: `"class"`, `"level"`. No changed attribute changes it.
        spoken: Classes that its texts, or a ticket merged into it, speak for. No changed attribute lowers it below these.
        informational: True if its texts only ask about security.
        agency: True if its requester's texts report an incident and say that it was not by their own will.
        held_back: Actions of the host that a text asks for and that wait for another signal, sorted.
        held_past: Those of them that only its past asks for, from before the desk knew it, sorted.
        warned: The warnings of the policy that its requester was sent, sorted.
        opened_at: When it came in.
        known_at: Since when the desk knows it: what happened before is its past.
        recorded_at: When its latest event stands in its stream.
        touched_at: When somebody last did something to it: what happens by itself does not count. None only in a ticket that
            was not folded from events.
        first_replied_at: When an agent first answered in public.
        waiting_since: When the oldest message that nobody answered came in; None if all are answered.
        foreseen: The host's events that it is about, as the requester was told.
        awaits_contact: True while its clocks wait for the requester's first word.
        contacted_at: When that came, if they did.
        repeat_of: Id of the ticket by which the same person wrote about the same thing shortly before.
        review_of: Id of the ticket whose bad rating this one is about: internal work for a supervisor.
        case: Evidence, completed steps, parties and verification.
        ladder: The escalation ladder that runs, or ran last.
        routing: What it needs of an agent, and how far the search for one has come.
        actions: What the host was asked to do.
        bot: How far the bot has come with it.
        rating: Whether its requester was asked what they think, and what they said.
        phone: The calls about it, and the call that is owed.
        spread: What it tells other tickets, what it was told, and the problem that it is an incident of.
        clocks: The latest cycle of each SLA clock.
        policy: Fingerprint of the policy that it lives under.
        sla: The SLA policy that matched, or None.
    """

    id: Id
    tenant: KeptName
    ref: Id | None = None
    version: int
    type: TicketType
    status: KeptName
    status_category: StatusCategory
    category: KeptName | None = None
    channel: KeptName
    language: KeptName | None = None
    tz: KeptName | None = None
    requester: Id
    subject: ContentRef | None = None
    personal: ContentRef | None = None
    group: KeptName | None = None
    assignee: Id | None = None
    priority_class: KeptName
    level: int
    rule: KeptName
    chosen_by: ChosenBy = "default"
    evidence: tuple[str, ...] = ()
    level_evidence: int = 0
    attributes: Attributes = Field(default_factory=dict)
    private: bool = False
    flags: tuple[KeptName, ...] = ()
    review: bool = False
    product: KeptName | None = None
    given: tuple[Given, ...] = ()
    spoken: tuple[KeptName, ...] = ()
    informational: bool = False
    agency: bool = False
    held_back: tuple[KeptName, ...] = ()
    held_past: tuple[KeptName, ...] = ()
    warned: tuple[KeptName, ...] = ()

    opened_at: Instant
    known_at: Instant | None = None
    recorded_at: Instant
    touched_at: Instant | None = None
    first_replied_at: Instant | None = None
    last_replied_at: Instant | None = None
    last_received_at: Instant | None = None
    waiting_since: Instant | None = None
    resolved_at: Instant | None = None
    closed_at: Instant | None = None

    received: int = 0
    replies: int = 0
    notes: int = 0
    reopens: int = 0
    reassignments: int = 0

    merged_into: Id | None = None
    absorbed: int = 0
    split_from: Id | None = None
    follow_up_of: Id | None = None
    followed_by: Id | None = None
    repeat_of: Id | None = None
    review_of: Id | None = None
    foreseen: tuple[KeptName, ...] = ()
    awaits_contact: bool = False
    contacted_at: Instant | None = None

    case: Casework = NO_CASEWORK
    ladder: LadderState | None = None
    routing: Routing = NO_ROUTING
    actions: tuple[ActionState, ...] = ()
    bot: BotState = NO_BOT
    rating: RatingState = NO_RATING
    phone: Phone = NO_PHONE
    spread: Spread = NO_SPREAD

    clocks: tuple[Clock, ...] = ()
    policy: str
    sla: KeptName | None = None

    @property
    def tier(self) -> str | None:
        """The line of support that it is in; None if nobody routes it."""
        return None if self.routing.requirement is None else self.routing.requirement.tier

    @property
    def offered_to(self) -> str | None:
        """Id of the agent whom it is offered to; None if it is offered to nobody."""
        return None if self.routing.offer is None else self.routing.offer.agent

    @property
    def is_open(self) -> bool:
        """True while the desk still owes something."""
        return self.status_category.is_open

    def clock(self, target: str) -> Clock:
        """The latest cycle of the clock of a target.

        Raises:
            KeyError: If the ticket has no such clock.
        """
        for clock in self.clocks:
            if clock.target == target:
                return clock
        raise KeyError(target)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did.

    Attributes:
        ticket: The ticket after it.
        events: What was recorded: on this ticket, and on others that the command touched.
        duplicate: True if the idempotency key had been used before: the events are the ones recorded then.
    """

    ticket: Ticket
    events: tuple[EventBase, ...] = ()
    duplicate: bool = False

    @property
    def redacted(self) -> frozenset[str]:
        """Kinds of secrets and personal data that were removed from what came in: a customer can be warned."""
        return frozenset(kind for event in self.events for kind in getattr(event, "redacted", ()))


@dataclass(frozen=True, slots=True)
class OpenedText:
    """A sealed text that was opened.

    Attributes:
        id: Its content row.
        kind: What it is: `message`, `evidence`, `attachment`, ….
        item: The item of evidence that it is; None if it is none.
        at: When it was recorded.
        by: Who gave it.
        text: The text; of a file its name, of `personal` JSON. None once erased.
        uri: Where the host keeps the file; None if it is none.
    """

    id: str
    kind: str
    item: str | None
    at: Instant
    by: Actor
    text: str | None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What a view opened.

    Attributes:
        ticket: The ticket after it.
        event: What was recorded of it.
        texts: What it opened, in order.
    """

    ticket: Ticket
    event: ContentViewed
    texts: tuple[OpenedText, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; iterating it gives its tickets.

    Attributes:
        tickets: In the order that was asked for.
        cursor: Pass it to the next call to go on; None after the last page.
        unreadable: Ids of tickets that belong on this page and cannot be read.
    """

    tickets: tuple[Ticket, ...]
    cursor: str | None = None
    unreadable: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Ticket]:
        return iter(self.tickets)

    def __len__(self) -> int:
        return len(self.tickets)


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its text, as `desk.messages()` reads it.

    Attributes:
        at: When it was recorded.
        by: Who wrote it.
        origin: `requester`, `stranger`, `party`, `auto_reply`, `bounce`, `public_reply` or `internal_note`.
        body: The text; None once erased.
        attachments: Handles of the files that came with it.
        to: Id of the party that a public reply is for; None if it is for the requester.
        flags: What looked wrong about it: `impostor`, `phishing_link`.
        sealed: True if the policy's access seals the text: it is masked, and `desk.view` opens it.
    """

    at: Instant
    by: Actor
    origin: str
    body: str | None
    attachments: tuple[AttachmentHandle, ...] = ()
    to: str | None = None
    flags: tuple[str, ...] = ()
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item of evidence, as `desk.evidence()` reads it.

    Attributes:
        item: Its name in the policy.
        label: What people call it, in the requester's language.
        required: True if the requester is asked for it.
        provided_at: When it came; None if it is missing.
        by: Who gave it.
        value: What was given; None for a file, if it is missing, or once erased.
        attachment: Handle of the file that was given.
        sealed: True if the policy's access seals the value, or name and place of the file: `desk.view` opens it.
    """

    item: str
    label: str
    required: bool
    provided_at: Instant | None = None
    by: Actor | None = None
    value: str | None = None
    attachment: AttachmentHandle | None = None
    sealed: bool = False
