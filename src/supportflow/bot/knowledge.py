"""Articles in memory, found by the words that speak for them: gaps, folding and negation as in lexicons."""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import ValidationError

from supportflow._time import Instant
from supportflow.bot.articles import shipped_articles
from supportflow.exceptions import DefinitionError
from supportflow.model.tags import best
from supportflow.model.turns import Article, Found
from supportflow.triage.lexicon import Entry, Lexicon, shipped
from supportflow.triage.lexicon.matching import CompiledLexicons, Match, Text

__all__ = ["MemoryKnowledge"]

_TOPIC = 0.5
"""What the ticket's category speaks for an article that words speak for, too. Alone it says nothing."""


class MemoryKnowledge:
    """A knowledge source of a few thousand articles. Pure and safe to share between threads.

    An article speaks up if one of its patterns stands in the question. Each pattern counts once, however often it stands
    there; the more patterns match, and the fewer articles share them, the surer it is. An article whose words do not
    match is never given, whatever its topic.

    Args:
        articles: Articles, or mappings of their fields.
        threshold: The least confidence of what is found, from 0 to 1. One pattern that no other matching article has gives
            0.67; one that two articles share gives 0.5 for each.

    Raises:
        DefinitionError: If an article is wrong or listed twice, or a pattern cannot be read.
    """

    def __init__(self, articles: Iterable[Article | Mapping[str, Any]], *, threshold: float = 0.5) -> None:
        if not 0 <= threshold <= 1:
            raise DefinitionError(["threshold: is not between 0 and 1"])
        self._threshold = threshold
        self._articles = _read(articles)
        common = shipped("common")
        lexicon = Lexicon(
            name="articles",
            sets=dict(common.sets),
            entries=tuple(
                # What is asked about is mostly what does not work: "not" takes nothing back.
                Entry(category=article.id, words=(words,), negatable=False)
                for article in self._articles.values()
                for words in article.words
            ),
        )
        self._compiled = CompiledLexicons([lexicon])

    @classmethod
    def load(cls, path: Path | str, *, threshold: float = 0.5) -> Self:
        """Articles from a TOML or JSON file with a list `articles`; in JSON, the list can stand alone.

        Raises:
            DefinitionError: If the file has no such list, or an article is wrong.
            OSError: If it cannot be read.
        """
        text = Path(path).read_text("utf-8")
        try:
            document = json.loads(text) if str(path).endswith(".json") else tomllib.loads(text)
        except ValueError as error:
            raise DefinitionError([f"the file cannot be read: {error}"]) from None
        listed = document.get("articles") if isinstance(document, dict) else document
        if not isinstance(listed, list):
            raise DefinitionError(["articles: is no list"])
        return cls(listed, threshold=threshold)

    @classmethod
    def shipped(
        cls,
        name: Literal["exchange"] = "exchange",
        *,
        own: Iterable[Article | Mapping[str, Any]] = (),
        threshold: float = 0.5,
    ) -> Self:
        """The articles that come with supportflow, in English and Chinese: a start before a host has written any.

        Args:
            name: `"exchange"`: fourteen topics of a crypto exchange.
            own: Articles of the host. One with the id of a shipped article stands in place of it.
            threshold: As above.

        Raises:
            DefinitionError: If an article of the host is wrong or listed twice.
            KeyError: If there is no set of that name.
        """
        written = _read(own)
        kept = [one for one in shipped_articles(name) if one.id not in written]
        return cls([*kept, *written.values()], threshold=threshold)

    def find(
        self, question: str, /, *, language: str, topic: str | None, limit: int, now: Instant
    ) -> Sequence[Found]:
        """The articles in that language whose words stand in the question, the surest first, with what matched."""
        matched: dict[str, list[Match]] = defaultdict(list)
        for match in self._compiled.matches(Text(question)):
            assert match.entry.category is not None
            matched[match.entry.category].append(match)
        usable = {
            name: matches
            for name, matches in matched.items()
            if self._articles[name].is_valid(now) and best(language, (self._articles[name].language,))
        }
        found = [self._found(self._articles[name], usable, topic) for name in usable]
        sure = [one for one in found if one.confidence >= self._threshold]
        sure.sort(key=lambda one: (-one.confidence, one.article.id))
        return tuple(sure[:limit])

    def browse(self, *, language: str, now: Instant) -> Mapping[str, tuple[Article, ...]]:
        """The articles in that language that hold now, by topic, as a help centre lists them; `""` for those without one."""
        listed: dict[str, list[Article]] = defaultdict(list)
        for name in sorted(self._articles):
            article = self._articles[name]
            if article.is_valid(now) and best(language, (article.language,)):
                listed[article.topic or ""].append(article)
        return {topic: tuple(listed[topic]) for topic in sorted(listed)}

    @staticmethod
    def _found(article: Article, matched: Mapping[str, Sequence[Match]], topic: str | None) -> Found:
        scores = {name: _score(matches) for name, matches in matched.items()}
        own = scores[article.id] + (_TOPIC if topic is not None and article.topic == topic else 0.0)
        rest = sum(scores.values()) - scores[article.id]
        evidence = tuple(dict.fromkeys(match.name for match in matched[article.id]))
        return Found(article, round(own / (own + rest / 2 + 0.5), 3), evidence)


def _score(matches: Sequence[Match]) -> float:
    return float(len({match.name for match in matches}))


def _read(articles: Iterable[Article | Mapping[str, Any]]) -> dict[str, Article]:
    known: dict[str, Article] = {}
    problems: list[str] = []
    for place, given in enumerate(articles):
        try:
            article = given if isinstance(given, Article) else Article.model_validate(given)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                path = ".".join(map(str, one["loc"]))
                problems.append(f"articles.{place}.{path}: {one['msg']}")
            continue
        if article.id in known:
            problems.append(f"articles.{place}.id: {article.id!r} is listed twice")
        known[article.id] = article
    if problems:
        raise DefinitionError(problems)
    return known
