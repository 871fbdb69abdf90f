"""What a desk can be told that somebody wrote."""

from collections.abc import Iterable, Mapping
from typing import Literal

from supportflow.flows.desk.methods import Result
from supportflow.flows.desk.verbs import (
    By,
    TicketName,
    Verbs,
    build_requester,
    check_not_empty,
    check_text,
    mapping,
    sequence,
)
from supportflow.model import commands
from supportflow.model.casework import Party
from supportflow.model.content import Attachment
from supportflow.model.people import HOST, Actor, Agent, Requester

__all__ = ["MessageVerbs"]


class MessageVerbs(Verbs[Result]):
    """What a desk can be told about messages."""

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
        files = sequence("attachments", attachments)
        if files:
            check_text("body", body)
        else:
            check_not_empty("body", body)
        writer = by if isinstance(by, Requester | Actor) else build_requester(by, "by")
        return self._on(
            commands.Receive, ticket, ref, writer, key,
            body=body, channel=channel, attachments=files, automatic=automatic,
            evidence=mapping("evidence", evidence),
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
        check_not_empty("body", body)
        files = sequence("attachments", attachments)
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
        check_not_empty("body", body)
        files = sequence("attachments", attachments)
        return self._on(commands.AddNote, ticket, ref, by, key, body=body, attachments=files)

    def record_delivery(
        self,
        ticket: TicketName = None,
        *,
        delivery: str,
        channel: str,
        state: Literal["accepted", "delivered", "read", "undeliverable"],
        receipt: str | None = None,
        code: str | None = None,
        by: By = HOST,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Report what became of a reply on its way, such as what a messenger's callback says.

        One that can never arrive is work again: a ticket that waits for its requester is resumed, a resolved one reopened
        while it can be, and it has the flag `undeliverable`.

        Args:
            ticket: The ticket; or name it by `ref`.
            delivery: The key that the channel was given (`Outgoing.key`).
            channel: The channel.
            state: Accepted by whoever carries it, delivered to the person, read by them, or never to arrive.
            receipt: The far side's own id of the message.
            code: Why it can never arrive: a word or a code, such as `"550"`, never the address.
            by: The host, or the system.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            Refused: If somebody outside or an agent reports it.
        """
        return self._on(
            commands.RecordDelivery, ticket, ref, by, key,
            delivery=delivery, channel=channel, state=state, receipt=receipt, code=code,
        )  # fmt: skip
