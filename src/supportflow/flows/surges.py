"""What a host can do about surges: declare one, end one, ask which are in force."""

from datetime import timedelta

from supportflow._legible import first_illegible
from supportflow._time import Instant, to_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.flows import requests
from supportflow.flows.cleaning import clean_line
from supportflow.flows.commands import handle
from supportflow.flows.delivering import never
from supportflow.flows.desk_stream import append, join, stands_at
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.flows.surging import announcement, settle
from supportflow.model import commands
from supportflow.model.base import is_id
from supportflow.model.durations import given_duration
from supportflow.model.events import DeskEvent, EventBase, SurgeEnded
from supportflow.model.people import Actor
from supportflow.model.surges import ActiveSurge
from supportflow.policy.document.surges import LONGEST
from supportflow.policy.overlay import greeting_of

__all__ = ["declare", "end", "greeting", "in_force"]


def declare(
    env: Environment, name: str, for_: timedelta | None, by: Actor, reason: str | None
) -> Flow[ActiveSurge]:
    """Declare a surge of the policy; if it is in force already, it lasts longer, and never shorter.

    Raises:
        InvalidInput: If the policy has no such surge, or the duration or the reason cannot be used.
        Refused: If somebody outside asks for it.
        PolicyError: If it does not go together with those that are in force.
    """
    _inside(by, "declare_surge")
    known = env.book.base.document.surges
    if not is_id(name) or name not in known:
        raise InvalidInput("surge", f"is not one of the policy's: {', '.join(known) or 'it has none'}")
    lasts_for = known[name].lasts_for if for_ is None else given_duration(for_, "for_")
    if not timedelta(0) < lasts_for <= LONGEST:
        raise InvalidInput("for_", f"is not a duration of up to {LONGEST.days} days")
    if reason is not None:
        if not is_id(reason) or first_illegible(reason) is not None:
            raise InvalidInput("reason", "is not one line of up to 200 characters that people can read")
        reason = clean_line(reason, env.book.current.redaction)

    def declared(now: Instant) -> list[DeskEvent]:
        event = announcement(env, name, lasts_for, now, by, reason=reason)
        running = _found(env, name, now)
        return [] if running is not None and running.until >= event.until else [event]

    # What ended unnoticed is taken off first: else a surge that is declared again would seem never to have ended.
    yield from join(env, (yield from requests.now()))
    yield from settle(env, _advance, None, never)
    yield from append(env, declared)
    yield from settle(env, _advance, None, never)
    found = _found(env, name, (yield from requests.now()))
    if found is None:  # somebody has ended it meanwhile
        raise Refused("", "declare_surge", "it was ended at the same time")
    return found


def end(env: Environment, name: str, by: Actor) -> Flow[bool]:
    """End a surge now; False if it is not in force.

    Raises:
        InvalidInput: If that is no name.
        Refused: If somebody outside asks for it.
    """
    _inside(by, "end_surge")
    if not is_id(name):
        raise InvalidInput("surge", "is not a name")
    ended = False

    def over(now: Instant) -> list[DeskEvent]:
        nonlocal ended
        ended = _found(env, name, now) is not None
        event = SurgeEnded(recorded_at=stands_at(env, now), by=by, name=name, cause="command")
        return [event] if ended else []

    yield from append(env, over)
    yield from settle(env, _advance, None, never)
    return ended


def in_force(env: Environment) -> Flow[tuple[ActiveSurge, ...]]:
    """The surges in force, in the order in which they were declared."""
    now = yield from requests.now()
    yield from join(env, now, look=True)
    return tuple(one for one in env.desk.in_force(to_us(now)) if one.name in env.book.surges)


def greeting(env: Environment, language: str | None) -> Flow[str | None]:
    """What is said now to somebody who writes a language.

    Raises:
        InvalidInput: If that is no tag.
    """
    if language is not None and not is_id(language):
        raise InvalidInput("language", "is not a language tag")
    now = yield from requests.now()
    yield from join(env, now)
    return greeting_of(env.policy, language)


def _inside(by: Actor, action: str) -> None:
    if by.kind in {"requester", "party"}:
        raise Refused("", action, "only the organisation's own people say what is a surge")


def _found(env: Environment, name: str, now: Instant) -> ActiveSurge | None:
    return next((one for one in env.desk.in_force(to_us(now)) if one.name == name), None)


def _advance(env: Environment, ticket_id: str) -> Flow[tuple[EventBase, ...]]:
    outcome = yield from handle(env, commands.Advance(ticket_id=ticket_id))
    return outcome.events
