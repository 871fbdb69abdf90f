"""The preset `exchange`: every group of cases has its class, evidence and steps; every channel its promise."""

from datetime import timedelta

import pytest

from supportflow import Desk
from supportflow.policy import CompiledPolicy
from supportflow.policy.presets import preset
from supportflow.policy.verify.policy import verify
from supportflow.testing import CountingIds, ManualClock
from supportflow.triage.wording import label

POLICY = preset("exchange")
COMPILED = CompiledPolicy(POLICY)

TAXONOMY = {
    ("security", "account_takeover"): ["被黑", "盗号", "异常登录", "我的账户被盗", "未经授权登录", "My account was hacked"],
    ("security", "unauthorised_transaction"): ["异常交易", "币没了", "被转走", "I did not authorise this withdrawal"],
    ("security", "phishing"): ["钓鱼网站", "恶意链接", "可疑邮件", "假客服"],
    ("security", "scam"): ["被骗", "杀猪盘", "诈骗", "I was scammed"],
    ("security", "secret_given_away"): ["助记词泄露了", "I entered my seed phrase on a website"],
    ("security", "device_lost"): ["手机丢了", "My phone was stolen"],
    ("security", "protect_request"): ["帮我冻结账户"],
    ("security", "security_question"): ["怎么设置双重验证", "How do I set up 2FA?", "如何识别诈骗"],
    ("dispute", "frozen_assets"): ["资金冻结", "账户冻结", "提币冻结", "风控", "司法调查", "封号", "My funds are frozen"],
    ("dispute", "c2c_dispute"): ["已付款但卖家不放币", "未收到付款", "申诉", "仲裁", "争议", "The seller will not release"],
    ("dispute", "complaint_trade"): ["投诉卖家"],
    ("general", "complaint_service"): ["投诉客服", "Terrible support"],
    ("general", "suggestion"): ["建议增加功能"],
    ("general", "account_access"): ["忘记密码", "找回密码", "登不上", "I forgot my password"],
    ("general", "account_locked"): ["账户被锁定", "账户暂时锁定", "安全问题的答案忘了", "My account is locked"],
    ("general", "kyc_failed"): ["身份验证失败", "KYC认证失败", "人脸识别过不了", "My KYC was rejected"],
    ("general", "kyc"): ["How long does KYC take?", "什么是KYC认证"],
    ("general", "second_factor"): ["二次验证失效", "My authenticator code is invalid"],
    ("general", "registration"): ["注册", "How do I register?"],
    ("general", "restricted"): ["账户受限", "My account is restricted"],
    ("general", "trading"): ["下单失败", "手续费", "杠杆", "止盈止损", "爆仓", "强平", "滑点", "My order was not filled"],
    ("general", "deposit_missing"): ["充值还没到账", "转错链了", "My deposit is not credited", "I used the wrong network"],
    ("general", "deposit"): ["怎么充值", "How do I deposit USDT?"],
    ("general", "withdrawal_delayed"): ["提币延迟", "提币被拒", "无法提币", "My withdrawal has not arrived"],
    ("general", "withdrawal"): ["怎么提币", "网络拥堵", "How do I withdraw?"],
    ("general", "fiat_missing"): ["国际汇款没到账", "My bank transfer has not arrived"],
    ("general", "fiat"): ["法币", "国际汇款"],
    ("general", "technical"): ["闪退", "越狱手机能用吗", "The app crashes"],
    ("general", "platform"): ["网格交易怎么用", "API 接口", "质押", "NFT"],
    ("general", "compliance"): ["反洗钱", "税", "How are you regulated?"],
}  # fmt: skip
CASES = [(place, text) for place, texts in TAXONOMY.items() for text in texts]


@pytest.mark.parametrize(("place", "text"), CASES, ids=[text for _, text in CASES])
def test_every_group_of_cases_is_recognised(place, text):
    signals = COMPILED.classifier.classify(text)
    assert (signals.priority_class, signals.category) == place
    assert signals.informational is (place[1] == "security_question")


@pytest.fixture(scope="module")
def monday():
    """A desk on a Monday, 10 o'clock in Singapore, for tickets that have nothing to do with each other."""
    return Desk(POLICY, clock=ManualClock("2026-06-01T10:00:00+08:00"), ids=CountingIds())


# Questions about security are told by their words alone.
@pytest.mark.parametrize("place", [place for place in TAXONOMY if place[1] != "security_question"], ids=str)
def test_a_category_that_a_form_gives_names_its_class(monday, place):
    expected, category = place
    ticket = monday.open(subject="-", requester=f"form {category}", category=category).ticket
    assert ticket.priority_class == expected
    # Security is never kept waiting for papers; others wait if there is something to ask for.
    asked = bool(COMPILED.cases.specs(category))
    assert bool(ticket.case.asked) is asked
    assert (ticket.status == "pending") is (asked and expected != "security")


