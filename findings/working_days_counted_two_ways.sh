#!/usr/bin/env bash
# holidays 0.109 and workalendar 17.0.0: the working days between the same two dates differ by one, and "zero working days on" is another day.
#
# From Monday to Friday of one week `holidays` counts 5 (both ends), `workalendar` 4 (the steps between them). Zero working days after a Saturday is
# the Monday for the first and the Saturday for the second; one day after it is the Monday for both.
# Guessed: the same answers, as both speak of working days. Who is hurt: a promise of "five working days" moves by one when a host changes
# the package, and so does a report of how many were used. What to do: count in working time, not in days; or say which ends count.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'holidays==0.109' 'workalendar==17.0.0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from datetime import date
from importlib.metadata import version

import holidays
from workalendar.europe import Germany

monday, friday, saturday = date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 7)
one, other = holidays.DE(), Germany()
seen = {
    "Monday to Friday": (one.get_working_days_count(monday, friday), other.get_working_days_delta(monday, friday)),
    "Saturday + 0": (one.get_nth_working_day(saturday, 0).isoformat(), other.add_working_days(saturday, 0).isoformat()),
    "Saturday + 1": (one.get_nth_working_day(saturday, 1).isoformat(), other.add_working_days(saturday, 1).isoformat()),
}
known = {
    "Monday to Friday": (5, 4),
    "Saturday + 0": ("2026-03-09", "2026-03-07"),
    "Saturday + 1": ("2026-03-09", "2026-03-09"),
}
print("holidays", version("holidays"), "workalendar", version("workalendar"))
for asked, answers in seen.items():
    print(f"{asked}: holidays {answers[0]}, workalendar {answers[1]}")

if seen != known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
