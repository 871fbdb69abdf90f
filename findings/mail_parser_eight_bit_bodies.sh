#!/usr/bin/env bash
# mail-parser 4.1.4: a text that is sent as it is (8bit) is read as Latin-1, whatever its charset says. UTF-8, too.
#
# The same text under the same label is right in Base64 and quoted-printable. Nothing is raised, and `defects` stays empty. ISO-2022-JP, which is
# seven bits, is not decoded at all when it is sent as 7bit or 8bit, as it usually is. Guessed: the transfer encoding changes nothing of what is read.
# Who is hurt: whoever writes Chinese, Russian or Japanese with a program that sends 8bit (most servers take it): words, languages and secrets
# in the text are not found. What to do: `mail.message` and `get_payload(decode=True)`, decoded by the part's own charset.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'mail-parser==4.1.4'
"$place/env/bin/python" -W ignore - <<'PY'
import base64
import sys
from importlib.metadata import version

import mailparser


def read(text, charset, how):
    body = text.encode(charset)
    sent = base64.encodebytes(body) if how == "base64" else body
    head = f"From: ana@mail.example\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    mail = mailparser.parse_from_bytes(head.encode() + sent)
    return mail.text_plain[0].strip()


cases = [("提现", "utf-8"), ("提现", "gb18030"), ("привет", "koi8-r"), ("日本", "iso-2022-jp")]
print("mail-parser", version("mail-parser"))
for text, charset in cases:
    print(f"{charset}: 8bit {read(text, charset, '8bit')!r}, base64 {read(text, charset, 'base64')!r}")

if [read(text, charset, "base64") for text, charset in cases] != [text for text, _ in cases]:
    sys.exit("this has changed: Base64 is not read rightly any more")
if [read(text, charset, "8bit") for text, charset in cases] != [
    text.encode(charset).decode("latin-1") for text, charset in cases
]:
    sys.exit("this has changed: the finding no longer holds as written")
PY
