"""The document that an organisation writes, checked, compiled, and kept in a book of versions.

What reads files and rosters is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from supportflow.policy.book import PolicyBook
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.name_warning import AmbiguousNameWarning
from supportflow.policy.schema import Policy

if TYPE_CHECKING:
    from supportflow.policy.loading import load_policy, parse_policy, read_policy
    from supportflow.policy.rostering import load_roster, parse_roster, read_roster, verify_roster

__all__ = [
    "AmbiguousNameWarning",
    "CompiledPolicy",
    "Policy",
    "PolicyBook",
    "load_policy",
    "load_roster",
    "parse_policy",
    "parse_roster",
    "read_policy",
    "read_roster",
    "verify_roster",
]

_LATE = {
    "load_policy": "loading",
    "load_roster": "rostering",
    "parse_policy": "loading",
    "parse_roster": "rostering",
    "read_policy": "loading",
    "read_roster": "rostering",
    "verify_roster": "rostering",
}


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
    globals()[name] = value
    return value
