"""Mails from a real IMAP server: taken once, and marked as seen when the desk has them, not before."""

import contextlib
import imaplib

import pytest

from channels.imap_server import imap_server, works
from channels.mails import labelled, plain
from supportflow import Desk
from supportflow.channels.email import MailIntake, MemoryThreads, ReplyToken, take_imap
from supportflow.exceptions import InvalidInput
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
