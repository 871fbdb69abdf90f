"""How answers leave: what stands in their heads, which servers are spoken to, and what is kept of whose mail is whose."""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading

import pytest

from channels.mails import plain
from supportflow import Desk, SqlStore
from supportflow.channels.email import (
    AsyncSmtpChannel,
    MailAddress,
    MailIntake,
    MailWriter,
    MemoryThreads,
    ReplyToken,
    SmtpChannel,
    SmtpServer,
    SqliteMailCap,
    SqliteThreads,
    letter,
    person_of,
    read_mail,
)
from supportflow.exceptions import InvalidInput, StoreError, Undeliverable
from supportflow.ports import Outgoing
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

CLOCK = ManualClock("2026-03-02T03:00:00Z")
TOKEN = ReplyToken(b"a secret of the test", "desk.example")


def outgoing(key="k1", **fields):
    return Outgoing(
        key=key, ticket_id="t1", ref=None, requester="ana", by="sam", subject="Late", body="Done.",
        attachments=(), in_reply_to=1, recorded_at=CLOCK.now(), **fields,
    )  # fmt: skip


def writer(threads=None, **writing):
    return MailWriter(
        MailAddress("help@desk.example"),
        lambda _: "ana@mail.example",
        TOKEN,
        threads or MemoryThreads(),
        **writing,
    )


@contextlib.contextmanager
def scripted(**answers):
    """A server that says what it is told to; by the word that it is asked with. None: it hangs up."""
    said = {
        "EHLO": "250 hello",
        "MAIL": "250 ok",
        "RCPT": "250 ok",
        "DATA": "354 go on",
        ".": "250 taken",
        **answers,
    }
    got = []

    def serve():
        connection, _ = listening.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 here\r\n")
            stream.flush()
            inside = False
            for line in stream:
                word = line.strip().decode().split(" ")[0].upper() if line.strip() else ""
                got.append(word)
                if inside and word != ".":
                    continue
                answer = said.get(word)
                inside = word == "DATA" and answer.startswith("354")
                if answer is None:
                    return
                stream.write(answer.encode() + b"\r\n")
                stream.flush()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        yield SmtpServer("127.0.0.1", listening.getsockname()[1], security="none", timeout_s=10), got
        serving.join(10)


def send(kind, server, made):
    if kind is SmtpChannel:
        SmtpChannel(server, made).send(outgoing())
    else:
        asyncio.run(AsyncSmtpChannel(server, made).send(outgoing()))


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
@pytest.mark.parametrize("farewell", ["221 bye", "500 no", "421 busy", "250 what", None])
def test_a_mail_that_was_taken_was_delivered_however_the_server_takes_leave(kind, farewell):
    with scripted(QUIT=farewell) as (server, got):
        send(kind, server, writer())
    assert "." in got


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
@pytest.mark.parametrize("answers", [{".": "451 later"}, {".": None}, {"RCPT": "550 nobody"}, {"MAIL": None}])
def test_a_mail_that_was_not_taken_was_not_delivered(kind, answers):
    with scripted(**answers) as (server, _), pytest.raises(Exception, match=r"451|550|nexpected|lost"):
        send(kind, server, writer())


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
def test_whose_a_mail_is_stands_before_it_leaves(kind):
    """Its answer, or a bounce, can be here before the server says that it has it; or that word is lost."""
    made = writer(threads := MemoryThreads())
    with scripted(**{".": None}) as (server, _), pytest.raises(Exception, match=r"nexpected|lost"):
        send(kind, server, made)
    assert threads.messages("default", "t1") == (made.message_id(outgoing()),)


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
@pytest.mark.parametrize(
    "answer", ["550 5.1.1 no such user", "550 5.1.10 x", "553 5.1.3 x", "550 5.2.1 x", "556 5.1.2 x"]
)
def test_an_address_that_is_not_there_is_for_a_person_to_look_at(kind, answer):
    with scripted(RCPT=answer) as (server, _), pytest.raises(Undeliverable) as caught:
        send(kind, server, writer())
    assert caught.value.reason == answer[:3]
    assert "ana" not in str(caught.value)


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
@pytest.mark.parametrize(
    "answers",
    [
        {"RCPT": "450 4.2.1 busy"},
        {"RCPT": "550 5.7.1 relaying denied"},
        {"RCPT": "552 5.2.2 full"},
        {"RCPT": "550 no"},
        {"RCPT": "550 5.1.1x"},
        {"MAIL": "550 5.1.7 our address"},
        {"DATA": "550 5.1.1 late"},
    ],
)
def test_what_may_be_our_fault_or_may_pass_is_tried_again(kind, answers):
    with scripted(**answers) as (server, _), pytest.raises(Exception, match=r"4|5") as caught:
        send(kind, server, writer())
    assert not isinstance(caught.value, Undeliverable)


