"""Mails that are made to stop a mailbox, to pretend, or to take for ever."""

import asyncio
import imaplib
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.mails import labelled, part, parts, plain
from supportflow import AsyncDesk, Desk
from supportflow.channels.email import (
    MailIntake,
    MemoryThreads,
    ReplyToken,
    read_mail,
    take_imap,
    take_maildir,
    take_maildir_async,
    verdict,
)
from supportflow.channels.email.charsets import decoded
from supportflow.exceptions import InvalidInput
from supportflow.model.content import Attachment
from supportflow.testing import CountingIds, ManualClock

TOKEN = ReplyToken(b"a secret of the test", "desk.example")
SERVER = "mx.desk.example"
PASSED = f"{SERVER}; dmarc=pass header.from=mail.example"
FAILED = f"{SERVER}; dmarc=fail header.from=mail.example"


def set_up(**taking):
    desk = Desk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
    return desk, MailIntake(desk, MemoryThreads(), TOKEN, addresses=("help@desk.example",), **taking)


def maildir(tmp_path, *mails):
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    for number, content in enumerate(mails):
        (tmp_path / "new" / f"{number:03}").write_bytes(content)
    return tmp_path


def or_left_alone(act):
    """What comes of a mail; None if it is left to a person."""
    try:
        return act()
    except InvalidInput as error:
        if (error.field, error.reason) == ("mail", "cannot be taken apart"):
            return None
        raise


def attached(*heads, kind="image/png"):
    return parts("multipart/mixed", part("text/plain", "see"), part(kind, "x", *heads))


def nested(depth, kind="message/rfc822"):
    return b"From: ana@mail.example\r\n" + f"Content-Type: {kind}\r\n\r\n".encode() * depth + b"x"


STOPPING = {
    "from_of_brackets": plain("x", From="(" * 15_000),
    "to_of_brackets": plain("x", To="(" * 15_000),
    "cc_of_brackets": plain("x", Cc="<(" * 8_000),
    "nest_of_mails": nested(250),
    "deeper_nest_of_mails": nested(2_000),
    "name_with_and_without_star": attached("Content-Disposition: attachment; filename*=a; filename*0=b; filename*1=c"),
    "name_of_a_type": attached(kind="image/png; name*=a; name*0=b; name*1=c"),
    "number_of_5000_digits": attached(f"Content-Disposition: attachment; filename*{'9' * 5_000}=a"),
    "charset_in_parts": plain("x", Content_Type="text/plain; charset*=a; charset*0=b; charset*1=c"),
    "charset_with_a_zero": plain("x", Content_Type="text/plain; charset*=a'b'%00%ff"),
    "boundary_in_parts": plain("x", Content_Type="multipart/mixed; boundary*=a; boundary*0=b; boundary*1=c"),
    "report_in_no_charset": parts(
        "multipart/report; report-type=delivery-status",
        part("text/plain", "failed"),
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n"
        b"Content-Type: text/plain; charset=no-such\r\n\r\nAction: failed\r\nX: \xff\r\n",
    ),
    "escapes": labelled(rb"half \ud83d of a pair", "unicode_escape"),
    "utf_7": labelled(b"half +2D0- of a pair", "utf-7"),
    "utf_16": labelled(b"\x00\xd8x\x00", "utf-16-le"),
    "half_a_pair_in_a_subject": plain("x", Subject="=?utf-7?q?+2D0-?="),
    "half_a_pair_in_a_name": attached("Content-Disposition: attachment; filename*=utf-7''%2B2D0-"),
    "kind_of_120_letters": attached(kind="a" * 60 + "/" + "b" * 60),
    "kind_of_101_letters": attached(kind="a" * 50 + "/" + "b" * 50),
    "punycode": labelled(b"a" * 3_000 + b"-" + b"9" * 3_000, "punycode"),
    "codec_that_is_none": labelled(b"x", "base64"),
    "codec_that_compresses": labelled(b"x\xff", "zlib_codec"),
}  # fmt: skip


