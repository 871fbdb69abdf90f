"""The monthly report: what a desk tells the public of a month, made of events alone; no text, no person, no small count.

Run it: python examples/exchange/s16_monthly_report.py
"""

from datetime import datetime, timedelta

from supportflow import Agent, Article, Desk, KnowledgeResponder, MemoryChannel, MemoryKnowledge, Requester
from supportflow.policy.presets import preset
from supportflow.reports import Improvement, complaint_clusters, monthly_report, monthly_text
from supportflow.testing import CountingIds, ManualClock

FIRST, NEXT = datetime.fromisoformat("2026-06-01T00:00:00Z"), datetime.fromisoformat("2026-07-01T00:00:00Z")
SLOW = "The withdrawal fee was raised without any notice, the fee is far too high"
RUDE = "Nobody on the phone listens, the agent was rude and hung up"


class Month:
    """A desk and its people."""

    def __init__(self) -> None:
        self.clock = ManualClock("2026-05-30T09:00:00Z")
        self.channels = {name: MemoryChannel() for name in ("chat", "email", "web", "phone")}
        articles = MemoryKnowledge(
            [
                Article(id="fees", text="Maker 0.1 %, taker 0.1 %.", words=["trading fees"], language="en"),
            ]
        )
        self.desk = Desk(
            preset("exchange"),
            clock=self.clock,
            ids=CountingIds(),
            channels=self.channels,
            knowledge=articles,
            responder=KnowledgeResponder(),
        )
        for name in ("kim", "lee"):
            self.desk.enrol(Agent(name, tiers=["compliance"], groups=["compliance"], languages=["en"]))
        self.desk.enrol(Agent("sam", tiers=["expert"], groups=["front", "payments"], languages=["en"]))

    def asks_the_bot(self, requester: str, text: str, *, wants_person: bool = False) -> None:
        """Let somebody write in the chat."""
        ticket = self.desk.open(
            subject="", body=text, requester=requester, channel="chat", language="en"
        ).ticket
        self.clock.advance(seconds=2)
        self.desk.run_due()
        if wants_person:
            self.desk.receive(ticket, body="I want to talk to a person", by=requester)
            self.desk.run_due()
            self.work(requester, str(ticket.id), after=timedelta(minutes=4))
        elif self.desk.get(ticket).is_open:
            self.desk.resolve(ticket, by="bot")

    def opened(self, requester: str, channel: str, category: str, text: str = "Please help") -> str:
        """Open a ticket; its id."""
        opened = self.desk.open(
            subject="",
            body=text,
            requester=requester,
            channel=channel,
            category=category,
            language="en",
        )
        return opened.ticket.id

    def work(self, requester: str, ticket_id: str, *, after: timedelta, stars: int | None = None) -> None:
        """Answer and resolve it."""
        self.desk.assign(ticket_id, agent="sam", by="lead")
        self.clock.advance(seconds=after.total_seconds())
        self.desk.reply(ticket_id, body="It is done.", by="sam")
        self.desk.resolve(ticket_id, by="sam")
        if stars is not None and self.desk.get(ticket_id).rating.asked_at is not None:
            self.desk.rate(ticket_id, stars=stars, by=Requester(requester))

    def review(self, ticket_id: str) -> None:
        """Answer, and take every step of a frozen account."""
        self.desk.reply(ticket_id, body="The review is over.", by="kim")
        for step in ("verify_identity", "tell_reason", "review_freeze", "second_review", "decide"):
            self.desk.complete_step(ticket_id, step=step, by="lee" if step == "second_review" else "kim")
        self.desk.resolve(ticket_id, by="kim")


def first_half(month: Month) -> None:
    """Before the month everybody comes twice; then fees, deposits, registrations and complaints."""
    for n in range(6):  # before the month: everybody comes twice
        for _ in range(2):
            month.work(f"early-{n}", month.opened(f"early-{n}", "web", "fees"), after=timedelta(minutes=1))
    month.clock.advance(days=3)
    for n in range(14):
        month.asks_the_bot(f"fee-{n}", "What are the trading fees?")
    for n in range(6):
        month.asks_the_bot(f"lost-{n}", "My deposit has not arrived", wants_person=True)
    for n in range(12):
        channel = ("email", "web")[n % 2]
        month.work(
            f"kyc-{n}",
            month.opened(f"kyc-{n}", channel, "registration"),
            after=timedelta(seconds=12),
            stars=5 - n % 2,
        )
    for n in range(6):
        complaint = month.opened(f"angry-{n}", "web", "complaint_service", SLOW if n < 5 else RUDE)
        month.work(f"angry-{n}", complaint, after=timedelta(minutes=20), stars=1)


def second_half(month: Month) -> None:
    """Frozen assets, a crash, and quiet days after fees were announced ahead."""
    frozen = [month.opened(f"frozen-{n}", "email", "frozen_assets") for n in range(5)]
    month.clock.advance(days=2)
    for ticket_id in frozen:
        month.review(ticket_id)
    month.desk.declare_surge("crash", by="market-watch", reason="BTC fell by 2,000 USD in 10 minutes")
    for n in range(5):
        crash = month.opened(f"crash-{n}", "phone", "trading")
        month.work(f"crash-{n}", crash, after=timedelta(seconds=3))
    month.clock.advance(days=14)
    month.desk.run_due()
    for n in range(10):  # after fees were announced ahead
        month.work(
            f"late-{n}",
            month.opened(f"late-{n}", "web", "registration"),
            after=timedelta(seconds=10),
            stars=5,
        )


def main() -> None:
    month = Month()
    first_half(month)
    second_half(month)
    change = Improvement("fees are announced a week ahead", "complaint_service", FIRST + timedelta(days=7))
    report = monthly_report(month.desk, since=FIRST, until=NEXT, improvements=[change])
    print(monthly_text(report))
    print("in Chinese:", monthly_text(report, language="zh").splitlines()[0])
    for cluster in complaint_clusters(month.desk, since=FIRST, until=NEXT):
        print("complaints about:", ", ".join(cluster.terms), f"({cluster.people} people)")
    written = report.model_dump_json()
    print("names in it:", any(word in written for word in ("sam", "fee-", "angry", "rude")))


if __name__ == "__main__":
    main()
