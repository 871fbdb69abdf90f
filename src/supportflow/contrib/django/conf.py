"""`settings.SUPPORTFLOW`, read: what the desk of this project is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from supportflow.contrib.django.bridge import TicketBridge
from supportflow.exceptions import InvalidInput
from supportflow.lifecycle import LifecycleDefinition, default_lifecycle
from supportflow.model.events import EVENT_TYPES, EventBase
from supportflow.policy import Policy
from supportflow.policy.read.policies import read_policy

__all__ = ["KEYS", "Configuration", "add_handler", "configuration", "imported", "lifecycle_of"]

KEYS = ("POLICY", "DATABASE", "TENANT", "ON", "CHANNELS", "PORTS", "SECRET", "BRIDGES", "STRICT", "REPORT")
"""What `SUPPORTFLOW` can hold."""
_DOCUMENTS = frozenset({".toml", ".json", ".yaml", ".yml"})
_PORTS = frozenset(
    {
        "classifier", "responder", "knowledge", "context", "suggester", "languages", "similar", "translator",
        "actions", "clock", "ids",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Configuration:
    """What the settings say.

    Attributes:
        policy: How the desk works.
        database: The alias of the database whose connection the desk works on.
        tenant: Whose tickets these are.
        on: Event class → handler.
        channels: Name → channel.
        ports: Keyword of `Desk` → port.
        secret: Key for fingerprints.
        bridges: The bridges that the settings name.
        at_once: Whether what is saved is reported there and then, and not by the worker.
        strict: Whether an error of a bridge is raised where the host saves, instead of being logged and mended by the tick.
    """

    policy: Policy
    database: str
    tenant: str
    on: Mapping[type[EventBase], Callable[[Any], object]]
    channels: Mapping[str, Any]
    ports: Mapping[str, Any]
    secret: bytes | None
    bridges: tuple[type[TicketBridge], ...]
    at_once: bool
    strict: bool


def imported(name: str, value: object) -> Any:
    """What a setting means: a dotted name stands for what it names, anything else for itself.

    Raises:
        InvalidInput: If there is nothing of that name.
    """
    if not isinstance(value, str):
        return value
    try:
        return import_string(value)
    except ImportError as error:
        raise InvalidInput(name, f"cannot be imported: {error}") from error


def made(name: str, value: object) -> Any:
    """An object that a setting names; of a class, one is made."""
    found = imported(name, value)
    return found() if isinstance(found, type) else found


@cache
def configuration() -> Configuration:
    """The settings, read once.

    Raises:
        InvalidInput: If something in them cannot be used.
        PolicyError: If the policy is wrong.
    """
    given = getattr(settings, "SUPPORTFLOW", {})
    if not isinstance(given, Mapping):
        raise InvalidInput("SUPPORTFLOW", "is not a mapping")
    unknown = sorted(str(key) for key in given if key not in KEYS)
    if unknown:
        raise InvalidInput("SUPPORTFLOW", f"has no {unknown[0]!r}: it can hold {', '.join(KEYS)}")
    secret = given.get("SECRET")
    return Configuration(
        policy=_policy(given.get("POLICY")),
        database=given.get("DATABASE", "default"),
        tenant=given.get("TENANT", "default"),
        on=_handlers({_event(kind): imported("ON", one) for kind, one in _part(given, "ON").items()}),
        channels={name: made("CHANNELS", one) for name, one in _part(given, "CHANNELS").items()},
        ports={_port(name): made("PORTS", one) for name, one in _part(given, "PORTS").items()},
        secret=secret.encode() if isinstance(secret, str) else secret,
        bridges=_bridges(given.get("BRIDGES", ())),
        at_once=_at_once(given.get("REPORT", "at once")),
        strict=bool(given.get("STRICT", False)),
    )


def lifecycle_of(policy: Policy) -> LifecycleDefinition:
    """The lifecycle that a policy has: the shipped one, if it declares none."""
    return default_lifecycle() if policy.lifecycle is None else policy.lifecycle


_OF_APPS: dict[type[EventBase], list[Callable[[Any], object]]] = {}


def add_handler(event: type[EventBase], handler: Callable[[Any], object]) -> None:
    """Have a handler called besides the one that the settings name: for apps, in their `ready`."""
    of_event = _OF_APPS.setdefault(event, [])
    if handler not in of_event:
        of_event.append(handler)
    configuration.cache_clear()


def _handlers(
    named: Mapping[type[EventBase], Callable[[Any], object]],
) -> dict[type[EventBase], Callable[[Any], object]]:
    return {
        event: _one_after_another([*_OF_APPS.get(event, ()), *([named[event]] if event in named else [])])
        for event in {*named, *_OF_APPS}
    }


def _one_after_another(handlers: list[Callable[[Any], object]]) -> Callable[[Any], object]:
    if len(handlers) == 1:
        return handlers[0]

    def call(event: Any) -> None:
        for handler in handlers:
            handler(event)

    return call


def _part(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = given.get(name, {})
    if not isinstance(part, Mapping):
        raise InvalidInput(name, "is not a mapping")
    return part


def _bridges(given: object) -> tuple[type[TicketBridge], ...]:
    if not isinstance(given, list | tuple):
        raise InvalidInput("BRIDGES", "is not a list of dotted names")
    found = tuple(imported("BRIDGES", one) for one in given)
    for one in found:
        if not (isinstance(one, type) and issubclass(one, TicketBridge)):
            raise InvalidInput("BRIDGES", f"{one!r} is no class that inherits from TicketBridge")
        if not hasattr(one, "model"):
            raise InvalidInput("BRIDGES", f"{one.__name__} has no `model`")
    return found


def _at_once(given: object) -> bool:
    if given not in ("at once", "by the worker"):
        raise InvalidInput("REPORT", "is neither 'at once' nor 'by the worker'")
    return given == "at once"


def _policy(given: object) -> Policy:
    if given is None:
        return Policy()
    if isinstance(given, Path) or (isinstance(given, str) and Path(given).suffix in _DOCUMENTS):
        try:
            return read_policy(Path(given))
        except OSError as error:
            raise InvalidInput("POLICY", f"cannot be read: {error.strerror}") from error
    found = imported("POLICY", given)
    found = found() if callable(found) else found
    if not isinstance(found, Policy):
        raise InvalidInput("POLICY", "is neither a file nor a Policy, nor a function that makes one")
    return found


def _event(kind: object) -> type[EventBase]:
    if isinstance(kind, type) and issubclass(kind, EventBase):
        return kind
    if kind not in EVENT_TYPES:
        raise InvalidInput("ON", f"there is no kind of event {kind!r}")
    return EVENT_TYPES[str(kind)]


def _port(name: str) -> str:
    if name not in _PORTS:
        raise InvalidInput("PORTS", f"a desk has no {name!r}")
    return name
