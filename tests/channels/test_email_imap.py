"""Mails from a real IMAP server: taken once, and marked as seen when the desk has them, not before."""

import asyncio
import contextlib
import imaplib
import os
import signal
import socket
import ssl
import threading

import imap_tools
import pytest
import trustme

from channels.imap_server import imap_server, works
from channels.mails import labelled, plain
from supportflow import AsyncDesk, Desk, SqlStore
from supportflow.channels.email import (
    ImapServer,
    MailIntake,
    MemoryThreads,
    ReplyToken,
    SqliteThreads,
    take_imap,
    watch_imap,
    watch_imap_async,
)
from supportflow.exceptions import InvalidInput, StoreError
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

pytestmark = pytest.mark.skipif(not works(), reason="needs Dovecot 2.3: apt install dovecot-imapd")


@pytest.fixture(scope="module")
def port():
    with imap_server() as port:
        yield port


@contextlib.contextmanager
def mailbox(port, user, *mails):
    with imaplib.IMAP4("127.0.0.1", port) as connection:
        connection.login(user, "secret")
        for content in mails:
            connection.append("INBOX", None, None, content)
        connection.select("INBOX")
        yield connection


def make_intake():
    desk = Desk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
    return desk, MailIntake(desk, MemoryThreads(), ReplyToken(b"a secret of the test", "desk.example"))


def flags(connection):
    _, found = connection.uid("FETCH", "1:*", "(FLAGS)")
    return [imaplib.ParseFlags(one) for one in found if one is not None]


def test_unseen_mails_are_taken_once_byte_for_byte(port):
    desk, intake = make_intake()
    chinese = labelled("我的提现没有到账".encode("gb18030"), "gb2312")
    seen = []

    def take(raw):
        seen.append(raw)
        return intake.take(raw)

    with mailbox(port, "ana", plain("One"), chinese, plain("One")) as connection:
        kinds = [one.taken.result for one in take_imap(connection, take)]
        assert list(take_imap(connection, take)) == []
        assert all(rb"\Seen" in one for one in flags(connection))
    assert kinds == ["opened", "opened", "duplicate"]
    assert seen[1] == chinese
    assert {one.body for ticket in desk.find() for one in desk.messages(ticket.id)} == {
        "One",
        "我的提现没有到账",
    }


def test_a_desk_that_is_down_leaves_them_unseen(port):
    _, intake = make_intake()

    def down(_):
        raise ConnectionError

    with mailbox(port, "bo", plain("One"), plain("Two", Message_ID="<2@mail.example>")) as connection:
        with pytest.raises(ConnectionError):
            list(take_imap(connection, down))
        assert not any(rb"\Seen" in one for one in flags(connection))
        assert len(list(take_imap(connection, intake.take, limit=1))) == 1
        assert [rb"\Seen" in one for one in flags(connection)] == [True, False]


def test_what_is_no_mail_is_flagged(port):
    _, intake = make_intake()
    with mailbox(port, "eve", b"\r\n\r\nno head") as connection:
        [fetched] = take_imap(connection, intake.take)
        assert (fetched.taken, fetched.error) == (None, "has no head")
        assert rb"\Flagged" in flags(connection)[0]


def test_a_mailbox_that_nothing_can_be_marked_in_says_so(port):
    """Else the same mails would come again with every call, and those behind the limit never."""
    _, intake = make_intake()
    with mailbox(port, "ana-reads", plain("One"), plain("Two", Message_ID="<2@mail.example>")) as connection:
        connection.select("INBOX", readonly=True)
        with pytest.raises(InvalidInput, match="reading alone"):
            list(take_imap(connection, intake.take))
        # A server that says nothing of it: this one answers OK, and marks nothing.
        assert connection.uid("STORE", "1", "+FLAGS", r"(\Seen)")[0] == "OK"
        assert not any(rb"\Seen" in one for one in flags(connection))


