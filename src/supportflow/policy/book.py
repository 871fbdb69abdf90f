"""The policy book: every policy version in use, so that a ticket is always decided under the version that it lives under."""

from collections.abc import Iterable

from supportflow.exceptions import PolicyNotFound
from supportflow.policy.compiled import CompiledPolicy

__all__ = ["PolicyBook"]


class PolicyBook:
    """Compiled policies, one of which is current.

    A version, once it is in, stays and never changes. Books that came from one another share their versions, so several
    threads may add to them at the same time, and none takes out what another has put in.

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

    def add(self, policy: CompiledPolicy) -> None:
        """Put in an older version, if it is not there."""
        self._versions.setdefault(policy.fingerprint, policy)

    def publishing(self, policy: CompiledPolicy) -> "PolicyBook":
        """A book whose current version is this one; the earlier ones stay."""
        self.add(policy)
        book = PolicyBook(policy)
        book._versions = self._versions
        return book
