"""The policy book: every policy version in use, so that a ticket is always decided under the version that it lives under."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from supportflow.exceptions import PolicyNotFound
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.overlay import overlaid

__all__ = ["Destination", "PolicyBook"]


class Destination(NamedTuple):
    """The version that an open ticket ought to live under.

    Attributes:
        policy: The version.
        since_us: Since when, in microseconds; None if that is for whoever decides to say: now.
    """

    policy: CompiledPolicy
    since_us: int | None = None


class PolicyBook:
    """Compiled policies, one of which is current: a base, with the surges that are in force laid over it.

    A version, once it is in, stays and never changes. Books that came from one another share their versions, so several
    threads may add to them at the same time, and none takes out what another has put in.

    Args:
        current: The version that new tickets get.
        others: Versions that older tickets still live under.

    Attributes:
        base: The policy that the organisation took into use.
        current: The base with the surges in force; the base itself, if none is.
        surges: Names of the surges in force, in the order in which they were declared.
        since_us: Surge → the instant at which it was declared, of all that were and have not ended.
    """

    def __init__(self, current: CompiledPolicy, others: Iterable[CompiledPolicy] = ()) -> None:
        self.base = self.current = current
        self._stays = Destination(current)
        self.surges: tuple[str, ...] = ()
        self._versions = {policy.fingerprint: policy for policy in (*others, current)}
        self._overlaid: dict[tuple[str, tuple[str, ...]], CompiledPolicy] = {}
        self.since_us: Mapping[str, int] = {}
        self._ended: Mapping[str, int] = {}

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
        """A book whose base is this one, with the surges in force that it has too; the earlier versions stay."""
        self.add(policy)
        book = PolicyBook(self._versions[policy.fingerprint])
        book._versions, book._overlaid = self._versions, self._overlaid
        return book.under(self.since_us, self._ended)

    # --- surges --------------------------------------------------------------------------------

    def under(self, since_us: Mapping[str, int], ended_us: Mapping[str, int]) -> "PolicyBook":
        """A book with the same versions in which these surges are in force. Those that the base does not have are not.

        Args:
            since_us: Surge → the instant at which it was declared, in the order in which they were.
            ended_us: Surge → the instant at which it ended last.

        Raises:
            PolicyError: If they do not go together.
        """
        if (since_us, ended_us) == (self.since_us, self._ended) and tuple(since_us) == tuple(self.since_us):
            return self
        book = PolicyBook(self.base)
        book._versions, book._overlaid = self._versions, self._overlaid
        book.surges = tuple(name for name in since_us if name in self.base.document.surges)
        book.since_us, book._ended = since_us, ended_us
        book.current = book.version(self.base, book.surges)
        return book

    def version(self, base: CompiledPolicy, surges: Sequence[str]) -> CompiledPolicy:
        """A version with surges laid over it: compiled once, and in the book from then on.

        Raises:
            PolicyError: If they do not go together.
        """
        key = (base.fingerprint, tuple(surges))
        found = self._overlaid.get(key)
        if found is None:
            document = overlaid(base.document, key[1])
            made = base if document is base.document else CompiledPolicy(document)
            found = self._overlaid[key] = self._versions.setdefault(made.fingerprint, made)
        return found

    def destination(self, policy: CompiledPolicy, *, touched: bool) -> Destination:
        """The version that an open ticket ought to live under now, which is often the one that it lives under.

        An older version of the policy is left as the base's `edits` says. A surge in force is laid over the base for the
        tickets that it reaches, and stays on those that it was laid on before; one that is over is taken off.

        Args:
            policy: The version that the ticket lives under.
            touched: Whether something happens to the ticket, other than that time passes.
        """
        overlay = policy.document.overlay
        if policy is self.base and overlay is None and not self.surges:
            return self._stays
        own = policy if overlay is None else self[overlay.base]
        over = () if overlay is None else overlay.surges
        edits = self.base.document.edits
        left = own is not self.base and (edits == "now" or (edits == "on_next_event" and touched))
        base = self.base if left else own
        if not (over or self.surges):
            return Destination(base)
        surges = tuple(name for name in self.surges if name in over or self._lays(name, base))
        if base is own and surges == over:
            return Destination(policy)
        since = [self.since_us[name] for name in surges if name not in over]
        since += [self._ended[name] for name in over if name not in surges and name in self._ended]
        return Destination(self.version(base, surges), max(since) if since and not left else None)

    def _lays(self, surge: str, base: CompiledPolicy) -> bool:
        """True if a surge in force is laid over tickets that were there before it."""
        return base is self.base and base.document.surges[surge].reaches == "open"
