"""What the ports that read, find and answer texts are to do. Secrets are gone from every text before one of them sees it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from supportflow._time import Instant
from supportflow.model.signals import Signals
from supportflow.model.similar import IndexedText, SimilarText
from supportflow.model.ticket import Ticket
from supportflow.model.turns import Found, Response, Suggestion, Turn

__all__ = [
    "Classifier",
    "ContextProvider",
    "KnowledgeSource",
    "LanguageDetector",
    "Responder",
    "Suggester",
    "TicketIndex",
    "Translator",
]


class Classifier(Protocol):
    """A host's model that reads texts besides the policy's rules. It can raise a class, never lower one."""

    def classify(self, text: str, /) -> Signals:
        """What a text is about. Secrets were removed from it before. If it raises, the rules' word stands."""
        ...


class LanguageDetector(Protocol):
    """Tells which language a text is in, where the shipped detection is undecided."""

    def detect(self, text: str, /) -> str | None:
        """A BCP 47 tag, or None if it cannot tell either. Secrets were removed from the text before.

        If it raises, or says no tag, the language stays undecided.
        """
        ...


class Translator(Protocol):
    """Puts texts into other languages: what no pack of the policy reads, to be read besides; and what an agent asks for."""

    def translate(self, text: str, /, *, source: str | None, target: str) -> str | None:
        """The text in another language, as plain text; None if it cannot tell. Secrets were removed from it before.

        What it answers is looked through for secrets again, and never stored. Where it is read besides the text, it can only
        raise the class; where an agent sees it, the original stands beside it, and a notice that a machine said so. If it
        raises, takes longer than ten seconds or answers with no text, that is said, and nothing is lost.

        Args:
            text: What somebody wrote, of 20,000 characters at most for agents.
            source: The language of the text, if it can be told, as a BCP 47 tag.
            target: The language that is wanted.
        """
        ...


class Responder(Protocol):
    """Answers for the bot. It is a function of the turn: what it should remember, the turn says.

    The policy's own rules come before it and after it: whoever asks for a person gets one, an answer that fits a guided
    flow advances it, what asks for a secret never leaves.
    """

    def respond(self, turn: Turn, /) -> Response | None:
        """What to do with the requester's latest message; None if it does not know.

        Any exception means that it failed: it is asked again later, and in the end a person goes on.
        """
        ...


class KnowledgeSource(Protocol):
    """Where articles come from."""

    def find(
        self, question: str, /, *, language: str, topic: str | None, limit: int, now: Instant
    ) -> Sequence[Found]:
        """The articles that a question is about, the best first; none at all, if none is good enough.

        Args:
            question: The requester's words, without secrets.
            language: A BCP 47 tag: that of the articles.
            topic: The ticket's category, if it has one.
            limit: How many at most.
            now: Articles that are no longer valid by then are not used.
        """
        ...


class ContextProvider(Protocol):
    """What the host knows of a requester."""

    def context(self, ticket: Ticket, /) -> Mapping[str, object]:
        """Account level, experience, positions, transactions, recent tickets, risk flags: what the host has, by name.

        Plain data: texts, numbers, lists and mappings. Nothing of it is kept.
        """
        ...


class TicketIndex(Protocol):
    """Finds tickets by what their requesters wrote. A desk fills it from its feed, in the worker or by `desk.index_similar`.

    Nothing crosses tenants: what one has in the index changes nothing of what another finds.
    """

    def place(self, tenant: str, /) -> str | None:
        """How far in the feed the index has come: what `put` was given last; None before."""
        ...

    def put(self, tenant: str, texts: Sequence[IndexedText], place: str, /) -> None:
        """Take up texts and the place behind them, both or neither. Secrets were removed from the texts before.

        It comes again with the same texts if an answer was lost: a text is there once, however often it is put.
        """
        ...

    def find(
        self, tenant: str, text: str, /, *, limit: int, apart_from: str | None = None
    ) -> Sequence[SimilarText]:
        """The texts most like one, the most similar first; none that has nothing in common with it.

        Args:
            tenant: Whose tickets.
            text: What a requester wrote, without secrets.
            limit: How many at most.
            apart_from: Id of the ticket whose texts are left out.
        """
        ...

    def erase(self, tenant: str, subject: str, /) -> None:
        """Lose every text of a person: nothing of the words is left, in memory or on a disk."""
        ...

    def erase_contents(self, tenant: str, ids: Collection[str], /) -> None:
        """Lose these texts, by id. What is not there is no error."""
        ...

    def clear(self, tenant: str, /) -> None:
        """Lose everything of a tenant, and the place: it begins anew."""
        ...


class Suggester(Protocol):
    """Drafts replies for an agent."""

    def suggest(self, turn: Turn, /) -> Sequence[Suggestion]:
        """Drafts, the best first. None of them leaves by itself."""
        ...
