#!/usr/bin/env bash
# humanize 4.17.0, Babel 2.19.0, arrow 1.4.0, pendulum 3.3.0: the words for a remaining time round in four ways, some by almost a whole day.
#
# 47 hours are "a day" (humanize, arrow) and 2 days (Babel, pendulum); 36 hours are 2 days for Babel and one for the others; 23 hours are already
# "1 day" for Babel; 13 days are "in a week" for arrow; 25 days are "a month" for two, "4 weeks" for two. None of them rounds down always, which a promise needs.
# Guessed: 47 hours are "2 days" everywhere. Who is hurt: a customer who is told "in a day" and hears after two.
# What to do: say the due instant, or two units ("1 day 23 hours"), where a promise is meant.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'humanize==4.17.0' 'Babel==2.19.0' 'arrow==1.4.0' 'pendulum==3.3.0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from datetime import timedelta
from importlib.metadata import version

import arrow
import humanize
import pendulum
from babel.dates import format_timedelta

start, beginning = arrow.get(2026, 3, 2), pendulum.datetime(2026, 3, 2)
seen = {
    hours: (
        humanize.naturaldelta(timedelta(hours=hours)),
        format_timedelta(timedelta(hours=hours), locale="en"),
        start.shift(hours=hours).humanize(start),
        beginning.add(hours=hours).diff_for_humans(beginning),
    )
    for hours in (23, 36, 47, 312, 600)
}
known = {
    23: ("23 hours", "1 day", "in 23 hours", "23 hours after"),
    36: ("a day", "2 days", "in a day", "1 day after"),
    47: ("a day", "2 days", "in a day", "2 days after"),
    312: ("13 days", "2 weeks", "in a week", "2 weeks after"),
    600: ("a month", "4 weeks", "in a month", "4 weeks after"),
}
print(*(f"{name} {version(name)}" for name in ("humanize", "Babel", "arrow", "pendulum")))
for hours, words in seen.items():
    print(f"{hours} hours: {words}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
