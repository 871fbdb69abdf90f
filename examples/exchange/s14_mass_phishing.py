"""A wave of false mails: one notice that a second person has read, four hundred linked tickets, one resolution.

Run it: python examples/exchange/s14_mass_phishing.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from collections import Counter

from supportflow import Agent, Desk, MemoryChannel
from supportflow.exceptions import Refused
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

MESSAGES = {
    "en": "I got a phishing email that pretends to be from you.",
    "zh": "我收到了冒充你们的钓鱼邮件。",
}
NOTICE = {
    "en": "False mails in our name are going round. Do not follow their links. We never send a link to log in.",
    "zh": "近期有冒充我们的诈骗邮件，请勿点击其中的链接。我们从不发送登录链接。",
}
WRITERS = 400


def main() -> None:
    clock = ManualClock("2026-06-01T09:00:00Z")
    mail, x = MemoryChannel(), MemoryChannel()
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds(), channels={"email": mail, "x": x})
    for name in ("lena", "sam"):
        desk.enrol(Agent(name, groups=["security"], skills={"account_security": 3}, languages=["en", "zh"]))
    problem = desk.open(
        subject="False mails in our name",
        requester="lena",
        by="lena",
        type="problem",
        private=True,
        category="phishing",
    ).ticket

    for number in range(WRITERS // 2):
        write(desk, number)
    desk.propose_announcement(problem, texts=NOTICE, audience="phishing", links=True, by="lena")
    try:
        desk.decide_announcement(problem, number="1", approve=True, by="lena")
    except Refused as refused:
        print("not by the same:", refused.reason)
    desk.run_due()
    print("told before a second person has read it:", announced(mail) + announced(x))
    desk.decide_announcement(problem, number="1", approve=True, by="sam")
    clock.advance(minutes=1)
    for number in range(WRITERS // 2, WRITERS):
        write(desk, number)
    desk.run_due()
    people = {one.requester for one in mail.sent if one.announcement}
    print("sent:", announced(mail), "to", len(people), "people; posts on X:", announced(x))
    print("greeting:", desk.greeting("zh-Hans"))
    linked = [ticket for ticket in desk.find(limit=1_000) if ticket.spread.problem == problem.id]
    print("linked:", dict(Counter(ticket.language for ticket in linked)))

    # One of them has clicked: that case is on its own from here on.
    desk.unlink_incident(linked[0], by="sam")
    for step in ("warn_customer", "report_address"):
        desk.complete_step(problem, step=step, by="lena")
    clock.advance(minutes=1)
    desk.solve_problem(problem, by="lena", reason="The pages are gone, the addresses are reported.")
    clock.advance(hours=30)  # however late a worker comes round
    desk.run_due()
    after = [desk.get(ticket.id) for ticket in linked]
    at = min(ticket.resolved_at for ticket in after if ticket.resolved_at is not None)
    print("resolved:", dict(Counter(ticket.status for ticket in after)), f"as of {at:%H:%M}")
    print("resolution:", dict(Counter(ticket.clock("resolution").state for ticket in after)))
    told = {one.requester for one in desk.tellings(problem, number="1") if one.requester is not None}
    print("on the record:", len(told), "people")


def write(desk: Desk, number: int) -> None:
    """A customer reports the mail, in one language or the other."""
    language = "en" if number % 2 else "zh"
    desk.open(subject="", body=MESSAGES[language], requester=f"u{number}", channel="email", language=language)


def announced(channel: MemoryChannel) -> int:
    """How many messages of announcements have left by a channel."""
    return sum(one.announcement is not None for one in channel.sent)


if __name__ == "__main__":
    main()
