#!/usr/bin/env bash
# imap-tools 1.16.0: a mail without a Date, or with one that cannot be read, is of the year 1900; dates without an offset have no zone.
#
# `MailMessage.date` is then `1900-01-01 00:00`, naive. `-0000` and a date without offset are naive too, all others aware, so that two mails of one
# mailbox may not be comparable. Guessed: None for what is not there, and UTC for `-0000`.
# Who is hurt: a desk that opens a ticket at `message.date` has every clock breached by a century, or a TypeError when it sorts.
# What to do: take the time of receipt (INTERNALDATE, or the first Received line) as the instant, and `date_str` as what the sender claims.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'imap-tools==1.16.0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from imap_tools import MailMessage


def date(line):
    return MailMessage.from_bytes(b"Subject: x\r\n" + line + b"\r\nhello").date.isoformat()


seen = {
    "no Date": date(b""),
    "Date: yesterday": date(b"Date: yesterday\r\n"),
    "-0000": date(b"Date: Mon, 02 Mar 2026 09:00:00 -0000\r\n"),
    "+0000": date(b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n"),
}
known = {
    "no Date": "1900-01-01T00:00:00",
    "Date: yesterday": "1900-01-01T00:00:00",
    "-0000": "2026-03-02T09:00:00",
    "+0000": "2026-03-02T09:00:00+00:00",
}
print("imap-tools", version("imap-tools"))
for line, read in seen.items():
    print(f"{line}: {read}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
