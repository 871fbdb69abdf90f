"""Ladders on desks: told once whoever ticks, rotations read when a step fires, nothing lost to crashes."""

import asyncio
import threading
from datetime import date, timedelta

import pytest

from desk.office import START, clock_of, desk, store_of
from escalation.climbs import HOURS, ladder, moves, policy, reached, share, tells
from supportflow import Agent, AsyncDesk, Desk, MemoryStore, fold
from supportflow.events import LadderEnded, LadderStepReached, TicketEscalated
from supportflow.exceptions import IdempotencyMismatch, InvalidInput, Refused
from supportflow.flows.rows import read_row
from supportflow.model.storage import Conflict
from supportflow.routing.rotation import Rotation, RotationLayer, RotationOverride
from supportflow.testing import CountingIds, ManualClock

NIGHT = Rotation(
    name="night",
    tz="Europe/Berlin",
    layers=[RotationLayer(people=("lena", "max"), start=date(2026, 3, 2), turn_for=timedelta(days=1), handover_at="10:00")],
)  # fmt: skip
LADDER = ladder(
    tells(30, "rotation:night"), moves(60, "risk"), tells(90, "assignee", repeat={"minutes": 30, "times": 2})
)


def stream(one: Desk, ticket: str) -> list:
    return [read_row(row) for row in store_of(one).events("default", f"ticket:{ticket}")]


def test_a_handler_is_told_of_each_step_once_and_of_a_late_one_never():
    heard: list[LadderStepReached] = []
    one = desk(policy(LADDER, rotations=[NIGHT]), on={LadderStepReached: heard.append})
    ticket = one.open(subject="s", requester="ana").ticket.id
    one.adopt(
        ref="old", requester="ana", subject="s", opened_at=START - timedelta(minutes=100), status="open"
    )
    for _ in range(40):
        clock_of(one).advance(minutes=5)
        one.run_due()
    by_ticket: dict[str, list] = {}
    for event in heard:
        by_ticket.setdefault(event.ticket_id, []).append(event)
    young = by_ticket.pop(ticket)
    ((adopted, old),) = by_ticket.items()
    assert [(event.step, event.round) for event in young] == [(1, 0), (2, 0), (3, 0), (3, 1), (3, 2)]
    assert [(event.step, event.round) for event in old] == [(3, 1), (3, 2)]
    assert [event.empty for event in young] == [False, False, True, True, True]
    assert reached(stream(one, adopted))[0] == (3, 0, "08:50")


def test_who_is_on_call_is_asked_for_the_instant_of_the_step_and_of_the_policy_in_use():
    old = policy(
        ladder(*(tells(hours * 60, "rotation:night") for hours in (1, 25, 49, 73))), rotations=[NIGHT]
    )
    one = desk(old)
    ticket = one.open(subject="s", requester="ana").ticket.id
    clock_of(one).advance(hours=26)
    one.run_due()
    # The roster changes; the ticket stays under the version that it was opened under, and its ladder too.
    sick = NIGHT.model_copy(
        update={
            "overrides": (
                RotationOverride(agent="kim", start=START + timedelta(days=2), end=START + timedelta(days=3)),
            )
        }
    )
    other = desk(
        policy(ladder(tells(1)), rotations=[sick]),
        store=store_of(one),
        clock=clock_of(one),
        ids=one._ports["ids"],
    )
    assert "as things stand, that is agent kim" in str(other.explain(ticket))
    clock_of(one).advance(hours=50)
    other.run_due()
    steps = [event for event in stream(one, ticket) if event.kind == "ladder_step_reached"]
    assert [event.notified for event in steps] == [("lena",), ("max",), ("kim",), ("max",)]


def test_an_empty_schedule_is_recorded_and_the_ladder_moves_on():
    gaps = Rotation(
        name="night",
        tz="Europe/Berlin",
        layers=[RotationLayer(people=("lena",), start=date(2026, 3, 2), restrict=("office",))],
    )
    heard: list[LadderStepReached] = []
    one = desk(
        policy(
            ladder(
                tells(30, "rotation:night"), tells(9 * 60, "rotation:night"), tells(9 * 60 + 1, "agent:boss")
            ),
            rotations=[gaps],
            calendars={"office": HOURS},
        ),
        on={LadderStepReached: heard.append},
    )
    one.open(subject="s", requester="ana")
    clock_of(one).advance(hours=12)
    one.run_due()
    assert [(event.notified, event.vacant, event.empty) for event in heard] == [
        (("lena",), (), False), ((), ("rotation:night",), True), (("boss",), (), False),
    ]  # fmt: skip


def test_a_rotation_that_the_policy_in_use_has_dropped_means_nobody():
    one = desk(policy(ladder(tells(30, "rotation:night"), tells(40)), rotations=[NIGHT]))
    ticket = one.open(subject="s", requester="ana").ticket.id
    other = desk(policy(), store=store_of(one), clock=clock_of(one), ids=one._ports["ids"])
    clock_of(one).advance(hours=1)
    other.run_due()
    first, second = [event for event in stream(one, ticket) if event.kind == "ladder_step_reached"]
    assert (first.empty, first.vacant, second.empty) == (True, ("rotation:night",), False)


