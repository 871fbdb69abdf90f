"""The shipped guided flows: each is walked to every end, in English and Chinese, on the desk of an exchange."""

import json
from datetime import timedelta
from functools import cache

import pytest

from bot.bots import policy
from supportflow import (
    Desk,
    Escalation,
    KnowledgeResponder,
    Ladder,
    LadderStep,
    MemoryKnowledge,
    Policy,
    Requester,
)
from supportflow.exceptions import PolicyError
from supportflow.model.turns import Answer
from supportflow.policy import CompiledPolicy, parse_policy
from supportflow.policy.document.bot import SHIPPED_FLOWS, GuideEnd, shipped_flow
from supportflow.policy.presets import preset
from supportflow.policy.sections.bot import CompiledBot
from supportflow.testing import CountingIds, ManualClock
from supportflow.triage.asking import asked_secret
from supportflow.triage.settling import settled

LANGUAGES = ("en", "zh")
# How it begins; and the same with what is evidence, and is asked for nowhere then.
OPENERS = {
    "recover_password": {"en": ("I forgot my password", None), "zh": ("我忘记密码了", None)},
    "kyc": {
        "en": ("My KYC was rejected", "My user id is 12345678"),
        "zh": ("人脸识别一直不通过", "用户 ID 12345678"),
    },
    "second_factor": {
        "en": ("my 2fa code does not work", "My user id is 12345678"),
        "zh": ("谷歌验证码失效了", "用户 ID 12345678"),
    },
    "trade_parameters": {"en": ("how do I set a stop loss", None), "zh": ("怎么设置止盈止损", None)},
    "stuck_withdrawal": {"en": ("my withdrawal is stuck", "TRC20"), "zh": ("提币卡住了", "TRC20")},
}
SENT = {"kyc": {"user_id"}, "second_factor": {"user_id"}, "stuck_withdrawal": {"network"}}
GIVEN = {"user_id": "12345678", "order_number": "123456789012345", "observed": "too many / 太多了"}


