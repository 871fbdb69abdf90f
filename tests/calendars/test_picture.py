from datetime import timedelta

from calendars.picture import CALENDAR, FILE, OPENED, WORK, cells, draw


def test_the_guide_s_picture_is_what_the_calendar_says():
    assert FILE.read_text("utf-8") == draw(), "draw it anew: python tests/calendars/picture.py"


def test_the_picture_sums_to_the_week():
    hours = sum(end - start for _, start, end, is_open, _, _ in cells() if is_open)
    # Three days of seven hours, the half day, and of the night two and six, of which one never happens.
    assert hours == 3 * 7 + 3 + 2 + 6
    monday, next_monday = OPENED.replace(day=23, hour=0), OPENED.replace(day=30, hour=0)
    assert CALENDAR.elapsed(monday, next_monday) == timedelta(hours=hours - 1)


def test_the_marks_are_the_answer():
    assert f"{CALENDAR.add(OPENED, WORK):%a %H:%M}" == "Thu 16:00"
