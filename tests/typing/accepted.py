"""Uses of the public API that a strict type checker must accept; a test runs it, too."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import assert_type

from supportflow import (
    Agent,
    AsyncDesk,
    BusinessCalendar,
    Condition,
    Desk,
    FieldSpec,
    MemoryChannel,
    MemoryStore,
    Outcome,
    Page,
    Policy,
    PriorityRule,
    SlaPolicy,
    StatusCategory,
    Target,
    Tick,
    Ticket,
)
from supportflow.events import SlaBreached, TicketOpened
from supportflow.ports import Channel, Clock, Store
from supportflow.testing import ManualClock


def page(event: SlaBreached) -> None:
    """Take an event of the kind that was asked for."""
    assert_type(event.target, str)


def plain(channel: Channel, store: Store, clock: Clock) -> list[str]:
    """Drive the plain desk."""
    hours = BusinessCalendar.weekdays("09:00", "17:00", tz="Asia/Shanghai")
    policy = Policy(
        fields={"vip": FieldSpec.boolean()},
        rules=(PriorityRule(name="vip", when=Condition(field="vip", eq=True), priority_class="dispute"),),
        sla=(SlaPolicy(name="all", calendar=hours, targets=(Target.first_response(minutes=30),)),),
    )
    with Desk(policy, store=store, channels={"mail": channel}, on={SlaBreached: page}, clock=clock) as desk:
        outcome = desk.open(
            subject="Hello", requester="ana", channel="mail", ref="1", attributes={"vip": True}
        )
        assert_type(outcome, Outcome)
        assert_type(outcome.ticket, Ticket)
        assert_type(outcome.ticket.status_category, StatusCategory)
        assert_type(desk.find(open=True), Page)
        assert_type(desk.run_due(), Tick)
        desk.reply(outcome.ticket, body="Hi", by=Agent("sam"))
        kinds = [event.kind for event in desk.history(ref="1")]
        assert_type(kinds, list[str])
        opened = [event.requester for event in outcome.events if isinstance(event, TicketOpened)]
        assert_type(opened, list[str])
        closes: datetime | None = hours.next_close(datetime(2026, 3, 2, 4, tzinfo=UTC))
        assert closes is not None
        return kinds


async def awaited(desk: AsyncDesk) -> Sequence[Ticket]:
    """Drive the async desk."""
    outcome = await desk.open(subject="Hello", requester="ana")
    assert_type(outcome, Outcome)
    found = await desk.find(open=True)
    assert_type(found, Page)
    return found.tickets


def main() -> list[str]:
    """Use the adapters that come with supportflow where their ports are asked for."""
    return plain(MemoryChannel(), MemoryStore(), ManualClock("2026-03-02T12:00:00+08:00"))
