"""A clock's account as a picture: a timeline in text, or in SVG. Drawn from the account alone, the same every time."""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple, Protocol

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us, to_us
from supportflow.calendars.zones import clock_of
from supportflow.sla.policy import span_name
from supportflow.sla.words import UNIVERSAL, short_day

__all__ = ["ClockInterval", "draw", "svg"]

MIN_WIDTH = 20


@dataclass(frozen=True, slots=True)
class ClockInterval:
    """A stretch of a clock's life.

    Attributes:
        start_us: When it began.
        end_us: When it ended.
        reason: `"running"`, `"closed"`, a holiday's name, or `"paused: …"`. `"running, as … counted then"` for a whole
            stretch that the calendar of an earlier policy counted.
        counted_us: How much of it the clock counted: all, or nothing; of an earlier policy's stretch, what that counted.
        kind: What it is, whatever a holiday is called: time that counts, a pause, or time at which nobody works.
    """

    start_us: int
    end_us: int
    reason: str
    counted_us: int
    kind: Literal["running", "paused", "closed"] = "running"


class _Account(Protocol):
    """What a picture shows of an account; the account can draw itself, so it is known here by what it has."""

    @property
    def key(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def calendar(self) -> str: ...
    @property
    def duration_us(self) -> int: ...
    @property
    def elapsed_us(self) -> int: ...
    @property
    def due_at(self) -> Instant | None: ...
    @property
    def breached_at(self) -> Instant | None: ...
    @property
    def intervals(self) -> Sequence[ClockInterval]: ...
    @property
    def tz(self) -> str: ...


class _Stretch(NamedTuple):
    """A stretch of the picture.

    `kind` is `counted`, `partly` (an earlier policy's hours, told as a whole), `paused`, `closed`, or `ahead` from now until
    the due time.
    """

    start_us: int
    end_us: int
    kind: str
    label: str
    counted_us: int

    @property
    def length_us(self) -> int:
        return self.end_us - self.start_us


class _Mark(NamedTuple):
    """An instant to point at."""

    at_us: int
    label: str


_EMPTY = frozenset({"paused", "closed"})
_CUT = _EMPTY | {"partly"}


class _Axis:
    """Instants to shares of the width. A long stretch in which nothing counts is cut short, so that the rest can be seen."""

    def __init__(self, stretches: list[_Stretch]) -> None:
        told = sum(one.counted_us or one.length_us for one in stretches if one.kind not in _EMPTY)
        self.cut = [one.kind in _CUT and one.length_us > told > 0 for one in stretches]
        weights = [told if cut else one.length_us for one, cut in zip(stretches, self.cut, strict=True)]
        self._stretches = stretches
        self._ends = [0, *accumulate(weights)]

    def share(self, at_us: int) -> float:
        """Where an instant lies, from 0 to 1."""
        for place, one in enumerate(self._stretches):
            if at_us <= one.end_us:
                into = (at_us - one.start_us) / one.length_us
                left, right = self._ends[place], self._ends[place + 1]
                return (left + max(into, 0.0) * (right - left)) / self._ends[-1]
        return 1.0


def _stretches(account: _Account) -> list[_Stretch]:
    """The intervals of an account, neighbours of one reason joined, and what is ahead."""
    found: list[_Stretch] = []
    for one in account.intervals:
        if one.end_us == one.start_us:
            continue
        kind = _kind(one)
        last = found[-1] if found else None
        if last is not None and (last.kind, last.label) == (kind, one.reason):
            counted = last.counted_us + one.counted_us
            found[-1] = last._replace(end_us=one.end_us, counted_us=counted)
        else:
            found.append(_Stretch(one.start_us, one.end_us, kind, one.reason, one.counted_us))
    if account.due_at is not None:
        due_us = to_us(account.due_at)
        now_us = found[-1].end_us if found else None
        if now_us is not None and due_us > now_us:
            found.append(_Stretch(now_us, due_us, "ahead", "until it is due", 0))
    return found


def _kind(one: ClockInterval) -> str:
    if one.counted_us:
        return "counted" if one.counted_us == one.end_us - one.start_us else "partly"
    return "paused" if one.kind == "paused" else "closed"


def _marks(account: _Account, stretches: list[_Stretch]) -> Iterator[_Mark]:
    """The breach, or else the due time; the end of what has happened, unless nothing is ahead."""
    if account.breached_at is not None:
        yield _Mark(to_us(account.breached_at), "breached")
    elif account.due_at is not None:
        yield _Mark(to_us(account.due_at), "due")
    if stretches[-1].kind == "ahead":
        yield _Mark(stretches[-1].start_us, "now")
    else:
        yield _Mark(stretches[-1].end_us, "now" if account.state in {"running", "paused"} else account.state)


def _clock_face(tz: str) -> Callable[[int], str]:
    """Says an instant on the clock of a zone: `Fri 2026-03-27 15:00`."""
    zone = clock_of(tz)

    def say(at_us: int) -> str:
        local = from_us(at_us).astimezone(zone)
        return f"{short_day(local)} {local:%Y-%m-%d %H:%M}"

    return say


# --- text ----------------------------------------------------------------------------------------

_FILL = {"counted": "█", "partly": "▒", "paused": "░", "closed": "·", "ahead": "╌"}


def draw(account: _Account, *, width: int = 40, tz: str | None = None) -> str:
    """A timeline in text: a line for each stretch with its bar, its reason and what it counted, and for each mark.

    Args:
        account: What to draw.
        width: Columns of the bars, at least 20.
        tz: IANA zone of the clock that the instants are shown on. By default the calendar's; if that is UTC, it is said.

    Raises:
        InvalidInput: If there is no such zone.
    """
    stretches = _stretches(account)
    if not stretches:
        return _title(account)
    lines = [_title(account) + _said(account, tz)]
    axis, say = _Axis(stretches), _clock_face(tz or account.tz)
    width = max(width, MIN_WIDTH)
    rows: list[tuple[int, int, str, str]] = []
    for one, cut in zip(stretches, axis.cut, strict=True):
        left = min(round(axis.share(one.start_us) * width), width - 1)
        length = max(round(axis.share(one.end_us) * width) - left, 1)
        bar = _FILL[one.kind] * length
        if cut:
            middle = max(length // 2 - 1, 0)
            bar = (bar[:middle] + "//" + bar[middle:])[:length]
        counted = f"  +{span_name(one.counted_us)}" if one.counted_us else ""
        length_told = f"  {span_name(one.length_us)}" if one.kind in _CUT else ""
        rows.append((one.start_us, 1, " " * left + bar, f"{one.label}{counted}{length_told}"))
    rows += [
        (mark.at_us, 0, " " * min(round(axis.share(mark.at_us) * width), width) + "▲", mark.label)
        for mark in _marks(account, stretches)
    ]
    lines += [f"{say(at_us)}  {bar:<{width + 1}}  {words}" for at_us, _, bar, words in sorted(rows)]
    return "\n".join(lines)


def _title(account: _Account) -> str:
    counted = f"{span_name(account.elapsed_us)} of {span_name(account.duration_us)}"
    return f"{account.key}: {account.state}, {counted} on {account.calendar}"


def _said(account: _Account, asked: str | None) -> str:
    """The zone, where nobody would guess it."""
    return f", times in {account.tz}" if asked is None and account.tz in UNIVERSAL else ""


# --- SVG -----------------------------------------------------------------------------------------

_COLOUR = {
    "counted": "#2e7d5b",
    "partly": "#a9cfbd",
    "paused": "#d9c27e",
    "closed": "#e9ecef",
    "ahead": "#ffffff",
}
_RED, _GREY = "#b3261e", "#555555"
_INK = {"now": _GREY, "cancelled": _GREY, "met": _COLOUR["counted"]}
_LEFT, _BAR_TOP, _BAR, _ROW = 16, 40, 26, 16
_GLYPH = 6.3
"""About the width of a character in the font size of the picture."""


def svg(account: _Account, *, width: int = 720, tz: str | None = None) -> str:
    """A timeline as an SVG document: one bar, the reasons in or under it, instants at its marks.

    Args:
        account: What to draw.
        width: Of the picture, in pixels; at least 200.
        tz: IANA zone of the clock that the instants are shown on. By default the calendar's; if that is UTC, it is said.

    Raises:
        InvalidInput: If there is no such zone.
    """
    width = max(width, 200)
    stretches = _stretches(account)
    title = _escape(_title(account) + (_said(account, tz) if stretches else ""))
    body: list[str] = []
    height = _BAR_TOP
    if stretches:
        axis, say = _Axis(stretches), _clock_face(tz or account.tz)

        def x(at_us: int) -> float:
            return round(_LEFT + axis.share(at_us) * (width - 2 * _LEFT), 1)

        labels = [_Label(x(stretches[0].start_us), say(stretches[0].start_us), _GREY)]
        for one, cut in zip(stretches, axis.cut, strict=True):
            left, right = x(one.start_us), x(one.end_us)
            words = one.label if one.kind == "ahead" else f"{one.label}, {_told(one)}"
            body += _bar(one, left, right, words, cut=cut)
            if one.kind != "ahead" and not _fits(words, right - left):
                labels.append(_Label(left, words, _GREY))
        for mark in _marks(account, stretches):
            ink = _INK.get(mark.label, _RED)
            labels.append(_Label(x(mark.at_us), f"{mark.label}, {say(mark.at_us)}", ink))
        body += _under(labels, width)
        height += _BAR + _ROW * len(labels)
    height += 10
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    font = 'font-family="sans-serif" font-size="12"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} role="img">',
        f"<title>{title}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-weight="bold">{title}</text>',
    ]
    return "\n".join([*head, *body, "</svg>"]) + "\n"


def _bar(one: _Stretch, left: float, right: float, words: str, *, cut: bool) -> Iterator[str]:
    """A stretch of the bar, with its reason if that fits."""
    look = f'fill="{_COLOUR[one.kind]}"'
    if one.kind == "ahead":
        look += f' stroke="{_COLOUR["counted"]}" stroke-dasharray="3 3"'
    place = f'x="{left:g}" y="{_BAR_TOP}" width="{max(right - left, 1):.1f}" height="{_BAR}"'
    yield f"<rect {place} {look}><title>{_escape(words)}</title></rect>"
    if _fits(words, right - left):
        ink = "#ffffff" if one.kind == "counted" else "#222222"
        yield f'<text x="{left + 5:g}" y="{_BAR_TOP + 17}" fill="{ink}">{_escape(words)}</text>'
    if cut:
        at = round(right - 16, 1)
        line = f'stroke="{_GREY}" stroke-width="1.5"'
        yield f'<path d="M{at:g} {_BAR_TOP + _BAR}l6 -{_BAR}M{at + 5:g} {_BAR_TOP + _BAR}l6 -{_BAR}" {line}/>'


def _told(one: _Stretch) -> str:
    length = span_name(one.length_us)
    return f"{span_name(one.counted_us)} of {length}" if one.kind == "partly" else length


def _escape(words: str) -> str:
    # What `xml.sax.saxutils` does, which loads an HTTP client with it.
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fits(words: str, space: float) -> bool:
    return len(words) * _GLYPH + 8 <= space


class _Label(NamedTuple):
    """Words under the bar, tied to a place on it."""

    at: float
    words: str
    colour: str


def _under(labels: list[_Label], width: int) -> Iterator[str]:
    """The labels, each on a line of its own, so placed that few leaders cross the words of others."""
    inward = [one for one in labels if _fits(one.words, width - one.at)]
    outward = [one for one in labels if not _fits(one.words, width - one.at)]
    inward.sort(key=lambda one: -one.at)
    outward.sort(key=lambda one: one.at)
    texts: list[str] = []
    for row, one in enumerate([*inward, *outward], 1):
        base = _BAR_TOP + _BAR + _ROW * row
        anchor, shift = ("end", -4) if row > len(inward) else ("start", 4)
        yield f'<path d="M{one.at:g} {_BAR_TOP}V{base}" stroke="{one.colour}"/>'
        halo = 'stroke="#ffffff" stroke-width="3" paint-order="stroke"'
        place = f'x="{one.at + shift:g}" y="{base}" text-anchor="{anchor}"'
        texts.append(f'<text {place} fill="{one.colour}" {halo}>{_escape(one.words)}</text>')
    yield from texts
