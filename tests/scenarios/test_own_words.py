"""Texts that customers really write, each with what must come of it. Found in use, so each stays a test for ever."""

import pytest

from supportflow import Desk
from supportflow.policy import CompiledPolicy
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

PRESET = preset("exchange")
PRESET_CLASSIFIER = CompiledPolicy(PRESET).classifier

INCIDENTS = {
    "收到短信说我账户异常让点这个网址重新认证，我点了还输了密码": "phishing",
    "刚把短信里那6位数字告诉对方了，他说是客服": "phishing",
    "把助记词填到一个网站上了": "secret_given_away",
    "帳號好像被駭了，裡面的USDT通通不見": "account_takeover",
    "半夜三点有一笔提现记录不是我本人弄的": "unauthorised_transaction",
    "账户里的ETH全没了，我根本没动过": "unauthorised_transaction",
    "我妈被人教着在你们平台买币转出去": "unauthorised_transaction",
}
DISPUTES = {"钱我都打过去了半个小时了，那个卖币的就是不点确认": "c2c_dispute"}
HARMLESS = [
    "when does the hackathon open",
    "your system is abnormal, I cannot log in",
    "I am travelling, the login from Beijing is me",
    "周末去钓鱼了，周一再处理",
]


def opened(text, **fields):
    desk = Desk(PRESET, clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
    return desk, desk.open(subject="", body=text, requester="ana", channel="chat", **fields).ticket


@pytest.mark.parametrize(("text", "category"), INCIDENTS.items())
def test_an_incident_is_heard_and_goes_to_a_person(text, category):
    desk, ticket = opened(text)
    assert (ticket.priority_class, ticket.category) == ("security", category)
    assert ticket.routing.requirement.tier != "bot"
    assert ticket.routing.requirement.group == "security"
    evidence = PRESET_CLASSIFIER.classify(text).evidence
    assert all(0 <= part.start < part.end <= len(text) for one in evidence for part in one.parts)
    assert any(one.priority_class == "security" and one.parts for one in evidence)
    assert "action_requested" not in {event.kind for event in desk.history(ticket)}


@pytest.mark.parametrize(("text", "category"), DISPUTES.items())
def test_a_dispute_is_heard(text, category):
    _, ticket = opened(text)
    assert (ticket.priority_class, ticket.category) == ("dispute", category)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_frightening_is_no_incident_and_freezes_nothing(text):
    desk, ticket = opened(text)
    assert ticket.priority_class == "general"
    assert not {event.kind for event in desk.history(ticket)} & {"action_requested", "action_held_back"}
