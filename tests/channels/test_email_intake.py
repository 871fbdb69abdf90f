"""Mails through a desk: threads, strangers, machines, secrets, files; and by real servers on this machine."""

import asyncio
import contextlib
import email
import itertools
import signal
import smtplib
import socket
import subprocess
import sys
import textwrap
from email import charset

import pytest

from channels.mails import BOUNCE, html, labelled, part, parts, plain
from supportflow import AsyncDesk, Desk, SqlStore
from supportflow.channels.email import (
    AsyncSmtpChannel,
    Limits,
    MailAddress,
    MailIntake,
    MailWriter,
    MemoryThreads,
    ReplyToken,
    SmtpChannel,
    SmtpServer,
    SqliteThreads,
    person_of,
    read_mail,
    smtp,
    take_maildir,
)
from supportflow.events import DeliveryReported
from supportflow.exceptions import InvalidInput, Undeliverable
from supportflow.model.content import Attachment
from supportflow.policy.presets import preset
from supportflow.ports import Outgoing, Receipt
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T03:00:00Z"
TOKEN = ReplyToken(b"a secret of the test", "desk.example")
SERVER = "mx.desk.example"
PASSED = f"{SERVER}; dmarc=pass header.from=mail.example"
SEED = [
    "abandon", "ability", "able", "about", "above", "absent",
    "absorb", "abstract", "absurd", "abuse", "access", "accident",
]  # fmt: skip


class Sent:
    """A channel that makes the mails, and keeps them."""

    def __init__(self, threads, **writing):
        known = {person_of("ana@mail.example"): "ana@mail.example"}
        self.writer = MailWriter(
            MailAddress("help@desk.example", "Help Desk"), known.get, TOKEN, threads, **writing
        )
        self.mails = []

    def send(self, message: Outgoing, /):
        to, mail = self.writer.written(message)
        self.mails.append((to, mail))
        self.writer.note(message)
        return Receipt(self.writer.message_id(message))


def set_up(policy=None, **taking):
    threads = MemoryThreads()
    channel = Sent(threads)
    desk = Desk(policy, clock=ManualClock(START), ids=CountingIds(), channels={"email": channel})
    return desk, MailIntake(desk, threads, TOKEN, addresses=("help@desk.example",), **taking), channel


def answered(desk, channel, ticket_id, body="On its way."):
    desk.reply(ticket_id, body=body, by="sam")
    desk.run_due()
    return channel.mails[-1][1]


# --- threads ------------------------------------------------------------------------------------------


def test_a_mail_opens_a_ticket_and_the_answer_to_our_answer_is_on_it():
    desk, intake, channel = set_up()
    opened = intake.take(plain("Where is my withdrawal?", Subject="Late"))
    assert opened.result == "opened"
    ticket = desk.get(opened.ticket_id)
    assert (ticket.channel, ticket.requester) == ("email", person_of("ana@mail.example"))
    assert desk.row(ticket).requester.email == "ana@mail.example"
    ours = answered(desk, channel, ticket.id)
    assert ours["In-Reply-To"] == "<1@mail.example>"
    assert ours["References"] == "<1@mail.example>"
    again = intake.take(
        plain(
            "Thanks!\n\n> On its way.",
            Message_ID="<2@mail.example>",
            In_Reply_To=ours["Message-ID"],
            Subject="quite another subject",
        )
    )
    assert (again.result, again.ticket_id) == ("received", ticket.id)
    assert [one.body for one in desk.messages(ticket.id)] == [
        "Where is my withdrawal?",
        "On its way.",
        "Thanks!",
    ]


def test_a_second_mail_of_the_customers_own_thread_is_on_the_ticket():
    desk, intake, _ = set_up()
    first = intake.take(plain("One"))
    second = intake.take(plain("Two", Message_ID="<2@mail.example>", References="<1@mail.example>"))
    assert second.ticket_id == first.ticket_id
    third = intake.take(
        plain("Three", Message_ID="<3@mail.example>", References="<0@x.example> <2@mail.example>")
    )
    assert third.ticket_id == first.ticket_id
    assert len(desk.messages(first.ticket_id)) == 3


