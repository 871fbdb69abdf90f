"""没人理的夜间盗号: a break-in at night that nobody answers climbs from the person on call to the risk team.

Run it: python examples/escalation.py
"""

from datetime import date, timedelta

from supportflow import (
    BusinessCalendar,
    Condition,
    Desk,
    Escalation,
    Group,
    Ladder,
    LadderStep,
    Policy,
    SlaPolicy,
    Target,
)
from supportflow.escalation import Again, ShareOf
from supportflow.events import LadderStepReached, TicketEscalated
from supportflow.routing.rotation import Rotation, RotationLayer
from supportflow.testing import CountingIds, ManualClock

# 值班表: two people take turns by the week; on Sundays there is nobody.
NIGHT_WATCH = Rotation(
    name="夜班",
    tz="Asia/Shanghai",
    layers=[RotationLayer(people=("lin", "wei"), start=date(2026, 3, 2), restrict=("Mon-Sat",))],
)
POLICY = Policy(
    lexicons=["common", "exchange"],
    calendars={
        "Mon-Sat": BusinessCalendar(
            tz="Asia/Shanghai",
            weekly={day: [("00:00", "24:00")] for day in ("mon", "tue", "wed", "thu", "fri", "sat")},
        ),
        "office": BusinessCalendar.weekdays("09:00", "18:00", tz="Asia/Shanghai"),
    },
    groups=[Group(name="一线", tier="expert"), Group(name="风控", tier="compliance")],
    rotations=[NIGHT_WATCH],
    sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=60)])],
    escalation=Escalation(
        ladders=[
            Ladder(
                name="盗号",
                when=Condition(field="priority_class", eq="security"),
                until="first_reply",
                steps=[
                    LadderStep(
                        after=timedelta(minutes=5),
                        notify=["rotation:夜班"],
                        repeat=Again(every=timedelta(minutes=10), times=2),
                    ),
                    LadderStep(at=ShareOf(target="first_response", share=0.5), notify=["agent:lead"]),
                    LadderStep(after=timedelta(minutes=50), kind="functional", group="风控", level_up=2),
                ],
            ),
            Ladder(
                name="unassigned",
                until="assigned",
                steps=[LadderStep(after=timedelta(hours=4), calendar="office", notify=["group:一线"])],
            ),
        ]
    ),
)


def main() -> None:
    clock = ManualClock("2026-03-08T02:30:00+08:00")  # Sunday, in the small hours

    def page(event: LadderStepReached) -> None:
        told = "、".join((*event.notified, *event.groups)) or "nobody on call / 无人值班"
        print(f"  {event.reached_at.in_timezone('Asia/Shanghai'):HH:mm} {event.ladder} {event.step}: {told}")

    desk = Desk(POLICY, clock=clock, ids=CountingIds(), on={LadderStepReached: page})
    desk.open(
        ref="1",
        subject="我的账户被盗了",
        body="币被转走了",
        requester="ana",
        language="zh-Hans",
        group="一线",
    )
    desk.open(ref="2", subject="How do I change my picture?", requester="bob", language="en", group="一线")

    print("next for 1:", desk.explain(ref="1").next_what)
    print("Sunday night:")
    for _ in range(13):
        clock.advance(minutes=5)
        desk.run_due()
    ticket = desk.get(ref="1")
    print("1 is in", ticket.group, "level", ticket.level)

    clock.set("2026-03-09T13:01:00+08:00")  # Monday: four working hours have passed since nine o'clock
    print("Monday:")
    desk.run_due()
    outcome = desk.escalate(ref="2", by="kim", notify=["rotation:夜班"], reason="客户又来电话了")
    [escalated] = [event for event in outcome.events if isinstance(event, TicketEscalated)]
    print("by hand:", *escalated.notified)


if __name__ == "__main__":
    main()
