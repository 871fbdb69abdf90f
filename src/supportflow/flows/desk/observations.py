"""What a desk can be told that happened elsewhere, and how its clocks are to be counted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack

from pydantic import ValidationError

from supportflow._time import instant
from supportflow.exceptions import InvalidInput, UnknownKeyword
from supportflow.flows.desk.methods import Result
from supportflow.flows.desk.verbs import (
    By,
    TicketName,
    Verbs,
    build,
    check_not_empty,
    check_text,
    mapping,
    sequence,
)
from supportflow.model import commands
from supportflow.model.base import TicketType
from supportflow.model.content import Attachment
from supportflow.model.people import HOST, actor
from supportflow.model.problems import invalid
from supportflow.model.records import AttributeValue

__all__ = ["Description", "ObservationVerbs"]


_ADOPTED = ("ref", "opened_at", "status", "history", "key", "by")


class Description(TypedDict, total=False):
    """What a ticket is about, when it is taken in; each as in `open`."""

    requester: str
    channel: str
    type: TicketType | str
    subject: str
    language: str | None
    tz: str | None
    category: str | None
    group: str | None
    assignee: str | None
    priority_class: str | None
    level: int | None
    attributes: Mapping[str, AttributeValue]


class ObservationVerbs(Verbs[Result]):
    """What a desk can be told about facts: those of a host that is itself the authority, and verdicts on clocks."""

    def observe(
        self,
        ticket: TicketName = None,
        *,
        ref: str | None = None,
        at: datetime | None = None,
        status: str | None = None,
        agent: str | None = None,
        group: str | None = None,
        priority_class: str | None = None,
        level: int | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
        replied: bool = False,
        requester_wrote: bool = False,
        body: str = "",
        channel: str | None = None,
        attachments: Iterable[Attachment] = (),
        evidence: Mapping[str, str | Attachment] | None = None,
        automatic: Literal["auto_reply", "bounce"] | None = None,
        by: By = HOST,
        key: str | None = None,
    ) -> Result:
        """Report what happened in a host that is itself the authority.

        It is never refused: what a command would have been refused is taken in, marked `forced`, with the reason. What was
        written is read and cleaned as in `receive`, and changes nothing of what the host decides: no status, no follow-up,
        nothing is asked or sent.

        Args:
            ticket: The ticket; or name it by `ref`.
            ref: The host's own id of the ticket.
            at: When it happened; now, if not given.
            status: The new status.
            agent: The assignee; `""` for nobody.
            group: The support group; `""` for none.
            priority_class: The priority class.
            level: The level, 1 to 4.
            attributes: Declared attributes.
            replied: True if an agent answered the requester.
            requester_wrote: True if the requester wrote.
            body: What was written: the requester's words if `requester_wrote`, the answer if `replied`, else those of `by`,
                if that is a `Requester` or a party.
            channel: Where it came in or left, if not by the ticket's channel.
            attachments: Handles of the files that came or went with it.
            evidence: Items of evidence that came with it, by the policy's names: values as typed, or files.
            automatic: Set if a machine wrote what came in: an auto-reply or a bounce.
            by: Who did it.
            key: Idempotency key.

        Raises:
            InvalidInput: If a value cannot be used, or words are nobody's or both the requester's and the answer.
        """
        check_text("body", body)
        return self._on(
            commands.Observe, ticket, ref, by, key,
            at=None if at is None else instant(at, "at"), status=status, agent=agent, group=group,
            priority_class=priority_class, level=level, attributes=mapping("attributes", attributes),
            replied=replied, requester_wrote=requester_wrote, body=body if body.strip() else "", channel=channel,
            attachments=sequence("attachments", attachments), evidence=mapping("evidence", evidence),
            automatic=automatic,
        )  # fmt: skip

    def adopt(
        self,
        ref: str,
        opened_at: datetime,
        status: str,
        history: Iterable[Mapping[str, Any]] = (),
        *,
        key: str | None = None,
        by: By = HOST,
        **described: Unpack[Description],
    ) -> Result:
        """Take in a ticket that existed before supportflow came.

        Args:
            ref: The host's own id.
            opened_at: When it was opened.
            status: Its status when opened if a history is given, otherwise its status now.
            history: What happened since: mappings with `at` and the fields of `observe`, words among them.
            key: Idempotency key.
            by: Who reports it.
            **described: `requester`, `channel`, `type`, `subject`, `language`, `tz`, `category`, `group`, `assignee`,
                `priority_class`, `level`, `attributes`, as in `open`.
        """
        unknown = described.keys() - Description.__annotations__.keys()
        if unknown:
            raise UnknownKeyword("adopt", min(unknown), (*_ADOPTED, *Description.__annotations__))
        facts = tuple(build_fact(fact) for fact in sequence("history", history))
        return self.handle(
            build(
                commands.Adopt,
                {
                    **described,
                    "by": actor(by),
                    "key": key,
                    "ref": ref,
                    "opened_at": instant(opened_at, "opened_at"),
                    "status": status,
                    "history": facts,
                },
            )
        )

    def exclude(
        self,
        ticket: TicketName = None,
        *,
        clock: str,
        reason: str,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Leave a clock out of the adjusted rate, with a reason; the raw rate keeps it."""
        check_not_empty("reason", reason)
        return self._on(commands.Exclude, ticket, ref, by, key, clock=clock, reason=reason)

    def correct(
        self,
        ticket: TicketName = None,
        *,
        clock: str,
        met: bool,
        reason: str,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Judge a clock again; the new verdict stands beside the original."""
        check_not_empty("reason", reason)
        return self._on(commands.Correct, ticket, ref, by, key, clock=clock, met=met, reason=reason)


def build_fact(fact: Mapping[str, Any]) -> commands.Fact:
    """One fact of a ticket's past.

    Raises:
        InvalidInput: If a value cannot be used.
    """
    if not isinstance(fact, Mapping):
        raise InvalidInput("history", "is not a series of mappings")
    given = dict(fact)
    if "by" in given:
        given["by"] = actor(given["by"], "history.by")
    unknown = set(given) - set(commands.Fact.model_fields)
    if unknown:
        raise UnknownKeyword("history", min(map(str, unknown)), sorted(commands.Fact.model_fields))
    if "at" in given:
        given["at"] = instant(given["at"], "history.at")
    try:
        return commands.Fact(**given)
    except ValidationError as error:
        raise invalid(error, "history.") from None
