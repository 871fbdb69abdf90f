"""Mails as programs write them, made afresh: nobody of these names exists."""

import base64
import quopri


def raw(text: str, charset: str = "utf-8") -> bytes:
    """A mail from its source, with the line ends of the wire."""
    return text.strip("\n").replace("\r\n", "\n").replace("\n", "\r\n").encode(charset)


def plain(body: str, **heads: str) -> bytes:
    """A mail of text in UTF-8."""
    given = {
        "From": "Ana Ruiz <ana@mail.example>",
        "To": "help@desk.example",
        "Subject": "Hello",
        "Message-ID": "<1@mail.example>",
        "Date": "Mon, 02 Mar 2026 10:00:00 +0800",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **{name.replace("_", "-"): value for name, value in heads.items()},
    }
    top = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return top.encode() + b"\r\n" + body.replace("\n", "\r\n").encode()


def labelled(body: bytes, label: str | None, *, how: str = "8bit") -> bytes:
    """A mail whose text is these bytes under this label."""
    sent = {
        "8bit": body,
        "base64": base64.encodebytes(body),
        "quoted-printable": quopri.encodestring(body),
    }[how]
    kind = "text/plain" if label is None else f'text/plain; charset="{label}"'
    return (
        b"From: ana@mail.example\r\nTo: help@desk.example\r\nSubject: x\r\nMessage-ID: <2@mail.example>\r\n"
        + f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {how}\r\n\r\n".encode()
        + sent
    )


def html(body: str) -> bytes:
    """A mail of HTML alone."""
    return plain(body, Content_Type="text/html; charset=utf-8")


def parts(kind: str, *inner: bytes, **heads: str) -> bytes:
    """A mail of several parts, each with its own head."""
    top = plain("", Content_Type=f'{kind}; boundary="zzz"', Content_Transfer_Encoding="", **heads)
    return top + b"".join(b"--zzz\r\n" + one + b"\r\n" for one in inner) + b"--zzz--\r\n"


def part(kind: str, content: str, *heads: str) -> bytes:
    """One part."""
    return "\r\n".join([f"Content-Type: {kind}", *heads, "", content]).encode()


BOUNCE = parts(
    "multipart/report; report-type=delivery-status",
    part("text/plain; charset=utf-8", "Your mail could not be delivered."),
    part(
        "message/delivery-status",
        "Reporting-MTA: dns; mx.mail.example\r\n\r\n"
        "Final-Recipient: rfc822; ana@mail.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    ),
    part("text/rfc822-headers", "From: help@desk.example\r\nMessage-ID: <OURS>\r\nSubject: Re: Hello\r\n"),
    From="MAILER-DAEMON@mx.mail.example",
    Return_Path="<>",
    Auto_Submitted="auto-replied",
    Message_ID="<bounce@mx.mail.example>",
)
