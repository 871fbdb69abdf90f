"""A log as files in a folder: they never change, but for `checkpoint`, which is put in place last."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from supportflow._files import put
from supportflow.exceptions import RecordsError
from supportflow.records.entries import Entry, read_entry
from supportflow.records.merkle import leaf_hash
from supportflow.records.tiles import ENTRIES, WIDTH, Tile, read_bundle, tiles_of

__all__ = ["LogFolder"]

_HASH_BYTES = 32
_NUMBER = re.compile(r"[0-9]{20}")


class LogFolder:
    """The files of one log.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def at(cls, path: str | Path) -> Self:
        """The log in a folder that is there.

        Raises:
            RecordsError: If there is no log in it.
        """
        log = cls(Path(path))
        if log.checkpoint() is None:
            raise RecordsError("log", "there is no checkpoint in the folder")
        return log

    def checkpoint(self) -> str | None:
        """The latest checkpoint; None if there is none yet."""
        with suppress(FileNotFoundError):
            return _text(self.path / "checkpoint")
        return None

    def checkpoints(self) -> Iterator[tuple[str, str]]:
        """All checkpoints that were ever made: the name of each file, and what it holds."""
        for path in sorted((self.path / "checkpoints").glob("*")):
            if _NUMBER.fullmatch(path.name):  # and not what a process that was killed has left half written
                yield path.name, _text(path)

    def read(self, tile: Tile) -> bytes:
        """What a tile or a bundle holds.

        Raises:
            RecordsError: If it is not there, or too short.
        """
        for one in dict.fromkeys((tile, tile._replace(width=WIDTH))):  # a full one has taken its place
            with suppress(FileNotFoundError):
                data = (self.path / one.path).read_bytes()
                if tile.level == ENTRIES:
                    return data
                wanted = tile.width * _HASH_BYTES
                if len(data) != one.width * _HASH_BYTES:
                    raise RecordsError(tile.path, "has not the length that it must have")
                return data[:wanted]
        raise RecordsError(tile.path, "is not there")

    def entries(self, size: int, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """The entries of the log from one on, each with its place; each is what the tree has at its place.

        Args:
            size: How many the log has.
            first: The first that is wanted.

        Raises:
            RecordsError: If a bundle cannot be read, or has other entries than the tree.
        """
        for bundle in tiles_of(size, ENTRIES):
            start = bundle.number * WIDTH
            if start + bundle.width <= first:
                continue
            found = self._bundle(bundle)
            hashes = self.read(bundle._replace(level=0))
            for place, data in enumerate(found, start):
                at = (place - start) * _HASH_BYTES
                if leaf_hash(data) != hashes[at : at + _HASH_BYTES]:
                    raise RecordsError(f"entry {place}", "is not what the tree has")
                if place >= first:
                    yield place, data

    def _bundle(self, bundle: Tile) -> list[bytes]:
        data = self.read(bundle)
        if bundle.width < WIDTH and not (self.path / bundle.path).exists():
            return read_bundle(data, WIDTH)[: bundle.width]
        return read_bundle(data, bundle.width)

    def entry(self, size: int, place: int) -> Entry:
        """One entry.

        Raises:
            RecordsError: If it cannot be read.
        """
        number = place // WIDTH
        bundle = Tile(ENTRIES, number, min(size - number * WIDTH, WIDTH))
        return read_entry(self._bundle(bundle)[place - number * WIDTH])

    def write(self, tile: Tile, data: bytes) -> None:
        """Write a tile or a bundle. What no checkpoint speaks of yet may be written again."""
        put(self.path / tile.path, data)

    def keep(self, size: int, note: str) -> None:
        """Put a checkpoint in place: from now on the log has that size."""
        put(self.path / "checkpoint", note.encode())
        put(self._copy(size), note.encode())

    def complete(self, size: int, note: str) -> None:
        """Copy the latest checkpoint beside those before it, if whoever made it was killed before that.

        The copy comes second: one of a checkpoint that never was the latest would be a fork.
        """
        if not self._copy(size).exists():
            put(self._copy(size), note.encode())

    def _copy(self, size: int) -> Path:
        return self.path / "checkpoints" / f"{size:020}"


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise RecordsError(path.name, "is not UTF-8") from None
