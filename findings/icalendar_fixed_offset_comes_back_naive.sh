#!/usr/bin/env bash
# icalendar 7.3.2: a time with a fixed offset is written with a zone that its own reader does not know.
#
# `datetime(..., tzinfo=timezone(timedelta(hours=8)))` becomes `DTSTART;TZID="UTC+08:00":...` without a VTIMEZONE. Read again, the time has no zone:
# eight hours are lost without an error. Guessed: written as UTC, or refused. Who is hurt: whoever stores closures from a JSON API (whose times
# have offsets, not zones) in an .ics file. What to do: `.astimezone(ZoneInfo(...))` or UTC before it is written.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'icalendar==7.3.2'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

from icalendar import Calendar, Event

closure = Event()
closure.add("dtstart", datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=8))))
book = Calendar()
book.add_component(closure)
written = book.to_ical().decode()
[line] = [one for one in written.splitlines() if one.startswith("DTSTART")]
[again] = Calendar.from_ical(written).walk("VEVENT")
seen = (line, again["DTSTART"].dt.isoformat())
known = ('DTSTART;TZID="UTC+08:00":20260302T090000', "2026-03-02T09:00:00")
print("icalendar", version("icalendar"))
print("written:", seen[0])
print("read again:", seen[1])

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
