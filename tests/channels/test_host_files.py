"""A helpdesk's files, fetched from a real server on this machine: from it alone, piece by piece, and no more than agreed."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from channels.test_hosts import FILES, with_files
from supportflow.channels.hosts import TABLES, FetchFiles, FileKeeping, HostFile, HostReading
from supportflow.exceptions import AddressRefused, InvalidInput, ReceiverRefused
from supportflow.testing import ManualClock

TOKEN = ("Authorization", "Token token=secret")
PICTURE = bytes(range(256)) * 800


@contextlib.contextmanager
def helpdesk(status=200, body=PICTURE):
    """A server with files; its port, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Kept:
    """A sink."""

    def __init__(self):
        self.files = {}

    def __call__(self, file, pieces):
        self.files[file.id] = b"".join(pieces)
        return f"s3://kept/{file.id}"


def file(url):
    return HostFile("81", "5", "转账.png", "image/png", 0, url)


def test_a_file_goes_from_the_helpdesk_to_the_sink_with_its_message():
    kept = Kept()
    with helpdesk() as (origin, asked):
        fetch = FetchFiles(origin, kept, headers=[TOKEN], allow=["127.0.0.1"])
        reading = HostReading(
            TABLES["zammad"], now=ManualClock("2026-03-02T03:00:00Z").now, files=FileKeeping(fetch)
        )
        url = f"{origin}/api/v1/ticket_attachment/81/105/5?x=1#top"
        commands = reading(with_files("zammad", {**FILES["zammad"], "url": url}))
        relative = fetch(file("/media/a.png"))
    [attachment] = [
        one
        for command in commands
        for one in getattr(getattr(command, "command", command), "attachments", ())
    ]
    assert (attachment.uri, kept.files) == ("s3://kept/5", {"5": PICTURE})
    assert asked == [("/api/v1/ticket_attachment/81/105/5?x=1", TOKEN[1]), ("/media/a.png", TOKEN[1])]
    assert relative == "s3://kept/5"
    assert "secret" not in repr(fetch)


@pytest.mark.parametrize(
    "url",
    [
        None, "https://127.0.0.1/x", "http://127.0.0.1:1/x", "http://elsewhere.example/x", "//elsewhere.example/x",
        "http://127.0.0.1@elsewhere.example/x", "/字", "ftp://127.0.0.1/x",
    ],
)  # fmt: skip
def test_nobody_else_is_asked_and_sees_the_token(url):
    with helpdesk() as (origin, asked):
        assert FetchFiles(origin, Kept(), headers=[TOKEN], allow=["127.0.0.1"])(file(url)) is None
        assert asked == []


def test_a_file_that_is_larger_than_was_said_is_broken_off():
    seen = []

    def sink(_, pieces):
        seen.extend(map(len, pieces))
        return "kept"

    with helpdesk() as (origin, _):
        assert FetchFiles(origin, sink, allow=["127.0.0.1"], largest=len(PICTURE))(file("/x")) == "kept"
        assert FetchFiles(origin, sink, allow=["127.0.0.1"], largest=100_000)(file("/x")) is None
    assert sum(seen) <= len(PICTURE) + 100_000


@pytest.mark.parametrize(
    ("status", "error"), [(404, False), (403, False), (302, False), (500, True), (429, True), (503, True)]
)
def test_what_is_refused_stays_and_what_may_pass_is_tried_again(status, error):
    kept = Kept()
    with helpdesk(status) as (origin, asked):
        fetch = FetchFiles(origin, kept, allow=["127.0.0.1"])
        with pytest.raises(ReceiverRefused) if error else contextlib.nullcontext():
            assert fetch(file("/x")) is None
    assert (len(asked), kept.files) == (1, {})


def test_only_addresses_that_may_be_connected_to():
    with helpdesk() as (origin, asked), pytest.raises(AddressRefused):
        FetchFiles(origin, Kept())(file("/x"))
    assert asked == []
    with pytest.raises(OSError):
        FetchFiles(origin, Kept(), allow=["127.0.0.1"])(file("/x"))  # it is gone
    for wrong in ("", "support.example", "ftp://support.example", "https://u:p@support.example", None):
        with pytest.raises(InvalidInput, match="origin"):
            FetchFiles(wrong, Kept())
