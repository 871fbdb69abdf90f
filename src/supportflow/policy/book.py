"""The policy book: every policy version in use, so that a ticket is always decided under the version that it lives under."""

from collections.abc import Iterable

from supportflow.exceptions import PolicyNotFound
from supportflow.policy.compiled import CompiledPolicy

__all__ = ["PolicyBook"]


class PolicyBook:
    """An immutable collection of compiled policies, one of which is current.

    Args:
        current: The version that new tickets get.
        others: Versions that older tickets still live under.
    """

    def __init__(self, current: CompiledPolicy, others: Iterable[CompiledPolicy] = ()) -> None:
        self.current = current
        self._versions = {policy.fingerprint: policy for policy in (*others, current)}

    def __getitem__(self, fingerprint: str) -> CompiledPolicy:
        """The version with that fingerprint.

        Raises:
            PolicyNotFound: If the book does not hold it.
        """
        try:
            return self._versions[fingerprint]
        except KeyError:
            raise PolicyNotFound(fingerprint) from None

    def __contains__(self, fingerprint: str) -> bool:
        return fingerprint in self._versions

    def adding(self, policy: CompiledPolicy) -> "PolicyBook":
        """A book that also holds an older version."""
        return PolicyBook(self.current, [*self._versions.values(), policy])

    def publishing(self, policy: CompiledPolicy) -> "PolicyBook":
        """A book whose current version is this one; the earlier ones stay."""
        return PolicyBook(policy, self._versions.values())
