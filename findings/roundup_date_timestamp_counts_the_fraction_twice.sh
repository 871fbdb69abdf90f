#!/usr/bin/env bash
# Roundup 2.6.0: `Date.timestamp()` adds the fraction of a second twice, and instants can change places.
#
# The tuple of a date has its seconds with their fraction, `calendar.timegm` keeps it, and `timestamp` adds it once more: 49.4 s becomes
# 49.8, and 49.9 becomes 50.8.
# Guessed: seconds since 1970, as `datetime.timestamp`. Who is hurt: whoever orders or compares journals of Roundup with instants of anybody
# else: a change of 49.9 s seems to come after one of 50.2 s.
# What to do: take the year to the second from `get_tuple()`.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'roundup==2.6.0'
"$place/env/bin/python" - <<'PY'
import sys
from datetime import datetime, timezone

import roundup
from roundup.date import Date

seen = {}
for written in ("49.0", "49.4", "49.9", "50.2"):
    wanted = datetime.fromisoformat(f"2026-11-30T00:06:{written}00+00:00".replace("00+", "+")).timestamp()
    seen[written] = round(Date(f"2026-11-30.00:06:{written}").timestamp() - wanted, 3)
print("roundup", roundup.__version__)
print("seconds too much:", seen)
if seen != {"49.0": 0.0, "49.4": 0.4, "49.9": 0.9, "50.2": 0.2}:
    sys.exit("this has changed: the finding no longer holds as written")
PY
