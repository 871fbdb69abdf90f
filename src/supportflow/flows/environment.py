"""What all flows of one desk share: tenant, policy book, what is delivered, and which rows cannot be read."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from supportflow._time import Instant, to_us
from supportflow.exceptions import (
    ConflictError,
    DamagedRow,
    DuplicateRef,
    InvalidInput,
    NewerSchemaError,
    PolicyNotFound,
    StoreError,
)
from supportflow.flows.held import Held
from supportflow.flows.requests import Running
from supportflow.flows.snapshots import AgentSnapshots, Snapshots
from supportflow.model.storage import Lease
from supportflow.model.surges import ActiveSurge
from supportflow.policy import CompiledPolicy, Policy, PolicyBook
from supportflow.policy.sections.watches import Sample
from supportflow.ports import ChannelTraits
from supportflow.records.tokens import LinkSigner

__all__ = [
    "BOT_TOPIC",
    "UNREADABLE",
    "DeskState",
    "Environment",
    "Stop",
    "Unreadable",
    "check_number",
    "is_of_one_row",
    "never",
    "refuse_in_transaction",
]

UNREADABLE = (DamagedRow, NewerSchemaError, PolicyNotFound)
"""What reading a row can raise that says something about that row alone."""
_MOST = 10_000
BOT_TOPIC = "bot"
"""Topic of the rows that stand for a message that the bot has to answer."""
Stop = Callable[[], bool]
"""Asked before each piece of work; True ends it soon. Being asked is also a sign that work goes on."""


def is_of_one_row(error: Exception) -> bool:
    """Whether an error is that of one ticket or agent, so that the others can go on; False if it is the store's."""
    if isinstance(error, StoreError):
        return isinstance(error, (*UNREADABLE, ConflictError, DuplicateRef))
    return True


class Unreadable:
    """The rows that a desk has met, could not use, and has not used since. Whoever drives the flows logs it."""

    def __init__(self) -> None:
        self._skipped: dict[str, str] = {}
        self._mended: set[str] = set()
        self._fresh: list[tuple[str, str]] = []

    @property
    def skipped(self) -> Mapping[str, str]:
        """Stream → class of the error, such as `"ticket:019c…"` → `"DamagedRow"`."""
        return MappingProxyType(self._skipped)

    def skip(self, stream: str, error: Exception) -> None:
        """Note that something was skipped."""
        name = type(error).__name__
        if self._skipped.get(stream) == name:
            return
        if len(self._skipped) < _MOST:
            self._skipped[stream] = name
        self._add(stream, name)

    def mended(self, stream: str) -> None:
        """Note that a snapshot was damaged, and made anew from the events; the next command writes a sound one."""
        if stream not in self._mended and len(self._mended) < _MOST:
            self._mended.add(stream)
            self._add(stream, "")

    def _add(self, stream: str, error: str) -> None:
        if len(self._fresh) < _MOST:
            self._fresh.append((stream, error))

    def used(self, stream: str) -> None:
        """Note that a row could be read after all."""
        if self._skipped:
            self._skipped.pop(stream, None)

    def fresh(self) -> list[tuple[str, str]]:
        """What has not been logged yet, with the class of its error, or `""` if it was mended. It counts as logged now."""
        fresh, self._fresh = self._fresh, []
        return fresh


