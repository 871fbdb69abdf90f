"""What a command line names: `module:attribute`, a value or a callable that makes one."""

import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from supportflow.exceptions import InvalidInput

__all__ = ["check_made", "is_name", "load"]


_WANTED = {
    "run_due": "desk: name a Desk, an AsyncDesk, or a function that makes one",
    "load": "store: name a SqlStore, or another store, or a function that makes one",
}
"""A method that a thing must have → what the thing is that has it."""


def is_name(text: str) -> bool:
    """Whether it is written as `module:attribute`."""
    module, _, path = text.partition(":")
    return all(part.isidentifier() for part in (*module.split("."), *path.split(".")))


def load(name: str, field: str, method: str) -> Any:
    """What a name stands for: `module:attribute`, where attributes of attributes are named with dots.

    The current directory is looked in, too, as `python -m` does.

    Args:
        name: The name.
        field: What the name is called in an error.
        method: A method that the thing has; what has none and can be called is called, to make it.

    Raises:
        InvalidInput: If there is no such thing. An error inside the module itself comes as it is.
    """
    module_name, _, path = name.partition(":")
    if not is_name(name):
        raise InvalidInput(field, "is not module:attribute")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # the module is there; it is one of its own imports that is not
        raise InvalidInput(field, f"no module {error.name!r}") from None
    for part in path.split("."):
        if not hasattr(found, part):
            raise InvalidInput(field, f"{module_name!r} has no {path!r}")
        found = getattr(found, part)
    if callable(found) and (inspect.isclass(found) or not hasattr(found, method)):
        found = _made(found, name, field)
    return found if inspect.isawaitable(found) else check_made(found, name, field, method)


def check_made(found: Any, name: str, field: str, method: str) -> Any:
    """What a name stands for, if it is what is wanted.

    Raises:
        InvalidInput: If it has not got the method.
    """
    if not hasattr(found, method):
        raise InvalidInput(field, f"{name} is of type {type(found).__name__}, and no {_WANTED[method]}")
    return found


def _made(maker: Any, name: str, field: str) -> Any:
    try:
        inspect.signature(maker).bind()
    except TypeError:
        raise InvalidInput(
            field, f"{name} needs arguments: name something that makes it without any"
        ) from None
    except ValueError:
        pass  # of a builtin nobody can tell
    return maker()
