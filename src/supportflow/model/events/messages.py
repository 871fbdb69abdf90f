"""Words: what came in, what went out, what was noted."""

from typing import ClassVar, Literal

from supportflow._time import Instant
from supportflow.model.announcements import Announced
from supportflow.model.base import Id, KeptName, Key, Value
from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.events.base import TicketEvent

__all__ = [
    "DeliveryReported",
    "MessageReceived",
    "NoteAdded",
    "Promised",
    "ReplySent",
    "Warned",
]


class MessageReceived(TicketEvent):
    """A message came in from outside.

    Attributes:
        origin: Whose words they are. Only `requester` answers a question or asks a new one.
        flags: What a person should see.
        review: True if the text raised the class to security, for a person to look at.
        redacted: Kinds of secrets and personal data that were removed from it.
        spoken: The class that the text speaks for, if it is not the lowest.
        informational: True if it only asks about security.
        agency: True if the requester reports an incident in it, and says that it was not by their own will.
    """

    SPEAKS: ClassVar[bool] = True

    kind: Literal["message_received"] = "message_received"
    origin: Literal["requester", "stranger", "party", "auto_reply", "bounce"]
    body: ContentRef | None = None
    channel: KeptName
    attachments: tuple[AttachmentHandle, ...] = ()
    flags: tuple[KeptName, ...] = ()
    review: bool = False
    redacted: tuple[KeptName, ...] = ()
    spoken: KeptName | None = None
    informational: bool = False
    agency: bool = False


class Promised(Value):
    """When somebody hears again at the latest, as a reply says it. A clock keeps it.

    Attributes:
        at: When.
        language: The language that it is said in.
        tz: The zone on whose clock it is said.
        policy: Fingerprint of the policy that words it.
    """

    at: Instant
    language: KeptName
    tz: KeptName
    policy: str


class Warned(Value):
    """A warning that a reply says besides its text.

    Attributes:
        warning: Which, by the policy's name.
        language: The language that it is said in.
        policy: Fingerprint of the policy that words it.
    """

    warning: KeptName
    language: KeptName
    policy: str


class ReplySent(TicketEvent):
    """An agent or a bot answered in public.

    Attributes:
        in_reply_to: Number of messages that had come in before, for threading.
        to: Id of the party that it is for; None for the requester. Only a reply to the requester stops clocks.
        observed: True if the host reports it and has sent it itself: no channel of the desk does.
        announced: The announcement that it is; None if somebody wrote it to this ticket. An announcement answers nobody.
        promised: What the reply says besides its text of when its reader hears again.
        warned: The warnings that it says besides its text.
    """

    kind: Literal["reply_sent"] = "reply_sent"
    body: ContentRef | None = None
    channel: KeptName
    attachments: tuple[AttachmentHandle, ...] = ()
    redacted: tuple[KeptName, ...] = ()
    in_reply_to: int = 0
    to: Id | None = None
    observed: bool = False
    announced: Announced | None = None
    promised: Promised | None = None
    warned: tuple[Warned, ...] = ()


class NoteAdded(TicketEvent):
    """Somebody wrote an internal note."""

    kind: Literal["note_added"] = "note_added"
    body: ContentRef | None = None
    attachments: tuple[AttachmentHandle, ...] = ()
    redacted: tuple[KeptName, ...] = ()


class DeliveryReported(TicketEvent):
    """Something is known of a reply on its way.

    Attributes:
        delivery: The key that its channel was given.
        state: `"accepted"` by whoever carries it, `"delivered"` to the person, `"read"` by them, or `"undeliverable"`: it
            can never arrive, and a person is to take the ticket up (flag `undeliverable`).
        receipt: The far side's own id of the message.
        code: Why it can never arrive: a word or a code.
    """

    kind: Literal["delivery_reported"] = "delivery_reported"
    delivery: Key
    channel: KeptName
    state: Literal["accepted", "delivered", "read", "undeliverable"]
    receipt: Id | None = None
    code: KeptName | None = None