def test_the_subject_threads_nothing():
    _, intake, _ = set_up()
    first = intake.take(plain("One", Subject="Re: [#1] Late"))
    second = intake.take(plain("Two", Subject="Re: [#1] Late", Message_ID="<2@mail.example>"))
    assert first.ticket_id != second.ticket_id


def test_a_signed_address_threads_too():
    _, intake, _ = set_up()
    first = intake.take(plain("One"))
    to = TOKEN.address("help", "desk.example", first.ticket_id)
    again = intake.take(plain("Two", Message_ID="<2@mail.example>", To=to.upper()))
    assert (again.result, again.ticket_id) == ("received", first.ticket_id)


@pytest.mark.parametrize("place", [4, 30, -25])
def test_a_token_that_was_tampered_with_is_a_strangers_id(place):
    desk, intake, channel = set_up()
    first = intake.take(plain("One"))
    ours = answered(desk, channel, first.ticket_id)["Message-ID"].strip("<>")
    channel.writer._threads.forget("default", first.ticket_id)
    other = "b" if ours[place] == "a" else "a"
    again = intake.take(
        plain("Two", Message_ID="<2@mail.example>", In_Reply_To=f"<{ours[:place]}{other}{ours[place:][1:]}>")
    )
    assert again.result == "opened"


def test_tokens_of_another_secret_or_tenant_or_use_are_none():
    mine = TOKEN.message_id("t1", "k")
    assert TOKEN.ticket_of(mine) == "t1"
    assert TOKEN.message_id("t1", "k") == mine
    assert ReplyToken(b"another secret of ours", "desk.example").ticket_of(mine) is None
    assert ReplyToken(b"a secret of the test", "desk.example", "other").ticket_of(mine) is None
    address = TOKEN.address("help", "desk.example", "t1")
    assert TOKEN.ticket_of(address.upper()) == "t1"
    assert TOKEN.ticket_of(address.removeprefix("help+")) is None
    assert TOKEN.ticket_of(mine.replace("sf.", "help+sf.")) is None
    assert (
        len(TOKEN.address("support", "desk.example", "0198c5d2-7a10-7cc3-8f6e-0123456789ab").split("@")[0])
        <= 64
    )
    for wrong in ("x" * 60, "a b", "a@b"):
        with pytest.raises(InvalidInput, match="ticket_id"):
            TOKEN.address("support", "desk.example", wrong)
    with pytest.raises(InvalidInput):
        ReplyToken(b"short", "desk.example")
    with pytest.raises(InvalidInput):
        ReplyToken(b"a secret of the test", "no domain")


def test_a_mail_that_names_two_tickets_says_so():
    desk, intake, channel = set_up()
    one = intake.take(plain("One"))
    two = intake.take(plain("Two", Message_ID="<2@mail.example>"))
    ours = answered(desk, channel, one.ticket_id)["Message-ID"]
    both = intake.take(plain("Both", Message_ID="<3@mail.example>", References=f"{ours} <2@mail.example>"))
    assert both.ticket_id == one.ticket_id
    assert both.notes == (f"names ticket {two.ticket_id}, too",)


def test_each_note_is_given_once():
    _, intake, _ = set_up(sink=lambda _: "kept:x", limits=Limits(files=0))
    files = [part("image/png", "x", 'Content-Disposition: attachment; filename="a.png"')] * 3
    taken = intake.take(parts("multipart/mixed", part("text/plain", "see"), *files))
    assert taken.notes == ("left out: a.png",)


# --- once ---------------------------------------------------------------------------------------------


def test_the_same_mail_by_two_routes_is_one_message():
    desk, intake, _ = set_up()
    first = intake.take(plain("One"))
    second = intake.take(
        b"Received: from list.example\r\nDelivered-To: other@desk.example\r\n" + plain("One")
    )
    assert (second.result, second.ticket_id) == ("duplicate", first.ticket_id)
    assert len(desk.messages(first.ticket_id)) == 1


def test_mails_without_an_id_are_known_by_their_text():
    _, intake, _ = set_up()
    kinds = [intake.take(plain(text, Message_ID="")).result for text in ("One", "One", "Two")]
    assert kinds == ["opened", "duplicate", "opened"]


def test_nobody_makes_anothers_mail_a_duplicate():
    _, intake, _ = set_up()
    intake.take(plain("first!", From="eve@evil.example"))
    assert intake.take(plain("One")).result == "opened"


