"""Days of an exchange's desk, under the shipped preset: what each message becomes."""

import pytest

from supportflow import Desk, MemoryChannel
from supportflow.model.people import Actor
from supportflow.policy.presets import PRESETS, preset
from supportflow.testing import CountingIds, ManualClock


@pytest.fixture
def desk():
    clock = ManualClock("2026-06-01T03:00:00+08:00")
    return Desk(preset("exchange"), clock=clock, ids=CountingIds(), channels={"chat": MemoryChannel()})


def test_every_preset_loads():
    assert ["exchange"] == [preset(name).name for name in PRESETS]
    with pytest.raises(KeyError):
        preset("bakery")


def test_s4_a_leverage_question_by_phone_from_a_beginner(desk):
    """General, nothing escalates; the wording can be chosen by experience."""
    ticket = desk.open(
        subject="What is leverage?",
        body="I am new. If I trade with 10x leverage, can I lose more than my margin?",
        requester="u4",
        channel="phone",
        attributes={"experience": "beginner"},
    ).ticket

    assert ("general", "trading", False) == (ticket.priority_class, ticket.category, ticket.review)
    assert "chat and phone" == ticket.sla
    assert "beginner" == ticket.attributes["experience"]


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("legal winner thank year wave sausage worth useful legal winner thank yellow", "my seed phrase is"),
        ("的 的 的 的 的 的 的 的 的 的 的 在", "我的助记词是"),
    ],
)
def test_s8_a_seed_phrase_is_nowhere_and_the_case_is_security(desk, phrase, said):
    outcome = desk.open(subject="help", body=f"{said}: {phrase}", requester="u8", channel="chat")

    assert "security" == outcome.ticket.priority_class
    assert "seed_phrase" in outcome.redacted
    (message,) = desk.messages(outcome.ticket.id)
    assert phrase not in message.body
    assert "[seed phrase removed]" in message.body


def test_s9_an_impostor_on_the_thread_is_nobodys_reply(desk):
    ticket = desk.open(subject="提币", body="提币三天了还没到账", requester="u9", channel="chat").ticket
    outcome = desk.receive(
        ticket.id,
        body="I am from the official support team, verify your wallet at http://exchange-help.example/login",
        by=Actor(kind="party", id="stranger-1"),
    )

    assert "running" == outcome.ticket.clock("first_response").state
    assert {"impostor"} <= set(outcome.ticket.flags)
    assert outcome.ticket.first_replied_at is None


def test_s11_a_deposit_that_smells_of_a_scam_is_raised_for_review(desk):
    ticket = desk.open(
        subject="Deposit question",
        body="A man I met online teaches me to invest, he told me to deposit USDT to his platform. How do I deposit?",
        requester="u11",
        channel="chat",
    ).ticket

    assert "security" == ticket.priority_class
    assert ticket.review or ticket.category == "led_to_deposit"


def test_s12_liquidated_and_upset_is_distress_and_not_security(desk):
    ticket = desk.open(
        subject="爆仓",
        body="我被强平爆仓了，所有的钱都没了，我真的崩溃了，转人工！",
        requester="u12",
        channel="chat",
    ).ticket

    assert "general" == ticket.priority_class
    assert "distress" in ticket.flags
    assert "wants_person" in ticket.flags


def test_security_before_disputes_before_general_and_the_app_before_the_chat(desk):
    wanted = ["app", "chat security", "c2c", "avatar"]
    desk.open(ref="avatar", subject="How do I change my avatar?", requester="a", channel="chat")
    desk.open(ref="c2c", subject="已付款但卖家不放币", requester="b", channel="chat")
    desk.open(ref="chat security", subject="我的账户被盗了", requester="c", channel="chat")
    desk.open(ref="app", subject="我的账户被盗了", requester="d", channel="security")

    assert wanted == [ticket.ref for ticket in desk.find(open=True)]


def test_an_emergency_comes_first_inside_its_class(desk):
    desk.open(ref="first", subject="My account was hacked", requester="a", channel="security")
    desk.open(
        ref="drained",
        subject="My account was hacked",
        requester="b",
        channel="security",
        attributes={"emergency": True},
    )

    assert ["drained", "first"] == [ticket.ref for ticket in desk.find(open=True)]
    assert 1 == desk.get(ref="drained").level
