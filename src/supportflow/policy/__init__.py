"""The document that an organisation writes, checked, compiled, and kept in a book of versions."""

from supportflow.policy.book import PolicyBook
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.loading import load_policy, parse_policy, read_policy
from supportflow.policy.schema import Policy

__all__ = ["CompiledPolicy", "Policy", "PolicyBook", "load_policy", "parse_policy", "read_policy"]
