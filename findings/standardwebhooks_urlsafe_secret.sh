#!/usr/bin/env bash
# standardwebhooks 1.1.0: a secret in URL-safe base64 is read as another, shorter one, without a word.
#
# Secrets of Standard Webhooks are `whsec_` and base64. Guessed: URL-safe base64, as Python's `secrets.token_urlsafe` makes it, is read or
# refused. Seen: `-` and `_` are skipped, so the same text is another secret here than in a library that reads base64 strictly or knows both
# alphabets. Who is hurt: two programs with "the same" secret; every message between them is refused, and nothing says why. What to do: make
# secrets with `base64.b64encode(secrets.token_bytes(32))`.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'standardwebhooks==1.1.0'
"$place/env/bin/python" -W ignore - <<'PY'
import base64
import sys
from datetime import UTC, datetime
from importlib.metadata import version

from standardwebhooks import Webhook

key = bytes(range(232, 256)) + b"sixteen bytes..."
at = datetime(2026, 3, 2, tzinfo=UTC)
plain = Webhook("whsec_" + base64.b64encode(key).decode()).sign("m1", at, "{}")
urlsafe = "whsec_" + base64.urlsafe_b64encode(key).decode()
skipped = "whsec_" + base64.urlsafe_b64encode(key).decode().replace("-", "").replace("_", "")
seen = Webhook(urlsafe).sign("m1", at, "{}")
print("standardwebhooks", version("standardwebhooks"))
print("base64:         ", plain)
print("URL-safe base64:", seen)

if seen == plain or seen != Webhook(skipped).sign("m1", at, "{}"):
    sys.exit("this has changed: the finding no longer holds as written")
PY