class DeskState(NamedTuple):
    """What the desk's stream said when it was read last. Every process of a tenant reads the same.

    Attributes:
        version: Number of events read.
        policy: Fingerprint of the policy that was published last.
        recorded_at: The instant of the last event of the stream.
        kinds: Kinds of events that some process delivers.
        past: Kinds of events of which some process delivers those of the past, too.
        channels: Names of channels that some process delivers to.
        read_us: When the stream was read; None if it never was.
        bot: Whether some process answers for the bot.
        surges: Those that were declared and are not recorded to have ended, in that order. Their time may be up.
        ended: Surge → the instant at which it ended last.
        unmoved: The version of the stream at which a surge last began or ended that concerns the open tickets, if they were
            not all looked at since; else 0.
        zones: The zone data that was recorded last, as in `ZoneDataChanged`; None if none ever was.
        newest_zones: The newest of each that ever was.
        stale: The version of the stream at which newer zone data was recorded, if the clocks were not all set anew since;
            else 0.
        spreading: Ticket → since when it concerns others, in microseconds.
        tripped: Watch → when its measure went too far last.
    """

    version: int = 0
    policy: str | None = None
    recorded_at: Instant | None = None
    kinds: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    read_us: int | None = None
    bot: bool = False
    surges: tuple[ActiveSurge, ...] = ()
    ended: Mapping[str, int] = MappingProxyType({})
    unmoved: int = 0
    zones: Mapping[str, str] | None = None
    newest_zones: Mapping[str, str] = MappingProxyType({})
    stale: int = 0
    spreading: Mapping[str, int] = MappingProxyType({})
    tripped: Mapping[str, int] = MappingProxyType({})

    def expired(self, now_us: int) -> tuple[ActiveSurge, ...]:
        """The surges whose time was up before an instant, the earliest first."""
        late = [surge for surge in self.surges if to_us(surge.until) < now_us]
        return tuple(sorted(late, key=lambda surge: surge.until))

    def in_force(self, now_us: int) -> tuple[ActiveSurge, ...]:
        """The surges whose time is not up at an instant, in the order in which they were declared."""
        return tuple(surge for surge in self.surges if now_us <= to_us(surge.until))

    @property
    def topics(self) -> frozenset[str]:
        """What is subscribed, as topics of the outbox."""
        return frozenset(
            {f"event:{kind}" for kind in self.kinds}
            | {f"past:{kind}" for kind in self.past}
            | {f"channel:{name}" for name in self.channels}
            | ({BOT_TOPIC} if self.bot else set())
        )


