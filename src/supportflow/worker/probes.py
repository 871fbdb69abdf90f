"""Health over HTTP: `/live`, `/ready`, and `/metrics` if there are any."""

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from supportflow.worker.status import Status

__all__ = ["Probes"]

Page = tuple[str, bytes]
"""Content type and body."""


class Probes:
    """A small HTTP server in a thread of its own, for whoever watches the worker: a container platform, Prometheus.

    `/live` answers 200 as long as the worker gives signs of life, `/ready` as long as its rounds go well and nobody has
    asked it to stop; else 503. Answers hold the state and counts, nothing of any ticket.

    Args:
        status: What to tell.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        metrics: Gives the page `/metrics`; without, there is none.

    Raises:
        OSError: If the address is not to be had.
    """

    def __init__(
        self, status: Status, host: str, port: int, metrics: Callable[[], Page] | None = None
    ) -> None:
        class Handler(_Handler):
            pages = _pages(status, metrics)

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="probes", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


Answer = tuple[HTTPStatus, str, bytes]


def _pages(status: Status, metrics: Callable[[], Page] | None) -> dict[str, Callable[[], Answer]]:
    def probe(*, good: bool) -> Answer:
        code = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
        body = {"ok": good, "state": status.state, **status.counts}
        return code, "application/json", json.dumps(body).encode()

    pages: dict[str, Callable[[], Answer]] = {
        "/live": lambda: probe(good=status.live),
        "/ready": lambda: probe(good=status.ready),
    }
    if metrics is not None:
        pages["/metrics"] = lambda: (HTTPStatus.OK, *metrics())
    return pages


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    pages: dict[str, Callable[[], Answer]]
    server_version = "supportflow"
    sys_version = ""
    timeout = 5.0

    def do_GET(self) -> None:
        page = self.pages.get(self.path.partition("?")[0])
        if page is None:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")
        else:
            self._answer(*page())

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def _answer(self, code: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: a probe comes every few seconds."""
