"""A delayed withdrawal at three in the morning: the bot tells the cause and sends it again, then hands over all it knows.

In the end the customer is asked once what they think, and answers with a number.

Run it: python examples/exchange/s02_withdrawal_at_night.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from datetime import timedelta

from supportflow import (
    Act,
    Agent,
    Answer,
    Desk,
    KnowledgeResponder,
    MemoryActions,
    MemoryChannel,
    MemoryContext,
    MemoryKnowledge,
)
from supportflow.model.turns import Response, Turn
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

CHATS = {
    "en": (
        "My withdrawal has not arrived for an hour, network TRC20",
        "Can I speak to a person, please?",
        "I see it: it has three confirmations by now, and arrives in a quarter of an hour.",
    ),
    "zh": ("提币一小时还没到账，网络 TRC20", "转人工", "已看到三个确认，预计一刻钟内到账。"),
}
ARTICLES = [
    {
        "id": "congestion",
        "text": "The network is congested: your withdrawal waits for confirmations.",
        "words": ["withdrawal~ * late|delayed|pending|not"],
    },
    {
        "id": "congestion-zh",
        "language": "zh",
        "text": "网络拥堵，您的提币正在等待链上确认。",
        "words": ["提币…没到账|延迟"],
    },
]
AGAIN = {"en": "It has been sent again.", "zh": "已为您重新提交。"}


class Withdrawals(KnowledgeResponder):
    """Looks at the transaction, too: one that is stuck is sent again, by an action of the host."""

    def respond(self, turn: Turn, /) -> Response | None:
        """What the articles say, and what is done about it."""
        answer = super().respond(turn)
        if isinstance(answer, Answer) and turn.context.get("withdrawal") == "stuck":
            again = AGAIN["zh" if turn.language.startswith("zh") else "en"]
            cents = turn.context["cents"]
            assert isinstance(cents, int)
            return Act("resubmit_withdrawal", f"{answer.text} {again}", amount=cents)
        return answer


def main() -> None:
    clock = ManualClock("2026-06-02T03:00:00+08:00")
    host, chat = MemoryActions(), MemoryChannel()
    known = {f"u2-{language}": {"withdrawal": "stuck", "cents": 50_000} for language in CHATS}
    desk = Desk(
        preset("exchange"),
        clock=clock,
        ids=CountingIds(),
        actions=host,
        channels={"chat": chat},
        responder=Withdrawals(),
        knowledge=MemoryKnowledge(ARTICLES),
        context=MemoryContext(known),
    )
    for name, shift in (("joe", "americas"), ("mei", "asia")):  # it is noon in Seattle
        desk.enrol(
            Agent(name, shifts=[shift], languages=["en", "zh"], groups=["payments"], skills={"payments": 3})
        )
        desk.set_presence(name, "available")
    for language, (asked, person, answer) in CHATS.items():
        customer, start = f"u2-{language}", clock.now()
        ticket = desk.open(
            subject="", body=asked, requester=customer, channel="chat", language=language
        ).ticket
        # The app's chat is logged in: the host says so.
        desk.verify(ticket, level="session", valid_for=timedelta(hours=1), method="app", by="host")
        print(language, ticket.category, ticket.tier)
        desk.run_due()
        print("  bot:", chat.sent[-1].body.splitlines()[-1])
        print("  host:", [(one.action, one.amount, one.state) for one in desk.get(ticket).actions])

        clock.advance(minutes=2)
        desk.receive(ticket, body=person, by=customer)
        desk.run_due()
        desk.dispatch()
        ticket = desk.get(ticket)
        print(f"  {person!r} -> {ticket.tier}, offered to {ticket.offered_to}, who reads:")
        for line in (desk.screen(ticket).summary or "").splitlines():
            print(f"    {line}")
        desk.accept(ticket, by="joe")
        desk.reply(ticket, body=answer, by="joe")
        clock.advance(minutes=20)
        done = desk.resolve(ticket, by="joe").ticket
        minutes = (clock.now() - start).total_seconds() / 60
        print(f"  resolved after {minutes:g} min, resolution {done.clock('resolution').state}")
        desk.run_due()  # the request for a rating leaves by the channel of the case
        print("  asked:", chat.sent[-1].body.splitlines()[0])
        rated = desk.receive(ticket, body="4", by=customer, channel="chat").ticket
        print("  stars:", rated.rating.stars, "for", rated.rating.agent, "| still", rated.status)
    print("asked of the host:", [(call.action, call.amount) for call in host.done.values()])


if __name__ == "__main__":
    main()
