"""A delayed withdrawal at three in the morning: the bot tells the cause and resubmits it, then hands over all it knows.

Run it: python examples/exchange/s02_withdrawal_at_night.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from datetime import timedelta

from supportflow import Actor, Agent, Desk, MemoryActions, MemoryChannel
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

CHATS = {
    "en": (
        "My withdrawal has not arrived for an hour, network TRC20",
        "The TRON network is congested: your withdrawal waits for confirmation. I can send it again.",
        "Can I speak to a person, please?",
        "cause: congestion on TRC20; sent again at 03:02; the customer asks for a person",
        "I see it: it has three confirmations by now, and arrives in a quarter of an hour.",
    ),
    "zh": (
        "提币一小时还没到账，网络 TRC20",
        "当前 TRON 网络拥堵，您的提币正在等待链上确认。我可以为您重新提交。",
        "转人工",
        "原因：TRC20 网络拥堵；03:02 已重新提交；客户要求人工",
        "已看到三个确认，预计一刻钟内到账。",
    ),
}
BOT = Actor(kind="bot", id="bot")


def main() -> None:
    clock = ManualClock("2026-06-02T03:00:00+08:00")
    host, chat = MemoryActions(), MemoryChannel()
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds(), actions=host, channels={"chat": chat})
    desk.enrol(Agent("bot", tiers=["bot"], languages=["en", "zh"], capacity=10_000))
    desk.enrol(
        Agent(
            "joe",
            shifts=["americas"],
            languages=["en", "zh"],
            groups=["front", "payments"],
            skills={"payments": 3},
        )
    )
    desk.enrol(Agent("mei", shifts=["asia"], languages=["zh"], groups=["payments"], skills={"payments": 5}))
    for name in ("bot", "joe", "mei"):
        desk.set_presence(name, "available")
    for language, (asked, cause, person, summary, answer) in CHATS.items():
        customer = f"u2-{language}"
        start = clock.now()
        ticket = desk.open(
            subject="", body=asked, requester=customer, channel="chat", language=language
        ).ticket
        desk.dispatch()
        print(language, ticket.category, ticket.tier, "->", desk.get(ticket).routing.offer.agent)
        desk.accept(ticket, by=BOT)
        desk.reply(ticket, body=cause, by=BOT)
        # The chat of the app is logged in: the host says so.
        desk.verify(ticket, level="session", valid_for=timedelta(hours=1), method="app", by="host")
        asked_for = desk.request_action(ticket, action="resubmit_withdrawal", amount=50_000, by=BOT)
        desk.run_due()
        print(
            "  the bot may do it alone:", asked_for.ticket.actions[0].state, desk.get(ticket).actions[0].state
        )

        clock.advance(minutes=2)
        ticket = desk.receive(ticket, body=person, by=customer).ticket
        print("  asks for a person:", "wants_person" in ticket.flags)
        desk.hand_over(ticket, tier="expert", by=BOT, summary=summary)
        desk.dispatch()
        agent = desk.get(ticket).routing.offer.agent
        print(f"  {agent} is awake and reads:")
        for message in desk.messages(ticket):
            print(f"    {message.body}")
        print(f"    ({summary})")
        desk.accept(ticket, by=agent)
        desk.reply(ticket, body=answer, by=agent)
        clock.advance(minutes=20)
        done = desk.resolve(ticket, by=agent).ticket
        took = (clock.now() - start).total_seconds() / 60
        print(f"  resolved after {took:.0f} min, resolution {done.clock('resolution').state}")
    print("asked of the host:", [(call.action, call.amount) for call in host.done.values()])


if __name__ == "__main__":
    main()
