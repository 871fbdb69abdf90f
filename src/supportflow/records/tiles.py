"""A tree and its entries as files that never change, as C2SP `tlog-tiles` has them: 256 hashes, or 256 entries, in each."""

from collections.abc import Callable, Iterator, Sequence
from struct import pack, unpack_from
from typing import NamedTuple

from supportflow.exceptions import InvalidInput, RecordsError
from supportflow.records.merkle import Subtree, leaf_hash, node_hash

__all__ = [
    "ENTRIES",
    "MAX_ENTRY",
    "WIDTH",
    "ReadTile",
    "Tile",
    "grown",
    "read_bundle",
    "subtree_of",
    "tiles_of",
    "write_bundle",
]

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""
ENTRIES = -1
"""The level of a tile that holds entries, not hashes."""
MAX_ENTRY = 65_535
"""Bytes of an entry: a bundle says its length in 16 bits."""
_HASH_BYTES = 32
_BITS = 8
_GROUP = 1_000


class Tile(NamedTuple):
    """One file of a log.

    Attributes:
        level: 0 for the hashes of entries, 1 for those of full tiles of level 0, and so on; `ENTRIES` for entries.
        number: Which one of its level, from 0.
        width: How many hashes or entries it has; less than 256 in the last one of a level only.
    """

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Where it lies below the log's folder, such as `tile/0/x001/x234/067.p/112`."""
        groups = [f"{self.number % _GROUP:03}"]
        rest = self.number // _GROUP
        while rest:
            groups.insert(0, f"x{rest % _GROUP:03}")
            rest //= _GROUP
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{'/'.join(groups)}{partial}"


ReadTile = Callable[[Tile], bytes]
"""A tile → what its file holds."""


def tiles_of(size: int, level: int) -> Iterator[Tile]:
    """All tiles of a level in a tree of `size` entries."""
    hashes = size >> (_BITS * max(level, 0))
    for number in range(hashes // WIDTH):
        yield Tile(level, number, WIDTH)
    if hashes % WIDTH:
        yield Tile(level, hashes // WIDTH, hashes % WIDTH)


def subtree_of(size: int, read: ReadTile) -> Subtree:
    """What answers for the perfect subtrees of a tree that is kept in tiles.

    Args:
        size: How many entries the tree has.
        read: Reads a tile of it.
    """

    def subtree(level: int, index: int) -> bytes:
        below = level % _BITS
        first = index << below
        number, offset = divmod(first, WIDTH)
        there = (size >> (_BITS * (level // _BITS))) - number * WIDTH
        data = read(Tile(level // _BITS, number, min(there, WIDTH)))
        return _top(_hashes(data[offset * _HASH_BYTES : (offset + (1 << below)) * _HASH_BYTES]))

    return subtree


def _hashes(data: bytes) -> list[bytes]:
    return [data[at : at + _HASH_BYTES] for at in range(0, len(data), _HASH_BYTES)]


def _top(hashes: Sequence[bytes]) -> bytes:
    """The hash of a perfect subtree, from those of its parts."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def grown(size: int, entries: Sequence[bytes], read: ReadTile) -> Iterator[tuple[Tile, bytes]]:
    """The tiles and bundles that a tree has anew when entries are added: each with what its file holds.

    Args:
        size: How many entries it had before.
        entries: What is added.
        read: Reads a tile of the tree as it was before.
    """
    if not entries:
        return
    number, kept = divmod(size, WIDTH)
    before = read_bundle(read(Tile(ENTRIES, number, kept)), kept) if kept else []
    for tile, part in _cut(ENTRIES, number, [*before, *entries]):
        yield tile, write_bundle(part)
    level = 0
    fresh = [leaf_hash(entry) for entry in entries]
    while fresh:
        number, kept = divmod(size >> (_BITS * level), WIDTH)
        old = _hashes(read(Tile(level, number, kept))) if kept else []
        full: list[bytes] = []
        for tile, part in _cut(level, number, [*old, *fresh]):
            yield tile, b"".join(part)
            if tile.width == WIDTH:
                full.append(_top(part))
        fresh, level = full, level + 1


def _cut(level: int, number: int, parts: Sequence[bytes]) -> Iterator[tuple[Tile, Sequence[bytes]]]:
    for at in range(0, len(parts), WIDTH):
        part = parts[at : at + WIDTH]
        yield Tile(level, number + at // WIDTH, len(part)), part


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as a bundle holds them.

    Raises:
        InvalidInput: If one is too long.
    """
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise InvalidInput("entry", f"is longer than {MAX_ENTRY:,} bytes")
    return b"".join(pack(">H", len(entry)) + entry for entry in entries)


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """The entries in a bundle.

    Args:
        data: The bundle.
        width: How many entries it must have.

    Raises:
        RecordsError: If it is not such a bundle.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + (unpack_from(">H", data, at)[0] if at + 2 <= len(data) else 0)
        if end > len(data) or at + 2 > len(data):
            raise RecordsError("bundle", "ends in the middle of an entry")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != width:
        raise RecordsError("bundle", f"has {len(entries)} entries, not {width}")
    return entries
