"""What a reader sees of HTML, what is hidden from them, and what is made to take for ever."""

import pytest

from channels.mails import html, part, parts, plain
from supportflow.channels.email import Limits, read_mail
from supportflow.channels.email.automatic import automatic_kind
from supportflow.channels.email.html import html_text
from supportflow.channels.email.quotes import parts_of


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        # An element of another language that ends itself hides nothing that follows.
        ("<svg/>seen", "seen"),
        ('<svg width="1" />seen', "seen"),
        ("a<math/>b", "ab"),
        ("<svg><svg/><path/></svg>seen", "seen"),
        ("<script/>hidden", ""),
        ("<div hidden/>hidden</div>seen", "seen"),
        # Comments that end at once, or with a cry.
        ("<!-->seen", "seen"),
        ("<!--->seen", "seen"),
        ("<!---->seen", "seen"),
        ("<!--x--!>seen", "seen"),
        ("<!--!>hidden-->seen", "seen"),
        ("<!--[if mso]>hidden<![endif]-->seen", "seen"),
        # What hides stands in a style or is an attribute's name, and nowhere else.
        ('<a title="display:none">seen</a>', "seen"),
        ('<p alt="is hidden ">seen</p>', "seen"),
        ('<p class="hidden">seen</p>', "seen"),
        ('<p data-style="display:none">seen</p>', "seen"),
        ("<p id=hidden>seen</p>", "seen"),
        ("<p hidden=''>hidden</p>seen", "seen"),
        ("<p HIDDEN>hidden</p>seen", "seen"),
        ("<p STYLE='Display : None'>hidden</p>seen", "seen"),
        ("<p style=display:none>hidden</p>seen", "seen"),
        ('<p style="display&#58;none">hidden</p>seen', "seen"),
        ('<p style="color:red" style="display:none">seen</p>', "seen"),
        ('<p style="font-size:0.9em">seen</p>', "seen"),
        # Where a link leads is in its own attribute, however its scheme is written.
        ('<a data-href="https://evil.example">ours</a>', "ours"),
        ('<a title="href=https://evil.example">ours</a>', "ours"),
        ('<a href="HTTPS://evil.example">ours</a>', "ours <HTTPS://evil.example>"),
        ('<a href="//evil.example">ours</a>', "ours <//evil.example>"),
        ('<a href="\\\\evil.example">ours</a>', "ours <\\\\evil.example>"),
        ('<a href=" ht\ntps://evil.example">ours</a>', "ours <https://evil.example>"),
        ('<a href="https:evil.example">ours</a>', "ours <https:evil.example>"),
        ("<a HREF = 'https://evil.example/?a=1&amp;lt;b'>ours</a>", "ours <https://evil.example/?a=1&lt;b>"),
        ('<a href="/path">ours</a>', "ours"),
        ('<a href="https://ours.example/">https://ours.example</a>', "https://ours.example"),
        # A tag begins with its name.
        ("1 < 2 and 3 > 2, <3", "1 < 2 and 3 > 2, <3"),
        ("a < b <b>c</b>", "a < b c"),
        ("< b>seen", "< b>seen"),
    ],
)
def test_html_is_what_a_browser_shows(source, seen):
    assert html_text(source) == seen


def test_markup_has_a_limit_and_says_so():
    content = html("<p>One</p>" + "<b></b>" * 100 + "<p>Two</p>")
    read = read_mail(content, Limits(markup=100))
    assert (read.text, read.left_out) == ("One", ("HTML beyond 100 characters",))
    assert read_mail(content).text == "One\n\nTwo"
    both = parts("multipart/mixed", *[part("text/html", f"<p>{n}{'<b></b>' * 10}</p>") for n in range(3)])
    assert read_mail(both, Limits(markup=100)).text.split() == ["0", "1"]


@pytest.mark.parametrize(
    ("inner", "text", "files"),
    [
        (["text/html <b>one</b>", "text/calendar BEGIN:VCALENDAR"], "one", 1),
        (["text/calendar BEGIN:VCALENDAR", "text/html one"], "one", 1),
        (["text/html old", "text/x-amp-html amp", "text/html one"], "one", 1),
        (["text/x-amp-html amp", "text/html one", "text/watch-html x"], "one", 2),
        (["text/plain  ", "text/html one", "application/json {}"], "one", 1),
        (["text/plain one", "text/html two", "text/calendar BEGIN:VCALENDAR"], "one", 1),
        (["text/calendar BEGIN:VCALENDAR"], "", 1),
        (["image/png x"], "", 1),
    ],
)
def test_of_several_forms_the_last_that_shows_text_is_read(inner, text, files):
    content = parts("multipart/alternative", *[part(*one.split(" ", 1)) for one in inner])
    read = read_mail(content)
    assert (read.text, len(read.files)) == (text, files)


def test_of_several_forms_a_page_with_its_pictures_is_read():
    page = (
        b'Content-Type: multipart/related; boundary="yyy"\r\n\r\n--yyy\r\nContent-Type: text/html\r\n\r\n<p>one</p>\r\n'
        b"--yyy\r\nContent-Type: image/png\r\n\r\nx\r\n--yyy--\r\n"
    )  # fmt: skip
    read = read_mail(
        parts(
            "multipart/alternative", part("text/plain", " "), page, part("text/calendar", "BEGIN:VCALENDAR")
        )
    )
    assert (read.text, [one.media_type for one in read.files]) == ("one", ["image/png", "text/calendar"])


@pytest.mark.parametrize(
    ("source", "size"),
    [
        ("<" + " " * 19_000 + ">", 100),
        ("</" + " " * 19_000 + ">", 100),
        ("<td>" * 50_000 + "<b>x</b>" * 50_000, 1),
    ],
)
def test_html_that_took_minutes_is_read(source, size):
    assert len(html_text(source * size)) <= len(source) * size


@pytest.mark.parametrize("line", ["", "Sent from my iPhone"])
def test_lines_that_took_minutes_are_cut(line):
    found = parts_of("It did not arrive.\n" + f"{line}\n" * 250_000)
    assert found.own == "It did not arrive."


def test_a_long_line_above_many_quoted_ones_is_looked_at_once():
    long = "x" * 1_000_000
    assert parts_of(f"{long}\n" + ">\n\n" * 200_000).own == long


@pytest.mark.parametrize("blank", ["\n", " \n", "\t\n", "\x0b"])
def test_a_report_of_blank_lines_is_no_bounce(blank):
    content = plain(blank * 190_000 + "x", Content_Type="multipart/report; report-type=delivery-status")
    assert automatic_kind(read_mail(content)) == "auto_reply"


def test_letters_and_their_marks_are_one_wherever_they_stand():
    said = "\u306f\u304b\u3099\u304d\u3066" * 300  # a long line in kana, as a Mac writes it
    flood = "a" + "\u05b0\u0300\u0323\u0345\u0f73\uff9e" * 5_000
    read = read_mail(plain(f"{said}\n{flood}", Subject="ca\u0301"))
    assert (read.subject, read.text) == ("c\u00e1", "\u306f\u304c\u304d\u3066" * 300 + f"\n{flood}")
