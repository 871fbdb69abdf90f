"""Names of a module that are loaded when somebody first asks for one."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module

__all__ = ["late"]


def late(asked: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """What a module answers for names that it does not have yet: its `__getattr__` and `__dir__` (PEP 562).

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

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[asked]), *homes})

    return load, listed
