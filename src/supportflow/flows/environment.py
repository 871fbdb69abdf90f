"""What all flows of one desk share: tenant, policy book, and what it delivers to."""

from collections.abc import Collection
from dataclasses import dataclass, field

from supportflow.policy import Policy, PolicyBook

__all__ = ["Environment"]


@dataclass(slots=True)
class Environment:
    """The desk behind the flows.

    Attributes:
        tenant: Whose tickets these are.
        book: Policy versions in use. A flow that meets a version that the book does not hold adds it; another book comes
            with another current version.
        subscribed: Kinds of events that handlers wait for.
        channels: Names of the channels that replies leave by.
        secret: Key of the request hash. With one, the hash covers texts too; without, everything but the texts.
        asks_model: Whether a host's model reads texts besides the policy's rules.
        published: Whether the store is known to hold the current policy.
    """

    tenant: str
    book: PolicyBook
    subscribed: Collection[str] = frozenset()
    channels: Collection[str] = frozenset()
    secret: bytes | None = None
    asks_model: bool = False
    published: bool = field(default=False)

    @property
    def policy(self) -> Policy:
        """The current policy."""
        return self.book.current.document
