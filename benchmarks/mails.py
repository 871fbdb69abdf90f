"""Mails read per minute on one core, beside `mail-parser` on the same mails in the same run.

    pip install mail-parser==4.1.4
    python benchmarks/mails.py [ROUNDS]     # 20 if not given

The mails are answers as widely used programs write them (`tests/channels/mail_programs.py`), each also with a picture of
200 kB. The two take turns, round by round, so that what else the machine does hits both. They do not do the same:
supportflow also turns HTML into text, cuts quotations and makes names of files safe; `mail-parser` decodes parts and
heads. Files are decoded on both sides.
"""

import gc
import random
import sys
import time
from base64 import b64decode, encodebytes
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import mailparser

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from channels.mail_programs import ANSWERS
from supportflow.channels.email import read_mail

PICTURE = encodebytes(random.Random(7).randbytes(200_000)).replace(b"\n", b"\r\n")


def with_picture(content: bytes) -> bytes:
    """The same mail with a picture beside its text."""
    head, _, body = content.partition(b"\r\nMIME-Version: 1.0\r\n")
    return (
        head
        + b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_outer"\r\n\r\n--=_outer\r\n'
        + body
        + b'\r\n--=_outer\r\nContent-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + PICTURE
        + b"\r\n--=_outer--\r\n"
    )


def theirs(content: bytes) -> None:
    """What of a mail a desk would ask for."""
    mail = mailparser.parse_from_bytes(content)
    _ = [b64decode(one["payload"]) for one in mail.attachments if one["binary"]]
    _ = (mail.message_id, mail.from_, mail.to, mail.subject, mail.date, mail.text_plain, mail.text_html)


def spent(read: Callable[[bytes], object], mails: list[bytes]) -> float:
    """Seconds for all of them."""
    gc.collect()
    began = time.process_time()
    for content in mails:
        read(content)
    return time.process_time() - began


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    plain = [content for content, _ in ANSWERS.values()]
    for name, mails in (
        ("text and HTML", plain),
        ("with a picture of 200 kB", [with_picture(one) for one in plain]),
    ):
        ours = their = 0.0
        spent(read_mail, mails)
        spent(theirs, mails)
        for _ in range(rounds):
            ours += spent(read_mail, mails)
            their += spent(theirs, mails)
        count = rounds * len(mails) * 60
        peer = f"mail-parser {version('mail-parser')}"
        print(f"{name}: supportflow {count / ours:,.0f} a minute, {peer} {count / their:,.0f} a minute")


if __name__ == "__main__":
    main()
