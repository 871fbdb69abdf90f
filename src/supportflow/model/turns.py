"""What crosses the ports of the bot and of the agent's screen: a turn, what can be answered, articles, suggestions."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from supportflow._dataclass import dataclass
from supportflow._time import Instant
from supportflow.model.base import Body, Document, Id, Name
from supportflow.model.similar import SimilarTicket
from supportflow.model.ticket import Message, Ticket

__all__ = [
    "Act",
    "Answer",
    "Article",
    "Ask",
    "Found",
    "Guide",
    "HandOver",
    "Response",
    "Said",
    "Screen",
    "Suggestion",
    "Turn",
]


class Article(Document):
    """An article of a knowledge source.

    Attributes:
        id: Its name in events, kept for ever.
        text: What the requester is told.
        words: Patterns, any of which speaks for it, written as in lexicons.
        title: For people.
        topic: The category that it is about; None for any.
        language: A BCP 47 tag.
        kind: Such as `"faq"`, `"guide"` or `"video"`.
        level: The experience that it is written for, such as `"beginner"`; None for any.
        valid_until: From this instant on it is no longer used.
    """

    id: Id
    text: Annotated[Body, Field(min_length=1)]
    words: tuple[str, ...] = ()
    title: Body = ""
    topic: Name | None = None
    language: Name = "en"
    kind: Name = "faq"
    level: Name | None = None
    valid_until: Instant | None = None

    def is_valid(self, now: Instant) -> bool:
        """True while the article can be used."""
        return self.valid_until is None or now < self.valid_until


@dataclass(frozen=True, slots=True)
class Found:
    """An article that a question was about.

    Attributes:
        article: The article.
        confidence: 0 to 1; it orders articles, it is no probability.
        evidence: What of the article matched, in the source's own words, never in the requester's.
    """

    article: Article
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a conversation, without secrets.

    Attributes:
        by: Whose words they are.
        text: The words.
    """

    by: Literal["requester", "bot", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What a responder or suggester is given.

    Attributes:
        ticket: The ticket as it stands.
        said: The conversation with the requester, in order, without secrets and what was erased.
        question: The requester's latest words: subject and body of the first message, the body of a later one.
        language: The language to answer in.
        now: The time.
        collected: Field → what the requester gave for it, in guided flows and when asked.
        articles: What the knowledge source found, the best first; none that has expired.
        context: What the context provider says of the requester; empty if there is none or it failed.
        flags: What the classifier saw in the latest message: `"distress"`, `"wants_person"`, …
        similar: Earlier tickets about the same thing, the most similar first. Only an agent's suggester is given them.
    """

    ticket: Ticket
    said: tuple[Said, ...]
    question: str
    language: str
    now: Instant
    collected: Mapping[str, str] = field(default_factory=dict)
    articles: tuple[Found, ...] = ()
    context: Mapping[str, object] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    similar: tuple[SimilarTicket, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Tell the requester something.

    Attributes:
        text: The words.
        articles: Ids of the articles that it rests on.
        evidence: Why these, for whoever checks the bot.
    """

    text: str
    articles: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the requester something.

    Attributes:
        text: The question.
        field: What their next message is kept as.
    """

    text: str
    field: str


@dataclass(frozen=True, slots=True)
class Guide:
    """Lead the requester through a guided flow of the policy.

    Attributes:
        flow: Its name.
        step: Where to begin or to go on; the first step, if not given.
    """

    flow: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """Let a person go on.

    Attributes:
        reason: Why, for the next agent.
        summary: What they should know besides what the desk knows itself.
    """

    reason: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Ask the host for an action of the policy's authority.

    Attributes:
        action: Its name.
        text: What the requester is told.
        amount: In the smallest unit of the policy's currency.
    """

    action: str
    text: str
    amount: int | None = None


Response = Answer | Ask | Guide | HandOver | Act
"""What a responder can want. None instead of one says that it does not know; the policy's patience decides."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A draft reply for an agent. It leaves only when somebody sends it, by `desk.reply`.

    Attributes:
        text: The draft.
        title: For people.
        articles: Ids of the articles that it rests on.
        evidence: Why these.
        tickets: Ids of the earlier tickets that it rests on.
    """

    text: str
    title: str = ""
    articles: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """What an agent should see of a ticket, as `desk.screen()` reads it; the host draws it.

    Attributes:
        ticket: The ticket.
        messages: Everything that was written, internal notes too, without secrets.
        summary: What the latest hand-over said; None if there was none, or it was erased.
        collected: Field → what the requester gave the bot for it.
        context: What the context provider says of the requester.
        articles: What the knowledge source found.
        suggestions: Draft replies.
        failed: Which of the ports failed: `"context"`, `"knowledge"`, `"similar"`, `"suggester"`.
        similar: Earlier and open tickets about the same thing.
    """

    ticket: Ticket
    messages: tuple[Message, ...]
    summary: str | None = None
    collected: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, object] = field(default_factory=dict)
    articles: tuple[Found, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    failed: tuple[str, ...] = ()
    similar: tuple[SimilarTicket, ...] = ()
