"""A property that is computed once."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["Once"]

Value = TypeVar("Value")


class Once(Generic[Value]):
    """A property that is computed when first asked for, without the lock that Python's own takes until 3.12.

    For what lives as long as one text: two threads that ask at once both compute it, and get the same.

    Args:
        compute: Computes it.
    """

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Value:
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