@pytest.mark.parametrize("name", STOPPING)
def test_one_mail_never_stops_a_mailbox(tmp_path, name):
    desk, intake = set_up()
    good = plain("Where is it?", Message_ID="<good@mail.example>")
    fetched = list(take_maildir(maildir(tmp_path, STOPPING[name], good), intake.take))
    assert len(fetched) == 2
    assert fetched[1].taken.result == "opened"
    assert (fetched[0].taken is None) == (fetched[0].error is not None)
    assert list((tmp_path / "new").iterdir()) == []
    assert "Where is it?" in [one.body for ticket in desk.find() for one in desk.messages(ticket.id)]


@pytest.mark.parametrize("error", [InvalidInput("attachments.0.name", "is x"), InvalidInput("mail", "is y")])
def test_whatever_the_desk_cannot_use_is_left_to_a_person(tmp_path, error):
    def take(_):
        raise error

    [fetched] = take_maildir(maildir(tmp_path, plain("x")), take)
    assert fetched.taken is None
    assert fetched.error in {"attachments.0.name: is x", "is y"}
    assert [one.name for one in (tmp_path / "cur").iterdir()] == ["000:2,F"]


@pytest.mark.parametrize(
    ("label", "content"),
    [
        ("unicode_escape", rb"\u0041"),
        ("raw_unicode_escape", rb"\u0041"),
        ("punycode", b"a-b"),
        ("idna", b"xn--a"),
        ("rot13", b"abc"),
        ("hex", b"61"),
        ("../utf-8", b"abc"),
        ("undefined", b"abc"),
    ],
)
def test_a_label_that_is_no_charset_of_texts_is_not_believed(label, content):
    assert decoded(content, label) == content.decode()


@pytest.mark.parametrize(
    "label", ["utf-7", "utf-8", "utf-16", "utf-32", "unicode_escape", "gb18030", "hz", None]
)
@given(content=st.binary(max_size=60))
def test_no_text_holds_half_of_a_surrogate_pair(label, content):
    decoded(content, label).encode()


PARAMETER = st.builds(
    "{}{}{}={}".format,
    st.sampled_from(["name", "filename", "charset", "boundary"]),
    st.sampled_from(["", "*", "*0", "*0*", "*1", "*1*", "*01", "*x", "*" + "7" * 4_400]),
    st.sampled_from(["", " "]),
    st.one_of(
        st.sampled_from(
            ['"z"', "z", "utf-8''%ff%00", "utf-7''%2B2D0-", "no-such'x'%80", "''", "'", "unicode_escape''%5Cud800"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=0x300), max_size=12),
    ),
)  # fmt: skip
VALUE = st.builds(
    lambda kind, given: "; ".join([kind, *given]),
    st.one_of(
        st.sampled_from(
            ["text/plain", "text/html", "image/png", "message/rfc822", "message/delivery-status", "attachment", "inline",
             "multipart/mixed", "multipart/alternative", "multipart/report; boundary=z", "text/rfc822-headers"]
        ),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=140),
    ),
    st.lists(PARAMETER, max_size=4),
)  # fmt: skip
HEAD = st.builds(
    "{}: {}\r\n".format,
    st.sampled_from(
        ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Subject", "To", "Message-ID", "Date"]
    ),
    st.one_of(VALUE, st.sampled_from(["base64", "quoted-printable", "x-uuencode", "=?utf-7?q?+2D0-?=", "=?x?b?=?="])),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(HEAD, max_size=4),
    st.lists(st.tuples(st.lists(HEAD, max_size=3), st.binary(max_size=60)), max_size=3),
)
def test_whatever_comes_is_taken_refused_or_left_to_a_person(heads, inner):
    top = "From: Ana <ana@mail.example>\r\n" + "".join(heads)
    if not any(one.startswith("Content-Type") for one in heads):
        top += "Content-Type: multipart/mixed; boundary=z\r\n"
    content = top.encode() + b"\r\n" + b"".join(
        b"--z\r\n" + "".join(of).encode() + b"\r\n" + body + b"\r\n" for of, body in inner
    )  # fmt: skip
    desk, intake = set_up(sink=lambda _: "kept:x")
    taken = or_left_alone(lambda: intake.take(content + b"--z--\r\n"))
    if taken is None:
        return
    assert taken.ticket_id is None or desk.get(taken.ticket_id).id == taken.ticket_id
    for one in taken.mail.files:
        Attachment(name=one.name, media_type=one.media_type)


