"""What can be seen of the day: a table that is drawn anew on a terminal, a line an hour elsewhere, and a summary."""

from collections.abc import Iterator
from typing import TextIO

from supportflow.cli import terminal
from supportflow.cli.demo.tally import Tally, share_of

__all__ = ["Board", "figures", "summary"]

_SECOND_US = 1_000_000


class Board:
    """Shows how the day goes.

    Args:
        stream: Where to; None for nowhere.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = None if stream is None else terminal.raw(stream)
        self._live = stream is not None and stream.isatty()
        self._drawn = 0

    @property
    def every_minutes(self) -> int:
        """How often there is something to show, in minutes of the day."""
        return 5 if self._live else 60

    def show(self, minute: int, now_us: int, tally: Tally, *, crash: bool) -> None:
        """Show a moment.

        Args:
            minute: Of the day.
            now_us: The instant.
            tally: What was counted so far.
            crash: The market crashes now.
        """
        if self._stream is None:
            return
        if not self._live:
            terminal.line(_line(minute, now_us, tally, crash=crash), to=self._stream)
            return
        lines = list(_table(minute, now_us, tally, crash=crash))
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        self._stream.write(up + "".join(f"\x1b[2K{line}\n" for line in lines))
        self._stream.flush()
        self._drawn = len(lines)


def _line(minute: int, now_us: int, tally: Tally, *, crash: bool) -> str:
    counts = tally.classes.items()
    waiting = ", ".join(f"{name} {len(count.waiting)}" for name, count in counts)
    arrived = sum(count.arrived for _, count in counts)
    resolved = sum(count.resolved + count.by_bot for _, count in counts)
    longest = max((_longest(now_us, count.waiting) for _, count in counts), default=0)
    note = "  the market crashes" if crash else ""
    return (
        f"{_time(minute)}  {arrived:>6,} in  {resolved:>6,} resolved  waiting for a person: {waiting}"
        f"  longest {_span(longest)}{note}"
    )


def _table(minute: int, now_us: int, tally: Tally, *, crash: bool) -> Iterator[str]:
    yield f"{_time(minute)} UTC{'  the market crashes: ten times as many write' if crash else ''}"
    yield f"{'':<10}{'in':>8}{'bot':>8}{'people':>8}{'waiting':>9}{'longest':>9}  "
    for name, count in tally.classes.items():
        waiting = len(count.waiting)
        yield (
            f"{name:<10}{count.arrived:>8,}{count.by_bot:>8,}{count.resolved:>8,}{waiting:>9,}"
            f"{_span(_longest(now_us, count.waiting)):>9}  {'▇' * min(40, -(-waiting // 5))}"
        )


def summary(tally: Tally) -> Iterator[str]:
    """The lines of the summary."""
    yield f"{'':<10}{'tickets':>8}{'by bot':>8}{'mean wait':>11}{'p95 wait':>10}{'targets met':>14}{'open':>7}"
    for name, count in tally.classes.items():
        waits = count.waits_us
        judged = count.met + count.missed
        mean = sum(waits) // len(waits) if waits else 0
        yield (
            f"{name:<10}{count.arrived:>8,}{count.by_bot:>8,}{_span(mean):>11}{_span(share_of(waits, 0.95)):>10}"
            f"{f'{count.met / judged:.1%}' if judged else '-':>14}{count.open:>7,}"
        )
    yield "Waits are from when a ticket first needs a person until one takes it."
    kinds = tally.kinds
    yield (
        f"Offers: {kinds['offer_made']:,} made, {kinds['offer_accepted']:,} accepted, "
        f"{kinds['offer_declined']:,} declined, {kinds['offer_expired']:,} passed. "
        f"Handed over by the bot: {kinds['handed_over']:,}. Steps of ladders: {kinds['ladder_step_reached']:,}."
    )
    actions = ", ".join(f"{name} {number:,}" for name, number in sorted(tally.actions.items())) or "none"
    yield f"Asked of the host: {actions}."


def figures(tally: Tally) -> dict[str, object]:
    """The same as `summary`, as fields of JSON; waits in seconds."""
    return {
        "classes": {
            name: {
                "arrived": count.arrived,
                "by_bot": count.by_bot,
                "resolved": count.resolved,
                "open": count.open,
                "mean_wait_s": sum(count.waits_us) // len(count.waits_us) // _SECOND_US
                if count.waits_us
                else None,
                "p95_wait_s": share_of(count.waits_us, 0.95) // _SECOND_US if count.waits_us else None,
                "met": count.met,
                "missed": count.missed,
            }
            for name, count in tally.classes.items()
        },
        "events": dict(sorted(tally.kinds.items())),
        "actions": dict(sorted(tally.actions.items())),
    }


def _longest(now_us: int, waiting: dict[str, int]) -> int:
    return now_us - min(waiting.values()) if waiting else 0


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(us: int) -> str:
    seconds = us // 1_000_000
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds}s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes}m{seconds:02}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02}m"  # noqa: PLR2004
