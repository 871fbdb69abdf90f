"""What is kept for how long: a policy's `retention`, carried out in batches; erasing, archiving and forgetting by hand.

A batch goes through tickets that have ended. What it did is done; whoever is interrupted goes on from the last cursor, or
starts again: nothing is done twice. Nothing is noted of it on tickets: events and snapshots stay as they are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from supportflow._time import Instant, instant, to_us
from supportflow.exceptions import ConflictError, InvalidInput, Refused
from supportflow.flows import requests
from supportflow.flows.bot.similar import erase_from_index
from supportflow.flows.environment import Environment, check_number, is_of_one_row
from supportflow.flows.load import get, read_or_skip, read_ticket
from supportflow.flows.queries.tickets import MAX_LIMIT
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.model.base import is_id
from supportflow.model.events import EventBase, FollowUpOpened, TicketSplit
from supportflow.model.storage import EndedRow, Query, TicketRow
from supportflow.model.ticket import Ticket
from supportflow.policy.document.retention import CONTENT_KINDS, ContentKind
from supportflow.policy.sections.retention import RetentionIndex, RetentionPlan, texts_of

__all__ = ["RETAINED", "Retained", "RetainedKind", "apply_retention", "archive", "erase", "forget_keys"]

RetainedKind = ContentKind | Literal["ticket", "key"]
"""What a policy says of how long it is kept: a kind of content, a ticket among the live ones, an idempotency key."""

RETAINED: tuple[RetainedKind, ...] = (*CONTENT_KINDS, "ticket", "key")

_TICKET, _KEYS = "ticket:", "keys"


class Retained(NamedTuple):
    """What became of one batch.

    Attributes:
        seen: Ended tickets that were looked at.
        erased: Kind of content → texts erased; a text that is two things counts as the first of them.
        archived: Tickets put away.
        keys: Idempotency keys forgotten. A trial counts all of them in its last batch.
        held: Tickets of which everything is kept, because the policy's `hold` is true of them.
        failed: Ids of those that could not be read, or kept changing; they stay as they are.
        cursor: For the next batch; None after the last.
    """

    seen: int
    erased: Mapping[ContentKind, int]
    archived: int
    keys: int
    held: int
    failed: tuple[str, ...]
    cursor: str | None


def apply_retention(
    env: Environment, kinds: Collection[str], cursor: str | None, limit: int, *, dry_run: bool
) -> Flow[Retained]:
    """Do to one batch of ended tickets what the policy of the desk says of how long they and their texts are kept.

    Args:
        env: The desk.
        kinds: What to do it to; everything, if empty.
        cursor: From the batch before.
        limit: How many tickets, and how many keys, at most.
        dry_run: Count only.

    Raises:
        InvalidInput: If a kind, the cursor or the limit cannot be used.
        Refused: If the policy has no retention.
    """
    check_number("limit", limit, 1, MAX_LIMIT)
    wanted = _wanted(kinds)
    after = _read(cursor)
    if env.book.base.document.retention is None:
        raise Refused("", "apply_retention", "the policy has no retention")
    now = yield from requests.now()
    batch = _Batch(env, wanted, now, dry_run=dry_run)
    onward: str | None = None
    if after is not None and wanted - {"key"}:
        rows = yield from requests.ended(env.tenant, after, limit + 1)
        for ended in rows[:limit]:
            try:
                yield from batch.look_at(ended)
            except Exception as error:
                if not is_of_one_row(error):
                    raise
                env.unreadable.skip(f"ticket:{ended.row.id}", error)
                batch.failed.append(ended.row.id)
        batch.seen = len(rows[:limit])
        onward = f"{_TICKET}{rows[limit - 1].row.id}" if len(rows) > limit else None
    keys = 0
    if onward is None and "key" in wanted:
        keys = yield from _forget_keys(env, batch.index, now, limit, dry_run=dry_run)
        onward = _KEYS if keys == limit and not dry_run else None
    return Retained(
        batch.seen, dict(batch.erased), batch.archived, keys, batch.held, tuple(batch.failed), onward
    )


def _wanted(kinds: Collection[str]) -> frozenset[str]:
    if isinstance(kinds, str) or not isinstance(kinds, Collection):
        raise InvalidInput("kinds", "is not a collection of kinds")
    unknown = [kind for kind in kinds if kind not in RETAINED]
    if unknown:
        raise InvalidInput("kinds", f"can be {', '.join(RETAINED)}")
    return frozenset(kinds) or frozenset(RETAINED)


def _read(cursor: str | None) -> str | None:
    """The ticket that was looked at last, `""` before the first; None if all were."""
    if cursor is None:
        return ""
    if cursor == _KEYS:
        return None
    ticket_id = str(cursor).removeprefix(_TICKET)
    if not is_id(ticket_id) or ticket_id == str(cursor):
        raise InvalidInput("cursor", "is not a cursor of this")
    return ticket_id


def _forget_keys(
    env: Environment, index: RetentionIndex, now: Instant, limit: int, *, dry_run: bool
) -> Flow[int]:
    before = index.forgotten_keys_before(now)
    if before is None:
        return 0
    if dry_run:
        return (yield from requests.count_keys(env.tenant, to_us(before)))
    return (yield from requests.purge_keys(env.tenant, to_us(before), limit))


class _Batch:
    """One batch while it goes on.

    Args:
        env: The desk.
        wanted: The kinds that it is about.
        now: The instant that periods are over at.
        dry_run: Whether it only counts.
    """

    def __init__(self, env: Environment, wanted: frozenset[str], now: Instant, *, dry_run: bool) -> None:
        self.env = env
        self.index = env.book.base.retention
        self.wanted = wanted
        self.now = now
        self.dry_run = dry_run
        self.seen = self.archived = self.held = 0
        self.erased: Counter[ContentKind] = Counter()
        self.failed: list[str] = []

    def look_at(self, ended: EndedRow) -> Flow[None]:
        """Do what is due on a ticket, deciding anew as often as it changes meanwhile."""
        ticket = yield from read_ticket(self.env, ended.row)
        for attempt in range(1, requests.ATTEMPTS + 1):
            rests_on = {ticket.id: ticket.version}
            plan = yield from self._plan(ticket, rests_on)
            if (yield from self._erase(ticket, plan, rests_on)):
                self.held += plan.held
                yield from self._put_away(ended, ticket, plan)
                return
            yield from requests.pause_after_conflict(attempt)
            ticket = yield from get(self.env, ticket.id)
        raise ConflictError(f"ticket:{ticket.id}", requests.ATTEMPTS)

    def _plan(self, ticket: Ticket, rests_on: dict[str, int]) -> Flow[RetentionPlan]:
        """What is due on a ticket, by itself and by the case that it was merged into."""
        case, met = ticket, {ticket.id}
        while case.merged_into is not None and case.merged_into not in met:
            case = yield from get(self.env, case.merged_into)
            met.add(case.id)
            rests_on[case.id] = case.version
        return self.index.plan(ticket, self.now, successor=None if case is ticket else case)

    def _put_away(self, ended: EndedRow, ticket: Ticket, plan: RetentionPlan) -> Flow[None]:
        due = plan.archive_at is not None and not ended.archived and ended.row.wakeup_us is None
        if due and "ticket" in self.wanted:
            self.archived += self.dry_run or (
                yield from requests.put_away(self.env.tenant, ticket.id, ticket.version)
            )

    def _erase(self, ticket: Ticket, plan: RetentionPlan, rests_on: dict[str, int]) -> Flow[bool]:
        """Erase what is due; False if a ticket that this rests on has changed meanwhile."""
        due = {step.kind for step in plan.erase}
        if due.isdisjoint(self.wanted):
            return True
        events = yield from self._events(ticket)
        counted = {
            row_id: kinds[0]
            for row_id, kinds in _kinds(events).items()
            if due.issuperset(kinds) and not self.wanted.isdisjoint(kinds)
        }
        kept = yield from requests.contents(self.env.tenant, sorted(counted))
        there = {row_id for row_id, row in kept.items() if row.salt is not None}
        there -= yield from self._needed_elsewhere(ticket, events, there, rests_on)
        if there and not self.dry_run:
            done = yield from requests.erase_contents(self.env.tenant, sorted(there), rests_on)
            if not done:
                return False
            yield from erase_from_index(self.env, there)
        self.erased.update(counted[row_id] for row_id in there)
        return True

    def _events(self, ticket: Ticket) -> Flow[list[EventBase]]:
        rows = yield from requests.events(self.env.tenant, f"ticket:{ticket.id}")
        return [read_row(row) for row in rows]

    def _needed_elsewhere(
        self, ticket: Ticket, events: list[EventBase], there: set[str], rests_on: dict[str, int]
    ) -> Flow[set[str]]:
        """Which texts another ticket still needs: a follow-up and a part split off have subject and person of the first."""
        shared: set[str] = there & set(_own(ticket))
        needed: set[str] = set()
        met = {ticket.id}
        waiting = _relatives(ticket, events)
        while waiting and shared - needed:
            ticket_id = waiting.pop()
            if ticket_id in met:
                continue
            met.add(ticket_id)
            other = yield from get(self.env, ticket_id)
            uses = {row_id: kind for row_id, kind in _own(other).items() if row_id in shared}
            if not uses:
                continue
            rests_on[other.id] = other.version
            plan = yield from self._plan(other, rests_on)
            due = {step.kind for step in plan.erase}
            # What all of them need no longer goes with the first: a trial counts it there, too.
            counted_before = self.dry_run and other.id < ticket.id
            needed |= {row_id for row_id, kind in uses.items() if counted_before or kind not in due}
            waiting += _relatives(other, (yield from self._events(other)))
        return needed


def _kinds(events: list[EventBase]) -> dict[str, tuple[ContentKind, ...]]:
    """Content row → the kinds that it is of; evidence in a message's attachments is one row with two uses."""
    found: dict[str, dict[ContentKind, None]] = defaultdict(dict)
    for event in events:
        for kind, row_id in texts_of(event):
            found[row_id][kind] = None
    return {row_id: tuple(kinds) for row_id, kinds in found.items()}