def test_one_that_is_too_large_is_flagged_and_never_fetched_whole(port):
    _, intake = make_intake()
    with mailbox(port, "big", plain("x" * 5_000), plain("Two", Message_ID="<2@mail.example>")) as connection:
        asked = []
        found = connection.uid

        def uid(command, *given):
            answer = found(command, *given)
            asked.append((command, answer))
            return answer

        connection.uid = uid
        fetched = list(take_imap(connection, intake.take, largest=1_000))
        assert [one.error for one in fetched] == ["has more than 1000 bytes", None]
        assert rb"\Flagged" in flags(connection)[0]
        sizes = [
            len(part[1])
            for command, (_, parts) in asked
            if command == "FETCH"
            for part in parts
            if isinstance(part, tuple)
        ]
        assert sizes[0] == 1_001


def test_by_a_keyword_what_somebody_reads_first_is_taken_too(port):
    desk, intake = make_intake()
    with mailbox(port, "cy", plain("One"), plain("Two", Message_ID="<2@mail.example>")) as connection:
        connection.uid("STORE", "1", "+FLAGS", r"(\Seen)")
        assert [one.name for one in take_imap(connection, intake.take, keyword="$Desk")] == ["1", "2"]
        assert list(take_imap(connection, intake.take, keyword="$Desk")) == []
        # Whether somebody has read it is still theirs to say.
        assert [rb"\Seen" in one for one in flags(connection)] == [True, False]
    assert len(desk.find().tickets) == 2


@pytest.mark.parametrize("keyword", ["", "\\Seen", "a b", "a\r\nX", "个", "a" * 65, "(x)"])
def test_a_keyword_is_a_flag_of_ones_own(port, keyword):
    with mailbox(port, "cy") as connection, pytest.raises(InvalidInput, match="keyword"):
        list(take_imap(connection, print, keyword=keyword))


class Keepless:
    """A server that answers OK, and keeps no flags of others; of its two mails it does not hand out the first."""

    is_readonly = False
    first = ("NO", [b"[UNAVAILABLE]"])

    def __init__(self, kept=rb"\Seen"):
        self.kept = kept

    def uid(self, command, *given):
        if command == "SEARCH":
            return "OK", [b"7 8"]
        if command == "FETCH":
            return self.first if given[0] == "7" else ("OK", [(b"8", plain("One"))])
        return "OK", [b"1 (UID 8 FLAGS (" + self.kept + b"))"]


@pytest.mark.parametrize("kept", [rb"\Seen", rb"$Desk2 \Seen", b"x$Desk", b""])
def test_a_keyword_that_is_not_kept_is_said(kept):
    """Else every mail would come again for ever."""
    _, intake = make_intake()
    with pytest.raises(InvalidInput, match="keyword"):
        list(take_imap(Keepless(kept), intake.take, keyword="$Desk"))


@pytest.mark.parametrize("kept", [b"$Desk", rb"\Seen $Desk $Desk2", b"$DESK"])
def test_a_keyword_is_kept_in_whatever_case(kept):
    _, intake = make_intake()
    assert [one.name for one in take_imap(Keepless(kept), intake.take, keyword="$Desk")] == ["7", "8"]


def test_mails_that_the_server_keeps_back_do_not_use_up_the_limit():
    """Else those behind them would never be taken: they are the first with every call."""
    _, intake = make_intake()
    for limit in (1, 2):
        assert [one.name for one in take_imap(Keepless(), intake.take, limit=limit)] == ["7", "8"]


@pytest.mark.parametrize("said", [b"7 (UID 7 BODY[]<0> NIL)", b'7 (UID 7 BODY[]<0> "")'])
def test_a_mail_with_nothing_in_it_is_said(said):
    """Not passed over in silence with every call, as one that somebody took away."""
    _, intake = make_intake()
    server = Keepless()
    server.first = ("OK", [said])
    fetched = list(take_imap(server, intake.take))
    assert [(one.name, one.error) for one in fetched] == [
        ("7", "the server does not hand it out"),
        ("8", None),
    ]
    for gone in ([None], [], [rb"9 (FLAGS (\Seen))"]):
        server.first = ("OK", gone)
        assert [one.name for one in take_imap(server, intake.take)] == ["8"]


