"""A suggester that drafts replies from the articles that were found."""

from collections.abc import Sequence

from supportflow.model.turns import Suggestion, Turn

__all__ = ["KnowledgeSuggester"]


class KnowledgeSuggester:
    """One draft for each article that was found, the best first; an agent may know better than the bot's threshold."""

    @staticmethod
    def suggest(turn: Turn, /) -> Sequence[Suggestion]:
        """The drafts."""
        return tuple(
            Suggestion(
                text=found.article.text,
                title=found.article.title or found.article.id,
                articles=(found.article.id,),
                evidence=found.evidence,
            )
            for found in turn.articles
        )
