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


def rect(left, top, width, height, look):
    return f'<rect x="{left:g}" y="{top}" width="{width:g}" height="{height}" {look}/>'


def text(left, top, words, look=""):
    return f'<text x="{left:g}" y="{top}" {look}>{words}</text>'.replace(" >", ">")


RED = 'fill="#b3261e" font-weight="bold"'


def mark(moment, label, anchor):
    row = (moment.date() - MONDAY.date()).days
    at, top = x(hour_of(moment)), TOP + row * ROW
    return [
        f'<path d="M{at} {top - 4}v{BAR + 8}" stroke="#b3261e" stroke-width="2"/>',
        text(at + (4 if anchor == "start" else -4), top + BAR + 14, label, f'text-anchor="{anchor}" {RED}'),
    ]


def draw():
    due = CALENDAR.add(OPENED, WORK)
    width, height = x(24) + 24, TOP + 7 * ROW + 44
    size, view = f'width="{width:g}" height="{height}"', f'viewBox="0 0 {width:g} {height}"'
    font = 'font-family="sans-serif" font-size="12"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} {font} role="img" aria-labelledby="title">',
        f'<title id="title">Opened {OPENED:%A %H:%M}, due eight working hours later: {due:%A %H:%M}</title>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        text(LEFT, 20, f"Week of {MONDAY:%d %B %Y}, {CALENDAR.tz}", 'font-weight="bold"'),
    ]
    lines += [text(x(hour), 42, hour, 'text-anchor="middle" fill="#555"') for hour in range(0, 25, 3)]
    for row in range(7):
        day = MONDAY + timedelta(days=row)
        lines.append(text(12, TOP + row * ROW + 15, f"{day:%a %d %b}"))
    for row, start, end, is_open, reason, name in cells():
        fill, _ = COLOURS[is_open, reason]
        top = TOP + row * ROW
        lines.append(rect(x(start), top, round((end - start) * HOUR, 1), BAR, f'fill="{fill}"'))
        if name and not is_open:
            lines.append(text(x(start) + 6, top + 15, name, 'fill="#222"'))
    dashed = 'fill="#ffffff" stroke="#2e7d5b" stroke-dasharray="3 3"'
    lines.append(rect(x(2), TOP + 6 * ROW, HOUR, BAR, dashed))
    lines += mark(OPENED, "opened", "end")
    lines += mark(due, "due", "start")
    skipped = TOP + 6 * ROW + BAR + 14
    lines.append(text(x(2), skipped, "02:00 to 03:00 does not happen", 'fill="#555"'))
    at = LEFT
    for fill, label in COLOURS.values():
        lines += [rect(at, height - 22, 12, 12, f'fill="{fill}"'), text(at + 18, height - 12, label)]
        at += 26 + 8 * len(label)
    return "\n".join([*lines, "</svg>"]) + "\n"


if __name__ == "__main__":
    FILE.write_text(draw(), encoding="utf-8")