# --- strangers ----------------------------------------------------------------------------------------


def test_a_stranger_on_a_thread_is_a_stranger():
    desk, intake, _ = set_up()
    first = intake.take(plain("One"))
    second = intake.take(
        plain(
            "I am Ana, too",
            From="eve@evil.example",
            Message_ID="<2@x.example>",
            References="<1@mail.example>",
        )
    )
    assert second.ticket_id == first.ticket_id
    assert [one.origin for one in desk.messages(first.ticket_id)] == ["requester", "stranger"]


@pytest.mark.parametrize(
    "results",
    [
        "",
        f"{SERVER}; dmarc=fail header.from=mail.example",
        "evil.example; dmarc=pass header.from=mail.example",
    ],
)
def test_an_impostor_is_a_stranger_where_the_server_is_asked(results):
    desk, intake, _ = set_up(server=SERVER)
    first = intake.take(plain("One", Authentication_Results=PASSED))
    assert desk.get(first.ticket_id).requester == person_of("ana@mail.example")
    second = intake.take(
        plain(
            "Send it elsewhere",
            Message_ID="<2@x.example>",
            References="<1@mail.example>",
            Authentication_Results=results,
        )
    )
    assert [one.origin for one in desk.messages(first.ticket_id)] == ["requester", "stranger"]
    assert second.verdict != "pass"
    alone = intake.take(plain("New", Message_ID="<3@x.example>", Authentication_Results=results))
    assert desk.get(alone.ticket_id).requester.startswith("unverified-")


def test_the_host_says_who_an_address_is():
    desk, intake, _ = set_up(identify={"ana@mail.example": "user-7"}.get)
    assert desk.get(intake.take(plain("One")).ticket_id).requester == "user-7"
    other = intake.take(plain("One", From="bo@mail.example", Message_ID="<2@x.example>"))
    assert desk.get(other.ticket_id).requester == person_of("BO@mail.example")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (plain("x", From=""), "sender"),
        (plain("x", From="help@desk.example"), "own"),
        (plain("away", Auto_Submitted="auto-replied"), "automatic"),
        (plain("", Subject=""), "empty"),
    ],
)
def test_what_is_refused_opens_nothing(content, why):
    desk, intake, _ = set_up()
    taken = intake.take(content)
    assert (taken.result, taken.why, taken.ticket_id) == ("refused", why, None)
    assert desk.find().tickets == ()


# --- machines -----------------------------------------------------------------------------------------


def test_a_bounce_of_our_answer_is_on_its_ticket_and_nobodys_answer():
    desk, intake, channel = set_up()
    first = intake.take(plain("One"))
    ours = answered(desk, channel, first.ticket_id)["Message-ID"].strip("<>")
    bounce = intake.take(BOUNCE.replace(b"OURS", ours.encode()))
    assert (bounce.result, bounce.ticket_id, bounce.automatic) == ("received", first.ticket_id, "bounce")
    assert [one.origin for one in desk.messages(first.ticket_id)][-1] == "bounce"


def reports(desk, ticket_id):
    told = [one for one in desk.history(ticket_id) if isinstance(one, DeliveryReported)]
    return [(one.state, one.channel, one.code, one.delivery) for one in told if one.state != "accepted"]


def bounced(ours, number=0):
    return BOUNCE.replace(b"OURS", ours.strip("<>").encode()).replace(b"<bounce@", b"<bounce%d@" % number)


