"""Mails are read as they really come: charsets, heads, HTML, files; and whatever comes, there is one answer."""

import email
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.mails import BOUNCE, html, labelled, part, parts, plain, raw
from supportflow.channels.email import Limits, automatic_kind, read_mail, verdict
from supportflow.channels.email.charsets import decoded, header_text
from supportflow.channels.email.html import html_text
from supportflow.exceptions import InvalidInput

CHINESE = "我的提现没有到账，镕基先生㐀"
KANJI = "出金が届きません。①②㈱髙﨑"
KOREAN = "출금이 안 됩니다. 똠방각하 펲시"
RUSSIAN = "Деньги не пришли"
TRADITIONAL = "帳號好像被駭了，裡面的錢不見"


@pytest.mark.parametrize("how", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "gb18030", "GBK"),
        (CHINESE, "gb18030", "GB18030"),
        (CHINESE, "utf-8", "gb2312"),
        (CHINESE, "utf-8", "iso-8859-1"),
        (CHINESE, "utf-8", "us-ascii"),
        (CHINESE, "utf-8", None),
        (CHINESE, "utf-8", "no-such-charset"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (TRADITIONAL, "big5hkscs", "big5"),
        (TRADITIONAL, "big5hkscs", "Big5-HKSCS"),
        (KANJI, "cp932", "Shift_JIS"),
        ("出金が届きません", "iso-2022-jp", "ISO-2022-JP"),
        ("出金が届きません", "euc-jp", "EUC-JP"),
        (KOREAN, "cp949", "ks_c_5601-1987"),
        (KOREAN, "cp949", "euc-kr"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (RUSSIAN, "cp1251", "windows-1251"),
        ("Grüße – 5 €", "cp1252", "iso-8859-1"),
        ("ถอนเงินไม่ได้", "cp874", "tis-620"),
        ("Şifremi unuttum", "cp1254", "iso-8859-9"),
    ],
)
def test_texts_are_what_was_meant_whatever_the_label(text, codec, label, how):
    assert read_mail(labelled(text.encode(codec), label, how=how)).text == text


def test_bytes_that_fit_nothing_are_guessed_and_no_text_is_lost():
    sentence = "Деньги так и не пришли на мой счёт, хотя банк говорит, что перевод давно выполнен. " * 3
    assert "Деньги" in decoded(sentence.encode("cp1251"), "utf-8")
    assert decoded(b"\xff\xfe\xfa hello", "utf-8")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("=?utf-8?B?5o+Q546w5rKh5Yiw6LSm?=", "提现没到账"),
        ("=?gb2312?B?zOHP1sO7tb3Vyw==?=", "提现没到账"),
        ("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?= =?UTF-8?Q?_aus_Wien?=", "Grüße aus Wien"),
        ("=?utf-8?B?5o+Q?=\r\n =?utf-8?B?546w?=", "提现"),
        ("Re: =?koi8-r?B?5MXO2MfJ?=", "Re: Деньги"),
        ("plain words", "plain words"),
        ("=?no-such?Q?abc?=", "abc"),
        ("=?utf-8?Q?hi=0D=0ABcc=3A_eve=40x.example?=", "hi Bcc: eve@x.example"),
        ("tab\tand\x07bell", "tab and bell"),
    ],
)
def test_heads_are_one_line_as_people_read_them(written, meant):
    assert header_text(written) == meant


def test_a_head_in_raw_bytes_is_read():
    mail = read_mail("From: ana@mail.example\r\nSubject: 提现没到账\r\n\r\nx".encode())
    assert mail.subject == "提现没到账"
    assert read_mail("From: ana@mail.example\r\nSubject: Grüße\r\n\r\nx".encode("cp1252")).subject.startswith(
        "Gr"
    )


def test_what_a_mail_has():
    mail = read_mail(
        plain(
            "Where is it?",
            In_Reply_To="<b@x.example>",
            References="<a@x.example> <b@x.example>\r\n <c@x.example>",
            Cc='Bo <BO@Mail.example>, broken@, "x, y" <z@mail.example>',
        )
    )
    assert mail.message_id == "1@mail.example"
    assert mail.references == ("b@x.example", "c@x.example", "a@x.example")
    assert mail.sender is not None
    assert (mail.sender.address, mail.sender.name) == ("ana@mail.example", "Ana Ruiz")
    assert [one.address for one in mail.recipients] == [
        "help@desk.example",
        "bo@mail.example",
        "z@mail.example",
    ]
    assert mail.sent_at == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert (mail.text, mail.files, mail.left_out) == ("Where is it?", (), ())


