#!/usr/bin/env bash
# pendulum 3.3.0: an aware datetime inside the hour that the spring change leaves out moves to another instant when it becomes a pendulum one.
#
# 02:30 in Berlin on 2026-03-29 does not exist. The standard library reads it (fold 0) with the offset before the change: 01:30 UTC,
# and `pendulum.datetime` and `pendulum.parse` give the same instant. `pendulum.instance` of that very datetime gives 00:30 UTC, an hour earlier.
# Guessed: the same instant, since both datetimes are aware. Who is hurt: a desk that converts "tomorrow at half past two" built with `zoneinfo`
# into pendulum gets a due time an hour early. What to do: `.astimezone(UTC)` first, then `pendulum.instance`.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'pendulum==3.3.0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pendulum

local = datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
seen = {
    "zoneinfo": local.astimezone(UTC).isoformat(),
    "pendulum.instance": pendulum.instance(local).astimezone(UTC).isoformat(),
    "pendulum.datetime": pendulum.datetime(2026, 3, 29, 2, 30, tz="Europe/Berlin").astimezone(UTC).isoformat(),
    "pendulum.instance of the UTC value": pendulum.instance(local.astimezone(UTC)).astimezone(UTC).isoformat(),
}
known = {
    "zoneinfo": "2026-03-29T01:30:00+00:00",
    "pendulum.instance": "2026-03-29T00:30:00+00:00",
    "pendulum.datetime": "2026-03-29T01:30:00+00:00",
    "pendulum.instance of the UTC value": "2026-03-29T01:30:00+00:00",
}
print("pendulum", pendulum.__version__)
for name, instant in seen.items():
    print(f"{name}: {instant}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
