"""Handlers of events as a host gives them: which kinds they are for, and who of them asks for the past."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from supportflow.exceptions import InvalidInput
from supportflow.model.events import EVENT_TYPES, EventBase, TicketEvent

__all__ = ["WithPast", "kind_of", "kinds_of", "past_of"]


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
