#!/usr/bin/env bash
# metamorphic-log 0.1.11: a key of a witness among the trusted ones makes a note fail that the log's own key has signed.
#
# C2SP signed-note: signatures of unknown keys are ignored, and several kinds of keys stand in one list of trust (0x01 Ed25519, 0x04 cosignatures).
# Guessed: a kind that this reader does not know is passed over, and the log's signature counts. Who is hurt: whoever writes one file of trusted keys, log
# and witnesses, as a policy has them, is told that the note is malformed. What to do: give this reader the keys of kind 0x01 alone.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'metamorphic-log==0.1.11' 'cryptography>=42'
"$place/env/bin/python" -W ignore - <<'PY'
import base64
import hashlib
import sys
from importlib.metadata import version

import metamorphic_log
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def key(name, kind, seed):
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    public = bytes([kind]) + secret.public_key().public_bytes_raw()
    number = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    return secret, number, f"{name}+{number.hex()}+{base64.b64encode(public).decode()}"


text = "log.example.com/a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
secret, number, log = key("log.example.com/a", 1, bytes(range(32)))
_, _, witness = key("witness.example.com", 4, bytes(range(1, 33)))
note = f"{text}\n\u2014 log.example.com/a {base64.b64encode(number + secret.sign(text.encode())).decode()}\n"


def verified(keys):
    try:
        return str(metamorphic_log.verify_signed_note(note, keys))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


seen = {"the log's key": verified([log]), "with a witness's": verified([log, witness])}
known = {
    "the log's key": "1",
    "with a witness's": "Verification: malformed signed note: unsupported signature type (leading byte 0x04)",
}
print("metamorphic-log", version("metamorphic-log"))
for what, answer in seen.items():
    print(f"{what:18} {answer}")
sys.exit(seen != known)
PY