@pytest.mark.parametrize("resolved", [False, True])
def test_a_bounce_gives_the_ticket_back_to_people_once_for_each_answer(resolved):
    desk, intake, channel = set_up()
    first = intake.take(plain("One"))
    ours = [answered(desk, channel, first.ticket_id, body)["Message-ID"] for body in ("One.", "Two.")]
    accepted = [one for one in desk.history(first.ticket_id) if isinstance(one, DeliveryReported)]
    desk.resolve(first.ticket_id, by="sam") if resolved else desk.wait_for_requester(
        first.ticket_id, by="sam"
    )
    for number in range(3):  # the same, and a second one of the same answer
        assert intake.take(bounced(ours[1], number // 2)).automatic == "bounce"
    ticket = desk.get(first.ticket_id)
    assert (ticket.status, ticket.flags) == ("open", ("undeliverable",))
    report = ("undeliverable", "email", "bounce")
    assert reports(desk, first.ticket_id) == [(*report, accepted[1].delivery)]
    intake.take(bounced(ours[0], 7))
    assert reports(desk, first.ticket_id)[1:] == [(*report, accepted[0].delivery)]


def test_a_bounce_is_told_on_the_ticket_that_goes_on():
    desk, intake, channel = set_up()
    first, second = intake.take(plain("One")), intake.take(plain("Two", Message_ID="<2@mail.example>"))
    ours = answered(desk, channel, second.ticket_id)["Message-ID"]
    desk.merge(second.ticket_id, into=first.ticket_id, by="sam")
    assert intake.take(bounced(ours)).ticket_id == first.ticket_id
    assert desk.get(first.ticket_id).flags == ("undeliverable",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Action: failed\r\nStatus: 5.1.1", b"Action: delayed\r\nStatus: 4.4.7"),
        (b"Action: failed\r\nStatus: 5.1.1", b"Action: failed\r\nStatus: 4.4.7"),
        (b"Message-ID: <sf.", b"In-Reply-To: <1@mail.example>\r\nMessage-ID: <xx."),
    ],
    ids=["late", "for now", "not ours"],
)
def test_what_does_not_say_that_an_answer_failed_gives_nothing_back(old, new):
    desk, intake, channel = set_up()
    first = intake.take(plain("One"))
    bounce = bounced(answered(desk, channel, first.ticket_id)["Message-ID"])
    assert old in bounce
    intake.take(bounce.replace(old, new))
    assert (desk.get(first.ticket_id).flags, reports(desk, first.ticket_id)) == ((), [])


def test_killed_between_a_bounce_and_its_report_it_is_told_the_next_time(monkeypatch):
    desk, intake, channel = set_up()
    first = intake.take(plain("One"))
    bounce = bounced(answered(desk, channel, first.ticket_id)["Message-ID"])

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(type(desk), "record_delivery", killed)
        with pytest.raises(KeyboardInterrupt):
            intake.take(bounce)
    assert desk.get(first.ticket_id).flags == ()
    intake.take(bounce)
    assert desk.get(first.ticket_id).flags == ("undeliverable",)
    assert [one.origin for one in desk.messages(first.ticket_id)].count("bounce") == 1


def test_two_desks_that_answer_each_other_come_to_an_end():
    """Ours answers by a bot; theirs is on holiday, and says so."""
    desk, intake, channel = set_up()
    channel.writer._automatic = lambda _: True
    first = intake.take(plain("One"))
    count = 0
    ours = answered(desk, channel, first.ticket_id)
    assert ours["Auto-Submitted"] == "auto-replied"
    while count < 10 and len(channel.mails) > count:
        count = len(channel.mails)
        ours = channel.mails[-1][1]
        away = plain(
            "I am away",
            Message_ID=f"<away{count}@mail.example>",
            In_Reply_To=ours["Message-ID"],
            Auto_Submitted="auto-replied",
        )
        assert intake.take(away).automatic == "auto_reply"
        desk.run_due()
    assert len(channel.mails) == 1


# --- what is in it ------------------------------------------------------------------------------------


def test_a_seed_phrase_cut_apart_by_tags_is_never_kept():
    desk, intake, _ = set_up()
    cut = "".join(f"<b>{word[:2]}</b>{word[2:]}<span> </span>" for word in SEED)
    taken = intake.take(html(f"<p>my phrase is</p><div>{cut}</div>"))
    kept = " ".join(one.body for one in desk.messages(taken.ticket_id))
    assert "absorb" not in kept
    assert "removed" in kept


@pytest.mark.parametrize("subject", ["", " ", "=?utf-8?q?_?="])
@pytest.mark.parametrize("before", ["", "x" * 60 + " ", "我的助记词是" * 12 + "\n"])
def test_half_of_a_secret_never_becomes_a_subject(subject, before):
    """A hundred letters of a text may end in the middle of one, where nobody finds it."""
    desk, intake, _ = set_up()
    taken = intake.take(plain(before + " ".join(SEED), Subject=subject))
    assert desk.row(taken.ticket_id).subject == "-"
    assert not any(word in desk.messages(taken.ticket_id)[0].body for word in SEED)


def test_chinese_in_old_codes_is_read_and_understood():
    desk, intake, _ = set_up(preset("exchange"))
    taken = intake.take(labelled("账户里的ETH全没了，我根本没动过".encode("gb18030"), "gb2312"))
    assert desk.get(taken.ticket_id).priority_class == "security"


def test_a_forwarded_threat_is_not_the_forwarders():
    desk, intake, _ = set_up(preset("exchange"))
    taken = intake.take(
        plain(
            "Is this from you?\n\n---------- Forwarded message ---------\nFrom: Eve\n\n"
            "Your account was hacked, all coins are gone",
            Subject="Fwd: Notice",
        )
    )
    [message] = [one for one in desk.messages(taken.ticket_id) if one.origin == "requester"]
    assert message.body.startswith("Is this from you?")
    assert "hacked" not in message.body
    assert taken.mail.rest.endswith("all coins are gone")


def test_files_go_to_the_host_and_the_whole_mail_first():
    kept = []

    def sink(file):
        kept.append(file)
        return f"store:{len(kept)}"

    desk, intake, _ = set_up(sink=sink)
    content = parts(
        "multipart/mixed",
        part("text/plain", "see"),
        part("image/png", "x", 'Content-Disposition: attachment; filename="a.png"'),
    )
    taken = intake.take(content)
    assert [one.name for one in kept] == ["mail.eml", "a.png"]
    assert kept[0].content == content
    [message] = desk.messages(taken.ticket_id)
    assert [one.media_type for one in message.attachments] == ["message/rfc822", "image/png"]


def test_an_async_desk_takes_mails_too():
    async def run():
        desk = AsyncDesk(clock=ManualClock(START), ids=CountingIds())
        intake = MailIntake(desk, MemoryThreads(), TOKEN)
        first = await intake.take_async(plain("One"))
        again = await intake.take_async(
            plain("Two", Message_ID="<2@mail.example>", References="<1@mail.example>")
        )
        return first, again, await desk.messages(first.ticket_id)

    first, again, messages = asyncio.run(run())
    assert (first.result, again.result, again.ticket_id) == ("opened", "received", first.ticket_id)
    assert len(messages) == 2


# --- what goes out ------------------------------------------------------------------------------------


def outgoing(**fields):
    given = {
        "key": "k1", "ticket_id": "t1", "ref": None, "requester": "ana", "by": "sam", "subject": "Late",
        "body": "您好，已经处理。",
        "attachments": (), "in_reply_to": 1, "recorded_at": ManualClock(START).now(),
    }  # fmt: skip
    return Outgoing(**{**given, **fields})


def writer(address="ana@mail.example", **writing):
    return MailWriter(
        MailAddress("help@desk.example", "客服 Desk"), lambda _: address, TOKEN, MemoryThreads(), **writing
    )


def test_an_answer_is_one_mail_with_one_id():
    to, mail = writer().written(outgoing())
    again = writer().written(outgoing())[1]
    read = read_mail(mail.as_bytes())
    assert to == "ana@mail.example"
    assert mail["Message-ID"] == again["Message-ID"]
    assert writer().written(outgoing(key="k2"))[1]["Message-ID"] != mail["Message-ID"]
    assert (read.subject, read.text) == ("Re: Late", "您好，已经处理。")
    assert (read.sender.address, read.sender.name) == ("help@desk.example", "客服 Desk")
    assert mail["Auto-Submitted"] is None


@pytest.mark.parametrize("subject", ["a\r\nBcc: eve@evil.example", "a\nb", "a\x00b", "a\u2028b"])
def test_a_head_takes_no_line_break(subject):
    with pytest.raises(InvalidInput, match="subject"):
        writer().written(outgoing(subject=subject))


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?hi=0D=0ABcc=3A_eve=40evil.example?=",
        "=?utf-8?b?aGk=?=",
        "Re: Late",
        "x" * 5_000,
        None,
        "提现没到账" * 40,
    ],
)
def test_a_subject_never_becomes_another_head(subject):
    content = writer().written(outgoing(subject=subject))[1].as_bytes()
    again = email.message_from_bytes(content)
    assert again["Bcc"] is None
    assert sorted(again.keys()) == sorted(set(again.keys()))
    assert max(map(len, content.split(b"\n"))) < 1000


