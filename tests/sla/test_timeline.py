"""Pictures of clocks: everything that the account says is on them, where it belongs, and they are well-formed."""

import re
from datetime import timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_desk import BERLIN, SlaDesk
from supportflow import BusinessCalendar, Target
from supportflow._time import instant, to_us
from supportflow.sla import ClockAccount, ClockInterval
from supportflow.sla.policy import span_name
from supportflow.sla.timeline import draw, svg

FRIDAY = "2026-03-27T15:00:00+01:00"  # the clocks change on Sunday
SVG = "{http://www.w3.org/2000/svg}"


def weekend():
    run = SlaDesk(FRIDAY, Target.resolution(hours=4), calendar=BERLIN.model_copy(update={"name": "office"}))
    run.at("2026-03-30T09:30:00+02:00").desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-03-30T10:00:00+02:00").desk.resume(run.ticket, by="sam")
    return run.at("2026-03-30T10:30:00+02:00")


def test_a_timeline_in_text():
    assert weekend().reading().explain().timeline(tz="Europe/Berlin").splitlines() == [
        "gold/resolution#1: running, 3h of 4h on office",
        "Fri 2026-03-27 15:00  █████████                                  running  +2h",
        "Fri 2026-03-27 17:00           ········//·········               closed  63h",
        "Mon 2026-03-30 09:00                              ███            running  +30m",
        "Mon 2026-03-30 09:30                                 ░░          paused: pending  30m",
        "Mon 2026-03-30 10:00                                   ██        running  +30m",
        "Mon 2026-03-30 10:30                                     ▲       now",
        "Mon 2026-03-30 10:30                                     ╌╌╌╌╌   until it is due",
        "Mon 2026-03-30 11:30                                          ▲  due",
    ]


def test_the_zone_and_the_width_are_the_callers():
    account = weekend().reading().explain()

    assert "Fri 2026-03-27 14:00  ██████████████ " in account.timeline(width=60, tz="UTC")
    assert account.timeline(width=1) == account.timeline(width=20)


def test_a_clock_that_was_missed_shows_its_breach_and_its_end():
    run = weekend()
    run.at("2026-03-31T10:30:00+02:00").desk.resolve(run.ticket, by="sam")
    lines = run.reading().explain().timeline(tz="Europe/Berlin").splitlines()

    assert [line for line in lines if "▲" in line] == [
        f"Mon 2026-03-30 11:30  {' ' * 19}▲{' ' * 21}  breached",
        f"Tue 2026-03-31 10:30  {' ' * 40}▲  missed",
    ]
    assert "until it is due" not in "\n".join(lines)


def test_a_clock_that_has_just_started_has_no_stretches_yet():
    account = SlaDesk(FRIDAY, Target.resolution(hours=4), calendar=None).reading().explain()

    assert account.timeline() == "gold/resolution#1: running, 0s of 4h on 24x7"
    assert ET.fromstring(account.svg()).find(f"{SVG}path") is None


def test_names_from_a_policy_cannot_break_the_picture():
    """A holiday's name and a calendar's are whatever somebody wrote."""
    evil = '<script>"&'
    calendar = BusinessCalendar(
        tz="UTC", weekly={"tue": [("09:00", "17:00")]}, name=evil, holidays={"2026-06-01": evil}
    )
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=4), calendar=calendar)
    root = ET.fromstring(run.at("2026-06-02T10:00:00Z").reading().explain().svg())

    assert root.find(f".//{SVG}script") is None
    told = [text.text for text in root.iter(f"{SVG}text")]
    assert any(evil in words and "on" in words for words in told)  # the title
    assert any(words.startswith(evil) for words in told)  # the holiday


def test_a_part_that_an_earlier_policy_counted_is_told_as_a_whole():
    account = ClockAccount(
        key="gold/resolution#1",
        state="running",
        calendar="office",
        duration_us=8 * HOUR,
        elapsed_us=5 * HOUR,
        due_at=instant("2026-06-02T13:00:00Z"),
        breached_at=None,
        intervals=(
            ClockInterval(at(0), at(24), "running, as mornings counted then", 4 * HOUR),
            ClockInterval(at(24), at(25), "running", HOUR),
        ),
    )

    assert re.search(r"▒+//▒+ +running, as mornings counted then  \+4h  24h$", draw(account), re.MULTILINE)
    assert ">running, as mornings counted then, 4h of 24h<" in svg(account)


