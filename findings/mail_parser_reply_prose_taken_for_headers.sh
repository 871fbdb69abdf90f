#!/usr/bin/env bash
# mail-parser-reply 1.36: sentences are taken for the head of a quoted mail, and Chinese heads of real mail programs are not.
#
# With `languages=["en"]` a sentence that starts with "On" and ends a line with "wrote:" begins a quotation: the customer's own words
# after it leave `latest_reply`. A paragraph "Best regards would be nice, but ..." is a signature to its end. With `languages=["zh"]` the line that
# Gmail writes above a quotation in Chinese ends nothing, so that quoted text counts as the customer's words; there is no
# Russian, Turkish or Portuguese at all. Guessed: a head needs a date or an address; "zh" knows Gmail's.
# Who is hurt: a desk that classifies or stores `latest_reply` alone. What to do: keep the whole text beside it.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'mail-parser-reply==1.36'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

cases = [
    ("en", "Thanks\n\nOn Sunday I tried again and your colleague wrote:\nplease wait\n\nbut nothing came"),
    ("en", "Hello,\n\nBest regards would be nice, but my money is gone.\nPlease help"),
    ("zh", "收到\n\nAna <ana@customer.example> 于2026年3月1日周日 10:00写道：\n\n> 您好"),
    ("ja", "承知\n\n2026年3月1日(日) 10:00 Ana <ana@customer.example>:\n\n> こんにちは"),
]
seen = []
for language, text in cases:
    mail = EmailReplyParser(languages=[language]).read(text)
    seen.append((mail.latest_reply, mail.replies[0].signatures))
seen.append([one for one in ("ru", "tr", "pt") if one in MAIL_LANGUAGES])
known = [
    ("Thanks", ""),
    (cases[1][1], "Best regards would be nice, but my money is gone.\nPlease help"),
    (cases[2][1], ""),
    ("承知", ""),
    [],
]
print("mail-parser-reply", version("mail-parser-reply"))
for (language, text), found in zip(cases, seen, strict=False):
    print(f"{language}: {text!r} -> reply, signature: {found!r}")
print("of Russian, Turkish and Portuguese it knows:", seen[-1])

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