def test_who_has_no_address_or_a_broken_one_is_said():
    for address in (None, ""):
        with pytest.raises(Undeliverable, match="no_address"):
            writer(address).written(outgoing())
    with pytest.raises(InvalidInput, match="requester"):
        writer("a@b.example\r\nBcc: x@y.example").written(outgoing())


def test_html_and_words_are_the_hosts():
    mail = writer(
        words=lambda one: f"Dear customer,\n{one.body}", html=lambda one: f"<p>{one.body}</p>"
    ).written(outgoing())[1]
    assert mail.get_content_type() == "multipart/alternative"
    assert read_mail(mail.as_bytes()).text.startswith("Dear customer,")


@pytest.mark.parametrize("make", [MemoryThreads, lambda: SqliteThreads(":memory:")], ids=["memory", "sqlite"])
def test_threads_keep_what_they_are_told(make):
    threads = make()
    threads.record("a", "t1", "m1")
    threads.record("a", "t1", "m1")
    threads.record("a", "t2", "m1")
    threads.record("a", "t1", "m2")
    assert threads.ticket_of("a", ["x", "m2", "m1"]) == "t1"
    assert threads.ticket_of("b", ["m1"]) is None
    assert list(threads.messages("a", "t1")) == ["m1", "m2"]
    for number in range(100):
        threads.record("a", "t3", f"n{number}")
    assert len(threads.messages("a", "t3")) == 50
    assert threads.messages("a", "t3")[0] == "n0"
    threads.forget("a", "t1")
    assert threads.ticket_of("a", ["m1", "m2"]) is None
    assert list(threads.messages("a", "t1")) == []