def is_chinese(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def answers(step, language):
    """One answer for each place that a step leads to, in a language."""
    if step.field.kind != "choice":
        return [GIVEN[step.field.name]]
    branched = {value for branch in step.branches for value in branch.when}
    others = [value for value in step.field.values if value not in branched]
    found = []
    for group in [*(branch.when for branch in step.branches), others]:
        own = [value for value in group if is_chinese(value) == (language == "zh")]
        found += (own or list(group))[:1]
    return found


def walks(flow, language):
    """Every way from the first step to an end: step → answer in order, and the end."""

    def from_here(place, so_far):
        if isinstance(place, GuideEnd):
            yield so_far, place
            return
        for answer in answers(place, language):
            yield from from_here(CompiledBot.after(flow, place, answer), [*so_far, (place, answer)])

    return list(from_here(flow.steps[0], []))


@cache
def to_each_end(name, language):
    """The shortest walk to each end of a flow."""
    found = {}
    for walk, end in sorted(walks(shipped_flow(name), language), key=lambda one: len(one[0])):
        found.setdefault(end.name, (walk, end))
    return tuple(found.values())


def of_kind(desk, ticket, kind):
    return [event for event in desk.history(ticket) if event.kind == kind]


def exchange(rules=None, **ports):
    ports.setdefault("responder", KnowledgeResponder())
    ports.setdefault("knowledge", MemoryKnowledge([]))
    clock = ManualClock("2026-06-02T03:00:00Z")
    return Desk(rules or preset("exchange"), clock=clock, ids=CountingIds(), **ports)


def begin(desk, name, language, *, evidence=False):
    opener, given = OPENERS[name][language]
    words = f"{opener}. {given}" if evidence and given is not None else opener
    ticket = desk.open(subject="", body=words, requester="lin", channel="chat", language=language).ticket
    desk.run_due()
    return desk.get(ticket)


def say(desk, ticket, words):
    desk.receive(ticket, body=words, by=Requester("lin"))
    desk.run_due()
    return desk.get(ticket)


CASES = [
    pytest.param(name, language, end, id=f"{name}-{language}-{end}")
    for name in SHIPPED_FLOWS
    for language in LANGUAGES
    for end in [one.name for one in shipped_flow(name).ends]
]


@pytest.mark.parametrize("evidence", [False, True])
@pytest.mark.parametrize(("name", "language", "end"), CASES)
def test_each_end_is_reached_with_all_that_was_gathered(name, language, end, evidence):
    (walk, last), *_ = [one for one in to_each_end(name, language) if one[1].name == end]
    desk = exchange()
    ticket = begin(desk, name, language, evidence=evidence)
    gathered = dict(desk.screen(ticket).collected)
    assert set(gathered) == (SENT.get(name, set()) if evidence else set()), "what came as evidence is known"
    for step, answer in walk:
        if step.field.name in gathered:
            continue  # it was sent as evidence: nobody is asked twice
        assert desk.messages(ticket)[-1].body.endswith(step.ask[language]), step.name
        assert (desk.get(ticket).bot.flow, desk.get(ticket).bot.step) == (name, step.name)
        ticket = say(desk, ticket, answer)
        gathered[step.field.name] = answer
    said = [message.body for message in desk.messages(ticket) if message.by.kind == "bot"]
    assert last.say[language] in said[-1]
    assert not of_kind(desk, ticket, "escalated")
    assert ticket.tier == ("expert" if last.hand_over else "bot")
    assert dict(desk.screen(ticket).collected) == gathered
    # What the flow has not gathered is asked for once, and not before a person goes on.
    needed = {spec.name for spec in CompiledPolicy(desk.policy).cases.specs(ticket.category)}
    asked = of_kind(desk, ticket, "evidence_requested")
    lacking = needed - set(gathered)
    assert [set(one.items) for one in asked] == ([lacking] if last.hand_over and lacking else [])
    if last.hand_over:
        (handed,) = of_kind(desk, ticket, "handed_over")
        assert handed.cause == "flow"
        told = desk.history(ticket)
        assert all(told.index(handed) < told.index(one) for one in asked)
        for field, value in gathered.items():
            assert f"- {field}: {value}" in desk.screen(ticket).summary
    for text in said:
        assert asked_secret(text) is None
        assert is_chinese(text) == (language == "zh")


def test_what_no_flow_has_gathered_is_asked_for_at_the_step_that_takes_it_from_the_bot():
    """However late the tick: what people do after the step was written with the request before them."""
    step = LadderStep(after=timedelta(minutes=40), kind="functional", tier="expert")
    climbs = Escalation(ladders=[Ladder(name="a person looks", steps=[step])])
    desk = exchange(preset("exchange").model_copy(update={"escalation": climbs}))
    ticket = begin(desk, "kyc", "en")
    assert (ticket.tier, of_kind(desk, ticket, "evidence_requested")) == ("bot", [])
    opened = ticket.recorded_at
    desk._ports["clock"].advance(hours=3)
    desk.run_due()
    [reached] = of_kind(desk, ticket, "ladder_step_reached")
    [asked] = of_kind(desk, ticket, "evidence_requested")
    assert desk.get(ticket).tier == "expert"
    assert asked.recorded_at == reached.recorded_at
    assert reached.recorded_at < opened + timedelta(minutes=41)
    kinds = [one.kind for one in desk.history(ticket)]
    assert kinds.index("handed_over") < kinds.index("evidence_requested")


LED = ("kyc", "second_factor", "stuck_withdrawal")


@pytest.mark.parametrize("name", LED)
@pytest.mark.parametrize("leaves", ["asks", "silent", "taken", "handed over", "incident"])
def test_what_no_flow_has_gathered_is_asked_for_when_a_person_goes_on(name, leaves):
    """Whatever the ticket leaves the bot by, in its own instant, and once."""
    desk = exchange()
    ticket = begin(desk, name, "en")
    clock, at = desk._ports["clock"], desk.get(ticket).recorded_at
    assert not of_kind(desk, ticket, "evidence_requested")
    if leaves == "asks":
        ticket = say(desk, ticket, "human")
    elif leaves == "silent":
        desk.receive(ticket, body="it still does not work", by=Requester("lin"))
        clock.advance(hours=3)
        desk.hold(ticket, by="sam")
        at += timedelta(minutes=1)
    elif leaves == "taken":
        desk.assign(ticket, agent="sam", by="boss")
    elif leaves == "handed over":
        desk.hand_over(ticket, tier="expert", by="boss")
    else:
        desk.receive(ticket, body=INCIDENTS[name][0], by=Requester("lin"))
    [asked] = of_kind(desk, ticket, "evidence_requested")
    assert asked.recorded_at == at
    say(desk, ticket, "what now?")
    assert len(of_kind(desk, ticket, "evidence_requested")) == 1


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("My KYC was rejected", {"channel": "web"}),
        ("My KYC was rejected", {"channel": "email"}),
        ("My KYC was rejected", {"attributes": {"vip": True}}),
        ("My KYC was rejected", {"by": "sam"}),
        ("我充值一直没到账", {}),
    ],
)
def test_what_no_bot_leads_through_is_asked_for_at_once(words, fields):
    """By another channel, whom the bot does not answer, whoever was entered by an agent, and a topic without a flow."""
    desk = exchange()
    given = {"channel": "chat", "requester": "lin", **fields}
    ticket = desk.open(subject="", body=words, **given).ticket
    assert [one.recorded_at for one in of_kind(desk, ticket, "evidence_requested")] == [ticket.opened_at]


