#!/usr/bin/env bash
# workalendar 17.0.0: whether a year of China is known is asked on weekdays only.
#
# China moves working days to weekends around its holidays; Saturday 2026-02-14 is a working day. The data of the package end at 2023.
# For a Tuesday of 2026 it raises CalendarError and says so; for a Saturday of the same year it answers False, for it looks at the weekday first.
# Guessed: the same error for both. Who is hurt: a check that asks about weekends first concludes that the year is covered.
# What to do: ask `holidays` (0.109 knows the moved days of 2026), or supportflow's calendars, which end where their data end.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'workalendar==17.0.0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from datetime import date
from importlib.metadata import version

from workalendar.asia import China
from workalendar.exceptions import CalendarError


def asked(day):
    try:
        return China().is_working_day(day)
    except CalendarError as error:
        return f"CalendarError: {error}"


seen = {day.isoformat(): asked(day) for day in (date(2026, 2, 14), date(2026, 2, 17))}
known = {"2026-02-14": False, "2026-02-17": "CalendarError: Need configure 2026 for China."}
print("workalendar", version("workalendar"))
for day, answer in seen.items():
    print(f"China, {day}: {answer}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
