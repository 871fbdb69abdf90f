"""Decisions that only the neighbourhood of a place decides, each made once.

Who writes the same words ten thousand times has them read once.
"""

import re
from collections.abc import Callable
from sys import maxsize
from typing import Generic, ParamSpec, TypeVar

__all__ = ["Ahead", "Local"]

_Decision = TypeVar("_Decision")
_Asked = ParamSpec("_Asked")
_MOST_REMEMBERED = 2_000


class Local(Generic[_Decision]):
    """Remembers, for one text, what was decided at a place by the text around it."""

    def __init__(self, text: str, before: int, behind: int) -> None:
        """Remember nothing yet.

        Args:
            text: The text.
            before: How many characters before a place decide.
            behind: How many behind it.
        """
        self._text = text
        self._before = before
        self._behind = behind
        self._known: dict[tuple[str, int, int], _Decision] = {}

    def decide(
        self,
        start: int,
        end: int,
        decision: Callable[_Asked, _Decision],
        *args: _Asked.args,
        **kwargs: _Asked.kwargs,
    ) -> _Decision:
        """What is decided about a stretch of the text: what was where all around it was the same, or anew."""
        around = (
            self._text[max(0, start - self._before) : end + self._behind],
            min(start, self._before),
            end - start,
        )
        known = self._known
        if around in known:
            return known[around]
        decided = decision(*args, **kwargs)
        if len(known) < _MOST_REMEMBERED:
            known[around] = decided
        return decided


class Ahead:
    """How far ahead in one text the next place of a kind is, asked from left to right: each is looked for once."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        """Look for nothing yet.

        Args:
            pattern: What such a place looks like.
            text: The text.
        """
        self._search = pattern.search
        self._text = text
        self._next = -1

    def within(self, place: int, reach: int) -> bool:
        """Whether there is one at a place, or at most so many characters behind it."""
        if self._next < place:
            found = self._search(self._text, place)
            self._next = maxsize if found is None else found.start()
        return self._next <= place + reach
