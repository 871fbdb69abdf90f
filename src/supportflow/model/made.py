"""Values that are made of valid ones: built without being validated again.

What the core makes of a valid ticket, a valid command and a compiled policy is valid by construction, and to validate it
takes longer than to make it. What comes from outside (a host's arguments, a row, the words of a host's model) is validated.
`checking` has everything validated that is made meanwhile: the tests run under it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel

from supportflow.model.base import Value

__all__ = ["built", "checking", "copied", "made", "of_fields", "remade"]

V = TypeVar("V", bound=Value)
Check = Callable[[BaseModel, Mapping[str, Any]], object]
"""Given a value that was made, and the fields that it was made of."""

_new = object.__new__
_check: Check | None = None


class _Blank(Value):
    """A value before it is of any kind: attributes are set as of a plain object, which a model's are not."""

    if not TYPE_CHECKING:
        __setattr__ = object.__setattr__
        __delattr__ = object.__delattr__


def made(kind: type[V], head: Mapping[str, Any], /, **fields: Any) -> V:
    """A value as `kind(**head, **fields)` gives it, if all of these are as the model keeps them.

    Args:
        kind: A model whose instances have fields and nothing else.
        head: Fields that several values have in common.
        **fields: The others, which go before those of the head. What is not named has its default.
    """
    return built(kind, head, fields)


def built(kind: type[V], head: Mapping[str, Any], fields: Mapping[str, Any]) -> V:
    """The same for fields that are a mapping already, which needs not be taken apart and put together again."""
    template, factories = _PLANS.get(kind) or _plan(kind)
    values = {**template, **head, **fields}
    for name, factory in factories:
        if values[name] is _MISSING:
            values[name] = factory()
    names = (*head, *fields)
    value: Any = _new(_Blank)
    value.__dict__ = values
    value.__pydantic_fields_set__ = _GIVEN.get(names) or _given(names)
    value.__pydantic_extra__ = value.__pydantic_private__ = None
    value.__class__ = kind
    if _check is not None:
        _check(value, {**head, **fields})
    return cast("V", value)


def remade(value: V, changes: Mapping[str, Any]) -> V:
    """A value with other fields, as `value.model_copy(update=changes)` gives it, in a third of the time.

    Args:
        value: The value.
        changes: The fields that change.
    """
    new = copied(value, changes)
    if _check is not None:
        _check(new, {name: new.__dict__[name] for name in new.__pydantic_fields_set__})
    return new


def copied(value: V, changes: Mapping[str, Any]) -> V:
    """The same for changes that are the value's own fields again, copied: there is nothing to check."""
    given = value.__pydantic_fields_set__
    if not given.issuperset(changes):  # else the two share it, as the tickets of one stream do
        given = given.union(changes)
    return of_fields(type(value), {**value.__dict__, **changes}, given)


def of_fields(kind: type[V], values: dict[str, Any], given: set[str]) -> V:
    """A value that consists of these very fields, every one of the model's and in its order.

    Args:
        kind: A model whose instances have fields and nothing else.
        values: Its fields; they are the value's own from now on.
        given: The names of those that are not there by default.
    """
    value: Any = _new(_Blank)
    value.__dict__ = values
    value.__pydantic_fields_set__ = given
    value.__pydantic_extra__ = value.__pydantic_private__ = None
    value.__class__ = kind
    return cast("V", value)


_MISSING: Any = object()
_MOST_GIVEN = 1_000
_GIVEN: dict[tuple[str, ...], set[str]] = {}
"""What was given, for values that were made of fields of the same names: they share it, as the tickets of one stream do."""


def _given(names: tuple[str, ...]) -> set[str]:
    if len(_GIVEN) >= _MOST_GIVEN:
        _GIVEN.clear()  # other threads only put theirs together again
    return _GIVEN.setdefault(names, set(names))


_Plan = tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]
_PLANS: dict[type[Value], _Plan] = {}


def _plan(kind: type[Value]) -> _Plan:
    """Every field with its default in the order in which it is written, and what makes defaults that can change."""
    template: dict[str, Any] = {}
    factories: list[tuple[str, Callable[[], Any]]] = []
    for name, field in kind.model_fields.items():
        template[name] = _MISSING if field.is_required() else field.default
        if field.default_factory is not None:
            template[name] = _MISSING
            factories.append((name, field.default_factory))  # type: ignore[arg-type] # none of ours takes the data
        elif (
            getattr(type(field.default), "__hash__", None) is None
        ):  # it can change: pydantic copies such a one, too
            template[name] = _MISSING
            factories.append((name, field.get_default))
    return _PLANS.setdefault(kind, (template, tuple(factories)))


@contextmanager
def checking(check: Check) -> Iterator[None]:
    """Have everything looked at that is made meanwhile, by any thread.

    Args:
        check: Called with each value, and what it was made of; it raises if something is wrong.
    """
    global _check  # noqa: PLW0603 - one switch for the process, off but in tests
    before, _check = _check, check
    try:
        yield
    finally:
        _check = before
