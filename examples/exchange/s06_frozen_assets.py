"""Assets frozen on a court's request: compliance alone, four eyes, and a word to the customer every working day.

Run it: python examples/exchange/s06_frozen_assets.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from datetime import timedelta
from zoneinfo import ZoneInfo

from supportflow import Agent, Attachment, Desk, MemoryChannel
from supportflow.events import SlaBreached, SlaWarned
from supportflow.exceptions import Refused
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

SINGAPORE = ZoneInfo("Asia/Singapore")
CASES = {
    "en": (
        "My funds are frozen because of a judicial investigation. User id 8812345678",
        "A court has asked for it. It is reviewed within three working days, and you hear from us on each.",
        "We are still waiting for the court's answer.",
        "The court has withdrawn its request. Your funds are yours again.",
    ),
    "zh": (
        "我的资金被司法冻结了，是不是误判？用户 ID 8812345678",
        "该冻结应司法机关要求执行，将在三个工作日内复核，期间每个工作日向您通报进展。",
        "我们仍在等待司法机关的答复。",
        "司法机关已撤回请求，您的资金已解冻。",
    ),
}


def main() -> None:
    clock = ManualClock("2026-06-05T15:00:00+08:00")  # a Friday
    heard: list[SlaWarned | SlaBreached] = []
    mail = MemoryChannel()
    desk = Desk(
        preset("exchange"),
        clock=clock,
        ids=CountingIds(),
        channels={"email": mail},
        on={SlaWarned: heard.append, SlaBreached: heard.append},
    )
    desk.enrol(Agent("sam", groups=["disputes"], skills={"disputes": 5}))
    for name in ("lin", "wei"):
        desk.enrol(
            Agent(
                name,
                tiers=["compliance"],
                groups=["compliance"],
                languages=["en", "zh"],
                skills={"compliance": 4},
            )
        )
        desk.set_presence(name, "available")
    for language, (body, reason, waiting, decided) in CASES.items():
        clock.set("2026-06-05T15:00:00+08:00")
        heard.clear()
        passport = Attachment(name="passport.jpg", media_type="image/jpeg")
        ticket = desk.open(
            subject=body,
            requester=f"u6-{language}",
            channel="email",
            language=language,
            attachments=[passport],
        ).ticket
        if ticket.status == "pending":
            ticket = desk.provide(
                ticket, evidence={"observed": "withdrawals are off"}, by=ticket.requester
            ).ticket
        print(language, ticket.priority_class, ticket.category, ticket.tier, ticket.status)
        try:
            desk.assign(ticket, agent="sam", by="sam")
        except Refused as refused:
            print("  no expert has it:", refused.reason)
        desk.dispatch()
        offer = desk.get(ticket).routing.offer
        assert offer is not None
        first = offer.agent
        second = "wei" if first == "lin" else "lin"
        desk.accept(ticket, by=first)
        desk.reply(ticket, body=reason, by=first)
        desk.run_due()
        print("  promised with the reason:", mail.sent[-1].body.splitlines()[-1])
        for step in ("verify_identity", "tell_reason"):
            desk.complete_step(ticket, step=step, by=first)

        for day in ("2026-06-08", "2026-06-09"):  # Monday and Tuesday; the weekend owes no word
            clock.set(f"{day}T14:30:00+08:00")
            desk.run_due()
            desk.reply(ticket, body=waiting, by=first)
        reminded = [
            f"{event.due_at.astimezone(SINGAPORE):%a %H:%M}"
            for event in heard
            if isinstance(event, SlaWarned) and event.target == "update"
        ]
        print("  a word every working day, reminded when it was due", ", ".join(reminded))
        clock.set("2026-06-10T13:45:00+08:00")  # Wednesday, and nothing was said since Tuesday
        desk.run_due()
        print("  missed:", [event.target for event in heard if isinstance(event, SlaBreached)] or "nothing")

        desk.complete_step(ticket, step="review_freeze", by=first)
        desk.complete_step(ticket, step="second_review", by=second)
        desk.complete_step(ticket, step="decide", by=first)
        desk.verify(ticket, level="liveness", valid_for=timedelta(hours=1), method="video", by=first)
        released = desk.request_action(ticket, action="release_assets", by=second).ticket.actions[-1]
        print("  release:", released.state)
        desk.reply(ticket, body=decided, by=first)
        for who in ("sam", first):
            try:
                desk.resolve(ticket, by=who)
            except Refused as refused:
                print(f"  not by {'an expert' if who == 'sam' else 'whoever has it'}: {refused.reason}")
        done = desk.resolve(ticket, by=second).ticket
        print(
            "  resolved by the second person:",
            ", ".join(
                f"{clock.target} {'met' if clock.verdict.met else 'missed'}"
                for clock in done.clocks
                if clock.verdict and clock.target != "update"
            ),
        )


if __name__ == "__main__":
    main()
