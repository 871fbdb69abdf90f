"""What records ask of the world: links that a store keeps, places where checkpoints are published, keys of people."""

from collections.abc import Sequence
from typing import Protocol, TypeGuard, runtime_checkable

from supportflow.ports.plain import Store

__all__ = ["Anchor", "KeyStore", "Linked", "LinkedStore", "has_links"]


@runtime_checkable
class Linked(Protocol):
    """What a store can have besides: the link of every event in the chain of its stream, written with the event.

    A store that has not is audited all the same; but what was altered in it between two checkpoints is not seen.
    """

    def links(
        self, tenant: str, stream: str, /, after: int = 0, limit: int | None = None
    ) -> Sequence[bytes | None]:
        """The links of a stream's events, from the one after `after`; None for one that has none."""
        ...

    def set_links(self, tenant: str, stream: str, first: int, links: Sequence[bytes], /) -> int:
        """Give the events from `first` on their links, where they have none; how many had none."""
        ...

    def streams(self, tenant: str, after: str, limit: int, /) -> Sequence[tuple[str, int]]:
        """The streams whose names sort after `after`, in that order, each with the number of its last event."""
        ...


class LinkedStore(Store, Linked, Protocol):
    """A store that has links."""


def has_links(store: object) -> TypeGuard[LinkedStore]:
    """Whether a store has links, also if it hands them on from another by `__getattr__`.

    `isinstance(store, Linked)` says so up to Python 3.11, and of such a store the contrary from 3.12 on.
    """
    return all(hasattr(store, name) for name in ("links", "set_links", "streams"))


@runtime_checkable
class Anchor(Protocol):
    """Publishes checkpoints where nobody of the desk can take them back."""

    def publish(self, checkpoint: str, /) -> None:
        """Publish a signed checkpoint. Any exception means that it was not; the next checkpoint vouches for it, too."""
        ...


class KeyStore(Protocol):
    """Keeps the keys with which texts are encrypted: some for each person, apart from the texts and from their backups."""

    def current(self, tenant: str, subject: str, /) -> tuple[str, bytes]:
        """The key that a person's texts are encrypted with now: a name without `:`, and 32 bytes. Made if there is none."""
        ...

    def find(self, tenant: str, subject: str, key_id: str, /) -> bytes | None:
        """A key of a person by its name; None if it is gone for good."""
        ...

    def forget(self, tenant: str, subject: str, /) -> int:
        """Forget all keys of a person for good; how many there were."""
        ...
