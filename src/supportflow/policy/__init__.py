"""The document that an organisation writes, checked, compiled, and kept in a book of versions.

What reads files and rosters is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from supportflow.policy.book import PolicyBook
from supportflow.policy.check.names import AmbiguousNameWarning
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.document.policy import Policy

if TYPE_CHECKING:
    from supportflow.policy.read.policies import load_policy, parse_policy, read_policy
    from supportflow.policy.read.rosters import load_roster, parse_roster, read_roster
    from supportflow.policy.verify.rosters import verify_roster

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
    "load_policy": "read.policies",
    "load_roster": "read.rosters",
    "parse_policy": "read.policies",
    "parse_roster": "read.rosters",
    "read_policy": "read.policies",
    "read_roster": "read.rosters",
    "verify_roster": "verify.rosters",
}


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
    globals()[name] = value
    return value
