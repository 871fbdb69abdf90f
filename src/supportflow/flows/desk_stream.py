"""The desk's own stream: the policies that came into use, surges, and what is delivered. Every process of a tenant reads it.

A commit writes a delivery for each topic that *any* process serves, so what is served must be known in every process: it is
recorded here when a process starts, and stays until it is taken back.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from supportflow._time import SECOND_US, Instant, to_us
from supportflow.calendars.tzdata import is_older
from supportflow.exceptions import ConflictError
from supportflow.flows import requests
from supportflow.flows.environment import BOT_TOPIC, UNREADABLE, DeskState, Environment, refuse_in_transaction
from supportflow.flows.requests import Flow, pause_after_conflict
from supportflow.flows.rows import event_row, read_row
from supportflow.flows.zone_data import RecordedZones, differ
from supportflow.model.events import (
    DeskEvent,
    PolicyPublished,
    SpreadBegun,
    SpreadEnded,
    SurgeDeclared,
    SurgeEnded,
    TicketsMoved,
    TopicsSubscribed,
    TopicsUnsubscribed,
    WatchTripped,
    ZoneDataChanged,
)
from supportflow.model.people import HOST, SYSTEM
from supportflow.model.storage import Commit, Conflict, EventRow, StreamChange
from supportflow.model.surges import ActiveSurge
from supportflow.policy import CompiledPolicy, PolicyBook

__all__ = [
    "LOOK_US",
    "append",
    "begin_spread",
    "end_spread",
    "event_instant",
    "store_policy",
    "subscribe",
    "subscriptions",
    "synchronise",
    "unsubscribe",
    "with_surges",
]

LOOK_US = 5 * SECOND_US
"""A command looks at the stream if the last look is as long ago, by the desk's clock. A tick looks always."""
STREAM = "desk"
_PAGE = 100
LINGER_US = 3_600 * SECOND_US
"""So long a ticket is looked at after it came to concern others: far longer than it takes to commit what is said on it."""
_NEVER_US = 1 << 62  # after every instant that a row can be planned for


def synchronise(env: Environment, now: Instant, *, look: bool = False) -> Flow[None]:
    """Tell the store the current policy and what this process serves, and learn from it what others said.

    Args:
        env: The desk.
        now: The present instant.
        look: Read the stream even if that was done a moment ago.

    Raises:
        ConflictError: If others kept writing to the stream.
    """
    if not look and _is_settled(env, now):
        return
    if env.held is not None:
        return  # nobody else is on this desk
    known = env.published and env.joined
    now_us = to_us(now)
    if env.tentative:
        yield from requests.reserve()
        look = True  # the transaction may see what nobody else does yet, and what it saw a moment ago may have been undone
    if known and not (look or _is_due(env.desk, now_us) or env.desk.expired(now_us)):
        yield from _apply_surges(env, now_us)
        return
    if not env.published:
        current = env.book.base
        yield from requests.put_policy(env.tenant, current.fingerprint, current.document.canonical.encode())
    for attempt in range(1, requests.ATTEMPTS + 1):
        yield from _read(env, now)
        if (yield from _write(env, _older_zone_data(env, now) if known else _missing(env, now), now)):
            break
        yield from pause_after_conflict(attempt)
    else:
        raise ConflictError(STREAM, requests.ATTEMPTS)
    env.published = env.joined = True
    yield from _apply_surges(env, now_us)


def _is_settled(env: Environment, now: Instant) -> bool:
    """Whether there is nothing that `synchronise` would do at an instant without being told to look: so it is, mostly."""
    if env.held is not None:
        return True  # nobody else is on this desk
    if not (env.published and env.joined) or env.origin is not None:
        return False
    desk = env.desk
    return not (_is_due(desk, to_us(now)) or desk.surges or desk.ended or env.book.surges)


