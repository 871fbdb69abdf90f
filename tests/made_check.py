"""Everything that the core builds without validating it is what validating gives, down to types, order and JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from supportflow.model.base import STORED

PLAIN = frozenset({bool, bytes, int, str, type(None)})
"""What is the same if it is equal. Moments of two zones are equal, and so are zeros of two signs."""


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way down, in the same order."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind in PLAIN:
        return bool(one == other)
    if isinstance(one, BaseModel):
        return same(one.__dict__, other.__dict__)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, frozenset):
        # Two equal sets may go through their members in another order; a writer of JSON sorts them.
        return one == other and {type(part) for part in one} == {type(part) for part in other}
    if is_dataclass(one):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    return bool(one == other) and repr(one) == repr(other)


def check_made(value: BaseModel, given: Mapping[str, Any]) -> None:
    """Compare a value with what its class makes of the same fields."""
    validated = type(value)(**given)
    # Whatever reads the two, a writer of JSON too, finds the same in both.
    assert same(value, validated), (value, validated)
    assert value.__pydantic_fields_set__ == validated.__pydantic_fields_set__
    assert (value.__pydantic_extra__, value.__pydantic_private__) == (None, None)
    # And a row brings it back.
    assert type(value).model_validate_json(value.model_dump_json(), context=STORED) == value
