"""What one ticket says and does to many: announcements sent to whoever they concern, incidents resolved with their problem.

The desk's stream names the tickets that concern others; a desk that has none looks at nothing. Each is gone through in every
tick, by every process: what was done stands on the ticket that it was done to, so it is done once, and whoever is killed in
the middle leaves nothing undone.
"""

from collections.abc import Iterator, Mapping, Sequence

from supportflow._time import SECOND_US, to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.exceptions import InvalidInput, Refused, TransitionRefused
from supportflow.flows import requests
from supportflow.flows.commands.facts import load_events
from supportflow.flows.commands.handle import handle
from supportflow.flows.commands.incidents import resolution
from supportflow.flows.desk_stream import end_spread, synchronise
from supportflow.flows.environment import Environment, Stop, is_of_one_row
from supportflow.flows.load import follow_merges, get, read_or_skip
from supportflow.flows.requests import Flow
from supportflow.model.announcements import Announced, Announcement
from supportflow.model.base import TicketType, is_id
from supportflow.model.commands import Announce, ListTickets, ResolveWithProblem
from supportflow.model.events import EventBase, TicketAbsorbed, TicketsListed
from supportflow.model.people import SYSTEM
from supportflow.model.storage import Query, TicketRow
from supportflow.model.ticket import Ticket
from supportflow.policy.overlay import greeting_of
from supportflow.texts import FALLBACK, in_language, phrase

__all__ = ["greeting", "spread"]

_PAGE = 100
OVERLAP_US = 10 * SECOND_US
"""So far back the latest tickets are looked at again: what was written at the same time can be committed after."""

Cursor = tuple[int | str | None, ...] | None


def spread(env: Environment, limit: int, stop: Stop) -> Flow[tuple[EventBase, ...]]:
    """Tell whoever is still to be told, and resolve whatever is still to be resolved.

    Args:
        env: The desk.
        limit: How many tickets are told of each announcement, at most.
        stop: Asked before each ticket; True ends it.

    Returns:
        What was recorded.
    """
    events: list[EventBase] = []
    for ticket_id, since in tuple(env.desk.spreading.items()):
        if stop():
            break
        try:
            ticket = yield from get(env, ticket_id)
            walk = _Walk(env, ticket, limit, stop)
            busy = yield from walk.go()
            events += walk.events
        except Exception as error:
            if not is_of_one_row(error):
                raise
            env.unreadable.skip(f"ticket:{ticket_id}", error)
            continue
        if not busy:
            yield from end_spread(env, ticket_id, since)
    return tuple(events)


