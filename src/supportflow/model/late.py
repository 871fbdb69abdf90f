"""`LateModel`: pydantic's `BaseModel`, of which this package's classes are finished when they are first used.

pydantic works out the fields, the decorators and the hash of a class while the module is loaded that has it. The package
has three hundred models, and a process that opens tickets uses a third of them. So a class statement makes what Python
itself makes of it; the first who asks the class anything has pydantic go over it, with the namespace of that statement.

It rests on what metaclasses owe each other, and on nothing inside pydantic. The metaclass of an unfinished class looks at
every attribute that is asked for; a finished class has another one, which adds nothing. pydantic's metaclass makes a class
by `super().__new__`, which answers here with the one that is there already.

Classes of hosts are finished at once, as pydantic does it.
"""

from abc import ABCMeta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from supportflow._forks import Locked

__all__ = ["LateModel"]

if TYPE_CHECKING:

    class LateModel(BaseModel):
        """pydantic's `BaseModel`."""

else:
    _PYDANTICS = type(BaseModel)
    _PACKAGE = __package__.partition(".")[0] + "."
    _NAMES = (
        "__abstractmethods__ __annotations__ __args__ __base__ __bases__ __basicsize__ __class__ __dictoffset__ __doc__ "
        "__flags__ __itemsize__ __metadata__ __module__ __mro__ __name__ __origin__ __parameters__ __qualname__ "
        "__subclasses__ __type_params__ __typing_is_unpacked_typevartuple__ __typing_subst__ "
        "__typing_unpacked_tuple_args__ __unpacked__ __weakrefoffset__ _abc_impl mro"
    )
    _PLAIN = frozenset(_NAMES.split())
    """What Python and `typing` ask of a class, and pydantic leaves as it is."""
    _IN_ANOTHER_FORM = frozenset(
        ("__class_getitem__", "__classcell__", "__init_subclass__", "__new__", "__qualname__")
    )
    """What Python makes something else of than what stands in a statement's namespace."""

    class _Finishing(Locked):
        """The classes that are unfinished, with the namespaces of their statements. One thread at a time finishes some."""

        def __init__(self) -> None:
            super().__init__()
            self.namespaces: dict[type, dict[str, Any]] = {}
            self._about: set[type] = set()

        def finish(self, cls: type) -> None:
            """Have pydantic go over a class, unless it has, or is at it."""
            with self._lock:
                if cls in self._about or cls not in self.namespaces:
                    return
                self._about.add(cls)
                try:
                    for base in cls.__mro__[:0:-1]:  # what is above it is looked into, not only asked
                        self.finish(base)
                    namespace = dict(self.namespaces[cls])
                    _PYDANTICS.__new__(_Finished, cls.__name__, cls.__bases__, namespace, there=cls)
                    # Names of forward references are those of the module; pydantic would keep what stands in this frame.
                    cls.__pydantic_parent_namespace__ = None
                    cls.__class__ = _Finished
                    del self.namespaces[cls]  # not before: after an interruption it begins anew
                finally:
                    self._about.discard(cls)

    class _There(ABCMeta):
        """Makes a class, or takes the one that is there and makes it what pydantic made of its namespace."""

        def __new__(
            mcs,
            name: str,
            bases: tuple[type, ...],
            namespace: dict[str, Any],
            *,
            there: Any = None,
            **kwargs: Any,
        ) -> type:
            if there is None:
                return super().__new__(mcs, name, bases, namespace, **kwargs)
            held = dict(type.__dict__["__dict__"].__get__(there))
            for key in (_FINISHING.namespaces[there].keys() - namespace.keys()) & held.keys():
                delattr(there, key)
            for key, value in namespace.items():
                if key not in _IN_ANOTHER_FORM and held.get(key) is not value:
                    setattr(there, key, value)
            return there

    class _Finished(_PYDANTICS, _There):
        """The metaclass of models."""

        def __new__(
            mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
        ) -> type:
            if kwargs or not namespace["__module__"].startswith(_PACKAGE):
                return super().__new__(_Finished, name, bases, namespace, **kwargs)
            cls = ABCMeta.__new__(_Unfinished, name, bases, dict(namespace))
            _FINISHING.namespaces[cls] = namespace
            return cls

    class _Unfinished(_Finished):
        """The metaclass of models that pydantic has not gone over yet."""

        # `super()` would look at the metaclass again, which is another one by then.
        def __getattribute__(cls, name: str) -> Any:
            if name not in _PLAIN:
                _FINISHING.finish(cls)
            return type.__getattribute__(cls, name)

        def __getattr__(cls, name: str) -> Any:
            if name in _PLAIN:
                raise AttributeError(name)
            return _PYDANTICS.__getattr__(cls, name)

        def __setattr__(cls, name: str, value: object) -> None:
            _FINISHING.finish(cls)
            type.__setattr__(cls, name, value)

        def __delattr__(cls, name: str) -> None:
            _FINISHING.finish(cls)
            type.__delattr__(cls, name)

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            _FINISHING.finish(cls)
            return type.__call__(cls, *args, **kwargs)

    _FINISHING = _Finishing()

    class LateModel(BaseModel, metaclass=_Finished):
        """pydantic's `BaseModel`."""

        def __setstate__(self, state: dict[Any, Any]) -> None:
            # An instance that is unpickled is there before anybody has asked its class anything.
            _FINISHING.finish(type(self))
            super().__setstate__(state)
