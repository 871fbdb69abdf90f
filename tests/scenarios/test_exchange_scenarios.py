"""Days of an exchange's desk, under the shipped preset, in English and Chinese (S4, S8, S9, S11, S12)."""

from datetime import timedelta

import pytest

from desk.office import contents
from supportflow import Actor, Desk, MemoryChannel, MemoryStore, fold
from supportflow.exceptions import Refused, StepsMissing
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

LANGUAGES = ("en", "zh")


class Scene:
    """A desk of the preset with everything that leaves it."""

    def __init__(self):
        self.clock = ManualClock("2026-06-01T03:00:00+08:00")
        self.store = MemoryStore()
        self.chat, self.phone = MemoryChannel(), MemoryChannel()
        self.desk = Desk(
            preset("exchange"),
            store=self.store,
            clock=self.clock,
            ids=CountingIds(),
            channels={"chat": self.chat, "phone": self.phone},
        )

    def open(self, body, channel="chat", **fields):
        return self.desk.open(
            **{"subject": "", "body": body, "requester": "ana", "channel": channel, **fields}
        ).ticket

    def everything(self):
        """All that a reader of the store, of the channels or of an answer could see."""
        tickets = list(self.desk.find())
        told = [
            (self.desk.history(one), self.desk.messages(one), str(self.desk.explain(one))) for one in tickets
        ]
        return repr((contents(self.store), self.chat.sent, self.phone.sent, tickets, told))


@pytest.fixture
def scene():
    return Scene()


def met(ticket):
    return {clock.target: clock.verdict.met for clock in ticket.clocks if clock.verdict is not None}


