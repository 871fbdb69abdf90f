#!/usr/bin/env bash
# standardwebhooks 1.1.0: signing at an aware time of another zone signs another instant.
#
# `Webhook.sign(id, timestamp, data)` takes a datetime. Guessed: noon in Shanghai and four in the morning in UTC are one instant and give one
# signature. Seen: the zone is replaced, not converted; noon in Shanghai is signed as noon in UTC, eight hours on. Who is hurt: a sender whose
# datetimes are local and aware; its receivers answer "no matching signature", for the header says the right instant. What to do: pass
# `timestamp.astimezone(UTC)`.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'standardwebhooks==1.1.0' tzdata
"$place/env/bin/python" -W ignore - <<'PY'
import base64
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from standardwebhooks import Webhook

hook = Webhook("whsec_" + base64.b64encode(b"not a real secret, 24 byt").decode())
noon = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
signed = {
    "as it is": hook.sign("m1", noon, "{}"),
    "in UTC": hook.sign("m1", noon.astimezone(UTC), "{}"),
    "eight hours later": hook.sign("m1", datetime(2026, 3, 2, 12, 0, tzinfo=UTC), "{}"),
}
print("standardwebhooks", version("standardwebhooks"))
for name, signature in signed.items():
    print(f"{name}: {signature}")

if signed["as it is"] == signed["in UTC"] or signed["as it is"] != signed["eight hours later"]:
    sys.exit("this has changed: the finding no longer holds as written")
PY
