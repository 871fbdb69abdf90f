"""Making the environment of a desk from what a host passes in."""

from collections.abc import Collection, Mapping
from inspect import iscoroutinefunction
from typing import Any

from supportflow.exceptions import InvalidInput
from supportflow.flows.environment import Environment
from supportflow.model.base import is_id
from supportflow.model.events import EVENT_TYPES, EventBase, TicketEvent
from supportflow.policy import CompiledPolicy, Policy, PolicyBook

__all__ = ["channels_of", "kinds_of", "new_environment", "plain_only"]

_MIN_SECRET = 16
_MAX_TENANT = 100


def kinds_of(on: Mapping[type[EventBase], Any]) -> dict[str, Any]:
    """Event kind → handler.

    Raises:
        InvalidInput: If something is not an event class, or its handler cannot be called.
    """
    if not isinstance(on, Mapping):
        raise InvalidInput("on", "is not a mapping of event classes to handlers")
    kinds = {cls: kind for kind, cls in EVENT_TYPES.items()}
    handlers: dict[str, Any] = {}
    for cls, handler in on.items():
        if cls not in kinds:
            raise InvalidInput("on", f"{cls!r} is not an event class")
        if not issubclass(cls, TicketEvent):
            raise InvalidInput(
                "on", f"{cls.__name__} is the desk's own; only events of tickets are delivered"
            )
        if not callable(handler):
            raise InvalidInput("on", f"the handler of {cls.__name__} cannot be called")
        handlers[kinds[cls]] = handler
    return handlers


def channels_of(channels: Mapping[str, Any] | None) -> dict[str, Any]:
    """Name → channel.

    Raises:
        InvalidInput: If it is no mapping, or something cannot send.
    """
    if channels is not None and not isinstance(channels, Mapping):
        raise InvalidInput("channels", "is not a mapping of names to channels")
    for name, channel in (channels or {}).items():
        if not callable(getattr(channel, "send", None)):
            raise InvalidInput("channels", f"{name!r} is not a channel: it has no method `send`")
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


def new_environment(
    policy: Policy | None,
    tenant: str,
    subscribed: Collection[str],
    channels: Collection[str],
    secret: bytes | None,
    *,
    asks_model: bool = False,
) -> Environment:
    """The environment of a desk.

    Raises:
        PolicyError: If the policy is wrong.
        InvalidInput: If the tenant or the secret cannot be one.
    """
    if policy is not None and not isinstance(policy, Policy):
        raise InvalidInput("policy", "is not a Policy")
    if not is_id(tenant) or len(tenant) > _MAX_TENANT:
        raise InvalidInput("tenant", "is not a name")
    if secret is not None and not isinstance(secret, bytes):
        raise InvalidInput("secret", "is not bytes")
    if secret is not None and len(secret) < _MIN_SECRET:
        raise InvalidInput("secret", f"is shorter than {_MIN_SECRET} bytes")
    book = PolicyBook(CompiledPolicy(Policy() if policy is None else policy))
    return Environment(tenant, book, frozenset(subscribed), frozenset(channels), secret, asks_model)
