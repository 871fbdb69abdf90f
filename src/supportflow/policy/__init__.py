"""The document that an organisation writes, checked, compiled, and kept in a book of versions.

A name is loaded when somebody first asks for it: a document alone needs neither what checks nor what reads it.
"""

from typing import TYPE_CHECKING

from supportflow._late import late

if TYPE_CHECKING:
    from supportflow.policy.book import PolicyBook
    from supportflow.policy.check.names import AmbiguousNameWarning
    from supportflow.policy.compiled import CompiledPolicy
    from supportflow.policy.document.policy import Policy
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

_HOMES = {
    "AmbiguousNameWarning": "check.names",
    "CompiledPolicy": "compiled",
    "Policy": "document.policy",
    "PolicyBook": "book",
    "load_policy": "read.policies",
    "load_roster": "read.rosters",
    "parse_policy": "read.policies",
    "parse_roster": "read.rosters",
    "read_policy": "read.policies",
    "read_roster": "read.rosters",
    "verify_roster": "verify.rosters",
}
__getattr__, __dir__ = late(__name__, _HOMES)