class _Walk:
    """One look at a ticket that concerns others.

    Args:
        env: The desk.
        ticket: The ticket.
        limit: How many tickets are told of each announcement, at most.
        stop: Asked before each ticket; True ends it.

    Attributes:
        events: What was recorded.
    """

    def __init__(self, env: Environment, ticket: Ticket, limit: int, stop: Stop) -> None:
        self.env, self.ticket, self.limit, self.stop = env, ticket, limit, stop
        self.events: list[EventBase] = []
        self._found: list[str] = []

    def go(self) -> Flow[bool]:
        """Do what is to be done; True if there is, or will be, more."""
        now_us = to_us((yield from requests.now()))
        busy = False
        for one in self.ticket.spread.announcements:
            if not one.approved:
                continue
            holds = one.holds(now_us)
            if holds or one.withdrawn:
                busy |= yield from self._say(one, holds=holds)
        busy |= yield from self._resolve()
        return busy

    # --- announcements ---------------------------------------------------------------------

    def _say(self, one: Announcement, *, holds: bool) -> Flow[bool]:
        """Say an announcement as it is now: where it is posted, to those told before, then to those it is new to."""
        mark = (one.approved, one.withdrawn)
        key = (self.ticket.id, one.number)
        done, after = self.env.spread_progress.get(key, (None, None))
        texts = yield from self._texts(one)
        if not texts:  # an erased text has nothing left to say
            return False
        if done != mark:
            yield from self._post(one, texts)
            for ticket_id in (yield from self._listed(one.number)):
                if self.stop():
                    return True
                yield from self._tell(one, texts, ticket_id)
            self.env.spread_progress[key] = mark, None
            after = None
        if holds and not self.stop():
            after = yield from self._tell_new(one, texts, after)
            self.env.spread_progress[key] = mark, after
        return holds

    def _post(self, one: Announcement, texts: Mapping[str, str]) -> Flow[None]:
        """Post it on every public channel, in all of its languages at once."""
        rules = self.env.policy.announcements
        for channel in () if rules is None else rules.posts:
            yield from self._send(one, self.ticket.id, "\n\n".join(texts.values()), channel)

    def _tell_new(self, one: Announcement, texts: Mapping[str, str], after: Cursor) -> Flow[Cursor]:
        """Tell the open tickets that it concerns, in the order in which somebody touched them last.

        Returns:
            Where the next look goes on: a ticket that changes comes after that again.
        """
        said = self._said(one)
        sent = 0
        while sent < self.limit and not self.stop():
            query = Query({"open": True}, ("touched_us", "id"), after, min(_PAGE, self.limit - sent))
            rows = yield from requests.search(self.env.tenant, query)
            fresh = yield from self._concerned(one, said, rows)
            if fresh:
                listed = yield from handle(
                    self.env,
                    ListTickets(by=SYSTEM, ticket_id=self.ticket.id, number=one.number, tickets=tuple(fresh)),
                )
                self.events += listed.events
            for ticket_id in fresh:
                if self.stop():
                    return after
                yield from self._tell(one, texts, ticket_id)
                sent += 1
            if rows:
                after = (rows[-1].touched_us, rows[-1].id)
            if len(rows) < query.limit:
                break
        now_us = to_us((yield from requests.now()))
        return after if after is None or after < (now_us - OVERLAP_US,) else (now_us - OVERLAP_US, "")

    def _concerned(self, one: Announcement, said: Announced, rows: Sequence[TicketRow]) -> Flow[list[str]]:
        """Ids of the tickets in rows that it concerns and is new to."""
        matches = self.env.book.base.audience(one.audience)
        problems = yield from self._problems()
        fresh: list[str] = []
        for row in rows:
            ticket = yield from read_or_skip(self.env, row)
            if ticket is None or ticket.private or ticket.id == self.ticket.id:
                continue
            record = ticket_record(ticket, to_us(ticket.recorded_at))
            if not (ticket.spread.problem in problems or (matches is not None and matches(record))):
                continue
            heard = ticket.spread.heard(said)
            if heard is None or heard.leaves_new(said):
                fresh.append(ticket.id)
        return fresh

    def _tell(self, one: Announcement, texts: Mapping[str, str], ticket_id: str) -> Flow[None]:
        ticket = yield from get(self.env, ticket_id)
        yield from self._send(one, ticket_id, self._words(texts, ticket.language), None)

    def _send(self, one: Announcement, ticket_id: str, body: str, channel: str | None) -> Flow[None]:
        command = Announce(
            by=SYSTEM,
            ticket_id=ticket_id,
            announced=self._said(one),
            body=body,
            channel=channel,
            links=one.links and channel is None and self.ticket.is_open,
        )
        yield from self._do(command)

    def _said(self, one: Announcement) -> Announced:
        return Announced(
            ticket=self.ticket.id, number=one.number, revision=one.approved, withdrawn=one.withdrawn
        )

    def _texts(self, one: Announcement) -> Flow[dict[str, str]]:
        """Language → what it says now. Of one that no longer holds, that it does not."""
        if one.withdrawn:
            return dict(phrase("notices", "announcement", "withdrawn"))
        return (yield from announced_texts(self.env, one))

    def _words(self, texts: Mapping[str, str], language: str | None) -> str:
        rules = self.env.policy.announcements
        return in_language(texts, language, FALLBACK if rules is None else rules.language)[1]

    def _listed(self, number: str) -> Flow[list[str]]:
        """The tickets that were listed for an announcement."""
        events = yield from load_events(self.env, self.ticket.id)
        return list(dict.fromkeys(_listed_in(events, number)))

    # --- incidents -------------------------------------------------------------------------

    def _resolve(self) -> Flow[bool]:
        """Resolve the incidents of a problem as of the instant at which it was solved; True if that was broken off."""
        key = (self.ticket.id, "")
        mark = (self.ticket.spread.solved_us or 0, False)
        if mark == (0, False) or self.env.spread_progress.get(key, (None, None))[0] == mark:
            return False
        for problem in (yield from self._problems()):
            events = yield from load_events(self.env, problem)
            for listed_id in dict.fromkeys(_listed_in(events, None)):
                if self.stop():
                    return True
                ticket_id = yield from self._goes_on_as(listed_id)
                command = None if ticket_id is None else resolution(self.ticket, ticket_id, problem)
                if command is not None:
                    yield from self._do(command)
        self.env.spread_progress[key] = mark, None
        return False

    def _problems(self) -> Flow[list[str]]:
        """Ids of the problems whose incidents these are: the ticket, and what was merged into it, however often."""
        if self._found:
            return self._found
        found, at = [self.ticket.id], 0
        while self.ticket.type is TicketType.PROBLEM and at < len(found):
            events = yield from load_events(self.env, found[at])
            absorbed = (one.source_id for one in events if isinstance(one, TicketAbsorbed))
            found += [one for one in absorbed if one not in found]
            at += 1
        self._found = found
        return found

    def _goes_on_as(self, ticket_id: str) -> Flow[str | None]:
        """The ticket that an incident was merged into, or itself; None if it cannot be read, which is noted."""
        try:
            return (yield from follow_merges(self.env, (yield from get(self.env, ticket_id)))).id
        except Exception as error:
            if not is_of_one_row(error):
                raise
            self.env.unreadable.skip(f"ticket:{ticket_id}", error)
            return None

    def _do(self, command: Announce | ResolveWithProblem) -> Flow[None]:
        """Carry out a command on one of many. One that is refused, or cannot be read, is left for a person."""
        try:
            self.events += (yield from handle(self.env, command)).events
        except (Refused, TransitionRefused):
            return
        except Exception as error:
            if not is_of_one_row(error):
                raise
            self.env.unreadable.skip(f"ticket:{command.ticket_id}", error)


