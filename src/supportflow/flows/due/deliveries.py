"""Deliveries: claimed, sent, ended. At least once, in order within a ticket and topic, given up after enough tries."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from supportflow._time import SECOND_US, Instant, to_us
from supportflow.exceptions import DeliveryNotFound, InvalidInput, Undeliverable
from supportflow.flows import requests
from supportflow.flows.bot.turns import answer
from supportflow.flows.due.actions import perform, record_failure
from supportflow.flows.due.fitting import fitted
from supportflow.flows.due.pacing import NotYet, pace
from supportflow.flows.due.parts import mirror
from supportflow.flows.due.ratings import rating_text
from supportflow.flows.due.reports import record_receipt, record_undeliverable
from supportflow.flows.environment import BOT_TOPIC, Environment, Stop, check_number, is_of_one_row, never
from supportflow.flows.load import get, request_text, with_policy_words
from supportflow.flows.requests import Call, Flow, StillRunning
from supportflow.flows.rows import ACTION, ASKS, PART, read_row
from supportflow.model.base import MAX_KEY, is_id
from supportflow.model.events import (
    EventBase,
    EvidenceRequested,
    RatingRequested,
    ReplySent,
    RequesterInformed,
)
from supportflow.model.storage import DeadLetter, Lease, OutboxRow
from supportflow.model.ticket import Ticket
from supportflow.ports import ChannelTraits, Outgoing

__all__ = ["ATTEMPTS", "Delivered", "backoff_us", "dead_letters", "deliver"]

LEASE_US = 60 * SECOND_US
"""How long a claim holds: longer than a channel may take."""

PATIENCE_S = 1.0
"""So long the others wait for a delivery; then it goes on beside them."""

LONGEST_S = 30.0
"""A delivery that takes longer counts as failed: well within its claim."""

REST_S = 300.0
"""So long a topic rests while one of its deliveries hangs; then another is tried."""

ATTEMPTS = 12
"""How often a delivery is tried before it is given up."""

_BATCH = 100

_FIRST_US = 2 * SECOND_US

_LONGEST_US = 3_600 * SECOND_US


class Delivered(NamedTuple):
    """What became of the deliveries that were due; `running` go on beside."""

    delivered: int
    retried: int
    dead: int
    running: int = 0


def backoff_us(attempts: int, chance: float) -> int:
    """How long to wait after that many attempts: exponential, at most an hour, with full jitter.

    Full jitter (a uniform share of the whole wait) spreads retries best, see Brooker, "Exponential Backoff And Jitter",
    AWS Architecture Blog, 2015.
    """
    return int(min(_FIRST_US << min(attempts, 20), _LONGEST_US) * chance)


def deliver(
    env: Environment, now: Instant, limit: int, stop: Stop = never, *, wait: bool = True
) -> Flow[Delivered]:
    """Deliver what is due, until nothing is left, the limit is reached, or somebody asks to stop.

    A claim is given back, and counts as no attempt, if it would run out before the delivery is made, or if `stop` says so.

    Args:
        env: The desk.
        now: What is due at this instant.
        limit: How many at most.
        stop: Asked before each delivery.
        wait: Whether to wait in the end for the deliveries that go on beside.
    """
    made: Counter[str] = Counter()
    due_us = to_us(now)
    yield from _collect_running(env, made)
    while made.total() < limit and not stop():
        topics = tuple(topic for topic in env.delivers if topic not in env.running)
        if not topics:
            break
        begun_us = to_us((yield from requests.now()))
        batch = min(limit - made.total(), _BATCH)
        leases = yield from requests.lease(env.tenant, due_us, begun_us + LEASE_US, topics, batch)
        if not leases:
            break
        for place, lease in enumerate(leases):
            at_us = to_us((yield from requests.now()))
            late = place > 0 and not 0 <= at_us - begun_us < LEASE_US // 2
            if stop() or late or lease.row.topic in env.running:
                yield from _end_claim(env, lease, due_us, None)
            else:
                made[(yield from _deliver_one(env, lease, at_us))] += 1
    if wait:
        for claim, running in tuple(env.running.values()):
            if claim is not None:
                yield Call("running", "wait", (running, max(LONGEST_S - running.seconds, 0.0)))
        yield from _collect_running(env, made)
    beside = sum(claim is not None for claim, _ in env.running.values())
    return Delivered(made["delivered"], made["retried"], made["dead"], beside)


def _collect_running(env: Environment, made: Counter[str]) -> Flow[None]:
    """See what has become of the deliveries that went on beside.

    One that takes too long counts as failed, and is tried again later, ever more rarely. While it hangs, nothing else of its
    topic is delivered; after `REST_S` one is, to see whether the topic works again.
    """
    for topic, (lease, running) in tuple(env.running.items()):
        over = running.over
        if not over and running.seconds < LONGEST_S:
            continue
        if over or running.seconds >= REST_S:
            env.running.pop(topic, None)
        else:
            env.running[topic] = None, running
        if lease is not None:
            failed = TimeoutError() if not over else running.error
            if failed is None:
                yield from _written(env, lease.row, record_receipt(env, lease.row, running.answer()))
            now_us = to_us((yield from requests.now()))
            made[(yield from _record_result(env, lease, failed, now_us))] += 1


def _deliver_one(env: Environment, lease: Lease, now_us: int) -> Flow[str]:
    """Make a delivery; what became of it, `""` if somebody else has it by now."""
    try:
        failed = yield from _attempt(env, lease, now_us)
    except StillRunning as still:
        env.running[lease.row.topic] = lease, still.running
        return ""
    except NotYet as wait:
        yield from _end_claim(env, lease, wait.until_us, None)
        return ""
    return (yield from _record_result(env, lease, failed, now_us))


def _record_result(env: Environment, lease: Lease, failed: BaseException | None, now_us: int) -> Flow[str]:
    """Settle a delivery that was made, or that failed."""
    retry_us: int | None = None
    error = None if failed is None else type(failed).__name__
    outcome = "delivered" if error is None else "dead"
    if isinstance(failed, Undeliverable) and lease.row.key.endswith(f":{ASKS}"):
        error = None  # who cannot be asked what they think misses nothing
    elif isinstance(failed, Undeliverable) and lease.row.topic.startswith("channel:"):
        if (yield from _written(env, lease.row, record_undeliverable(env, lease.row, failed))):
            error = None  # it stands on the ticket; nothing is left to try again
    elif error is not None and lease.row.attempts < ATTEMPTS:
        outcome = "retried"
        # Never at once: the same tick must not try again what just failed.
        retry_us = now_us + max(backoff_us(lease.row.attempts, (yield from requests.chance())), SECOND_US)
    if outcome == "dead" and lease.row.topic == ACTION:
        assert error is not None
        if (yield from _written(env, lease.row, record_failure(env, lease.row, error))):
            error = None
    return outcome if (yield from _end_claim(env, lease, retry_us, error)) else ""


def _written(env: Environment, row: OutboxRow, record: Flow[object]) -> Flow[bool]:
    """Write on its ticket what became of a delivery; False if that ticket, and it alone, cannot be written on."""
    try:
        yield from record
    except Exception as failure:
        if not is_of_one_row(failure):
            raise
        env.unreadable.skip(f"ticket:{row.ticket_id}", failure)
        return False
    return True


def _end_claim(env: Environment, lease: Lease, retry_us: int | None, error: str | None) -> Flow[bool]:
    return requests.settle(env.tenant, lease.row.key, lease.token, retry_us=retry_us, error=error)


def _attempt(env: Environment, lease: Lease, now_us: int) -> Flow[Exception | None]:
    """Make a delivery; None if it arrived, else what stood in the way."""
    row = lease.row
    try:
        if row.topic == BOT_TOPIC:
            yield from answer(env, row)
            return None
        if row.topic == ACTION:
            yield from perform(env, row)
            return None
        if row.topic == PART:
            yield from mirror(env, row)
            return None
        rows = yield from requests.events(env.tenant, f"ticket:{row.ticket_id}", row.seq - 1, 1)
        event = read_row(rows[0])
        topic, _, name = row.topic.partition(":")
        if topic in {"event", "past"}:
            yield Call("handler", name, (event,), within_s=PATIENCE_S, detach=True)
        else:
            message = yield from _outgoing(env, row.key, row.ticket_id, event)
            if message is not None:  # an erased text has nothing left to send
                yield from _send(env, lease, message, now_us)
    except (StillRunning, NotYet):
        raise
    except Exception as error:  # noqa: BLE001 - a handler or channel is the host's code: whatever it raises, it is tried again
        return error
    return None


def _send(env: Environment, lease: Lease, message: Outgoing, now_us: int) -> Flow[None]:
    """Hand a reply to its channel, in as many messages as that takes."""
    name = lease.row.topic.partition(":")[2]
    traits = env.traits.get(name, ChannelTraits())
    pieces = fitted(message, traits)
    yield from pace(env, lease, traits.rate, len(pieces), now_us)
    answer: object = None
    asks = lease.row.key.endswith(f":{ASKS}") and "rating" in traits.can
    for piece in pieces:
        # One of several cannot go on beside: the next would pass it. All together they end well within the claim.
        detach = len(pieces) == 1
        within_s = PATIENCE_S if detach else max(LONGEST_S / len(pieces), PATIENCE_S)
        answer = yield Call("rating" if asks else "channel", name, (piece,), within_s=within_s, detach=detach)
    # It has left: that its ticket cannot be written on is no reason to send it again.
    yield from _written(env, lease.row, record_receipt(env, lease.row, answer))


def _outgoing(env: Environment, key: str, ticket_id: str, event: EventBase) -> Flow[Outgoing | None]:
    assert isinstance(event, ReplySent | EvidenceRequested | RatingRequested | RequesterInformed)
    ticket: Ticket = yield from get(env, ticket_id)
    to_party = event.to if isinstance(event, ReplySent) else None
    said = event.announced if isinstance(event, ReplySent) else None
    post = said is not None and said.ticket == ticket.id
    # The subject line is the requester's: a party does not see it, nor does everybody.
    subject = ticket.subject if to_party is None and not post else None
    reply = event.body if isinstance(event, ReplySent) else None
    ids: Sequence[str] = [ref.id for ref in (reply, subject) if ref is not None]
    found = yield from requests.contents(env.tenant, ids)
    if isinstance(event, EvidenceRequested | RequesterInformed):
        body: str | None = yield from request_text(env, ticket, event)
    elif isinstance(event, RatingRequested):
        body = yield from rating_text(env, ticket, event)
    else:
        assert reply is not None
        body = yield from with_policy_words(env, event, found[reply.id].value)
    if body is None:
        return None
    return Outgoing(
        key=key,
        ticket_id=ticket.id,
        ref=ticket.ref,
        requester=to_party or ticket.requester,
        by=event.by.id,
        subject=None if subject is None else found[subject.id].value,
        body=body,
        attachments=event.attachments if isinstance(event, ReplySent) else (),
        in_reply_to=event.in_reply_to if isinstance(event, ReplySent) else ticket.received,
        recorded_at=event.recorded_at,
        announcement=None if said is None else f"{said.ticket}/{said.number}",
    )


def dead_letters(env: Environment, limit: int) -> Flow[tuple[DeadLetter, ...]]:
    """Deliveries that were given up, oldest first.

    Raises:
        InvalidInput: If the limit cannot be used.
    """
    check_number("limit", limit, 1)
    return tuple((yield from requests.dead_letters(env.tenant, limit)))


def retry_delivery(env: Environment, key: str) -> Flow[None]:
    """Make a dead delivery due again.

    Raises:
        DeliveryNotFound: If there is no such dead letter.
    """
    _delivery_key(key)
    now = yield from requests.now()
    if not (yield from requests.revive(env.tenant, key, to_us(now))):
        raise DeliveryNotFound(key)


def drop_delivery(env: Environment, key: str) -> Flow[None]:
    """Forget a dead delivery.

    Raises:
        DeliveryNotFound: If there is no such dead letter.
    """
    _delivery_key(key)
    if not (yield from requests.drop(env.tenant, key)):
        raise DeliveryNotFound(key)


def _delivery_key(key: object) -> None:
    if not is_id(key, MAX_KEY):
        raise InvalidInput("key", "is not the key of a delivery")
