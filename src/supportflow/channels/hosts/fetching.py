"""Fetching a helpdesk's files: from that helpdesk alone, streamed to a sink of the host's, and no more than was agreed."""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from supportflow.channels.hosts.files import HostFile
from supportflow.channels.webhook.addresses import Addresses
from supportflow.exceptions import AddressRefused, InvalidInput, MissingExtra, ReceiverRefused

__all__ = ["FetchFiles", "FileSink"]

FileSink = Callable[[HostFile, Iterator[bytes]], "str | None"]
"""Keeps a file from its pieces, and answers with its URI. `TooLarge` out of the pieces: it is to be thrown away."""

_OK = 200
_CLIENTS_FAULT = range(400, 500)
_TRY_AGAIN = frozenset({408, 425, 429})


class TooLarge(Exception):
    """A file has more bytes than were agreed, whatever was said of it."""


class FetchFiles:
    """Fetches files for `FileKeeping(keep=…)` (extra `webhook`), and hands them to a sink piece by piece.

    Only the helpdesk's own origin is asked: the heads hold a token, which no other host is to see. No redirect is followed.
    A file that is elsewhere, that is refused or that is too large stays a reference. One that cannot be had just now is an
    error, so that the helpdesk sends its message again.

    Args:
        origin: Of the helpdesk: `https://support.example`.
        sink: Keeps a file.
        headers: Heads that it asks for, such as `("Authorization", "Token token=…")`.
        allow: Addresses and networks that may be connected to, besides public ones; without encryption, these alone.
        largest: Bytes of a file.
        timeout_s: How many seconds one may take.
        context: Which certificates are trusted, if not the system's.

    Raises:
        InvalidInput: If the origin is none.
        MissingExtra: If `httpcore` is not installed.
    """

    def __init__(
        self,
        origin: str,
        sink: FileSink,
        *,
        headers: Iterable[tuple[str, str]] = (),
        allow: Iterable[str] = (),
        largest: int = 25_000_000,
        timeout_s: float = 20.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._connecting = _connecting()
        parts = _checked(origin)
        self._origin = (parts.scheme, parts.netloc.lower())
        self._sink = sink
        self._headers = list(headers)
        self._addresses = Addresses(allow)
        self._largest = largest
        self._timeout_s = timeout_s
        self._context = context

    def __repr__(self) -> str:
        return f"FetchFiles({self._origin[1]!r})"

    def __call__(self, file: HostFile) -> str | None:
        """Fetch a file; None if it stays where it is.

        Raises:
            AddressRefused: If the host has no address that may be connected to.
            ReceiverRefused: If the helpdesk cannot answer at the moment.
            OSError: If it cannot be reached, or takes too long.
        """
        url = urljoin(f"{self._origin[0]}://{self._origin[1]}/", file.url or "")
        parts = urlsplit(url)
        if file.url is None or (parts.scheme, parts.netloc.lower()) != self._origin or not url.isascii():
            return None
        way = self._connecting.PlainWay(self._pick, time.monotonic() + self._timeout_s, None)
        core: Any = self._connecting.httpcore
        heads = [
            ("Host", parts.netloc),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
            *self._headers,
        ]
        context = self._context
        if context is None and parts.scheme == "https":
            context = ssl.create_default_context()
        with (
            self._connecting.our_errors(),
            core.HTTPConnection(
                origin=core.URL(url).origin, ssl_context=context, network_backend=way
            ) as connection,
            connection.stream("GET", url.partition("#")[0], headers=heads) as answer,
        ):
            if answer.status == _OK:
                return self._kept(file, answer.iter_stream())
            if answer.status in _CLIENTS_FAULT and answer.status not in _TRY_AGAIN:
                return None
            if 300 <= answer.status < 400:  # noqa: PLR2004 - elsewhere, where our token must not go
                return None
        raise ReceiverRefused(answer.status)

    def _kept(self, file: HostFile, pieces: Iterable[bytes]) -> str | None:
        try:
            return self._sink(file, self._counted(pieces))
        except TooLarge:
            return None

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        length = 0
        for piece in pieces:
            length += len(piece)
            if length > self._largest:
                raise TooLarge
            yield piece

    def _pick(self, addresses: Iterable[str]) -> list[str]:
        rule = self._addresses.may if self._origin[0] == "https" else self._addresses.is_named
        picked = [one for one in dict.fromkeys(addresses) if rule(one)][:8]
        if not picked:
            raise AddressRefused(self._origin[1])
        return picked


def _checked(origin: object) -> SplitResult:
    """The parts of an origin that files can be fetched from."""
    try:
        parts = urlsplit(origin if isinstance(origin, str) else "")
    except ValueError:
        raise InvalidInput("origin", "is no address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise InvalidInput("origin", "is not an http or https address of a host")
    return parts


def _connecting() -> Any:
    try:
        from supportflow.channels.webhook import connecting  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtra("webhook", "FetchFiles") from None
    return connecting
