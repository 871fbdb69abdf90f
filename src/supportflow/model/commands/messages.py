"""Words: taking in a message, replying, noting."""

from typing import Literal

from pydantic import Field

from supportflow.model.base import DeliveryCode, Id, Key, Name
from supportflow.model.commands.base import EvidenceMap, TicketCommand
from supportflow.model.content import Attachments, Text
from supportflow.model.people import RequesterId

__all__ = [
    "AddNote",
    "Receive",
    "RecordDelivery",
    "Reply",
]


class Receive(TicketCommand):
    """Take in a message that came from outside.

    Attributes:
        by: Its writer: the requester, or somebody else on the thread (a `party`).
        evidence: Items of evidence that came with it, by the policy's names.
        automatic: `"auto_reply"` or `"bounce"` if a machine wrote it.
    """

    kind: Literal["receive"] = "receive"
    body: Text
    channel: Name | None = None
    attachments: Attachments = ()
    evidence: EvidenceMap = Field(default_factory=dict)
    automatic: Literal["auto_reply", "bounce"] | None = None


class Reply(TicketCommand):
    """Send a public reply to the requester, or to a party of the case.

    Attributes:
        to: Id of the party that it is for; None for the requester.
        channel: Where it leaves by; None for where the ticket, or the party, came in by.
    """

    kind: Literal["reply"] = "reply"
    body: Text
    attachments: Attachments = ()
    channel: Name | None = None
    to: RequesterId | None = None


class AddNote(TicketCommand):
    """Keep an internal note, which the requester never sees."""

    kind: Literal["note"] = "note"
    body: Text
    attachments: Attachments = ()


class RecordDelivery(TicketCommand):
    """Record what became of a reply on its way.

    Attributes:
        delivery: The key that its channel was given.
        channel: The channel.
        state: `"accepted"` by whoever carries it, `"delivered"` to the person, `"read"` by them, or `"undeliverable"`: it
            can never arrive, and a person takes the ticket up.
        receipt: The far side's own id of the message.
        code: Why it can never arrive: a word or a code, such as `"550"`, never the address.
    """

    kind: Literal["record_delivery"] = "record_delivery"
    delivery: Key
    channel: Name
    state: Literal["accepted", "delivered", "read", "undeliverable"]
    receipt: Id | None = None
    code: DeliveryCode | None = None
