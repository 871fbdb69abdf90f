"""Suggesters: drafts from the articles that were found, and from what was answered before."""

from collections.abc import Sequence

from supportflow.model.turns import Suggestion, Turn

__all__ = ["KnowledgeSuggester", "SimilarSuggester"]


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


class SimilarSuggester(KnowledgeSuggester):
    """Besides the articles, what the desk answered on similar tickets that it resolved, each answer once.

    Answers that say something personal, or ask for a secret, are none of them: `Turn.similar` has them without.
    """

    @staticmethod
    def suggest(turn: Turn, /) -> Sequence[Suggestion]:
        """The drafts: articles first, then earlier answers, the most similar first."""
        answers: dict[str, Suggestion] = {}
        for one in turn.similar:
            if one.answer is not None and one.answer not in answers:
                title = one.ticket.ref or one.ticket.id
                answers[one.answer] = Suggestion(
                    text=one.answer, title=title, evidence=one.words, tickets=(one.ticket.id,)
                )
        return (*KnowledgeSuggester.suggest(turn), *answers.values())
