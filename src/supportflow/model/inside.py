"""Values as a decision has them: the fields of a model, and nothing else of it.

pydantic looks for private attributes whenever a field of a model is read, by a hook of Python, which costs twenty times what
a plain object's field does. So inside a decision the ticket is a plain object around the very fields of the model, with the
model's own properties and methods: it is read alike, and typed as the model. Where it leaves, a model is put around the
same fields. Neither way copies anything or validates again: values never change.
"""

from types import FunctionType
from typing import Any, NoReturn, TypeVar, cast

from supportflow.model.base import Value
from supportflow.model.made import of_fields

__all__ = ["inside", "like", "outside"]

V = TypeVar("V", bound=Value)


class _Inside:
    """A value inside; each kind has a class of its own."""

    __slots__ = ("__dict__", "fields_set")
    KIND: type[Value]
    fields_set: set[str]

    def __eq__(self, other: object) -> bool:
        if type(other) is self.KIND or type(other) is type(self):
            return self.__dict__ == other.__dict__
        return NotImplemented

    __hash__ = None  # type: ignore[assignment] # as of what has an attribute that can change

    def __repr__(self) -> str:
        return f"inside({outside(self)!r})"  # type: ignore[type-var]

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {self.KIND.__name__} inside a decision stays there")


_CLASSES: dict[type[Value], type[_Inside]] = {}


def _class_of(kind: type[Value]) -> type[_Inside]:
    """The class of a kind's values inside, which computes what the model computes."""
    own: dict[str, Any] = {"__slots__": (), "__module__": __name__, "KIND": kind}
    for base in reversed(kind.__mro__[: kind.__mro__.index(Value)]):
        own |= {
            name: part
            for name, part in vars(base).items()
            if isinstance(part, property | FunctionType) and not name.startswith("_")
        }
    return _CLASSES.setdefault(kind, type(kind.__name__, (_Inside,), own))


def inside(value: V) -> V:
    """The value as a plain object; itself, if it is one.

    Args:
        value: A model whose instances have fields and nothing else.
    """
    kind: Any = type(value)
    if issubclass(kind, _Inside):
        return value
    made = (_CLASSES.get(kind) or _class_of(kind))()
    made.__dict__, made.fields_set = value.__dict__, value.__pydantic_fields_set__
    return cast("V", made)  # it is read like the model


def like(value: V, fields: dict[str, Any]) -> V:
    """A value with other fields, inside or outside as the one that it comes of.

    Args:
        value: The value before.
        fields: All of its fields, in their order; they are the new value's own from now on.
    """
    kind, before = cast("Any", type(value)), cast("Any", value)
    if not issubclass(kind, _Inside):
        return cast("V", of_fields(kind, fields, before.__pydantic_fields_set__))
    made: Any = kind()
    made.__dict__, made.fields_set = fields, before.fields_set
    return cast("V", made)


def outside(value: V) -> V:
    """The value as the model that it is; itself, if it is one."""
    kind, plain = cast("Any", type(value)), cast("Any", value)
    if not issubclass(kind, _Inside):
        return value
    return cast("V", of_fields(kind.KIND, plain.__dict__, plain.fields_set))
