"""Everything that the core builds without validating it is what validating gives, down to types, order and JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from supportflow.model.base import STORED


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way down, in the same order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, BaseModel):
        return same(one.__dict__, other.__dict__)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    return bool(one == other)


def check_made(value: BaseModel, given: Mapping[str, Any]) -> None:
    """Compare a value with what its class makes of the same fields."""
    validated = type(value)(**given)
    assert same(value, validated), (value, validated)
    assert value.__pydantic_fields_set__ == validated.__pydantic_fields_set__
    assert (value.__pydantic_extra__, value.__pydantic_private__) == (None, None)
    assert value.model_dump_json(exclude_defaults=True) == validated.model_dump_json(exclude_defaults=True)
    # And a row brings it back.
    assert type(value).model_validate_json(value.model_dump_json(), context=STORED) == value
