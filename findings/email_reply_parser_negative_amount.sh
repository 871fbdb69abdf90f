#!/usr/bin/env bash
# email-reply-parser 0.5.12: a paragraph that begins with a minus sign and a letter or digit is a signature, and all after it is dropped.
#
# A signature is anything that starts with `--`, `__` or `-` and a word character. A customer who writes the amount that is missing on a line of
# its own, or a list without blanks after the dashes, loses that paragraph and everything below it, also further paragraphs of plain text.
# Guessed: only the mail convention `-- ` and "Sent from my ..." are cut. Who is hurt: whoever classifies `parse_reply(...)` and not the whole mail:
# what was written after the number is never read. What to do: keep and read the whole text beside what a cutter leaves.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'email-reply-parser==0.5.12'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from email_reply_parser import EmailReplyParser

texts = [
    "The balance shows\n\n-5.20 USD\n\nand I did not send anything. Who did?",
    "Three things are wrong:\n\n-the refund\n-the card\n\nPlease answer.",
    "Three things are wrong:\n\n- the refund\n- the card\n\nPlease answer.",
]
seen = [EmailReplyParser.parse_reply(text) for text in texts]
known = ["The balance shows", "Three things are wrong:", texts[2]]
print("email-reply-parser", version("email-reply-parser"))
for text, kept in zip(texts, seen, strict=True):
    print(f"{text!r} -> {kept!r}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
