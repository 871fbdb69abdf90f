"""A server that stands still: it takes connections, and answers nothing. No command waits for ever."""

import asyncio
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from stores.test_sql_failures import Proxy, hang_up
from supportflow import AsyncDesk, AsyncSqlStore, Desk, SqlStore
from supportflow.exceptions import StoreUnavailable
from supportflow.stores.sql.engines import longest_s
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00+00:00"
GUARD_S = 120.0
"""A command that takes longer hangs, as far as a test can tell."""


class Still(Proxy):
    """A line to a server that can be made to stand still, with all that is on it."""

    def __init__(self, url):
        self.flows = threading.Event()
        self.flows.set()
        super().__init__(url)

    def _pump(self, source, target, is_request):  # noqa: ARG002 - both ways alike
        try:
            while data := source.recv(65_536):
                self.flows.wait()
                target.sendall(data)
        except OSError:
            pass
        hang_up(source, target)
        source.close()

    @property
    def url_of_the_impatient(self):
        """Whoever uses it waits for half a second and the grace."""
        short = {"options": "-c statement_timeout=500ms", "connect_timeout": "2"}
        return make_url(self.through).update_query_dict(short).render_as_string(hide_password=False)

    @contextmanager
    def still(self):
        self.flows.clear()
        try:
            yield
        finally:
            self.flows.set()

    def close(self):
        self.flows.set()
        super().close()


@pytest.fixture
def line(emptied):
    line = Still(emptied)
    yield line
    line.close()


def outcome(work):
    """What a call raised or answered, in a thread of its own: one that hangs fails the test and not the run."""
    found = []

    def run():
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001 - looked at by the test
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(GUARD_S)
    assert found, "it hangs"
    return found[0]


class Plain:
    def __init__(self, url):
        self.desk = Desk(store=SqlStore(url), clock=ManualClock(START), ids=CountingIds())

    def ask(self, verb, *args, **named):
        return getattr(self.desk, verb)(*args, **named)

    def close(self):
        self.desk.close()


class Async:
    def __init__(self, url):
        self.runner = asyncio.Runner()
        self.desk = AsyncDesk(store=AsyncSqlStore(url), clock=ManualClock(START), ids=CountingIds())

    def ask(self, verb, *args, **named):
        async def asked():
            return await getattr(self.desk, verb)(*args, **named)

        return self.runner.run(asked())

    def close(self):
        self.ask("close")
        self.runner.close()


@pytest.fixture(params=[Plain, Async])
def desk(request, line):
    desk = request.param(line.url_of_the_impatient)
    yield desk
    desk.close()


@pytest.mark.parametrize(
    ("verb", "named"),
    [
        ("note", {"ref": "1", "body": "b", "by": "sam", "key": "mail"}),
        ("find", {}),
        ("run_due", {}),
        ("erase", {"subject": "nobody"}),
    ],
)
def test_a_command_ends_and_says_that_it_can_be_sent_again(line, desk, verb, named):
    desk.ask("open", subject="s", requester="ana", ref="1")
    with line.still():
        assert type(outcome(lambda: desk.ask(verb, **named))) is StoreUnavailable
    # The server goes on, and so do we: on connections that are sound, and with everything done once.
    answer = desk.ask(verb, **named)
    if verb == "note":
        assert answer.ticket.notes == 1
    assert desk.ask("get", ref="1").notes == (verb == "note")


def test_a_desk_that_begins_on_a_server_that_stands_still_says_so(line):
    for sort in (Plain, Async):
        desk = sort(line.url_of_the_impatient)
        with line.still():
            assert isinstance(outcome(lambda desk=desk: desk.ask("find")), StoreUnavailable)
        assert list(desk.ask("find")) == []
        desk.close()


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        ("postgresql://host/db", 14.0),
        ("postgresql://host/db?options=-c%20statement_timeout%3D500ms", 2.5),
        ("postgresql://host/db?options=-c%20statement_timeout%3D3s", 5.0),
        ("postgresql://host/db?options=-c%20statement_timeout%3D1500", 3.5),
        ("postgresql://host/db?options=-c%20statement_timeout%3D'1min'", 62.0),
        ("postgresql://host/db?options=-c%20statement_timeout%3D0", None),
        ("postgresql://host/db?options=-c%20synchronous_commit%3Don", 14.0),
    ],
)
def test_how_long_a_statement_is_waited_for(url, seconds):
    """Two seconds longer than the server is told to let it run, which is twelve."""
    assert longest_s(make_url(url)) == seconds
