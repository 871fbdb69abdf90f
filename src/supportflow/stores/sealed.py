"""A store whose texts are encrypted, each person's with a key of their own. Who erases the key erases all backups, too.

Only texts and their salts are sealed: events hold no text, and are what they were, so chains and proofs are, too. Salt and
text are encrypted together, with AES-256-GCM; what a row belongs to (tenant, id, person) is authenticated with them, so that
no row can be put in the place of another.
"""

import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from os import urandom
from typing import TYPE_CHECKING, Any, Self

from supportflow.exceptions import DamagedRow, InvalidInput, MissingExtra
from supportflow.model.content import SALT_BYTES, Content
from supportflow.model.storage import Commit
from supportflow.ports.plain import loads_requesters
from supportflow.ports.records import KeyStore

__all__ = ["SealedStore", "opened", "sealed"]

_LABEL = b"supportflow sealed content 1\0"
_PREFIX = "sealed1:"
_NONCE_BYTES = 12
_LINKED = ("links", "set_links", "streams")


def _aes() -> Callable[[bytes], Any]:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("cryptography"):
            raise
        raise MissingExtra("records", "encrypted texts") from None
    return AESGCM


def _belongs(tenant: str, row: Content) -> bytes:
    """What is authenticated with a row."""
    parts = (one.encode() for one in (tenant, row.id, row.subject))
    return _LABEL + b"".join(len(one).to_bytes(8) + one for one in parts)


def sealed(keys: KeyStore, tenant: str, row: Content) -> Content:
    """A content row as the store keeps it: a nonce in place of the salt, and both encrypted in place of the text."""
    if row.salt is None or row.value is None:
        return row
    key_id, secret = keys.current(tenant, row.subject)
    nonce = urandom(_NONCE_BYTES)
    data = _aes()(secret).encrypt(nonce, row.salt + row.value.encode(), _belongs(tenant, row))
    return row._replace(salt=nonce, value=f"{_PREFIX}{key_id}:{data.hex()}")


def opened(keys: KeyStore, tenant: str, row: Content) -> Content:
    """A content row as it was before it was sealed; erased if its key is gone. One that was never sealed is as it is.

    Raises:
        DamagedRow: If it is not what was sealed.
    """
    if row.salt is None or row.value is None or len(row.salt) != _NONCE_BYTES:
        return row
    prefix, _, rest = row.value.partition(":")
    key_id, _, data = rest.partition(":")
    if f"{prefix}:" != _PREFIX:
        raise DamagedRow(f"content:{row.id}", "it is not what was sealed")
    secret = keys.find(tenant, row.subject, key_id)
    if secret is None:
        return row._replace(salt=None, value=None)
    aes = _aes()
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - an extra

    try:
        found = aes(secret).decrypt(row.salt, bytes.fromhex(data), _belongs(tenant, row))
        return row._replace(salt=found[:SALT_BYTES], value=found[SALT_BYTES:].decode())
    except (InvalidTag, ValueError):
        raise DamagedRow(f"content:{row.id}", "it is not what was sealed") from None


class SealedStore:
    """A store of any kind, plain or async, with its texts encrypted. Needs the extra `records`.

    What was written before it was sealed is read as it is. Everything but the texts goes to the store as it comes.

    Args:
        store: The store.
        keys: Where the keys are: not in the store, and not in its backups.
    """

    if TYPE_CHECKING:
        # What goes to the store as it comes, plain or awaited: for protocols, type checkers do not ask `__getattr__`.
        agents: Any
        archive: Any
        claim_due: Any
        close: Any
        count_keys: Any
        dead_letters: Any
        drop: Any
        due: Any
        ended: Any
        erase_contents: Any
        events: Any
        feed: Any
        feed_end: Any
        find_ref: Any
        get_policy: Any
        lead: Any
        lease: Any
        links: Any
        load: Any
        load_agent: Any
        load_many: Any
        purge_keys: Any
        put_away: Any
        put_policy: Any
        recall: Any
        reschedule: Any
        revive: Any
        search: Any
        set_links: Any
        settle: Any
        streams: Any
        warned: Any

    def __init__(self, store: Any, keys: KeyStore) -> None:
        _aes()
        self._store, self._keys = store, keys
        # Asked for by the shape of a store: they must be seen on this one, if they are there.
        for name in (*_LINKED, "load_with_requester") if loads_requesters(store) else _LINKED:
            if hasattr(store, name):
                setattr(self, name, getattr(store, name))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def within(self, connection: Any, /) -> Self:
        """This store on a connection on which the host has a transaction open.

        Raises:
            InvalidInput: If the store beneath cannot work in one.
        """
        if not hasattr(self._store, "within"):
            raise InvalidInput("store", "cannot work inside a transaction of the host's")
        return type(self)(self._store.within(connection), self._keys)

    def commit(self, commit: Commit, /) -> Any:
        """Apply a commit, its texts sealed, or nothing."""
        if commit.content:
            rows = tuple(sealed(self._keys, commit.tenant, row) for row in commit.content)
            commit = replace(commit, content=rows)
        return self._store.commit(commit)

    def contents(self, tenant: str, ids: Collection[str], /) -> Any:
        """Content rows by id; those whose key is gone are erased.

        Raises:
            DamagedRow: If one is not what was sealed.
        """
        return _then(partial(self._opened, tenant), self._store.contents(tenant, ids))

    def _opened(self, tenant: str, rows: Mapping[str, Content]) -> dict[str, Content]:
        return {name: opened(self._keys, tenant, row) for name, row in rows.items()}

    def erase(self, tenant: str, subject: str, /) -> Any:
        """Erase the keys of a person, then salt and value of every row: what a backup has of them is gone with the keys."""
        self._keys.forget(tenant, subject)
        return self._store.erase(tenant, subject)


def _then(do: Callable[[Any], Any], answer: Any) -> Any:
    """Do something with an answer: now, or when it is awaited."""
    return _later(do, answer) if inspect.isawaitable(answer) else do(answer)


async def _later(do: Callable[[Any], Any], answer: Awaitable[Any]) -> Any:
    return do(await answer)
