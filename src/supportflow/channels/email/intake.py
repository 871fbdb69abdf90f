"""Mails into a desk: each becomes a ticket, a message on one, or a refusal with its reason. Once, however often it comes."""

import hashlib
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from supportflow._dataclass import dataclass
from supportflow.channels.email.automatic import Automatic, automatic_kind
from supportflow.channels.email.reading import Limits, Mail, MailFile, read_mail
from supportflow.channels.email.sender import Verdict, verdict
from supportflow.channels.email.threads import MailThreads, ReplyToken
from supportflow.exceptions import IdempotencyMismatch, InvalidInput, TicketNotFound
from supportflow.model.base import MAX_ID, MAX_KEY, is_id
from supportflow.model.content import Attachment
from supportflow.model.events import DeliveryReported, EventBase
from supportflow.model.people import Requester
from supportflow.model.ticket import Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

__all__ = ["MailIntake", "Sink", "Taken", "person_of"]

Sink = Callable[[MailFile], "str | None"]
"""Keeps a file and answers with its URI; None if it keeps none. The same file can come again: after a crash."""


_UNVERIFIED = "unverified-"
"""Before the id of a person whom a mail may only pretend to come from."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail.

    Attributes:
        result: `"opened"` a ticket, `"received"` on one, `"duplicate"` of what was taken before, or `"refused"`.
        mail: The mail.
        ticket_id: The ticket; None if it was refused.
        why: Why it was refused: `"own"`, `"automatic"`, `"sender"`, `"empty"`.
        verdict: What the host's mail server says of the sender; `"none"` if nobody was asked.
        automatic: Which machine wrote it, if one did.
        notes: What a person should know: files that were left out, a thread of another ticket that it names, too.
    """

    result: Literal["opened", "received", "duplicate", "refused"]
    mail: Mail
    ticket_id: str | None = None
    why: str | None = None
    verdict: Verdict = "none"
    automatic: Automatic | None = None
    notes: tuple[str, ...] = field(default=())


class _Ask(NamedTuple):
    """A call of the desk."""

    method: str
    named: "Mapping[str, Any]"


def person_of(address: str) -> str:
    """The id of a person who is known by a mail address alone.

    It does not show the address; but it is always the same for the same one, so whoever guesses an address can check it.

    Args:
        address: In any case.
    """
    return "mail-" + hashlib.sha256(address.lower().encode("utf-8", "surrogatepass")).hexdigest()[:24]