CRASHING = textwrap.dedent(
    """
    import os, signal, sys
    from supportflow import Desk, SqlStore
    from supportflow.channels.email import MailAddress, MailWriter, ReplyToken, SmtpChannel, SmtpServer, SqliteThreads
    from supportflow.testing import ManualClock

    folder, port, at, kill = sys.argv[1:]
    token = ReplyToken(b"a secret of the test", "desk.example")
    threads = SqliteThreads(f"{folder}/threads.db")
    writer = MailWriter(MailAddress("help@desk.example"), lambda _: "ana@mail.example", token, threads)
    channel = SmtpChannel(SmtpServer("127.0.0.1", int(port), security="none"), writer)

    class Killed:
        def send(self, message, /):
            channel.send(message)
            if kill == "yes":
                os.kill(os.getpid(), signal.SIGKILL)

    store = SqlStore(f"sqlite:///{folder}/desk.db")
    desk = Desk(store=store, clock=ManualClock(at), channels={"email": Killed()})
    if kill == "yes" and not desk.find().tickets:
        ticket = desk.open(subject="Late", requester="ana", channel="email").ticket
        desk.reply(ticket, body="Here.", by="sam")
    desk.run_due()
    """
)


@pytest.mark.exhaustive
def test_killed_between_the_servers_word_and_our_commit_it_is_the_same_mail_again(tmp_path):
    """SIGKILL after 250: nothing is lost, and whoever gets it twice gets it under one id."""
    controller = pytest.importorskip(
        "aiosmtpd.controller", reason="needs aiosmtpd, as the extra `test` has it"
    )
    got = []

    class Handler:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - as it is called
            got.append(read_mail(envelope.content))
            return "250 OK"

    migrate(f"sqlite:///{tmp_path}/desk.db")
    script = tmp_path / "send.py"
    script.write_text(CRASHING)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = controller.Controller(Handler(), hostname="127.0.0.1", port=port)
    running.start()
    try:
        codes = [
            subprocess.run(
                [sys.executable, str(script), str(tmp_path), str(port), at, kill], check=False
            ).returncode
            for at, kill in (
                ("2026-03-02T03:00:00Z", "yes"),
                ("2026-03-02T04:00:00Z", "yes"),
                ("2026-03-02T05:00:00Z", "no"),
                ("2026-03-02T06:00:00Z", "no"),
            )
        ]
    finally:
        running.stop()
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0, 0]
    assert [one.text for one in got] == ["Here."] * 3
    [name] = {one.message_id for one in got}
    ticket = TOKEN.ticket_of(name)
    assert SqliteThreads(tmp_path / "threads.db").messages("default", ticket) == (name,)
    [found] = Desk(store=SqlStore(f"sqlite:///{tmp_path}/desk.db")).find().tickets
    assert found.id == ticket


def test_another_attempt_is_the_same_mail():
    threads = MemoryThreads()
    threads.record("default", "t1", "1@mail.example")
    made = writer(threads)
    first = made.written(outgoing())[1]
    made.note(outgoing())
    threads.record("default", "t1", "2@mail.example")
    again = made.written(outgoing())[1]
    for name in ("Message-ID", "In-Reply-To", "References"):
        assert first[name] == again[name]
    assert first["References"] == "<1@mail.example>"
    later = made.written(outgoing("k2"))[1]
    assert later["In-Reply-To"] == "<2@mail.example>"


@pytest.mark.parametrize("security", ["", "ssl", "STARTTLS", None, True])
def test_a_server_is_spoken_to_in_one_of_three_ways(security):
    with pytest.raises(InvalidInput, match="security"):
        SmtpServer("smtp.desk.example", security=security)


