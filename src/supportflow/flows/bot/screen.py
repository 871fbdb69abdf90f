"""What an agent sees of a ticket besides its fields: the conversation, context, articles and draft replies."""

from dataclasses import replace

from supportflow.flows import requests
from supportflow.flows.bot.conversation import (
    Conversation,
    call_s,
    cleaned,
    conversation,
    find_articles,
    provided_context,
    turn_of,
)
from supportflow.flows.bot.similar import similar_to
from supportflow.flows.environment import Environment
from supportflow.flows.queries.messages import messages
from supportflow.flows.queries.tickets import lookup
from supportflow.flows.requests import Call, Flow
from supportflow.model.similar import SimilarTicket
from supportflow.model.ticket import Ticket
from supportflow.model.turns import Screen, Suggestion, Turn

__all__ = ["screen"]

_SIMILAR = 3
"""How many similar tickets an agent is shown at once."""


def screen(env: Environment, ticket_id: str | None, ref: str | None) -> Flow[Screen]:
    """Everything that an agent should see at once. A port that fails costs its part, and is named.

    Raises:
        TicketNotFound: If there is no such ticket.
    """
    ticket = yield from lookup(env, ticket_id, ref)
    talk = yield from conversation(env, ticket)
    rules = env.book[ticket.policy].redaction
    originals = yield from messages(env, ticket.id, None)
    redacted = tuple(
        one if one.body is None else replace(one, body=str(cleaned(one.body, rules))) for one in originals
    )
    turn = turn_of(env, ticket, talk, (yield from requests.now()))
    failed: list[str] = []
    suggested: tuple[Suggestion, ...] = ()
    for port in ("context", "knowledge", "similar", "suggester"):
        try:
            if port == "context":
                turn = replace(turn, context=(yield from provided_context(env, ticket)))
            elif port == "knowledge":
                turn = replace(turn, articles=(yield from find_articles(env, turn)))
            elif port == "similar":
                turn = replace(turn, similar=(yield from _similar(env, ticket, talk)))
            else:
                suggested = yield from _suggestions(env, turn)
        except Exception:  # noqa: BLE001 - the host's code: whatever it raises, the agent sees the rest
            failed.append(port)
    return Screen(
        ticket=ticket,
        messages=redacted,
        summary=talk.summary,
        collected=talk.collected,
        context=turn.context,
        articles=turn.articles,
        suggestions=suggested,
        failed=tuple(failed),
        similar=turn.similar,
    )


def _similar(env: Environment, ticket: Ticket, talk: Conversation) -> Flow[tuple[SimilarTicket, ...]]:
    if "similar" not in env.ports:
        return ()
    return (yield from similar_to(env, ticket, talk, _SIMILAR))


def _suggestions(env: Environment, turn: Turn) -> Flow[tuple[Suggestion, ...]]:
    """The drafts that could be sent: one that asks for a secret could not, and is left out."""
    if "suggester" not in env.ports:
        return ()
    given = yield Call("suggester", "suggest", (turn,), within_s=call_s(env, turn.ticket))
    drafts = tuple(given)
    if not all(isinstance(one, Suggestion) for one in drafts):
        raise TypeError("a suggester answers with suggestions")
    from supportflow.triage.asking import asked_secret  # noqa: PLC0415 - what reads is loaded for the first draft

    return tuple(one for one in drafts if asked_secret(one.text) is None)
