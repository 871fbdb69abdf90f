"""What was met that cannot be read: one row must not stop the others, and is not forgotten either."""

from collections.abc import Mapping
from types import MappingProxyType

from supportflow.exceptions import (
    ConflictError,
    DamagedRow,
    DuplicateRef,
    NewerSchemaError,
    PolicyNotFound,
    StoreError,
)

__all__ = ["UNREADABLE", "Noticed", "is_one_row_s"]

UNREADABLE = (DamagedRow, NewerSchemaError, PolicyNotFound)
"""What reading a row can raise that says something about that row alone."""
_MOST = 10_000


def is_one_row_s(error: Exception) -> bool:
    """Whether an error is that of one ticket or agent, so that the others can go on; False if it is the store's."""
    if isinstance(error, StoreError):
        return isinstance(error, (*UNREADABLE, ConflictError, DuplicateRef))
    return True


class Noticed:
    """The rows that a desk has met, could not use, and has not used since. Whoever drives the flows makes it known."""

    def __init__(self) -> None:
        self._skipped: dict[str, str] = {}
        self._mended: set[str] = set()
        self._fresh: list[tuple[str, str]] = []

    @property
    def skipped(self) -> Mapping[str, str]:
        """Stream → class of the error, such as `"ticket:019c…"` → `"DamagedRow"`."""
        return MappingProxyType(self._skipped)

    def skip(self, stream: str, error: Exception) -> None:
        """Note that something was skipped."""
        name = type(error).__name__
        if self._skipped.get(stream) == name:
            return
        if len(self._skipped) < _MOST:
            self._skipped[stream] = name
        self._tell(stream, name)

    def mended(self, stream: str) -> None:
        """Note that a snapshot was damaged, and made anew from the events; the next command writes a sound one."""
        if stream not in self._mended and len(self._mended) < _MOST:
            self._mended.add(stream)
            self._tell(stream, "")

    def _tell(self, stream: str, what: str) -> None:
        if len(self._fresh) < _MOST:
            self._fresh.append((stream, what))

    def used(self, stream: str) -> None:
        """Note that it was read after all."""
        if self._skipped:
            self._skipped.pop(stream, None)

    def fresh(self) -> list[tuple[str, str]]:
        """What has not been made known yet, with the class of its error, or `""` if it was mended; known from now on."""
        fresh, self._fresh = self._fresh, []
        return fresh