# --- who wrote it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("inner", ["a b@x", "a\tb@x", "ü@x", "a\x01b@x", "a<b@x", "a\x7fb@x", "\u2028@x"])
def test_an_id_that_no_head_can_hold_is_none(inner):
    read = read_mail(
        plain("x", Message_ID=f"<{inner}>", References=f"<{inner}> <ok!#$%&'*+/=?^_`{{|}}~-.@x>")
    )
    assert read.message_id in {None, "b@x"}
    assert [one for one in read.references if one != "b@x"] == ["ok!#$%&'*+/=?^_`{|}~-.@x"]


@pytest.mark.parametrize(
    ("results", "said"),
    [
        # A quoted local part is whatever its writer likes.
        (f'{SERVER}; spf=pass smtp.mailfrom="; dmarc=pass header.from=mail.example"@evil.example', "none"),
        (f'{SERVER}; spf=pass smtp.mailfrom="x; spf=pass smtp.mailfrom=mail.example; "@evil.example', "none"),
        (rf'{SERVER}; spf=pass smtp.mailfrom="\"; dkim=pass header.d=mail.example"@evil.example', "none"),
        (f'{SERVER}; spf=pass smtp.mailfrom="ana@mail.example"@evil.example', "none"),
        (f'{SERVER}; spf=pass smtp.mailfrom="ana@mail.example x"@evil.example', "none"),
        (rf"{SERVER}; x=y (\); dmarc=pass header.from=mail.example)", "none"),
        (f"{SERVER}; x=y (a (b) dmarc=pass; dmarc=pass header.from=mail.example)", "none"),
        # What does not come to its end.
        (f"{SERVER}; dkim=pass header.d=mail.example(.evil.example", "none"),
        (f"{SERVER}; dkim=pass header.d=mail.example).evil.example", "none"),
        (f'{SERVER}; dkim=pass header.d=mail.example".evil.example', "none"),
        (f"{SERVER}; dkim=pass header.d=mail.example ()).evil.example", "none"),
        (f"{SERVER}; dkim=pass header.d=mail.example(x).evil.example", "none"),
        (f"{SERVER}; dkim=pass header.d=mail.example/evil.example", "none"),
        (f"{SERVER}; dkim=pass header.d=mail.example\0.evil.example", "none"),
        # A reason says nothing of a method.
        (f'{SERVER}; dkim=fail reason="dmarc=pass header.from=mail.example"', "fail"),
        (f'{SERVER}; dkim=fail reason="x; dmarc=pass header.from=mail.example"', "fail"),
        (f"{SERVER}; x-y=z dmarc=pass header.from=mail.example", "none"),
        (f"{SERVER}; dkim=none dmarc=pass header.from=mail.example", "none"),
        (f"{SERVER}; x-dmarc=pass header.from=mail.example", "none"),
        (f"{SERVER}; dkim=pass header.d=evil.example header.d=mail.example", "none"),
        # A failure of DMARC anywhere.
        (f"{SERVER}; dmarc=pass header.from=mail.example; dmarc=fail header.from=evil.example", "fail"),
        (f"{SERVER}; dmarc=fail header.from=mail.example; dmarc=pass header.from=mail.example", "fail"),
        # Whoever has a name below has not the one above.
        (f"{SERVER}; dkim=pass header.d=evil.mail.example", "none"),
        (f"{SERVER}; spf=pass smtp.mailfrom=ana@evil.mail.example", "none"),
        (f"{SERVER}; dkim=pass header.i=@evil.mail.example", "none"),
        (f"{SERVER}; dkim=pass header.d=evilmail.example", "none"),
        # As servers write.
        (f'{SERVER}; dkim=pass header.d="mail.example" header.b="ab/c="', "pass"),
        (f"{SERVER} 1; dkim/1 = pass (good (very)) header.d=MAIL.example. header.i=@mail.example", "pass"),
        (f"{SERVER}; spf=pass (domain of ana@mail.example; ok) smtp.mailfrom=ana@mail.example", "pass"),
        (f'{SERVER}; dmarc=pass reason="so; what" (p=NONE) header.from=mail.example', "pass"),
    ],
)  # fmt: skip
def test_what_a_sender_writes_is_never_the_servers_word(results, said):
    assert verdict(read_mail(plain("x", Authentication_Results=results)), SERVER) == said


