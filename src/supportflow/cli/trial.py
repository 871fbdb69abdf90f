"""A store in which nothing is changed: what `--dry-run` works on.

Whatever is asked is asked of the store itself. Whatever would change it is counted as far as the answer says how much it
would have been, and left undone. So everything that stands in the way of a command does so in a trial, too.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from supportflow.exceptions import InvalidInput
from supportflow.model.storage import Commit, Committed

__all__ = ["Trial", "texts_of", "waiting_for"]

_PAGE = 1_000


class Trial:
    """Wraps a store for one trial.

    Args:
        store: The store.
    """

    def __init__(self, store: Any) -> None:
        self._store = store
        self._told: set[str] = set()
        self._dead: set[str] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Commit, /) -> Committed:
        """Take a commit for applied."""
        del commit
        return Committed()

    def erase(self, tenant: str, subject: str, /) -> int:
        """How many texts of a person would be erased."""
        return texts_of(self._store, tenant, subject)

    def archive(self, tenant: str, before_us: int, limit: int, /) -> int:
        """How many tickets would be put away, all of them at once."""
        del limit
        return self._once("archive", lambda: self._old(tenant, before_us))

    def _once(self, what: str, number: Callable[[], int]) -> int:
        """How many there are, the first time; then none: who works in batches goes on until none are left."""
        if what in self._told:
            return 0
        self._told.add(what)
        return number()

    def _old(self, tenant: str, before_us: int) -> int:
        number, after = 0, ""
        while rows := self._store.ended(tenant, after, _PAGE):
            number += sum(
                not one.archived and one.row.updated_us < before_us and one.row.wakeup_us is None
                for one in rows
            )
            after = rows[-1].row.id
        return number

    def purge_keys(self, tenant: str, before_us: int, limit: int, /) -> int:
        """How many idempotency keys would be forgotten, all of them at once."""
        del limit
        return self._once("keys", lambda: self._store.count_keys(tenant, before_us))

    def revive(self, tenant: str, key: str, now_us: int, /) -> bool:
        """Whether there is such a delivery that was given up."""
        del now_us
        return self._is_dead(tenant, key)

    def drop(self, tenant: str, key: str, /) -> bool:
        """Whether there is such a delivery that was given up."""
        return self._is_dead(tenant, key)

    def _is_dead(self, tenant: str, key: str) -> bool:
        if self._dead is None:
            self._dead = {letter.row.key for letter in self._store.dead_letters(tenant, 1_000_000_000)}
        return key in self._dead

    def lease(self, *_: object) -> Sequence[Any]:
        """Nothing is taken to be delivered, or to be forgotten."""
        return ()

    def put_policy(self, *_: object) -> None:
        """No policy is put down."""

    def reschedule(self, *_: object) -> bool:
        """A wake-up that would have been set."""
        return True

    def erase_contents(self, tenant: str, ids: Collection[str], *_: object) -> bool:
        """Texts that would have been erased."""
        del tenant, ids
        return True

    def put_away(self, *_: object) -> bool:
        """A ticket that would have been put away."""
        return True

    def lead(self, *_: object) -> bool:
        """Nobody leads in a trial."""
        return False


def texts_of(store: Any, tenant: str, subject: str) -> int:
    """How many texts a person has in a database.

    Raises:
        InvalidInput: If the store is no database that can be asked.
    """
    from supportflow.stores.sql.overview import texts  # noqa: PLC0415 - an extra

    number: int = _database(store).told(texts, tenant, subject)
    return number


def waiting_for(store: Any, tenant: str, topics: Collection[str]) -> int:
    """How many deliveries wait in a database under some topics; those that were given up are not among them.

    Raises:
        InvalidInput: If the store is no database that can be asked.
    """
    from supportflow.stores.sql.overview import waiting  # noqa: PLC0415 - an extra

    number: int = _database(store).told(waiting, tenant, topics)
    return number


def _database(store: Any) -> Any:
    from supportflow.stores.sql.store import SqlStore  # noqa: PLC0415 - an extra

    if not isinstance(store, SqlStore):
        raise InvalidInput("--dry-run", f"needs a database: a {type(store).__name__} cannot be asked")
    return store