@pytest.mark.parametrize("faults", [0, 1, 3])
def test_two_desks_that_tick_at_once_fire_every_step_once(faults):
    """Both desks load the ticket before either commits: the one that is slower sees a conflict and finds nothing to do."""
    store = MemoryStore()
    clock, ids = ManualClock(START), CountingIds()
    heard: list[LadderStepReached] = []
    first, second = (
        Desk(
            policy(LADDER, rotations=[NIGHT]),
            store=store,
            clock=clock,
            ids=ids,
            on={LadderStepReached: heard.append},
        )
        for _ in range(2)
    )
    ticket = first.open(subject="s", requester="ana").ticket.id
    clock.advance(hours=3)
    commit = store.commit
    left = [faults]

    def contested(change):
        """Before the first desk's commit lands, the other desk does the same work."""
        if left[0]:
            left[0] -= 1
            if left[0] == 0:
                store.commit = commit
                second.run_due()
                return commit(change)
            return Conflict(f"ticket:{ticket}")
        return commit(change)

    store.commit = contested
    first.run_due()
    store.commit = commit
    first.run_due()
    second.run_due()
    events = [read_row(row) for row in store.events("default", f"ticket:{ticket}")]
    expected = [(1, 0, "09:30"), (2, 0, "10:00"), (3, 0, "10:30"), (3, 1, "11:00"), (3, 2, "11:30")]
    assert reached(events) == expected
    assert [(event.step, event.round) for event in heard] == [(step, turn) for step, turn, _ in expected]
    assert fold(events) == first.get(ticket)


def test_many_threads_that_tick_fire_every_step_once():
    store, clock = MemoryStore(), ManualClock(START)
    climb = policy(ladder(*(tells(minutes) for minutes in range(0, 60, 5))))
    desks = [Desk(climb, store=store, clock=clock, ids=CountingIds(f"d{number}-")) for number in range(4)]
    tickets = [desks[0].open(subject="s", requester="ana").ticket.id for _ in range(5)]
    errors: list[BaseException] = []

    def work(one: Desk) -> None:
        try:
            for _ in range(15):
                one.run_due()
        except BaseException as error:  # noqa: BLE001 - collected, and raised below
            errors.append(error)

    clock.advance(minutes=31)
    threads = [threading.Thread(target=work, args=(one,)) for one in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for ticket in tickets:
        events = [read_row(row) for row in store.events("default", f"ticket:{ticket}")]
        assert [step for step, _, _ in reached(events)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_crash_before_or_after_the_commit_loses_no_step_and_doubles_none():
    heard: list[LadderStepReached] = []
    one = desk(policy(LADDER, rotations=[NIGHT]), on={LadderStepReached: heard.append})
    ticket = one.open(subject="s", requester="ana").ticket.id
    clock_of(one).advance(minutes=61)
    store = store_of(one)
    commit = store.commit

    def dies_before(_change):
        raise ConnectionError

    def dies_after(change):
        commit(change)
        raise ConnectionError

    for broken in (dies_before, dies_after):
        store.commit = broken
        with pytest.raises(ConnectionError):
            one.note(ticket, body="n", by="sam")
        store.commit = commit
    one.run_due()
    assert [(step, turn) for step, turn, _ in reached(stream(one, ticket))] == [(1, 0), (2, 0)]
    assert [event.step for event in heard] == [1, 2]


def test_a_handler_that_fails_is_called_again_for_the_same_step():
    calls: list[int] = []

    def page(event: LadderStepReached) -> None:
        calls.append(event.step)
        if len(calls) == 1:
            raise TimeoutError

    one = desk(policy(ladder(tells(30))), on={LadderStepReached: page})
    ticket = one.open(subject="s", requester="ana").ticket.id
    for _ in range(20):
        clock_of(one).advance(minutes=30)
        one.run_due()
    assert calls == [1, 1]
    assert len(reached(stream(one, ticket))) == 1


# --- by hand -----------------------------------------------------------------------------------


def test_escalating_by_hand_is_idempotent_and_its_reason_is_kept_apart():
    one = desk(policy(LADDER, rotations=[NIGHT]))
    one.open(subject="s", requester="ana", ref="1")
    secret = "she waits since Monday"
    first = one.escalate(ref="1", by="sam", reason=secret, key="k")
    again = one.escalate(ref="1", by="sam", reason=secret, key="k")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert [event.kind for event in first.events] == ["ticket_escalated", "ladder_step_reached"]
    assert first.events[1].notified == ("lena",)
    assert [
        row
        for row in store_of(one).events("default", f"ticket:{first.ticket.id}")
        if secret.encode() in row.data
    ] == []
    with pytest.raises(IdempotencyMismatch):
        one.escalate(ref="1", by="sam", group="legal", key="k")


def test_escalating_to_a_group_or_a_person_and_what_is_refused():
    heard: list[TicketEscalated] = []
    one = desk(policy(LADDER, rotations=[NIGHT]), on={TicketEscalated: heard.append})
    one.open(subject="s", requester="ana", ref="1", assignee="sam")
    out = one.escalate(ref="1", by=Agent("sam"), group="risk", notify=["rotation:night"], reason="四眼原则")
    assert (out.ticket.group, out.ticket.assignee) == ("risk", None)
    one.run_due()
    assert [(event.notified, event.group) for event in heard] == [(("lena",), "risk")]
    with pytest.raises(InvalidInput):
        one.escalate(ref="1", by="sam", notify=["lena"])
    with pytest.raises(InvalidInput):
        one.escalate(ref="1", by="sam", ladder="nosuch")
    one.resolve(ref="1", by="sam")
    with pytest.raises(Refused):
        one.escalate(ref="1", by="sam")
    assert any(isinstance(event, LadderEnded) for event in one.history(ref="1"))


async def climb_async() -> list:
    clock = ManualClock(START)
    async with AsyncDesk(policy(ladder(tells(30), tells(None, **share(1)))), clock=clock) as one:
        await one.open(subject="s", requester="ana", ref="1")
        await one.escalate(ref="1", by="sam")
        clock.advance(hours=3)
        await one.run_due()
        return list(await one.history(ref="1"))


def test_the_asynchronous_desk_does_the_same():

    assert reached(asyncio.run(climb_async())) == [(1, 0, "09:00"), (2, 0, "11:00")]
