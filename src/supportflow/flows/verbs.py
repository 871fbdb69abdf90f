"""The verbs of a desk, written once for `Desk` and `AsyncDesk`: each builds a command and hands it to `handle`.

Everywhere a ticket is named by its id, by a `Ticket`, or by `ref=`, the host's own id. `by=` takes an `Agent`, a
`Requester`, an `Actor`, or an agent's id. `key=` makes a command idempotent.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypedDict, Unpack

from pydantic import ValidationError

from supportflow._time import instant
from supportflow.exceptions import InvalidInput, UnknownKeyword
from supportflow.flows.desk.methods import Result, Shared
from supportflow.model import commands
from supportflow.model.base import TicketType, is_id
from supportflow.model.casework import Party
from supportflow.model.commands import CommandBase
from supportflow.model.content import Attachment
from supportflow.model.people import HOST, Actor, Agent, Requester, actor
from supportflow.model.problems import invalid
from supportflow.model.records import AttributeValue
from supportflow.model.ticket import Ticket

__all__ = ["By", "TicketName", "Verbs", "build", "named"]

TicketName = Ticket | str | None
_ADOPTED = ("ref", "opened_at", "status", "history", "key", "by")
By = Agent | Requester | Actor | str


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


def build(cls: type[CommandBase], fields: Mapping[str, Any]) -> Any:
    """Make a command, with one clear error for a wrong value.

    Raises:
        TextTooLong: If a text is over its limit.
        InvalidInput: If a value cannot be used; the message does not repeat it.
    """
    try:
        return cls(**fields)
    except ValidationError as error:
        raise invalid(error) from None


def named(ticket: TicketName, ref: str | None, field: str = "ticket") -> dict[str, Any]:
    """The fields of a command that name its ticket.

    Raises:
        InvalidInput: If neither a ticket nor a reference is given, or both, or what cannot be one.
    """
    if (ticket is None) == (ref is None):
        raise InvalidInput(field, "name the ticket by its id or by ref=, one of them")
    if ref is not None:
        if not is_id(ref):
            raise InvalidInput("ref" if field == "ticket" else f"{field}_ref", "is not a reference")
        return {"ref": ref}
    ticket_id = ticket.id if isinstance(ticket, Ticket) else ticket
    if not is_id(ticket_id):
        raise InvalidInput(field, "is not a ticket or a ticket's id")
    return {"ticket_id": ticket_id}


class Verbs(Shared, Generic[Result]):
    """What a desk can be told. `Result` is an `Outcome`, or a coroutine of one."""

    @abstractmethod
    def handle(self, command: CommandBase) -> Result:
        """Carry out any command; all the other verbs end here."""

    def _on(
        self,
        cls: type[CommandBase],
        ticket: TicketName,
        ref: str | None,
        by: By,
        key: str | None,
        /,
        **fields: Any,
    ) -> Result:
        given = {name: value for name, value in fields.items() if value is not None}
        return self.handle(build(cls, {**named(ticket, ref), "by": actor(by), "key": key, **given}))

    def open(
        self,
        *,
        subject: str,
        requester: Requester | str,
        body: str = "",
        channel: str = "web",
        ref: str | None = None,
        key: str | None = None,
        by: By | None = None,
        type: TicketType | str = TicketType.INCIDENT,  # noqa: A002 - the field's own name
        priority_class: str | None = None,
        level: int | None = None,
        category: str | None = None,
        language: str | None = None,
        tz: str | None = None,
        group: str | None = None,
        assignee: str | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
        attachments: Iterable[Attachment] = (),
        evidence: Mapping[str, str | Attachment] | None = None,
        opened_at: datetime | None = None,
        private: bool = False,
        follow_up_of: str | None = None,
    ) -> Result:
        """Open a ticket.

        Args:
            subject: One line.
            requester: Who asks: an opaque id, or a `Requester` whose name and addresses are kept as content.
            body: The first message.
            channel: Where it came in; replies leave by the channel of that name.
            ref: The host's own id, unique in the tenant.
            key: Idempotency key, such as the mail's message id.
            by: Who opens it; the requester, if not given.
            type: Incident, service request, problem or change.
            priority_class: The class; the policy's rules and words decide, if not given. Words can still raise it.
            level: 1 (highest) to 4.
            category: The topic.
            language: A BCP 47 tag; the requester's, if not given.
            tz: The requester's IANA zone; the requester's own, if not given.
            group: The support group.
            assignee: The agent's id.
            attributes: Attributes that the policy declares.
            attachments: Handles of the files that came with it.
            evidence: Items of evidence that came with it, by the policy's names: values as typed, or files.
            opened_at: When it came in, if that was before now.
            private: Internal work: nobody waits for an answer.
            follow_up_of: Id of the closed ticket that it follows.

        Raises:
            InvalidInput: If a value cannot be used.
            DuplicateRef: If the reference already names a ticket.
        """
        person = requester if isinstance(requester, Requester) else build_requester(requester)
        _is_text("subject", subject)
        _is_text("body", body)
        if not subject.strip() and not body.strip():
            raise InvalidInput("subject", "and body are both empty")
        return self.handle(
            build(
                commands.OpenTicket,
                {
                    "by": person.actor if by is None else actor(by),
                    "key": key,
                    "requester": person.id,
                    "personal": person.personal or None,
                    "ref": ref,
                    "channel": channel,
                    "type": type,
                    "subject": subject,
                    "body": body,
                    "attachments": _sequence("attachments", attachments),
                    "evidence": _mapping("evidence", evidence),
                    "language": language or person.language,
                    "tz": tz or person.tz,
                    "category": category,
                    "group": group,
                    "assignee": assignee,
                    "priority_class": priority_class,
                    "level": level,
                    "attributes": _mapping("attributes", attributes),
                    "opened_at": None if opened_at is None else instant(opened_at, "opened_at"),
                    "private": private,
                    "follow_up_of": follow_up_of,
                },
            )
        )

    def receive(
        self,
        ticket: TicketName = None,
        *,
        body: str,
        by: Requester | Actor | str,
        ref: str | None = None,
        channel: str | None = None,
        attachments: Iterable[Attachment] = (),
        evidence: Mapping[str, str | Attachment] | None = None,
        automatic: Literal["auto_reply", "bounce"] | None = None,
        key: str | None = None,
    ) -> Result:
        """Take in a message on a ticket.

        The requester's words answer a question or reopen a resolved ticket; on a closed one they open a follow-up, which
        the outcome then shows. Anybody else's are kept, and count as nobody's answer.

        Args:
            ticket: The ticket; or name it by `ref`.
            body: The text.
            by: Its writer: a requester's id, a `Requester`, or an `Actor` for others.
            ref: The host's own id of the ticket.
            channel: Where it came in, if not by the ticket's channel.
            attachments: Handles of the files that came with it.
            evidence: Items of evidence that came with it, by the policy's names: values as typed, or files.
            automatic: Set if a machine wrote it: an auto-reply or a bounce.
            key: Idempotency key: the same mail twice is one message.
        """
        files = _sequence("attachments", attachments)
        if files:
            _is_text("body", body)
        else:
            _not_empty("body", body)
        writer = by if isinstance(by, Requester | Actor) else build_requester(by, "by")
        return self._on(
            commands.Receive, ticket, ref, writer, key,
            body=body, channel=channel, attachments=files, automatic=automatic,
            evidence=_mapping("evidence", evidence),
        )  # fmt: skip

    def reply(
        self,
        ticket: TicketName = None,
        *,
        body: str,
        by: Agent | Actor | str,
        ref: str | None = None,
        attachments: Iterable[Attachment] = (),
        to: Party | str | None = None,
        channel: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Answer the requester. It leaves by the channel that the ticket came in by, or that the party it is for has.

        Args:
            ticket: The ticket; or name it by `ref`.
            body: The text.
            by: Who answers: an agent, or a bot.
            ref: The host's own id of the ticket.
            attachments: Handles of the files that go with it.
            to: The party that it is for; the requester, if not given.
            channel: Another channel to leave by, such as the one that a contact joined the case by.
            key: Idempotency key.

        Raises:
            Refused: If it asks its reader for a password, a seed phrase, a private key or a one-time code; if it says
                personal data on one of the policy's `public_channels`; if the ticket is closed; if `to` is no party of
                the case.
        """
        _not_empty("body", body)
        files = _sequence("attachments", attachments)
        party = to.id if isinstance(to, Party) else to
        return self._on(
            commands.Reply, ticket, ref, by, key, body=body, attachments=files, to=party, channel=channel
        )

    def note(
        self,
        ticket: TicketName = None,
        *,
        body: str,
        by: Agent | Actor | str,
        ref: str | None = None,
        attachments: Iterable[Attachment] = (),
        key: str | None = None,
    ) -> Result:
        """Keep an internal note."""
        _not_empty("body", body)
        files = _sequence("attachments", attachments)
        return self._on(commands.AddNote, ticket, ref, by, key, body=body, attachments=files)

    def assign(
        self,
        ticket: TicketName = None,
        *,
        agent: Agent | str | None = None,
        group: str | None = None,
        by: By = HOST,
        over_capacity: bool = False,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Give the ticket to an agent, a group, or both. `""` takes it away; None leaves that side as it is.

        Where the policy routes, an enrolled agent must be of the ticket's tier and have capacity left; `over_capacity`
        passes over the latter. Skills, languages and shifts are not asked for: who assigns by hand knows why.

        Raises:
            Refused: If the ticket has ended, or the agent cannot have it.
        """
        if agent is None and group is None:
            raise InvalidInput("agent", "and group are both missing")
        agent_id = agent.id if isinstance(agent, Agent) else agent
        return self._on(
            commands.Assign, ticket, ref, by, key, agent=agent_id, group=group, over_capacity=over_capacity
        )

    def update(
        self,
        ticket: TicketName = None,
        *,
        attributes: Mapping[str, AttributeValue] | None = None,
        category: str | None = None,
        language: str | None = None,
        by: By = HOST,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Set declared attributes (None clears one), the topic or the language."""
        return self._on(
            commands.Update, ticket, ref, by, key,
            attributes=_mapping("attributes", attributes), category=category, language=language,
        )  # fmt: skip

    def set_priority(
        self,
        ticket: TicketName = None,
        *,
        priority_class: str | None = None,
        level: int | None = None,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Set the priority class, the level, or both."""
        if priority_class is None and level is None:
            raise InvalidInput("priority_class", "and level are both missing")
        return self._on(
            commands.SetPriority, ticket, ref, by, key,
            priority_class=priority_class, level=level, reason=reason,
        )  # fmt: skip

    def trigger(
        self,
        ticket: TicketName = None,
        *,
        trigger: str,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Fire a trigger of the host's own lifecycle."""
        return self._on(commands.Trigger, ticket, ref, by, key, trigger=trigger, reason=reason)

    def wait_for_requester(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Wait for the requester: the ticket is pending until they write, or until it is resumed."""
        return self._on(commands.WaitForRequester, ticket, ref, by, key, reason=reason)

    def hold(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Wait for a third party or another team."""
        return self._on(commands.Hold, ticket, ref, by, key, reason=reason)

    def resume(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Go on working after waiting."""
        return self._on(commands.Resume, ticket, ref, by, key, reason=reason)

    def resolve(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Declare the ticket answered."""
        return self._on(commands.Resolve, ticket, ref, by, key, reason=reason)

    def reopen(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Take a resolved ticket up again, within the policy's window. After closing, open a follow-up instead."""
        return self._on(commands.Reopen, ticket, ref, by, key, reason=reason)

    def close_ticket(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Close a resolved ticket for good."""
        return self._on(commands.Close, ticket, ref, by, key, reason=reason)

    def cancel(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Declare that the ticket never needed an answer."""
        return self._on(commands.Cancel, ticket, ref, by, key, reason=reason)

    def merge(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        into: TicketName = None,
        into_ref: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Merge a ticket into another one, which goes on; later messages on the first go there."""
        target = named(into, into_ref, "into")
        return self._on(
            commands.Merge, ticket, ref, by, key, into_id=target.get("ticket_id"), into_ref=target.get("ref")
        )  # fmt: skip

    def split(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        subject: str = "",
        body: str = "",
        new_ref: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Open a second ticket of the same requester for a part of this one; its opening is among the outcome's events."""
        return self._on(commands.Split, ticket, ref, by, key, subject=subject, body=body, new_ref=new_ref)

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
        _is_text("body", body)
        return self._on(
            commands.Observe, ticket, ref, by, key,
            at=None if at is None else instant(at, "at"), status=status, agent=agent, group=group,
            priority_class=priority_class, level=level, attributes=_mapping("attributes", attributes),
            replied=replied, requester_wrote=requester_wrote, body=body if body.strip() else "", channel=channel,
            attachments=_sequence("attachments", attachments), evidence=_mapping("evidence", evidence),
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
        facts = tuple(build_fact(fact) for fact in _sequence("history", history))
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
        _not_empty("reason", reason)
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
        _not_empty("reason", reason)
        return self._on(commands.Correct, ticket, ref, by, key, clock=clock, met=met, reason=reason)

    # --- cases: evidence, steps, parties, verification -----------------------------------------

    def provide(
        self,
        ticket: TicketName = None,
        *,
        evidence: Mapping[str, str | Attachment],
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Give evidence apart from a message: values as typed and files, by the policy's names for the items.

        Raises:
            InvalidInput: If an item is unknown, or a value or file is not what the policy says the item looks like.
            Refused: If `by` has no part in the case, or the ticket is closed.
        """
        return self._on(commands.Provide, ticket, ref, by, key, evidence=_mapping("evidence", evidence))

    def complete_step(
        self,
        ticket: TicketName = None,
        *,
        step: str,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Record that a step of the procedure of the ticket's category was done. Doing it again changes nothing.

        Raises:
            InvalidInput: If the procedure has no such step.
            StepsMissing: If mandatory steps before it are not done.
        """
        return self._on(commands.CompleteStep, ticket, ref, by, key, step=step, reason=reason)

    def add_party(
        self,
        ticket: TicketName = None,
        *,
        party: Party,
        by: By,
        due_at: datetime | None = None,
        expects: Iterable[str] = (),
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Make somebody a party of the case, or ask anew somebody who is one.

        Args:
            ticket: The ticket; or name it by `ref`.
            party: Who, and in which role.
            by: Who says so: an agent, a bot or the host.
            due_at: Until when they are asked to answer; later, `PartyDeadlinePassed` is recorded.
            expects: The items of evidence that they are asked for.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If it is the requester, or the deadline is not in the future.
            Refused: If somebody outside asks for it, or the ticket is closed.
        """
        return self._on(
            commands.AddParty, ticket, ref, by, key,
            party=party, due_at=None if due_at is None else instant(due_at, "due_at"), expects=_sequence("expects", expects),
        )  # fmt: skip

    def escalate(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        ladder: str | None = None,
        group: str | None = None,
        tier: str | None = None,
        notify: Iterable[str] = (),
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Escalate by hand: start a ladder, take the next step of the one that runs, or hand the ticket over.

        With none of `ladder`, `group`, `tier` and `notify`, the next step of the ladder that runs is taken at once.

        Args:
            ticket: The ticket; or name it by `ref`.
            by: Who decides: an agent, a bot or the host.
            ladder: The ladder to start, whatever its condition; the one that runs takes its next step.
            group: The group to hand the ticket to.
            tier: The line of support to hand it to: the first group of the policy that works in it.
            notify: Who is told: `"rotation:night"`, `"group:risk"`, `"agent:lena"`, `"assignee"`.
            reason: Why; kept as content.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the policy does not know the ladder, the tier, or the people.
            Refused: If somebody outside asks for it, the ticket is over, no ladder runs whose next step could be taken,
                or what would end the ladder has happened already.
        """
        return self._on(
            commands.Escalate, ticket, ref, by, key,
            ladder=ladder, group=group, tier=tier, notify=_sequence("notify", notify), reason=reason,
        )  # fmt: skip

    def verify(
        self,
        ticket: TicketName = None,
        *,
        level: str,
        valid_for: timedelta,
        method: str,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Record that the requester is who they say, how sure that is and how long it counts.

        Raises:
            InvalidInput: If the policy's authority has no such level.
            Refused: If somebody outside says so.
        """
        return self._on(
            commands.Verify, ticket, ref, by, key, level=level, valid_for=valid_for, method=method
        )  # fmt: skip

    def authorise(
        self,
        ticket: TicketName = None,
        *,
        action: str,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Let an action be done that needs a verified requester.

        Raises:
            InvalidInput: If the policy's authority has no such action.
            NotVerified: If no verification of the level that it needs is valid now.
        """
        return self._on(commands.Authorise, ticket, ref, by, key, action=action)


def build_requester(requester_id: str, field: str = "requester") -> Requester:
    """A requester known by id alone.

    Raises:
        InvalidInput: If the id cannot be used.
    """
    try:
        return Requester(requester_id)
    except InvalidInput as error:
        raise InvalidInput(field, error.reason) from None


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


def _is_text(field: str, text: object) -> None:
    if not isinstance(text, str):
        raise InvalidInput(field, "is not a text")


def _not_empty(field: str, text: str) -> None:
    _is_text(field, text)
    if not text.strip():
        raise InvalidInput(field, "is empty")


def _sequence(field: str, items: object) -> tuple[Any, ...]:
    if not isinstance(items, Iterable) or isinstance(items, str | bytes | Mapping):
        raise InvalidInput(field, "is not a series")
    return tuple(items)


def _mapping(field: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise InvalidInput(field, "is not a mapping of names to values")
    return dict(given or {})
