"""A command that is meant for one version of a ticket is carried out on that version, or not at all."""

import asyncio

import pytest

from supportflow import AsyncDesk, AsyncSqlStore, Desk, MemoryStore, Policy, SlaPolicy, SqlStore, Target
from supportflow.exceptions import IdempotencyMismatch, InvalidInput, TicketNotFound, VersionMismatch
from supportflow.model.storage import Commit
from supportflow.testing import CountingIds, ManualClock


def desk_on(store, clock=None, policy=None):
    return Desk(policy, store=store, clock=clock or ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds())


@pytest.mark.parametrize("named", [{"ref": "7"}, {}], ids=["by ref", "by id"])
def test_the_version_that_was_meant_is_carried_out_and_another_one_is_not(named):
    desk = desk_on(MemoryStore())
    ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket
    named = named or {"ticket": ticket.id}
    desk.note(ticket, body="Paid twice?", by="sam")
    before = desk.history(ticket)

    for meant in (0, ticket.version, ticket.version + 2, 10**30):
        with pytest.raises(VersionMismatch) as raised:
            desk.meant_for(meant).resolve(by="sam", **named)
        assert (raised.value.expected, raised.value.version) == (meant, ticket.version + 1)
        assert (raised.value.ticket_id, raised.value.command) == (ticket.id, "resolve")
    assert desk.history(ticket) == before
    assert desk.meant_for(ticket.version + 1).resolve(by="sam", **named).ticket.status == "resolved"


class Overtaken(MemoryStore):
    """A store in which somebody else is faster, once, between the load and the commit of a command."""

    def __init__(self):
        super().__init__()
        self.meanwhile = None

    def commit(self, commit: Commit, /):
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().commit(commit)


def test_who_is_overtaken_between_load_and_commit_is_refused():
    store = Overtaken()
    desk = desk_on(store)
    ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket
    store.meanwhile = lambda: desk.note(ref="7", body="Mine!", by="wei")

    with pytest.raises(VersionMismatch):
        desk.meant_for(ticket.version).resolve(by="sam", ref="7")

    assert desk.get(ref="7").status == "new"
    store.meanwhile = lambda: desk.note(ref="7", body="Mine!", by="wei")
    assert (
        desk.resolve(by="sam", ref="7").ticket.status == "resolved"
    )  # without a version it is decided again


def test_a_repeat_with_its_key_is_answered_though_the_first_one_changed_the_version():
    desk = desk_on(MemoryStore())
    ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket

    first = desk.meant_for(ticket.version).resolve(by="sam", ref="7", key="k")
    again = desk.meant_for(ticket.version).resolve(by="sam", ref="7", key="k")

    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.events == first.events
    with pytest.raises(IdempotencyMismatch):
        desk.meant_for(1).hold(ref="7", by="sam", key="k")


def test_what_time_did_is_a_change_as_well():
    clock = ManualClock("2026-03-02T09:00:00Z")
    policy = Policy(sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=30)])])
    desk = desk_on(MemoryStore(), clock, policy)
    ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket
    clock.advance(hours=1)
    desk.run_due()

    with pytest.raises(VersionMismatch):
        desk.meant_for(ticket.version).resolve(by="sam", ref="7")


def test_words_on_a_ticket_that_was_merged_are_meant_for_the_one_that_was_named():
    desk = desk_on(MemoryStore())
    ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket
    desk.open(subject="Still none", requester="ana", ref="8")
    merged = desk.merge(ref="7", into_ref="8", by="sam").ticket

    with pytest.raises(VersionMismatch):
        desk.meant_for(ticket.version).receive(ref="7", by="ana", body="Hello?")
    assert desk.meant_for(merged.version).receive(ref="7", by="ana", body="Hello?").ticket.ref == "8"


@pytest.mark.parametrize("version", [-1, True, 1.0, "1"])
def test_what_is_no_version_is_refused(version):
    desk = desk_on(MemoryStore())
    desk.open(subject="No invoice", requester="ana", ref="7")

    with pytest.raises(InvalidInput) as raised:
        desk.meant_for(version).resolve(by="sam", ref="7")

    assert raised.value.field == "version"


def test_what_begins_a_ticket_is_meant_for_no_version():
    desk = desk_on(MemoryStore())

    with pytest.raises(InvalidInput):
        desk.meant_for(1).open(subject="No invoice", requester="ana")
    with pytest.raises(TicketNotFound):
        desk.meant_for(1).resolve(by="sam", ref="none")


def test_of_eight_who_meant_the_same_version_one_is_carried_out(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    with Desk(store=SqlStore(url)) as desk:
        ticket = desk.open(subject="No invoice", requester="ana", ref="7").ticket

    async def race():
        async with AsyncDesk(store=AsyncSqlStore(url)) as desk:
            meant = desk.meant_for(ticket.version)
            done = await asyncio.gather(
                *(meant.assign(ref="7", agent=f"agent{number}") for number in range(8)),
                return_exceptions=True,
            )
            return done, await desk.history(ref="7")

    done, history = asyncio.run(race())

    assert sorted(type(one).__name__ for one in done) == ["Outcome", *["VersionMismatch"] * 7]
    assert [event.kind for event in history].count("assignment_changed") == 1
