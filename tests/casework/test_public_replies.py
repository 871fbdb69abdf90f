"""On a public channel a reply that says personal data is refused, whoever wrote it."""

import pytest

from desk.office import desk
from supportflow import MemoryChannel, Official, Party, Policy
from supportflow.exceptions import Refused

POLICY = Policy(
    public_channels=["x"],
    official=Official(domains=["example.com"], emails=["help@example.com"], phones=["+65 6000 0000"]),
)

SAYS = {
    "email address": "We wrote to ana.k@mail.test about it.",
    "phone number": "We called +44 20 7946 0958 twice.",
    "long number": "Your order 202606010001234567 is on its way.",
    "IBAN": "It goes to DE89370400440532013000.",
}


@pytest.fixture
def x():
    return MemoryChannel()


@pytest.fixture
def one(x):
    return desk(POLICY, channels={"x": x, "email": MemoryChannel()})


@pytest.mark.parametrize(("kind", "text"), SAYS.items())
@pytest.mark.parametrize("template", ["{}", "您好,{}谢谢"])
def test_personal_data_is_refused_in_public_and_nothing_leaves(one, x, kind, text, template):
    ticket = one.open(subject="Where is my money?", requester="ana", channel="x").ticket
    with pytest.raises(Refused) as refused:
        one.reply(ticket, body=template.format(text), by="sam")
    assert "in public on 'x'" in refused.value.reason
    assert kind in refused.value.reason
    one.run_due()
    assert x.sent == []
    assert one.get(ticket).replies == 0


@pytest.mark.parametrize("text", SAYS.values())
def test_the_same_is_said_in_private(one, text):
    ticket = one.open(subject="Where is my money?", requester="ana", channel="email").ticket
    assert one.reply(ticket, body=text, by="sam").ticket.replies == 1


CARD = "4242 4242 4242 4242"
CHAIN = "0x52908400098527886E0F7030069857D2E4169EE7"


@pytest.mark.parametrize(
    "text", [f"Your card {CARD}", f"It went to {CHAIN}", "用户8812345678您好", "order 2026 0601 0001"]
)
def test_numbers_of_cards_orders_and_chains_are_personal(one, text):
    ticket = one.open(subject="Where is my money?", requester="ana", channel="x").ticket
    with pytest.raises(Refused):
        one.reply(ticket, body=text, by="sam")


@pytest.mark.parametrize(
    "text",
    [
        "Please write to help@example.com, or call +65 6000 0000.",
        "请点此继续: https://example.com/case/0193f6c2a7d14e8b9c0d1e2f3a4b5c6d",
        "We are looking into it since 2026-06-01, 10:30. It takes 3 days.",
        "Withdrawals on TRC20 are back. 网络拥堵已恢复。",
    ],
)
def test_what_is_not_personal_is_said(one, text):
    ticket = one.open(subject="Where is my money?", requester="ana", channel="x").ticket
    assert one.reply(ticket, body=text, by="sam").ticket.replies == 1


def test_the_channel_that_a_reply_leaves_by_is_what_counts(one, x):
    ticket = one.open(subject="Where is my money?", requester="ana", channel="email").ticket
    with pytest.raises(Refused):
        one.reply(ticket, body=SAYS["email address"], by="sam", channel="x")
    sent = one.reply(ticket, body="We have answered by mail.", by="sam", channel="x").events[0]
    assert sent.channel == "x"
    one.add_party(ticket, party=Party("witness", "bo", channel="x"), by="sam")
    with pytest.raises(Refused):
        one.reply(ticket, body=SAYS["email address"], to="bo", by="sam")
    assert one.reply(ticket, body=SAYS["email address"], by="sam").ticket.replies == 2
    one.run_due()
    assert [message.body for message in x.sent] == ["We have answered by mail."]
