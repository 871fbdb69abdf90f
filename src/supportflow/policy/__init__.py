"""The document that an organisation writes, checked, compiled, and kept in a book of versions."""

from supportflow.policy.book import PolicyBook
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.loading import load_policy, parse_policy, read_policy
from supportflow.policy.rostering import load_roster, parse_roster, read_roster, verify_roster
from supportflow.policy.schema import Policy

__all__ = [
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