def _own(ticket: Ticket) -> dict[str, ContentKind]:
    """The texts that a ticket may have in common with others, and their kinds."""
    own: dict[str, ContentKind] = {}
    if ticket.subject is not None:
        own[ticket.subject.id] = "subject"
    if ticket.personal is not None:
        own[ticket.personal.id] = "personal"
    return own


def _relatives(ticket: Ticket, events: list[EventBase]) -> list[str]:
    """Ids of the tickets that one goes back to, and of those that go back to it."""
    children = [one.into for one in events if isinstance(one, FollowUpOpened | TicketSplit)]
    return [one for one in (ticket.split_from, ticket.follow_up_of) if one is not None] + children


def archive(env: Environment, before: datetime | str, limit: int) -> Flow[int]:
    """Put away tickets that are closed or cancelled, and last changed before an instant.

    Raises:
        InvalidInput: If the instant or the limit cannot be used.
    """
    before_us = yield from _past_us(before, limit)
    return (yield from requests.archive(env.tenant, before_us, limit))


def forget_keys(env: Environment, before: datetime | str, limit: int) -> Flow[int]:
    """Forget the idempotency keys of commands from before an instant.

    Raises:
        InvalidInput: If the instant or the limit cannot be used.
    """
    before_us = yield from _past_us(before, limit)
    return (yield from requests.purge_keys(env.tenant, before_us, limit))


