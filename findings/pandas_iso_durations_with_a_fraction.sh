#!/usr/bin/env bash
# pandas 3.1.1: a duration of ISO 8601 with a decimal fraction is read as another one, and a month is a minute.
#
# ISO 8601 lets the smallest unit have a fraction: an hour and a half is PT1.5H. `pandas.Timedelta("PT1.5H")` is five hours and a second: what stands
# before the point counts as seconds, whatever unit follows. "P1M", a month, is a minute. Neither raises; whole numbers are right.
# Guessed: 1:30:00, or an error; and an error for a month, which has no fixed length. Who is hurt: who reads promises ("PT1.5H") from an export into
# pandas to count breaches. What to do: write whole units (PT90M), or read them by something else; pydantic beside it reads 1:30:00.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'pandas==3.1.1' 'pydantic==2.14.4'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from datetime import timedelta

import pandas
import pydantic

read = pydantic.TypeAdapter(timedelta).validate_python
seen = {text: str(pandas.Timedelta(text)) for text in ("PT1H", "PT90M", "PT1.5H", "P0.5D", "P2.5W", "P1M")}
known = {
    "PT1H": "0 days 01:00:00",
    "PT90M": "0 days 01:30:00",
    "PT1.5H": "0 days 05:00:01",
    "P0.5D": "5 days 00:00:00",
    "P2.5W": "35 days 00:00:02",
    "P1M": "0 days 00:01:00",
}
print("pandas", pandas.__version__, "beside pydantic", pydantic.__version__)
for text, found in seen.items():
    print(f"{text}: pandas {found}, pydantic {read(text)}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
