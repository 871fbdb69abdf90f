"""Write what the SLA guide takes from the code: its table of metrics, and its pictures.

Each picture is played by a desk and drawn from `explain`.

Usage: write_timelines.py            writes the files
       write_timelines.py --check    1 if a file is not what would be written
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from supportflow import BusinessCalendar, Condition, Desk, Policy, SlaPolicy, Target
from supportflow._time import instant
from supportflow.events import TicketSplit
from supportflow.sla import ClockAccount, shipped_metrics
from supportflow.sla.signals import Signal
from supportflow.testing import CountingIds, ManualClock

GUIDES = Path(__file__).resolve().parent.parent / "docs" / "guides"
NINE = instant("2026-06-01T09:00:00Z")  # a Monday
OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", name="office")
LATE = BusinessCalendar.weekdays("10:00", "17:00", tz="UTC", name="late start")
MORNINGS = BusinessCalendar.weekdays("09:00", "13:00", tz="UTC", name="mornings")


def minute(number: int) -> datetime:
    """So many minutes after nine."""
    return NINE + timedelta(minutes=number)


class Scene:
    """A desk with one ticket, opened at nine on a Monday.

    Args:
        targets: Of its one SLA policy.
        sla: Further fields of that.
        policy: Further fields of the policy.
    """

    def __init__(self, *targets: Target, sla: dict[str, Any] | None = None, **policy: Any) -> None:
        self.clock = ManualClock(NINE)
        document = Policy(sla=[SlaPolicy(name="gold", targets=targets, **(sla or {}))], **policy)
        self.desk = Desk(document, clock=self.clock, ids=CountingIds())
        self.ticket = self.open()

    def open(self) -> str:
        """A ticket."""
        return self.desk.open(subject="Printer on fire", requester="ana").ticket.id

    def at(self, moment: int | str) -> "Scene":
        """Set the clock: minutes after nine, or a time."""
        self.clock.set(minute(moment) if isinstance(moment, int) else moment)
        self.desk.run_due()
        return self

    def paused(self, begin: int, end: int) -> "Scene":
        """Wait for the requester, from minute to minute."""
        self.at(begin).desk.wait_for_requester(self.ticket, by="sam")
        self.at(end).desk.resume(self.ticket, by="sam")
        return self

    def account(self, ticket: str | None = None) -> ClockAccount:
        """The account of its resolution clock."""
        readings = self.desk.clocks(ticket or self.ticket)
        return next(one for one in readings if one.target == "resolution").explain()


Parts = Iterator[tuple[str, ClockAccount]]
"""Captions and accounts: one for each value of a choice."""


def edge() -> Parts:
    """Two hours from Friday at 15:00, closing time 17:00."""
    for value in ("close", "open"):
        scene = Scene(Target.resolution(hours=2), sla={"calendar": OFFICE, "edge": value})
        scene.clock.set("2026-06-05T15:00:00+02:00")
        scene.ticket = scene.open()
        yield f'edge = "{value}"', scene.at("2026-06-05T16:00:00+02:00").account()


def on_change() -> Parts:
    """At 10:30 eight hours from 10:00 to 17:00 become two around the clock; a wait from 10:00 to 10:15."""
    for value in ("keep_elapsed", "restart", "retroactive"):
        urgent = Target.resolution(hours=2, when={"field": "level", "le": 1})
        usual = Target.resolution(hours=8, calendar=LATE)
        scene = Scene(urgent, usual, sla={"on_change": value}).paused(60, 75)
        scene.at(90).desk.set_priority(scene.ticket, level=1, by="lead")
        yield f'on_change = "{value}"', scene.at(110).account()


def attach() -> Parts:
    """A target of three hours that comes to apply at 10:00, after a wait of 20 minutes."""
    for value in ("keep_elapsed", "retroactive"):
        target = Target.resolution(hours=3, when={"field": "level", "le": 1})
        scene = Scene(target, sla={"on_change": value}).paused(10, 30)
        scene.at(60).desk.set_priority(scene.ticket, level=1, by="lead")
        yield f'on_change = "{value}"', scene.at(90).account()


def reopen() -> Parts:
    """Resolved at 11:00, reopened at 12:00, seen at 13:00."""
    for value, window in (("resume", None), ("new_cycle", None), ("ignore", None), ("resume", 30)):
        within = None if window is None else timedelta(minutes=window)
        scene = Scene(Target.resolution(hours=4, reopen=value, reopen_within=within))
        scene.at(120).desk.resolve(scene.ticket, by="sam")
        scene.at(180).desk.reopen(scene.ticket, by="ana")
        told = f'reopen = "{value}"' + ("" if window is None else f", reopen_within = {window} minutes")
        yield told, scene.at(240).account()


def max_pause() -> Parts:
    """Waiting for the requester from 09:30 to 11:30, and what is left of two hours."""
    for cap in (None, timedelta(hours=1)):
        scene = Scene(Target.resolution(hours=2, max_pause=cap)).paused(30, 150)
        yield "max_pause not given" if cap is None else "max_pause = 1 hour", scene.at(165).account()


def pause_on() -> Parts:
    """Waiting for the requester from 09:30 to 10:30, then on hold until 11:30."""
    for value in (None, ["pending", "on_hold"], []):
        scene = Scene(Target.resolution(hours=4, pause_on=value)).paused(30, 90)
        scene.desk.hold(scene.ticket, by="sam")
        scene.at(150).desk.resume(scene.ticket, by="sam")
        told = (
            "pause_on not given: the metric's" if value is None else f"pause_on = {value}".replace("'", '"')
        )
        yield told, scene.at(180).account()


def edits() -> Parts:
    """From 10:00 only mornings count, until 13:00; six hours; the next event is a reply at 14:00."""
    for value in ("never", "on_next_event", "now"):
        target = Target.resolution(hours=6)
        scene = Scene(target).at(60)
        scene.desk.use(Policy(edits=value, sla=[SlaPolicy(name="gold", calendar=MORNINGS, targets=[target])]))
        scene.at(300).desk.reply(scene.ticket, body="Still at it", by="sam")
        yield f'edits = "{value}"', scene.at(330).account()


def merge_clocks() -> Parts:
    """The ticket that goes on came in at 10:00; at 10:30 one of 09:00 is merged into it."""
    for value in ("own", "earliest"):
        scene = Scene(Target.resolution(hours=4), merge_clocks=value).at(60)
        later = scene.open()
        scene.at(90).desk.merge(scene.ticket, into=later, by="sam")
        yield f'merge_clocks = "{value}"', scene.at(120).account(later)


def split_clocks() -> Parts:
    """A part is split off at 10:00."""
    for value in ("own", "inherit"):
        scene = Scene(Target.resolution(hours=4), split_clocks=value).at(60)
        outcome = scene.desk.split(scene.ticket, subject="the other thing", by="sam")
        [part] = [event.into for event in outcome.events if isinstance(event, TicketSplit)]
        yield f'split_clocks = "{value}"', scene.at(120).account(part)


PICTURES: dict[str, Callable[[], Parts]] = {
    "edge": edge,
    "on_change": on_change,
    "attach": attach,
    "reopen": reopen,
    "max_pause": max_pause,
    "pause_on": pause_on,
    "edits": edits,
    "merge_clocks": merge_clocks,
    "split_clocks": split_clocks,
}
BERLIN = {"edge"}
WIDTH = 760


def picture(name: str) -> str:
    """One picture: the timelines of every value of a choice, under each other."""
    scene = PICTURES[name]
    body: list[str] = []
    height = 30
    for caption, account in scene():
        drawn = account.svg(width=WIDTH - 20, tz="Europe/Berlin" if name in BERLIN else "UTC")
        found = re.search(r'height="(\d+)"', drawn)
        assert found is not None
        body.append(f'<text x="16" y="{height + 16}" fill="#1f4e79" font-weight="bold">{caption}</text>')
        body.append(drawn.replace("<svg ", f'<svg x="10" y="{height + 18}" ', 1).rstrip("\n"))
        height += 34 + int(found.group(1))
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12" role="img">'
    )
    title = (scene.__doc__ or "").strip()
    top = [
        head,
        f"<title>{title}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="16" y="22" fill="#555555">{title}</text>',
    ]
    return "\n".join([*top, *body, "</svg>"]) + "\n"


def words(signals: Sequence[Signal]) -> str:
    """Signals as a cell of the table."""
    return ", ".join(f"`{signal}`" for signal in signals) or "-"


def _if(condition: Condition | None) -> str:
    """A condition of the shipped metrics in words."""
    if condition is None:
        return ""
    given = condition.model_dump(mode="json", by_alias=True, exclude_unset=True)
    match given:
        case {"field": field, "eq": True, **rest} if not rest:
            return f", if `{field}`"
        case {"field": field, "exists": there, **rest} if not rest:
            return f", if {'there is a' if there else 'no'} `{field}`"
        case {"field": "status_category", "in": ["new", "open", "pending", "on_hold"]}:
            return ", if the ticket is open"
        case {"all": [_, _]} if condition.all is not None:
            return "".join(map(_if, condition.all))
    raise SystemExit(f"no words for {given}")


def metric_table() -> Iterator[str]:
    """Every shipped metric."""
    yield "| metric | starts on | pauses while | stops on | resets on | cancelled by | cycle | reopened |"
    yield "|---|---|---|---|---|---|---|---|"
    for metric in shipped_metrics().values():
        start = words(metric.start) + _if(metric.start_when)
        pause = ", ".join(f"`{category}`" for category in metric.pause.status) or "-"
        cells = [
            f"`{metric.name}`",
            start,
            pause,
            words(metric.stop),
            words(metric.reset),
            words(metric.cancel),
        ]
        yield f"| {' | '.join([*cells, metric.cycle, metric.reopen.replace('_', ' ')])} |"


def pages() -> dict[Path, str]:
    """Every file that is written here, whole or in part."""
    guide = GUIDES / "sla.md"
    text = guide.read_text("utf-8")
    start, end = "<!-- metrics: written by .ci/write_timelines.py -->\n", "<!-- end of metrics -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{guide}: no marker for metrics")
    table = "\n".join(metric_table())
    return {
        guide: f"{before}{start}{table}\n{end}{after}",
        **{GUIDES / "sla" / f"{name}.svg": picture(name) for name in PICTURES},
    }


def main(arguments: list[str]) -> int:
    """Write or check the files."""
    wanted = pages()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        print("\n".join(f"{path.relative_to(GUIDES)} is stale" for path in stale) or "all files are current")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
        print(f"wrote {path.relative_to(GUIDES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
