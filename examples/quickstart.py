"""A desk in memory: a hacked account, two SLA targets, and a weekend with a clock change.

Run it: python examples/quickstart.py
"""

from supportflow import Agent, BusinessCalendar, Desk, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached
from supportflow.testing import ManualClock


def main() -> None:
    hours = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
    gold = SlaPolicy(
        name="gold",
        calendar=hours,
        targets=[Target.first_response(minutes=30), Target.resolution(hours=4, warn_at=[0.75])],
    )
    clock = ManualClock("2026-03-27T15:00:00+01:00")  # a Friday

    def page_the_lead(breach: SlaBreached) -> None:
        print(f"paged: {breach.target} of {breach.ticket_id} ran out at {breach.breached_at}")

    with Desk(Policy(sla=[gold]), on={SlaBreached: page_the_lead}, clock=clock) as desk:
        desk.open(subject="My account was hacked", body="Please help.", requester="ana", ref="4711")
        print(f"opened: {desk.explain(ref='4711').priority}")

        clock.advance(minutes=10)
        desk.reply(ref="4711", body="Withdrawals are frozen.", by=Agent("sam"))
        print(f"first response: {desk.get(ref='4711').clock('first_response').state}")

        clock.advance(days=3)
        print("happened:", *(event.kind for event in desk.run_due()))

        desk.resolve(ref="4711", by=Agent("sam"))
        verdict = desk.get(ref="4711").clock("resolution").verdict
        print(f"resolution: {'met' if verdict and verdict.met else 'missed'}")


if __name__ == "__main__":
    main()
