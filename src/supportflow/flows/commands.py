"""One command, one transaction: recall, prepare, load, decide, commit; again if others were faster. And the tick."""

import json
from dataclasses import replace

from supportflow._time import SECOND_US, Instant, to_us
from supportflow.exceptions import (
    ConflictError,
    DuplicateRef,
    IdempotencyMismatch,
    InvalidInput,
    StoreError,
    StoreUnavailable,
    SupportflowError,
)
from supportflow.flows import requests
from supportflow.flows.cleaning import clean, read, reads
from supportflow.flows.delivering import Stop, deliver, never
from supportflow.flows.desk_stream import join, keep
from supportflow.flows.environment import Environment, alone
from supportflow.flows.evidence import with_evidence
from supportflow.flows.gathering import gather, past_of
from supportflow.flows.loading import follow, get, identify
from supportflow.flows.past import read_past
from supportflow.flows.preparing import Prepared, prepare, request_hash
from supportflow.flows.queries import whole
from supportflow.flows.recomputing import reset_clocks
from supportflow.flows.requests import Flow
from supportflow.flows.results import Tick
from supportflow.flows.rows import outbox_rows, read_row, stream_changes
from supportflow.flows.surging import settle, watch
from supportflow.flows.turns import turn_rows
from supportflow.kernel import Decision, Facts, attempted, wakeup
from supportflow.kernel.sides import as_they_are
from supportflow.model.commands import (
    Adopt,
    Advance,
    AgentCommand,
    CommandBase,
    Merge,
    Observe,
    OpenTicket,
    Provide,
    Receive,
    Split,
    TakeTurn,
    TicketCommand,
)
from supportflow.model.events import ContactJoined, EventBase
from supportflow.model.storage import (
    Commit,
    Committed,
    Duplicate,
    InboxEntry,
    RefTaken,
    StreamChange,
)
from supportflow.model.ticket import Outcome, Ticket

__all__ = ["handle", "idle_for", "tick"]

_OPENING = (OpenTicket, Adopt, Receive, Split)  # commands that may begin a ticket
CLAIM_US = 30 * SECOND_US
"""How long a ticket is a tick's own: far longer than it takes. So long is lost if its process dies."""
_CLAIMED = 25


def handle(env: Environment, command: CommandBase) -> Flow[Outcome]:
    """Carry out a command.

    Raises:
        SupportflowError: As `decide`, and what finding and storing the ticket can raise. Nothing was changed then.
    """
    if not isinstance(command, CommandBase):
        raise InvalidInput("command", "is not a command")
    if isinstance(command, AgentCommand):
        raise InvalidInput("command", "is on an agent, not on a ticket: use handle_agent")
    if command.key is None:
        return (yield from _carry_out(env, command, ""))
    fingerprint = request_hash(command, env.secret)
    try:
        # The store knows at the commit whether the key was used: to ask before would cost every command a round trip.
        return (yield from _carry_out(env, command, fingerprint))
    except SupportflowError:
        # What stands in the way may be what this very command did.
        known = yield from requests.recall(env.tenant, command.key)
        if known is None:
            raise
    return (yield from _again(env, known, fingerprint))


