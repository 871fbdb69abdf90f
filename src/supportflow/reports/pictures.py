"""Pictures as SVG inside a page: their colours are the page's, so that they follow light and dark.

The colours are those of Okabe and Ito, which people see apart who do not see red and green apart; and no picture says by
colour alone what is not written in it too.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from supportflow._legible import escaped
from supportflow._time import from_us, to_us
from supportflow.reports.figures import Share, Timeline

__all__ = ["bars", "heat", "layers", "line", "stretches", "text"]

WIDTH = 720
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 14, 34
_LABELS = 8
_HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch" d="M0 0V6"/></pattern></defs>'
)


def text(words: str) -> str:
    """A text inside HTML: what it is made of is shown, and obeyed by nobody."""
    return escape(escaped(words))


def _frame(height: int, title: str, body: Iterator[str]) -> str:
    shown = text(title)
    return (
        f'<div class="pic" tabindex="0" role="region" aria-label="{shown}"><svg viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{shown}</title>{''.join(body)}</svg></div>"
    )


def _label(x: float, y: float, words: str, anchor: str = "middle", extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{text(words)}</text>'


def _rect(
    kind: str,
    x: float,
    y: float,
    width: float,
    height: float,
    told: str = "",
    *,
    opacity: float | None = None,
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    dark = "" if opacity is None else f' fill-opacity="{opacity:.2f}"'
    return f'<rect class="{kind}" {place}{dark}>{f"<title>{text(told)}</title>" if told else ""}</rect>'


def _grid(height: int, top: float, ticks: Sequence[tuple[float, str]]) -> Iterator[str]:
    """Lines across, each with its value."""
    for value, words in ticks:
        y = _y(value, top, height)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>'
        yield _label(_LEFT - 6, y + 4, words, "end")


def _y(value: float, top: float, height: int) -> float:
    return height - _BOTTOM - (height - _BOTTOM - _TOP) * (value / top if top else 0)


def _ticks(top: int) -> list[tuple[float, str]]:
    """Round numbers from 0 to a little above the greatest value."""
    step = 1
    while step * 5 < top:
        step = {"1": step * 2, "2": step // 2 * 5, "5": step * 2}[str(step)[0]]
    return [(value, f"{value:,}") for value in range(0, top + step, step)]


def _under(names: Sequence[str], xs: Sequence[float], height: int) -> Iterator[str]:
    every = max(-(-len(names) // _LABELS), 1)
    for place in range(0, len(names), every):
        yield _label(xs[place], height - 14, names[place])


def _spread(count: int) -> list[float]:
    width = (WIDTH - _LEFT - _RIGHT) / max(count, 1)
    return [_LEFT + width * (place + 0.5) for place in range(count)]


def line(shares: Sequence[Share], title: str) -> str:
    """Shares from 0 to 100 %, with how many were decided as bars behind them."""
    height, xs = 240, _spread(len(shares))
    decided = [one.met + one.missed for one in shares]
    most = max(decided, default=0) or 1

    def body() -> Iterator[str]:
        yield from _grid(height, 1, [(n / 4, f"{25 * n} %") for n in range(5)])
        width = max((WIDTH - _LEFT - _RIGHT) / max(len(xs), 1) * 0.6, 1)
        for x, count in zip(xs, decided, strict=True):
            tall = (height - _BOTTOM - _TOP) * 0.3 * count / most
            yield _rect("behind", x - width / 2, height - _BOTTOM - tall, width, tall)
        points = [
            (x, _y(one.share, 1, height), one)
            for x, one in zip(xs, shares, strict=True)
            if one.share is not None
        ]
        if points:
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in points)
            yield f'<path class="line c0" d="{path}"/>'
        for x, y, one in points:
            told = text(f"{one.name}: {one.share:.1%}, {one.met:,} / {one.met + one.missed:,}")
            yield f'<circle class="dot c0" cx="{x:.1f}" cy="{y:.1f}" r="3.5"><title>{told}</title></circle>'
        yield from _under([one.name for one in shares], xs, height)

    return _frame(height, title, body())


def bars(counts: Sequence[tuple[str, int]], title: str, marks: Sequence[tuple[str, float]] = ()) -> str:
    """Bars with their values above them; marks are (name, place from 0 to the number of bars)."""
    height, xs = 220, _spread(len(counts))
    top = max((count for _, count in counts), default=0)
    width = (WIDTH - _LEFT - _RIGHT) / max(len(counts), 1)

    def body() -> Iterator[str]:
        ticks = _ticks(top)
        scale = ticks[-1][0]
        yield from _grid(height, scale, ticks)
        for x, (name, count) in zip(xs, counts, strict=True):
            y = _y(count, scale, height)
            told = f"{name}: {count:,}"
            yield _rect("bar", x - width * 0.42, y, width * 0.84, height - _BOTTOM - y, told)
            yield _label(x, height - 16, name, extra=' class="small"')
        for name, place in marks:
            x = _LEFT + width * place
            yield f'<path class="mark" d="M{x:.1f} {_TOP}V{height - _BOTTOM}"/>'
            yield _label(x + 3, _TOP + 9, name, "start", ' class="small"')

    return _frame(height, title, body())


def heat(rows: Sequence[Sequence[int]], days: Sequence[str], title: str) -> str:
    """Weekdays by hours; each field is as dark as its number is large, and says it."""
    cell, tall = (WIDTH - _LEFT - _RIGHT) / 24, 26
    height = 7 * tall + 34
    most = max((count for row in rows for count in row), default=0) or 1

    def body() -> Iterator[str]:
        for hour in range(24):
            yield _label(_LEFT + cell * (hour + 0.5), 14, str(hour))
        for day, row in enumerate(rows):
            y = 22 + day * tall
            yield _label(_LEFT - 6, y + 17, days[day], "end")
            for hour, count in enumerate(row):
                x, share = _LEFT + hour * cell, count / most
                yield _rect("cell", x, y, cell - 1.5, tall - 1.5, opacity=0.05 + 0.95 * share)
                ink = "on" if share > 0.5 else "off"  # noqa: PLR2004 - half as dark as it gets
                if count:
                    yield _label(x + cell / 2 - 0.7, y + 17, f"{count:,}", extra=f' class="small {ink}"')

    return _frame(height, title, body())


def layers(days: Sequence[str], counts: Mapping[str, Sequence[int]], title: str) -> str:
    """Numbers over time, one on the other, each named at its right end and in the legend."""
    height, xs = 260, _spread(len(days))
    sums = [0] * len(days)
    tops = [sum(one) for one in zip(*counts.values(), strict=True)] if counts else []
    ticks = _ticks(max(tops, default=0))
    scale = ticks[-1][0]

    def body() -> Iterator[str]:
        yield from _grid(height, scale, ticks)
        for place, (name, values) in enumerate(counts.items()):
            below = list(sums)
            for n, value in enumerate(values):
                sums[n] += value
            up = "L".join(
                f"{x:.1f} {_y(value, scale, height):.1f}" for x, value in zip(xs, sums, strict=True)
            )
            down = "L".join(
                f"{x:.1f} {_y(value, scale, height):.1f}"
                for x, value in reversed(list(zip(xs, below, strict=True)))
            )
            yield f'<path class="area a{place % 6}" d="M{up}L{down}Z"><title>{text(name)}</title></path>'
        yield from _under(days, xs, height)

    legend = "".join(
        f'<span class="key"><i class="swatch a{place % 6}"></i>{text(name)}</span>'
        for place, name in enumerate(counts)
    )
    return f'<p class="legend">{legend}</p>{_frame(height, title, body())}'


def stretches(timeline: Timeline, title: str, words: Mapping[str, str]) -> str:
    """A clock: what counts is full, pauses are hatched, closed time is empty; the due time is a line with its name."""
    height = 92
    first, last = timeline.stretches[0].start_us, timeline.stretches[-1].end_us
    due_us = None if timeline.due_at is None else to_us(timeline.due_at)
    end = max(last, due_us or last)

    def x(us: int) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (us - first) / max(end - first, 1)

    def body() -> Iterator[str]:
        yield _HATCH
        for one in timeline.stretches:
            left, right = x(one.start_us), x(one.end_us)
            told = f"{one.reason}: {from_us(one.start_us):%Y-%m-%d %H:%M} .. {from_us(one.end_us):%Y-%m-%d %H:%M}"
            yield _rect(f"s-{one.kind}", left, 22, max(right - left, 0.8), 30, told)
        if due_us is not None:
            yield f'<path class="mark" d="M{x(due_us):.1f} 14V56"/>'
            yield _label(x(due_us), 11, words["due"])
        yield _label(_LEFT, 72, f"{from_us(first):%Y-%m-%d %H:%M}", "start")
        yield _label(WIDTH - _RIGHT, 72, f"{from_us(last):%Y-%m-%d %H:%M}", "end")

    swatch = '<span class="key"><svg class="swatch" viewBox="0 0 14 14">'
    legend = "".join(
        f"{swatch}{_rect(f's-{kind}', 0, 0, 14, 14)}</svg>{words[kind]}</span>"
        for kind in ("running", "paused", "closed")
    )
    return f'<p class="legend">{legend}</p>{_frame(height, title, body())}'
