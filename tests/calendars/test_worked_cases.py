import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from calendars.oracle import each
from supportflow.calendars import BusinessCalendar

CASES = Path(__file__).parent / "cases"
FACTS = json.loads((CASES / "business_time.json").read_text("utf-8"))

# Where programs differ, a case names the convention under which its source is right.   edge      a target
# that ends exactly at closing: due then ("close"), or at the next opening ("open")   overlaps  two intervals
# of one day that overlap: a mistake ("refuse", the default), or their union ("merge")
MERGED = {47}


def calendar_of(case):
    overlaps = "merge" if case["id"] in MERGED else "refuse"
    return BusinessCalendar(**FACTS["calendars"][case["calendar"]], overlaps=overlaps)


def test_there_are_all_of_them():
    assert len(FACTS["cases"]) == 314
    assert {case["op"] for case in FACTS["cases"]} == {"add", "elapsed"}


@pytest.mark.parametrize("case", FACTS["cases"], ids=lambda case: f"{case['id']}-{case['source'].split()[0]}")
def test_worked_case(case):
    calendar = calendar_of(case)
    start = datetime.fromisoformat(case["start"])
    if case["op"] == "add":
        answer = calendar.add(start, timedelta(seconds=case["seconds"]), edge=case.get("edge"))
        assert answer == datetime.fromisoformat(case["expected"])
    else:
        assert calendar.elapsed(start, datetime.fromisoformat(case["end"])) == timedelta(
            seconds=case["expected"]
        )


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
SCHEDULES = {
    "std": each(WEEKDAYS, ("09:00", "18:00")),
    "split": each(WEEKDAYS, ("09:00", "12:00"), ("13:30", "18:00")),
    "sixday": each((*WEEKDAYS, "sat"), ("10:00", "22:00")),
}
CLOSED = [
    date(2026, 1, 1),
    *(date(2026, 2, day) for day in (17, 18, 19)),
    date(2026, 5, 1),
    date(2026, 12, 25),
]


def test_every_due_time_of_request_tracker():
    with (CASES / "rt5_business_hours.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 958
    wrong = []
    for row in rows:
        calendar = BusinessCalendar(tz=row["tz"], weekly=SCHEDULES[row["schedule"]], holidays=CLOSED)
        edge = "open" if row["class"] == "close_boundary" else None
        due = calendar.add(
            datetime.fromisoformat(row["start"]), minutes=int(row["business_minutes"]), edge=edge
        )
        if due.in_timezone(row["tz"]).isoformat() != row["due"]:
            wrong.append((row["case"], due.isoformat(), row["due"]))
    assert wrong == []