# --- real peers ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def smtp_server(handle):
    """A server of aiosmtpd's on this machine."""
    controller = pytest.importorskip(
        "aiosmtpd.controller", reason="needs aiosmtpd, as the extra `test` has it"
    )

    class Handler:
        async def handle_DATA(self, _server, session, envelope):  # noqa: N802 - as it is called
            envelope.greeted_as = session.host_name
            return handle(envelope)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = controller.Controller(Handler(), hostname="127.0.0.1", port=port)
    running.start()
    try:
        yield port
    finally:
        running.stop()


def test_answers_leave_by_a_real_server_and_come_back_to_their_ticket():
    got = []
    with smtp_server(lambda envelope: got.append(envelope) or "250 OK") as port:
        channel = SmtpChannel(SmtpServer("127.0.0.1", port, security="none"), writer())
        channel.send(outgoing())
    [envelope] = got
    assert (envelope.mail_from, envelope.rcpt_tos) == ("help@desk.example", ["ana@mail.example"])
    mail = read_mail(envelope.content)
    assert mail.text == "您好，已经处理。"
    assert TOKEN.ticket_of(mail.message_id) == "t1"


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
@pytest.mark.parametrize("encoded", [charset.BASE64, charset.QP])
@pytest.mark.parametrize(
    "body",
    ["Please send us what follows. " * 80, "请在一条消息中一次性发送。\n" * 80, ".\n.\nA dot.\n" * 300],
)
def test_a_long_answer_arrives_in_lines_that_every_server_takes(kind, encoded, body, monkeypatch):
    """Bare line feeds are one endless line to some servers, and refused by others. Apprise changes how a process encodes."""
    pytest.importorskip("aiosmtplib", reason="needs the extra `email`")
    monkeypatch.setitem(charset.CHARSETS, "utf-8", (encoded, encoded, "utf-8"))
    got = []
    with smtp_server(lambda envelope: got.append(envelope.original_content) or "250 OK") as port:
        sending = kind(SmtpServer("127.0.0.1", port, security="none"), writer()).send(outgoing(body=body))
        if kind is AsyncSmtpChannel:
            asyncio.run(sending)
    [content] = got
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert read_mail(content).text.strip() == body.strip()