# --- any account ---------------------------------------------------------------------------------

HOUR = 3_600_000_000
KINDS = {"running": True, "closed": False, "paused: pending": False, "Founders' day": False}


def at(hours):
    return to_us(instant("2026-06-01T09:00:00Z")) + hours * HOUR


@st.composite
def accounts(draw_from):
    start, intervals = at(0), []
    for kind in draw_from(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=12)):
        length = draw_from(st.integers(1, 200 * HOUR))
        sort = "running" if KINDS[kind] else "paused" if kind.startswith("paused") else "closed"
        intervals.append(ClockInterval(start, start + length, kind, length if KINDS[kind] else 0, sort))
        start += length
    state = draw_from(st.sampled_from(["running", "paused", "met", "missed", "cancelled"]))
    ahead = draw_from(st.integers(-20 * HOUR, 200 * HOUR))
    due = instant("1970-01-01T00:00:00Z") + timedelta(microseconds=start + ahead)
    return ClockAccount(
        key="gold/resolution#1",
        state=state,
        calendar="office",
        duration_us=8 * HOUR,
        elapsed_us=sum(one.counted_us for one in intervals),
        due_at=due if state == "running" else None,
        breached_at=None,
        intervals=tuple(intervals),
    )


def joined(account):
    """The intervals with neighbours of one reason joined: (reason, start, length, counted)."""
    found = []
    for one in account.intervals:
        if found and found[-1][0] == one.reason:
            reason, start, length, counted = found.pop()
            found.append((reason, start, length + one.end_us - one.start_us, counted + one.counted_us))
        else:
            found.append((one.reason, one.start_us, one.end_us - one.start_us, one.counted_us))
    return found


@settings(max_examples=150)
@given(accounts(), st.integers(20, 120))
def test_every_stretch_has_its_line_and_its_bar(account, width):
    bars = [line for line in draw(account, width=width).splitlines()[1:] if "▲" not in line]
    wanted = joined(account)

    assert len(bars) - len(wanted) in {0, 1}  # what is ahead
    for line, (reason, _, _, counted) in zip(bars, wanted, strict=False):
        lane, words = line[22 : 22 + width + 1], line[22 + width + 1 :]
        assert set(lane.strip()) <= {{"running": "█", "paused: pending": "░"}.get(reason, "·"), "/"}
        assert lane.strip()
        assert words.strip().startswith(reason)
        assert (f"+{span_name(counted)}" in words) == bool(counted)


@settings(max_examples=150)
@given(accounts(), st.integers(200, 1_000))
def test_the_bar_is_whole_and_in_order(account, width):
    root = ET.fromstring(svg(account, width=width))
    bars = [bar for bar in root.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
    spans = [(float(bar.get("x")), float(bar.get("width"))) for bar in bars]

    assert spans[0][0] == 16
    assert spans[-1][0] + spans[-1][1] == pytest.approx(width - 16, abs=1.1)
    for (left, length), (right, _) in pairwise(spans):
        assert left + max(length, 1) == pytest.approx(right, abs=1.2)
    titles = [bar.find(f"{SVG}title").text for bar in bars]
    assert [f"{reason}, {span_name(length)}" for reason, _, length, _ in joined(account)] == titles[
        : len(joined(account))
    ]


@settings(max_examples=100)
@given(accounts())
def test_what_counts_is_drawn_to_scale(account):
    """Only stretches in which nothing counts are cut short, and those are marked."""
    root = ET.fromstring(svg(account, width=1_000))
    bars = [bar for bar in root.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
    lengths = [
        (reason, length, float(bar.get("width")))
        for bar, (reason, _, length, _) in zip(bars, joined(account), strict=False)
    ]
    running = [(length, drawn) for reason, length, drawn in lengths if reason == "running" and drawn > 20]

    for length, drawn in running:
        assert drawn / length == pytest.approx(running[0][1] / running[0][0], rel=0.02)
    if running:
        scale = running[0][1] / running[0][0]
        shortened = sum(drawn < 0.9 * length * scale for _, length, drawn in lengths if drawn > 20)
        marks = [path for path in root.iter(f"{SVG}path") if path.get("d").count("M") == 2]
        assert len(marks) >= shortened
