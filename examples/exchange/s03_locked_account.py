"""A locked account, by mail: all the evidence came with it, the customer is verified, and the agent may unlock.

Receipt is confirmed with the time by which they hear; in the end they are asked once what they think.

Run it: python examples/exchange/s03_locked_account.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from datetime import timedelta

from supportflow import Agent, Attachment, Desk, MemoryChannel
from supportflow.events import ActionAuthorised
from supportflow.exceptions import NotVerified
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

MAILS = {
    "en": (
        "Account locked",
        "I typed a wrong password too often and forgot my security answer. User id 8812345678.",
        "Your account is unlocked. Never tell anybody your password.",
    ),
    "zh": (
        "账户被锁定",
        "密码输错太多次，安全问题的答案也忘了。用户 ID 8812345678",
        "您的账户已解锁。请勿向任何人透露密码。",
    ),
}


def main() -> None:
    clock = ManualClock("2026-06-01T22:00:00+08:00")
    mail = MemoryChannel()
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds(), channels={"email": mail})
    for language, (subject, body, answer) in MAILS.items():
        passport = Attachment(name="passport.jpg", media_type="image/jpeg", size=90_000)
        ticket = desk.open(
            subject=subject,
            body=body,
            requester=f"u3-{language}",
            channel="email",
            language=language,
            ref=f"3-{language}",
            tz="Asia/Singapore",
            attachments=[passport],
        ).ticket
        print(language, ticket.priority_class, ticket.category, ticket.status, ticket.sla)
        print("  evidence:", ", ".join(ticket.case.provided), "| asked for:", ticket.case.asked or "nothing")

        desk.run_due()
        print("  confirmed:", mail.sent[-1].body)

        clock.advance(hours=20)
        sam = Agent("sam")
        try:
            desk.authorise(ticket, action="unlock", by=sam)
        except NotVerified as refused:
            print(f"  unlock needs {refused.needs!r}, has {refused.level!r}")
        desk.verify(ticket, level="document", valid_for=timedelta(hours=12), method="id_document", by="kim")
        desk.complete_step(ticket, step="verify_identity", by="kim")
        desk.complete_step(ticket, step="check_logins", by=sam)
        for event in desk.authorise(ticket, action="unlock", by=sam).events:
            assert isinstance(event, ActionAuthorised)
            print(f"  unlock authorised at level {event.level!r}")
        desk.complete_step(ticket, step="unlock", by=sam)
        desk.reply(ticket, body=answer, by=sam)
        done = desk.resolve(ticket, by=sam).ticket
        print("  " + ", ".join(f"{clock.target} {clock.state}" for clock in done.clocks))
        desk.run_due()
        print("  asked:", mail.sent[-1].body.splitlines()[0])
        rated = desk.receive(ticket, body="5", by=f"u3-{language}", channel="email").ticket
        print("  stars:", rated.rating.stars, "for", rated.rating.agent)


if __name__ == "__main__":
    main()
