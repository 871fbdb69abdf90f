"""A reply that asks for a secret is refused; a warning, or a promise to send a code, is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.office import contents, desk, store_of
from supportflow import Actor, Policy
from supportflow.exceptions import Refused
from supportflow.triage import phrasebook
from supportflow.triage.asking import asked_secret

ASKS = {
    "Please send us your password.": "password",
    "Could you share your seed phrase so we can restore the wallet?": "seed phrase",
    "What is your PIN?": "PIN",
    "what’s the verification code you received?": "one-time code",
    "I need your password to log in for you.": "password",
    "We'll need the 6-digit code.": "one-time code",
    "Please reply with the code you received.": "one-time code",
    "Kindly provide your full name, account id and password.": "password",
    "To proceed, please tell me your one-time code.": "one-time code",
    "May I have your recovery phrase please?": "seed phrase",
    "We never ask for it by phone, please send your password here instead.": "password",
    "If you have not received it by mail, send us the verification code from your phone.": "one-time code",
    "please send:\n- your e-mail\n- your password": "password",
    "Can you forward the SMS code?": "one-time code",
    "Please confirm your password": "password",
    "Reply with your 2FA code": "one-time code",
    "You must give us the private key.": "private key",
    "Our policy: never share your PIN. But please send me the CVV.": "card code",
    "Ｐｌｅａｓｅ ｓｅｎｄ ｙｏｕｒ ｐａｓｓｗｏｒｄ": "password",
    "请提供您的密码": "password",
    "请把验证码发给我": "one-time code",
    "麻烦您提供一下登录密码": "password",
    "请您告诉我们助记词": "seed phrase",
    "您的验证码是多少？": "one-time code",
    "为了核实身份，请发送短信验证码": "one-time code",
    "我们需要您提供私钥": "private key",
    "请提供以下资料：用户名、密码": "password",
    "我们不会打电话索要，请您提供验证码": "one-time code",
    "將驗證碼告訴我": "one-time code",
    "請提供您的助記詞": "seed phrase",
}

FINE = [
    "Never send us your password.",
    "Please do not share your seed phrase with anyone.",
    "We will never ask for your password or verification code.",
    "We will send you a verification code.",
    "We have sent a verification code to your phone.",
    "I will send a code to your phone, please enter it on the login page.",
    "Don't give anyone your private key.",
    "Don’t give anyone your private key.",
    "Do not, under any circumstances, send us your password.",
    "Never, ever share your password, seed phrase or one-time codes.",
    "If someone asks you to share your verification code, hang up.",
    "Anyone who asks for your password is a fraud.",
    "Please send us a screenshot of the password reset page.",
    "Tell us whether the password was rejected.",
    "Please tell us when you changed your password.",
    "Please send us your order number, never your password.",
    "You can reset your password on the login page.",
    "Enter your new password and confirm it.",
    "You need your password to log in.",
    "We need you to reset your password.",
    "To send you a code we need your phone number.",
    "Please send your ID but don't send your password.",
    "Please provide your e-mail so that we can reset your password.",
    "Our staff will not ask you for your PIN.",
    "Let us know if the verification code does not arrive.",
    "We do not need your password.",
    "Nobody from our team may ask you to provide your password.",
    "The system sends a verification code",
    "Please send the date when the password stopped working",
    "We can't tell you your password.",
    "Please send your order number.\nYour password was not changed.",
    "Please send the pinned message",
    "Hello, your withdrawal is confirmed.",
    "",
    "请勿提供验证码",
    "请不要把密码告诉任何人",
    "我们不会向您索要密码或验证码",
    "我们会发送验证码到您的手机",
    "系统会给您发送验证码，请注意查收",
    "切勿将助记词提供给任何人，包括客服",
    "您可以在登录页面重置密码",
    "请提供接收验证码的手机号",
    "请提供密码重置页面的截图",
    "任何人向您索要验证码都是诈骗",
    "请在一条消息中一次性发送。请勿向我们发送密码、助记词、私钥或验证码。",
    "无需提供密码",
    "请告诉我们您是否收到验证码",
    "如有人让您提供验证码，请挂断电话",
    "忘记密码是什么原因导致的",
    "請勿提供您的助記詞",
    "请提供订单号，您的密码未被修改",
    "你好，您的提币已到账",
]


@pytest.mark.parametrize(("text", "kind"), ASKS.items())
def test_a_text_that_asks(text, kind):
    assert asked_secret(text) == kind


@pytest.mark.parametrize("text", FINE)
def test_a_text_that_does_not(text):
    assert asked_secret(text) is None


@given(
    st.lists(st.sampled_from(FINE), max_size=4),
    st.sampled_from(list(ASKS)),
    st.lists(st.sampled_from(FINE), max_size=4),
)
def test_an_asking_sentence_is_found_among_others(before, asks, after):
    assert asked_secret("\n\n".join(sentence + "." for sentence in (*before, asks, *after))) == ASKS[asks]


@given(st.lists(st.sampled_from(FINE), max_size=6))
def test_sentences_that_do_not_ask_do_not_ask_together(sentences):
    assert asked_secret("\n\n".join(sentence + "." for sentence in sentences)) is None


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    assert asked_secret(text) in {None, *ASKS.values()}


SECRETS_EN = [(phrase, kind) for kind, phrases in phrasebook.SECRETS_EN.items() for phrase in phrases]
SECRETS_ZH = [(phrase, kind) for kind, phrases in phrasebook.SECRETS_ZH.items() for phrase in phrases]


@pytest.mark.parametrize(("phrase", "kind"), SECRETS_EN)
def test_every_declared_secret_is_read(phrase, kind):
    assert asked_secret(f"Please send us your {phrase}") == kind
    assert asked_secret(f"Please send us your {phrase.replace(' ', '-').upper()}.") == kind
    assert asked_secret(f"Never send us your {phrase}") is None


@pytest.mark.parametrize(("phrase", "kind"), SECRETS_ZH)
def test_every_declared_secret_is_read_in_chinese(phrase, kind):
    assert asked_secret(f"请提供您的{phrase}") == kind
    assert asked_secret(f"请勿提供您的{phrase}") is None


def steps_of(text: str) -> int:
    """How many lines of Python run to read a text: what its cost is made of, without a clock."""
    import sys

    count = 0

    def trace(frame, event, _arg):
        nonlocal count
        if "asking.py" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        asked_secret(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "send ",
        "not send your ",
        "please send your , ",
        "请提供",
        "不要提供验证码，",
        "把验证码",
        "，请",
        "but ",
    ],
)
def test_the_work_grows_with_the_text_and_no_faster(piece):
    end = " password 密码"  # a text without any of the words is not read at all
    short, long = steps_of(piece * 100 + end), steps_of(piece * 800 + end)
    assert short > 20
    assert long <= 8.5 * short + 200


# --- the desk --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [Actor(kind="agent", id="sam"), Actor(kind="bot", id="bot-1")])
def test_a_reply_that_asks_is_refused_and_nothing_is_kept(by):
    one = desk()
    ticket = one.open(subject="I cannot log in", requester="ana").ticket
    before = contents(store_of(one))
    with pytest.raises(Refused) as refused:
        one.reply(ticket, body="Please send me your password.", by=by)
    assert refused.value.command == "reply"
    assert "asks for a secret (password)" in refused.value.reason
    assert contents(store_of(one)) == before
    assert one.reply(ticket, body="Never send us your password.", by=by).ticket.replies == 1


def test_only_what_leaves_is_read():
    one = desk()
    ticket = one.open(subject="x", requester="ana", body="please send me my password").ticket
    one.note(ticket, body="He asked: please send us your password", by="sam")
    one.receive(ticket, body="please send me the verification code", by="ana")
    assert one.get(ticket).notes == 1


def test_a_policy_can_allow_it():
    one = desk(Policy(unsafe_replies="allow"))
    ticket = one.open(subject="x", requester="ana").ticket
    assert one.reply(ticket, body="Please send me your password.", by="sam").ticket.replies == 1