def _apply_surges(env: Environment, now_us: int) -> Flow[None]:
    """Make the policy with the surges that are in force at an instant the current one of the book."""
    book, state = env.book, env.desk
    if not (state.surges or state.ended or book.surges):
        return
    changed = with_surges(book, state, now_us)
    if changed is book:
        return
    if changed.current is not book.current:
        yield from store_policy(env, changed.current)
    if env.book is book:  # else another thread took another policy into use meanwhile
        env.book = changed


def with_surges(book: PolicyBook, state: DeskState, now_us: int) -> PolicyBook:
    """The book with the surges that are in force at an instant."""
    over = {surge.name: to_us(surge.until) for surge in state.expired(now_us)}
    since = {surge.name: to_us(surge.since) for surge in state.in_force(now_us)}
    return book.under(since, {**state.ended, **over})


def store_policy(env: Environment, policy: CompiledPolicy) -> Flow[None]:
    """Store a version that surges made, before any event or ticket names it."""
    if policy.document.overlay is None or policy.fingerprint in env.stored_policies:
        return
    yield from requests.put_policy(env.tenant, policy.fingerprint, policy.document.canonical.encode())
    env.stored_policies.add(policy.fingerprint)


def _is_due(state: DeskState, now_us: int) -> bool:
    return state.read_us is None or not 0 <= now_us - state.read_us < LOOK_US


def _missing(env: Environment, now: Instant) -> list[DeskEvent]:
    """The events that say of this process what the stream does not say yet."""
    at, current, events = event_instant(env, now), env.book.base, list[DeskEvent]()
    if not env.published and env.desk.policy != current.fingerprint:
        name = current.document.name
        events.append(
            PolicyPublished(
                recorded_at=at, by=HOST, fingerprint=current.fingerprint, name=name, zone_data=dict(env.zones)
            )
        )
        events += (
            SurgeEnded(recorded_at=at, by=HOST, name=surge.name, cause="policy")
            for surge in env.desk.in_force(to_us(now))
            if surge.name not in current.document.surges
        )
    elif differ(env.zones, env.desk):
        events.append(_zone_data(env, at))
    topics = () if env.joined else sorted(set(env.serves) - env.desk.topics)
    if topics:
        events.append(TopicsSubscribed(recorded_at=at, by=HOST, topics=tuple(topics)))
    return events


def _older_zone_data(env: Environment, now: Instant) -> list[DeskEvent]:
    """The event that this process has older zone data than others; none if it has not."""
    older = env.desk.zones is not None and is_older(env.zones, env.desk.zones)
    return [_zone_data(env, event_instant(env, now))] if older else []


def _zone_data(env: Environment, at: Instant) -> ZoneDataChanged:
    return ZoneDataChanged(recorded_at=at, by=SYSTEM, zone_data=dict(env.zones))


def event_instant(env: Environment, now: Instant) -> Instant:
    """The instant of a new event of the stream: now, but never before the one that stands last."""
    last = env.desk.recorded_at
    return now if last is None else max(now, last)


def _read(env: Environment, now: Instant) -> Flow[None]:
    """Read what was added to the stream since the last time."""
    before = env.desk
    rows = yield from requests.events(env.tenant, STREAM, before.version)
    state = _fold(before, _read_events(env, before.version, rows))._replace(read_us=to_us(now))
    if state.version >= env.desk.version:  # another thread may have read further meanwhile
        env.desk = state


def _read_events(env: Environment, after: int, rows: Collection[EventRow]) -> Iterator[DeskEvent | None]:
    """The events in rows; None for one that cannot be read, such as one of a kind that only a newer release knows.

    Its meaning is not known here; the others count. Every command reads this stream, so one event must not stop it.
    """
    for version, row in enumerate(rows, after + 1):
        try:
            event = read_row(row)
        except UNREADABLE as error:
            env.unreadable.skip(f"{STREAM}:{version}", error)
            yield None
        else:
            yield event if isinstance(event, DeskEvent) else None