def _listed_in(events: tuple[EventBase, ...], number: str | None) -> Iterator[str]:
    """The tickets that were listed for an announcement, or as incidents: whichever way, if no number is given."""
    for event in events:
        if isinstance(event, TicketsListed) and number in {None, event.number}:
            yield from event.tickets


def announced_texts(env: Environment, one: Announcement) -> Flow[dict[str, str]]:
    """Language → the words of an announcement that were approved last, without those that were erased."""
    found = yield from requests.contents(env.tenant, [ref.id for ref in one.texts.values()])
    texts = {language: found[ref.id].value for language, ref in one.texts.items() if ref.id in found}
    return {language: text for language, text in texts.items() if text is not None}


def greeting(env: Environment, language: str | None) -> Flow[str | None]:
    """What is said now to somebody who begins a contact: the policy's greeting, then what is announced.

    Raises:
        InvalidInput: If that is no tag.
    """
    if language is not None and not is_id(language):
        raise InvalidInput("language", "is not a language tag")
    now = yield from requests.now()
    yield from synchronise(env, now)
    rules = env.policy.announcements
    said = [greeting_of(env.policy, language)]
    if rules is not None and rules.greets:
        for ticket_id in env.desk.spreading:
            row = yield from requests.load(env.tenant, ticket_id)
            ticket = None if row is None else (yield from read_or_skip(env, row))
            for one in () if ticket is None else ticket.spread.announcements:
                texts = (yield from announced_texts(env, one)) if one.holds(to_us(now)) else {}
                if texts:
                    said.append(in_language(texts, language, rules.language)[1])
    return "\n\n".join(text for text in said if text) or None
