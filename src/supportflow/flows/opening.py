"""Opening what is sealed: the view is recorded first, and what it names is read after that."""

import json

from supportflow.flows import requests
from supportflow.flows.commands.facts import load_events
from supportflow.flows.commands.handle import handle
from supportflow.flows.environment import Environment, refuse_in_transaction
from supportflow.flows.load import lineage
from supportflow.flows.requests import Flow
from supportflow.model.commands import ViewContent
from supportflow.model.content import Content
from supportflow.model.events import ContentViewed
from supportflow.model.ticket import OpenedText, View
from supportflow.policy.sections.access import SealedText

__all__ = ["view"]


def view(env: Environment, command: ViewContent) -> Flow[View]:
    """Record a view, and read what it opens.

    Raises:
        InvalidInput: If the desk is inside a host's transaction: a view that is undone would have shown texts all the same.
        Refused: If nothing may be opened.
    """
    refuse_in_transaction(env)
    outcome = yield from handle(env, command)
    event = next(one for one in outcome.events if isinstance(one, ContentViewed))
    found = yield from requests.contents(env.tenant, event.contents)
    events = yield from load_events(env, outcome.ticket.id)
    known = env.book.current.access.sealed(events, (yield from lineage(env, outcome.ticket)))
    return View(outcome.ticket, event, tuple(_opened(known[one], found.get(one)) for one in event.contents))


def _opened(text: SealedText, row: Content | None) -> OpenedText:
    value = None if row is None else row.value
    file = json.loads(value) if value is not None and text.kind == "attachment" else None
    return OpenedText(
        id=text.id,
        kind=text.kind,
        item=text.item,
        at=text.event.recorded_at,
        by=text.event.by,
        text=value if file is None else file["name"],
        uri=None if file is None else file["uri"],
    )