def test_a_form_can_be_sorted_anew_and_its_class_follows(monday):
    ticket = monday.open(subject="-", requester="sorted anew").ticket
    assert monday.update(ticket, category="frozen_assets", by="sam").ticket.priority_class == "dispute"


def test_nothing_in_it_can_never_work():
    assert verify(POLICY).findings == ()


def test_what_is_asked_for_has_words_in_both_languages():
    for category, rule in POLICY.intake.categories.items():
        for language, other in (("en", "zh"), ("zh", "en")):
            for spec in rule.evidence:
                assert label(spec, language) != label(spec, other), (category, spec.name)
            asked = tuple(spec.name for spec in rule.evidence)
            text = COMPILED.cases.request(
                category, asked, template=rule.template, language=language, ref="7", ticket_id="t"
            )
            assert COMPILED.cases.language(rule.template, language) == language
            assert text.count("\n- ") == len(asked)
    # Traditional characters where they are written.
    assert COMPILED.cases.language("security", "zh-TW") == "zh-Hant"


@pytest.mark.parametrize(
    "category",
    ["account_takeover", "frozen_assets", "c2c_dispute", "account_locked", "second_factor", "kyc_failed"],
)
def test_what_must_not_be_skipped_is_a_procedure(category):
    assert any(step.mandatory for step in POLICY.procedures[category].steps)


def test_authority_names_what_each_action_needs():
    levels, needs = COMPILED.cases.levels, COMPILED.cases.actions
    assert {"unlock", "reset_2fa", "release", "disclose_account"} <= set(needs)
    assert levels[needs["disclose_state"]] < levels[needs["disclose_account"]] < levels[needs["unlock"]]
    assert levels[needs["unlock"]] < levels[needs["reset_2fa"]] == levels[needs["release"]]


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PROMISES = [
    # channel, category, first response, resolution
    ("chat", "trading", HOUR, 2 * HOUR),
    ("social_message", "trading", HOUR, 2 * HOUR),
    ("phone", "trading", MINUTE, 2 * HOUR),
    ("email", "trading", 24 * HOUR, 48 * HOUR),
    ("web", "trading", 4 * HOUR, 24 * HOUR),
    ("x", "complaint_service", 30 * MINUTE, 24 * HOUR),
    ("security", "account_takeover", 2 * MINUTE, 24 * HOUR),
    ("phone", "account_takeover", MINUTE, 24 * HOUR),
    ("email", "account_takeover", 15 * MINUTE, 24 * HOUR),
    ("email", "frozen_assets", HOUR, None),
    ("chat", "c2c_dispute", HOUR, None),
]


@pytest.mark.parametrize(("channel", "category", "answered", "resolved"), PROMISES)
def test_every_channel_has_its_promise(monday, channel, category, answered, resolved):
    ticket = monday.open(
        subject="-", requester=f"{channel} {category}", channel=channel, category=category
    ).ticket
    if ticket.status == "pending":
        monday.resume(ticket, by="sam")
    due = {reading.target: reading.due_at for reading in monday.clocks(ticket)}
    assert due["first_response"] - ticket.opened_at == answered
    if resolved is not None:
        assert due["resolution"] - ticket.opened_at == resolved
    else:  # three working days, counted in these
        assert due["resolution"].isoformat().startswith("2026-06-04T02:00")


def test_the_frozen_hear_again_each_working_day_whoever_is_waited_for():
    clock = ManualClock("2026-06-05T10:00:00+08:00")  # a Friday
    desk = Desk(POLICY, clock=clock, ids=CountingIds())
    ticket = desk.open(subject="-", requester="ana", channel="chat", category="frozen_assets").ticket
    desk.reply(ticket, body="The court asked for it. You hear from us each working day.", by="kim")
    desk.wait_for_requester(ticket, by="kim")
    clock.advance(days=2)
    assert "sla_breached" not in [event.kind for event in desk.run_due()]
    clock.advance(days=1, hours=1)
    breached = [event.target for event in desk.run_due() if event.kind == "sla_breached"]
    assert breached == ["update"]


def test_in_the_app_comes_before_every_other_channel_and_an_emergency_before_both():
    desk = Desk(POLICY, clock=ManualClock("2026-06-01T03:00:00+08:00"), ids=CountingIds())
    order = ["emergency", "security", "phone", "chat", "email"]
    for name in reversed(order):
        desk.open(
            ref=name,
            subject="My account was hacked",
            requester=name,
            channel="email" if name == "emergency" else name,
            attributes={"emergency": True} if name == "emergency" else {},
        )
    assert [ticket.ref for ticket in desk.find(open=True)] == order
