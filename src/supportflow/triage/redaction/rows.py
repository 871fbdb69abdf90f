"""Words of a list that stand in a row."""

from collections.abc import Callable, Iterator

from supportflow.triage.redaction.wordlists import LENGTHS

__all__ = ["ROW", "rows"]

ROW = 11
"""So many words of a list in a row are a phrase."""
_WINDOW = 12
_HALF = b"\1" * 6  # of eleven words that one unknown word parts, so many stand at one of its sides


def _may_begin(known: bytes, position: int) -> int:
    """Where the next row may begin; -1 if nowhere: six known words, or the known ones before the one in front of them."""
    half = known.find(_HALF, position)
    if half < 0:
        return -1
    first = max(known.rfind(0, position, half) + 1, position)
    if first - 1 > position and known[first - 2]:
        return max(known.rfind(0, position, first - 1) + 1, position)
    return first


def rows(known: bytes, near: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Where eleven words stand in a row, or eleven of twelve, widened over known and misspelt neighbours.

    Args:
        known: 1 for each word that is in the list, else 0.
        near: Whether the unknown word at a position may be a misspelt one of the list.
    """
    size = len(known)
    position = floor = 0
    while (position := _may_begin(known, position)) >= 0:
        # The longest stretch from here with at most one unknown word inside.
        end, gap = known.find(0, position), -1
        if 0 <= end < size - 1:
            gap, end = end, known.find(0, end + 1)
        end = size if end < 0 else end
        if gap == end - 1:
            end, gap = gap, -1
        if known.count(1, position, end) < ROW or (gap >= 0 and end - position < _WINDOW):
            position = gap + 1 if gap >= 0 else end
            continue
        start = position
        while end < size and (known[end] or (end - start not in LENGTHS and near(end))):
            end += 1
        while start > floor and (known[start - 1] or (end - start not in LENGTHS and near(start - 1))):
            start -= 1
        yield start, end
        position = floor = end
