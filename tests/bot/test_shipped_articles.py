"""The articles that come with supportflow: found by what people ask in their own words, and never given to an incident."""

import tomllib
from pathlib import Path

import pytest

from supportflow import Desk, KnowledgeResponder, MemoryKnowledge
from supportflow.bot import SHIPPED_ARTICLES, shipped_articles
from supportflow.exceptions import DefinitionError
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock
from supportflow.triage.asking import asked_secret

QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text("utf-8"))
ARTICLES = {article.id: article for article in shipped_articles("exchange")}
LONGEST = 600
NOW = ManualClock("2026-06-02T03:00:00Z").now()


@pytest.fixture(scope="module")
def knowledge():
    return MemoryKnowledge.shipped("exchange")


@pytest.mark.parametrize("topic", QUESTIONS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_article_is_found_by_eight_questions_in_own_words(knowledge, topic, language):
    asked = QUESTIONS[topic][language]
    assert len(set(asked)) == 8
    for question in asked:
        first, *_ = knowledge.find(question, language=language, topic=None, limit=3, now=NOW)
        assert first.article.id == f"{topic}.{language}", question
        assert first.evidence, "why this one"
        for why in first.evidence:
            assert why.removeprefix(f"articles:{topic}.{language}:") in first.article.words


def test_each_topic_stands_in_both_languages_and_has_questions():
    assert {name.rpartition(".")[0] for name in ARTICLES} == set(QUESTIONS)
    for topic in QUESTIONS:
        english, chinese = ARTICLES[f"{topic}.en"], ARTICLES[f"{topic}.zh"]
        assert (english.language, chinese.language) == ("en", "zh")
        assert english.topic == chinese.topic


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_is_short_generic_and_asks_for_no_secret(name):
    article = ARTICLES[name]
    assert 0 < len(article.text) <= LONGEST
    assert article.title
    assert not any(letter.isdigit() for letter in article.text.replace("C2C", "")), "no figure of a product"
    assert asked_secret(article.text) is None


INCIDENTS = (
    "Somebody withdrew all my coins, I did not make that withdrawal",
    "My account was hacked and my deposit is gone",
    "I typed my seed phrase into a fake site and my wallet is empty",
    "我的账户被盗了，币被提走了",
    "有一笔提币不是我本人操作的",
    "我在钓鱼网站输入了助记词",
)


def desk_of(**more):
    clock = ManualClock("2026-06-02T03:00:00Z")
    return Desk(
        preset("exchange"),
        clock=clock,
        ids=CountingIds(),
        responder=KnowledgeResponder(),
        knowledge=MemoryKnowledge.shipped("exchange"),
        **more,
    )


@pytest.mark.parametrize("words", INCIDENTS)
def test_an_incident_is_given_no_article(words):
    desk = desk_of()
    ticket = desk.open(subject="", body=words, requester="kim", channel="chat").ticket
    desk.run_due()
    assert desk.get(ticket).priority_class == "security"
    assert not [event for event in desk.history(ticket) if event.kind == "bot_answered"]
    assert not [message for message in desk.messages(ticket) if message.by.kind == "bot"]


@pytest.mark.parametrize(
    ("words", "article"),
    [("How long does a withdrawal take?", "withdrawal_times.en"), ("提币要多久", "withdrawal_times.zh")],
)
def test_a_question_is_answered_with_the_evidence_of_why(words, article):
    desk = desk_of()
    ticket = desk.open(subject="", body=words, requester="lin", channel="chat").ticket
    desk.run_due()
    (answered,) = [event for event in desk.history(ticket) if event.kind == "bot_answered"]
    assert answered.articles == (article,)
    assert answered.evidence
    assert ARTICLES[article].text in desk.messages(ticket)[-1].body


def test_an_article_of_the_host_stands_in_place_of_a_shipped_one():
    own = {"id": "fees.en", "text": "Ours are on https://example.com/fees.", "words": ["fee|fees"]}
    found = MemoryKnowledge.shipped("exchange", own=[own]).find(
        "what are the fees", language="en", topic=None, limit=3, now=NOW
    )
    assert [one.article.text for one in found] == ["Ours are on https://example.com/fees."]
    with pytest.raises(DefinitionError):
        MemoryKnowledge.shipped("exchange", own=[own, own])


def test_a_set_that_there_is_not():
    assert SHIPPED_ARTICLES == ("exchange",)
    with pytest.raises(KeyError):
        MemoryKnowledge.shipped("shop")  # type: ignore[arg-type]
