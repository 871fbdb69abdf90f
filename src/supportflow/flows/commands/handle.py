"""One command, one transaction: prepare, load, decide, commit; again if others were faster."""

import json
from collections.abc import Iterable, Mapping

from supportflow._time import Instant, to_us
from supportflow.exceptions import (
    ConflictError,
    DuplicateRef,
    IdempotencyMismatch,
    InvalidInput,
    Refused,
    SupportflowError,
    TicketNotFound,
    TransitionRefused,
    VersionMismatch,
)
from supportflow.flows import requests
from supportflow.flows.commands.clean import clean, is_read, read_past, read_signals
from supportflow.flows.commands.content import Prepared, prepare, request_hash, with_evidence
from supportflow.flows.commands.facts import load_events, load_facts, may_need_person
from supportflow.flows.commands.incidents import comes_after, resolution
from supportflow.flows.desk_stream import begin_spread, store_policy, synchronise
from supportflow.flows.environment import UNREADABLE, Environment
from supportflow.flows.load import find_ref, follow_merges, get, get_with_requester, identify
from supportflow.flows.people import RequesterStream, person_facts
from supportflow.flows.requests import Flow
from supportflow.flows.rows import outbox_rows, read_row, stream_changes
from supportflow.kernel import Decision, Facts, attempted
from supportflow.kernel.decide import is_on_ticket
from supportflow.kernel.sides import command_on_side
from supportflow.model.commands import (
    Adopt,
    AgentCommand,
    CommandBase,
    DecideAnnouncement,
    EndCall,
    LinkIncident,
    Merge,
    Observe,
    OpenTicket,
    Provide,
    Rate,
    Receive,
    SolveProblem,
    Split,
    TakeTurn,
    TicketCommand,
    WithdrawAnnouncement,
)
from supportflow.model.events import ContactJoined, EventBase, TicketAdopted, TicketOpened
from supportflow.model.inside import inside
from supportflow.model.storage import (
    Commit,
    Committed,
    Conflict,
    Duplicate,
    InboxEntry,
    RefTaken,
    StreamChange,
)
from supportflow.model.ticket import Outcome, Ticket

__all__ = ["decide_with_pasts", "handle"]

# A command's kind is looked up: to ask a model's class whether it has an instance costs as much as a small event.
_OPENING = frozenset({OpenTicket, Adopt, EndCall, Rate, Receive, Split})  # commands that may begin a ticket
_SPREADING = frozenset({DecideAnnouncement, SolveProblem, WithdrawAnnouncement})  # what others hear of
_OF_TWO = frozenset({LinkIncident, Merge})  # what is on two tickets


def handle(env: Environment, command: CommandBase, version: int | None = None) -> Flow[Outcome]:
    """Carry out a command.

    Args:
        env: The desk.
        command: The command.
        version: The version of the ticket that it is meant for; whatever there is, if None.

    Raises:
        SupportflowError: As `decide`, and what finding and storing the ticket can raise. Nothing was changed then.
    """
    if not isinstance(command, CommandBase):
        raise InvalidInput("command", "is not a command")
    if not is_on_ticket(type(command)):
        command = _of_a_kind(command)
    if version is not None and not isinstance(command, TicketCommand):
        raise InvalidInput("version", "is that of a ticket, and this command begins one")
    if command.key is None:
        return (yield from _execute(env, command, "", version))
    fingerprint = request_hash(command, env.secret)
    try:
        # The store knows at the commit whether the key was used: to ask before would cost every command a round trip.
        return (yield from _execute(env, command, fingerprint, version))
    except SupportflowError:
        # The first time this command ran, it may itself have made what stands in the way now.
        known = yield from requests.recall(env.tenant, command.key)
        if known is None:
            raise
    return (yield from _recorded_outcome(env, known, fingerprint))


def _of_a_kind(command: CommandBase) -> CommandBase:
    """The command as one of its kind that can be carried out: a host may have a class of its own for what opens a ticket."""
    if isinstance(command, AgentCommand):
        raise InvalidInput("command", "is on an agent, not on a ticket: use handle_agent")
    for kind in (OpenTicket, Adopt):
        if isinstance(command, kind):
            return kind.model_construct(**{name: getattr(command, name) for name in kind.model_fields})
    raise InvalidInput("command", "is of no kind that can be carried out")


