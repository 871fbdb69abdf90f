"""Official addresses answer "was this you?"; who poses as support is flagged and answers nothing (scenario S9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.office import START, clock_of, desk
from supportflow import Actor, Official, Party, Policy, SlaPolicy, Target
from supportflow.triage.official import OfficialIndex
from supportflow.triage.posing import suspicious_signs

OFFICIAL = Official(
    domains=["example.com"],
    links=["https://t.me/example_official"],
    emails=["help@example.com", "*@mail.example.com"],
    phones=["+49 30 1234567", "95017"],
)
INDEX = OfficialIndex(OFFICIAL)

OURS = [
    "https://example.com", "https://www.example.com/a?b#c", "http://example.com:8443/x", "HTTPS://EXAMPLE.COM",
    "example.com", "www.example.com.", "help@example.com", "Help@Example.com", "anyone@mail.example.com", "+49 30 1234567",
    "0049 (30) 123-4567", "95017", "https://t.me/example_official", "https://t.me/example_official/12",
    "t.me/example_official",
    "hxxps://example[.]com", "请访问https://example.com查看", "example.com/help", "https://example.com.",
]  # fmt: skip
NOT_OURS = [
    "https://example.com.evil.io/x", "https://example.com@evil.io", "https://evil.io/https://example.com", "exаmple.com",
    "https://exаmple.com", "xn--exmple-4nf.com", "example.co", "myexample.com", "https://example-com.io", "x@example.com",
    "help@example.com.evil.io", "help@examp1e.com", "a@evil.mail.example.com", "+49 30 1234568",
    "https://t.me/example_official2",
    "https://t.me/other", "https://t.me/example_official/../other", "https://t.me/example_official/%2E%2e/other",
    "https://example.com\\@evil.io/", "https://evil.io/example.com", "ftp://example.com",
    "https://evil.io/example_official/12", "https://evil。io",
]  # fmt: skip


@pytest.mark.parametrize("text", OURS)
def test_ours(text):
    check = INDEX.check(f"Was this you: {text} ?")
    assert check
    assert (len(check.official), check.unknown) == (1, ())


@pytest.mark.parametrize("text", NOT_OURS)
def test_not_ours(text):
    check = INDEX.check(f"Was this you: {text} ?")
    assert not check
    assert (check.official, len(check.unknown)) == ((), 1)


def test_no_address_is_no_yes_and_a_mixture_is_none_either():
    assert not INDEX.check("It is version 3.50 of 2.1, at 12:30, for 100 USD")
    assert INDEX.check("version 3.50").unknown == ()
    mixed = INDEX.check("From help@example.com: open https://evil.io now, or call 95017")
    assert not mixed
    assert mixed.official == ("help@example.com", "95017")
    assert mixed.unknown == ("https://evil.io",)
    assert desk(Policy(official=OFFICIAL)).is_official("help@example.com")
    assert not desk().is_official("help@example.com")


@given(st.text(max_size=80))
def test_any_text_can_be_asked_about(text):
    check = INDEX.check(text)
    assert bool(check) == (bool(check.official) and not check.unknown)
    assert OfficialIndex(Official()).check(text).official == ()


@given(st.from_regex(r"[a-z0-9-]{1,12}(\.[a-z]{2,6}){1,3}", fullmatch=True))
def test_only_declared_domains_and_what_stands_below_them_are_ours(host):
    link = f"https://{host}/x"
    assert bool(INDEX.check(link)) == (host == "example.com" or host.endswith(".example.com"))


POSES = {
    "Hello, this is Example Support. Please open https://examp1e-help.com/verify": (
        "impostor",
        "phishing_link",
    ),
    "I am Tom from the support team": ("impostor",),
    "Kind regards\nExample Support Team": ("impostor",),
    "Please send me your seed phrase": ("impostor",),
    "我是官方客服，请点击链接 https://evil.cn/x": ("impostor", "phishing_link"),
    "Verify your account at https://evil.example.net/x": ("phishing_link",),
    "验证账户 https://evil.cn": ("phishing_link",),
    "您好，这里是平台客服": ("impostor",),
    "Thanks, got the money": (),
    "see https://help.example.com/a for support": (),
    "I am not happy with support": (),
    "I'm the seller. He never paid. See https://imgur.com/x": (),
    "我已经付款了": (),
    "": (),
}


@pytest.mark.parametrize(("text", "signs"), POSES.items())
def test_signs(text, signs):
    assert suspicious_signs(text, INDEX) == signs


STRANGERS = [
    Actor(kind="requester", id="eve"),
    Actor(kind="party", id="seller-9"),
    Actor(kind="host", id="mail-gateway"),
]


@pytest.mark.parametrize("by", STRANGERS)
def test_an_impostor_answers_nobody_and_stops_no_clock(by):
    policy = Policy(
        official=OFFICIAL, sla=[SlaPolicy(name="gold", targets=[Target.first_response(minutes=30)])]
    )
    one = desk(policy)
    ticket = one.open(subject="Withdrawal is late", requester="ana").ticket
    clock_of(one).advance(minutes=5)
    fake = "This is Example Support. Your funds are safe, confirm at https://examp1e.com/confirm"
    after = one.receive(ticket, body=fake, by=by).ticket

    [message] = [event for event in one.history(ticket) if event.kind == "message_received"]
    assert message.origin in {"stranger", "party"}
    assert set(message.flags) >= {"impostor", "phishing_link"}
    assert one.messages(ticket)[-1].flags == message.flags
    assert (after.status, after.first_replied_at, after.replies) == ("new", None, 0)
    assert after.waiting_since == START
    assert after.clock("first_response").active

    # The clock of the first response runs on and is missed: nobody has answered.
    clock_of(one).advance(hours=1)
    assert [event.kind for event in one.run_due()] == ["sla_breached"]


def test_the_requester_is_not_flagged_for_telling_of_an_impostor():
    one = desk(Policy(official=OFFICIAL))
    ticket = one.open(subject="x", requester="ana").ticket
    one.receive(ticket, body="This is what I got:\nExample Support Team", by="ana")
    assert "impostor" not in one.history(ticket)[-1].flags


def test_a_known_party_is_read_the_same_way():
    one = desk(Policy(official=OFFICIAL))
    ticket = one.open(subject="x", requester="ana").ticket
    one.add_party(ticket, party=Party("counterparty", "seller-9"), by="sam")
    one.receive(ticket, body="This is the security team, open https://evil.io", by="seller-9")
    event = one.history(ticket)[-1]
    assert (event.origin, set(event.flags) >= {"impostor", "phishing_link"}) == ("party", True)
