"""`dataclass` as the standard library has it; a frozen one with slots is defined in a third of the time.

The standard one writes six methods as text and compiles each by itself, half a millisecond for a class, and a desk needs
a hundred. Here `__init__` alone is compiled, since its parameters are the fields. The others are the same functions for
every class, over the names of its fields. To type checkers it is the standard one. `replace` gives what the standard one
gives, in a third of the time, since it sets the slots of a copy and checks no field.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_origin

__all__ = ["dataclass", "replace"]

T = TypeVar("T")

_Methods = dict[str, Callable[..., Any]]
_Fields = tuple[dataclasses.Field[Any], ...]

_PLAIN = {"frozen": True, "slots": True}
_OWN = {"__init__", "__eq__", "__hash__", "__setattr__", "__delattr__", "__getstate__", "__setstate__"}
_NO_FIELDS = (ClassVar, dataclasses.InitVar, dataclasses.KW_ONLY)
_set = object.__setattr__


class _Factory:
    """Stands in a signature for a value that is made afresh for each instance."""

    def __repr__(self) -> str:
        return "<factory>"


_MADE = _Factory()

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **how: bool) -> Any:
        """What `dataclasses.dataclass` makes of a class."""
        if cls is None:
            return lambda cls: dataclass(cls, **how)
        return _frozen(cls) if how == _PLAIN and _is_plain(cls) else dataclasses.dataclass(cls, **how)


def replace(instance: T, /, **changes: Any) -> T:
    """What `dataclasses.replace` makes of an instance of a frozen class with slots."""
    kind = type(instance)
    try:
        change = _CHANGED[kind]
    except KeyError:
        change = _CHANGED[kind] = _changed(kind)
    return change(instance, **changes)  # type: ignore[no-any-return]


_CHANGED: dict[type, Callable[..., Any]] = {}
_SAME: Any = object()


def _changed(kind: Any) -> Callable[..., Any]:
    """Makes a copy with other fields; compiled when the first is made."""
    fields = dataclasses.fields(kind)
    if hasattr(kind, "__post_init__") or not all(field.init for field in fields):
        return dataclasses.replace
    known: dict[str, Any] = {"_kind": kind, "_new": object.__new__, "_same": _SAME}
    named, lines = [], []
    for field in fields:
        name = field.name
        known[f"_set_{name}"] = getattr(kind, name).__set__  # its own slot, or one that it inherits
        named.append(f"{name}=_same")
        lines.append(f"  _set_{name}(_made, _from.{name} if {name} is _same else {name})")
    parameters = ", ".join(["_from", "/", *["*"] * bool(named), *named])
    text = (f"def change({parameters}):", "  _made = _new(_kind)", *lines, "  return _made")
    exec("\n".join(text), known)  # noqa: S102  # of names of fields alone
    method: Callable[..., Any] = known["change"]
    return method


def _is_plain(cls: type) -> bool:
    """Whether a class has fields and nothing else that a dataclass looks at."""
    return (
        cls.__bases__ == (object,)
        and bool(cls.__doc__)
        and _OWN.isdisjoint(vars(cls))
        and not any(map(_is_variable, cls.__annotations__.values()))
    )


def _is_variable(kind: Any) -> bool:
    """Whether an annotation may be of a variable that is no field."""
    stands: Any = get_origin(kind) or kind
    return isinstance(kind, str | dataclasses.InitVar) or stands in _NO_FIELDS


def _frozen(cls: type) -> type:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    for name in ("init", "repr", "eq", "frozen"):
        setattr(made.__dataclass_params__, name, True)
    fields = dataclasses.fields(made)
    methods: _Methods = {"__init__": _init(made, fields)}
    if "__repr__" not in vars(made):
        methods["__repr__"] = _repr(fields)
    methods |= _compared(fields) | _guarded(made, fields) | _pickled()
    for name, method in methods.items():
        method.__name__, method.__qualname__, method.__module__ = (
            name,
            f"{made.__qualname__}.{name}",
            made.__module__,
        )
        setattr(made, name, method)
    kind: type = made
    return kind


def _init(made: type, fields: _Fields) -> Callable[..., None]:
    itself = "self" if all(field.name != "self" for field in fields) else "_self"
    known: dict[str, Any] = {"_made": _MADE}
    given, named, lines = [itself], ["*"], []
    for field in fields:
        name, default = field.name, f"_{field.name}_default"
        taken = value = name
        if field.default is not dataclasses.MISSING:
            known[default] = field.default
            taken, value = f"{name}={default}", name if field.init else default
        elif field.default_factory is not dataclasses.MISSING:
            known[default] = field.default_factory
            taken = f"{name}=_made"
            value = f"{default}() if {name} is _made else {name}" if field.init else f"{default}()"
        elif not field.init:
            continue
        if field.init:
            (named if field.kw_only else given).append(taken)
        # By the slot itself: to set an attribute by its name costs half as much again.
        known[f"_set_{name}"] = vars(made)[name].__set__
        lines.append(f"  _set_{name}({itself}, {value})")
    if hasattr(made, "__post_init__"):
        lines.append(f"  {itself}.__post_init__()")
    parameters = ", ".join(given + named * (len(named) > 1))
    exec("\n".join((f"def __init__({parameters}):", *lines, "  pass")), known)  # noqa: S102  # of names of fields alone
    method: Callable[..., None] = known["__init__"]
    method.__annotations__ = {field.name: field.type for field in fields if field.init} | {"return": None}
    return method


def _repr(fields: _Fields) -> Callable[[Any], str]:
    names = [field.name for field in fields if field.repr]

    def method(self: object) -> str:
        said = ", ".join([f"{name}={getattr(self, name)!r}" for name in names])
        return f"{type(self).__qualname__}({said})"

    return recursive_repr()(method)


def _values(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """What an instance holds of these, as a tuple."""
    if len(names) > 1:
        several: Callable[[object], tuple[object, ...]] = attrgetter(*names)
        return several
    return lambda self: tuple([getattr(self, name) for name in names])


def _compared(fields: _Fields) -> _Methods:
    values = _values([field.name for field in fields if field.compare])
    hashed = _values(
        [field.name for field in fields if (field.compare if field.hash is None else field.hash)]
    )

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: object) -> int:
        return hash(hashed(self))

    return {"__eq__": equal, "__hash__": hash_of}


def _guarded(made: Any, fields: _Fields) -> _Methods:
    names = frozenset(field.name for field in fields)

    def assign(self: object, name: str, value: object) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(made, self).__setattr__(name, value)

    def delete(self: object, name: str) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(made, self).__delattr__(name)

    return {"__setattr__": assign, "__delattr__": delete}


def _pickled() -> _Methods:
    """How an instance is pickled and copied: as the list of what it holds."""

    # A class below that is a dataclass, too, may have inherited these, and has fields of its own: they are asked for anew.
    def names(self: Any) -> list[str]:
        return [field.name for field in dataclasses.fields(self)]

    def state(self: object) -> list[object]:
        return [getattr(self, name) for name in names(self)]

    def restore(self: object, state: list[object]) -> None:
        for name, value in zip(names(self), state, strict=False):
            _set(self, name, value)

    return {"__getstate__": state, "__setstate__": restore}
