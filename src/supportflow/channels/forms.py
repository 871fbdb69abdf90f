"""Forms into a desk: what somebody filled in on a page or in a chat is checked by the policy's `intake`, then taken in."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from supportflow.channels.chat import ChatSession
from supportflow.exceptions import InvalidInput
from supportflow.model.content import Attachment
from supportflow.model.forms import FieldProblem, Form, FormAnswers, FormField
from supportflow.model.people import Requester
from supportflow.model.ticket import Outcome

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
    """What a form is about: a new ticket of a category, or what a ticket lacks."""

    form: dict[str, Any]
    requester: Requester
    session: ChatSession | None
    key: str | None


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
            TicketNotFound: If there is no such ticket.
            Refused: If it is closed.
        """
        asked = self._asked(requester, category, ticket, session, language, key)
        form: Form = self._desk.form(**asked.form)
        answers, method, named = self._told(form, asked, given, files)
        if answers.problems:
            return FormTaken(None, answers.problems)
        outcome: Outcome = getattr(self._desk, method)(**named)
        return self._taken(asked, outcome)

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
        asked = self._asked(requester, category, ticket, session, language, key)
        form: Form = await self._desk.form(**asked.form)
        answers, method, named = self._told(form, asked, given, files)
        if answers.problems:
            return FormTaken(None, answers.problems)
        told: Awaitable[Outcome] = getattr(self._desk, method)(**named)
        return self._taken(asked, await told)

    @staticmethod
    def _asked(
        requester: Requester | str | None,
        category: str | None,
        ticket: str | None,
        session: ChatSession | None,
        language: str | None,
        key: str | None,
    ) -> _Asked:
        if session is not None:
            requester = requester or session.requester
            ticket = ticket or session.ticket_id
        if requester is None:
            raise InvalidInput("requester", "is missing: say who they are, or give their chat")
        who = requester if isinstance(requester, Requester) else Requester(requester)
        form = {
            "category": category if ticket is None else None,
            "ticket": ticket,
            "language": language or (who.language if ticket is None else None),
        }
        return _Asked(form, who, session, key)

    def _told(
        self, form: Form, asked: _Asked, given: Mapping[str, str], files: Mapping[str, Attachment] | None
    ) -> tuple[FormAnswers, str, dict[str, Any]]:
        if files is not None and len(files) > self._most_files:
            raise InvalidInput("files", f"are more than {self._most_files}")
        ticket = asked.form["ticket"]
        answers = form.read(given, files, complete=self._complete and ticket is None, largest=self._largest)
        named: dict[str, Any] = {"evidence": answers.evidence}
        if asked.key is not None:
            named["key"] = f"form:{asked.requester.id}:{asked.key}"
        if ticket is None:
            return (
                answers,
                "open",
                {
                    **named,
                    "subject": answers.subject,
                    "body": answers.body,
                    "requester": asked.requester,
                    "channel": self._channel,
                    "category": form.category,
                    "attributes": answers.attributes,
                    "attachments": answers.attachments,
                    "language": asked.requester.language or asked.form["language"],
                },
            )
        named = {**named, "ticket": ticket, "by": asked.requester}
        if answers.body or answers.attachments or not answers.evidence:
            return answers, "receive", {**named, "body": answers.body, "attachments": answers.attachments}
        return answers, "provide", named

    @staticmethod
    def _taken(asked: _Asked, outcome: Outcome) -> FormTaken:
        if asked.session is not None:
            asked.session.ticket_id = outcome.ticket.id
        return FormTaken(outcome)
