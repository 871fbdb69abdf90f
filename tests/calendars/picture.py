"""Draws docs/guides/business-time.svg from the calendar's own explanation: run this file to draw it anew."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from supportflow.calendars import BusinessCalendar

FILE = Path(__file__).parents[2] / "docs" / "guides" / "business-time.svg"
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 23, tzinfo=BERLIN)

CALENDAR = BusinessCalendar(
    name="support",
    tz="Europe/Berlin",
    tzdata="package",
    weekly={
        **{day: [("09:00", "12:00"), ("13:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")},
        "sat": [("22:00", "06:00")],
    },
    holidays={"2026-03-25": "Founders' day"},
    overrides={"2026-03-27": {"hours": [("09:00", "12:00")], "name": "half day"}},
)
OPENED = datetime(2026, 3, 24, 15, tzinfo=BERLIN)
WORK = timedelta(hours=8)

COLOURS = {
    (True, "hours"): ("#2e7d5b", "open"),
    (True, "override"): ("#5aa9a3", "open, override"),
    (False, "override"): ("#d9c27e", "closed, override"),
    (False, "holiday"): ("#d08770", "closed, holiday"),
    (False, "closed"): ("#e9ecef", "closed"),
}
LEFT, TOP, HOUR, ROW, BAR = 92, 56, 26, 40, 22


def hour_of(moment):
    return moment.hour + moment.minute / 60


def cells():
    """(row, from hour, to hour, open, reason, name) on the wall clock, cut at midnight."""
    for row in range(7):
        day = (MONDAY + timedelta(days=row)).replace(tzinfo=BERLIN)
        for stretch in CALENDAR.explain(day, (day + timedelta(days=1)).replace(tzinfo=BERLIN)):
            end = 24 if stretch.end.date() > day.date() else hour_of(stretch.end)
            yield row, hour_of(stretch.start), end, stretch.open, stretch.reason, stretch.name


def x(hour):
    return round(LEFT + hour * HOUR, 1)


def mark(moment, label, anchor):
    row = (moment.date() - MONDAY.date()).days
    at, top = x(hour_of(moment)), TOP + row * ROW
    return [
        f'<path d="M{at} {top - 4}v{BAR + 8}" stroke="#b3261e" stroke-width="2"/>',
        f'<text x="{at + (4 if anchor == "start" else -4)}" y="{top + 15}" text-anchor="{anchor}" fill="#b3261e"'
        f' font-weight="bold">{label}</text>',
    ]


def draw():
    due = CALENDAR.add(OPENED, WORK)
    width, height = x(24) + 24, TOP + 7 * ROW + 44
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height}" viewBox="0 0 {width:g} {height}"'
        ' font-family="sans-serif" font-size="12" role="img" aria-labelledby="title">',
        f'<title id="title">One week of the calendar: opened {OPENED:%A %H:%M}, eight working hours later:'
        f" {due:%A %H:%M}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-weight="bold">Week of {MONDAY:%d %B %Y}, {CALENDAR.tz}</text>',
    ]
    lines += [f'<text x="{x(hour)}" y="42" text-anchor="middle" fill="#555">{hour}</text>' for hour in range(0, 25, 3)]
    for row in range(7):
        day = MONDAY + timedelta(days=row)
        lines.append(f'<text x="12" y="{TOP + row * ROW + 15}">{day:%a %d %b}</text>')
    for row, start, end, is_open, reason, name in cells():
        fill, _ = COLOURS[is_open, reason]
        top = TOP + row * ROW
        lines.append(
            f'<rect x="{x(start)}" y="{top}" width="{round((end - start) * HOUR, 1)}" height="{BAR}" fill="{fill}"/>'
        )
        if name and not is_open:
            lines.append(f'<text x="{x(start) + 6}" y="{top + 15}" fill="#222">{name}</text>')
    lines.append(
        f'<rect x="{x(2)}" y="{TOP + 6 * ROW}" width="{HOUR}" height="{BAR}" fill="#ffffff" stroke="#2e7d5b"'
        ' stroke-dasharray="3 3"/>'
    )
    lines += mark(OPENED, "opened", "end")
    lines += mark(due, "due", "start")
    skipped = TOP + 6 * ROW + BAR + 14
    lines.append(f'<text x="{x(2)}" y="{skipped}" fill="#555">02:00 to 03:00 does not happen</text>')
    at = LEFT
    for fill, label in COLOURS.values():
        lines.append(f'<rect x="{at}" y="{height - 22}" width="12" height="12" fill="{fill}"/>')
        lines.append(f'<text x="{at + 18}" y="{height - 12}">{label}</text>')
        at += 26 + 8 * len(label)
    return "\n".join([*lines, "</svg>"]) + "\n"


if __name__ == "__main__":
    FILE.write_text(draw(), encoding="utf-8")