@pytest.mark.parametrize(
    "heads",
    [
        {"From": ""},
        {"From": "Ana"},
        {"From": "ana@mail.example, eve@evil.example"},
        {"From": "undisclosed-recipients:;"},
    ],
)
def test_no_sender_or_two_are_none(heads):
    assert read_mail(plain("x", **heads)).sender is None


def test_two_from_heads_are_no_sender():
    content = b"From: ana@mail.example\r\nFrom: eve@evil.example\r\nSubject: x\r\n\r\nx"
    assert read_mail(content).sender is None


def test_a_name_that_pretends_to_be_an_address_is_a_name():
    mail = read_mail(plain("x", From='"boss@desk.example" <eve@evil.example>'))
    assert mail.sender is not None
    assert mail.sender.address == "eve@evil.example"


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026", "Mon, 02 Mar 2026 10:00:00"])
def test_a_date_that_is_wrong_is_none(date):
    assert read_mail(plain("x", Date=date)).sent_at is None


# --- HTML -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("<p>Hello</p><p>World</p>", "Hello\n\nWorld"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("a<b>ban</b>don ab<i>il</i>ity", "abandon ability"),
        ("<style>p {color: red}</style><script>alert(1)</script>seen", "seen"),
        ("<head><title>t</title><style>x</style><body>seen", "seen"),
        ("<html><head><meta charset=utf-8></head><body>seen</body></html>", "seen"),
        ('<div style="display:none">hidden</div>seen', "seen"),
        ('<span style="font-size:0px">hidden</span>seen', "seen"),
        ('<span style="font-size:0.9em">seen</span>', "seen"),
        ("<div hidden>hidden</div>seen", "seen"),
        ('<p style="display:none">hidden<p>seen', "seen"),
        ("1 &lt; 2 &amp; 3 &#x4e2d;", "1 < 2 & 3 中"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("<!-- gone -->seen<!-- never ends", "seen"),
        (
            '<a href="https://evil.example/x">https://bank.example</a>',
            "https://bank.example <https://evil.example/x>",
        ),
        ('<a href="https://a.example/">https://a.example</a>', "https://a.example"),
        ('<a href="mailto:x@a.example">write</a>', "write"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<blockquote>theirs</blockquote>mine", "> theirs\n\nmine"),
        (
            'mine<div class="gmail_quote"><div>On Monday Sam wrote:<br>theirs</div></div>',
            "mine\n> On Monday Sam wrote:\n> theirs",
        ),
        ("", ""),
        ("no tags", "no tags"),
    ],
)
def test_html_is_what_a_reader_sees(source, seen):
    assert html_text(source) == seen


