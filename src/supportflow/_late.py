"""Names of a module that are loaded when somebody first asks for one."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module

__all__ = ["late"]


def late(asked: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """What a module answers for names that it does not have yet: its `__getattr__` (PEP 562).

    No name may be that of a module beside it: once somebody imports that one, it stands in the name's place.

    Args:
        asked: The name of the module.
        homes: Name → the module of the same package that has it.
    """

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {asked!r} has no attribute {name!r}")
        module = sys.modules[asked]
        value = getattr(import_module(f".{homes[name]}", module.__package__), name)
        setattr(module, name, value)
        return value

    return load