@pytest.mark.parametrize("name", LED)
def test_who_is_helped_by_a_flow_is_asked_for_no_papers_afterwards(name):
    desk = exchange()
    (walk, _), *_ = [one for one in to_each_end(name, "en") if not one[1].hand_over]
    ticket = begin(desk, name, "en")
    for _, answer in walk:
        ticket = say(desk, ticket, answer)
    ticket = say(desk, ticket, "thanks")
    assert ticket.tier == "bot"
    assert not of_kind(desk, ticket, "evidence_requested")


@pytest.mark.parametrize("name", SHIPPED_FLOWS)
def test_every_way_through_a_flow_ends_and_every_end_has_a_way(name):
    flow = shipped_flow(name)
    for language in LANGUAGES:
        found = walks(flow, language)
        assert {end.name for _, end in found} == {end.name for end in flow.ends}
        assert {step.name for walk, _ in found for step, _ in walk} == {step.name for step in flow.steps}
        assert max(len(walk) for walk, _ in found) < preset("exchange").bot.longest
    assert any(end.hand_over for end in flow.ends), "a person can be reached"


@pytest.mark.parametrize("name", SHIPPED_FLOWS)
def test_each_text_is_there_in_both_languages_and_asks_for_no_secret(name):
    flow = shipped_flow(name)
    for texts in [*(step.ask for step in flow.steps), *(end.say for end in flow.ends)]:
        assert set(texts) == set(LANGUAGES)
        assert not is_chinese(texts["en"])
        assert is_chinese(texts["zh"])
        assert [asked_secret(text) for text in texts.values()] == [None, None]


NO = ("No, sorry", "no it does not", "Nope", "不行", "不是", "还是不行", "没有", "不")
YES = ("Yes!", "yes please", "yeah, it is fine", "是的")


