"""A progress bar on a terminal."""

import time
from types import TracebackType
from typing import Self, TextIO

from supportflow.cli.terminal import raw

__all__ = ["Bar"]

_WIDTH = 30
_EVERY_S = 0.1


class Bar:
    """Draws how much is done on one line of a terminal; draws nothing elsewhere, and takes the line away in the end.

    Args:
        stream: Where to draw.
        shown: False for none.
        label: What is being done.
        unit: What is counted.
    """

    def __init__(self, stream: TextIO, label: str, *, shown: bool = True, unit: str = "rows") -> None:
        self._stream = raw(stream)
        self._label = label
        self._unit = unit
        self._shown = shown and stream.isatty()
        self._next = 0.0
        self._drawn = False

    def __call__(self, done: int, total: int | None = None) -> None:
        """Draw, unless it was done a moment ago; without a total just the number."""
        if not self._shown:
            return
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY_S
        if total is None:
            self._stream.write(f"\r{self._label} {done:,} {self._unit}")
        else:
            share = min(done / total, 1.0) if total else 1.0
            filled = round(_WIDTH * share)
            bar = "█" * filled + "·" * (_WIDTH - filled)
            self._stream.write(f"\r{self._label} {bar} {share:>4.0%} {done:,} of {total:,} {self._unit}")
        self._stream.flush()
        self._drawn = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
