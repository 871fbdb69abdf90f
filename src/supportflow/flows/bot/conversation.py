"""What the bot and the agent's screen are given: the conversation, what was collected, articles and context. No secrets."""

from collections.abc import Mapping, Sequence
from typing import Literal

from supportflow._dataclass import dataclass
from supportflow._time import Instant
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.queries.access import sealed_on, without
from supportflow.flows.requests import Call, Flow
from supportflow.flows.rows import read_row
from supportflow.model.content import Content, ContentRef
from supportflow.model.events import (
    EventBase,
    EvidenceProvided,
    GuideAdvanced,
    HandedOver,
    MessageReceived,
    ReplySent,
    TicketOpened,
)
from supportflow.model.ticket import Ticket
from supportflow.model.turns import Article, Found, Said, Turn
from supportflow.policy import CompiledPolicy
from supportflow.triage import redaction
from supportflow.triage.redaction import RedactionRules

__all__ = [
    "Conversation",
    "call_s",
    "cleaned",
    "conversation",
    "find_articles",
    "provided_context",
    "refs_of",
    "turn_of",
    "words_by",
]

CALL_S = 10.0
"""How many seconds a port may take, if the policy has no bot that says so."""

ARTICLES = 3
"""How many articles are looked for, if the policy has no bot that says so."""

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said on a ticket between the requester and the desk, without secrets.

    Attributes:
        said: The texts, in order; what was erased or is sealed is left out.
        question: The requester's latest words.
        flags: What the classifier saw in them.
        collected: Field → what the requester gave for it last, to the bot or as evidence.
        summary: What the latest hand-over said.
    """

    said: tuple[Said, ...]
    question: str
    flags: tuple[str, ...]
    collected: Mapping[str, str]
    summary: str | None


def cleaned(value: object, rules: RedactionRules, depth: int = 0) -> object:
    """A value without secrets in its texts, however deep they stand; what is not plain data is given as text."""
    if isinstance(value, str):
        return redaction.redact(value, rules).text
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {str(name): cleaned(one, rules, depth + 1) for name, one in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return tuple(cleaned(one, rules, depth + 1) for one in value)
    return redaction.redact(str(value), rules).text


def conversation(env: Environment, ticket: Ticket) -> Flow[Conversation]:
    """What was said on a ticket."""
    rules = env.book[ticket.policy].redaction
    events = [read_row(row) for row in (yield from requests.events(env.tenant, f"ticket:{ticket.id}"))]
    messages = [one for one in events if isinstance(one, TicketOpened | MessageReceived | ReplySent)]
    given = _given(events)
    summaries = [one.summary for one in events if isinstance(one, HandedOver) and one.summary is not None][
        -1:
    ]
    refs = [ref for one in messages for ref in refs_of(one)]
    wanted = {ref.id for ref in (*refs, *summaries, *given.values()) if ref is not None}
    sealed = yield from sealed_on(env, ticket, events)
    contents = without((yield from requests.contents(env.tenant, sorted(wanted))), sealed)

    def text(found: Sequence[ContentRef | None]) -> str:
        parts = [_text(ref, contents) for ref in found]
        return str(cleaned("\n".join(part for part in parts if part), rules))

    said: list[Said] = []
    question, flags = "", tuple[str, ...]()
    for one in messages:
        by = words_by(one)
        words = "" if by is None else text(refs_of(one))
        if by == "requester":
            question = words
            flags = one.flags if isinstance(one, TicketOpened | MessageReceived) else ()
        if by is not None and words:
            said.append(Said(by, words))
    return Conversation(
        said=tuple(said),
        question=question,
        flags=flags,
        collected={name: text([ref]) for name, ref in given.items() if _text(ref, contents) is not None},
        summary=text(summaries) or None,
    )


def _given(events: Sequence[EventBase]) -> dict[str, ContentRef | None]:
    """What the requester gave, by field: nobody is asked by the bot for what was sent as evidence."""
    given: dict[str, ContentRef | None] = {}
    for one in events:
        if isinstance(one, GuideAdvanced):
            given[one.field] = one.value
        elif isinstance(one, EvidenceProvided) and one.party is None and one.value is not None:
            given[one.item] = one.value
    return given


def refs_of(event: TicketOpened | MessageReceived | ReplySent) -> list[ContentRef | None]:
    """The texts of a message, in order."""
    return [event.subject, event.body] if isinstance(event, TicketOpened) else [event.body]


def _text(ref: ContentRef | None, contents: Mapping[str, Content]) -> str | None:
    return contents[ref.id].value if ref is not None and ref.id in contents else None


def words_by(
    event: TicketOpened | MessageReceived | ReplySent,
) -> Literal["requester", "bot", "agent"] | None:
    """Whose words they are; None if they are not between the requester and the desk."""
    if isinstance(event, ReplySent):
        return None if event.to is not None else "bot" if event.by.kind == "bot" else "agent"
    if isinstance(event, TicketOpened):
        return "requester" if event.by.kind == "requester" and not event.private else None
    return "requester" if event.origin == "requester" else None


def turn_of(env: Environment, ticket: Ticket, talk: Conversation, now: Instant) -> Turn:
    """The turn that a conversation has come to, without articles and context."""
    policy = env.book[ticket.policy]
    fallback = "en" if policy.bot is None else policy.bot.policy.language
    language = ticket.language or policy.classifier.classify(talk.question).language or fallback
    return Turn(
        ticket=ticket,
        said=talk.said,
        question=talk.question,
        language=language,
        now=now,
        collected=talk.collected,
        flags=talk.flags,
    )


def find_articles(env: Environment, turn: Turn) -> Flow[tuple[Found, ...]]:
    """The articles that the knowledge source finds for the latest question: none that has expired, the best first.

    Raises:
        TypeError: If it answers what is no article that was found.
    """
    if "knowledge" not in env.ports or not turn.question:
        return ()
    bot = env.book[turn.ticket.policy].bot
    limit = ARTICLES if bot is None else bot.policy.articles
    asked = {"language": turn.language, "topic": turn.ticket.category, "limit": limit, "now": turn.now}
    found = yield Call("knowledge", "find", (turn.question,), asked, within_s=call_s(env, turn.ticket))
    articles = tuple(found)
    if not all(isinstance(one, Found) and isinstance(one.article, Article) for one in articles):
        raise TypeError("a knowledge source answers with what it found")
    valid = [one for one in articles if one.article.is_valid(turn.now)]
    return tuple(sorted(valid, key=lambda one: -one.confidence)[:limit])


def provided_context(env: Environment, ticket: Ticket) -> Flow[dict[str, object]]:
    """What the context provider says of the requester, without secrets."""
    if "context" not in env.ports:
        return {}
    policy: CompiledPolicy = env.book[ticket.policy]
    given = yield Call("context", "context", (ticket,), within_s=call_s(env, ticket))
    return {str(name): cleaned(value, policy.redaction) for name, value in dict(given).items()}


def call_s(env: Environment, ticket: Ticket) -> float:
    """How many seconds an async port may take."""
    bot = env.book[ticket.policy].bot
    return CALL_S if bot is None else bot.call_s
