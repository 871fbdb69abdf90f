#!/usr/bin/env bash
# ics 0.7.2: a time without a zone is read as UTC, and a recurrence is dropped without a word.
#
# RFC 5545 3.3.5 calls `DTSTART:20261224T080000` floating: eight o'clock wherever the calendar is used. The reader gives 08:00 UTC, and the RRULE of a
# yearly closure leaves one event of one year. Guessed: a naive time; that recurrences are missing was known.
# Who is hurt: an office in Shanghai that takes its closures from such a file closes eight hours late.
# What to do: read calendars with `icalendar` and expand them with `recurring-ical-events`, or with supportflow's own reader.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'ics==0.7.2'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import ics

text = "\r\n".join([
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//closures//EN",
    "BEGIN:VEVENT", "UID:1@example", "DTSTAMP:20260101T000000Z", "SUMMARY:closed",
    "DTSTART:20261224T080000", "DTEND:20261224T120000", "RRULE:FREQ=YEARLY;COUNT=3",
    "END:VEVENT", "END:VCALENDAR", "",
])  # fmt: skip
seen = [(one.begin.isoformat(), one.end.isoformat()) for one in ics.Calendar(text).events]
known = [("2026-12-24T08:00:00+00:00", "2026-12-24T12:00:00+00:00")]
print("ics", version("ics"))
print("08:00 to 12:00 floating, yearly, three times:", seen)

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
