"""Making the environment of a desk from what a host passes in: ports, channels, and handlers of events."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from inspect import iscoroutinefunction
from typing import Any

from supportflow._dataclass import dataclass
from supportflow.exceptions import InvalidInput
from supportflow.flows.environment import BOT_TOPIC, Environment
from supportflow.model.base import is_id
from supportflow.model.events import EVENT_TYPES, EventBase, TicketEvent
from supportflow.policy import CompiledPolicy, Policy, PolicyBook
from supportflow.policy.check.names import warn_of_names
from supportflow.ports import ChannelTraits, traits_of

__all__ = [
    "OPTIONAL",
    "WithPast",
    "channels_of",
    "check_own",
    "kind_of",
    "kinds_of",
    "new_environment",
    "past_of",
    "plain_only",
    "ports_of",
    "span_us",
    "topics_of",
]

_MIN_SECRET = 16

_MAX_TENANT = 100

_MAX_CHANNEL = 100

_DAY = timedelta(days=1)


def _channel_name(name: object) -> str:
    if not isinstance(name, str) or not is_id(name) or len(name) > _MAX_CHANNEL:
        raise InvalidInput("channels", f"{name!r} is not a name")
    return name


def topics_of(
    events: Collection[object], channels: object, *, bot: bool = False, past: object = ()
) -> tuple[str, ...]:
    """The outbox topics of event classes, of event classes of which the past is meant, and of names of channels.

    Raises:
        InvalidInput: If something is not an event class, or not a name.
    """
    if isinstance(channels, str) or not isinstance(channels, Collection):
        raise InvalidInput("channels", "is not a list of names")
    if isinstance(past, str) or not isinstance(past, Collection):
        raise InvalidInput("past", "is not a list of event classes")
    kinds = [f"event:{kind_of('events', cls)}" for cls in events]
    kinds += [f"past:{kind_of('past', cls)}" for cls in past]
    return (*kinds, *(f"channel:{_channel_name(name)}" for name in channels), *((BOT_TOPIC,) if bot else ()))


def channels_of(channels: Mapping[str, Any] | None) -> dict[str, Any]:
    """Name → channel.

    Raises:
        InvalidInput: If it is no mapping, or something cannot send.
    """
    if channels is not None and not isinstance(channels, Mapping):
        raise InvalidInput("channels", "is not a mapping of names to channels")
    for name, channel in (channels or {}).items():
        _channel_name(name)
        if not callable(getattr(channel, "send", None)):
            raise InvalidInput("channels", f"{name!r} is not a channel: it has no method `send`")
        traits_of(channel)
    return dict(channels or {})


def plain_only(handlers: Mapping[str, Any], channels: Mapping[str, Any]) -> None:
    """Refuse async handlers and channels: a plain desk would make their coroutines and never run them.

    Raises:
        InvalidInput: If one is async.
    """
    for kind, handler in handlers.items():
        if iscoroutinefunction(handler) or iscoroutinefunction(getattr(handler, "__call__", None)):  # noqa: B004 - it is callable; the question is how
            raise InvalidInput("on", f"the handler of {kind!r} is async: use AsyncDesk")
    for name, channel in channels.items():
        if iscoroutinefunction(channel.send):
            raise InvalidInput("channels", f"{name!r} is async: use AsyncDesk")


OPTIONAL = ("responder", "knowledge", "context", "suggester", "languages", "similar", "translator")
"""Ports that a desk can do without."""

_METHODS = {
    "responder": "respond",
    "knowledge": "find",
    "context": "context",
    "suggester": "suggest",
    "languages": "detect",
    "similar": "find",
    "translator": "translate",
}


def ports_of(*, plain: bool, **ports: Any) -> dict[str, Any]:
    """The optional ports by name, as they are given.

    Args:
        plain: Whether async methods are refused.
        **ports: Name → port, or None.

    Raises:
        InvalidInput: If one lacks its method, or a plain desk is given an async one.
    """
    for name, port in ports.items():
        method = None if port is None else getattr(port, _METHODS[name], None)
        if port is not None and not callable(method):
            raise InvalidInput(name, f"has no method `{_METHODS[name]}`")
        if plain and iscoroutinefunction(method):
            raise InvalidInput(name, "is async: use AsyncDesk")
    return ports


def span_us(at_most: object) -> int:
    """A duration up to a day, in microseconds.

    Raises:
        InvalidInput: If it is none.
    """
    if not isinstance(at_most, timedelta) or not timedelta() <= at_most <= _DAY:
        raise InvalidInput("at_most", "is not a duration between zero and a day")
    return at_most // timedelta(microseconds=1)


def new_environment(
    policy: Policy | None,
    tenant: str,
    kinds: Collection[str],
    channels: Collection[str],
    secret: bytes | None,
    *,
    asks_model: bool = False,
    acts: bool = False,
    ports: Mapping[str, Any] | None = None,
    past: Collection[str] = (),
    traits: Mapping[str, ChannelTraits] | None = None,
    loads_requesters: bool = False,
) -> Environment:
    """The environment of a desk.

    Raises:
        PolicyError: If the policy is wrong.
        InvalidInput: If the tenant or the secret cannot be one, or a responder has no bot in the policy to speak for.
    """
    if policy is not None:
        check_own(policy)
    if not is_id(tenant) or len(tenant) > _MAX_TENANT:
        raise InvalidInput("tenant", "is not a name")
    if secret is not None and not isinstance(secret, bytes):
        raise InvalidInput("secret", "is not bytes")
    if secret is not None and len(secret) < _MIN_SECRET:
        raise InvalidInput("secret", f"is shorter than {_MIN_SECRET} bytes")
    compiled = CompiledPolicy(Policy() if policy is None else policy)
    warn_of_names(compiled.document)
    book = PolicyBook(compiled)
    serves = (
        *(f"event:{kind}" for kind in kinds),
        *(f"past:{kind}" for kind in past),
        *(f"channel:{name}" for name in channels),
    )
    given = frozenset(name for name, port in (ports or {}).items() if port is not None)
    if "responder" in given:
        if book.current.bot is None:
            raise InvalidInput("responder", "has nothing to do: the policy has no section bot")
        serves = (*serves, BOT_TOPIC)
    return Environment(
        tenant, book, serves, secret, asks_model, acts, given, loads_requesters, traits=traits or {}
    )


def check_own(policy: object) -> None:
    """Accept a policy that an organisation wrote.

    Raises:
        InvalidInput: If it is none, or one that a desk made while a surge lasted.
    """
    if not isinstance(policy, Policy):
        raise InvalidInput("policy", "is not a Policy")
    if policy.overlay is not None:
        raise InvalidInput("policy", "was made by a surge; use the policy that the surge was laid over")


@dataclass(frozen=True, slots=True)
class WithPast:
    """A handler that hears what is of the past, too: events whose `late` is true, such as those of an adopted ticket.

    Without it, a handler hears none of them.

    Attributes:
        handler: Takes one event.
    """

    handler: Callable[[Any], object]

    def __call__(self, event: Any) -> object:
        """Hand the event on."""
        return self.handler(event)


def kinds_of(on: Mapping[type[EventBase], Any]) -> dict[str, Any]:
    """Event kind → handler.

    Raises:
        InvalidInput: If something is not an event class, or its handler cannot be called.
    """
    if not isinstance(on, Mapping):
        raise InvalidInput("on", "is not a mapping of event classes to handlers")
    handlers: dict[str, Any] = {}
    for cls, given in on.items():
        kind = kind_of("on", cls)
        handler = given.handler if isinstance(given, WithPast) else given
        if not callable(handler):
            raise InvalidInput("on", f"the handler of {cls.__name__} cannot be called")
        handlers[kind] = handler
    return handlers


def past_of(on: Mapping[type[EventBase], Any]) -> frozenset[str]:
    """The kinds of which a handler hears the past, too. What `on` holds was checked by `kinds_of`."""
    return frozenset(kind_of("on", cls) for cls, given in on.items() if isinstance(given, WithPast))


def kind_of(field: str, cls: object) -> str:
    """The kind of an event class of which deliveries can be made.

    Raises:
        InvalidInput: If it is none.
    """
    kind = next((kind for kind, known in EVENT_TYPES.items() if known is cls), None)
    if kind is None:
        raise InvalidInput(field, f"{cls!r} is not an event class")
    if not issubclass(EVENT_TYPES[kind], TicketEvent):
        raise InvalidInput(
            field, f"{EVENT_TYPES[kind].__name__} is not a ticket's; only events of tickets are delivered"
        )
    return kind
