"""A break-in at night: frozen in the command that reports it, with whoever is awake, released by a second person.

Run it: python examples/exchange/s01_night_break_in.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from datetime import timedelta

from supportflow import Agent, Desk, MemoryActions, MemoryChannel
from supportflow.events import ActionRequested
from supportflow.exceptions import NotVerified, Refused
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

REPORTS = {
    "en": (
        "Abnormal login",
        "Somebody else logged in to my account just now, it was not me!",
        "Your account is frozen, nobody can withdraw. We stay with you until it is yours again.",
    ),
    "zh": (
        "账户异常登录",
        "刚刚有人登录了我的账户，不是我本人操作！",
        "您的账户已冻结，任何人都无法提币。我们会一直陪您处理到底。",
    ),
}
TEAM = [
    Agent(
        "mei-singapore",
        shifts=["asia"],
        languages=["zh", "en"],
        groups=["security"],
        skills={"account_security": 4},
    ),
    Agent(
        "ana-lisbon",
        shifts=["europe"],
        languages=["en", "pt"],
        groups=["security"],
        skills={"account_security": 4},
    ),
    Agent(
        "joe-seattle",
        shifts=["americas"],
        languages=["en", "es"],
        groups=["security"],
        skills={"account_security": 3},
    ),
    Agent(
        "li-seattle",
        shifts=["americas"],
        languages=["zh"],
        groups=["security"],
        skills={"account_security": 3},
    ),
    Agent(
        "kim-risk",
        tiers=["compliance"],
        groups=["compliance"],
        languages=["en", "zh"],
        skills={"compliance": 4},
    ),
]


def main() -> None:
    clock = ManualClock("2026-06-02T03:10:00+08:00")
    host, app = MemoryActions(), MemoryChannel()
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds(), actions=host, channels={"security": app})
    for agent in TEAM:
        desk.enrol(agent)
        desk.set_presence(agent, "available")
    for language, (subject, body, answer) in REPORTS.items():
        desk.open(subject="How do I change my avatar?", requester=f"bo-{language}", channel="email")
        desk.open(subject="卖家不放币", requester=f"cy-{language}", channel="phone")
        ticket = desk.open(
            subject=subject, body=body, requester=f"u1-{language}", channel="security", language=language
        ).ticket
        print(language, ticket.priority_class, ticket.category, [one.action for one in ticket.actions])
        print("  first in the queue:", next(iter(desk.find(open=True))).id == ticket.id)
        desk.run_due()
        frozen = desk.get(ticket).actions[0]
        after_s = (clock.now() - ticket.opened_at).total_seconds()
        print(f"  the account is frozen: {frozen.state}, {after_s:g} s after the report")

        desk.dispatch()
        awake = desk.get(ticket).offered_to
        assert awake is not None
        clock.advance(seconds=20)
        desk.accept(ticket, by=awake)
        desk.reply(ticket, body=answer, by=awake)
        print(
            f"  {awake} is awake and answers: first response {desk.get(ticket).clock('first_response').state}"
        )

        try:
            desk.undo_action(ticket, number=frozen.id, by=awake)
        except NotVerified as refused:
            print(f"  to release needs {refused.needs!r}")
        clock.advance(minutes=12)
        desk.verify(ticket, level="liveness", valid_for=timedelta(hours=1), method="video", by=awake)
        for step in ("freeze_account", "verify_identity", "set_up_2fa"):
            desk.complete_step(ticket, step=step, by=awake)
        desk.complete_step(ticket, step="risk_check", by="kim-risk")
        undone = desk.undo_action(ticket, number=frozen.id, by=awake)
        asked = undone.ticket.actions[-1]
        [requested] = [event for event in undone.events if isinstance(event, ActionRequested)]
        able = ", ".join(requested.tiers)
        print(f"  {asked.action} asked by {awake}: {asked.state} for {able}")
        try:
            desk.decide_action(ticket, number=asked.id, approve=True, by=awake)
        except Refused as refused:
            print(f"  not by the same: {refused.reason}")
        desk.decide_action(ticket, number=asked.id, approve=True, by="kim-risk")
        desk.run_due()
        desk.complete_step(ticket, step="release", by="kim-risk")
        done = desk.resolve(ticket, by=awake).ticket
        print(
            f"  {asked.action} {done.actions[-1].state}; resolved, resolution {done.clock('resolution').state}"
        )
        desk.run_due()  # the request leaves by the channel of the case
        question = app.sent[-1].body.splitlines()[-1]
        thanks = desk.receive(ticket, body="5", by=f"u1-{language}", channel="security").ticket
        print("  asked:", question)
        print("  stars:", thanks.rating.stars, "for", thanks.rating.agent, "weight", thanks.rating.weight)
    print("asked of the host:", [call.action for call in host.done.values()])


if __name__ == "__main__":
    main()