YES_BUT_NO = (
    "yes, but no", "Yes I tried, but no luck", "是的，但是不行", "是，不过没有", "是的，可是没有", "是的，试过了，还是不行",
    "是的我试过了还是不行", "yes \u2014 but not really", "yes yes no", "Yes... no.", "No, thanks", "no sorry",
    "刚才是，现在又不行了", "是的，通不过",
)  # fmt: skip
NO_BUT_YES = (
    "no, wait, yes", "No... oh, now yes!", "no at first, but now yes", "no but yes", "No, sorry, I meant yes",
    "No. Yes!", "不，等一下，是的", "不是，现在是的", "不行，哦，是的", "否，但现在是", "没有，后来是的",
)  # fmt: skip
TRIED = (
    "yes I did, it does not work", "yes I tried it and it doesn't work", "yes I tried it it doesn't work",
    "Yes, however it never works", "Yes. Still not.", "是，但一直失败", "是的，照做了，依然报错",
)  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED_FLOWS)
@pytest.mark.parametrize(
    ("meant", "said"), [("no", YES_BUT_NO), ("yes", NO_BUT_YES), ("no", TRIED)], ids=["no", "yes", "tried"]
)
def test_who_takes_an_answer_back_is_taken_at_the_last_word(name, meant, said):
    """In every step that asks for yes or no, in both languages, with and without signs between."""
    flow = shipped_flow(name)
    for step in flow.steps:
        if not {"yes", "no"} <= set(step.field.values) or (said is TRIED and step.name in {"wait", "reach"}):
            continue
        for words in said:
            value = CompiledBot.accepts(step.field, words)
            assert value is not None, (step.name, words)
            leads = CompiledBot.after(flow, step, meant)
            assert CompiledBot.after(flow, step, value) == leads, (step.name, words, value)


def test_a_text_of_signs_is_read_in_linear_time():
    """Counted in clauses that are looked at, and not in seconds."""
    looked = []
    assert settled("yes " * 20_000 + "a," * 20_000 + "no", looked.append) is None
    assert len(looked) <= 51


@pytest.mark.parametrize("name", SHIPPED_FLOWS)
def test_a_no_is_taken_for_no_and_a_yes_for_yes(name):
    for step in shipped_flow(name).steps:
        if not {"yes", "no"} <= set(step.field.values):
            continue
        for meant, said in (("yes", YES), ("no", NO)):
            leads = CompiledBot.after(shipped_flow(name), step, meant)
            for words in said:
                value = CompiledBot.accepts(step.field, words)
                assert value is not None, (step.name, words)
                assert CompiledBot.after(shipped_flow(name), step, value) == leads, (step.name, words)


@pytest.mark.parametrize(
    "words",
    [
        "I can't remember my password", "I don\u2019t know my password any more", "I do not remember the password",
        "I lost my password", "记不住密码", "密码不记得了", "我忘记密码了",
    ],
)  # fmt: skip
def test_who_has_forgotten_a_password_is_led_however_they_say_it(words):
    desk = exchange()
    ticket = desk.open(subject="", body=words, requester="lin", channel="chat").ticket
    desk.run_due()
    assert desk.get(ticket).bot.flow == "recover_password"


@pytest.mark.parametrize(
    "words",
    [
        "I want to change my password",
        "how do I change my login password",
        "怎么修改密码",
        "I remember my password well",
    ],
)
def test_who_has_a_password_is_not_led_to_recover_it(words):
    desk = exchange()
    ticket = desk.open(subject="", body=words, requester="lin", channel="chat").ticket
    desk.run_due()
    assert desk.get(ticket).bot.flow is None


