"""Watch a helpdesk for two weeks, then read what supportflow would have done otherwise: no ticket is touched.

Run it: python examples/shadow_adoption.py
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from supportflow import BusinessCalendar, Desk, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached, StatusChanged
from supportflow.testing import CountingIds, ManualClock

HOURS = BusinessCalendar.weekdays("09:00", "18:00", tz="Asia/Shanghai")
PROMISE = SlaPolicy(
    name="all", calendar=HOURS, targets=[Target.first_response(hours=1), Target.resolution(hours=9)]
)
START = datetime.fromisoformat("2026-03-02T09:00:00+08:00")  # a Monday

# What the helpdesk reported, in minutes from the start: (minute, ticket, what happened).
OPENED: list[tuple[int, str, dict[str, Any]]] = [
    (0, "1", {"subject": "How do I change my picture?", "requester": "ana"}),
    (5, "2", {"subject": "我的账号被盗了, 币被转走了", "requester": "lin"}),
    (7, "3", {"subject": "Where is my invoice?", "requester": "ben"}),
    (540, "4", {"subject": "I paid, and the seller does not release my coins", "requester": "cy"}),
    (2_880, "5", {"subject": "发票抬头怎么改?", "requester": "mei"}),
]
REPORTED: list[tuple[int, str, dict[str, Any]]] = [
    (20, "1", {"agent": "sam", "status": "open"}),
    (30, "1", {"replied": True, "by": "sam", "body": "Under Settings, Profile."}),
    (31, "1", {"status": "resolved"}),
    (45, "3", {"agent": "sam", "status": "open"}),
    (50, "3", {"replied": True, "by": "sam", "body": "Attached."}),
    (51, "3", {"status": "closed"}),
    (150, "2", {"agent": "wei", "status": "open"}),
    (160, "2", {"replied": True, "by": "wei", "body": "账户已锁定, 正在核查。"}),
    (1_500, "2", {"status": "resolved"}),
    (1_520, "2", {"requester_wrote": True, "body": "还是登录不了"}),
    (1_530, "2", {"status": "closed"}),
    (1_600, "4", {"agent": "sam", "status": "open"}),
    (1_640, "4", {"replied": True, "by": "sam", "body": "We ask the seller."}),
    (4_320, "4", {"status": "resolved"}),
    (2_900, "5", {"replied": True, "by": "sam", "body": "请在设置里修改。"}),
    (2_901, "5", {"status": "resolved"}),
]


def watched(desk: Desk, clock: ManualClock) -> Iterator[str]:
    """Report all of it as it happens; say who was served while somebody more urgent waited."""
    opened = [(minute, 0, ref, facts) for minute, ref, facts in OPENED]
    reported = [(minute, 1, ref, facts) for minute, ref, facts in REPORTED]
    for minute, kind, ref, facts in sorted(opened + reported, key=lambda line: line[:3]):
        clock.set(START + timedelta(minutes=minute))
        desk.run_due()
        if kind == 0:
            desk.open(ref=ref, **facts)
            continue
        if "agent" in facts:  # the helpdesk served this one: who was first in the queue?
            waiting = [one for one in desk.find(open=True, order="priority") if one.assignee is None]
            if waiting[0].ref != ref:
                yield f"{ref} was served before {waiting[0].ref} ({waiting[0].priority_class})"
        desk.observe(ref=ref, **facts)


def differences(desk: Desk, refs: list[str]) -> Iterator[str]:
    """What a strict lifecycle would have refused, and what was late."""
    refused: Counter[str] = Counter()
    for ref in refs:
        for event in desk.history(ref=ref):
            if isinstance(event, StatusChanged) and event.forced:
                refused[f"{event.source} to {event.target}"] += 1
            if isinstance(event, SlaBreached):
                at = event.breached_at.astimezone(START.tzinfo)
                yield f"{ref} ran out of {event.target} on {at:%A at %H:%M}"
    for move, count in sorted(refused.items()):
        yield f"refused by the lifecycle: {move}, {count} times"


def main() -> None:
    clock = ManualClock(START)
    with Desk(Policy(sla=[PROMISE]), clock=clock, ids=CountingIds()) as desk:
        order = list(watched(desk, clock))
        clock.set(START + timedelta(days=14))
        desk.run_due()
        refs = [ref for _, ref, _ in OPENED]
        classes = Counter(desk.get(ref=ref).priority_class for ref in refs)
        print("classes:", *(f"{name} {count}" for name, count in sorted(classes.items())))
        for line in (*order, *differences(desk, refs)):
            print(line)
        late = {ref for ref in refs if any(isinstance(e, SlaBreached) for e in desk.history(ref=ref))}
        print(f"kept its promises: {len(refs) - len(late)} of {len(refs)} tickets")


if __name__ == "__main__":
    main()
