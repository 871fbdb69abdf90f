"""Similar tickets: the index follows the feed, and what it finds is read from the store before anybody sees it.

An index holds words, so it must lose them when the store does. Three things see to that. Whoever is erased is erased from
the index first: if that fails, nothing was erased, and the caller tries again. What retention erases leaves the index, too.
And every text is looked up again once it is in the index, and whenever it is found: one that the store has no more is never
shown, and leaves the index.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from supportflow.exceptions import InvalidInput
from supportflow.flows import requests
from supportflow.flows.bot.conversation import Conversation, cleaned, conversation, refs_of, words_by
from supportflow.flows.environment import Environment, check_number
from supportflow.flows.load import read_tickets
from supportflow.flows.people import linked_ids
from supportflow.flows.queries.access import sealed_on, without
from supportflow.flows.queries.feed import feed
from supportflow.flows.queries.tickets import lookup
from supportflow.flows.requests import Call, Flow
from supportflow.model.base import StatusCategory
from supportflow.model.events import MessageReceived, TicketOpened
from supportflow.model.feed import Feed
from supportflow.model.similar import IndexedText, SimilarText, SimilarTicket
from supportflow.model.ticket import Ticket
from supportflow.triage import texts

__all__ = ["MOST_SIMILAR", "erase_from_index", "index_similar", "similar", "similar_to"]

MOST_SIMILAR = 50
"""How many similar tickets can be asked for."""

_LONGEST = 4_000  # characters of a ticket that are looked for
_TEXTS_A_TICKET = (
    4  # texts that are looked at for each ticket that is asked for: several may be of one ticket, or gone
)


def index_similar(env: Environment, limit: int) -> Flow[int]:
    """Put what requesters wrote since the last time into the index.

    Args:
        env: The desk.
        limit: How many events are looked at, at most.

    Returns:
        How many events were looked at; call again while it answers `limit`.

    Raises:
        InvalidInput: If the desk has no index, or the limit cannot be used.
    """
    check_number("limit", limit, 1)
    _needed(env)
    place = yield Call("similar", "place", (env.tenant,))
    try:
        found = yield from feed(env, place, limit, ())
    except InvalidInput as error:
        if error.field != "after":
            raise
        # The index knows more than the store: the store is an older copy. What is in the index may never have happened.
        yield Call("similar", "clear", (env.tenant,))
        found = yield from feed(env, None, limit, ())
    written = yield from _texts(env, found)
    if found.items:
        yield Call("similar", "put", (env.tenant, written, found.cursor))
        # What was erased between the reading and the putting: the eraser has looked into the index before it was there.
        yield from _gone(env, [one.id for one in written])
    return len(found.items)


def _texts(env: Environment, found: Feed) -> Flow[list[IndexedText]]:
    """The texts of requesters in a stretch of the feed that are still there, without secrets."""
    named = [
        (ref.id, item.stream.partition(":")[2])
        for item in found
        if isinstance(item.event, TicketOpened | MessageReceived) and words_by(item.event) == "requester"
        for ref in refs_of(item.event)
        if ref is not None
    ]
    found_rows = yield from requests.contents(env.tenant, [name for name, _ in named])
    contents = without(found_rows, (yield from _sealed(env, {ticket_id for _, ticket_id in named})))
    rules = env.book.current.redaction
    made: list[IndexedText] = []
    for name, ticket_id in named:
        content = contents.get(name)
        if content is not None and content.value:
            made.append(IndexedText(name, ticket_id, content.subject, str(cleaned(content.value, rules))))
    return made


def similar(
    env: Environment, ticket_id: str | None, ref: str | None, limit: int
) -> Flow[tuple[SimilarTicket, ...]]:
    """Earlier and open tickets about what a ticket is about, the most similar first.

    Raises:
        InvalidInput: If the desk has no index, or the limit cannot be used.
        TicketNotFound: If there is no such ticket.
    """
    check_number("limit", limit, 1, MOST_SIMILAR)
    _needed(env)
    ticket = yield from lookup(env, ticket_id, ref)
    return (yield from similar_to(env, ticket, (yield from conversation(env, ticket)), limit))


def similar_to(
    env: Environment, ticket: Ticket, talk: Conversation, limit: int
) -> Flow[tuple[SimilarTicket, ...]]:
    """The same, of a ticket whose conversation was read."""
    words = "\n".join(one.text for one in talk.said if one.by == "requester")[:_LONGEST]
    if not words:
        return ()
    given: Iterable[SimilarText] = yield Call(
        "similar", "find", (env.tenant, words), {"limit": limit * _TEXTS_A_TICKET, "apart_from": ticket.id}
    )
    found = tuple(given)
    if not all(isinstance(one, SimilarText) for one in found):
        raise TypeError("an index of tickets answers with similar texts")
    there = yield from _still_there(env, [one for one in found if one.ticket_id != ticket.id])
    best: dict[str, SimilarText] = {}
    for one in there:
        known = best.get(one.ticket_id)
        if known is None or one.share > known.share:
            best[one.ticket_id] = one
    rows = yield from requests.load_many(env.tenant, list(best))
    tickets = {each.id: each for each in (yield from read_tickets(env, rows)) if each.merged_into is None}
    links, _ = yield from linked_ids(env, ticket.requester)
    people = {ticket.requester, *links}
    ranked = sorted((best[name] for name in tickets), key=lambda one: (-one.share, one.ticket_id))
    made: list[SimilarTicket] = []
    for one in islice(ranked, limit):
        other = tickets[one.ticket_id]
        answer = yield from _answer(env, other)
        made.append(SimilarTicket(other, one.share, one.words, other.requester in people, answer))
    return tuple(made)


def _still_there(env: Environment, found: Sequence[SimilarText]) -> Flow[list[SimilarText]]:
    gone = yield from _gone(env, [one.id for one in found])
    sealed = (yield from _sealed(env, {one.ticket_id for one in found})) & {one.id for one in found}
    if sealed:
        # It was put there before the policy sealed it.
        yield from erase_from_index(env, sealed)
    return [one for one in found if one.id not in gone and one.id not in sealed]


def _sealed(env: Environment, ticket_ids: Collection[str]) -> Flow[set[str]]:
    """The sealed texts of tickets."""
    sealed: set[str] = set()
    if env.book.current.access:
        rows = yield from requests.load_many(env.tenant, sorted(ticket_ids))
        for ticket in (yield from read_tickets(env, rows)):
            sealed.update((yield from sealed_on(env, ticket)))
    return sealed


def _gone(env: Environment, ids: Sequence[str]) -> Flow[set[str]]:
    """Which of these texts the store has no more; they leave the index."""
    contents = yield from requests.contents(env.tenant, ids)
    gone = {one for one in ids if one not in contents or contents[one].value is None}
    if gone:
        yield from erase_from_index(env, gone)
    return gone


def _answer(env: Environment, ticket: Ticket) -> Flow[str | None]:
    """What the desk said last on a ticket that it resolved, if anybody may be told the same."""
    if ticket.resolved_at is None or not (
        ticket.status_category.is_final or ticket.status_category is StatusCategory.RESOLVED
    ):
        return None
    talk = yield from conversation(env, ticket)
    words = next((one.text for one in reversed(talk.said) if one.by == "agent"), None)
    official = env.book[ticket.policy].cases.official
    if words is None or texts.disclosed(words, official) or texts.asked_secret(words) is not None:
        return None
    return words


def erase_from_index(env: Environment, ids: Collection[str]) -> Flow[None]:
    """Take texts out of the index, if there is one."""
    if "similar" in env.ports and ids:
        yield Call("similar", "erase_contents", (env.tenant, sorted(ids)))


def _needed(env: Environment) -> None:
    if "similar" not in env.ports:
        raise InvalidInput("similar", "is missing: give the desk an index of tickets")