def _fold(state: DeskState, events: Iterable[DeskEvent | None]) -> DeskState:
    topics, policy, recorded_at = set(state.topics), state.policy, state.recorded_at
    surges, ended = {surge.name: surge for surge in state.surges}, dict(state.ended)
    unmoved, recorded, version = state.unmoved, RecordedZones.of(state), state.version
    spreading, tripped = dict(state.spreading), dict(state.tripped)
    for version, event in enumerate(events, state.version + 1):
        if event is None:
            continue
        recorded_at = event.recorded_at
        if isinstance(event, PolicyPublished):
            policy = event.fingerprint
        elif isinstance(event, TopicsSubscribed):
            topics.update(event.topics)
        elif isinstance(event, TopicsUnsubscribed):
            topics.difference_update(event.topics)
        elif isinstance(event, SurgeDeclared):
            surges[event.name] = _active(surges.get(event.name), event)
            unmoved = version if event.reaches == "open" else unmoved
        elif isinstance(event, SurgeEnded):
            surges.pop(event.name, None)
            ended[event.name] = to_us(event.recorded_at)
            unmoved = version
        elif isinstance(event, TicketsMoved):
            unmoved = 0
        else:
            _follow_spread(spreading, tripped, event)
        recorded = recorded.after(event, version)
    return DeskState(
        version=version,
        policy=policy,
        recorded_at=recorded_at,
        kinds=_named("event:", topics),
        past=_named("past:", topics),
        channels=_named("channel:", topics),
        bot=BOT_TOPIC in topics,
        surges=tuple(surges.values()),
        ended=ended,
        unmoved=unmoved,
        zones=recorded.zones,
        newest_zones=recorded.newest,
        stale=recorded.stale,
        spreading=spreading,
        tripped=tripped,
    )


def _follow_spread(spreading: dict[str, int], tripped: dict[str, int], event: DeskEvent) -> None:
    if isinstance(event, SpreadBegun):
        spreading[event.ticket] = to_us(event.recorded_at)
    elif isinstance(event, SpreadEnded):
        spreading.pop(event.ticket, None)
    elif isinstance(event, WatchTripped):
        tripped[event.watch] = to_us(event.recorded_at)


def _active(before: ActiveSurge | None, event: SurgeDeclared) -> ActiveSurge:
    """A surge after it was declared; one that was in force already lasts longer."""
    if before is not None:
        return before._replace(until=event.until, reason=event.reason or before.reason)
    return ActiveSurge(event.name, event.recorded_at, event.until, event.by, event.reason, event.arrivals)


def _named(prefix: str, topics: Collection[str]) -> frozenset[str]:
    return frozenset(topic.removeprefix(prefix) for topic in topics if topic.startswith(prefix))


def _expired_surges(env: Environment, now: Instant) -> list[DeskEvent]:
    """The ends of the surges whose time is up, each at its own instant: they go before whatever is recorded now."""
    last, events = env.desk.recorded_at, list[DeskEvent]()
    for surge in env.desk.expired(to_us(now)):
        last = surge.until if last is None else max(last, surge.until)
        events.append(SurgeEnded(recorded_at=last, by=SYSTEM, name=surge.name, cause="expired"))
    return events


def _write(env: Environment, events: Collection[DeskEvent], now: Instant) -> Flow[bool]:
    """Append to the stream, the ends of expired surges first; False if others were faster."""
    events = [*_expired_surges(env, now), *events]
    if not events:
        return True
    for event in events:
        if isinstance(event, SurgeDeclared):
            yield from store_policy(env, env.book[event.policy])
    first = env.desk.version
    rows = tuple(event_row(seq, event) for seq, event in enumerate(events, first + 1))
    change = StreamChange(STREAM, first, rows)
    if isinstance((yield from requests.commit(Commit(env.tenant, (change,)))), Conflict):
        return False
    if env.desk.version == first:
        env.desk = _fold(env.desk, events)._replace(read_us=env.desk.read_us)
    return True