def _carry_out(env: Environment, command: CommandBase, fingerprint: str) -> Flow[Outcome]:
    """Prepare, load, decide, commit; again if others were faster."""
    now = yield from requests.now()
    yield from join(env, now)
    command, redacted, removed = clean(command, env.book.current.redaction)
    signals = yield from read(env, command, redacted)
    past = yield from read_past(env, command, removed)
    prepared: Prepared | None = None
    contested = ""
    for attempt in range(1, requests.ATTEMPTS + 1):
        ticket = yield from _locate(env, command)
        other = yield from _other(env, command)
        facts = yield from gather(env, command, ticket, other, signals=signals, redacted=redacted)
        spoken = _as_they_are(env, command, ticket, facts)
        if spoken is not command:  # what would have been an answer is what somebody from outside wrote
            signals = signals if reads(command) else (yield from read(env, spoken, redacted))
            command, prepared = spoken, None
            ticket = yield from _locate(env, command)
            facts = yield from gather(env, command, ticket, other, signals=signals, redacted=redacted)
        facts = replace(facts, past=past) if past else facts
        if prepared is None:
            complete = with_evidence(env, command, ticket, facts)
            prepared = yield from prepare(complete, _owner(command, ticket), now)
        if isinstance(command, _OPENING):
            facts = replace(facts, ticket_id=(yield from requests.new_id(now)))
        decision = yield from _decided(env, ticket, prepared.command, facts, now)
        events = decision.events
        touched = [one for one in (ticket, other, *facts.case.candidates) if one is not None]
        if not events and command.key is None:
            assert ticket is not None
            return Outcome(ticket)
        changes, tickets = stream_changes(env, touched, decision)
        for one in tickets.values():
            yield from keep(env, env.book[one.policy])
        shown = _subject_of(ticket, events, facts)
        inbox = _inbox_entry(command, fingerprint, shown, changes)
        now_us = to_us(now)
        outbox = (*outbox_rows(env, changes, now_us), *turn_rows(env, changes, tickets, now_us))
        commit = Commit(env.tenant, changes, prepared.content, outbox, inbox, now_us)
        answer = yield from requests.commit(commit)
        if isinstance(answer, Committed):
            return Outcome(tickets[shown], events)
        if isinstance(answer, Duplicate):
            return (yield from _again(env, answer.entry, fingerprint))
        if isinstance(answer, RefTaken):
            raise DuplicateRef(answer.ref)
        contested = answer.stream
        yield from requests.pause_after_conflict(attempt)
        now = yield from requests.now()
        yield from join(env, now)
    raise ConflictError(contested, requests.ATTEMPTS)


def _decided(
    env: Environment, ticket: Ticket | None, command: CommandBase, facts: Facts, now: Instant
) -> Flow[Decision]:
    """The decision; with the past of the tickets that it asks for, where a target applies again."""
    decision, wanted = attempted(env.book, ticket, command, facts, now)
    while wanted - facts.pasts.keys():
        pasts = dict(facts.pasts)
        for ticket_id in sorted(wanted - pasts.keys()):
            pasts[ticket_id] = yield from past_of(env, ticket_id)
        facts = replace(facts, pasts=pasts)
        decision, wanted = attempted(env.book, ticket, command, facts, now)
    return decision


def _as_they_are(env: Environment, command: CommandBase, ticket: Ticket | None, facts: Facts) -> CommandBase:
    """The command as given by whoever its giver is on this case."""
    if ticket is None:
        return command
    if isinstance(command, Merge) and ticket.requester not in facts.case.same_person:
        return as_they_are(command, ticket, env.book[ticket.policy])
    return as_they_are(command, ticket, env.book[ticket.policy], facts.case.same_person)


def _inbox_entry(
    command: CommandBase, fingerprint: str, shown: str, changes: tuple[StreamChange, ...]
) -> InboxEntry | None:
    return None if command.key is None else InboxEntry(command.key, fingerprint, _result(shown, changes))


def _subject_of(ticket: Ticket | None, events: tuple[EventBase, ...], facts: Facts) -> str:
    """The ticket that the outcome shows: the one that was opened, adopted or joined, else the one commanded."""
    opened = any(
        event.kind in {"ticket_opened", "ticket_adopted"} and not getattr(event, "split_from", None)
        for event in events
    )
    if ticket is None:
        joined = (event.ticket_id for event in events if isinstance(event, ContactJoined))
        return next(joined, facts.ticket_id)
    return facts.ticket_id if opened else ticket.id


def _locate(env: Environment, command: CommandBase) -> Flow[Ticket | None]:
    if not isinstance(command, TicketCommand):
        if isinstance(command, OpenTicket | Adopt) and command.ref is not None:
            taken = yield from requests.find_ref(env.tenant, command.ref)
            if taken is not None:
                raise DuplicateRef(command.ref)
        return None
    ticket_id = yield from identify(env, command.ticket_id, command.ref)
    ticket = yield from get(env, ticket_id)
    if isinstance(command, Receive):
        ticket = yield from follow(env, ticket)
    return ticket


def _other(env: Environment, command: CommandBase) -> Flow[Ticket | None]:
    if not isinstance(command, Merge):
        return None
    other_id = yield from identify(env, command.into_id, command.into_ref, "into")
    return (yield from get(env, other_id))


def _owner(command: CommandBase, ticket: Ticket | None) -> str | None:
    """Whose data the texts of a command are."""
    if isinstance(command, OpenTicket | Adopt):
        return command.requester
    if isinstance(command, Receive) and ticket is not None and command.by.kind == "requester":
        return command.by.id
    if isinstance(command, Observe) and ticket is not None and command.is_inbound:
        return command.writer(ticket.requester).id
    if isinstance(command, TakeTurn) and ticket is not None:
        return ticket.requester  # what the bot says and sums up repeats what the requester wrote
    if isinstance(command, Provide) and ticket is not None and command.by.kind not in {"requester", "party"}:
        return ticket.requester
    return None


