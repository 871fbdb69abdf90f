"""Scenarios in other words: ten ways of saying each in English and Chinese, and three more languages; one outcome."""

import tomllib
from pathlib import Path

import pytest

from desk.office import contents
from supportflow import Desk, MemoryActions, MemoryChannel, MemoryStore
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

TEXTS = tomllib.loads((Path(__file__).parent / "paraphrases.toml").read_text("utf-8"))
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def said(scenario):
    return [
        pytest.param(text, id=f"{language}-{number}")
        for language, texts in TEXTS[scenario].items()
        for number, text in enumerate(texts, 1)
    ]


def test_there_are_ten_in_english_and_chinese_and_three_languages_more():
    for scenario, texts in TEXTS.items():
        assert [len(texts[language]) for language in ("en", "zh")] == [10, 10], scenario
        assert len(texts) == 5, scenario
        assert len({text for some in texts.values() for text in some}) == sum(map(len, texts.values())), (
            scenario
        )


@pytest.fixture(scope="module")
def store():
    return MemoryStore()


@pytest.fixture(scope="module")
def desk(store):
    """One desk for all of them: each text is another person's."""
    clock = ManualClock("2026-06-01T03:00:00+08:00")
    return Desk(
        preset("exchange"),
        store=store,
        clock=clock,
        ids=CountingIds(),
        channels={"chat": MemoryChannel(), "security": MemoryChannel()},
        actions=MemoryActions(),
    )


@pytest.fixture
def person(request):
    return request.node.name


def in_order(desk, *refs):
    """Those of the named tickets, in the order of the queue."""
    return [ticket.ref for ticket in desk.find(open=True, limit=1000) if ticket.ref in refs]


@pytest.mark.parametrize("text", said("s1_break_in"))
def test_s1_a_break_in_is_first_and_is_frozen_where_a_second_signal_speaks(desk, person, text):
    dispute, said, reported = (f"{person} {place}" for place in ("dispute", "chat", "app"))
    desk.open(ref=dispute, subject="卖家不放币", requester=dispute, channel="chat")
    chat = desk.open(ref=said, subject="help", body=text, requester=said, channel="chat").ticket
    assert (chat.priority_class, chat.routing.requirement.group) == ("security", "security")
    assert in_order(desk, dispute, said) == [said, dispute]
    # The words alone freeze nothing: somebody looks at once.
    assert (chat.review, chat.actions) == (True, ())
    app = desk.open(ref=reported, subject="help", body=text, requester=reported, channel="security").ticket
    assert app.priority_class == "security"
    assert in_order(desk, dispute, said, reported) == [reported, said, dispute]
    assert [(one.action, one.state) for one in app.actions] == [("freeze", "approved")]


@pytest.mark.parametrize("text", said("s2_delayed_withdrawal"))
def test_s2_a_late_withdrawal_is_the_bots(desk, person, text):
    ticket = desk.open(subject="", body=text, requester=person, channel="chat").ticket
    assert (ticket.priority_class, ticket.category, ticket.review) == ("general", "withdrawal_delayed", False)
    assert (ticket.routing.route, ticket.routing.requirement.tier) == ("bot first", "bot")


@pytest.mark.parametrize("text", said("s5_c2c_dispute"))
def test_s5_a_seller_who_keeps_the_coins_is_a_dispute(desk, person, text):
    ticket = desk.open(subject="", body=text, requester=person, channel="chat").ticket
    assert (ticket.priority_class, ticket.category) == ("dispute", "c2c_dispute")
    assert ticket.routing.requirement.group == "disputes"
    assert (ticket.status, bool(ticket.case.asked)) == ("pending", True)


@pytest.mark.parametrize("text", said("s8_seed_phrase"))
def test_s8_a_phrase_is_nowhere_and_the_case_is_security(desk, store, person, text):
    done = desk.open(subject="", body=text.replace("PHRASE", PHRASE), requester=person, channel="chat")
    assert "seed_phrase" in done.redacted
    ticket = done.ticket
    assert (ticket.priority_class, ticket.informational) == ("security", False)
    assert ticket.category in {"secret_given_away", "phishing"}  # to whom it went may be known, too
    assert ticket.routing.requirement.group == "security"
    kept = repr((contents(store), desk.history(done.ticket), desk.messages(done.ticket)))
    assert "winner thank" not in kept


@pytest.mark.parametrize("text", said("s11_led_to_deposit"))
def test_s11_who_is_led_to_deposit_is_looked_at(desk, person, text):
    ticket = desk.open(subject="", body=text, requester=person, channel="chat").ticket
    assert (ticket.priority_class, ticket.informational) == ("security", False)
    assert (ticket.routing.route, ticket.routing.requirement.group) == ("security incident", "security")
