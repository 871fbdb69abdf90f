"""What texts were found to say, by their digests: the same words come again and again, from macros, bots and forms.

No text is kept, so that nothing of it outlives its erasure.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

__all__ = ["Told"]

MOST = 1_000
"""Texts that are remembered; then it begins anew."""
LONGEST = 4_000
"""Characters of a text that is remembered: longer ones hardly come again."""

T = TypeVar("T")


class Told(Generic[T]):
    """Finds something out about a text once. Its answers are values that nobody changes.

    Args:
        find: Finds it out, by the text alone.
    """

    def __init__(self, find: Callable[[str], T]) -> None:
        self._find = find
        self._known: dict[bytes, T] = {}

    def __call__(self, text: str) -> T:
        """What was found out about a text."""
        if len(text) > LONGEST:
            return self._find(text)
        digest = blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()
        try:
            return self._known[digest]
        except KeyError:
            found = self._find(text)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[digest] = found
        return found