def test_what_the_server_keeps_back_is_said_and_stops_nothing():
    _, intake = make_intake()
    fetched = list(take_imap(Keepless(), intake.take))
    assert [(one.name, one.error) for one in fetched] == [
        ("7", "the server does not hand it out"),
        ("8", None),
    ]


# --- watched ---------------------------------------------------------------------------------------------


class Watched:
    """A mailbox that is watched, a desk, and what is done to both while the watch waits."""

    def __init__(self, port, user, **kind):
        self.server = ImapServer("127.0.0.1", user, "secret", port=port, security="none", **kind)
        self.desk, self.intake = make_intake()
        self.stop, self.broken, self.rests, self.can = threading.Event(), [], [], None
        self.while_resting = []

    def append(self, *mails):
        with self.server.connect() as other:
            for content in mails:
                other.client.append(f'"{self.server.folder}"', None, None, content)

    def connect(self):
        made = self.server.connect()
        if self.can is not None:
            made.client.capability = lambda: ("OK", [self.can])
        start = made.idle.start

        def idling():
            start()
            self.rests.append("idle")
            if self.while_resting:
                self.while_resting.pop(0)(made)

        made.idle.start = idling
        return made

    @contextlib.contextmanager
    def in_time(self):
        """A watch that waits for what it will never hear of ends, with too little, and does not hang."""
        late = threading.Timer(20, self.stop.set)
        late.start()
        try:
            yield
        finally:
            late.cancel()

    def take(self, many, take=None, **options):
        """The results of so many mails, and then the watch ends."""
        with self.in_time():
            return self._take(many, take, options)

    def _take(self, many, take, options):
        results = []
        watch = watch_imap(
            self.connect, take or self.intake.take, stop=self.stop, failed=self.broken.append, **options
        )
        for fetched in watch:
            results.append(fetched.taken and fetched.taken.result)
            if len(results) == many:
                self.stop.set()
        return results

    @property
    def bodies(self):
        return sorted(one.body for ticket in self.desk.find() for one in self.desk.messages(ticket.id))


def second(body="Two"):
    return plain(body, Message_ID="<2@mail.example>")


def test_what_comes_while_it_waits_is_taken_at_once(port):
    """The mailbox would be looked at after 25 minutes: the server's word ends the wait."""
    box = Watched(port, "dan")
    box.append(plain("One"))
    box.while_resting = [lambda _: box.append(second())]
    assert box.take(2, every_s=1_500) == ["opened", "opened"]
    assert (box.rests, box.broken) == (["idle"], [])


def test_a_server_without_idle_is_asked_again_and_again(port):
    box = Watched(port, "dee")
    box.can = b"IMAP4rev1 CHILDREN"
    box.append(plain("One"))

    def take(raw):
        if not box.bodies:
            threading.Timer(0.2, box.append, [second()]).start()
        return box.intake.take(raw)

    assert box.take(2, take, every_s=0.05) == ["opened", "opened"]
    assert box.rests == []


def test_what_is_told_while_something_else_is_done_is_not_waited_for(port):
    """The server tells of a new mail in its answer to the mark of another, and never tells so again."""
    box = Watched(port, "eli")
    box.append(plain("One"))

    def take(raw):
        if not box.bodies:
            box.append(second())
        return box.intake.take(raw)

    assert box.take(2, take, every_s=1_500) == ["opened", "opened"]
    assert box.rests == []


def test_what_is_told_with_the_word_that_there_is_nothing_is_not_waited_for(port):
    box = Watched(port, "eva")
    looks = []

    def connect():
        made = box.connect()
        found = made.client.uid

        def uid(command, *given):
            answer = found(command, *given)
            looks.append(command)
            if looks == ["SEARCH"]:
                box.append(plain("One"))
                made.client.noop()  # its answer tells of the mail
            return answer

        made.client.uid = uid
        return made

    watch = watch_imap(connect, box.intake.take, every_s=1_500, stop=box.stop)
    with box.in_time():
        assert next(watch).taken.result == "opened"
    watch.close()
    assert box.rests == []