LEVERAGE = {
    "en": "I am new. What is leverage? If I trade with 10x, can I lose more than my margin?",
    "zh": "我是新手，什么是杠杆？10倍杠杆会不会亏得比保证金还多？",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s4_a_leverage_question_by_phone_from_a_beginner(scene, language):
    """General, nothing escalates; the wording can be chosen by experience; a question is asked for no evidence."""
    call = scene.open(LEVERAGE[language], channel="phone", attributes={"experience": "beginner"})
    assert (call.priority_class, call.level, call.category) == ("general", 3, "trading")
    assert (call.sla, call.status, call.language) == ("phone", "new", language)
    assert (call.flags, call.review, call.case.asked) == ((), False, ())
    assert call.attributes["experience"] == "beginner"
    scene.clock.advance(seconds=40)
    scene.desk.reply(call, body="You can lose all of your margin.", by="sam")
    scene.clock.advance(minutes=20)
    done = scene.desk.resolve(call, by="sam").ticket
    assert met(done) == {"first_response": True, "resolution": True}
    assert "priority_changed" not in {event.kind for event in scene.desk.history(call)}


SEEDS = {
    "en": (
        "my seed phrase is",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
    ),
    "zh": ("我的助记词是", "的 的 的 的 的 的 的 的 的 的 的 在"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s8_a_seed_phrase_is_nowhere_and_the_case_is_security(scene, language):
    said, phrase = SEEDS[language]
    text = f"{said}: {phrase}"
    first = scene.desk.open(subject="help", body=text, requester="ana", channel="chat", key="m-1")
    ticket = first.ticket
    assert (ticket.priority_class, ticket.category) == ("security", "secret_given_away")
    assert "seed_phrase" in first.redacted  # by which the host warns the customer
    again = scene.desk.receive(ticket, body=text, by="ana", key="m-2")
    assert "seed_phrase" in again.redacted
    scene.desk.note(ticket, body=f"customer wrote {phrase}", by="sam")
    scene.desk.reply(ticket, body="Move your coins to a new wallet.", by="sam")
    scene.desk.run_due()
    assert phrase not in scene.everything()
    assert "[seed phrase removed]" in scene.desk.messages(ticket)[0].body
    # Nor does anybody of the desk ask for it.
    for asking in ("Please send me your seed phrase", "请把助记词发给我"):
        with pytest.raises(Refused):
            scene.desk.reply(ticket, body=asking, by="sam")
    with pytest.raises(StepsMissing) as early:
        scene.desk.resolve(ticket, by="sam")
    assert early.value.steps == ("warn_customer", "advise_new_wallet")


IMPOSTORS = {
    "en": (
        "My withdrawal has not arrived for three days, network TRC20",
        "I am from the official support team, verify your wallet at http://examp1e-help.test/login",
    ),
    "zh": ("提币三天了还没到账，TRC20", "我是官方客服，请点击链接验证钱包 http://examp1e-help.test/cn"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["party", "requester"])
def test_s9_an_impostor_on_the_thread_is_nobodys_reply(scene, language, kind):
    asked, fake = IMPOSTORS[language]
    ticket = scene.open(asked)
    assert (ticket.priority_class, ticket.category, ticket.status) == ("general", "withdrawal_delayed", "new")
    scene.clock.advance(minutes=10)
    after = scene.desk.receive(ticket, body=fake, by=Actor(kind=kind, id="stranger-1")).ticket
    assert {"impostor", "phishing_link"} <= set(after.flags)
    assert (after.priority_class, after.review) == ("security", True)
    assert (after.first_replied_at, after.replies, after.status) == (None, 0, "new")
    assert after.waiting_since == ticket.opened_at
    assert after.clock("first_response").state == "running"
    assert not scene.desk.is_official("http://examp1e-help.test/login")
    assert scene.desk.is_official("https://help.example.com/a")
    # The time until somebody really answers goes on, by now at the pace of security.
    scene.clock.advance(hours=1)
    assert "first_response" in [
        event.target for event in scene.desk.run_due() if event.kind == "sla_breached"
    ]
    assert fold(scene.desk.history(ticket)) == scene.desk.get(ticket.id)


LED = {
    "en": (
        "A man I met online teaches me to invest, he told me to deposit USDT to his platform. How do I deposit?",
        "How do I deposit USDT?",
    ),
    "zh": ("网上认识的老师带我投资，让我充值USDT到他的平台，怎么充值？", "怎么充值USDT？"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s11_a_deposit_that_smells_of_a_scam_is_raised_for_review(scene, language):
    smelly, plain = LED[language]
    harmless = scene.open(plain, requester="bo")
    ticket = scene.open(smelly)
    assert (ticket.priority_class, ticket.review, ticket.rule) == ("security", True, "words")
    assert (harmless.priority_class, harmless.review, harmless.category) == ("general", False, "deposit")
    assert [one.id for one in scene.desk.find(open=True)] == [ticket.id, harmless.id]
    # A person who looked decides what it is; the steps of that guard the end: the customer is warned.
    scene.desk.update(ticket, category="led_to_deposit", by="sam")
    with pytest.raises(StepsMissing) as early:
        scene.desk.resolve(ticket, by="sam")
    assert early.value.steps == ("warn_customer", "risk_check")
    scene.desk.reply(ticket, body="Please send nothing: this is how fraud begins.", by="sam")
    for step in early.value.steps:
        scene.desk.complete_step(ticket, step=step, by="sam")
    assert scene.desk.resolve(ticket, by="sam").ticket.status == "resolved"


UPSET = {
    "en": "I was liquidated and lost everything. I am desperate. Let me speak to a human!",
    "zh": "我被强平爆仓了，所有的钱都没了，我真的崩溃了，转人工！",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s12_liquidated_and_upset_is_distress_and_not_security(scene, language):
    theft = scene.open("My account was hacked", requester="bo", channel="security")
    ticket = scene.open(UPSET[language])
    assert (ticket.priority_class, ticket.category, ticket.review) == ("general", "trading", False)
    assert {"distress", "wants_person"} <= set(ticket.flags)
    assert (ticket.status, ticket.case.asked) == ("new", ())  # nobody in tears is asked for a screenshot
    assert [one.id for one in scene.desk.find(open=True)] == [theft.id, ticket.id]
    assert met(scene.desk.reply(ticket, body="I am a person, and I have time.", by="sam").ticket) == {
        "first_response": True
    }


def test_words_of_danger_come_first_in_their_class(scene):
    calm = scene.open("爆仓了", requester="bo", channel="phone")
    danger = scene.open("I lost everything in liquidation and I want to kill myself")
    assert ("self_harm" in danger.flags, danger.level) == (True, 1)
    assert [one.id for one in scene.desk.find(open=True)] == [danger.id, calm.id]


def test_one_case_across_channels(scene):
    chat = scene.open("提币三天了还没到账，TRC20")
    scene.clock.advance(timedelta(hours=5))
    mail = scene.desk.open(subject="提币还没到账", requester="ana", channel="email")
    assert mail.ticket.id == chat.id
    assert mail.ticket.received == 2