def _execute(env: Environment, command: CommandBase, fingerprint: str, version: int | None) -> Flow[Outcome]:
    """Prepare, load, decide, commit; again if others were faster."""
    now = yield from requests.now()
    yield from synchronise(env, now)
    command, redacted, removed = clean(command, env.book.current.redaction)
    signals = yield from read_signals(env, command, redacted)
    past = yield from read_past(env, command, removed)
    prepared: Prepared | None = None
    contested = ""
    for attempt in range(1, requests.ATTEMPTS + 1):
        ticket, other, read = yield from _tickets(env, command, version)
        seen = None if ticket is None else inside(ticket)  # what is only read, until it is decided on
        facts = yield from load_facts(
            env, command, seen, other, signals=signals, redacted=redacted, read=read
        )
        attributed = _attributed(env, command, seen, facts)
        if (
            attributed is not command
        ):  # an agent's answer on a case of their own is the words of somebody from outside
            signals = signals if is_read(command) else (yield from read_signals(env, attributed, redacted))
            command, prepared = attributed, None
            ticket, read = yield from _locate(env, command, version)
            seen = None if ticket is None else inside(ticket)
            facts = yield from load_facts(
                env, command, seen, other, signals=signals, redacted=redacted, read=read
            )
        facts = facts._replace(past=past) if past else facts
        if prepared is None:
            complete = with_evidence(env, command, seen, facts)
            prepared = yield from prepare(complete, _owner(command, seen), now)
        if type(command) in _OPENING:
            facts = facts._replace(ticket_id=(yield from requests.new_id(now)))
        if facts.case.said is not None or (isinstance(command, Rate) and command.comment is not None):
            facts = facts._replace(task_id=(yield from requests.new_id(now)))  # a follow-up and a task
        decision, facts = yield from decide_with_pasts(env, seen, prepared.command, facts, now, read)
        events = decision.events
        touched = [one for one in (ticket, other, *facts.case.candidates) if one is not None]
        if not events and command.key is None:
            assert ticket is not None
            return Outcome(ticket)
        outcome_id = _outcome_id(seen, events, facts)
        if env.held is not None:
            env.held.take(env.book, decision, prepared.content)
            return Outcome(env.held.tickets[outcome_id], events)
        if type(command) in _SPREADING and ticket is not None:
            yield from begin_spread(env, ticket.id)
        people = {} if facts.person is None else facts.person.streams
        answer = yield from _store(
            env, command, fingerprint, touched, decision, prepared, outcome_id, now, people
        )
        if isinstance(answer, Outcome):
            return answer
        contested = answer.stream
        yield from requests.pause_after_conflict(attempt)
        now = yield from requests.now()
        yield from synchronise(env, now)
    raise ConflictError(contested, requests.ATTEMPTS)


def _tickets(
    env: Environment, command: CommandBase, version: int | None
) -> Flow[tuple[Ticket | None, Ticket | None, RequesterStream | None]]:
    """The ticket that a command is on, the other one of two, and what was read of its requester with the first."""
    ticket, read = yield from _locate(env, command, version)
    if comes_after(command, ticket) and (yield from _resolve_first(env, ticket)):
        ticket, read = yield from _locate(env, command, version)
    if type(command) not in _OF_TWO:
        return ticket, None, read
    other = yield from _other(env, command)
    if comes_after(command, other) and (yield from _resolve_first(env, other)):
        other = yield from _other(env, command)
    return ticket, other, read


def _resolve_first(env: Environment, ticket: Ticket | None) -> Flow[bool]:
    """Resolve an incident whose problem is solved already, if no worker has come round to it; True if that changed it.

    Its clocks end at the instant of the solution, whatever is done to it since: so the solution is recorded first.
    """
    if env.held is not None:
        return False
    assert ticket is not None
    linked_to = ticket.spread.problem
    assert linked_to is not None
    try:
        problem = yield from follow_merges(env, (yield from get(env, linked_to)))
        ending = resolution(problem, ticket.id, linked_to)
    except (TicketNotFound, *UNREADABLE):  # a problem that cannot be read holds up none of its incidents
        return False
    if ending is None:
        return False
    try:
        return bool((yield from handle(env, ending)).events)
    except (Refused, TransitionRefused):  # steps are missing, or another pair of eyes is: it stays open
        return False


def _store(
    env: Environment,
    command: CommandBase,
    fingerprint: str,
    touched: Iterable[Ticket],
    decision: Decision,
    prepared: Prepared,
    outcome_id: str,
    now: Instant,
    people: Mapping[str, int],
) -> Flow[Outcome | Conflict]:
    """Commit a decision.

    Returns:
        What it did, or what the key's first use did; a conflict, if others were faster.

    Raises:
        DuplicateRef: If another ticket has the host's reference.
    """
    now_us = to_us(now)
    changes, tickets, events = stream_changes(env, touched, decision, people)
    for one in tickets.values():
        policy = env.book[one.policy]
        if policy.document.overlay is not None:
            yield from store_policy(env, policy)
    inbox = _inbox_entry(command, fingerprint, outcome_id, changes)
    outbox = outbox_rows(env, changes, tickets, events, now_us)
    answer = yield from requests.commit(Commit(env.tenant, changes, prepared.content, outbox, inbox, now_us))
    if isinstance(answer, Committed):
        return Outcome(tickets[outcome_id], decision.events)
    if isinstance(answer, Duplicate):
        return (yield from _recorded_outcome(env, answer.entry, fingerprint))
    if isinstance(answer, RefTaken):
        raise DuplicateRef(answer.ref)
    return answer


