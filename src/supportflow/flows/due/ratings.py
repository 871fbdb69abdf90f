"""The words by which somebody is asked for a rating, in their language, with a link that is signed and ends."""

from supportflow.flows.environment import Environment
from supportflow.flows.load import fetch_policy
from supportflow.flows.requests import Flow
from supportflow.model.events import RatingRequested
from supportflow.model.ticket import Ticket
from supportflow.texts import FALLBACK, in_language, phrase

__all__ = ["rating_text"]


def rating_text(env: Environment, ticket: Ticket, event: RatingRequested) -> Flow[str]:
    """What the requester reads: how to answer as the policy says that asked them."""
    yield from fetch_policy(env, event.policy)
    rules = env.book[event.policy].document.ratings
    signer = env.rating_links
    link = None
    if rules is not None and rules.link is not None and signer is not None:
        link = rules.link.replace("{token}", signer.token(ticket.id, event.until))
    lines = [_said("resolved", event.language, ticket=ticket.ref or ticket.id)]
    if event.by_reply:
        lines.append(_said("reply", event.language))
    if link is not None:
        lines.append(_said("link", event.language, link=link))
    return "\n\n".join(lines)


def _said(key: str, language: str, **named: str) -> str:
    return in_language(phrase("rating", "request", key), language, FALLBACK)[1].format(**named)
