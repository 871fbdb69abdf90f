"""What a desk can be told about a ticket as such: that it is opened, where it stands, who has it, how urgent it is."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from supportflow._time import instant
from supportflow.exceptions import InvalidInput
from supportflow.flows.desk.methods import Result
from supportflow.flows.desk.verbs import (
    By,
    TicketName,
    Verbs,
    build,
    build_requester,
    check_text,
    mapping,
    sequence,
    ticket_name,
)
from supportflow.model import commands
from supportflow.model.base import TicketType
from supportflow.model.content import Attachment
from supportflow.model.people import HOST, Agent, Requester, actor
from supportflow.model.records import AttributeValue

__all__ = ["TicketVerbs"]


class TicketVerbs(Verbs[Result]):
    """What a desk can be told about tickets."""

    def open(
        self,
        *,
        subject: str = "",
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
        event: str | None = None,
    ) -> Result:
        """Open a ticket.

        Args:
            subject: One line.
            requester: Who asks: an opaque id, or a `Requester` whose name and addresses are kept as content.
            body: The first message.
            channel: Where it came in; replies leave by the channel of that name.
            ref: The host's own id, unique in the tenant.
            key: Idempotency key, such as the mail's message id.
            by: Who opens it; if not given the requester, or the host for an event of its own.
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
            event: The host's own event that it is about, by a name of the policy's `foreseen`: the requester is told
                at once, in the policy's words. If they have an open ticket about the same, it is that one.

        Raises:
            InvalidInput: If a value cannot be used.
            Refused: If somebody outside reports an event of the host's.
            DuplicateRef: If the reference already names a ticket.
        """
        person = requester if isinstance(requester, Requester) else build_requester(requester)
        check_text("subject", subject)
        check_text("body", body)
        if event is None and not subject.strip() and not body.strip():
            raise InvalidInput("subject", "and body are both empty")
        return self.handle(
            build(
                commands.OpenTicket,
                {
                    "by": (person.actor if event is None else HOST) if by is None else actor(by),
                    "key": key,
                    "requester": person.id,
                    "personal": person.personal or None,
                    "ref": ref,
                    "channel": channel,
                    "type": type,
                    "subject": subject,
                    "body": body,
                    "attachments": sequence("attachments", attachments),
                    "evidence": mapping("evidence", evidence),
                    "language": language or person.language,
                    "tz": tz or person.tz,
                    "category": category,
                    "group": group,
                    "assignee": assignee,
                    "priority_class": priority_class,
                    "level": level,
                    "attributes": mapping("attributes", attributes),
                    "opened_at": None if opened_at is None else instant(opened_at, "opened_at"),
                    "private": private,
                    "follow_up_of": follow_up_of,
                    "event": event,
                },
            )
        )

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
            attributes=mapping("attributes", attributes), category=category, language=language,
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
        into_id, target_ref = ticket_name(into, into_ref, "into")
        return self._on(
            commands.Merge, ticket, ref, by, key, into_id=into_id, into_ref=target_ref
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
