"""Measures that the host feeds: kept for a while, looked at by the policy's watches, acted on once.

Each process keeps what it was fed. What a watch has brought about stands in the desk's stream, so that several processes
that are fed the same measure do it once.
"""

from collections import deque
from datetime import datetime
from decimal import Decimal

from supportflow._time import Instant, instant, span_us, to_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.flows import requests
from supportflow.flows.desk_stream import append, event_instant, synchronise
from supportflow.flows.environment import Environment
from supportflow.flows.proposals import see_to_proposal
from supportflow.flows.requests import Flow
from supportflow.flows.surges import declaration
from supportflow.model.base import is_id
from supportflow.model.events import DeskEvent, WatchTripped
from supportflow.model.people import SYSTEM, Actor
from supportflow.policy.document.foreseen import Watch
from supportflow.policy.sections.watches import Sample, too_far

__all__ = ["feed"]

MOST = 10_000
"""Samples of one measure that are kept at most."""
_LARGEST = Decimal(10) ** 30


def feed(
    env: Environment, measure: str, value: Decimal | float, at: datetime | None, by: Actor
) -> Flow[tuple[str, ...]]:
    """Take in what a measure is, and do what the policy's watches say.

    Returns:
        The watches that it has set off.

    Raises:
        InvalidInput: If nothing watches that measure, or the value or the time cannot be used.
        Refused: If somebody outside feeds it.
    """
    if by.kind in {"requester", "party"}:
        raise Refused("", "measure", f"a {by.kind} feeds no measure")
    number = _number(value)
    now = yield from requests.now()
    yield from synchronise(env, now)
    watches = {name: one for name, one in env.book.base.document.watches.items() if one.measure == measure}
    if not is_id(measure) or not watches:
        raise InvalidInput("measure", "is none that the policy watches")
    at_us = to_us(now) if at is None else to_us(instant(at, "at"))
    if at_us > to_us(now):
        raise InvalidInput("at", "lies in the future")
    samples = env.measures.setdefault(measure, deque(maxlen=MOST))
    if samples and at_us < samples[-1].at_us:
        raise InvalidInput("at", "lies before the latest value of the measure")
    samples.append(Sample(at_us, number))
    _forget(samples, at_us - max(span_us(one.within) for one in watches.values()))
    set_off: list[str] = []
    for name, watch in watches.items():
        if too_far(watch, samples) and (yield from _trip(env, name, watch, number)):
            set_off.append(name)
        yield from see_to_proposal(env, name, watch)
    return tuple(set_off)


def _number(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    elif isinstance(value, float):
        value = Decimal(str(value))
    if not isinstance(value, Decimal) or not value.is_finite():
        raise InvalidInput("value", "is not a finite number")
    if value.copy_abs() > _LARGEST:
        raise InvalidInput("value", "is beyond 10**30")
    return value


def _forget(samples: deque[Sample], begin_us: int) -> None:
    """Drop what is too old to matter. The last one before the while stays: it says how it was when that began."""
    while len(samples) > 1 and samples[1].at_us <= begin_us:
        samples.popleft()


def _trip(env: Environment, name: str, watch: Watch, value: Decimal) -> Flow[bool]:
    """Record that a watch was set off, and declare its surge; False if that was done a moment ago."""
    tripped_us: int | None = None

    def tripped(now: Instant) -> list[DeskEvent]:
        nonlocal tripped_us
        last_us, now_us = env.desk.tripped.get(name), to_us(now)
        if last_us is not None and now_us - last_us <= span_us(watch.cooldown):
            tripped_us = None
            return []
        at = event_instant(env, now)
        tripped_us = to_us(at)
        events: list[DeskEvent] = [
            WatchTripped(
                recorded_at=at,
                by=SYSTEM,
                watch=name,
                measure=watch.measure,
                value=str(value)[:200],
                declares=watch.declares,
                proposes=watch.proposes,
            )
        ]
        in_force = {surge.name for surge in env.desk.in_force(now_us)}
        if watch.declares is not None and watch.declares not in in_force:
            lasts_for = env.book.base.document.surges[watch.declares].lasts_for
            reason = f"{watch.measure}: {value}"[:200]
            events.append(declaration(env, watch.declares, lasts_for, now, SYSTEM, reason=reason))
        return events

    yield from append(env, tripped)
    return tripped_us is not None