def test_an_async_channel_sends_the_same():
    pytest.importorskip("aiosmtplib", reason="needs the extra `email`")
    got = []
    with smtp_server(lambda envelope: got.append(envelope) or "250 OK") as port:
        channel = AsyncSmtpChannel(SmtpServer("127.0.0.1", port, security="none"), writer())
        asyncio.run(channel.send(outgoing()))
    assert read_mail(got[0].content).text == "您好，已经处理。"


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
def test_who_greets_a_server_is_looked_up_once_or_told(kind, monkeypatch):
    pytest.importorskip("aiosmtplib", reason="needs the extra `email`")
    got, names = [], itertools.count()
    smtp._own_name.cache_clear()
    monkeypatch.setattr(smtp.socket, "getfqdn", lambda: f"desk-{next(names)}.example")

    def send(**told):
        server = SmtpServer("127.0.0.1", port, security="none", **told)
        sending = kind(server, writer()).send(outgoing())
        return sending if kind is SmtpChannel else asyncio.run(sending)

    with smtp_server(lambda envelope: got.append(envelope.greeted_as) or "250 OK") as port:
        send()
        send()
        send(greets_as="support.example")
    smtp._own_name.cache_clear()
    assert [*{*got[:2]}, got[2]] == [got[0], "support.example"]
    assert got[0].startswith("desk-")


def test_a_server_that_refuses_is_tried_again_by_the_outbox():
    answers = ["451 later", "250 OK"]
    got = []

    def handle(envelope):
        got.append(envelope)
        return answers.pop(0)

    clock = ManualClock(START)
    with smtp_server(handle) as port:
        channel = SmtpChannel(SmtpServer("127.0.0.1", port, security="none"), writer())
        desk = Desk(clock=clock, ids=CountingIds(), channels={"email": channel})
        ticket = desk.open(subject="Late", requester="ana", channel="email").ticket
        desk.reply(ticket, body="Here.", by="sam")
        assert desk.run_due().retried == 1
        clock.advance(hours=1)
        assert desk.run_due().delivered == 1
    [name] = {read_mail(one.content).message_id for one in got}
    said = [one for one in desk.history(ticket) if isinstance(one, DeliveryReported)]
    assert [(one.state, one.receipt) for one in said] == [("accepted", name)]


@pytest.mark.parametrize("kind", [SmtpChannel, AsyncSmtpChannel])
def test_files_that_cannot_go_along_are_not_left_out_in_silence(kind):
    """The desk asks what a channel can: without anybody who has the files, mails carry none."""
    server = SmtpServer("127.0.0.1", 25, security="none")
    assert "attachments" not in kind(server, writer()).traits.can
    assert "attachments" in kind(server, writer(file_of=lambda _: ("a.pdf", b"x"))).traits.can


def test_an_answer_with_files_that_nobody_has_is_for_a_person():
    channel = SmtpChannel(SmtpServer("127.0.0.1", 1, security="none"), writer())
    desk = Desk(clock=ManualClock(START), ids=CountingIds(), channels={"email": channel})
    ticket = desk.open(subject="Late", requester="ana", channel="email").ticket
    desk.reply(ticket, body="See.", by="sam", attachments=[Attachment(name="a.pdf")])
    desk.run_due()
    assert desk.get(ticket).flags == ("undeliverable",)


def test_what_can_never_arrive_is_given_up_at_once_and_holds_nothing_up():
    desk, _, channel = set_up()
    channel.writer._address_of = lambda _: addresses.pop(0)
    addresses = [None, "ana@mail.example"]
    ticket = desk.open(subject="Late", requester="ana", channel="email").ticket
    for body in ("One.", "Two."):
        desk.reply(ticket, body=body, by="sam")
    tick = desk.run_due()
    assert (tick.delivered, tick.retried) == (1, 0)
    assert "undeliverable" in desk.get(ticket.id).flags
    assert desk.dead_letters() == ()
    assert [read_mail(mail.as_bytes()).text for _, mail in channel.mails] == ["Two."]