def test_answers_go_to_an_address_of_the_ticket():
    threads = MemoryThreads()
    known = {person_of("ana@mail.example"): "ana@mail.example"}
    made = MailWriter(
        MailAddress("help@desk.example"),
        known.get,
        TOKEN,
        threads,
        reply_to=lambda one: TOKEN.address("help", "desk.example", one.ticket_id),
    )
    sent = []

    class Channel:
        def send(self, message, /):
            sent.append(made.written(message)[1])

    desk = Desk(clock=CLOCK, ids=CountingIds(), channels={"email": Channel()})
    intake = MailIntake(desk, threads, TOKEN, addresses=("help@desk.example",))
    ticket = intake.take(plain("One")).ticket_id
    desk.reply(ticket, body="Done.", by="sam")
    desk.run_due()
    [mail] = sent
    assert mail["Reply-To"].startswith(f"help+{ticket}.")
    # A program that keeps no ids: the address alone says whose it is.
    again = intake.take(plain("Thanks", Message_ID="<2@mail.example>", To=mail["Reply-To"]))
    assert (again.result, again.ticket_id) == ("received", ticket)
    with pytest.raises(InvalidInput, match="reply_to"):
        writer(reply_to=lambda _: "x@y.example\r\nBcc: z@y.example").written(outgoing())
    assert writer().written(outgoing())[1]["Reply-To"] is None


# --- what stands around an answer ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "greets", "says"),
    [
        ("en-GB", "Hello Ana Ruiz,", "If you answer this mail"),
        ("zh", "Ana Ruiz，您好：", "请勿发送密码"),
        ("zh-TW", "Ana Ruiz，您好：", "請勿傳送密碼"),
        ("zh-Hans-SG", "Ana Ruiz，您好：", "请勿发送密码"),
        ("pt", "Hello Ana Ruiz,", "If you answer this mail"),
        (None, "Hello Ana Ruiz,", "If you answer this mail"),
    ],
)
def test_a_letter_is_in_its_readers_language(language, greets, says):
    made = writer(words=letter(lambda _: language, name_of=lambda _: " Ana\r\n Ruiz ", signed="Help Desk"))
    read = read_mail(made.written(outgoing())[1].as_bytes())
    first, body, last = read.text.split("\n\n")
    assert (first, body) == (greets, "Done.")
    assert last.startswith(says) or says in last
    assert read.rest == "-- \nHelp Desk"


def test_a_name_is_no_placeholder_and_nobody_has_to_have_one():
    assert letter(lambda _: "en", name_of=lambda _: "{name} {0}")(outgoing()).startswith(
        "Hello {name} {0},\n\nDone."
    )
    assert letter(lambda _: "en", name_of=lambda _: None)(outgoing()).startswith("Hello,\n\nDone.")
    assert letter(lambda _: "zh")(outgoing()).startswith("您好：\n\nDone.")


# --- machines that answer each other ------------------------------------------------------------------


def test_two_machines_that_do_not_say_so_come_to_an_end():
    """Ours is a bot; theirs answers every mail at once, and its mails look like a person's."""
    threads, clock = MemoryThreads(), ManualClock("2026-03-02T03:00:00Z")
    cap = SqliteMailCap(most=3, within_s=3600)
    known = {
        person_of("ana@mail.example"): "ana@mail.example",
        person_of("bo@mail.example"): "bo@mail.example",
    }
    made = MailWriter(
        MailAddress("help@desk.example"), known.get, TOKEN, threads, automatic=lambda by: by == "bot", cap=cap
    )
    sent = []

    class Channel:
        def send(self, message, /):
            made.note(message)
            sent.append(made.written(message)[1])

    desk = Desk(clock=clock, ids=CountingIds(), channels={"email": Channel()})
    intake = MailIntake(desk, threads, TOKEN, addresses=("help@desk.example",))

    def round_of(number, ticket, by="bot"):
        heads = {"Message_ID": f"<r{number}@mail.example>"}
        taken = intake.take(plain(f"What is {number}?", References=f"<{ticket}>" if ticket else "", **heads))
        desk.reply(taken.ticket_id, body=f"It is {number}.", by=by)
        desk.run_due()
        return taken.mail.message_id

    last = ""
    for number in range(6):
        last = round_of(number, last)
    assert len(sent) == 3
    [ticket] = desk.find()
    assert len([one for one in desk.messages(ticket.id) if one.origin == "requester"]) == 6
    round_of(6, last, by="sam")  # a person's answer is none of a machine
    assert len(sent) == 4
    assert sent[-1]["Auto-Submitted"] is None


