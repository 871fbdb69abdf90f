"""Whose clock words and pictures are on: the one asked for, the requester's, the calendar's; UTC is never silent."""

from datetime import timedelta

import pytest

from sla_desk import SlaDesk
from supportflow import BusinessCalendar, Target
from supportflow.exceptions import InvalidInput

SHANGHAI = BusinessCalendar.weekdays("09:00", "17:00", tz="Asia/Shanghai", name="shanghai")
KOLKATA = BusinessCalendar.weekdays("09:00", "18:00", tz="Asia/Kolkata", name="kolkata")
HONOLULU = BusinessCalendar.weekdays("08:00", "16:00", tz="Pacific/Honolulu", name="honolulu")
UTC_OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="Etc/UTC", name="nowhere")
MOVED = BusinessCalendar.weekdays(
    "09:00", "17:00", tz="Europe/Berlin", name="moved",
    versions=[{"effective_from": "2026-07-02", "tz": "Asia/Tokyo"}],
)  # fmt: skip


@pytest.mark.parametrize(
    ("calendar", "opened", "language", "words"),
    [
        (SHANGHAI, "2026-07-01T09:30:00+08:00", None, "today at 11:30"),
        (SHANGHAI, "2026-07-01T09:30:00+08:00", "zh-Hans", "今天 11:30"),
        (KOLKATA, "2026-07-01T17:00:00+05:30", None, "tomorrow at 10:00"),
        (HONOLULU, "2026-06-30T15:00:00-10:00", None, "tomorrow at 09:00"),
        (HONOLULU, "2026-06-30T15:00:00-10:00", "x-own", "2026-07-01 09:00"),
        (None, "2026-07-01T09:30:00+08:00", None, "today at 03:30 UTC"),
        (None, "2026-07-01T09:30:00+08:00", "zh", "今天 03:30 UTC"),
        (None, "2026-07-01T09:30:00+08:00", "x-own", "2026-07-01 03:30 UTC"),
        (UTC_OFFICE, "2026-07-01T09:30:00+00:00", None, "today at 11:30 Etc/UTC"),
        (MOVED, "2026-07-01T09:30:00+02:00", None, "today at 11:30"),
        (MOVED, "2026-07-02T09:30:00+09:00", None, "today at 11:30"),
    ],
)
def test_a_ticket_without_a_zone(calendar, opened, language, words):
    run = SlaDesk(opened, Target.resolution(hours=2), calendar=calendar, opening={"language": language})
    assert run.reading().due_in_words() == words


@pytest.mark.parametrize("calendar", [SHANGHAI, KOLKATA, HONOLULU, MOVED])
@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_it_is_the_clock_on_the_offices_wall(calendar, hour):
    run = SlaDesk(f"2026-07-01T{hour:02d}:20:00Z", Target.resolution(hours=2), calendar=calendar)
    reading = run.reading()
    local = reading.due_at.in_timezone(calendar.zone_at(reading.due_at))
    assert reading.due_in_words().endswith(f"at {local:%H:%M}")
    assert reading.due_in_words() == reading.due_in_words(tz=calendar.zone_at(reading.due_at))


def test_a_zone_that_was_asked_for_is_not_named():
    """Who asks for UTC knows that it is UTC; so does a requester whose own zone it is."""
    run = SlaDesk("2026-07-01T09:30:00Z", Target.resolution(hours=2), calendar=None, opening={"tz": "UTC"})
    assert run.reading().due_in_words() == "today at 11:30"
    run = SlaDesk("2026-07-01T09:30:00Z", Target.resolution(hours=2), calendar=None)
    assert run.reading().due_in_words(tz="UTC") == "today at 11:30"
    assert run.reading().due_in_words(tz="Asia/Tokyo") == "today at 20:30"


def test_the_requesters_zone_comes_before_the_calendars():
    run = SlaDesk(
        "2026-07-01T09:30:00+08:00", Target.resolution(hours=2), calendar=SHANGHAI, opening={"tz": "Europe/Paris"}
    )  # fmt: skip
    assert run.reading().due_in_words() == "today at 05:30"


@pytest.mark.parametrize("tz", ["Europe/Pariss", "../etc/passwd", "UTC+08:00", "A" * 5_000, "Europe"])
def test_a_zone_that_there_is_not(tz):
    run = SlaDesk("2026-07-01T09:30:00Z", Target.resolution(hours=2), calendar=None)
    reading = run.reading()
    run.clock.advance(minutes=1)
    late = run.reading()
    for ask in (reading.due_in_words, late.explain().timeline, late.explain().svg):
        with pytest.raises(InvalidInput) as refused:
            ask(tz=tz)
        assert refused.value.field == "tz"


def test_pictures_are_on_the_calendars_clock():
    run = SlaDesk("2026-07-01T09:30:00+08:00", Target.resolution(hours=2), calendar=SHANGHAI)
    run.clock.advance(minutes=30)
    account = run.reading().explain()
    assert account.tz == "Asia/Shanghai"
    title, first = account.timeline().splitlines()[:2]
    assert title == "gold/resolution#1: running, 30m of 2h on shanghai"
    assert first.startswith("Wed 2026-07-01 09:30  ")
    assert account.timeline(tz="UTC").splitlines()[1].startswith("Wed 2026-07-01 01:30  ")
    assert "Wed 2026-07-01 09:30" in account.svg()


def test_a_picture_in_utc_says_so():
    run = SlaDesk("2026-07-01T09:30:00Z", Target.resolution(hours=2), calendar=None)
    run.clock.advance(minutes=30)
    account = run.reading().explain()
    assert account.timeline().splitlines()[0] == "gold/resolution#1: running, 30m of 2h on 24x7, times in UTC"
    assert "times in UTC" in account.svg()
    assert "times in UTC" not in account.timeline(tz="UTC")
    assert run.reading().remaining == timedelta(minutes=90)