class MailIntake:
    """Takes in the mails of a desk, plain or async.

    Args:
        desk: The desk.
        threads: Where it is kept which mail belongs to which ticket.
        token: Reads the tokens in message ids and addresses of ours; the same as the channel that sends has.
        addresses: The desk's own addresses: what comes from one of them is refused, or two desks would answer each other.
        channel: Name of the desk's channel by which answers leave.
        server: The name (authserv-id) of the host's mail server. If it is given, a mail whose sender did not pass is a
            stranger's: it opens a ticket of its own, and speaks for nobody on another's.
        identify: Address → the host's id of the person; None if it knows none. `person_of`, if not given.
        sink: Keeps files, the whole mail first, as `mail.eml`. Without one, files are named and not kept.
        limits: How much of a mail is taken.
    """

    def __init__(
        self,
        desk: Any,
        threads: MailThreads,
        token: ReplyToken,
        *,
        addresses: tuple[str, ...] = (),
        channel: str = "email",
        server: str | None = None,
        identify: Callable[[str], str | None] | None = None,
        sink: Sink | None = None,
        limits: Limits | None = None,
    ) -> None:
        if not callable(getattr(desk, "receive", None)):
            raise InvalidInput("desk", "is not a desk")
        self._desk = desk
        self._threads = threads
        self._token = token
        self._own = frozenset(one.lower() for one in addresses)
        self._channel = channel
        self._server = server
        self._identify = identify
        self._sink = sink
        self._limits = limits

    def take(self, raw: bytes) -> Taken:
        """Take in a mail. When it returns, the desk has it, and the mail can be marked as seen.

        Args:
            raw: The bytes as they came.

        Raises:
            InvalidInput: If it is no mail, or too large; or, with the field `channel`, `identify` or `sink`, if what one of
                these holds or answers cannot be used.
        """
        flow = self._taking(read_mail(raw, self._limits))
        answer: Any = None
        try:
            while True:
                ask = flow.send(answer)
                try:
                    answer = getattr(self._desk, ask.method)(**ask.named)
                except (TicketNotFound, IdempotencyMismatch) as error:
                    answer = error
        except StopIteration as end:
            taken: Taken = end.value
            return taken

    async def take_async(self, raw: bytes) -> Taken:
        """The same for an `AsyncDesk`."""
        flow = self._taking(read_mail(raw, self._limits))
        answer: Any = None
        try:
            while True:
                ask = flow.send(answer)
                asked: Awaitable[Any] = getattr(self._desk, ask.method)(**ask.named)
                try:
                    answer = await asked
                except (TicketNotFound, IdempotencyMismatch) as error:
                    answer = error
        except StopIteration as end:
            taken: Taken = end.value
            return taken

    def forget(self, ticket_ids: Iterable[str]) -> None:
        """Lose which mails belong to these tickets, as part of an erasure: ids of mails often name their writers.

        Args:
            ticket_ids: The tickets; one that is not known is no error.

        Raises:
            StoreError: If the threads cannot be written; then call again.
        """
        for one in ticket_ids:
            self._threads.forget(self._tenant, one)

    # --- what becomes of a mail ------------------------------------------------------------------

    def _taking(self, mail: Mail) -> Generator[_Ask, Any, Taken]:
        machine = automatic_kind(mail)
        said: Verdict = "none" if self._server is None else verdict(mail, self._server)
        sender = mail.sender
        if sender is None:
            return Taken("refused", mail, why="sender", automatic=machine)
        if sender.address in self._own:
            return Taken("refused", mail, why="own", automatic=machine)
        person = self._person(mail, said)
        known = yield from self._known(mail, person)
        if known is not None:
            return Taken("duplicate", mail, ticket_id=known, verdict=said, automatic=machine)
        ticket, notes = yield from self._thread(mail)
        if machine is not None and ticket is None:
            return Taken("refused", mail, why="automatic", verdict=said, automatic=machine)
        if not mail.text and not mail.subject.strip() and not mail.files and not mail.rest:
            return Taken("refused", mail, why="empty", verdict=said, automatic=machine)
        if machine is None and ticket is None:
            outcome = yield from self._open(mail, person)
            result: Literal["opened", "received"] = "opened"
        else:
            outcome = yield from self._receive(mail, person, ticket, machine)
            result = "received"
        if isinstance(outcome, IdempotencyMismatch):
            # Since its first copy came, what it answers was found, or moved: it is the same mail all the same.
            return Taken("duplicate", mail, ticket_id=ticket, verdict=said, automatic=machine)
        if machine == "bounce" and ticket is not None:
            yield from self._report(mail, ticket, outcome.ticket.id)
        for one in filter(None, [mail.message_id]):
            self._threads.record(self._tenant, outcome.ticket.id, one)
        return Taken(
            "duplicate" if outcome.duplicate else result,
            mail,
            ticket_id=outcome.ticket.id,
            verdict=said,
            automatic=machine,
            notes=tuple(dict.fromkeys([*notes, *(f"left out: {one}" for one in mail.left_out)])),
        )

    @property
    def _tenant(self) -> str:
        return str(self._desk.tenant)

    def _person(self, mail: Mail, said: Verdict) -> Requester:
        assert mail.sender is not None
        address = mail.sender.address
        known = None if self._identify is None else self._identify(address)
        if known and not is_id(known, MAX_ID - len(_UNVERIFIED)):
            raise InvalidInput("identify", "answers with what is no id")
        name = known or person_of(address)
        if self._server is not None and said != "pass":
            # Whoever writes a name into a mail is not the person of that name.
            name = _UNVERIFIED + name
        return Requester(name, name=mail.sender.name or None, email=address)

    def _known(self, mail: Mail, person: Requester) -> Generator[_Ask, Any, str | None]:
        """The ticket of a person that has this very mail. What another one sent under its id before is another mail."""
        noted = self._threads.ticket_of(self._tenant, [mail.message_id]) if mail.message_id else None
        if noted is None:
            return None
        found = yield _Ask("get", {"ticket": noted})
        # A second copy whose sender is not proved is no more than the first one.
        if isinstance(found, TicketNotFound) or found.requester not in {
            person.id,
            person.id.removeprefix(_UNVERIFIED),
        }:
            return None
        return noted

    def _thread(self, mail: Mail) -> Generator[_Ask, Any, tuple[str | None, list[str]]]:
        """The ticket that a mail belongs to: by our own token, then by what is known of its references."""
        answers = [one for one in mail.references if one != mail.message_id]
        named = [self._token.ticket_of(one) for one in (*answers, *mail.returned)]
        named += [self._token.ticket_of(one.address) for one in mail.recipients]
        known = self._threads.ticket_of(self._tenant, answers)
        candidates = list(dict.fromkeys(one for one in (*named, known) if one is not None))
        there: list[str] = []
        for one in candidates:
            found = yield _Ask("get", {"ticket": one})
            if not isinstance(found, TicketNotFound):
                there.append(one)
        notes = [f"names ticket {one}, too" for one in there[1:]]
        return (there[0] if there else None), notes

    def _open(self, mail: Mail, person: Requester) -> Generator[_Ask, Any, Outcome | IdempotencyMismatch]:
        outcome: Outcome | IdempotencyMismatch = yield _Ask(
            "open",
            {
                "subject": mail.subject or "-",
                "body": _words(mail),
                "requester": person,
                "channel": self._channel,
                "key": _key(mail, person),
                "attachments": self._attachments(mail),
            },
        )
        return outcome

    def _receive(
        self, mail: Mail, person: Requester, ticket: str | None, machine: Automatic | None
    ) -> Generator[_Ask, Any, Outcome | IdempotencyMismatch]:
        outcome: Outcome | IdempotencyMismatch = yield _Ask(
            "receive",
            {
                "ticket": ticket,
                "body": _words(mail) or mail.subject or "-",
                "by": person,
                "channel": self._channel,
                "automatic": machine,
                "key": _key(mail, person),
                "attachments": self._attachments(mail),
            },
        )
        return outcome

    def _report(self, mail: Mail, ticket: str, live: str) -> Generator[_Ask, Any, None]:
        """An answer that a bounce brings back never arrived: it is work for a person again. Once for each answer.

        Which one it was, the receipt says that its channel gave for it; the ticket may have been merged into another since.
        """
        back = frozenset(mail.returned or mail.references[:1])
        history: Sequence[EventBase] = yield _Ask("history", {"ticket": ticket})
        for event in history:
            if isinstance(event, DeliveryReported) and event.receipt in back:
                yield _Ask(
                    "record_delivery",
                    {
                        "ticket": live,
                        "delivery": event.delivery,
                        "channel": event.channel,
                        "state": "undeliverable",
                        "code": "bounce",
                        "key": f"{event.delivery}:undeliverable"[:MAX_KEY],
                    },
                )

    def _attachments(self, mail: Mail) -> list[Attachment]:
        files = list(mail.files)
        if self._sink is not None:
            files.insert(0, MailFile("mail.eml", "message/rfc822", mail.raw))
        made: list[Attachment] = []
        for one in files:
            uri = None if self._sink is None else self._sink(one)
            digest = hashlib.sha256(one.content).hexdigest()
            try:
                made.append(
                    Attachment(
                        name=one.name,
                        media_type=one.media_type,
                        size=len(one.content),
                        sha256=digest,
                        uri=uri,
                    )
                )
            except InvalidInput as error:  # name, type and size are what `read_mail` leaves of them
                raise InvalidInput("sink", "answers with what is no URI") from error
        return made


def _words(mail: Mail) -> str:
    """The writer's own words. What was passed on is said to be there, and is none of them."""
    if mail.forwarded:
        return f"{mail.text}\n\n[forwarded mail, {len(mail.rest)} characters]".strip()
    return mail.text


def _key(mail: Mail, person: Requester) -> str:
    """The same mail has the same key by whichever route it comes; one without an id is known by all of its text.

    The person is part of it: nobody can make another one's mail a duplicate by sending its id first, not even in their name,
    where the server is asked.
    """
    what = mail.raw if mail.message_id is None else mail.message_id.encode("utf-8", "surrogatepass")
    return "mail:" + hashlib.sha256(person.id.encode("utf-8", "surrogatepass") + b"\0" + what).hexdigest()