MEANT = {
    ("recover_password", "reach"): {
        "account": (
            "I don\u2019t", "I dont", "but no", "neither of them",
            "可是收不到", "但是收不到", "都收不到了", "无法接收",
        ),
        "try": ("I do", "yes, both", "能收到", "只有邮箱能收到", "没问题，能收到"),
    },
    ("recover_password", "try"): {
        "account": (
            "nothing works", "it never works", "I haven\u2019t",
            "it won\u2019t let me", "it doesnt work", "It hasn't worked",
            "it still says error", "登录未成功", "就是不行", "总是失败", "可是没有",
            "无法登录", "登不上", "可能不行", "怎么登录都不行",
        ),
        "solved": (
            "done, thanks", "it works", "Yes, no problem", "好了", "登录成功了", "no ... but yes it works", "no, it works",
            "it did not work first, now it works", "it works, thank you, no more questions", "yes works", "yes still works",
            "No, actually I got in", "先是不行，现在好了", "不行……哦，现在可以了", "不，已经好了", "好了，没有其他问题",
            "还是不行，结果又好了",
        ),
    },
    ("kyc", "photo"): {
        "account": (
            "it hasn't been accepted", "it isn't accepted", "wasn't accepted", "never passed", "an error again",
            "仍未成功", "总是失败", "一直是审核失败", "但是又失败了", "没有通过", "无法通过",
        ),
        "solved": ("accepted!", "it passed", "通过了", "可以了"),
    },
    ("second_factor", "method"): {
        "clock": ("Google Authenticator", "the app on my phone", "手机验证器", "谷歌验证器"),
        "sms": ("text message", "by phone", "手机短信"),
        "device": ("I lost my phone", "my new phone", "换了手机", "手机丢了", "passkey"),
    },
    ("second_factor", "sms"): {
        "no_signal": (
            "no service", "there is no reception", "it shows SOS only", "I have no signal at all",
            "无服务", "手机显示无服务", "没有任何信号", "完全没有信号", "没信号",
        ),
        "device": ("nothing works", "it never comes", "就是收不到，不行", "还是不行"),
        "solved": ("it works", "可以了"),
    },
    ("second_factor", "clock"): {
        "device": ("nothing works", "hasn\u2019t worked", "总是错误"),
        "solved": ("works now",),
    },
    ("trade_parameters", "leverage"): {
        "wish": (
            "no, thanks", "不，谢谢", "yes but I still don't see where", "明白了，但还是不行",
            "thanks but no", "I still don\u2019t understand", "可是不行", "谢谢，但是没解决", "我还是不明白",
        ),
        "solved": ("thanks", "明白了，谢谢", "not at first, but now it is solved, thanks", "没明白，现在明白了"),
    },
    ("stuck_withdrawal", "state"): {
        "wait": (
            "not completed", "it has not been sent", "not yet sent",
            "in review", "未完成", "没有完成", "提交成功，还在审核", "还未发出",
        ),
        "chain": ("completed", "已完成", "显示成功"),
        "reason": ("rejected", "it failed", "被拒绝了"),
    },
    ("stuck_withdrawal", "wait"): {
        "order": (
            "I can\u2019t wait", "I do not want to wait",
            "the wait is too long", "等了三天了", "不想等了", "等不了", "我等了很久", "需要",
        ),
        "waits": ("no need", "I\u2019ll wait", "no, thanks", "不急", "不用了", "再等等"),
    },
    ("stuck_withdrawal", "chain"): {
        "order": (
            "it isn't confirmed", "waiting to be confirmed",
            "still pending", "yes I looked, but it is not confirmed", "是的，但是未确认",
            "it has not arrived",
            "还没到账", "确认中", "等待确认", "只有1个确认", "可是没确认", "尚未确认",
        ),
        "receiver": (
            "it is confirmed, but not credited", "yes, but it has not arrived", "已确认，但还没到账", "是的，但是没收到",
            "first pending, now confirmed", "it is confirmed", "yes", "已经确认了", "确认了", "是的",
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "step", "leads"), [(*place, leads) for place, answers in MEANT.items() for leads in answers]
)
def test_an_answer_in_own_words_leads_where_it_means(name, step, leads):
    flow = shipped_flow(name)
    asked = CompiledBot.step(flow, step)
    for words in MEANT[name, step][leads]:
        value = CompiledBot.accepts(asked.field, words)
        assert value is not None, words
        assert CompiledBot.after(flow, asked, value).name == leads, (words, value)


INCIDENTS = {
    "recover_password": ("Somebody stole my password and my coins are gone", "密码被盗，币被转走了"),
    "kyc": ("A stranger has my passport and opened my account", "有人盗用我的身份证登录了我的账户"),
    "second_factor": ("My phone with the authenticator was stolen", "装有验证器的手机被偷了"),
    "trade_parameters": (
        "Somebody trades on my account, I did not set that leverage",
        "账户里出现了不是我本人操作的合约交易",
    ),
    "stuck_withdrawal": ("A withdrawal that I did not make left my account", "有一笔提币不是我本人操作的"),
}


@pytest.mark.parametrize("name", SHIPPED_FLOWS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_incident_waits_on_a_flow(name, language):
    """Not as the first message, and not in the middle of a flow: it leaves the bot with what was gathered."""
    words = INCIDENTS[name][LANGUAGES.index(language)]
    desk = exchange()
    first = desk.open(subject="", body=words, requester="kim", channel="chat").ticket
    desk.run_due()
    assert (desk.get(first).priority_class, desk.get(first).tier) == ("security", "expert")
    assert not of_kind(desk, first, "bot_answered")

    ticket = begin(desk, name, language)
    assert ticket.bot.flow == name
    desk.receive(ticket, body=words, by=Requester("lin"))
    assert (desk.get(ticket).priority_class, desk.get(ticket).tier) == ("security", "expert")
    answered = len(of_kind(desk, ticket, "bot_answered"))
    desk.run_due()
    assert len(of_kind(desk, ticket, "bot_answered")) == answered


class Knows:
    """A responder that knows the first time."""

    def __init__(self):
        self.asked = 0

    def respond(self, _turn, /):
        self.asked += 1
        return Answer("It is on its way.") if self.asked == 1 else None


def test_what_begins_unanswered_leaves_the_responder_the_first_word():
    responder = Knows()
    desk = exchange(responder=responder)
    ticket = begin(desk, "stuck_withdrawal", "en", evidence=True)
    assert desk.messages(ticket)[-1].body.endswith("It is on its way.")
    assert ticket.bot.flow is None
    ticket = say(desk, ticket, "it is still not here")
    assert (ticket.bot.flow, ticket.bot.step, ticket.bot.missed) == ("stuck_withdrawal", "state", 0)
    assert responder.asked == 2


def test_a_question_is_no_flow():
    """Who asks what something is or costs is not led through it."""
    desk = exchange()
    for words in ("What is leverage?", "杠杆是什么", "What are the fees for futures?", "KYC 有哪些等级"):
        ticket = desk.open(subject="", body=words, requester=f"u-{len(words)}", channel="chat").ticket
        desk.run_due()
        assert desk.get(ticket).bot.flow is None, words


def test_a_document_names_a_shipped_flow_and_keeps_its_words():
    named = preset("exchange")
    assert [flow.name for flow in named.bot.flows] == [
        "recover_password", "kyc", "second_factor", "trade_parameters", "stuck_withdrawal",
    ]  # fmt: skip
    assert named.bot.flows[0] == shipped_flow("recover_password")
    kept = json.loads(named.canonical)["bot"]["flows"][1]
    assert kept["steps"][0]["ask"]["zh"] == shipped_flow("kyc").steps[0].ask["zh"]
    assert Policy.model_validate_json(named.canonical).fingerprint == named.fingerprint


def test_any_host_takes_one_beside_its_own():
    own = shipped_flow("kyc").model_copy(update={"name": "kyc_of_ours", "topics": ("papers",)})
    given = policy(flows=["recover_password", own])
    assert [flow.name for flow in given.bot.flows] == ["recover_password", "kyc_of_ours"]


def test_a_flow_that_there_is_not():
    document = preset("exchange").model_dump(mode="json", by_alias=True, exclude_defaults=True)
    document["bot"]["flows"] = ["recover_pasword"]
    with pytest.raises(PolicyError) as error:
        parse_policy(document)
    assert error.value.problems == (
        "bot.flows.0: unknown flow 'recover_pasword'; did you mean 'recover_password'?",
    )
    with pytest.raises(KeyError):
        shipped_flow("recover_pasword")  # type: ignore[arg-type]
