"""The shipped adapters, and async ones, keep the promises of their ports."""

from collections.abc import Sequence

import pytest

from supportflow import Answer, Article, Found, KnowledgeResponder, MemoryKnowledge
from supportflow.testing.conformance import KnowledgeConformance, ResponderConformance
from supportflow.testing.conformance.bot import NOW


class TestMemoryKnowledge(KnowledgeConformance):
    def make_source(self, articles: Sequence[Article]):
        # Three articles with the same words share what speaks for them.
        return MemoryKnowledge(articles, threshold=0.3)


class AsyncKnowledge:
    def __init__(self, articles):
        self.plain = MemoryKnowledge(articles, threshold=0.3)

    async def find(self, question, /, **asked):
        return self.plain.find(question, **asked)


class TestAsyncKnowledge(KnowledgeConformance):
    def make_source(self, articles: Sequence[Article]):
        return AsyncKnowledge(articles)


class TestKnowledgeResponder(ResponderConformance):
    def make_responder(self):
        return KnowledgeResponder()

    def articles(self):
        return [Found(Article(id="late", text="It takes longer today."), 0.7, ("articles:late:late",))]


class Careless(ResponderConformance):
    """Named so that pytest does not collect it: it must fail."""

    def make_responder(self):
        class Asks:
            def respond(self, turn, /):  # noqa: ARG002 - the port names it
                return Answer("Please send us your password.")

        return Asks()


def test_a_responder_that_asks_for_a_secret_does_not_pass():
    import asyncio

    with asyncio.Runner() as runner, pytest.raises(AssertionError):
        Careless().test_whatever_is_asked_it_gives_a_response_or_none(runner, "hello")


class Forgets(KnowledgeConformance):
    """Must fail: it looks at no dates."""

    def make_source(self, articles: Sequence[Article]):
        class Source:
            def find(self, question, /, *, language, topic, limit, now):  # noqa: ARG002 - the port names it
                return [Found(one, 0.9, ("words",)) for one in articles]

        return Source()


def test_a_source_that_forgets_dates_does_not_pass():
    import asyncio

    with asyncio.Runner() as runner:
        assert (
            len(Forgets().ask(runner, Forgets().make_source([Forgets.article("a", valid_until=NOW)]), "x"))
            == 1
        )
        with pytest.raises(AssertionError):
            Forgets().test_articles_that_have_expired_are_not_found(runner)
