"""Which form somebody fills in: for a new ticket of a category, or for what a ticket still lacks."""

from supportflow.exceptions import InvalidInput
from supportflow.flows import requests
from supportflow.flows.desk_stream import synchronise
from supportflow.flows.environment import Environment
from supportflow.flows.queries.tickets import lookup
from supportflow.flows.requests import Flow
from supportflow.kernel.casework import missing_evidence
from supportflow.model.base import is_id
from supportflow.model.forms import Form
from supportflow.triage.forms import form_of

__all__ = ["form"]


def form(
    env: Environment, category: str | None, ticket_id: str | None, ref: str | None, language: str | None
) -> Flow[Form]:
    """The form for a category, or for what a ticket lacks.

    Raises:
        InvalidInput: If both or neither could be meant, or a name is none.
        TicketNotFound: If there is no such ticket.
    """
    for name, value in (("category", category), ("language", language)):
        if value is not None and not is_id(value):
            raise InvalidInput(name, "is not a name")
    if ticket_id is None and ref is None:
        yield from synchronise(env, (yield from requests.now()))
        policy = env.book.current
        specs = policy.cases.specs(category)
        language = language or policy.cases.intake.language
        return form_of(category, specs, policy.document.fields, language, opens=True)
    if category is not None:
        raise InvalidInput("category", "is the ticket's own")
    ticket = yield from lookup(env, ticket_id, ref)
    policy = env.book[ticket.policy]
    lacks = missing_evidence(ticket, policy)
    # An attribute is the desk's to set, whoever asks.
    specs = tuple(
        one for one in policy.cases.specs(ticket.category) if one.name in lacks and one.kind != "attribute"
    )
    language = language or ticket.language or policy.cases.intake.language
    return form_of(ticket.category, specs, policy.document.fields, language, opens=False)
