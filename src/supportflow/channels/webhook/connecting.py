"""Connections for webhooks: to an address that may be connected to, and all of it before one instant. Needs `httpcore`."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpcore

from supportflow.exceptions import ReceiverRefused

__all__ = ["AwaitedWay", "PlainWay", "our_errors"]

_PIECE = 65_536

Pick = Callable[[Sequence[str]], list[str]]
"""Of the addresses of a host, those that may be connected to."""
Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → addresses."""


@contextmanager
def our_errors() -> Iterator[None]:
    """What goes wrong on the way, as errors that need no httpcore to be known."""
    try:
        yield
    except httpcore.TimeoutException:
        raise TimeoutError from None
    except httpcore.NetworkError as error:
        raise ConnectionError(type(error).__name__) from None
    except (httpcore.ProtocolError, ValueError):
        raise ReceiverRefused(None) from None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


class PlainWay(httpcore.SyncBackend):
    """Connects to the first picked address that answers.

    Args:
        pick: Of the addresses of a host, those that may be connected to.
        deadline: By the monotonic clock: when all is to be over.
        resolve: Looks up the host.
    """

    def __init__(self, pick: Pick, deadline: float, resolve: Resolve | None) -> None:
        self._pick = pick
        self._deadline = deadline
        self._resolve = resolve or _looked_up

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """A connection; its reads and writes end at the deadline."""
        try:
            found = self._resolve(host, port)
        except OSError:
            raise httpcore.ConnectError from None
        # What was looked at is what is connected to: an address, never the name again.
        picked = self._pick(found)
        for last, address in ((one is picked[-1], one) for one in picked):
            try:
                return _Timed(super().connect_tcp(address, port, _left(self._deadline)), self._deadline)
            except httpcore.ConnectError:
                if last:
                    raise
        raise AssertionError("an empty choice is refused")


class _Timed(httpcore.NetworkStream):
    """A stream whose reads and writes end at one instant, however slowly the far side drips."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline is for all
        return self._inner.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], _left(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.NetworkStream:
        return _Timed(
            self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AwaitedWay(httpcore.AnyIOBackend):
    """The same for an event loop; there, who calls sets the deadline for all of it."""

    def __init__(self, pick: Pick, resolve: Resolve | None) -> None:
        self._pick = pick
        self._resolve = resolve

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """A connection."""
        try:
            found = await _looked_up_async(host, port) if self._resolve is None else self._resolve(host, port)
        except OSError:
            raise httpcore.ConnectError from None
        picked = self._pick(found)
        for last, address in ((one is picked[-1], one) for one in picked):
            try:
                return await super().connect_tcp(address, port)
            except httpcore.ConnectError:
                if last:
                    raise
        raise AssertionError("an empty choice is refused")


def _looked_up(host: str, port: int) -> list[str]:
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


async def _looked_up_async(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]
