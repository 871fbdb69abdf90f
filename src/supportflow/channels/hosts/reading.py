"""A helpdesk's message, read by its table: what the desk is told of it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from supportflow._time import Instant, instant
from supportflow.channels.email.html import html_text
from supportflow.channels.email.intake import person_of
from supportflow.channels.hosts.files import FileKeeping, HostFile, items, reference
from supportflow.channels.hosts.table import ABSENT, PRESENT, Files, HostTable, Kind, Paths, Person, Words
from supportflow.channels.webhook.intake import IfNew
from supportflow.exceptions import InvalidInput
from supportflow.model.base import MAX_SUBJECT, is_id
from supportflow.model.commands import AddNote, Adopt, Observe, OpenTicket
from supportflow.model.commands.base import CommandBase
from supportflow.model.content import Attachment
from supportflow.model.people import HOST, NOBODY, Actor

__all__ = ["HostReading"]

_MISSING: Final = object()
_MOST_ITEMS = 500
_LONGEST_KEY = 200
_SKEW = timedelta(minutes=10)

Unknown = Callable[[str, str], None]
"""Is told which field had which value that the table does not map."""


class HostReading:
    """Reads the messages of a helpdesk that is itself the authority: for `WebhookIntake(desk, keys, HostReading(ZENDESK))`.

    A new ticket is opened, with its requester's words. What happens afterwards is observed: public answers, the requester's
    messages, notes, status, who has it. A ticket that the desk has never heard of is adopted first. A message has the key of
    its own id, so one that several webhooks bring is taken in once.

    Args:
        table: What its messages mean.
        channel: The desk's name for where its tickets come in.
        levels: Whether its priorities are told, too. Otherwise they are your policy's affair.
        files: What becomes of files; they are references to where the helpdesk has them, if not given.
        unknown: Is told of values that the table does not map, such as a status of your own. They change nothing.
        now: Tells the time: a clock of the helpdesk that is some minutes ahead is not the future.
    """

    def __init__(
        self,
        table: HostTable,
        *,
        channel: str = "web",
        levels: bool = False,
        files: FileKeeping | None = None,
        unknown: Unknown | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._table = table
        self._channel = channel
        self._levels = levels
        self._keeping = files or FileKeeping()
        self._unknown = unknown
        self._now = now or (lambda: datetime.now(UTC))

    def __call__(self, payload: Any) -> Sequence[CommandBase | IfNew]:
        """What a message tells, as commands; none, if the table knows no such kind.

        Args:
            payload: The message, read as JSON.

        Raises:
            InvalidInput: If a message of a known kind has no ticket in it, or a time that is none.
        """
        commands: list[CommandBase | IfNew] = []
        for item in self._items(payload):
            told = _Told(self._table, payload, item, instant(self._now(), "now"))
            kind = next((one for one in self._table.kinds if told.fits(one)), None)
            if kind is not None:
                commands += self._read(told, kind)
        return commands

    def _items(self, payload: Any) -> Iterator[Any]:
        table = self._table
        items = _walked(payload, table.each) if table.each else _MISSING
        wanted = _walked(payload, table.item) if table.item else _MISSING
        if not isinstance(items, list) or (table.item and wanted in (_MISSING, None)):
            yield {} if table.each else payload
            return
        if len(items) > _MOST_ITEMS:
            raise InvalidInput(table.each, f"has more than {_MOST_ITEMS} items")
        for one in items:
            if wanted is _MISSING or _written(_walked(one, "id")) == _written(wanted):
                yield one

    def _read(self, told: "_Told", kind: Kind) -> Iterator[CommandBase | IfNew]:
        table = self._table
        ref = told.ref()
        opened = "opened" in kind.tells
        yield IfNew(self._opening(told, ref) if opened else self._adoption(told, ref))
        if "words" in kind.tells and table.words is not None:
            command = self._said(told, ref, table.words)
            if command is not None:
                yield IfNew(command)
        if "files" in kind.tells and table.words is not None:
            yield from self._files_alone(told, ref, table.words)
        state = self._state(told, kind)
        if opened and state.get("status") == "new":
            del state["status"]  # every ticket is new when it is opened
        if state:
            yield Observe(ref=ref, at=told.at(table.at), **state)

    # --- a ticket ----------------------------------------------------------------------------------

    def _opening(self, told: "_Told", ref: str) -> CommandBase:
        table = self._table
        requester = told.person(table.requester) or NOBODY
        body = told.text(table.body)
        return OpenTicket(
            by=Actor(kind="requester", id=requester),
            ref=ref,
            requester=requester,
            subject=told.text(table.subject)[:MAX_SUBJECT],
            body=html_text(body) if table.html_body else body,
            attachments=self._files(told, ref, table.files),
            channel=self._channel,
            personal=told.personal(table.requester),
            opened_at=told.at(table.opened_at),
            key=_key(table.name, ref, "opened"),
        )

    def _adoption(self, told: "_Told", ref: str) -> CommandBase:
        table = self._table
        return Adopt(
            ref=ref,
            requester=told.person(table.requester) or NOBODY,
            subject=told.text(table.subject)[:MAX_SUBJECT],
            channel=self._channel,
            opened_at=told.at(table.opened_at) or told.now,
            status=self._status(told, quietly=True) or "open",
        )

    # --- what was said -----------------------------------------------------------------------------

    def _said(self, told: "_Told", ref: str, words: Words) -> CommandBase | None:
        table = self._table
        author = told.person(words.author)
        requester = told.person(table.requester)
        side = told.side(words, author, requester)
        if side == "none":
            return None
        body = told.text(words.body)
        if words.html is not None and told.has(*words.html):
            body = html_text(body)
        number = _written(told.found(words.id))
        files = self._files(told, ref, words.files)
        named: dict[str, Any] = {"ref": ref, "body": body, "attachments": files}
        if number:
            named["key"] = _key(table.name, ref, "said", number)
        agent = HOST if author is None else Actor(kind="agent", id=author)
        if words.public is not None and not told.has(*words.public):
            # What is not certainly public is a note, and one without words and files is nothing.
            return AddNote(by=agent, **named) if body.strip() or files else None
        at = told.at(words.at)
        if side == "agent":
            return Observe(by=agent, replied=True, at=at, **named)
        if author is None or requester is None or author == requester:
            return Observe(requester_wrote=True, at=at, channel=self._channel, **named)
        party = Actor(kind="party", id=author)
        return Observe(by=party, at=at, channel=self._channel, **named) if body.strip() or files else None

    # --- files -------------------------------------------------------------------------------------

    def _files(self, told: "_Told", ref: str, files: Files | None) -> tuple[Attachment, ...]:
        """The files of a message, after they were kept."""
        found = () if files is None else told.files(ref, files)
        most = self._keeping.most
        if len(found) > most and self._unknown is not None:
            self._unknown("files", f"{len(found) - most} more than {most}")
        return tuple(self._keeping.attachment(one) for one in found[:most])

    def _files_alone(self, told: "_Told", ref: str, words: Words) -> Iterator[IfNew]:
        """Files that come apart from their words, and nobody says whose they are: a note of each."""
        for one in () if words.files is None else told.files(ref, words.files)[: self._keeping.most]:
            yield IfNew(
                AddNote(
                    by=HOST,
                    ref=ref,
                    body="",
                    attachments=(self._keeping.attachment(one),),
                    key=_key(self._table.name, ref, "file", str(one.id or one.url)),
                )
            )

    # --- its state ---------------------------------------------------------------------------------

    def _state(self, told: "_Told", kind: Kind) -> dict[str, Any]:
        table = self._table
        state: dict[str, Any] = {}
        if "status" in kind.tells:
            state["status"] = self._status(told)
        if "agent" in kind.tells:
            state["agent"] = told.name(table.agent, table.nobody)
        if "group" in kind.tells:
            state["group"] = told.name(table.group, frozenset({"", "0"}))
        if "level" in kind.tells and self._levels:
            state["level"] = self._mapped(told, "priority", table.priority, table.levels)
        return {name: value for name, value in state.items() if value is not None}

    def _status(self, told: "_Told", *, quietly: bool = False) -> str | None:
        table = self._table
        if table.held is not None and told.has(table.held[0], "true"):
            return table.held[1]
        field = "" if quietly else "status"
        status: str | None = self._mapped(told, field, table.status, table.statuses)
        return status

    def _mapped(self, told: "_Told", field: str, paths: Paths, meanings: Mapping[str, Any]) -> Any:
        value = _written(told.found(paths))
        if not value:
            return None
        meaning = meanings.get(value.casefold())
        if meaning is None and self._unknown is not None and field:
            self._unknown(field, value)
        return meaning


class _Told:
    """One item of a message, and the message around it."""

    def __init__(self, table: HostTable, payload: Any, item: Any, now: Instant) -> None:
        self._table = table
        self._payload = payload
        self._item = item
        self.now = now

    def found(self, paths: Paths) -> Any:
        """What stands at the first place that has something; what says that there is nothing, else."""
        values = [self._at(path) for path in paths]
        return next(
            (one for one in values if one not in (_MISSING, None, "")), values[-1] if values else _MISSING
        )

    def has(self, path: str, wanted: str) -> bool:
        """Whether something stands at a place."""
        value = self._at(path)
        if wanted == ABSENT:
            return value in (_MISSING, None)
        if wanted == PRESENT:
            return value not in (_MISSING, None)
        return value is not _MISSING and _written(value).casefold() == wanted.casefold()

    def fits(self, kind: Kind) -> bool:
        """Whether it is of a kind."""
        return all(any(self.has(path, one) for one in wanted) for path, wanted in kind.when.items())

    def ref(self) -> str:
        """The ticket's id."""
        ref = _written(self.found(self._table.ref))
        if not is_id(ref):
            raise InvalidInput("payload", "names no ticket")
        return ref

    def person(self, person: Person) -> str | None:
        """The id of a person; one that says nothing, if they are known by an address alone."""
        for paths in (person.id, person.email):
            value = _written(self.found(paths)) if paths else ""
            if value:
                return person_of(value) if "@" in value else value
        return None

    def personal(self, person: Person) -> dict[str, str] | None:
        """What is to be kept of a person beside the events."""
        given = {"name": self.text(person.name), "email": self.text(person.email)}
        return {name: value for name, value in given.items() if value} or None

    def side(self, words: Words, author: str | None, requester: str | None) -> str:
        """On which side of the desk a message was written."""
        if not words.side:
            return "outside" if author is not None and author == requester else "agent"
        value = self.found(words.side)
        named = "" if value is _MISSING else _written(value, null="null").casefold()
        return words.sides.get(named) or words.sides.get(PRESENT, "none")

    def name(self, paths: Paths, nobody: frozenset[str]) -> str | None:
        """A name; `""` where it says that there is none, None where it says nothing."""
        value = self.found(paths) if paths else _MISSING
        if value is _MISSING or isinstance(value, dict | list):
            return None
        written = _written(value)
        return "" if written.casefold() in nobody else written

    def text(self, paths: Paths) -> str:
        """A text, without what no database keeps."""
        value = self.found(paths) if paths else ""
        if not isinstance(value, str):
            return ""
        return _kept(value)

    def files(self, ref: str, files: Files) -> tuple[HostFile, ...]:
        """The files that stand at a place."""
        return tuple(
            reference(
                ref,
                number,
                file_id=_first_written(one, files.id),
                name=_first_written(one, files.name),
                media_type=_first_written(one, files.media_type).lower(),
                size=_first_written(one, files.size),
                url=_first_written(one, files.url),
            )
            for number, one in enumerate(items(self.found(files.at)), 1)
            if isinstance(one, dict)
        )

    def at(self, paths: Paths) -> Instant | None:
        """An instant that is not in the future, if one stands there."""
        value = self.found(paths) if paths else _MISSING
        if value in (_MISSING, None, "") or isinstance(value, bool):
            return None
        try:
            at = instant(_moment(value), "payload")
        except (ValueError, OverflowError, OSError, TypeError):
            raise InvalidInput("payload", "has a time that cannot be read") from None
        if at > self.now + _SKEW:
            raise InvalidInput("payload", "is of the future")
        return min(at, self.now)

    def _at(self, path: str) -> Any:
        return _walked(self._payload, path[1:]) if path.startswith("/") else _walked(self._item, path)


