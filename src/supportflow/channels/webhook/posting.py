"""Sending signed webhooks: to an address that was looked at, within limits, following nobody elsewhere."""

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from supportflow.channels.webhook.addresses import Addresses
from supportflow.channels.webhook.signing import WebhookKeys
from supportflow.exceptions import AddressRefused, InvalidInput, MissingExtra, ReceiverRefused, Undeliverable

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["AsyncWebhookSender", "WebhookSender"]

_URL = re.compile(r"[!-~]{1,2000}")
_HEAD_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_HEAD_VALUE = re.compile(r"[!-~]([ -~]{0,2000}[!-~])?")
_GONE = 410
_MOST_ADDRESSES = 8
_LONGEST_S = 25.0
"""A desk counts a delivery that takes longer than half a minute as failed."""

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → addresses."""


class _Request(NamedTuple):
    url: str
    headers: list[tuple[str, str]]
    body: bytes


class _Endpoint:
    """What both senders know of where they send to."""

    def __init__(
        self,
        url: str,
        keys: WebhookKeys,
        *,
        allow: Iterable[str] = (),
        timeout_s: float = 10.0,
        longest: int = 1_000_000,
        longest_answer: int = 65_536,
        context: ssl.SSLContext | None = None,
        headers: Iterable[tuple[str, str]] = (),
        now: Callable[[], datetime] | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._connecting = _connecting(type(self).__name__)
        self._addresses = Addresses(allow)
        self._parts = _checked(url)
        self._url = url
        self._keys = keys
        if not 0 < timeout_s <= _LONGEST_S:
            raise InvalidInput("timeout_s", f"is not between 0 and {_LONGEST_S}")
        self._timeout_s = timeout_s
        self._longest = longest
        self._longest_answer = longest_answer
        self._context = context
        self._headers = [(name, value) for name, value in headers]
        for name, value in self._headers:
            if not _HEAD_NAME.fullmatch(name) or not _HEAD_VALUE.fullmatch(value):
                raise InvalidInput("headers", "have a letter that a head cannot have")
        self._now = now or (lambda: datetime.now(UTC))
        self._resolve = resolve

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._parts.hostname!r})"  # a path can hold a secret

    def _request(self, message_id: str, body: bytes) -> _Request:
        if len(body) > self._longest:
            raise InvalidInput("body", f"is longer than {self._longest} bytes")
        signed = self._keys.headers(message_id, self._now(), body)
        fixed = [
            ("Host", self._parts.netloc),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "supportflow"),
            ("Connection", "close"),
        ]
        return _Request(self._url, [*fixed, *self._headers, *signed.items()], body)

    def _arguments(self) -> dict[str, Any]:
        context = self._context
        if context is None and self._parts.scheme == "https":
            context = ssl.create_default_context()
        return {"origin": self._connecting.httpcore.URL(self._url).origin, "ssl_context": context}

    def _pick(self, addresses: Iterable[str]) -> list[str]:
        """The addresses of a host that may be connected to. An unencrypted way leads to those alone that were named."""
        rule = self._addresses.may if self._parts.scheme == "https" else self._addresses.is_named
        picked = [one for one in dict.fromkeys(addresses) if rule(one)][:_MOST_ADDRESSES]
        if not picked:
            raise AddressRefused(self._parts.hostname or "")
        return picked

    def _check_length(self, length: int) -> None:
        if length > self._longest_answer:
            raise ReceiverRefused(None)


class WebhookSender(_Endpoint):
    """Sends signed messages to one URL (extra `webhook`).

    The host's name is looked up once for each message, and the address that was found and looked at is the one that is
    connected to. Only public addresses are, and those that are named; without encryption, only those that are named. No
    redirect is followed, no proxy of the environment is used, no answer is unpacked.

    Args:
        url: `https://…`; `http://…` for addresses that are named.
        keys: Sign the messages.
        allow: Addresses and networks that may be connected to, besides public ones: `"10.1.0.0/16"`, `"127.0.0.1"`.
        timeout_s: How many seconds all of it may take, at most 25; how long a name is looked up is the system's affair.
        longest: Bytes that a message may have.
        longest_answer: Bytes that an answer may have. It is read to its end and not kept.
        context: Which certificates are trusted, if not the system's.
        headers: More heads, such as a token of the receiver's.
        now: Tells the time; the system's clock, if not given.
        resolve: Looks up a host: name and port → addresses; the system's resolver, if not given.

    Raises:
        InvalidInput: If the URL or a limit cannot be used.
        MissingExtra: If `httpcore` is not installed.
    """

    def post(self, message_id: str, body: bytes) -> int:
        """Send a message; the receiver's status, if it took it.

        Args:
            message_id: The same for every attempt.
            body: JSON.

        Raises:
            AddressRefused: If the host has no address that may be connected to.
            ReceiverRefused: If the receiver did not take it, or its answer cannot be used.
            Undeliverable: If the receiver says that it is gone (410).
            OSError: If it cannot be reached, or takes too long (`TimeoutError`).
        """
        request = self._request(message_id, body)
        connecting = self._connecting
        way = connecting.PlainWay(self._pick, time.monotonic() + self._timeout_s, self._resolve)
        with (
            connecting.our_errors(),
            connecting.httpcore.HTTPConnection(**self._arguments(), network_backend=way) as connection,
            connection.stream("POST", request.url, headers=request.headers, content=request.body) as answer,
        ):
            length = 0
            for piece in answer.iter_stream():
                length += len(piece)
                self._check_length(length)
        return _judged(answer.status)


class AsyncWebhookSender(_Endpoint):
    """The same for an `AsyncDesk`; its arguments are those of `WebhookSender`."""

    async def post(self, message_id: str, body: bytes) -> int:
        """Send a message; the receiver's status, if it took it. As `WebhookSender.post`."""
        request = self._request(message_id, body)
        connecting = self._connecting
        way = connecting.AwaitedWay(self._pick, self._resolve)
        async with asyncio.timeout(self._timeout_s):
            with connecting.our_errors():
                made = connecting.httpcore.AsyncHTTPConnection(**self._arguments(), network_backend=way)
                async with (
                    made as connection,
                    connection.stream(
                        "POST", request.url, headers=request.headers, content=request.body
                    ) as answer,
                ):
                    length = 0
                    async for piece in answer.aiter_stream():
                        length += len(piece)
                        self._check_length(length)
        return _judged(answer.status)


def _judged(status: int) -> int:
    if status == _GONE:
        raise Undeliverable(str(status))
    if not 200 <= status < 300:  # noqa: PLR2004 - a redirect is followed nowhere
        raise ReceiverRefused(status)
    return status


def _checked(url: object) -> SplitResult:
    """The parts of a URL that can be sent to."""
    if not isinstance(url, str) or not _URL.fullmatch(url):
        raise InvalidInput("url", "is not a URL of printable ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidInput("url", "is not a URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise InvalidInput("url", "is not an http or https URL with a host")
    if "@" in parts.netloc or "\\" in url or parts.fragment:
        raise InvalidInput("url", "has a user, a fragment or a backslash")
    return parts


def _connecting(purpose: str) -> "ModuleType":
    try:
        from supportflow.channels.webhook import connecting  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtra("webhook", purpose) from None
    return connecting
