"""One page in HTML: no script, nothing from elsewhere; every picture with its table."""

from collections.abc import Iterator, Sequence

from supportflow._time import from_us
from supportflow.reports.figures import Distribution, Report, Share, TargetReport, Timeline
from supportflow.reports.markup import (
    NOTHING,
    Words,
    document,
    minute,
    section,
    share,
    span,
    table,
    turned,
    words_of,
)
from supportflow.reports.pictures import bars, heat, layers, line, stretches, text
from supportflow.reports.tabled import causes, holders, pauses, rates, standardised, stays
from supportflow.whatif import CaseDifference, WhatIf, difference_text

__all__ = ["report_page"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_REASONS = 12


def report_page(report: Report, *, language: str = "en") -> str:
    """The report as one page that works offline: the same report gives the same bytes.

    Args:
        report: The report.
        language: `"en"`, `"zh"` or `"zh-Hant"`.

    Raises:
        InvalidInput: If there are no words in that language.
    """
    words = words_of("page", language=language)
    title = words["title"].format(name=report.mapping or report.policy)
    return document(title, _body(report, words), words, language)


def _body(report: Report, words: Words) -> Iterator[str]:
    yield f"<header><h1>{text(words['title'].format(name=report.mapping or report.policy))}</h1>"
    facts = words["facts"].format(
        cases=f"{report.cases:,}",
        rows=f"{report.rows:,}",
        left_out=f"{report.left_out:,}",
        first=minute(report.first_at),
        until=minute(report.until),
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
        attained = share(target.ended.get("met", 0) / decided if decided else None)
        cards.append((f"{words['attained']}{words['colon']}{target.target}", attained))
    yield "".join(f'<div class="card"><b>{value}</b><span>{text(name)}</span></div>' for name, value in cards)
    yield "</section>"
    yield rates(report, words)
    if report.whatif is not None:
        yield from _whatif(report.whatif, words)
    for target in report.targets:
        yield from _target(target, report, words)
        yield from causes(target, words)
        yield from standardised(target, words)
    for distribution in report.distributions:
        yield from _distribution(distribution, words)
    yield from _busy(report, words)
    yield from _backlog(report, words)
    if report.timeline is not None:
        yield from _timeline(report.timeline, words)
    yield stays(report, words)
    yield from pauses(report, words)
    yield from holders(report, words)
    yield "</main>"


def _target(target: TargetReport, report: Report, words: Words) -> Iterator[str]:
    title = f"{words['attainment']}{words['colon']}{target.target}"
    header = [words["met"], words["missed"], words["share"]]

    def rows(shares: Sequence[Share]) -> list[list[str]]:
        return [
            [
                one.name,
                f"{one.met:,}",
                f"{one.missed:,}",
                share(one.share),
            ]
            for one in shares
        ]

    yield section(
        title,
        _attainment_note(target, report, words),
        line(target.by_period, title),
        table(words, [words["period"], *header], rows(target.by_period)),
        table(words, [words["class"], *header], rows(target.by_class), title=words["by_class"]),
        table(words, [words["level"], *header], rows(target.by_level), title=words["by_level"]),
    )


def _attainment_note(target: TargetReport, report: Report, words: Words) -> str:
    note = words["attainment_note"].format(period=words[report.period])
    one = target.adjusted
    if not target.excluded and (one.met, one.missed) == (
        target.ended.get("met", 0),
        target.ended.get("missed", 0),
    ):
        return note
    told = words["adjusted_note"].format(share=share(one.share), excluded=f"{target.excluded:,}")
    return f"{note} {told}"


def _distribution(found: Distribution, words: Words) -> Iterator[str]:
    title = words[found.name]
    if not found.count:
        yield section(title, words["no_values"], "")
        return
    counts = [(words["longer"] if edge is None else span(edge, words), count) for edge, count in found.bins]
    edges = [edge for edge, _ in found.bins if edge is not None]
    marks = [(f"p{p}", _place(found.percentiles[p], edges)) for p in (50, 90)]
    yield section(
        title,
        words["took_note"].format(count=f"{found.count:,}"),
        bars(counts, title, marks),
        table(words, [words["up_to"], words["tickets"]], [[name, f"{count:,}"] for name, count in counts]),
        table(
            words,
            [words["percentile"], words["takes"]],
            [[f"{p} %", span(seconds, words)] for p, seconds in found.percentiles.items()],
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


def _busy(report: Report, words: Words) -> Iterator[str]:
    days = [words[day] for day in _DAYS]
    busiest = ", ".join(f"{days[day]} {hour}:00 ({count:,})" for day, hour, count in report.busiest)
    rows = [[str(hour), *(f"{report.busy[day][hour]:,}" for day in range(7))] for hour in range(24)]
    yield section(
        words["busy"],
        words["busy_note"].format(tz=report.tz, busiest=busiest or NOTHING),
        heat(report.busy, days, words["busy"]),
        table(words, [words["hour"], *days], rows),
    )


def _backlog(report: Report, words: Words) -> Iterator[str]:
    found = report.backlog
    rows = [
        [day, *(f"{counts[place]:,}" for counts in found.open.values())]
        for place, day in enumerate(found.days)
    ]
    yield section(
        words["backlog"],
        words["backlog_note"].format(tz=report.tz),
        layers(found.days, found.open, words["backlog"]),
        table(words, [words["date"], *found.open], rows),
    )


def _timeline(timeline: Timeline, words: Words) -> Iterator[str]:
    title = words["timeline"].format(case=timeline.case, target=timeline.target)
    rows = [
        [
            minute(from_us(one.start_us)),
            minute(from_us(one.end_us)),
            words[one.kind],
            one.reason,
            span(one.counted_us / 1_000_000, words),
        ]
        for one in timeline.stretches
    ]
    header = [words[name] for name in ("from", "to", "what", "why", "counted")]
    yield section(
        title,
        words["timeline_note"].format(due=minute(timeline.due_at)),
        stretches(timeline, title, words),
        table(words, header, rows),
    )


def _whatif(found: WhatIf, words: Words) -> Iterator[str]:
    rows = []
    for total in found.targets:
        for name, ended in ((words["before"], total.ended), (words["after"], total.against)):
            decided = ended.get("met", 0) + ended.get("missed", 0)
            attained = share(ended.get("met", 0) / decided if decided else None)
            rows.append(
                [
                    f"{total.target}{words['comma']}{name}",
                    *(f"{ended.get(how, 0):,}" for how in ("met", "missed")),
                    attained,
                ]
            )
    note = words["whatif_note"].format(differing=f"{found.differing:,}", cases=f"{found.cases:,}")
    cards = "".join(_told(one, words) for one in found.telling)
    turns = [[_turn(name, words), f"{count:,}"] for name, count in found.verdicts.items()]
    why = [[name, f"{count:,}"] for name, count in list(found.reasons.items())[:_MOST_REASONS]]
    yield section(
        words["whatif"].format(name=found.against),
        note,
        "",
        table(
            words,
            [words["target"], words["met"], words["missed"], words["share"]],
            rows,
            title=words["target"],
            shown=True,
        ),
        table(words, [words["change"], words["clocks"]], turns, title=words["change"], shown=True)
        if turns
        else "",
        table(words, [words["reasons"], words["clocks"]], why, title=words["reasons"]) if why else "",
        f"<h3>{words['telling']}</h3><ol class=telling>{cards}</ol>" if cards else "",
    )


def _turn(name: str, words: Words) -> str:
    """A change of verdicts as it is counted (`resolution: missed -> met`), in the page's words."""
    target, _, ends = name.rpartition(": ")
    before, _, after = ends.partition(" -> ")
    return f"{target}{words['colon']}{turned(before, after, words)}"


def _told(difference: CaseDifference, words: Words) -> str:
    """A ticket that differs: what turned, and behind it why."""
    colon, comma = words["colon"], words["comma"]
    turns = [
        f"{one.name}{colon}{turned(one.ended, one.against, words)}"
        for one in difference.clocks
        if one.ended != one.against
    ]
    turns += [f"{one.what}{colon}{one.before} \N{RIGHTWARDS ARROW} {one.after}" for one in difference.changes]
    said = comma.join([difference.case, *(turns or (one.name for one in difference.clocks))])
    return f"<li><details><summary>{text(said)}</summary><pre>{_lines(difference_text(difference))}</pre></details></li>"


def _lines(shown: str) -> str:
    return "\n".join(map(text, shown.split("\n")))
