"""One page in HTML: no script, nothing from elsewhere; every picture with its table."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from supportflow._time import Instant
from supportflow.exceptions import InvalidInput
from supportflow.reports.figures import Distribution, Load, Report, Share, TargetReport, Timeline
from supportflow.reports.pictures import bars, heat, layers, line, stretches, text
from supportflow.texts import languages, phrases
from supportflow.whatif import CaseDifference, WhatIf, difference_text

__all__ = ["report_page"]

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOTHING = "\u2013"
_Words = Mapping[str, str]
_MOST_REASONS = 12


def report_page(report: Report, *, language: str = "en") -> str:
    """The report as one page that works offline: the same report gives the same bytes.

    Args:
        report: The report.
        language: `"en"`, `"zh"` or `"zh-Hant"`.

    Raises:
        InvalidInput: If there are no words in that language.
    """
    if language not in languages():
        raise InvalidInput("language", f"is not one of {', '.join(languages())}")
    words = {key: texts[language] for key, texts in phrases("report", "page").items()}
    title = text(words["title"].format(name=report.mapping))
    tag = "zh-Hans" if language == "zh" else language
    head = (
        f'<!DOCTYPE html><html lang="{tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_style()}</style></head><body>"
    )
    body = "".join(_body(report, words))
    return f'{head}<a class="skip" href="#figures">{words["skip"]}</a>{body}</body></html>\n'


def _style() -> str:
    return (files("supportflow.reports") / "page.css").read_text(encoding="utf-8")


def _body(report: Report, words: _Words) -> Iterator[str]:
    yield f"<header><h1>{text(words['title'].format(name=report.mapping))}</h1>"
    facts = words["facts"].format(
        cases=f"{report.cases:,}",
        rows=f"{report.rows:,}",
        left_out=f"{report.left_out:,}",
        first=_minute(report.first_at),
        until=_minute(report.until),
        tz=report.tz,
    )
    policy = text(words["policy"].format(name=report.policy))
    yield f"<p>{text(facts)}</p><p>{policy} <code>{report.fingerprint[:16]}</code></p></header>"
    yield '<main id="figures"><section class="cards">'
    cards = [
        (words["tickets"], f"{report.cases:,}"),
        (words["open"], f"{report.open:,}"),
        (words["reopened"], f"{report.reopened:,}"),
    ]
    for target in report.targets:
        decided = target.ended.get("met", 0) + target.ended.get("missed", 0)
        share = f"{target.ended.get('met', 0) / decided:.1%}" if decided else _NOTHING
        cards.append((f"{words['attained']}: {target.target}", share))
    yield "".join(f'<div class="card"><b>{value}</b><span>{text(name)}</span></div>' for name, value in cards)
    yield "</section>"
    if report.whatif is not None:
        yield from _whatif(report.whatif, words)
    for target in report.targets:
        yield from _target(target, report, words)
    for distribution in report.distributions:
        yield from _distribution(distribution, words)
    yield from _busy(report, words)
    yield from _backlog(report, words)
    if report.timeline is not None:
        yield from _timeline(report.timeline, words)
    yield from _waits(report, words)
    yield from _loads(report, words)
    yield "</main>"


def _section(title: str, note: str, picture: str, *tables: str) -> str:
    return (
        f"<section><h2>{text(title)}</h2><p class=note>{text(note)}</p>{picture}{''.join(tables)}</section>"
    )


def _table(
    words: _Words,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str = "",
    shown: bool = False,
) -> str:
    """A table behind a line that opens it, by mouse or keyboard; texts on the left, numbers on the right."""
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in header)
    body = "".join(
        f'<tr><th scope="row">{text(row[0])}</th>{"".join(f"<td>{text(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    label = text(title or words["table"])
    table = (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    return (
        table
        if shown
        else f"<details><summary>{text(words['table'])}{f': {text(title)}' if title else ''}</summary>{table}</details>"
    )


def _target(target: TargetReport, report: Report, words: _Words) -> Iterator[str]:
    title = f"{words['attainment']}: {target.target}"
    header = [words["met"], words["missed"], words["share"]]

    def rows(shares: Sequence[Share]) -> list[list[str]]:
        return [
            [
                one.name,
                f"{one.met:,}",
                f"{one.missed:,}",
                _NOTHING if one.share is None else f"{one.share:.1%}",
            ]
            for one in shares
        ]

    yield _section(
        title,
        words["attainment_note"].format(period=words[report.period]),
        line(target.by_period, title),
        _table(words, [words["period"], *header], rows(target.by_period)),
        _table(words, [words["class"], *header], rows(target.by_class), title=words["by_class"]),
        _table(words, [words["level"], *header], rows(target.by_level), title=words["by_level"]),
    )


def _distribution(found: Distribution, words: _Words) -> Iterator[str]:
    title = words[found.name]
    if not found.count:
        yield _section(title, words["no_values"], "")
        return
    counts = [(words["longer"] if edge is None else _span(edge, words), count) for edge, count in found.bins]
    edges = [edge for edge, _ in found.bins if edge is not None]
    marks = [(f"p{p}", _place(found.percentiles[p], edges)) for p in (50, 90)]
    yield _section(
        title,
        words["took_note"].format(count=f"{found.count:,}"),
        bars(counts, title, marks),
        _table(words, [words["up_to"], words["tickets"]], [[name, f"{count:,}"] for name, count in counts]),
        _table(
            words,
            [words["percentile"], words["takes"]],
            [[f"{p} %", _span(seconds, words)] for p, seconds in found.percentiles.items()],
            title=words["percentile"],
        ),
    )


def _place(seconds: float, edges: Sequence[int]) -> float:
    """Where a value lies among the bars: inside its bar as far as it lies between its edges."""
    below = 0
    for place, edge in enumerate(edges):
        if seconds <= edge:
            return place + (seconds - below) / (edge - below)
        below = edge
    return len(edges) + 0.5


def _busy(report: Report, words: _Words) -> Iterator[str]:
    days = [words[day] for day in _DAYS]
    rows = [[str(hour), *(f"{report.busy[day][hour]:,}" for day in range(7))] for hour in range(24)]
    yield _section(
        words["busy"],
        words["busy_note"].format(tz=report.tz),
        heat(report.busy, days, words["busy"]),
        _table(words, [words["hour"], *days], rows),
    )


def _backlog(report: Report, words: _Words) -> Iterator[str]:
    found = report.backlog
    rows = [
        [day, *(f"{counts[place]:,}" for counts in found.open.values())]
        for place, day in enumerate(found.days)
    ]
    yield _section(
        words["backlog"],
        words["backlog_note"].format(tz=report.tz),
        layers(found.days, found.open, words["backlog"]),
        _table(words, [words["date"], *found.open], rows),
    )


def _timeline(timeline: Timeline, words: _Words) -> Iterator[str]:
    title = words["timeline"].format(case=timeline.case, target=timeline.target)
    rows = [
        [
            _minute(one.start_at),
            _minute(one.end_at),
            words[one.kind],
            one.reason,
            _span(one.counted_us / 1_000_000, words),
        ]
        for one in timeline.stretches
    ]
    header = [words[name] for name in ("from", "to", "what", "why", "counted")]
    yield _section(
        title,
        words["timeline_note"].format(due=_minute(timeline.due_at)),
        stretches(timeline, title, words),
        _table(words, header, rows),
    )


def _waits(report: Report, words: _Words) -> Iterator[str]:
    rows = [[name, f"{seconds / _HOUR:,.1f}"] for name, seconds in report.waits.items()]
    yield _section(
        words["waits"],
        words["waits_note"],
        "",
        _table(words, [words["status"], words["hours"]], rows, shown=True),
    )


def _loads(report: Report, words: _Words) -> Iterator[str]:
    def table(name: str, loads: Sequence[Load]) -> str:
        rows = [[one.name, f"{one.tickets:,}", f"{one.open:,}", f"{one.reopened:,}"] for one in loads]
        return _table(
            words, [words[name], words["tickets"], words["open"], words["reopened"]], rows, title=words[name]
        )

    tables = [
        table(name, loads) for name, loads in (("group", report.groups), ("agent", report.agents)) if loads
    ]
    if tables:
        yield _section(words["load"], "", "", *tables)


def _whatif(found: WhatIf, words: _Words) -> Iterator[str]:
    rows = []
    for total in found.targets:
        for name, ended in ((words["before"], total.ended), (words["after"], total.against)):
            decided = ended.get("met", 0) + ended.get("missed", 0)
            share = f"{ended.get('met', 0) / decided:.1%}" if decided else _NOTHING
            rows.append(
                [f"{total.target}, {name}", *(f"{ended.get(how, 0):,}" for how in ("met", "missed")), share]
            )
    note = words["whatif_note"].format(differing=f"{found.differing:,}", cases=f"{found.cases:,}")
    cards = "".join(map(_told, found.telling))
    turned = [[name, f"{count:,}"] for name, count in found.verdicts.items()]
    why = [[name, f"{count:,}"] for name, count in list(found.reasons.items())[:_MOST_REASONS]]
    yield _section(
        words["whatif"].format(name=found.against),
        note,
        "",
        _table(words, [words["target"], words["met"], words["missed"], words["share"]], rows, shown=True),
        _table(words, [words["change"], words["clocks"]], turned, shown=True) if turned else "",
        _table(words, [words["reasons"], words["clocks"]], why, title=words["reasons"]) if why else "",
        f"<h3>{words['telling']}</h3><ol class=telling>{cards}</ol>" if cards else "",
    )


def _told(difference: CaseDifference) -> str:
    """A ticket that differs: what turned, and behind it why."""
    turned = [
        f"{one.name}: {one.turn[0]} \N{RIGHTWARDS ARROW} {one.turn[1]}"
        for one in difference.clocks
        if one.ended != one.against
    ]
    turned += [f"{one.what}: {one.before} \N{RIGHTWARDS ARROW} {one.after}" for one in difference.changes]
    said = f"{difference.case}, {', '.join(turned) or ', '.join(one.name for one in difference.clocks)}"
    return f"<li><details><summary>{text(said)}</summary><pre>{_lines(difference_text(difference))}</pre></details></li>"


def _lines(shown: str) -> str:
    return "\n".join(map(text, shown.split("\n")))


def _minute(at: Instant | None) -> str:
    return _NOTHING if at is None else f"{at:%Y-%m-%d %H:%M}Z"


def _span(seconds: float, words: _Words) -> str:
    """A length in its largest unit that leaves no more than a tenth."""
    for unit, length in (("days_n", _DAY), ("hours_n", _HOUR), ("minutes", _MINUTE)):
        if seconds >= length:
            return words[unit].format(n=f"{seconds / length:.1f}".removesuffix(".0"))
    return words["minutes"].format(n=f"{seconds / _MINUTE:.1f}".removesuffix(".0"))
