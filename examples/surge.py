"""The market falls, and everybody writes at once: a surge for two hours, in English and in Chinese.

Run it: python examples/surge.py
"""

from datetime import timedelta

from supportflow import (
    Agent,
    Arrivals,
    Condition,
    Desk,
    OrderRule,
    Policy,
    PriorityRule,
    SlaPolicy,
    Surge,
    Target,
)
from supportflow.testing import CountingIds, ManualClock

TRADING = Condition(field="category", eq="trading")

POLICY = Policy(
    rules=[
        PriorityRule(
            name="account takeover",
            when=Condition(field="category", eq="takeover"),
            priority_class="security",
        )
    ],
    sla=[
        SlaPolicy(
            name="security",
            when=Condition(field="priority_class", eq="security"),
            targets=[Target.first_response(minutes=15)],
        ),
        SlaPolicy(name="standard", targets=[Target.first_response(hours=1)]),
    ],
    greetings={"en": "Hello! How can we help?", "zh": "您好!请问有什么可以帮您?"},
    surges={
        "crash": Surge(
            lasts_for=timedelta(hours=2),
            # Security keeps its quarter of an hour.
            targets={"standard": 3},
            order=[OrderRule(name="trading first", when=TRADING)],
            greetings={
                "en": "Many people write to us today. Your funds are safe; we answer within three hours.",
                "zh": "市场波动剧烈,咨询量很大。您的资产是安全的,我们会在三小时内回复。",
            },
            when=Arrivals(count=5, within=timedelta(minutes=10), condition=TRADING),
        )
    },
)


def main() -> None:
    clock = ManualClock("2026-03-02T09:00:00Z")
    desk = Desk(POLICY, clock=clock, ids=CountingIds())
    desk.open(ref="A1", subject="Where is my card?", requester="u0", category="card")
    print(desk.greeting("en"), "|", desk.greeting("zh-Hans"))

    for number in range(1, 6):
        clock.advance(minutes=1)
        desk.open(ref=f"T{number}", subject="My order", requester=f"u{number}", category="trading")
    desk.run_due()
    (surge,) = desk.surges()
    print(f"{surge.name}: declared by {surge.arrivals} arrivals, until {surge.until:%H:%M} at the latest")
    print(desk.greeting("en"), "|", desk.greeting("zh-Hans"))

    desk.open(ref="S1", subject="Somebody is in my account", requester="u9", category="takeover")
    print("Queue:", ", ".join(str(ticket.ref) for ticket in desk.find()))
    print("A1 is due at", desk.explain(ref="A1").next_at)

    clock.advance(minutes=30)
    desk.end_surge("crash", by=Agent("lead"))
    print("Over:", desk.surges(), desk.greeting("zh"))
    print("Queue:", ", ".join(str(ticket.ref) for ticket in desk.find()))
    print("A1 is due at", desk.explain(ref="A1").next_at)


if __name__ == "__main__":
    main()