def _past_us(before: datetime | str, limit: int) -> Flow[int]:
    check_number("limit", limit, 1)
    before_us = to_us(instant(before, "before"))
    if before_us > to_us((yield from requests.now())):
        raise InvalidInput("before", "is not in the past")
    return before_us


def erase(env: Environment, subject: str) -> Flow[int]:
    """Erase every text of a person; events and folds stay as they are.

    Raises:
        InvalidInput: If it is not an id.
        Refused: If the policy's hold is true of a ticket of theirs, or of one that has a text of theirs.
    """
    if not is_id(subject):
        raise InvalidInput("subject", "is not an id")
    if env.book.base.document.retention is not None and env.book.base.retention.hold is not None:
        yield from _see_that_nothing_is_held(env, subject)
    # From the index first: if that fails, nothing was erased, and the caller tries again. And afterwards, because what was
    # read before may have been put there meanwhile.
    yield from _erase_from_index(env, subject)
    erased = yield from requests.erase(env.tenant, subject)
    yield from _erase_from_index(env, subject)
    return erased


def _see_that_nothing_is_held(env: Environment, person: str) -> Flow[None]:
    """Look at every ticket, archived or not: a person can have written on anybody's.

    Raises:
        Refused: If the policy's hold is true of one that has a text of theirs, or whose requester they are.
    """
    now = yield from requests.now()
    last: tuple[str, ...] | None = None
    while last is None or last:
        page = yield from requests.search(env.tenant, Query({}, ("id",), last, MAX_LIMIT))
        for row in page:
            yield from _see_that_it_is_not_held(env, person, row, now)
        last = (page[-1].id,) if len(page) == MAX_LIMIT else ()
    after: str | None = ""
    while after is not None:
        ended = yield from requests.ended(env.tenant, after, MAX_LIMIT)
        for one in ended:
            if one.archived:
                yield from _see_that_it_is_not_held(env, person, one.row, now)
        after = ended[-1].row.id if len(ended) == MAX_LIMIT else None


def _see_that_it_is_not_held(env: Environment, person: str, row: TicketRow, now: Instant) -> Flow[None]:
    index = env.book.base.retention
    assert index.hold is not None
    own = row.requester == person
    ticket = (yield from read_ticket(env, row)) if own else (yield from read_or_skip(env, row))
    if ticket is None:
        return
    case, met = ticket, {ticket.id}
    while case.merged_into is not None and case.merged_into not in met:
        case = yield from get(env, case.merged_into)
        met.add(case.id)
    if not index.holds(ticket, now, successor=None if case is ticket else case):
        return
    if own or (yield from _has_text_of(env, ticket.id, person)):
        why = index.hold.model_dump_json(exclude_unset=True, by_alias=True)
        raise Refused(ticket.id, "erase", f"the policy's hold is true of it: {why}")


def _has_text_of(env: Environment, ticket_id: str, person: str) -> Flow[bool]:
    """Whether a ticket has a text of somebody that is not erased yet."""
    events = [read_row(row) for row in (yield from requests.events(env.tenant, f"ticket:{ticket_id}"))]
    found = yield from requests.contents(env.tenant, sorted(_kinds(events)))
    return any(row.subject == person and row.salt is not None for row in found.values())


def _erase_from_index(env: Environment, subject: str) -> Flow[None]:
    if "similar" in env.ports:
        yield requests.Call("similar", "erase", (env.tenant, subject))
