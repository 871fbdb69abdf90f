"""Forms into a desk: what somebody filled in on a page or in a chat is checked by the policy's `intake`, then taken in."""

import hashlib
from collections.abc import Awaitable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from supportflow._dataclass import dataclass
from supportflow.channels.chat import ChatSession
from supportflow.exceptions import IdempotencyMismatch, InvalidInput
from supportflow.model.base import MAX_KEY, is_id
from supportflow.model.content import Attachment
from supportflow.model.forms import FieldProblem, Form, FormAnswers, FormField
from supportflow.model.people import Requester
from supportflow.model.ticket import Evidence, Outcome

__all__ = ["FieldProblem", "Form", "FormField", "FormIntake", "FormTaken"]

_MOST_FILES = 30


@dataclass(frozen=True, slots=True)
class FormTaken:
    """What became of a form.

    Attributes:
        outcome: What the desk made of it; None if something is wrong with it, and nothing was taken in.
        problems: What is wrong, field by field, in the requester's language.
    """

    outcome: Outcome | None
    problems: tuple[FieldProblem, ...] = ()


class _Asked(NamedTuple):
    """Whose form it is, and what it is about: a new ticket of a category, or what a ticket lacks."""

    requester: Requester
    category: str | None
    ticket: str | None
    session: ChatSession | None
    language: str | None
    key: str | None


class _Ask(NamedTuple):
    """What the desk is asked: the answer comes back, at once or awaited."""

    method: str
    named: dict[str, Any]