@pytest.mark.parametrize("path", [None, "cap.db"])
def test_a_cap_counts_each_mail_once_by_when_it_was_written(tmp_path, path):
    cap = SqliteMailCap(*([] if path is None else [tmp_path / path]), most=2, within_s=60)

    def asked(name, second, address="ana@mail.example", tenant="a"):
        return cap.admits(
            tenant, address, name, ManualClock(f"2026-03-02T03:{second // 60:02}:{second % 60:02}Z").now()
        )

    assert [asked("m1", 0), asked("m2", 30), asked("m3", 59), asked("m1", 0), asked("m2", 30)] == [
        True,
        True,
        False,
        True,
        True,
    ]
    assert asked("m4", 59, "ANA@mail.example") is False
    assert asked("m4", 59, "bo@mail.example") is True
    assert asked("m4", 59, tenant="b") is True
    assert asked("m5", 60) is True  # the first one counts no longer
    assert asked("m6", 61) is False
    cap.forget("a", "Ana@mail.example")
    assert asked("m6", 61) is True
    if path is not None:
        cap.close()
        assert b"ana@mail" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())
        with pytest.raises(StoreError, match="automatic mails"):
            asked("m7", 62)
    for wrong in ({"most": 0}, {"within_s": 0}, {"most": True}, {"most": 1.5}):
        with pytest.raises(InvalidInput):
            SqliteMailCap(**wrong)


FORKING = textwrap.dedent(
    """
    import os, signal, sys, threading, warnings
    from supportflow import LocalTicketIndex
    from supportflow.channels.email import SqliteThreads
    from supportflow.model.similar import IndexedText

    warnings.simplefilter("ignore")  # a process with threads is forked: that is the point
    threads, index = SqliteThreads(f"{sys.argv[1]}/threads.db"), LocalTicketIndex(f"{sys.argv[1]}/index.db")
    ended = threading.Event()

    def busy(number=0):
        while not ended.is_set():
            threads.record("a", "t", f"m{(number := number + 1)}")
            threads.ticket_of("a", ["m1"])
            ended.wait(0.005)  # whoever writes without a pause keeps other processes out

    at_it = threading.Thread(target=busy)
    at_it.start()
    failed = 0
    for number in range(5):
        if (child := os.fork()) == 0:
            signal.alarm(50)
            threads.record("a", "t", f"child{number}")
            index.put("a", [IndexedText(f"c{number}", f"t{number}", "ana", "parcel lost")], f"p{number}")
            os._exit(0)
        failed |= os.waitpid(child, 0)[1]
    ended.set()
    at_it.join()
    assert not failed, failed
    assert all(threads.ticket_of("a", [f"child{number}"]) == "t" for number in range(5))
    assert len(index.find("a", "parcel lost", limit=9)) == 5
    print("fine")
    """
)


# --- what is kept -------------------------------------------------------------------------------------


def test_what_is_forgotten_is_not_in_the_file(tmp_path):
    threads = SqliteThreads(tmp_path / "threads.db")
    desk = Desk(clock=CLOCK, ids=CountingIds())
    intake = MailIntake(desk, threads, TOKEN)
    mine = intake.take(plain("One", Message_ID="<ana.ruiz.private@mail.example>"))
    other = intake.take(plain("Two", Message_ID="<other@mail.example>", From="bo@mail.example"))

    def kept():
        return b"".join(one.read_bytes() for one in sorted(tmp_path.iterdir()))

    assert b"ana.ruiz.private" in kept()
    intake.forget([mine.ticket_id, "nobody"])
    assert b"ana.ruiz.private" not in kept()
    assert threads.messages("default", mine.ticket_id) == ()
    assert threads.messages("default", other.ticket_id) == ("other@mail.example",)
    threads.close()


def test_threads_that_cannot_be_used_say_so(tmp_path):
    threads = SqliteThreads(tmp_path / "threads.db")
    threads.close()
    for call in (
        lambda: threads.ticket_of("a", ["m"]),
        lambda: threads.record("a", "t", "m"),
        lambda: threads.messages("a", "t"),
        lambda: threads.forget("a", "t"),
    ):
        with pytest.raises(StoreError, match="mail threads"):
            call()
    with pytest.raises(StoreError, match="mail threads"):
        SqliteThreads(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_file_is_used_on_both_sides_of_a_fork(tmp_path):
    """A thread is at it when the process is copied, as under a server that loads first: no lock is held for ever."""
    script = tmp_path / "fork.py"
    script.write_text(FORKING)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], check=False, timeout=120, capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, b"fine\n"), done.stderr


def test_what_another_process_reads_is_forgotten_or_said_not_to_be(tmp_path):
    """A log beside the file would keep it until nobody reads."""
    threads = SqliteThreads(tmp_path / "threads.db")
    threads.record("a", "t", "ana.ruiz.private@mail.example")
    with contextlib.closing(sqlite3.connect(tmp_path / "threads.db", isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM mail").fetchall()
        threads._file._database.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(StoreError, match="locked"):
            threads.forget("a", "t")
        reading.execute("COMMIT")
        reading.execute("BEGIN")
        reading.execute("SELECT 1").fetchall()
        threads.forget("a", "t")
        assert b"ana.ruiz" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())
    threads.close()
