"""Questions that are answered with whole files: the papers of a case, all that is held on a person."""

from collections.abc import Collection, Iterable
from typing import Any, cast

from supportflow.exceptions import InvalidInput
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.load import read_ticket
from supportflow.flows.people import same_person
from supportflow.flows.queries.access import sealed_on, sealed_titles, without
from supportflow.flows.queries.messages import evidence, messages
from supportflow.flows.queries.tickets import history, lookup
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.model.base import is_id
from supportflow.model.events import EventBase
from supportflow.model.papers import CasePapers, PersonFile
from supportflow.model.people import NOBODY
from supportflow.model.storage import Query, TicketRow
from supportflow.model.ticket import Ticket
from supportflow.policy.sections.retention import texts_of

__all__ = ["papers", "person_file"]

_ROWS_PAGE = 500


def papers(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[CasePapers]:
    """The papers of a case."""
    return (yield from _papers(env, (yield from lookup(env, ticket_id, ref))))


def person_file(env: Environment, requester: str) -> Flow[PersonFile]:
    """All that is held on a person, under every id that is known to be theirs.

    Raises:
        InvalidInput: If it is no id, or the name of nobody in particular.
    """
    if not is_id(requester):
        raise InvalidInput("requester", "is not an id")
    if requester == NOBODY:
        raise InvalidInput("requester", "is the requester of whom nobody knows who it is")
    ids = tuple(sorted({requester, *(yield from same_person(env, requester))}))
    recorded: list[EventBase] = []
    for one in ids:
        rows = yield from requests.events(env.tenant, f"requester:{one}")
        recorded += map(read_row, rows)
    tickets: list[Ticket] = []
    for row in (yield from _rows_of(env, ids)):
        tickets += ((yield from read_ticket(env, row)),)
    cases: tuple[CasePapers, ...] = ()
    for ticket in sorted(tickets, key=lambda ticket: (ticket.opened_at, ticket.id)):
        cases += ((yield from _papers(env, ticket)),)
    recorded.sort(key=lambda event: event.recorded_at)
    return PersonFile(ids, cast("Any", tuple(recorded)), cases)


def _papers(env: Environment, ticket: Ticket) -> Flow[CasePapers]:
    written = yield from messages(env, ticket.id, None)
    events = yield from history(env, ticket.id, None)
    wanted = [ref.id for ref in (ticket.subject, ticket.personal) if ref is not None]
    sealed = yield from sealed_titles(env, (ticket,))
    found = without((yield from requests.contents(env.tenant, wanted)), sealed)
    subject, personal = (
        None if ref is None or ref.id not in found else found[ref.id].value
        for ref in (ticket.subject, ticket.personal)
    )
    return CasePapers(
        ticket=ticket,
        subject=subject,
        personal=personal,
        messages=tuple(one for one in written if one.origin != "internal_note"),
        evidence=(yield from evidence(env, ticket.id, None)),
        events=cast("Any", events),
        texts=(yield from _given(env, ticket, events)),
    )


def _given(env: Environment, ticket: Ticket, events: Iterable[EventBase]) -> Flow[dict[str, str]]:
    """Every text of the requester's that an event of the ticket names, but for notes and what is sealed."""
    if ticket.requester == NOBODY:
        return {}
    person = {ticket.requester, *(yield from same_person(env, ticket.requester))}
    named = dict.fromkeys(row_id for event in events for kind, row_id in texts_of(event) if kind != "note")
    sealed = yield from sealed_on(env, ticket)
    found = without((yield from requests.contents(env.tenant, list(named))), sealed)
    return {
        name: value
        for name in named
        if name in found and found[name].subject in person and (value := found[name].value) is not None
    }


def _rows_of(env: Environment, ids: Collection[str]) -> Flow[list[TicketRow]]:
    """The rows of a person's tickets: those that `search` has, and those among the ended that are put away."""
    found: list[TicketRow] = []
    for one in ids:
        last: tuple[str, ...] | None = None
        while last is None or last:
            page = yield from requests.search(
                env.tenant, Query({"requester": one}, ("id",), last, _ROWS_PAGE)
            )
            found += page
            last = (page[-1].id,) if len(page) == _ROWS_PAGE else ()
    after: str | None = ""
    while after is not None:
        ended = yield from requests.ended(env.tenant, after, _ROWS_PAGE)
        found += [one.row for one in ended if one.archived and one.row.requester in ids]
        after = ended[-1].row.id if len(ended) == _ROWS_PAGE else None
    return found
