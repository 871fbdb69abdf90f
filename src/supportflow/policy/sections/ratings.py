"""Who is asked for a rating, compiled: what it means for one ticket."""

from collections.abc import Callable, Mapping

from supportflow._time import span_us
from supportflow.conditions import ConditionIndex, Fields
from supportflow.policy.document.ratings import Ratings
from supportflow.texts import FALLBACK, in_language, phrase

__all__ = ["RatingRules"]

View = Callable[[], Mapping[str, object]]


class RatingRules:
    """The rules for ratings of a policy that was checked.

    Args:
        document: What the policy says.
        public: Channels that anybody can read.
        fields: What conditions may name.

    Raises:
        ConditionError: If a condition cannot be compiled.
    """

    def __init__(self, document: Ratings, public: tuple[str, ...], fields: Fields) -> None:
        self.document = document
        self.every_us = span_us(document.every)
        self.valid_us = span_us(document.valid_for)
        self._public = frozenset(public)
        self._when = None if document.when is None else ConditionIndex([document.when], fields)
        self._difficulty = ConditionIndex([one.when for one in document.difficulty], fields)

    def asks(self, channel: str, view: View) -> bool:
        """True if the policy wants somebody asked about a ticket with these fields, on that channel."""
        if channel in self._public or not (self.document.by_reply or self.document.link):
            return False
        return self._when is None or self._when.first(view()) is not None

    @staticmethod
    def language(wanted: str | None) -> str:
        """The language that somebody is asked in who writes that one."""
        return in_language(phrase("rating", "request", "resolved"), wanted, FALLBACK)[0]

    def weight(self, view: View) -> float:
        """How much the rating of a ticket with these fields counts."""
        place = self._difficulty.first(view()) if self.document.difficulty else None
        return 1.0 if place is None else self.document.difficulty[place].weight