def test_a_mail_of_html_is_cut_like_any_other():
    mail = read_mail(
        html(
            '<div>My words</div><div class="gmail_quote">On Mon, Sam wrote:<blockquote>theirs</blockquote></div>'
        )
    )
    assert mail.text == "My words"


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "</", "&", "<div>", "<p hidden>", "<a href=", ">", "<![CDATA["]
)
def test_a_million_characters_of_html_that_never_end_come_back(piece):
    assert len(html_text(piece * (1_000_000 // len(piece)))) <= 2_000_000


# --- parts and files ----------------------------------------------------------------------------------


def test_of_several_forms_the_plain_one_is_read_once():
    both = parts(
        "multipart/alternative",
        part("text/plain; charset=utf-8", "plain words"),
        part("text/html; charset=utf-8", "<b>html words</b>"),
    )
    assert read_mail(both).text == "plain words"
    empty = parts("multipart/alternative", part("text/plain", "  "), part("text/html", "<b>html words</b>"))
    assert read_mail(empty).text == "html words"


def test_files_have_safe_names_and_are_not_unpacked():
    mail = read_mail(
        parts(
            "multipart/mixed",
            part("text/plain", "see below"),
            part(
                "image/png", "aGVsbG8=", "Content-Transfer-Encoding: base64",
                'Content-Disposition: attachment; filename="a.png"',
            ),
            part(
                "application/pdf", "x",
                "Content-Disposition: attachment; filename*=utf-8''%E6%88%AA%E5%9B%BE.pdf",
            ),
            part("application/zip", "PK", 'Content-Disposition: attachment; filename="../../etc/passwd"'),
            part("application/x-msdownload", "MZ", 'Content-Disposition: attachment; filename="photo\u202egpj.exe"'),
            part("text/plain", "a log", 'Content-Disposition: attachment; filename="log.txt"'),
            part("application/octet-stream", "?"),
        )
    )  # fmt: skip
    assert mail.text == "see below"
    assert [one.name for one in mail.files] == [
        "a.png", "截图.pdf", "_.._etc_passwd", "photo_gpj.exe", "log.txt", "file-6",
    ]  # fmt: skip
    assert mail.files[0].content == b"hello"


def test_files_beyond_a_limit_are_left_out_and_named():
    files = [
        part("image/png", "x" * 50, f'Content-Disposition: attachment; filename="{n}.png"') for n in range(5)
    ]
    big = part("image/png", "x" * 500, 'Content-Disposition: attachment; filename="big.png"')
    mail = read_mail(
        parts("multipart/mixed", part("text/plain", "t"), *files, big), Limits(files=3, file_size=100)
    )
    assert [one.name for one in mail.files] == ["0.png", "1.png", "2.png"]
    assert mail.left_out == ("3.png", "4.png", "big.png")


def test_a_nest_of_parts_has_a_bottom():
    inner = part("text/plain", "deep")
    for n in range(60):
        name = f"z{n}z".encode()
        head = b'Content-Type: multipart/mixed; boundary="' + name + b'"\r\n\r\n'
        inner = head + b"--" + name + b"\r\n" + inner + b"\r\n--" + name + b"--\r\n"
    mail = read_mail(b"From: ana@mail.example\r\n" + inner)
    assert "parts beyond the limit" in mail.left_out


def test_too_many_parts_are_not_all_read():
    mail = read_mail(
        parts("multipart/mixed", *[part("text/plain", f"t{n}") for n in range(500)]), Limits(parts=10)
    )
    assert mail.text.count("t") == 9
    assert "parts beyond the limit" in mail.left_out


def test_a_mail_inside_a_mail_is_a_file():
    inner = part(
        "message/rfc822",
        "From: eve@evil.example\r\nSubject: Pay now\r\nMessage-ID: <e@evil.example>\r\n\r\nYour account is frozen",
    )
    mail = read_mail(parts("multipart/mixed", part("text/plain", "Is this from you?"), inner))
    assert mail.text == "Is this from you?"
    assert [(one.name, one.media_type) for one in mail.files] == [("Pay now.eml", "message/rfc822")]


@pytest.mark.parametrize("content", ["text", None, b"", b"no head at all", b"\r\n\r\nbody"])
def test_what_is_no_mail_is_refused(content):
    with pytest.raises(InvalidInput) as refused:
        read_mail(content)
    assert refused.value.field == "mail"


def test_a_mail_beyond_the_limit_is_refused():
    with pytest.raises(InvalidInput, match="more than 100 bytes"):
        read_mail(plain("x" * 200), Limits(size=100))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.booleans())
def test_no_bytes_break_it(content, headed):
    try:
        mail = read_mail(
            (
                b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n--z\r\n"
                if headed
                else b""
            )
            + content
        )
    except InvalidInput:
        return
    assert automatic_kind(mail) in {None, "auto_reply", "bounce"}
    assert verdict(mail, "mx.desk.example") in {"pass", "fail", "none"}
    assert "\x00" not in mail.text


HEADS = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Message-ID",
        "References",
        "Content-Type",
        "Date",
        "Authentication-Results",
        "Auto-Submitted",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(HEADS, st.text(st.characters(exclude_characters="\r\n"), max_size=80)), max_size=8),
    st.text(max_size=100),
)
def test_no_heads_break_it(heads, body):
    content = "".join(f"{name}: {value}\r\n" for name, value in heads) + "\r\n" + body
    try:
        mail = read_mail(content.encode("utf-8", "surrogatepass"))
    except InvalidInput:
        return
    assert len(mail.subject.splitlines()) <= 1
    automatic_kind(mail)
    verdict(mail, "mx.desk.example")


# --- who wrote it -------------------------------------------------------------------------------------

