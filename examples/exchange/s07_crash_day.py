"""A crash of the market: ten times as many write for two hours, and no report of a theft waits behind anything else.

Run it: python examples/exchange/s07_crash_day.py
"""

from datetime import datetime, timedelta
from random import Random

from supportflow import Agent, Attachment, Desk, Ticket
from supportflow.events import AssignmentChanged, OfferMade
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

# What people write, how often, and for how many minutes somebody works on it.
MESSAGES = [
    ("我的账户被盗了", "security", 6, 24),
    ("My account was hacked", "chat", 6, 24),
    ("已付款但卖家不放币, 订单号 202606010001234567", "chat", 12, 45),
    ("My order was not filled", "web", 40, 24),
    ("下单失败", "web", 36, 24),
]
PER_HOUR, CRASH = 12, 10
SKILLS = {"account_security": 3, "disputes": 2, "trading": 2, "payments": 2, "accounts": 2, "technical": 2}
GROUPS = ("front", "security", "disputes", "payments")


class Day:
    """A desk of the preset with nine agents on three continents, from two hours before the crash until six after it."""

    def __init__(self) -> None:
        self.clock = ManualClock("2026-06-01T10:00:00Z")
        self.desk = Desk(preset("exchange"), clock=self.clock, ids=CountingIds())
        self.chance = Random(7)  # noqa: S311 - customers, not secrets
        self.waits: dict[str, list[timedelta]] = {"security": [], "dispute": [], "general": []}
        self.behind = 0
        self.work: list[tuple[datetime, str, str]] = []
        self.agents = {}
        for place in ("asia", "europe", "americas"):
            for number in range(3):
                skills = SKILLS if number < 2 else {"trading": 2}
                groups = GROUPS if number < 2 else ("front",)
                agent = Agent(
                    f"{place}-{number}", shifts=[place], languages=["en", "zh"], skills=skills, groups=groups
                )
                self.agents[agent.id] = agent
                self.desk.enrol(agent)
                self.desk.set_presence(agent, "available")

    def minute(self, arrivals: int) -> None:
        """A minute of the day, in which so many write."""
        for _ in range(arrivals):
            [(text, channel, _, minutes)] = self.chance.choices(MESSAGES, [one[2] for one in MESSAGES])
            dispute = "202606010001234567" in text
            self.desk.open(
                subject=text,
                requester=f"u{self.chance.random()}",
                channel=channel,
                attributes={"amount_usd": minutes},
                evidence={"paid_at": "2026-06-01T09:00:00Z"} if dispute else {},
                attachments=[Attachment(name="proof.png", media_type="image/png")] if dispute else (),
            )
        for until, ticket_id, agent in [one for one in self.work if one[0] <= self.clock.now()]:
            self.work.remove((until, ticket_id, agent))
            self.finish(ticket_id, agent)
        self.desk.run_due()
        self.give_out()
        self.clock.advance(minutes=1)

    def finish(self, ticket_id: str, agent: str) -> None:
        """Do what is to be done, and resolve."""
        ticket = self.desk.get(ticket_id)
        self.desk.reply(ticket, body="Done.", by=agent)
        procedure = preset_steps(ticket.category)
        for step in procedure:
            second = step in {"risk_check", "second_review"}  # they want another person
            self.desk.complete_step(ticket, step=step, by="risk-desk" if second else agent)
        self.desk.resolve(ticket, by=agent)

    def give_out(self) -> None:
        """One dispatch; whatever it gives to somebody, no theft that they could have had may be left waiting."""
        done = self.desk.dispatch()
        taken = [(event.ticket_id, event.agent) for event in done.events if isinstance(event, OfferMade)]
        taken += [
            (event.ticket_id, event.assignee)
            for event in done.events
            if isinstance(event, AssignmentChanged) and event.assignee
        ]
        left = [
            ticket
            for ticket in self.desk.find(open=True, priority_class="security", limit=500)
            if ticket.assignee is None and ticket.routing.offer is None
        ]
        for ticket_id, agent in taken:
            ticket = self.desk.get(ticket_id)
            if ticket.priority_class != "security":
                self.behind += sum(fits(self.agents[agent], theft) for theft in left)
            if ticket.assignee is None:
                ticket = self.desk.accept(ticket, by=agent).ticket
            self.waits[ticket.priority_class].append(self.clock.now() - ticket.opened_at)
            self.work.append(
                (
                    self.clock.now() + timedelta(minutes=float(str(ticket.attributes["amount_usd"]))),
                    ticket.id,
                    agent,
                )
            )


POLICY = preset("exchange")


def preset_steps(category: str | None) -> list[str]:
    procedure = POLICY.procedures.get(category or "")
    return [] if procedure is None else [step.name for step in procedure.steps if step.mandatory]


def fits(agent: Agent, ticket: Ticket) -> bool:
    """Whether somebody could have had a ticket, by what they are; whether they had room for it is not asked."""
    needs = ticket.routing.requirement
    return needs is not None and (
        (needs.group is None or needs.group in agent.groups)
        and (needs.language is None or needs.language in agent.languages)
        and all(name in agent.skills and agent.skills[name].level >= level for name, level in needs.skills)
    )


def spoken(wait: timedelta) -> str:
    return f"{wait.total_seconds() / 60:.0f} min"


def main() -> None:
    day = Day()
    for hour in range(10, 20):
        crash = hour in (12, 13)
        if hour == 12:
            surge = day.desk.declare_surge(
                "crash", by="market-watch", reason="BTC fell by 2,000 USD in 10 minutes"
            )
            print(f"{hour}:00 surge {surge.name!r} until {surge.until:%H:%M}")
            print("      greeting:", day.desk.greeting("en"))
        rate = PER_HOUR * (CRASH if crash else 1)
        for minute in range(60):
            day.minute(rate * (minute + 1) // 60 - rate * minute // 60)
        waiting = [
            one
            for one in day.desk.find(open=True, limit=1000)
            if one.assignee is None and one.status == "new"
        ]
        surges = ", ".join(one.name for one in day.desk.surges()) or "none"
        print(
            f"{hour + 1}:00 came in {rate:>3}, wait for somebody {len(waiting):>3}, surges in force: {surges}"
        )
    for name, waits in day.waits.items():
        mean = sum(waits, timedelta(0)) / len(waits)
        print(f"{name}: {len(waits)} tickets, waited {spoken(mean)} on average, {spoken(max(waits))} at most")
    print("thefts left waiting by somebody who was given something else:", day.behind)


if __name__ == "__main__":
    main()
