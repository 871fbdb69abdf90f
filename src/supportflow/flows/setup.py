"""Making the environment of a desk from what a host passes in."""

from collections.abc import Collection, Mapping
from typing import Any

from supportflow.exceptions import InvalidInput
from supportflow.flows.environment import Environment
from supportflow.model.events import EVENT_TYPES, EventBase
from supportflow.policy import CompiledPolicy, Policy, PolicyBook

__all__ = ["kinds_of", "new_environment"]

_MIN_SECRET = 16


def kinds_of(on: Mapping[type[EventBase], Any]) -> dict[str, Any]:
    """Event kind → handler.

    Raises:
        InvalidInput: If something is not an event class, or its handler cannot be called.
    """
    kinds = {cls: kind for kind, cls in EVENT_TYPES.items()}
    handlers: dict[str, Any] = {}
    for cls, handler in on.items():
        if cls not in kinds:
            raise InvalidInput("on", f"{cls!r} is not an event class")
        if not callable(handler):
            raise InvalidInput("on", f"the handler of {cls.__name__} cannot be called")
        handlers[kinds[cls]] = handler
    return handlers


def new_environment(
    policy: Policy | None,
    tenant: str,
    subscribed: Collection[str],
    channels: Collection[str],
    secret: bytes | None,
) -> Environment:
    """The environment of a desk.

    Raises:
        PolicyError: If the policy is wrong.
        InvalidInput: If the secret is too short to be one.
    """
    if secret is not None and len(secret) < _MIN_SECRET:
        raise InvalidInput("secret", f"is shorter than {_MIN_SECRET} bytes")
    book = PolicyBook(CompiledPolicy(Policy() if policy is None else policy))
    return Environment(tenant, book, frozenset(subscribed), frozenset(channels), secret)
