#!/usr/bin/env bash
# recurring-ical-events 3.8.2: an occurrence that starts in the hour that the spring change leaves out ends before it starts, or lasts nothing.
#
# A daily event of 45 minutes at 02:30 in Berlin, given with DTEND or with DURATION:PT45M: on 2026-03-29 its start is 02:30 with the offset before the
# change (01:30 UTC), its end is 03:15 on the clock after it (01:15 UTC). RFC 5545 3.3.6 makes a duration in minutes exact.
# Guessed: 45 minutes, at least for DURATION. Who is hurt: code that adds up closed time gets a negative interval on one night of the year.
# What to do: compute the end from the start's instant and the exact duration, and drop intervals that are empty.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'recurring-ical-events==3.8.2' 'icalendar==7.3.2'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from datetime import UTC, date
from importlib.metadata import version

import recurring_ical_events
from icalendar import Calendar


def lasts(end):
    text = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//night//EN",
        "BEGIN:VEVENT", "UID:1@example", "DTSTAMP:20260101T000000Z",
        "DTSTART;TZID=Europe/Berlin:20260327T023000", end, "RRULE:FREQ=DAILY;COUNT=4",
        "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip
    found = recurring_ical_events.of(Calendar.from_ical(text)).between(date(2026, 3, 28), date(2026, 3, 30))
    return [
        int((one["DTEND"].dt.astimezone(UTC) - one["DTSTART"].dt.astimezone(UTC)).total_seconds() / 60) for one in found
    ]


seen = {end: lasts(end) for end in ("DTEND;TZID=Europe/Berlin:20260327T031500", "DURATION:PT45M")}
known = {"DTEND;TZID=Europe/Berlin:20260327T031500": [45, -15], "DURATION:PT45M": [45, -15]}
print("recurring-ical-events", version("recurring-ical-events"))
for end, minutes in seen.items():
    print(f"{end}: minutes on 28 and 29 March: {minutes}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