def test_a_sender_below_the_domain_that_was_proved_is_proved():
    content = plain(
        "x", From="ana@news.mail.example", Authentication_Results=f"{SERVER}; dkim=pass header.d=mail.example"
    )
    assert verdict(read_mail(content), SERVER) == "pass"


# --- once ---------------------------------------------------------------------------------------------


def test_a_second_copy_whose_sender_fails_is_a_duplicate():
    desk, intake = set_up(server=SERVER)
    first = intake.take(plain("One", Authentication_Results=PASSED))
    second = intake.take(plain("One", Authentication_Results=FAILED))
    assert (first.result, second.result, second.ticket_id) == ("opened", "duplicate", first.ticket_id)
    assert len(desk.messages(first.ticket_id)) == 1


def test_a_forged_copy_that_comes_first_keeps_the_true_one_out_of_nothing():
    desk, intake = set_up(server=SERVER)
    forged = intake.take(plain("Pay Eve", Authentication_Results=FAILED))
    true = intake.take(plain("One", Authentication_Results=PASSED))
    assert (true.result, true.verdict) == ("opened", "pass")
    assert true.ticket_id != forged.ticket_id
    assert [one.body for one in desk.messages(true.ticket_id)] == ["One"]
    assert intake.take(plain("One", Authentication_Results=PASSED)).result == "duplicate"


@pytest.mark.parametrize("taking", [{}, {"server": SERVER}])
def test_a_mail_that_refers_to_a_later_one_is_a_duplicate_of_itself(taking):
    desk, intake = set_up(**taking)
    one = plain(
        "A", Message_ID="<a@mail.example>", References="<b@mail.example>", Authentication_Results=PASSED
    )
    two = plain("B", Message_ID="<b@mail.example>", Authentication_Results=PASSED)
    assert [intake.take(each).result for each in (one, two, one, two)] == [
        "opened",
        "opened",
        "duplicate",
        "duplicate",
    ]
    assert sum(len(desk.messages(ticket.id)) for ticket in desk.find()) == 2


def test_a_strangers_mail_on_a_thread_comes_twice_and_is_there_once():
    desk, intake = set_up()
    first = intake.take(plain("One"))
    eve = plain("Hi", From="eve@x.example", Message_ID="<e@x.example>", References="<1@mail.example>")
    assert [intake.take(eve).result for _ in range(2)] == ["received", "duplicate"]
    assert len(desk.messages(first.ticket_id)) == 2


def test_a_mail_that_refers_to_itself_is_there_once():
    desk, intake = set_up()
    content = plain("One", References="<1@mail.example> <1@mail.example>", In_Reply_To="<1@mail.example>")
    assert [intake.take(content).result for _ in range(3)] == ["opened", "duplicate", "duplicate"]
    assert len(desk.find().tickets) == 1


def test_a_mail_that_refers_to_itself_is_not_on_the_ticket_of_its_forged_copy():
    desk, intake = set_up(server=SERVER)
    forged = intake.take(plain("Pay Eve", Authentication_Results=FAILED))
    true = intake.take(plain("One", References="<1@mail.example>", Authentication_Results=PASSED))
    assert (true.result, len(desk.messages(forged.ticket_id))) == ("opened", 1)


def test_a_file_kept_elsewhere_the_second_time_makes_no_other_mail(tmp_path):
    """Killed before the thread was noted: the desk alone knows the mail, and the sink keeps its files anew."""
    numbers = iter(range(9))
    desk, intake = set_up(sink=lambda _: f"kept:{next(numbers)}")
    first = intake.take(plain("One"))
    intake._threads.forget("default", first.ticket_id)
    assert [one.taken.result for one in take_maildir(maildir(tmp_path, plain("One")), intake.take)] == [
        "duplicate"
    ]
    assert len(desk.find().tickets) == 1


# --- what is async ------------------------------------------------------------------------------------


class Mailbox:
    """An IMAP server's side of one unseen mail."""

    is_readonly = False

    def __init__(self, stored="OK"):
        self.asked = []
        self.stored = stored

    def uid(self, command, *given):
        self.asked.append((command, *given))
        if command == "STORE":
            return self.stored, [b"a word of the server"]
        return "OK", {"SEARCH": [b"7"], "FETCH": [(b"7", plain("One"))]}[command]