def test_a_connection_that_breaks_is_made_anew(port):
    box = Watched(port, "fay")
    box.append(plain("One"))

    def breaks(made):
        box.append(second())
        made.client.sock.shutdown(socket.SHUT_RDWR)

    box.while_resting = [breaks]
    connected, refused = [], [OSError("the network is away"), imaplib.IMAP4.abort("BYE"), TimeoutError()]

    def connect():
        connected.append(1)
        if len(connected) > 1 and refused:
            raise refused.pop()
        return box.connect()

    results = []
    with box.in_time():
        watch = watch_imap(connect, box.intake.take, every_s=0.1, stop=box.stop, failed=box.broken.append)
        for fetched in watch:
            results.append(fetched.taken.result)
            if len(results) == 2:
                box.stop.set()
    assert (results, len(connected), len(box.broken)) == (["opened", "opened"], 5, 4)


def test_a_connection_that_breaks_before_the_mark_brings_a_duplicate(port):
    box = Watched(port, "gil")
    box.append(plain("One"))
    made = []

    def connect():
        made.append(box.connect())
        return made[-1]

    def take(raw):
        taken = box.intake.take(raw)
        if len(made) == 1:
            made[0].client.sock.shutdown(socket.SHUT_RDWR)
        return taken

    watch = watch_imap(connect, take, every_s=0.1, stop=box.stop, failed=box.broken.append)
    with box.in_time():
        fetched = next(watch)
    watch.close()
    assert (fetched.taken.result, len(box.broken), box.bodies) == ("duplicate", 1, ["One"])


def test_what_the_desk_raises_ends_the_watch_whatever_it_is(port):
    box = Watched(port, "hal")
    box.append(plain("One"))
    for error in (ConnectionError, TimeoutError, imaplib.IMAP4.abort, StoreError):

        def down(_, error=error):
            raise error("the store is away")

        with pytest.raises(error, match="the store is away"):
            box.take(1, down)
        assert box.broken == []
    assert box.take(1) == ["opened"]


def test_a_first_connection_that_fails_is_said(port):
    wrong = ImapServer("127.0.0.1", "ian", "wrong", port=port, security="none")
    with pytest.raises(imap_tools.MailboxLoginError):
        next(watch_imap(wrong.connect, print))
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    with pytest.raises(OSError):
        next(watch_imap(ImapServer("127.0.0.1", "ian", "x", port=nobody, security="none").connect, print))
    for every_s in (0, -1, 1_741):
        with pytest.raises(InvalidInput, match="every_s"):
            next(watch_imap(wrong.connect, print, every_s=every_s))
    with pytest.raises(InvalidInput, match="security"):
        ImapServer("imap.desk.example", "ian", "x", security="ssl")
    assert "wrong" not in repr(wrong)


def test_names_and_folders_of_any_script(port):
    box = Watched(port, "李", folder="支持 & Co")
    with ImapServer("127.0.0.1", "李", "secret", port=port, security="none").connect() as made:
        made.folder.create("支持 & Co")
        made.append(plain("One"), "支持 & Co")
    assert box.take(1) == ["opened"]


def test_a_certificate_of_nobody_known_is_refused(monkeypatch):
    """`imaplib` asks for none by itself."""
    authority, another = trustme.CA(), trustme.CA()
    with imap_server(authority.issue_cert("localhost")) as secured:
        for known, error in ((another, ssl.SSLCertVerificationError), (authority, None)):
            context = ssl.create_default_context()
            known.configure_trust(context)
            monkeypatch.setattr(ssl, "create_default_context", lambda context=context: context)
            server = ImapServer("localhost", "ana", "secret", port=secured)
            if error is not None:
                with pytest.raises(error):
                    server.connect()
            else:
                with server.connect() as made:
                    assert made.client.state == "SELECTED"
            monkeypatch.undo()


