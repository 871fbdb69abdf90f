"""A responder that answers with the best article, or says that it does not know."""

from supportflow.model.turns import Answer, Response, Turn

__all__ = ["KnowledgeResponder"]


class KnowledgeResponder:
    """Answers with the article that the knowledge source found best. It invents nothing: without an article, no answer.

    Args:
        threshold: The least confidence that an article needs.
        level_field: The name in the context under which the requester's experience stands: an article for another level is
            passed over.

    Raises:
        ValueError: If the threshold is not between 0 and 1.
    """

    def __init__(self, *, threshold: float = 0.5, level_field: str = "experience") -> None:
        if not 0 <= threshold <= 1:
            raise ValueError("the threshold is not between 0 and 1")
        self._threshold = threshold
        self._level_field = level_field

    def respond(self, turn: Turn, /) -> Response | None:
        """The best article that is good enough and for this requester; None if there is none."""
        level = turn.context.get(self._level_field)
        for found in turn.articles:
            article = found.article
            if article.level in {None, level} and found.confidence >= self._threshold:
                return Answer(article.text, (article.id,), found.evidence)
        return None
