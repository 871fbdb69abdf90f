"""The desk's own stream: the policies that came into use, and what is delivered. Every process of a tenant reads it.

A commit writes a delivery for each topic that *any* process serves, so what is served must be known in every process: it is
recorded here when a process starts, and stays until it is taken back.
"""

from collections.abc import Collection

from supportflow._time import SECOND_US, Instant, to_us
from supportflow.exceptions import ConflictError
from supportflow.flows import requests
from supportflow.flows.environment import BOT_TOPIC, Environment, Standing
from supportflow.flows.requests import Flow, pause_after_conflict
from supportflow.flows.rows import event_row, read_row
from supportflow.model.events import DeskEvent, PolicyPublished, TopicsSubscribed, TopicsUnsubscribed
from supportflow.model.people import HOST
from supportflow.model.storage import Commit, Conflict, EventRow, StreamChange

__all__ = ["LOOK_US", "join", "subscribe", "subscriptions", "unsubscribe"]

LOOK_US = 5 * SECOND_US
"""A command looks at the stream if the last look is as long ago, by the desk's clock. A tick looks always."""
ATTEMPTS = 20
STREAM = "desk"
_PAGE = 100
_NEVER_US = 1 << 62  # after every instant that a row can be planned for


def join(env: Environment, now: Instant, *, look: bool = False) -> Flow[None]:
    """Bring the store and this process together: the current policy, what it serves, and what others serve.

    Args:
        env: The desk.
        now: The present instant.
        look: Read the stream even if that was done a moment ago.

    Raises:
        ConflictError: If others kept writing to the stream.
    """
    known = env.published and env.joined
    if known and not look and not _is_due(env.desk, to_us(now)):
        return
    if not env.published:
        current = env.book.current
        yield from requests.put_policy(env.tenant, current.fingerprint, current.document.canonical.encode())
    for attempt in range(1, ATTEMPTS + 1):
        yield from _read(env, now)
        if known or (yield from _write(env, _missing(env, now))):
            break
        yield from pause_after_conflict(attempt)
    else:
        raise ConflictError(STREAM, ATTEMPTS)
    env.published = env.joined = True


def _is_due(standing: Standing, now_us: int) -> bool:
    return standing.looked_us is None or not 0 <= now_us - standing.looked_us < LOOK_US


def _missing(env: Environment, now: Instant) -> list[DeskEvent]:
    """What the stream does not say yet of this process."""
    at, current, events = _at(env, now), env.book.current, list[DeskEvent]()
    if not env.published and env.desk.policy != current.fingerprint:
        name = current.document.name
        events.append(PolicyPublished(recorded_at=at, by=HOST, fingerprint=current.fingerprint, name=name))
    topics = () if env.joined else sorted(set(env.serves) - env.desk.topics)
    if topics:
        events.append(TopicsSubscribed(recorded_at=at, by=HOST, topics=tuple(topics)))
    return events


def _at(env: Environment, now: Instant) -> Instant:
    last = env.desk.recorded_at
    return now if last is None else max(now, last)


def _read(env: Environment, now: Instant) -> Flow[None]:
    """Read what was added to the stream since the last time."""
    before = env.desk
    rows = yield from requests.events(env.tenant, STREAM, before.version)
    standing = _advanced(before, rows)._replace(looked_us=to_us(now))
    if standing.version >= env.desk.version:  # another thread may have read further meanwhile
        env.desk = standing


def _advanced(standing: Standing, rows: Collection[EventRow]) -> Standing:
    topics, policy, recorded_at = set(standing.topics), standing.policy, standing.recorded_at
    for event in map(read_row, rows):
        recorded_at = event.recorded_at
        if isinstance(event, PolicyPublished):
            policy = event.fingerprint
        elif isinstance(event, TopicsSubscribed):
            topics.update(event.topics)
        elif isinstance(event, TopicsUnsubscribed):
            topics.difference_update(event.topics)
    return Standing(
        version=standing.version + len(rows),
        policy=policy,
        recorded_at=recorded_at,
        kinds=_named("event:", topics),
        channels=_named("channel:", topics),
        bot=BOT_TOPIC in topics,
    )


def _named(prefix: str, topics: Collection[str]) -> frozenset[str]:
    return frozenset(topic.removeprefix(prefix) for topic in topics if topic.startswith(prefix))


def _write(env: Environment, events: Collection[DeskEvent]) -> Flow[bool]:
    """Append to the stream; False if others were faster."""
    if not events:
        return True
    first = env.desk.version
    rows = tuple(event_row(seq, event) for seq, event in enumerate(events, first + 1))
    change = StreamChange(STREAM, first, rows)
    if isinstance((yield from requests.commit(Commit(env.tenant, (change,)))), Conflict):
        return False
    if env.desk.version == first:
        env.desk = _advanced(env.desk, rows)._replace(looked_us=env.desk.looked_us)
    return True


def _change(env: Environment, topics: Collection[str], *, wanted: bool) -> Flow[None]:
    kind = TopicsSubscribed if wanted else TopicsUnsubscribed
    now = yield from requests.now()
    yield from join(env, now)
    for attempt in range(1, ATTEMPTS + 1):
        yield from _read(env, now)
        open_ = set(topics) - env.desk.topics if wanted else set(topics) & env.desk.topics
        events = [kind(recorded_at=_at(env, now), by=HOST, topics=tuple(sorted(open_)))] if open_ else []
        if (yield from _write(env, events)):
            return
        yield from pause_after_conflict(attempt)
    raise ConflictError(STREAM, ATTEMPTS)


def subscribe(env: Environment, topics: Collection[str]) -> Flow[None]:
    """Have deliveries written for these topics from now on. What is so already is not recorded again."""
    yield from _change(env, topics, wanted=True)


def unsubscribe(env: Environment, topics: Collection[str], *, drop_waiting: bool) -> Flow[int]:
    """Have no more deliveries written for these topics.

    Args:
        env: The desk.
        topics: Which.
        drop_waiting: Forget what waits; dead letters stay.

    Returns:
        How many deliveries were forgotten.
    """
    yield from _change(env, topics, wanted=False)
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
