"""Webhooks into a desk: proved by their signature, taken once, whatever comes again."""

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Protocol

from pydantic import ValidationError

from supportflow._dataclass import dataclass
from supportflow.channels.webhook.signing import Headers, WebhookKeys, WebhookMark
from supportflow.exceptions import DuplicateRef, IdempotencyMismatch, InvalidInput
from supportflow.model.commands.base import CommandBase
from supportflow.model.problems import invalid
from supportflow.model.ticket import Outcome

__all__ = ["IfNew", "Reading", "Verifier", "WebhookIntake", "WebhookTaken"]


@dataclass(frozen=True, slots=True)
class IfNew:
    """A command that is passed over if what it makes is there already: its ticket's reference, or its key.

    Attributes:
        command: It has a reference of its own, or a key.
    """

    command: CommandBase


Reading = Callable[[Any], "Sequence[CommandBase | IfNew]"]
"""What a payload says → what the desk is told. None at all, if the desk has nothing to do with it."""
_MOST = 1_000
_LONGEST_SOURCE = 50


class Verifier(Protocol):
    """Proves who sent a message. `WebhookKeys` is one."""

    def verify(
        self, headers: Headers, body: bytes, now: datetime, /, *, tolerance: timedelta = ...
    ) -> WebhookMark:
        """The id of the message and when it was sent.

        Raises:
            SignatureRefused: If it proves nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class WebhookTaken:
    """What became of a webhook.

    Attributes:
        id: Its id.
        outcomes: What each command led to, in order; without those that were passed over.
        duplicate: True if nothing was done, because all of it had been done before.
    """

    id: str
    outcomes: tuple[Outcome, ...]
    duplicate: bool


class WebhookIntake:
    """Takes in the webhooks of one source, for a desk plain or async.

    A message whose signature is right is proved to be the source's, not to be new: whoever saw one can send it again. So
    each command has an idempotency key of the message's id (or one of its own, from `reading`): what came before is a
    duplicate, by whichever worker it was taken. Keep such keys (`forget_keys`) for longer than the tolerance.

    Args:
        desk: The desk.
        verifier: `WebhookKeys`, or what proves the messages of a source that signs in its own way.
        reading: Payload → commands. The desk's own keywords apply: limits, secrets, ids.
        source: Its name, part of each key: two sources can use the same ids.
        tolerance: How old a message may be, and how far ahead.
        longest: Bytes that a message may have.
        now: Tells the time; the system's clock, if not given.

    Raises:
        InvalidInput: If the desk is none, or the name cannot be one.
    """

    def __init__(
        self,
        desk: Any,
        verifier: Verifier | WebhookKeys,
        reading: Reading,
        *,
        source: str = "webhook",
        tolerance: timedelta = timedelta(minutes=5),
        longest: int = 1_000_000,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        if not callable(getattr(desk, "handle", None)):
            raise InvalidInput("desk", "is not a desk")
        if not source.isidentifier() or not source.isascii() or len(source) > _LONGEST_SOURCE:
            raise InvalidInput("source", "is not a name of letters, digits and _")
        self._desk = desk
        self._verifier = verifier
        self._reading = reading
        self._source = source
        self._tolerance = tolerance
        self._longest = longest
        self._now = now or (lambda: datetime.now(UTC))

    def take(self, headers: Headers, body: bytes) -> WebhookTaken:
        """Take in a webhook. When it returns, the desk has it: answer 2xx then, and not before.

        Args:
            headers: Of the request.
            body: Its bytes, untouched.

        Raises:
            SignatureRefused: If its signature proves nothing: answer 401.
            InvalidInput: If it is too long, no JSON, or a command cannot be used: answer 400. What was done before that is
                a duplicate the next time.
            SupportflowError: What the desk says of a command.
        """
        mark, commands = self._read(headers, body)
        outcomes: list[Outcome] = []
        for one in commands:
            with _passing_over(one):
                outcomes.append(self._desk.handle(_command(one)))
        return self._taken(mark, outcomes)

    async def take_async(self, headers: Headers, body: bytes) -> WebhookTaken:
        """The same for an `AsyncDesk`."""
        mark, commands = self._read(headers, body)
        outcomes: list[Outcome] = []
        for one in commands:
            with _passing_over(one):
                told: Awaitable[Outcome] = self._desk.handle(_command(one))
                outcomes.append(await told)
        return self._taken(mark, outcomes)

    def _read(self, headers: Headers, body: bytes) -> tuple[WebhookMark, list[CommandBase | IfNew]]:
        if len(body) > self._longest:
            raise InvalidInput("body", f"is longer than {self._longest} bytes")
        mark = self._verifier.verify(headers, body, self._now(), tolerance=self._tolerance)
        try:
            commands = list(self._reading(_json(body)))
        except ValidationError as error:  # a command that was built of what the payload says
            raise invalid(error) from None
        if len(commands) > _MOST:
            raise InvalidInput("body", f"leads to more than {_MOST} commands")
        return mark, [
            _keyed(one, f"hook:{self._source}:{mark.id}:{number}") for number, one in enumerate(commands)
        ]

    @staticmethod
    def _taken(mark: WebhookMark, outcomes: Sequence[Outcome]) -> WebhookTaken:
        return WebhookTaken(
            mark.id, tuple(outcomes), bool(outcomes) and all(one.duplicate for one in outcomes)
        )


def _command(one: CommandBase | IfNew) -> CommandBase:
    return one.command if isinstance(one, IfNew) else one


def _keyed(one: CommandBase | IfNew, key: str) -> CommandBase | IfNew:
    command = _command(one)
    if command.key:
        return one
    named = command.model_copy(update={"key": key})
    return IfNew(named) if isinstance(one, IfNew) else named


@contextmanager
def _passing_over(one: CommandBase | IfNew) -> Iterator[None]:
    try:
        yield
    except (DuplicateRef, IdempotencyMismatch):
        if not isinstance(one, IfNew):
            raise


def _json(body: bytes) -> Any:
    """The payload. What two readers would read differently is refused: `NaN`, a name that comes twice."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise InvalidInput("body", "is not JSON that can be read") from None


def _no_number(_: str) -> NoReturn:
    raise ValueError("no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name comes twice")
    return made