def test_an_async_desk_watches_and_whoever_is_cancelled_lets_go(port):
    box = Watched(port, "joe")
    box.append(plain("One"))
    box.while_resting = [lambda _: box.append(second())]

    async def run():
        desk = AsyncDesk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
        intake = MailIntake(desk, MemoryThreads(), ReplyToken(b"a secret of the test", "desk.example"))
        results, both = [], asyncio.Event()

        async def watching():
            async for one in watch_imap_async(box.connect, intake.take_async, every_s=1_500, stop=box.stop):
                results.append(one.taken.result)
                if len(results) == 2:
                    both.set()

        task = asyncio.create_task(watching())
        await asyncio.wait_for(both.wait(), 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return results

    assert asyncio.run(run()) == ["opened", "opened"]
    assert not box.stop.is_set()  # it may be of others, too


def test_an_async_watch_connects_anew_and_ends_when_it_is_told(port):
    box = Watched(port, "kay")
    box.can = b"IMAP4rev1"  # looked at every now and then
    box.append(plain("One"))
    tries = []

    def connect():
        tries.append(1)
        if len(tries) == 2:
            raise OSError("the network is away")
        return box.connect()

    async def run():
        desk = AsyncDesk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
        intake = MailIntake(desk, MemoryThreads(), ReplyToken(b"a secret of the test", "desk.example"))
        results, made = [], []

        def connecting():
            made.append(connect())
            return made[-1]

        watch = watch_imap_async(
            connecting, intake.take_async, every_s=0.1, stop=box.stop, failed=box.broken.append
        )
        async for one in watch:
            results.append(one.taken.result)
            if len(results) == 1:
                made[0].client.sock.shutdown(socket.SHUT_RDWR)
                await asyncio.to_thread(box.append, second())
            else:
                box.stop.set()
        return results

    with box.in_time():
        assert asyncio.run(run()) == ["opened", "opened"]
    assert (len(tries), len(box.broken)) == (3, 2)


def test_what_nobody_can_watch_is_said_at_once(port):
    box = Watched(port, "lea")

    def reading():
        made = box.server.connect()
        made.folder.set("INBOX", readonly=True)
        return made

    for connect, options, field in ((reading, {}, "mailbox"), (box.connect, {"keyword": "a b"}, "keyword")):
        with pytest.raises(InvalidInput, match=field):
            next(watch_imap(connect, print, **options))
    box.stop.set()
    assert list(watch_imap(lambda: pytest.fail("it is to stop"), print, stop=box.stop)) == []


def watch_with_a_store(box, folder, take_of):
    desk = Desk(store=SqlStore(f"sqlite:///{folder}/desk.db"))
    token = ReplyToken(b"a secret of the test", "desk.example")
    intake = MailIntake(desk, SqliteThreads(folder / "threads.db"), token)
    return desk, watch_imap(box.server.connect, take_of(intake), stop=box.stop)


def test_killed_between_our_commit_and_the_mark_nothing_is_lost_and_nothing_is_twice(port, tmp_path):
    box = Watched(port, "kim")
    box.append(
        plain("One"),
        second(),
        plain("Three", Message_ID="<3@mail.example>", References="<2@mail.example>"),
        plain("Four", Message_ID="<4@mail.example>"),
    )
    migrate(f"sqlite:///{tmp_path}/desk.db")

    def dying(intake):
        def take(raw):
            taken = intake.take(raw)
            if taken.result == "received":  # the third: it has its commit, and no mark
                os.kill(os.getpid(), signal.SIGKILL)
            return taken

        return take

    if (child := os.fork()) == 0:
        with contextlib.suppress(BaseException):
            list(watch_with_a_store(box, tmp_path, dying)[1])
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with box.server.connect() as made:
        assert [rb"\Seen" in one for one in flags(made.client)] == [True, True, False, False]

    desk, watch = watch_with_a_store(box, tmp_path, lambda intake: intake.take)
    assert [next(watch).taken.result for _ in range(2)] == ["duplicate", "opened"]
    watch.close()
    said = [one.body for ticket in desk.find() for one in desk.messages(ticket.id)]
    assert sorted(said) == ["Four", "One", "Three", "Two"]
    with box.server.connect() as made:
        assert all(rb"\Seen" in one for one in flags(made.client))
