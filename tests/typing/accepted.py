"""Uses of the public API that a strict type checker must accept; a test runs it, too."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, assert_type

from supportflow import (
    Actor,
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
    Requester,
    Skill,
    SlaPolicy,
    StatusCategory,
    Target,
    Tick,
    Ticket,
)
from supportflow.events import SlaBreached, TicketOpened
from supportflow.model.commands import CommandBase
from supportflow.model.events import EventBase
from supportflow.ports import Channel, Clock, Outgoing, Store
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
    assert_type(await desk.reply(ref="1", body="Hi", by="sam"), Outcome)
    assert_type(await desk.queue_position(ref="1"), int | None)
    assert_type((await desk.run_due()).events, tuple[EventBase, ...])
    assert_type(await AsyncDesk.get(desk, ref="1"), Ticket)
    return found.tickets


class Carrier:
    """A channel whose method is async."""

    async def send(self, message: Outgoing, /) -> None:
        """Send it."""


class Mine(Desk):
    """A desk with a verb of the host's own, and one that sees every command."""

    def handle(self, command: CommandBase) -> Outcome:
        """See it."""
        return super().handle(command)

    def resolve(
        self,
        ticket: Ticket | str | None = None,
        *,
        by: Agent | Requester | Actor | str,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Outcome:
        """Resolve it for the reason that all of ours have."""
        return super().resolve(ticket, by=by, reason=reason or "done", ref=ref, key=key)


class Resolves(Protocol):
    """What a host asks of whoever resolves."""

    def resolve(self, ticket: Ticket | str | None = None, *, by: str) -> Outcome:
        """Resolve it."""
        ...


def lists(resolver: Resolves | None = None) -> AsyncDesk:
    """Give lists and mappings where a series of something is asked for, and ports of both kinds."""
    levels = [Target.first_response(minutes=30)]
    rules = [
        PriorityRule(
            name="vip", when=Condition(field="channel", in_=["mail", "web"]), priority_class="dispute"
        )
    ]
    policy = Policy(
        fields={"vip": FieldSpec.boolean()}, rules=rules, sla=[SlaPolicy(name="all", targets=levels)]
    )
    assert_type(policy.rules, Sequence[PriorityRule])
    if resolver is not None:
        assert_type(resolver.resolve("1", by="sam"), Outcome)
    BusinessCalendar(tz="UTC", weekly={"mon": [("09:00", "17:00")]}, holidays=["2026-12-25"])
    Agent(
        "sam",
        languages=["en"],
        skills={"cards": Skill(level=2, valid_until=datetime(2027, 1, 1, tzinfo=UTC))},
    )
    return AsyncDesk(policy, store=MemoryStore(), channels={"mail": Carrier(), "chat": MemoryChannel()})


def main() -> list[str]:
    """Use the adapters that come with supportflow where their ports are asked for."""
    with Mine() as mine:
        mine.open(subject="Hello", requester="ana", ref="1")
        mine.assign(ref="1", agent="sam")
        assert lists(None).tenant == mine.tenant
        _: Resolves = mine
    return plain(MemoryChannel(), MemoryStore(), ManualClock("2026-03-02T12:00:00+08:00"))
