"""A Merkle tree that only grows, as RFC 6962 has it (section 2.1): hashes, proofs, and the check of proofs.

A tree is never held as a whole. What makes proofs asks for the hash of a *perfect subtree*: of 2**level entries, the
`index`-th of its size. Tiles answer that.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from supportflow.exceptions import InvalidInput, RecordsError

__all__ = [
    "EMPTY",
    "MAX_PROOF",
    "Subtree",
    "check_consistency",
    "check_inclusion",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "tree_hash",
]

Subtree = Callable[[int, int], bytes]
"""(level, index) → the hash of that perfect subtree."""

EMPTY = hashlib.sha256(b"").digest()
"""The hash of a tree without entries."""
MAX_PROOF = 64
"""No tree is higher."""
_HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees, side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(size: int, subtree: Subtree) -> bytes:
    """The hash of the first `size` entries of a tree."""
    return _range_hash(0, size, subtree) if size else EMPTY


def _split(width: int) -> int:
    """The largest power of two below a width."""
    return 1 << ((width - 1).bit_length() - 1)


def _range_hash(start: int, end: int, subtree: Subtree) -> bytes:
    """The hash of some entries; `start` is where a subtree begins that is at least as wide."""
    pieces: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        pieces.append(subtree(level, start >> level))
        start += 1 << level
    found = pieces.pop()
    while pieces:
        found = node_hash(pieces.pop(), found)
    return found


def inclusion_proof(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """What shows that an entry is in a tree: the hashes beside its way to the top, from below.

    Raises:
        InvalidInput: If the tree has no such entry.
    """
    if not 0 <= index < size:
        raise InvalidInput("index", "is not of an entry of the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(_range_hash(start, middle, subtree))
            start = middle
    return tuple(reversed(path))


def consistency_proof(before: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """What shows that a tree of `before` entries is the beginning of one of `size`.

    Raises:
        InvalidInput: If the first is larger.
    """
    if not 0 <= before <= size:
        raise InvalidInput("before", "is larger than the tree")
    if before in {0, size}:
        return ()
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while before != end:
        middle = start + _split(end - start)
        if before <= middle:
            path.append(_range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(_range_hash(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(start, end, subtree))
    return tuple(reversed(path))


def check_inclusion(index: int, size: int, entry_hash: bytes, proof: Sequence[bytes], top: bytes) -> None:
    """Make sure that an entry is in a tree.

    Args:
        index: Where the entry is said to be, from 0.
        size: How many entries the tree has.
        entry_hash: The entry's `leaf_hash`.
        proof: As `inclusion_proof` makes it.
        top: The hash of the tree.

    Raises:
        RecordsError: If the proof does not show it.
    """
    what = "inclusion proof"
    if not 0 <= index < size:
        raise RecordsError(what, "is of no entry of the tree")
    rest = _checked(proof, what)
    found = entry_hash
    last = size - 1
    while last:
        if index & 1 or index < last:  # it has a neighbour on this level
            beside = _next(rest, what)
            found = node_hash(beside, found) if index & 1 else node_hash(found, beside)
        index, last = index >> 1, last >> 1
    _end(rest, what)
    if found != top:
        raise RecordsError(what, "does not lead to the hash of the tree")


def check_consistency(before: int, size: int, proof: Sequence[bytes], old: bytes, new: bytes) -> None:
    """Make sure that a tree is the beginning of a larger one.

    Args:
        before: How many entries the smaller tree has.
        size: How many the larger one has.
        proof: As `consistency_proof` makes it.
        old: The hash of the smaller tree.
        new: The hash of the larger one.

    Raises:
        RecordsError: If the proof does not show it.
    """
    what = "consistency proof"
    if not 0 <= before <= size:
        raise RecordsError(what, "is of a tree that became smaller")
    rest = _checked(proof, what)
    if before in {0, size}:
        _end(rest, what)
        if old != (new if before == size else EMPTY):
            raise RecordsError(what, "does not lead to the hash of the tree")
        return
    index, last = before - 1, size - 1
    while index & 1:  # the smaller tree is a subtree of its own on these levels
        index, last = index >> 1, last >> 1
    first = old if index == 0 else _next(rest, what)
    found_old = found_new = first
    while last:
        if index & 1:
            beside = _next(rest, what)
            found_old, found_new = node_hash(beside, found_old), node_hash(beside, found_new)
        elif index < last:
            found_new = node_hash(found_new, _next(rest, what))
        index, last = index >> 1, last >> 1
    _end(rest, what)
    if found_old != old or found_new != new:
        raise RecordsError(what, "does not lead to the hashes of both trees")


def _checked(proof: Sequence[bytes], what: str) -> Iterator[bytes]:
    if len(proof) > MAX_PROOF or any(len(one) != _HASH_BYTES for one in proof):
        raise RecordsError(what, "is not made of hashes")
    return iter(proof)


def _next(rest: Iterator[bytes], what: str) -> bytes:
    found = next(rest, None)
    if found is None:
        raise RecordsError(what, "is too short")
    return found


def _end(rest: Iterator[bytes], what: str) -> None:
    if next(rest, None) is not None:
        raise RecordsError(what, "is too long")
