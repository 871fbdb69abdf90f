"""Days of an exchange's desk: a locked account by e-mail (S3) and a dispute between two customers (S5)."""

from datetime import timedelta

import pytest

from desk.office import START, clock_of, desk
from supportflow import (
    Actor,
    Attachment,
    Authority,
    EvidenceSpec,
    Intake,
    IntakeRule,
    MemoryChannel,
    Party,
    Policy,
    Procedure,
    SlaPolicy,
    Step,
    Target,
    fold,
)
from supportflow.exceptions import NotVerified, StepsMissing

POLICY = Policy(
    lexicons=["common", "exchange"],
    intake=Intake(
        categories={
            "locked": IntakeRule(
                evidence=[
                    EvidenceSpec(name="user_id", kind="digits", min_length=6, max_length=12, in_text=True),
                    EvidenceSpec(
                        name="identity_document",
                        kind="attachment",
                        media_types=["image/*", "application/pdf"],
                    ),
                ]
            ),
            "c2c_dispute": IntakeRule(
                evidence=[
                    EvidenceSpec(
                        name="order_number", kind="digits", min_length=15, max_length=20, in_text=True
                    ),
                    EvidenceSpec(name="paid_at", kind="datetime"),
                    EvidenceSpec(name="proof_of_payment", kind="attachment", media_types=["image/*"]),
                ]
            ),
        }
    ),
    procedures={
        "c2c_dispute": Procedure(
            steps=[Step(name="hear_buyer"), Step(name="hear_seller"), Step(name="decide")]
        )
    },
    authority=Authority(levels=["basic", "document"], actions={"unlock": "document"}),
    sla=[
        SlaPolicy(
            name="promise",
            targets=[Target.first_response(hours=24, warn_at=[0.75]), Target.resolution(hours=48)],
        )
    ],
)


def kinds(one, ticket) -> list[str]:
    return [event.kind for event in one.history(ticket) if event.kind not in {"clocks_moved", "sla_judged"}]


def test_s3_a_locked_account_by_email():
    mail = MemoryChannel()
    one = desk(POLICY, channels={"email": mail})
    document = Attachment(name="passport.jpg", media_type="image/jpeg", size=90_000)
    ticket = one.open(
        subject="Account locked",
        body="I typed a wrong password too often and forgot the answer to my question. My user id is 88123456.",
        requester="ana",
        channel="email",
        category="locked",
        attachments=[document],
    ).ticket
    # All the evidence came with the mail: nobody is asked, nobody waits.
    assert kinds(one, ticket) == ["ticket_opened", "evidence_provided", "evidence_provided"]
    assert ticket.status == "new"

    clock_of(one).advance(hours=20)
    with pytest.raises(NotVerified):
        one.authorise(ticket, action="unlock", by="sam")
    one.verify(ticket, level="document", valid_for=timedelta(hours=12), method="id_document", by="kim")
    assert one.authorise(ticket, action="unlock", by="sam").events[0].level == "document"
    one.reply(ticket, body="Your account is unlocked. Never tell anybody your password.", by="sam")
    done = one.resolve(ticket, by="sam").ticket
    assert [clock.verdict.met for clock in done.clocks] == [True, True]
    one.run_due()
    assert [sent.subject for sent in mail.sent] == ["Account locked"]
    assert fold(one.history(ticket)) == done


def test_s5_a_dispute_between_two_customers():
    web, chat = MemoryChannel(), MemoryChannel()
    one = desk(POLICY, channels={"web": web, "chat": chat})
    ticket = one.open(
        subject="卖家不放币", body="已付款但卖家不放币 订单号 202603020001234567", requester="buyer-1"
    ).ticket
    assert (ticket.category, ticket.priority_class, ticket.language) == ("c2c_dispute", "dispute", "zh")
    assert ticket.status == "pending"
    one.run_due()
    [request] = web.sent
    assert "付款凭证" in request.body
    assert "订单号" not in request.body

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
    assert [clock.verdict.met for clock in done.clocks] == [True, True]
    # In time, so no deadline ever passes.
    clock_of(one).advance(days=3)
    one.run_due()
    assert "party_deadline_passed" not in kinds(one, ticket)

    appealed = one.receive(ticket, body="我要申诉", by="buyer-1").ticket
    assert (appealed.status, appealed.reopens) == ("open", 1)
    assert kinds(one, ticket).count("evidence_requested") == 1
    assert fold(one.history(ticket)) == appealed