@dataclass(slots=True)
class Environment:
    """The desk behind the flows.

    Attributes:
        tenant: Whose tickets these are.
        book: Policy versions in use. A flow that meets a version that the book does not hold adds it; another book comes
            with another current version.
        serves: Topics that this process delivers itself: what its handlers wait for, and its channels.
        secret: Key of the request hash. With one, the hash covers texts too; without, everything but the texts.
        asks_model: Whether a host's model reads texts besides the policy's rules.
        acts: Whether this process asks the host to act.
        ports: Which of the optional ports the host has: `responder`, `knowledge`, `context`, `suggester`.
        loads_requesters: Whether the store has a ticket and its requester's stream in one call.
        published: Whether the store is known to hold the current policy.
        joined: Whether the desk's stream is known to hold what this process serves.
        desk: What the desk's stream says.
        stored_policies: Fingerprints of versions with surges that the store is known to hold.
        surge_progress: How far the open tickets were moved: `DeskState.unmoved`, and the last of them.
        unreadable: Rows that could not be read.
        running: Topic → a delivery of it that goes on beside, with its claim; None in its place once that was given up.
        traits: Channel → what it is like.
        paced: Topic → until when its channel takes no more, as far as this process knows.
        clock_progress: How far clocks were recomputed: `DeskState.stale`, which kind of tickets, and the last of them.
        measures: Measure → its samples of the last while, in order of time.
        spread_progress: Ticket and announcement → what was said of it to those told before, and where the look at the others
            goes on; under an empty number, when its incidents were resolved.
        proposed: Watch → when it was set off last, if what it proposes then is known to be proposed.
        held: What a desk without a store holds; None if there is one.
        snapshots: Tickets as this process wrote or read them last.
        agent_snapshots: Agents likewise.
        origin: The environment that this is a copy of, for one call in a transaction that may still be undone; else None.
            What the call learns of the store is forgotten with the copy.
    """

    tenant: str
    book: PolicyBook
    serves: Collection[str] = ()
    secret: bytes | None = None
    asks_model: bool = False
    acts: bool = False
    ports: frozenset[str] = frozenset()
    loads_requesters: bool = False
    published: bool = field(default=False)
    joined: bool = field(default=False)
    desk: DeskState = field(default=DeskState())
    stored_policies: set[str] = field(default_factory=set)
    surge_progress: tuple[int, tuple[int | str | None, ...] | None] = (0, None)
    unreadable: Unreadable = field(default_factory=Unreadable)
    running: dict[str, tuple[Lease | None, Running]] = field(default_factory=dict)
    clock_progress: tuple[int, int, tuple[int | str | None, ...] | None] = (0, 0, None)
    measures: dict[str, deque[Sample]] = field(default_factory=dict)
    spread_progress: dict[
        tuple[str, str], tuple[tuple[int, bool] | None, tuple[int | str | None, ...] | None]
    ] = field(default_factory=dict)
    proposed: dict[str, int] = field(default_factory=dict)
    snapshots: Snapshots = field(default_factory=Snapshots)
    agent_snapshots: AgentSnapshots = field(default_factory=AgentSnapshots)
    held: Held | None = None
    traits: Mapping[str, ChannelTraits] = field(default_factory=dict)
    paced: dict[str, int] = field(default_factory=dict)
    origin: "Environment | None" = None

    @property
    def rating_links(self) -> LinkSigner | None:
        """What signs the links by which people rate; None if the desk has no secret."""
        return None if self.secret is None else LinkSigner("r1", "rating", (self.secret,), self.tenant)

    @property
    def tentative(self) -> bool:
        """Whether what is written now can still be undone by somebody else: it is in a transaction of the host's."""
        return self.origin is not None

    def tentative_copy(self) -> "Environment":
        """This environment for one call whose writes may be undone. It starts from what is known to be stored for good.

        The book is shared: its versions are what their fingerprints say, whether a store keeps them or not.
        """
        return replace(
            self, stored_policies=set(self.stored_policies), proposed=dict(self.proposed), origin=self
        )

    def take(self, policy: CompiledPolicy) -> None:
        """Make a version of the policy the current one. Whether the store holds it is not known from now on."""
        for one in (self, self.origin):
            if one is not None:
                one.book = one.book.publishing(policy)
                one.published = False

    @property
    def delivers(self) -> tuple[str, ...]:
        """Topics of the outbox that this process makes deliveries of."""
        own = ("part",) if self.policy.updates is not None and self.policy.updates.parts else ()
        return (*self.serves, *own, "action") if self.acts else (*self.serves, *own)

    @property
    def policy(self) -> Policy:
        """The current policy."""
        return self.book.current.document

    @property
    def zones(self) -> Mapping[str, str]:
        """The zone data that the current policy's instants depend on, as this process has it."""
        return self.book.base.zone_versions

    @property
    def subscribed(self) -> Collection[str]:
        """Kinds of events that a delivery is owed for, whichever process makes it."""
        return self.desk.kinds

    @property
    def channels(self) -> Collection[str]:
        """Names of the channels that replies leave by, whichever process has them."""
        return self.desk.channels


def refuse_in_transaction(env: Environment) -> None:
    """Refuse what others must see at once: in a transaction that may be undone, work cannot be claimed.

    Raises:
        InvalidInput: If the desk is inside a host's transaction.
    """
    if env.tentative:
        raise InvalidInput(
            "connection",
            "is the host's: nothing can be claimed in its transaction; do it outside of one"
            " (in Django's tests, in a TransactionTestCase)",
        )


def check_number(field: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number in bounds.

    Raises:
        InvalidInput: If it is none, or out of bounds.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(field, "is not a whole number")
    if value < least or (most is not None and value > most):
        raise InvalidInput(
            field, f"is less than {least}" if most is None else f"is not between {least} and {most}"
        )
    return value


def never() -> bool:
    """Go on."""
    return False