def test_a_mail_that_the_server_does_not_mark_is_no_end_of_it():
    """It would come again with every call, and nobody would know why."""
    desk, intake, *_ = set_up()
    with pytest.raises(imaplib.IMAP4.error, match="NO to STORE"):
        list(take_imap(Mailbox("NO"), intake.take))
    [fetched] = take_imap(Mailbox(), intake.take)
    assert fetched.taken.result == "duplicate"
    assert len(desk.find().tickets) == 1


def async_set_up():
    desk = AsyncDesk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
    return desk, MailIntake(desk, MemoryThreads(), TOKEN)


def test_an_async_take_moves_and_marks_nothing(tmp_path):
    _, intake = async_set_up()
    mailbox = Mailbox()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a coroutine that nobody awaited
        with pytest.raises(InvalidInput, match=r"take: is async"):
            list(take_maildir(maildir(tmp_path, plain("One")), intake.take_async))
        with pytest.raises(InvalidInput, match=r"take: is async"):
            list(take_imap(mailbox, intake.take_async))
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["000"]
    assert [command for command, *_ in mailbox.asked] == ["SEARCH", "FETCH"]


def test_an_async_desk_takes_a_maildir(tmp_path):
    async def run():
        desk, intake = async_set_up()
        mails = maildir(tmp_path, plain("One"), STOPPING["from_of_brackets"], plain("One"))
        fetched = [one async for one in take_maildir_async(mails, intake.take_async)]
        return fetched, await desk.find()

    fetched, found = asyncio.run(run())
    assert [one.taken and one.taken.result for one in fetched] == ["opened", None, "duplicate"]
    assert [one.name for one in sorted((tmp_path / "cur").iterdir())] == ["000:2,S", "001:2,F", "002:2,S"]
    assert len(found.tickets) == 1


def test_a_plain_take_is_not_awaited(tmp_path):
    async def run():
        _, intake = set_up()
        return [one async for one in take_maildir_async(maildir(tmp_path, plain("One")), intake.take)]

    with pytest.raises(InvalidInput, match=r"take: is not async"):
        asyncio.run(run())
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["000"]


# --- what would take for ever -------------------------------------------------------------------------


def nest_of_parts(depth, lines):
    inner = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth))
    return b"From: ana@mail.example\r\n" + inner.encode() + b"\r\n" + b"a\n" * lines


@pytest.mark.parametrize(
    "content",
    [
        plain("x", Subject="=?a?q?" * 600_000),
        plain("x", Content_Type='text/plain; a="' + '\\";' * 100_000),
        plain("x", Content_Type="text/plain; " + "; ".join(f"name*{n}=b" for n in range(200_000))),
        (b"To: " + b"a@b.c," * 3_000 + b"\r\n") * 1_500 + plain("x"),
        b"X: \xe9\xff\r\n" * 100_000 + plain("x"),
        b"X: \xc3\xa9\r\n" * 100_000 + plain("x"),
        nest_of_parts(1, 0) + b"--b0\n\n" * 150_000,
        nest_of_parts(100, 2_000_000),
    ],
    ids=["words", "quotes", "parameters", "people", "guesses", "heads", "parts", "nest"],
)  # fmt: skip
def test_a_mail_in_too_many_pieces_is_read_or_left_alone(content):
    """As it was, each of them took more than a minute, or gigabytes."""
    read = or_left_alone(lambda: read_mail(content))
    assert read is None or read.sender.address == "ana@mail.example"


@pytest.mark.parametrize(
    "content",
    [
        b"X: \xe9\xff\r\n" * 2_100 + plain("x"),
        b"X: y\r\n" * 100_100 + plain("x"),
        nest_of_parts(1, 0) + b"--b0\n\n" * 100_100,
        nest_of_parts(101, 0),
        nest_of_parts(60, 600_000),
    ],
    ids=["guesses", "heads", "parts", "nest", "lines"],
)
def test_pieces_beyond_the_bounds_are_never_made(content):
    assert or_left_alone(lambda: read_mail(content)) is None