class FormIntake:
    """Takes in the forms of a desk, plain or async: all that is right, or nothing, and what is wrong.

    Args:
        desk: The desk.
        channel: Name of the channel that its tickets come in by; a chat's is its hub's.
        complete: Whether all that the policy asks for has to be there. Otherwise a form with gaps opens its ticket, and the
            desk asks for the rest: so for whoever cannot wait.
        largest: Bytes that a file may have.
        most_files: How many files a form may have.

    Raises:
        InvalidInput: If the desk is none.
    """

    def __init__(
        self,
        desk: Any,
        *,
        channel: str = "web",
        complete: bool = True,
        largest: int = 25_000_000,
        most_files: int = _MOST_FILES,
    ) -> None:
        if not callable(getattr(desk, "form", None)):
            raise InvalidInput("desk", "is not a desk")
        self._desk = desk
        self._channel = channel
        self._complete = complete
        self._largest = largest
        self._most_files = most_files

    def take(
        self,
        given: Mapping[str, str],
        *,
        requester: Requester | str | None = None,
        category: str | None = None,
        ticket: str | None = None,
        session: ChatSession | None = None,
        files: Mapping[str, Attachment] | None = None,
        language: str | None = None,
        key: str | None = None,
    ) -> FormTaken:
        """Take in a form: it opens a ticket, or brings what one lacks.

        Args:
            given: Field → text, as the page sent it. Fields that the form does not have are passed over.
            requester: Who they are, as your own session proves; a chat's visitor, if not given.
            category: The topic of a new ticket.
            ticket: The ticket that lacks something; the one of the chat, if it has one.
            session: The chat that the form was filled in, instead of a page.
            files: Field → file, kept by you.
            language: Of the form's labels and sentences.
            key: Idempotency key: an id that the page made when it was shown. A form that is sent twice is one.

        Raises:
            InvalidInput: If nobody is named, there are too many files, or something is none of these.
            IdempotencyMismatch: If the key came before, with something else in the form.
            TicketNotFound: If there is no such ticket.
            Refused: If it is closed.
        """
        flow = self._taking(self._asked(requester, category, ticket, session, language, key), given, files)
        answer: Any = None
        try:
            while True:
                ask = flow.send(answer)
                try:
                    answer = getattr(self._desk, ask.method)(**ask.named)
                except IdempotencyMismatch as error:
                    answer = error
        except StopIteration as end:
            taken: FormTaken = end.value
            return taken

    async def take_async(
        self,
        given: Mapping[str, str],
        *,
        requester: Requester | str | None = None,
        category: str | None = None,
        ticket: str | None = None,
        session: ChatSession | None = None,
        files: Mapping[str, Attachment] | None = None,
        language: str | None = None,
        key: str | None = None,
    ) -> FormTaken:
        """The same for an `AsyncDesk`."""
        flow = self._taking(self._asked(requester, category, ticket, session, language, key), given, files)
        answer: Any = None
        try:
            while True:
                ask = flow.send(answer)
                told: Awaitable[Any] = getattr(self._desk, ask.method)(**ask.named)
                try:
                    answer = await told
                except IdempotencyMismatch as error:
                    answer = error
        except StopIteration as end:
            taken: FormTaken = end.value
            return taken

    @staticmethod
    def _asked(
        requester: Requester | str | None,
        category: str | None,
        ticket: str | None,
        session: ChatSession | None,
        language: str | None,
        key: str | None,
    ) -> _Asked:
        if key is not None and not is_id(key, MAX_KEY):
            raise InvalidInput("key", f"is not a text of up to {MAX_KEY} letters")
        if requester is None and session is not None:
            requester = session.requester
        if requester is None:
            raise InvalidInput("requester", "is missing: say who they are, or give their chat")
        who = requester if isinstance(requester, Requester) else Requester(requester)
        return _Asked(who, category, ticket, session, language, key)

    # --- what becomes of a form ----------------------------------------------------------------------

    def _taking(
        self, asked: _Asked, given: Mapping[str, str], files: Mapping[str, Attachment] | None
    ) -> Generator[_Ask, Any, FormTaken]:
        if files is not None and len(files) > self._most_files:
            raise InvalidInput("files", f"are more than {self._most_files}")
        session = asked.session
        ticket = asked.ticket or (None if session is None else session.ticket_id)
        if ticket is None:
            taken = yield from self._opened(asked, given, files)
        else:
            taken = yield from self._brought(asked, ticket, given, files)
            if isinstance(taken, IdempotencyMismatch) and asked.ticket is None:
                # The chat had no ticket when this form was sent first: it is the one that opened it.
                taken = yield from self._opened(asked, given, files)
        if isinstance(taken, IdempotencyMismatch):
            raise taken
        if session is not None and taken.outcome is not None:
            session.ticket_id = taken.outcome.ticket.id
        return taken

    def _opened(
        self, asked: _Asked, given: Mapping[str, str], files: Mapping[str, Attachment] | None
    ) -> Generator[_Ask, Any, FormTaken | IdempotencyMismatch]:
        language = asked.language or asked.requester.language
        form: Form = yield _Ask("form", {"category": asked.category, "language": language})
        answers = form.read(given, files, complete=self._complete, largest=self._largest)
        return (
            yield from self._sent(
                answers,
                "open",
                asked,
                {
                    "subject": answers.subject,
                    "body": answers.body,
                    "requester": asked.requester,
                    "channel": self._channel,
                    "category": form.category,
                    "attributes": answers.attributes,
                    "attachments": answers.attachments,
                    "language": asked.requester.language or asked.language,
                },
            )
        )

    def _brought(
        self,
        asked: _Asked,
        ticket: str,
        given: Mapping[str, str],
        files: Mapping[str, Attachment] | None,
    ) -> Generator[_Ask, Any, FormTaken | IdempotencyMismatch]:
        form: Form = yield _Ask("form", {"ticket": ticket, "language": asked.language})
        if asked.key is not None:
            form = yield from self._as_it_was(form, ticket, given, files)
        answers = form.read(given, files, complete=False, largest=self._largest)
        named: dict[str, Any] = {"ticket": ticket, "by": asked.requester}
        if answers.evidence and not answers.body and not answers.attachments:
            return (yield from self._sent(answers, "provide", asked, named))
        named |= {"body": answers.body, "attachments": answers.attachments}
        return (yield from self._sent(answers, "receive", asked, named))

    def _as_it_was(
        self,
        form: Form,
        ticket: str,
        given: Mapping[str, str],
        files: Mapping[str, Attachment] | None,
    ) -> Generator[_Ask, Any, Form]:
        """A ticket's form with what the ticket has got in the very words of this one: it may be that this one brought it."""
        whole: Form = yield _Ask("form", {"category": form.category, "language": form.language})
        there: Sequence[Evidence] = yield _Ask("evidence", {"ticket": ticket})
        brought = whole.read(given, files, complete=False, largest=self._largest).evidence
        same = {one.item for one in there if one.item in brought and _is_same(one, brought[one.item])}
        fields = {one.name: one for one in form.fields}
        fields |= {one.name: one for one in whole.fields if one.name in same}
        return replace(form, fields=tuple(fields.values()))

    @staticmethod
    def _sent(
        answers: FormAnswers, method: str, asked: _Asked, named: dict[str, Any]
    ) -> Generator[_Ask, Any, FormTaken | IdempotencyMismatch]:
        if answers.problems:
            return FormTaken(None, answers.problems)
        named = {**named, "evidence": answers.evidence}
        if asked.key is not None:
            named["key"] = _key(asked.requester, asked.key)
        outcome: Outcome | IdempotencyMismatch = yield _Ask(method, named)
        return outcome if isinstance(outcome, IdempotencyMismatch) else FormTaken(outcome)


def _key(requester: Requester, key: str) -> str:
    """Of one person's form: nobody can make another's."""
    told = requester.id.encode("utf-8", "surrogatepass") + b"\0" + key.encode("utf-8", "surrogatepass")
    return "form:" + hashlib.sha256(told).hexdigest()


def _is_same(one: Evidence, brought: str | Attachment) -> bool:
    """Whether what a form brings is what the ticket has."""
    if isinstance(brought, str):
        return one.value == brought
    known = one.attachment
    return known is not None and (known.media_type, known.size, known.sha256) == (
        brought.media_type,
        brought.size,
        brought.sha256,
    )
