"""Articles in memory."""

import json

import pytest

from bot.bots import ARTICLES
from supportflow import Article, Found, KnowledgeResponder, MemoryKnowledge
from supportflow._time import instant
from supportflow.exceptions import DefinitionError

NOW = instant("2026-03-02T03:00:00Z", "now")


def find(source, question, **asked):
    return source.find(question, **{"language": "en", "topic": None, "limit": 5, "now": NOW, **asked})


def test_gaps_folding_and_spelling_are_those_of_lexicons():
    source = MemoryKnowledge(ARTICLES)
    for question in ("我提币了两小时还没到账", "提幣一直沒到賬", "提币还没有到账"):
        assert [one.article.id for one in find(source, question, language="zh")] == ["late-zh"], question
    assert [one.article.id for one in find(source, "WITHDRAWALS are still pending")] == ["late"]


def test_confidence_counts_patterns_and_rivals():
    source = MemoryKnowledge(
        [
            {"id": "a", "text": "a", "words": ["card", "lost"], "topic": "cards"},
            {"id": "b", "text": "b", "words": ["card"]},
        ],
        threshold=0.0,
    )
    alone = {one.article.id: one.confidence for one in find(source, "lost it")}
    both = {one.article.id: one.confidence for one in find(source, "lost my card, my card!")}
    topic = {one.article.id: one.confidence for one in find(source, "lost it", topic="cards")}
    assert alone == {"a": 0.667}
    assert both == {"a": 0.667, "b": 0.4}
    assert topic["a"] == 0.75
    assert find(source, "hello", topic="cards") == (), "a topic alone says nothing"


def test_below_the_threshold_it_does_not_answer():
    many = [{"id": str(number), "text": "x", "words": ["card"]} for number in range(4)]
    assert find(MemoryKnowledge(many), "card") == ()
    assert len(find(MemoryKnowledge(many, threshold=0.3), "card")) == 4


@pytest.mark.parametrize("ending", ["toml", "json", "list"])
def test_articles_are_read_from_files(tmp_path, ending):
    path = tmp_path / f"articles.{'toml' if ending == 'toml' else 'json'}"
    listed = [{"id": "a", "text": "text", "words": ["word"]}]
    path.write_text(
        '[[articles]]\nid = "a"\ntext = "text"\nwords = ["word"]\n'
        if ending == "toml"
        else json.dumps({"articles": listed} if ending == "json" else listed),
        "utf-8",
    )
    [found] = find(MemoryKnowledge.load(path), "a word")
    assert found.article == Article(id="a", text="text", words=("word",))


def test_what_is_wrong_with_articles_is_said_with_its_place(tmp_path):
    wrong = [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}, {"id": "b", "txt": "x", "text": ""}]
    with pytest.raises(DefinitionError) as error:
        MemoryKnowledge(wrong)
    assert [problem.partition(": ")[0] for problem in error.value.problems] == [
        "articles.1.id",
        "articles.2.text",
        "articles.2.txt",
    ]
    with pytest.raises(DefinitionError):
        MemoryKnowledge([{"id": "a", "text": "x", "words": ["@nothing"]}])
    with pytest.raises(DefinitionError):
        MemoryKnowledge([], threshold=2)
    for text in ("{", '{"a": 1}'):
        path = tmp_path / "a.json"
        path.write_text(text, "utf-8")
        with pytest.raises(DefinitionError):
            MemoryKnowledge.load(path)


def test_the_responder_passes_over_articles_for_others():
    from types import SimpleNamespace

    beginner = Article(id="start", text="Start small.", level="beginner")
    turn = SimpleNamespace(
        articles=(Found(beginner, 0.9), Found(Article(id="all", text="All."), 0.6)), context={}
    )
    responder = KnowledgeResponder()
    assert responder.respond(turn).articles == ("all",)
    turn.context = {"experience": "beginner"}
    assert responder.respond(turn).articles == ("start",)
    assert KnowledgeResponder(threshold=0.95).respond(turn) is None
    with pytest.raises(ValueError):
        KnowledgeResponder(threshold=7)


def test_a_help_centre_lists_articles_by_topic():
    """Those of the reader's language that hold now, each once, in an order that does not change."""
    source = MemoryKnowledge(
        [*ARTICLES, {"id": "card", "text": "Cards.", "words": ["card"], "topic": "cards"}]
    )
    listed = source.browse(language="en-GB", now=NOW)
    assert {topic: [one.id for one in articles] for topic, articles in listed.items()} == {
        "": ["fees", "start"], "cards": ["card"], "withdrawal": ["late"],
    }  # fmt: skip
    assert list(listed) == sorted(listed)
    before = instant("2026-03-02T02:59:59Z", "now")
    assert "old" in [one.id for one in source.browse(language="en", now=before)[""]]
    assert [one.id for one in source.browse(language="zh-CN", now=NOW)[""]] == ["late-zh"]
    assert source.browse(language="th", now=NOW) == {}
    shipped = MemoryKnowledge.shipped("exchange")
    assert sum(map(len, shipped.browse(language="zh", now=NOW).values())) == 14
