"""Days of an exchange's desk under its preset, in English and Chinese: a locked account by e-mail (S3), a dispute (S5)."""

from datetime import timedelta

import pytest

from desk.office import START, clock_of, desk
from supportflow import Actor, Attachment, MemoryChannel, Party, fold
from supportflow.exceptions import NotVerified, StepsMissing
from supportflow.policy.presets import preset

POLICY = preset("exchange")


def kinds(one, ticket) -> list[str]:
    return [event.kind for event in one.history(ticket) if event.kind not in {"clocks_moved", "sla_judged"}]


def verdicts(ticket) -> dict[str, bool]:
    return {clock.target: clock.verdict.met for clock in ticket.clocks if clock.verdict is not None}


LOCKED = {
    "en": (
        "Account locked",
        "I typed a wrong password too often and forgot the answer to my security question. User id 8812345678.",
    ),
    "zh": ("账户被锁定", "密码输错太多次，安全问题的答案也忘了。用户 ID 8812345678"),
}


@pytest.mark.parametrize("language", LOCKED)
def test_s3_a_locked_account_by_email(language):
    mail = MemoryChannel()
    one = desk(POLICY, channels={"email": mail})
    subject, body = LOCKED[language]
    document = Attachment(name="passport.jpg", media_type="image/jpeg", size=90_000)
    ticket = one.open(
        subject=subject, body=body, requester="ana", channel="email", attachments=[document]
    ).ticket
    assert (ticket.priority_class, ticket.category, ticket.sla) == ("general", "account_locked", "mail")
    # All the evidence came with the mail: nobody is asked, nobody waits.
    assert kinds(one, ticket) == [
        "ticket_opened",
        "ladder_started",
        "evidence_provided",
        "evidence_provided",
        "requester_informed",
        "ticket_routed",
    ]
    assert ticket.status == "new"

    clock_of(one).advance(hours=20)
    with pytest.raises(NotVerified) as unknown:
        one.authorise(ticket, action="unlock", by="sam")
    assert (unknown.value.needs, unknown.value.level) == ("document", None)
    one.verify(ticket, level="document", valid_for=timedelta(hours=12), method="id_document", by="kim")
    assert one.authorise(ticket, action="unlock", by="sam").events[0].level == "document"
    # An identity document is enough to unlock, and not to reset the second factor.
    with pytest.raises(NotVerified):
        one.authorise(ticket, action="reset_2fa", by="sam")
    one.reply(ticket, body="Your account is unlocked. Never tell anybody your password.", by="sam")
    with pytest.raises(StepsMissing) as early:
        one.resolve(ticket, by="sam")
    assert early.value.steps == ("verify_identity", "check_logins", "unlock")
    for step in early.value.steps:
        one.complete_step(ticket, step=step, by="sam")
    done = one.resolve(ticket, by="sam").ticket
    assert verdicts(done) == {"first_response": True, "resolution": True}
    one.run_due()
    # It is confirmed, answered, and then asked whether that was a good answer.
    assert [sent.subject for sent in mail.sent] == [subject, subject, subject]
    assert fold(one.history(ticket)) == done


def test_s3_without_the_document_it_is_asked_for_in_the_customers_language():
    mail = MemoryChannel()
    one = desk(POLICY, channels={"email": mail})
    ticket = one.open(
        subject="账户被锁定", body="用户 ID 8812345678", requester="ana", channel="email"
    ).ticket
    assert ticket.status == "pending"
    one.run_due()
    [request] = mail.sent
    assert "身份证件照片" in request.body
    assert "用户 ID" not in request.body
    clock_of(one).advance(hours=30)
    passport = Attachment(name="p.pdf", media_type="application/pdf")
    back = one.receive(ticket, body="证件在附件里", by="ana", attachments=[passport]).ticket
    assert back.status == "open"
    [resolution] = [reading for reading in one.clocks(ticket) if reading.target == "resolution"]
    assert resolution.elapsed == timedelta(0)


DISPUTED = {
    "en": (
        "Seller does not release",
        "I paid but the seller does not release my USDT. Order 202603020001234567",
        "a proof of payment",
        "the order number",
        "I appeal",
    ),
    "zh": (
        "卖家不放币",
        "已付款但卖家不放币 订单号 202603020001234567",
        "付款凭证",
        "订单号",
        "我要申诉",
    ),
}


@pytest.mark.parametrize("language", DISPUTED)
def test_s5_a_dispute_between_two_customers(language):
    subject, body, proof_name, number_name, appeal = DISPUTED[language]
    web, chat = MemoryChannel(), MemoryChannel()
    one = desk(POLICY, channels={"web": web, "chat": chat})
    ticket = one.open(subject=subject, body=body, requester="buyer-1").ticket
    assert (ticket.category, ticket.priority_class, ticket.language) == ("c2c_dispute", "dispute", language)
    assert ticket.status == "pending"
    one.run_due()
    [request] = web.sent
    assert proof_name in request.body
    assert number_name not in request.body

    # The request is nobody's answer; somebody says hello within the hour.
    clock_of(one).advance(minutes=30)
    assert one.get(ticket).first_replied_at is None
    one.reply(ticket, body="We have your case.", by="sam")
    # The hours of waiting for the buyer are not the desk's.
    clock_of(one).advance(hours=20)
    proof = Attachment(name="转账.png", media_type="image/png")
    ready = one.receive(
        ticket,
        body="截图在附件里",
        by="buyer-1",
        attachments=[proof],
        evidence={"paid_at": "2026-03-02T16:40:00+08:00"},
    ).ticket
    assert ready.status == "open"
    resolution = next(reading for reading in one.clocks(ticket) if reading.target == "resolution")
    assert resolution.elapsed == timedelta(0)

    seller = Party("counterparty", "seller-9", channel="chat")
    due_at = START + timedelta(days=3)
    one.complete_step(ticket, step="hear_buyer", by="sam")
    one.add_party(ticket, party=seller, by="sam", due_at=due_at, expects=["bank_record"])
    one.reply(ticket, body="Please send the record of your bank by tomorrow.", to=seller, by="sam")
    one.reply(ticket, body="我们已联系卖家", by="sam")
    with pytest.raises(StepsMissing) as refused:
        one.resolve(ticket, by="sam")
    assert refused.value.steps == ("hear_seller", "decide")

    clock_of(one).advance(hours=2)
    record = Attachment(name="bank.pdf", media_type="application/pdf")
    one.receive(ticket, body="Nothing came in", by="seller-9", channel="chat")
    one.provide(ticket, evidence={"bank_record": record}, by=Actor(kind="party", id="seller-9"))
    one.run_due()
    assert [sent.requester for sent in chat.sent] == ["seller-9"]
    assert [message.body for message in one.messages(ticket, seen_by=seller)] == [
        "Please send the record of your bank by tomorrow.",
        "Nothing came in",
    ]
    for step in ("hear_seller", "decide"):
        one.complete_step(ticket, step=step, by="sam")
    done = one.resolve(ticket, by="sam").ticket
    assert verdicts(done)["first_response"]
    assert verdicts(done)["resolution"]
    # In time, so no deadline ever passes.
    clock_of(one).advance(days=3)
    one.run_due()
    assert "party_deadline_passed" not in kinds(one, ticket)

    appealed = one.receive(ticket, body=appeal, by="buyer-1").ticket
    assert (appealed.status, appealed.reopens) == ("open", 1)
    assert kinds(one, ticket).count("evidence_requested") == 1
    assert fold(one.history(ticket)) == appealed
