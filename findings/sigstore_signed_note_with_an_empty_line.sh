#!/usr/bin/env bash
# sigstore 4.5.1: a signed note whose text has an empty line is malformed.
#
# C2SP signed-note: "the note text MAY contain empty lines; the text is separated from the signatures by the last empty line". Its own example
# has one. Guessed: it is read. Who is hurt: a log whose notes are not checkpoints alone, or that adds a paragraph, is refused by whoever verifies with
# this reader; Go's `sumdb/note`, from which the format comes, reads it. What to do: no empty line in what is signed, as in a checkpoint.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'sigstore==4.5.1'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from sigstore._internal.rekor.checkpoint import SignedNote
from sigstore.errors import VerificationError

line = "\u2014 log.example.com/a " + "AAAA" * 22 + "AAAA\n"


def read(text):
    try:
        return repr(SignedNote.from_text(f"{text}\n{line}").note)
    except VerificationError as error:
        return type(error).__name__


seen = {text: read(text) for text in ("one\ntwo\n", "one\n\ntwo\n")}
known = {"one\ntwo\n": "'one\\ntwo\\n'", "one\n\ntwo\n": "VerificationError"}
print("sigstore", version("sigstore"))
for text, answer in seen.items():
    print(f"{text!r:16} {answer}")
sys.exit(seen != known)
PY
