"""Values as rows keep them."""

from supportflow.model.base import Value

__all__ = ["written"]


def written(value: Value) -> bytes:
    """A value as JSON. Defaults are left out: they are part of the version of its kind."""
    # What `model_dump_json(exclude_defaults=True)` calls, as bytes at once: it would make a text of them first.
    return value.__pydantic_serializer__.to_json(value, exclude_defaults=True)