def decide_with_pasts(
    env: Environment,
    ticket: Ticket | None,
    command: CommandBase,
    facts: Facts,
    now: Instant,
    read: RequesterStream | None = None,
) -> Flow[tuple[Decision, Facts]]:
    """The decision, and what it rests on.

    Where a target applies again, it asks for the past of tickets; where a person may be asked for a rating, or was verified,
    for what is known of them across tickets. Both are then loaded, but for what was read with the ticket.
    """
    decision, wanted, person = attempted(env.book, ticket, command, facts, now)
    if person is not None and env.held is None:
        facts = facts._replace(person=(yield from person_facts(env, person, read)))
        decision, wanted, _ = attempted(env.book, ticket, command, facts, now)
    while wanted - facts.pasts.keys():
        pasts = dict(facts.pasts)
        for ticket_id in sorted(wanted - pasts.keys()):
            pasts[ticket_id] = yield from load_events(env, ticket_id)
        facts = facts._replace(pasts=pasts)
        decision, wanted, _ = attempted(env.book, ticket, command, facts, now)
    return decision, facts


def _attributed(env: Environment, command: CommandBase, ticket: Ticket | None, facts: Facts) -> CommandBase:
    """The command as given by whoever its giver is on this case."""
    if ticket is None:
        return command
    if type(command) is Merge and ticket.requester not in facts.case.same_person:
        return command_on_side(command, ticket, env.book[ticket.policy])
    return command_on_side(command, ticket, env.book[ticket.policy], facts.case.same_person)


def _inbox_entry(
    command: CommandBase, fingerprint: str, ticket_id: str, changes: tuple[StreamChange, ...]
) -> InboxEntry | None:
    return None if command.key is None else InboxEntry(command.key, fingerprint, _result(ticket_id, changes))


def _outcome_id(ticket: Ticket | None, events: tuple[EventBase, ...], facts: Facts) -> str:
    """The ticket that the outcome shows: the one that was opened, adopted or joined, else the one commanded."""
    if ticket is not None and not facts.ticket_id:
        return ticket.id
    opened = any(
        type(event) in _BEGINNING
        and not (getattr(event, "split_from", None) or getattr(event, "review_of", None))
        for event in events
    )
    if ticket is None:
        joined = (event.ticket_id for event in events if isinstance(event, ContactJoined))
        return next(joined, facts.ticket_id)
    return facts.ticket_id if opened else ticket.id


def _locate(
    env: Environment, command: CommandBase, version: int | None
) -> Flow[tuple[Ticket | None, RequesterStream | None]]:
    """The ticket that a command is on, and what was read of its requester with it."""
    if not isinstance(command, TicketCommand):
        if isinstance(command, OpenTicket | Adopt) and command.ref is not None:
            taken = yield from find_ref(env, command.ref)
            if taken is not None:
                raise DuplicateRef(command.ref)
        return None, None
    ticket_id, read = command.ticket_id, None
    named_once = (ticket_id is None) != (command.ref is None)
    if env.loads_requesters and env.held is None and named_once and may_need_person(env, command):
        ticket, read = yield from get_with_requester(env, ticket_id, command.ref)
    else:
        if ticket_id is None or command.ref is not None:
            ticket_id = yield from identify(env, ticket_id, command.ref)
        ticket = yield from get(env, ticket_id)
    if version is not None and ticket.version != version:
        raise VersionMismatch(ticket.id, command.kind, version, ticket.version)
    if type(command) is Receive:
        ticket = yield from follow_merges(env, ticket)
    return ticket, read


def _other(env: Environment, command: CommandBase) -> Flow[Ticket]:
    if isinstance(command, LinkIncident):
        problem_id = yield from identify(env, command.problem_id, command.problem_ref, "problem")
        return (yield from get(env, problem_id))
    assert isinstance(command, Merge)
    other_id = yield from identify(env, command.into_id, command.into_ref, "into")
    return (yield from get(env, other_id))


def _owner(command: CommandBase, ticket: Ticket | None) -> str | None:
    """Whose data the texts of a command are."""
    if type(command) not in _OWNED:
        return None
    if isinstance(command, OpenTicket | Adopt):
        return command.requester
    if isinstance(command, Receive) and ticket is not None and command.by.kind == "requester":
        return command.by.id
    if isinstance(command, Observe) and ticket is not None and command.is_inbound:
        return command.writer(ticket.requester).id
    if isinstance(command, TakeTurn | Rate) and ticket is not None:
        return ticket.requester  # what the bot says and sums up repeats what the requester wrote
    if isinstance(command, Provide) and ticket is not None and command.by.kind not in {"requester", "party"}:
        return ticket.requester
    return None


_BEGINNING = frozenset({TicketOpened, TicketAdopted})
_OWNED = frozenset({OpenTicket, Adopt, Receive, Observe, TakeTurn, Provide, Rate})
"""Kinds of which some are somebody's else than the giver's."""


def _result(ticket_id: str, changes: tuple[StreamChange, ...]) -> bytes:
    spans = [[change.stream, change.expected, change.expected + len(change.events)] for change in changes]
    return json.dumps({"ticket": ticket_id, "events": spans}).encode()


def _recorded_outcome(env: Environment, entry: InboxEntry, fingerprint: str) -> Flow[Outcome]:
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
