"""Classes that are there by name before their module is loaded.

`from supportflow import Desk` has to answer with the class itself, and what a desk is made of takes as long to load as all
that it rests on. So the name is answered with a class that has nothing in it yet. The first who asks it anything, makes one
or makes a class of it has its module loaded, and the class statement there makes that very class what it says.

A class statement says that it can be waited for with `metaclass=LateClass`. It makes a class of `ABCMeta`, as it would
without: `LateClass` is what a class has that is still empty. Who waits for a class holds no lock but the import system's.
"""

from abc import ABCMeta, update_abstractmethods
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["LateClass", "late_class"]

if TYPE_CHECKING:
    LateClass = ABCMeta
else:

    class LateClass(ABCMeta):
        """The metaclass of a class that is still empty, and of the statement that fills it."""

        def __new__(
            mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
        ) -> type:
            for base in bases:
                if type(base) is LateClass:
                    _load(base)
                    return ABCMeta.__new__(ABCMeta, name, bases, namespace, **kwargs)
            key = namespace["__module__"], name
            there = _CLASSES.get(key)
            if there is None:
                made = ABCMeta.__new__(ABCMeta, name, bases, dict(namespace), **kwargs)
                # In one step: another thread may be about to wait for this class.
                there = _CLASSES.setdefault(key, made)
                if there is made:
                    return made
            _fill(there, bases, namespace)
            return there

        def __getattribute__(cls, name: str) -> Any:
            _load(cls)
            return ABCMeta.__getattribute__(cls, name)

        def __setattr__(cls, name: str, value: object) -> None:
            _load(cls)
            ABCMeta.__setattr__(cls, name, value)

        def __delattr__(cls, name: str) -> None:
            _load(cls)
            ABCMeta.__delattr__(cls, name)

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            _load(cls)
            return ABCMeta.__call__(cls, *args, **kwargs)


class _Empty:
    """The base of a class that has none yet: the bases of a class that has `object` alone cannot be changed."""


_CLASSES: dict[tuple[str, str], type] = {}
"""Module and name → the class, be it empty or not."""


def late_class(module: str, name: str) -> type:
    """A class of this package, whether its module is loaded or not."""
    key = module, name
    there = _CLASSES.get(key)
    if there is None:
        empty = ABCMeta.__new__(LateClass, name, (_Empty,), {"__module__": module})
        there = _CLASSES.setdefault(key, empty)
    return there


def _load(cls: type) -> None:
    """Load the module of a class. While the module itself is being loaded, the class is what it has become so far."""
    key = type.__getattribute__(cls, "__module__"), type.__getattribute__(cls, "__name__")
    if _CLASSES.get(key) is not cls:
        return  # it is being made
    # Other threads wait here until the module is loaded as a whole; the one that loads it goes on.
    if vars(import_module(key[0])).get(key[1]) is cls:
        type.__setattr__(cls, "__class__", ABCMeta)


def _fill(there: Any, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
    """Make a class that is there what its statement says."""
    type.__setattr__(there, "__bases__", bases)
    for name, value in namespace.items():
        if name == "__classcell__":
            value.cell_contents = there  # what `super()` looks at
        elif name not in {"__module__", "__qualname__", "__dict__", "__weakref__"}:
            type.__setattr__(there, name, value)
            if hasattr(type(value), "__set_name__"):
                value.__set_name__(there, name)
    super(there, there).__init_subclass__()
    update_abstractmethods(there)
