"""A real HTTP server on this machine that keeps what it was sent, and answers as it was told to."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Attributes:
    got: Heads and body of each request, in order.
    answers: Statuses to answer with, one after the other; the last goes on.
    body: What it answers with.
    location: Where it redirects to, if it does.
    """

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers = [204]
        self.body = b""
        self.location = ""
        self.drips: threading.Event | None = None
        host, port = server.server_address[:2]
        self.address, self.port = str(host), port
        self.url = f"{scheme}://{host}:{port}/hook?a=1"


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_) -> None:  # who breaks off is what is tested
        pass


@contextlib.contextmanager
def receiving(address: str = "127.0.0.1", context=None) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length)))
            if receiver.drips is not None:
                self.drip(receiver.drips)
                return
            status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            body = b"" if status == 204 else receiver.body
            self.send_response(status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def drip(self, enough: threading.Event) -> None:
            """A head that never ends, a letter at a time."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not enough.wait(0.02):
                self.wfile.write(b"x")

        def log_message(self, *_) -> None:
            pass

    server = _Server((address, 0), Handler)
    scheme = "http"
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    receiver = Receiver(server, scheme)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.drips is not None:
            receiver.drips.set()
        server.shutdown()
        server.server_close()
        thread.join()
