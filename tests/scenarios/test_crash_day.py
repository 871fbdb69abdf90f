"""S7: on a day of a crash no report of a theft waits behind anything else, and the surge ends by itself."""

import importlib.util
from datetime import timedelta
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "exchange" / "s07_crash_day.py"


def test_no_theft_is_left_waiting_by_somebody_who_was_given_something_else():
    spec = importlib.util.spec_from_file_location("s07", PROGRAM)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    day = program.Day()
    day.desk.declare_surge("crash", by="market-watch", for_=timedelta(minutes=50))
    for _ in range(60):
        day.minute(2)
    waiting = [one for one in day.desk.find(open=True, limit=500) if one.assignee is None]
    assert len(waiting) > 5  # there was a choice to make
    assert {one.priority_class for one in waiting} <= {"general", "dispute"}
    assert day.behind == 0
    assert len(day.waits["security"]) > 5
    assert max(day.waits["security"]) <= timedelta(minutes=5)
    assert day.desk.surges() == ()