def _key(*parts: str) -> str:
    """The key of what a message tells. A long one is not cut off: what two have in common is their beginning."""
    written = ":".join(parts)
    if len(written) <= _LONGEST_KEY:
        return written
    return f"{parts[0]}:{hashlib.sha256(written.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _walked(document: Any, path: str) -> Any:
    """What stands at a place of a document."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step, _MISSING)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return _MISSING
    return document


def _first_written(document: Any, paths: Paths) -> str:
    """What stands at the first place that has something, without what no database keeps."""
    values = (_kept(_written(_walked(document, path))) for path in paths)
    return next((one for one in values if one), "")


def _kept(text: str) -> str:
    # Halves of a pair that JSON wrote apart come together; one without its other half is a mark.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _written(value: Any, *, null: str = "") -> str:
    """A value of JSON as it would be written; nothing, if it is none that has one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return value.strip()
    return null


def _moment(value: Any) -> datetime:
    """A time as one of the helpdesks writes it: seconds since 1970, ISO 8601, or a day and a time that mean UTC."""
    if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdecimal()):
        return datetime.fromtimestamp(float(value), UTC)
    written = str(value).strip().removesuffix(" UTC")
    if written[10:11] == "." and "T" not in written:
        written = f"{written[:10]} {written[11:]}"  # Roundup: 2026-11-22.00:58:08
    read = datetime.fromisoformat(written)
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