def test_from_a_servers_maildir_into_the_desk_and_nothing_twice(tmp_path):
    pytest.importorskip("aiosmtpd.handlers", reason="needs aiosmtpd, as the extra `test` has it")
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    numbers = iter(range(100))
    with (
        smtp_server(
            lambda one: (
                (tmp_path / "box" / "new" / f"{next(numbers):03}").write_bytes(one.content) and "250 OK"
            )
        ) as port,
        smtplib.SMTP("127.0.0.1", port) as client,
    ):
        for content in (
            plain("One"),
            plain("Two", Message_ID="<2@mail.example>", References="<1@mail.example>"),
            plain("One"),
        ):
            client.sendmail("ana@mail.example", ["help@desk.example"], content)
        client.sendmail("x@mail.example", ["help@desk.example"], b"no head\r\n")
    desk, intake, _ = set_up()
    fetched = list(take_maildir(tmp_path / "box", intake.take))
    assert [one.taken.result if one.taken else one.error for one in fetched][:3] == [
        "opened",
        "received",
        "duplicate",
    ]
    assert list((tmp_path / "box" / "new").iterdir()) == []
    assert list(take_maildir(tmp_path / "box", intake.take)) == []
    assert len(desk.find().tickets) == 1


def test_what_is_no_mail_is_flagged_for_a_person(tmp_path):
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(b"\r\n\r\nno head")
    _, intake, _ = set_up()
    [fetched] = take_maildir(tmp_path, intake.take)
    assert fetched.error == "has no head"
    assert [one.name for one in (tmp_path / "cur").iterdir()] == ["1:2,F"]
    with pytest.raises(InvalidInput, match="maildir"):
        list(take_maildir(tmp_path / "nowhere", intake.take))


def test_an_error_of_the_store_leaves_the_mail_where_it_is(tmp_path):
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(plain("One"))

    def down(_):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        list(take_maildir(tmp_path, down))
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["1"]


@pytest.mark.parametrize("field", ["channel", "identify", "sink"])
@pytest.mark.parametrize("wrong", ["two\0lines", "x" * 3_000, "\ud800" * 300], ids=["NUL", "long", "half"])
def test_what_the_host_gave_wrong_puts_no_mail_aside(tmp_path, field, wrong):
    """It would be the same for every mail: a whole mailbox would be flagged, and never looked at again."""
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(plain("One"))
    _, intake, _ = set_up(**{field: wrong if field == "channel" else lambda _: wrong})
    with pytest.raises(InvalidInput) as caught:
        list(take_maildir(tmp_path, intake.take))
    assert caught.value.field == field
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["1"]
    assert list((tmp_path / "cur").iterdir()) == []


CRASHING = textwrap.dedent(
    """
    import os, signal, sys
    from supportflow import Desk, SqlStore
    from supportflow.channels.email import MailIntake, ReplyToken, SqliteThreads, take_maildir

    folder, when = sys.argv[1:]
    desk = Desk(store=SqlStore(f"sqlite:///{folder}/desk.db"))
    threads = SqliteThreads(f"{folder}/threads.db")
    intake = MailIntake(desk, threads, ReplyToken(b"a secret of the test", "desk.example"))
    if when == "between":
        threads.record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)

    def take(raw):
        taken = intake.take(raw)
        if when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return taken

    list(take_maildir(f"{folder}/box", take))
    """
)


@pytest.mark.parametrize("when", ["between", "after"])
def test_killed_before_a_mail_is_marked_it_is_neither_lost_nor_there_twice(tmp_path, when):
    """Between the desk's commit and the note of the thread, and between the note and the move in the maildir."""
    for name in ("new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    migrate(f"sqlite:///{tmp_path}/desk.db")
    (tmp_path / "box" / "new" / "1").write_bytes(plain("One"))
    (tmp_path / "box" / "new" / "2").write_bytes(
        plain("Two", Message_ID="<2@mail.example>", References="<1@mail.example>")
    )
    script = tmp_path / "take.py"
    script.write_text(CRASHING)
    command = [sys.executable, str(script), str(tmp_path)]
    codes = [subprocess.run([*command, when], check=False, timeout=300).returncode for _ in range(2)]
    assert codes[0] == -signal.SIGKILL
    assert len(list((tmp_path / "box" / "new").iterdir())) == 2
    assert subprocess.run([*command, "never"], check=False, timeout=300).returncode == 0
    desk = Desk(store=SqlStore(f"sqlite:///{tmp_path}/desk.db"))
    [ticket] = desk.find().tickets
    assert [one.body for one in desk.messages(ticket.id)] == ["One", "Two"]
    assert list((tmp_path / "box" / "new").iterdir()) == []
