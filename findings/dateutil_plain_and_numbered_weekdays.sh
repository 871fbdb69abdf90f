#!/usr/bin/env bash
# python-dateutil 2.9.0.post0: `BYDAY=MO,2TU` finds nothing.
#
# RFC 5545 3.3.10 lets one BYDAY list hold plain and numbered days: every Monday, and the second Tuesday. dateutil keeps the two
# apart and asks that a date satisfy both, so that no date does: the rule is taken without an error and yields no occurrence.
# Guessed: the union. Who is hurt: an office closed "each Monday and each second Tuesday" is open on all of them.
# What to do: two rules, one for each sort of day.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'python-dateutil==2.9.0.post0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from dateutil.rrule import rrulestr

start = "DTSTART:20260302T090000\n"


def days(rule):
    return [one.date().isoformat() for one in rrulestr(start + "RRULE:" + rule)]


seen = {
    rule: days(rule)
    for rule in (
        "FREQ=MONTHLY;UNTIL=20260331T235959;BYDAY=MO,2TU",
        "FREQ=MONTHLY;UNTIL=20260331T235959;BYDAY=MO",
        "FREQ=MONTHLY;UNTIL=20260331T235959;BYDAY=2TU",
    )
}
known = {
    "FREQ=MONTHLY;UNTIL=20260331T235959;BYDAY=MO,2TU": [],
    "FREQ=MONTHLY;UNTIL=20260331T235959;BYDAY=MO": ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"],
    "FREQ=MONTHLY;UNTIL=20260331T235959;BYDAY=2TU": ["2026-03-10"],
}
print("python-dateutil", version("python-dateutil"))
for rule, found in seen.items():
    print(f"{rule}: {found}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