SERVER = "mx.desk.example"


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (f"{SERVER}; dmarc=pass header.from=mail.example", "pass"),
        (f"{SERVER} 1; spf=pass smtp.mailfrom=ana@mail.example; dkim=none", "pass"),
        (
            f"{SERVER};\r\n dkim=pass (a key) header.d=mail.example;\r\n dmarc=pass (p=NONE) header.from=mail.example",
            "pass",
        ),
        (f"{SERVER}; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", "none"),
        (f"{SERVER}; dkim=pass header.d=evil.example; dmarc=fail header.from=mail.example", "fail"),
        (f"{SERVER}; dkim=pass header.d=mail.example; dmarc=fail header.from=mail.example", "fail"),
        (f"{SERVER}; dmarc=pass header.from=evil.example", "fail"),
        (f"{SERVER}; spf=softfail smtp.mailfrom=mail.example", "none"),
        (f"{SERVER}; spf=pass smtp.mailfrom=bounce.mail.example", "none"),
        (f"{SERVER}; spf=pass smtp.mailfrom=example", "none"),
        (f"{SERVER}; none", "none"),
        ("other.example; dmarc=pass header.from=mail.example", "none"),
        (f"{SERVER}.evil.example; dmarc=pass header.from=mail.example", "none"),
        (f"other.example (x; {SERVER}); dmarc=pass header.from=mail.example", "none"),
        (f"{SERVER}; x=y (dmarc=pass header.from=mail.example)", "none"),
        ("", "none"),
    ],
)
def test_only_the_own_servers_word_counts(results, said):
    assert verdict(read_mail(plain("x", Authentication_Results=results)), SERVER) == said


def test_only_the_topmost_word_of_the_own_server_counts():
    content = (
        f"Authentication-Results: {SERVER}; dmarc=fail header.from=mail.example\r\n"
        f"Received: from evil.example\r\nAuthentication-Results: {SERVER}; dmarc=pass header.from=mail.example\r\n"
    ).encode() + plain("x")
    assert verdict(read_mail(content), SERVER) == "fail"


# --- machines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "kind"),
    [
        ({}, None),
        ({"Auto_Submitted": "no"}, None),
        ({"Auto_Submitted": "auto-replied"}, "auto_reply"),
        ({"Auto_Submitted": "auto-generated; x=y"}, "auto_reply"),
        ({"Auto_Submitted": "(vacation) auto-replied"}, "auto_reply"),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"X_Autorespond": "away"}, "auto_reply"),
        ({"Precedence": "bulk"}, "auto_reply"),
        ({"Precedence": "auto_reply"}, "auto_reply"),
        ({"Precedence": "first-class"}, None),
        ({"List_Id": "<news.mail.example>"}, "auto_reply"),
        ({"List_Unsubscribe": "<mailto:u@mail.example>"}, "auto_reply"),
        ({"Return_Path": "<>"}, "auto_reply"),
        ({"Return_Path": "<ana@mail.example>"}, None),
        ({"X_Auto_Response_Suppress": "All"}, None),  # it asks for silence; people's mails have it, too
    ],
)
def test_machines_are_told_by_what_they_say_of_themselves(heads, kind):
    assert automatic_kind(read_mail(plain("I am away", **heads))) == kind


def test_a_bounce_is_one_and_names_what_it_brings_back():
    mail = read_mail(BOUNCE)
    assert automatic_kind(mail) == "bounce"
    assert mail.returned == ("OURS",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Action: failed", "Action: delayed"),
        ("Action: failed", "Action: delivered"),
        ("Status: 5.1.1", "Status: 4.4.1"),
    ],
)
def test_what_is_still_tried_or_arrived_is_no_bounce(old, new):
    assert automatic_kind(read_mail(BOUNCE.replace(old.encode(), new.encode()))) == "auto_reply"


def test_a_report_in_a_form_of_its_own_is_known():
    pytest.importorskip("flufl.bounce", reason="needs the extra `email`")
    content = raw(
        """
From: MAILER-DAEMON@mail.example
To: help@desk.example
Subject: failure notice
Message-ID: <q@mail.example>
References: <OURS@desk.example>

Hi. This is the qmail-send program at mail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ana@mail.example>:
Sorry, no mailbox here by that name.

--- Below this line is a copy of the message.
"""
    )
    assert automatic_kind(read_mail(content)) == "bounce"
    assert automatic_kind(read_mail(content.replace(b"MAILER-DAEMON", b"ana"))) is None


@given(st.text(alphabet="QUJD=\n- \xff", max_size=20))
def test_base64_is_read_as_the_standard_library_reads_it(sent):
    content = (
        b"From: ana@mail.example\nContent-Transfer-Encoding: BASE64\nContent-Disposition: attachment\n\n"
        + sent.encode("latin-1")
    )
    [file] = read_mail(content).files
    assert file.content == email.message_from_bytes(content).get_payload(decode=True)
