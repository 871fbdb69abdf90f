"""Values as rows keep them."""

from supportflow.model.base import Value
from supportflow.model.events import ClocksMoved
from supportflow.model.ticket_json import CLOCKS_MOVED, joined

__all__ = ["written"]


def written(value: Value) -> bytes:
    """A value as JSON. Defaults are left out: they are part of the version of its kind."""
    if type(value) is ClocksMoved:
        return joined(CLOCKS_MOVED.parts(value))
    # What `model_dump_json(exclude_defaults=True)` calls, as bytes at once: it would make a text of them first.
    return type(value).__pydantic_serializer__.to_json(value, exclude_defaults=True)
