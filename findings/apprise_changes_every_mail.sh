#!/usr/bin/env bash
# Apprise 2.3.0: once its e-mail notifier is loaded, every mail that the process writes is encoded in another way, Apprise's or not.
#
# The module registers its own way of encoding UTF-8 with the standard library (`email.charset`, for the whole process): a Chinese body that was base64
# becomes quoted-printable, and twice as long. Guessed: a library sets that for its own mails.
# Who is hurt: whoever counts the bytes of a mail, compares it with one that was written earlier, or signs one it means to write again: the same
# text is written as different bytes before and after the first notice by e-mail, and in workers that sent none.
# What to do: give `MIMEText` and `Header` a `Charset` of one's own, or compare texts and not bytes.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'apprise==2.3.0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from email.mime.text import MIMEText
from importlib.metadata import version

TEXT = "请提供以下资料。" * 20


def written():
    mail = MIMEText(TEXT, "plain", "utf-8")
    return mail["Content-Transfer-Encoding"], len(mail.as_bytes())


seen = [written()]
import apprise

seen.append(written())
apprise.Apprise().add("mailto://user:secret@mail.example")
seen.append(written())
print("apprise", version("apprise"))
for when, (way, length) in zip(("before", "imported", "an address added"), seen):
    print(f"{when}: {way}, {length} bytes")

if [way for way, _ in seen] != ["base64", "base64", "quoted-printable"] or seen[2][1] < 1.5 * seen[0][1]:
    sys.exit("this has changed: the finding no longer holds as written")
PY
