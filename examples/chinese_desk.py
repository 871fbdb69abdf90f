"""A Chinese-language desk: what speaks of a break-in goes to security first, whatever came before it.

Run it: python examples/chinese_desk.py
"""

from supportflow import (
    Agent,
    BusinessCalendar,
    Condition,
    Desk,
    Group,
    Policy,
    PriorityRule,
    SlaPolicy,
    Target,
)
from supportflow.testing import CountingIds, ManualClock

SECURITY = Condition(field="priority_class", eq="security")

POLICY = Policy(
    name="客服",
    # Words of your own take the place of the shipped ones. A text can raise a ticket's class, and never lower it.
    words={
        "security": ["助记词", "私钥", "被盗", "异常登录"],
        "dispute": ["申诉", "不放币", "仲裁"],
    },
    rules=[
        PriorityRule(name="申诉渠道", when=Condition(field="channel", eq="appeal"), priority_class="dispute")
    ],
    calendars={"工作日": BusinessCalendar.weekdays("09:00", "18:00", tz="Asia/Shanghai")},
    sla=[
        SlaPolicy(name="安全", when=SECURITY, targets=[Target.first_response(minutes=15)]),
        SlaPolicy(name="普通", calendar="工作日", targets=[Target.first_response(hours=2)]),
    ],
    groups=[Group(name="安全组"), Group(name="客服组")],
)


def main() -> None:
    clock = ManualClock("2026-02-11T17:30:00+08:00")
    desk = Desk(POLICY, clock=clock, ids=CountingIds())

    desk.open(ref="A1", subject="怎么修改头像?", requester="u1", channel="app", language="zh-Hans")
    desk.open(ref="A2", subject="卖家不放币", requester="u2", channel="app", language="zh-Hans")
    desk.open(ref="A3", subject="钱包", body="我的助记词泄露了,币被盗!", requester="u3", language="zh-Hans")

    for ticket in desk.find(open=True, order="priority"):
        due = ticket.clock("first_response")
        found = "、".join(entry.split(":")[-1] for entry in ticket.evidence) or "无"
        print(f"{ticket.ref} {ticket.priority_class:<8} 依据: {found} 时限: {due.sla}")

    desk.assign(ref="A3", group="安全组", by=Agent("li"))
    desk.reply(ref="A3", body="已冻结提现。", by=Agent("li"))
    print("A3:", desk.get(ref="A3").group, desk.get(ref="A3").clock("first_response").state)

    # Two working hours from 17:30 end at 10:30 on the next morning, in Shanghai.
    print("A1 到期:", desk.explain(ref="A1").next_at)


if __name__ == "__main__":
    main()
