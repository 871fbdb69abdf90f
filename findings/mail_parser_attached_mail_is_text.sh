#!/usr/bin/env bash
# mail-parser 4.1.4: the text of an attached mail is a text of the mail itself, and the attached mail is no attachment.
#
# `text_plain` holds both, one after the other, with nothing that says which is whose; `body` joins them; `attachments` is empty. A name in `From`
# that is encoded and has a comma ("Ruiz, Ana", as many directories write it) becomes two senders, the first without an address.
# Guessed: a message/rfc822 is an attachment named .eml; heads are cut at commas before they are decoded, as RFC 2047 says.
# Who is hurt: a desk that takes `body` for the sender's words: what somebody passes on ("is this from you?") counts as theirs; and `from_[0]` is nobody.
# What to do: walk `mail.message` and stop at message/rfc822; take the addresses with email.utils.getaddresses from the head as it stands.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'mail-parser==4.1.4'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import mailparser

content = b"""From: =?utf-8?q?Ruiz=2C_Ana?= <ana@mail.example>
Content-Type: multipart/mixed; boundary=z

--z
Content-Type: text/plain

Is this from you?
--z
Content-Type: message/rfc822

From: eve@other.example
Subject: Notice

All your coins are gone.
--z--
""".replace(b"\n", b"\r\n")
mail = mailparser.parse_from_bytes(content)
seen = ([one.strip() for one in mail.text_plain], mail.attachments, mail.from_)
print("mail-parser", version("mail-parser"))
print("texts:", seen[0])
print("attachments:", seen[1])
print("senders:", seen[2])

if seen != (["Is this from you?", "All your coins are gone."], [], [("", "Ruiz"), ("Ana", "ana@mail.example")]):
    sys.exit("this has changed: the finding no longer holds as written")
PY
