"""Sections of the page that are tables alone."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from supportflow.reports.figures import Load, Rate, Report, StandardisedShare, TargetReport
from supportflow.reports.markup import HOUR, NOTHING, Words, section, share, span, table

__all__ = ["causes", "holders", "pauses", "rates", "standardised", "stays"]

_SHOWN = (50, 90)


def rates(report: Report, words: Words) -> str:
    """How often something happens."""
    told: list[tuple[str, Rate]] = [
        (words["reopening"], report.reopening),
        (words["repeating"].format(days=report.repeat_days), report.repeating),
        (words["first_contact"], report.first_contact),
        (words["deflection"], report.deflection),
    ]
    rows = [[name, f"{one.count:,}", f"{one.of:,}", share(one.share)] for name, one in told if one.of]
    mean = report.handovers_a_case
    handed = [[f"{n:,}", f"{count:,}"] for n, count in report.handovers.items()]
    note = words["handovers_note"].format(mean=NOTHING if mean is None else f"{mean:.2f}")
    return section(
        words["rates"],
        note,
        "",
        table(
            words,
            [words["what"], words["count"], words["of"], words["rate"]],
            rows,
            title=words["rates"],
            shown=True,
        ),
        table(words, [words["handovers"], words["tickets"]], handed, title=words["handovers"]),
    )


def causes(target: TargetReport, words: Words) -> Iterator[str]:
    """Why a target was missed."""
    if target.causes:
        rows = [[words[one.cause], f"{one.clocks:,}", f"{one.seconds / HOUR:,.1f}"] for one in target.causes]
        header = [words["cause"], words["clocks"], words["hours"]]
        title = f"{words['causes']}{words['colon']}{target.target}"
        yield section(title, words["causes_note"], "", table(words, header, rows, title=title, shown=True))


def standardised(target: TargetReport, words: Words) -> Iterator[str]:
    """A target's attainment with the whole log's mix."""
    for field, found in groupby(target.standardised, key=lambda one: one.field):
        tables = [
            table(
                words,
                [words[one.by], *(words[name] for name in ("met", "missed", "share", "same_mix", "covered"))],
                [_mixed(row) for row in one.shares],
                title=words[one.by],
            )
            for one in found
        ]
        title = words["standardised"].format(target=target.target, field=field)
        yield section(title, words["standardised_note"], "", *tables)


def _mixed(row: StandardisedShare) -> list[str]:
    shares = map(share, (row.share, row.standardised, row.covered))
    return [row.name, f"{row.met:,}", f"{row.missed:,}", *shares]


def stays(report: Report, words: Words) -> str:
    """Where the time goes."""
    rows = [[name, f"{seconds / HOUR:,.1f}"] for name, seconds in report.waits.items()]
    header = [words["status"], words["hours"]]
    return section(
        words["waits"], words["waits_note"], "", table(words, header, rows, title=words["waits"], shown=True)
    )


def pauses(report: Report, words: Words) -> Iterator[str]:
    """Pauses by reason."""
    if report.pauses:
        rows = [
            [f"{one.target}: {one.reason}", f"{one.pauses:,}", f"{one.seconds / HOUR:,.1f}"]
            for one in report.pauses
        ]
        header = [words["why"], words["count"], words["hours"]]
        yield section(
            words["pauses"],
            words["pauses_note"],
            "",
            table(words, header, rows, title=words["pauses"], shown=True),
        )


def holders(report: Report, words: Words) -> Iterator[str]:
    """Who has the tickets, what they are about, and how long they waited in each group."""

    def loads(name: str, found: Sequence[Load]) -> str:
        rows = [[one.name, f"{one.tickets:,}", f"{one.open:,}", f"{one.reopened:,}"] for one in found]
        header = [words[name], words["tickets"], words["open"], words["reopened"]]
        return table(words, header, rows, title=words[name])

    named = (("group", report.groups), ("agent", report.agents), ("topic", report.topics))
    tables = [loads(name, found) for name, found in named if found]
    if tables:
        yield section(words["load"], "", "", *tables)
    if report.ola:
        rows = [
            [
                one.name,
                f"{one.stints:,}",
                f"{one.taken:,}",
                f"{one.seconds / HOUR:,.1f}",
                *(span(one.percentiles[p], words) if one.percentiles else NOTHING for p in _SHOWN),
            ]
            for one in report.ola
        ]
        header = [words["group"], words["stints"], words["taken"], words["hours"], *(f"p{p}" for p in _SHOWN)]
        yield section(
            words["ola"], words["ola_note"], "", table(words, header, rows, title=words["ola"], shown=True)
        )