def _result(ticket_id: str, changes: tuple[StreamChange, ...]) -> bytes:
    spans = [[change.stream, change.expected, change.expected + len(change.events)] for change in changes]
    return json.dumps({"ticket": ticket_id, "events": spans}).encode()


def _again(env: Environment, entry: InboxEntry, fingerprint: str) -> Flow[Outcome]:
    """The outcome of a command that was carried out before."""
    if entry.request_hash != fingerprint:
        raise IdempotencyMismatch(entry.key)
    result = json.loads(entry.result)
    events: list[EventBase] = []
    for stream, first, last in result["events"]:
        rows = yield from requests.events(env.tenant, stream, first, last - first)
        events += map(read_row, rows)
    ticket = yield from get(env, result["ticket"])
    return Outcome(ticket, tuple(events), duplicate=True)


def tick(env: Environment, limit: int, stop: Stop = never, *, wait: bool = True) -> Flow[Tick]:
    """Let everything happen that is due, then deliver what waits.

    Each ticket is claimed: ticks of other processes take others. One that fails stays claimed, so that it is tried again
    later, ever more rarely, and does not hold up the others.

    Args:
        env: The desk.
        limit: How many tickets and how many deliveries at most.
        wait: Whether to wait in the end for deliveries that go on beside.
        stop: Asked before each ticket and each delivery; True ends the tick, and what it has claimed is given back.

    Raises:
        InvalidInput: If the limit cannot be used, or the desk is inside a host's transaction.
        StoreUnavailable: If the store cannot be reached.
    """
    whole("limit", limit, 0)
    alone(env)
    now = yield from requests.now()
    yield from join(env, now, look=True)
    events = list((yield from settle(env, _advance, limit, stop)))
    yield from watch(env)
    events += yield from settle(env, _advance, limit, stop)
    yield from reset_clocks(env, limit, stop)
    failed: dict[str, str] = {}
    done = 0
    while done < limit and not stop():
        claimed = yield from requests.claim_due(env.tenant, to_us(now), CLAIM_US, min(limit - done, _CLAIMED))
        if not claimed:
            break
        for due in claimed:
            if stop():
                yield from _give_back(env, due.ticket_id)
                continue
            done += 1
            try:
                events += yield from _advance(env, due.ticket_id)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one ticket's rows bring about, the others go on
                failed[due.ticket_id] = type(error).__name__
    delivered = yield from deliver(env, now, limit, handle, stop, wait=wait)
    return Tick(
        events=tuple(events),
        tickets=done,
        delivered=delivered.delivered,
        retried=delivered.retried,
        dead=delivered.dead,
        running=delivered.running,
        failed=tuple(failed),
        errors=tuple(failed.values()),
    )


def _give_back(env: Environment, ticket_id: str) -> Flow[None]:
    """End the claim on a ticket that was not looked at."""
    row = yield from requests.load(env.tenant, ticket_id)
    if row is not None:
        yield from requests.reschedule(env.tenant, ticket_id, row.version, row.wakeup_us)


def idle_for(env: Environment, at_most_us: int) -> Flow[int]:
    """For how many microseconds from now no ticket is due, at most so many; 0 if one is due already."""
    now_us = to_us((yield from requests.now()))
    for ticket_id in (yield from requests.due(env.tenant, now_us + at_most_us, 1)):
        row = yield from requests.load(env.tenant, ticket_id)
        if row is not None and row.wakeup_us is not None:
            # A wake-up fires once its instant has passed.
            return min(max(row.wakeup_us + 1 - now_us, 0), at_most_us)
    return at_most_us


def _advance(env: Environment, ticket_id: str) -> Flow[tuple[EventBase, ...]]:
    outcome = yield from handle(env, Advance(ticket_id=ticket_id))
    if not outcome.events:
        # The stored wake-up is older than what the ticket says now: after a change of calendars or time zone data.
        ticket = outcome.ticket
        moved = wakeup(ticket, env.book[ticket.policy])
        if not (yield from requests.reschedule(env.tenant, ticket_id, ticket.version, moved)):
            raise StoreError(f"ticket {ticket_id} changed while its wake-up was set")
    return outcome.events