def append(env: Environment, make: Callable[[Instant], Collection[DeskEvent]]) -> Flow[None]:
    """Append events to the stream, and decide on them again if others were faster.

    Args:
        env: The desk.
        make: Takes the present instant and answers with the events, by what `env.desk` says then.

    Raises:
        ConflictError: If others kept writing to the stream.
    """
    now = yield from requests.now()
    yield from synchronise(env, now)
    for attempt in range(1, requests.ATTEMPTS + 1):
        yield from _read(env, now)
        if (yield from _write(env, make(now), now)):
            yield from _apply_surges(env, to_us(now))
            return
        yield from pause_after_conflict(attempt)
        now = yield from requests.now()
    raise ConflictError(STREAM, requests.ATTEMPTS)


def begin_spread(env: Environment, ticket_id: str) -> Flow[None]:
    """Have every process look at a ticket that is about to concern others.

    It is recorded before what is said on the ticket: a process that dies in between leaves a look too many, nobody untold.
    """

    def begun(now: Instant) -> list[DeskEvent]:
        return [SpreadBegun(recorded_at=event_instant(env, now), by=SYSTEM, ticket=ticket_id)]

    yield from append(env, begun)


def end_spread(env: Environment, ticket_id: str, since_us: int) -> Flow[None]:
    """Have nobody look at a ticket any more, unless it came to concern others again a moment ago.

    Args:
        env: The desk.
        ticket_id: The ticket.
        since_us: When it had come to, as far as whoever looked at it knew.
    """

    def ended(now: Instant) -> list[DeskEvent]:
        if env.desk.spreading.get(ticket_id) != since_us or to_us(now) - since_us < LINGER_US:
            return []
        return [SpreadEnded(recorded_at=event_instant(env, now), by=SYSTEM, ticket=ticket_id)]

    if to_us((yield from requests.now())) - since_us >= LINGER_US:
        yield from append(env, ended)


def _change_topics(env: Environment, topics: Collection[str], *, wanted: bool) -> Flow[None]:
    kind = TopicsSubscribed if wanted else TopicsUnsubscribed

    def changed(now: Instant) -> list[DeskEvent]:
        open_ = set(topics) - env.desk.topics if wanted else set(topics) & env.desk.topics
        if not open_:
            return []
        return [kind(recorded_at=event_instant(env, now), by=HOST, topics=tuple(sorted(open_)))]

    yield from append(env, changed)


def subscribe(env: Environment, topics: Collection[str]) -> Flow[None]:
    """Have deliveries written for these topics from now on. What is so already is not recorded again."""
    yield from _change_topics(env, topics, wanted=True)


def unsubscribe(env: Environment, topics: Collection[str], *, drop_waiting: bool) -> Flow[int]:
    """Have no more deliveries written for these topics.

    Args:
        env: The desk.
        topics: Which.
        drop_waiting: Forget what waits; dead letters stay.

    Returns:
        How many deliveries were forgotten.

    Raises:
        InvalidInput: If what waits is to be forgotten, and the desk is inside a host's transaction.
    """
    if drop_waiting:
        refuse_in_transaction(env)
    yield from _change_topics(env, topics, wanted=False)
    dropped = 0
    while drop_waiting and topics:
        # Whoever holds a claim loses it: their token is no longer the row's.
        leases = yield from requests.lease(env.tenant, _NEVER_US, _NEVER_US + 1, topics, _PAGE)
        if not leases:
            break
        for lease in leases:
            dropped += yield from requests.settle(
                env.tenant, lease.row.key, lease.token, retry_us=None, error=None
            )
    return dropped


def subscriptions(env: Environment) -> Flow[tuple[str, ...]]:
    """What is subscribed, sorted, as topics."""
    now = yield from requests.now()
    yield from _read(env, now)
    return tuple(sorted(env.desk.topics))
