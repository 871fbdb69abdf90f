"""Where the keys of people can be: in memory, or in a folder under a master key that can be changed."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from supportflow._files import alone, put, settle
from supportflow._forks import Locked
from supportflow.exceptions import InvalidInput, MissingExtra, StoreError

__all__ = ["FileKeys", "MemoryKeys"]

_KEY_BYTES, _NONCE_BYTES = 32, 12
_WAIT_S = 60.0


class _Key(NamedTuple):
    """One key of a person."""

    id: str
    secret: bytes


def _fresh() -> _Key:
    return _Key(os.urandom(8).hex(), os.urandom(_KEY_BYTES))


class MemoryKeys(Locked):
    """Keys in memory, for tests: gone with the process, and what was sealed with them."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[tuple[str, str], list[_Key]] = {}

    def current(self, tenant: str, subject: str, /) -> tuple[str, bytes]:
        """The key that a person's texts are sealed with now."""
        with self._lock:
            return self._keys.setdefault((tenant, subject), [_fresh()])[-1]

    def find(self, tenant: str, subject: str, key_id: str, /) -> bytes | None:
        """A key of a person; None if it is gone."""
        with self._lock:
            known = dict(self._keys.get((tenant, subject), ()))
        return known.get(key_id)

    def forget(self, tenant: str, subject: str, /) -> int:
        """Forget all keys of a person; how many there were."""
        with self._lock:
            return len(self._keys.pop((tenant, subject), ()))


class FileKeys:
    """Keys in a folder, a file for each person, wrapped with a master key. Needs the extra `records`.

    The names of files tell nobody whose they are. Keep the folder out of the backups of the database: who has both can read
    what was erased.

    Args:
        folder: The folder; made if it is not there.
        masters: 32 bytes each. Keys are wrapped with the first, and opened with whichever fits: to change it, put the new
            one in front, run `rewrap`, and leave the old one away.

    Raises:
        InvalidInput: If there is no master key of 32 bytes.
        MissingExtra: If `cryptography` is not installed.
    """

    def __init__(self, folder: str | Path, masters: Sequence[bytes]) -> None:
        if not masters or any(len(one) != _KEY_BYTES for one in masters):
            raise InvalidInput("masters", "must be keys of 32 bytes")
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("cryptography"):
                raise
            raise MissingExtra("records", "encrypted texts") from None
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._masters: list[Any] = [AESGCM(one) for one in masters]

    def _path(self, tenant: str, subject: str) -> Path:
        named = json.dumps([tenant, subject]).encode()
        return self._folder / f"{hashlib.sha256(b'supportflow keys 1' + named).hexdigest()}.key"

    def current(self, tenant: str, subject: str, /) -> tuple[str, bytes]:
        """The key that a person's texts are sealed with now; made if there is none."""
        path = self._path(tenant, subject)
        keys = self._read(path)
        if not keys:
            with self._alone():
                keys = self._read(path)
                if not keys:
                    keys = [_fresh()]
                    self._write(path, keys)
        return keys[-1]

    def find(self, tenant: str, subject: str, key_id: str, /) -> bytes | None:
        """A key of a person; None if it is gone."""
        return dict(self._read(self._path(tenant, subject))).get(key_id)

    def forget(self, tenant: str, subject: str, /) -> int:
        """Forget all keys of a person; how many there were. What was sealed with them can never be read again."""
        path = self._path(tenant, subject)
        with self._alone():
            number = len(path.read_bytes().splitlines()) if path.exists() else 0
            for one in self._folder.glob(f"{path.name}*"):  # and drafts that a process left that was killed
                one.unlink()
            settle(self._folder)
        return number

    def renew(self, tenant: str, subject: str, /) -> None:
        """From now on a person's texts are sealed with a new key; the old ones open what they have sealed."""
        path = self._path(tenant, subject)
        with self._alone():
            self._write(path, [*self._read(path), _fresh()])

    def rewrap(self) -> int:
        """Wrap every key anew with the first master key; how many people's.

        Raises:
            StoreError: If a key fits no master key; those before it are wrapped.
        """
        number = 0
        with self._alone():
            for path in sorted(self._folder.glob("*.key")):
                self._write(path, self._read(path))
                number += 1
        return number

    def _read(self, path: Path) -> list[_Key]:
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [self._unwrap(path, line) for line in lines]

    def _unwrap(self, path: Path, line: bytes) -> _Key:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - an extra

        key_id, _, data = line.decode("ascii", "replace").partition(" ")
        for master in self._masters:
            with suppress(InvalidTag, ValueError):
                wrapped = bytes.fromhex(data)
                secret: bytes = master.decrypt(
                    wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], f"{path.name} {key_id}".encode()
                )
                return _Key(key_id, secret)
        raise StoreError("a key of a person fits none of the master keys")

    def _write(self, path: Path, keys: Sequence[_Key]) -> None:
        lines = []
        for key in keys:
            nonce = os.urandom(_NONCE_BYTES)
            data = self._masters[0].encrypt(nonce, key.secret, f"{path.name} {key.id}".encode())
            lines.append(f"{key.id} {(nonce + data).hex()}\n")
        put(path, "".join(lines).encode("ascii"), mode=0o600)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Whoever changes files is alone: what was forgotten meanwhile would be written again, or a new key written over."""
        with ExitStack() as held:
            try:
                held.enter_context(alone(self._folder / ".lock", _WAIT_S))
            except sqlite3.OperationalError as error:
                busy = getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")
                why = "another process changes them" if busy else f"{self._folder}: {error}"
                raise StoreError(f"keys of people cannot be changed: {why}") from error
            yield
