"""What the ports of keeping, sending and doing are to do."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

from supportflow._dataclass import dataclass
from supportflow._time import Instant
from supportflow.model.content import AttachmentHandle, Content
from supportflow.model.storage import (
    AgentRow,
    Answer,
    Commit,
    DeadLetter,
    Due,
    EndedRow,
    EventRow,
    FeedRow,
    InboxEntry,
    Lease,
    Query,
    StreamRow,
    TicketRow,
)
from supportflow.ports.delivery import Receipt

__all__ = [
    "ActionCall",
    "Channel",
    "Clock",
    "HostActions",
    "Ids",
    "LoadsRequesters",
    "Outgoing",
    "Pauses",
    "Store",
    "loads_requesters",
]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Instant:
        """The present instant. It may jump: nothing that is recorded ever goes back."""
        ...


@runtime_checkable
class Pauses(Protocol):
    """What a clock may have besides: its own way of letting time pass.

    A desk waits some milliseconds before it tries again what others were faster at. It asks a clock that has this method;
    with one that has not, it sleeps. `ManualClock` has it, so that no test ever waits.
    """

    def pause(self, seconds: float, /) -> object:
        """Wait for so long, or not at all; for `AsyncDesk` it may be async."""
        ...


class Ids(Protocol):
    """Source of ids, salts and chance."""

    def new_id(self, now: Instant) -> str:
        """An id that was never given before; ids of later instants sort after earlier ones."""
        ...

    def salt(self) -> bytes:
        """32 bytes that nobody can guess."""
        ...

    def chance(self) -> float:
        """A number from 0 up to, not including, 1: spreads retries."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A public reply on its way to the requester.

    Attributes:
        key: The same for every attempt: a receiver that knows it already has the message.
        ticket_id: The ticket.
        ref: The host's own id of the ticket.
        requester: Whom it is for.
        by: Id of the agent or bot that wrote it.
        subject: The ticket's subject line; None once erased.
        body: The text.
        attachments: Handles of the files that go with it.
        in_reply_to: Number of messages that came in before, for threading.
        recorded_at: When it was written.
        announcement: The announcement that it is, as `"<ticket>/<number>"`; None if it is for this requester alone. One of
            this very ticket is a post for everybody, on a public channel.
    """

    key: str
    ticket_id: str
    ref: str | None
    requester: str
    by: str
    subject: str | None
    body: str
    attachments: tuple[AttachmentHandle, ...]
    in_reply_to: int
    recorded_at: Instant
    announcement: str | None = None


class Channel(Protocol):
    """Carries public replies to requesters. What it can and how much it takes, it says as `traits`, if it has them."""

    def send(self, message: Outgoing, /) -> Receipt | None:
        """Send a message. It comes at least once, with the same key each time; of one ticket, in order.

        Any exception means that it was not sent: it is tried again later, and given up in the end. `Undeliverable` means
        that it never will be: it is not tried again, and a person takes the ticket up. A channel that has `receipts` answers
        with one.
        """
        ...


@dataclass(frozen=True, slots=True)
class ActionCall:
    """Something that the host is asked to do for a ticket.

    Attributes:
        key: The same for every attempt: a host that knows it has done it, and answers as it did then.
        ticket_id: The ticket.
        ref: The host's own id of the ticket.
        requester: Whose account it is about.
        action: By the policy's name for it.
        amount: In the smallest unit of the policy's currency; None if it has none.
        undoes: Key of the action that it takes back.
        by: Id of who asked for it.
    """

    key: str
    ticket_id: str
    ref: str | None
    requester: str
    action: str
    amount: int | None
    undoes: str | None
    by: str


class HostActions(Protocol):
    """Does what tickets ask of the host: freezes an account, unlocks it, pays a compensation."""

    def perform(self, call: ActionCall, /) -> str | None:
        """Do it, and answer with the host's own id of what was done, if it has one.

        It comes at least once, with the same key each time. Any exception means that it was not done: it is tried again
        later, and in the end recorded as failed; then the action that takes it back is asked for, if the policy names one.
        """
        ...


class Store(Protocol):
    """Keeps everything. All methods are called with a tenant, and nothing ever crosses tenants."""

    def load(self, tenant: str, ticket_id: str, /) -> TicketRow | None:
        """A ticket's row, or None."""
        ...

    def load_many(
        self, tenant: str, ids: Collection[str], refs: Collection[str] = (), /
    ) -> Sequence[TicketRow]:
        """The rows of tickets by id and by the host's references: each once, in any order. Unknown names are left out."""
        ...

    def find_ref(self, tenant: str, ref: str, /) -> str | None:
        """Id of the ticket that a host's reference names, or None."""
        ...

    def events(
        self, tenant: str, stream: str, /, after: int = 0, limit: int | None = None
    ) -> Sequence[EventRow]:
        """The events of a stream, in order, from the one after `after`."""
        ...

    def feed(self, tenant: str, after: int, limit: int, /) -> Sequence[FeedRow]:
        """The events of all streams beyond a place in the feed, in order.

        An event that was committed is in the feed at once, and stays at its place for ever. What is committed later has a
        place beyond all that were ever answered, however long ago its transaction began: whoever goes on from the last place
        misses none. The events of one stream come in their order.
        """
        ...

    def feed_end(self, tenant: str, /) -> int:
        """The place of the last event in the feed; 0 if there is none."""
        ...

    def warned(self, tenant: str, stream: str, seq: int, limit: int, /) -> Sequence[StreamRow]:
        """Replies that said a warning (`warns`), archived or not, by stream and number, from the one after a place on.

        It costs as much as there are, however many other events there are.
        """
        ...

    def commit(self, commit: Commit, /) -> Answer:
        """Apply all of a commit in one transaction, or nothing.

        It is checked in this order: the inbox key is new (else `Duplicate`), every stream is at its expected version (else
        `Conflict`), a new ticket's reference is free (else `RefTaken`).
        """
        ...

    def recall(self, tenant: str, key: str, /) -> InboxEntry | None:
        """What an idempotency key was used for, or None."""
        ...

    def search(self, tenant: str, query: Query, /) -> Sequence[TicketRow]:
        """The rows that match, in the query's order."""
        ...

    def load_agent(self, tenant: str, agent_id: str, /) -> AgentRow | None:
        """An agent's row, or None."""
        ...

    def agents(self, tenant: str, /, after: str = "", limit: int = 1_000) -> Sequence[AgentRow]:
        """The agents whose ids sort after `after`, in that order: code points are compared."""
        ...

    def lead(self, tenant: str, role: str, holder: str, now_us: int, until_us: int, /) -> bool:
        """Become, or stay, the only holder of a role until an instant.

        False if somebody else holds it and their time has not passed. Holding it until now, or earlier, gives it up.
        """
        ...

    def due(self, tenant: str, before_us: int, limit: int, /) -> Sequence[str]:
        """Ids of tickets whose wake-up lies strictly before an instant, earliest first."""
        ...

    def claim_due(self, tenant: str, now_us: int, lease_us: int, limit: int, /) -> Sequence[Due]:
        """Claim tickets that are due at an instant, earliest first: other workers get others.

        A claim ends when the ticket changes or is rescheduled, else after `lease_us`; twice as long for each time that it
        was claimed before, at most 64 times as long: a ticket that fails is tried ever more rarely.
        """
        ...

    def reschedule(self, tenant: str, ticket_id: str, version: int, wakeup_us: int | None, /) -> bool:
        """Set a ticket's wake-up, if it is still at that version; False if not."""
        ...

    def contents(self, tenant: str, ids: Collection[str], /) -> Mapping[str, Content]:
        """Content rows by id; those that do not exist are left out."""
        ...

    def erase(self, tenant: str, subject: str, /) -> int:
        """Erase salt and value of every content row of a subject; the number of rows that had them."""
        ...

    def erase_contents(self, tenant: str, ids: Collection[str], versions: Mapping[str, int], /) -> bool:
        """Erase salt and value of content rows, if all these tickets are still at these versions, archived or not.

        False, and nothing changed, if one is not. Nothing may come between the look and the deed.
        """
        ...

    def lease(
        self, tenant: str, now_us: int, until_us: int, topics: Collection[str], limit: int, /
    ) -> Sequence[Lease]:
        """Claim deliveries of these topics that are due: until an instant nobody else gets them.

        Of one ticket and topic only the first that is not delivered or dead can be claimed.
        """
        ...

    def settle(
        self, tenant: str, key: str, token: str, /, *, retry_us: int | None, error: str | None
    ) -> bool:
        """End a claim: delivered (no error), to be tried again at `retry_us`, or dead (an error and no retry).

        A retry without an error gives the delivery back: due at `retry_us`, and the claim does not count as an attempt.

        False, and nothing changed, if the token is no longer the row's: the claim ran out and someone else has it.
        """
        ...

    def dead_letters(self, tenant: str, limit: int, /) -> Sequence[DeadLetter]:
        """Deliveries that were given up, oldest first."""
        ...

    def revive(self, tenant: str, key: str, now_us: int, /) -> bool:
        """Make a dead delivery due again, its attempts forgotten; False if there is none."""
        ...

    def drop(self, tenant: str, key: str, /) -> bool:
        """Forget a dead delivery; False if there is none."""
        ...

    def put_policy(self, tenant: str, fingerprint: str, document: bytes, /) -> None:
        """Keep a policy version; keeping it again changes nothing."""
        ...

    def get_policy(self, tenant: str, fingerprint: str, /) -> bytes | None:
        """A policy version, or None."""
        ...

    def archive(self, tenant: str, before_us: int, limit: int, /) -> int:
        """Put away tickets that are closed or cancelled and last changed before an instant; how many, up to a limit.

        `load`, `find_ref` and `events` still find them, `search` does not, and a commit brings them back.
        """
        ...

    def ended(self, tenant: str, after: str, limit: int, /) -> Sequence[EndedRow]:
        """Tickets that are closed or cancelled, archived or not, whose ids sort after `after`, in that order."""
        ...

    def put_away(self, tenant: str, ticket_id: str, version: int, /) -> bool:
        """Put one ticket away, as `archive` does, if it is closed or cancelled, still at that version, and has no wake-up.

        False if it is not, or was put away before.
        """
        ...

    def purge_keys(self, tenant: str, before_us: int, limit: int, /) -> int:
        """Forget idempotency keys of commands from before an instant; how many, up to a limit."""
        ...

    def count_keys(self, tenant: str, before_us: int, /) -> int:
        """How many idempotency keys there are of commands from before an instant: what `purge_keys` would forget."""
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...


class LoadsRequesters(Protocol):
    """What a store can have besides: a ticket, and what is recorded of its requester, in one call.

    Most commands of agents need both, since nobody is on both sides of a case. With a store that is far away, one call costs
    half of what two do. A desk makes do with `load`, `find_ref` and `events` where a store has no such method.
    """

    def load_with_requester(
        self, tenant: str, ticket_id: str | None, ref: str | None, /
    ) -> tuple[TicketRow, Sequence[EventRow]] | None:
        """A ticket's row, and all events of the stream `requester:<its requester>`; None if there is no such ticket.

        The ticket is named by its id, or by the host's reference if that is None.
        """
        ...


def loads_requesters(store: object) -> bool:
    """Whether a desk can ask a store for a ticket together with its requester's stream.

    A class that changes what `load`, `find_ref` or `events` answer, and has no such method itself, would be passed over if
    that of the store that it is made from, or stands before, were called.
    """
    places = [getattr(store, "__dict__", {}), *map(vars, type(store).__mro__)]

    def first(name: str) -> int:
        return next((place for place, names in enumerate(places) if name in names), len(places))

    own = first("load_with_requester")
    return own < len(places) and all(own <= first(name) for name in ("load", "find_ref", "events"))
