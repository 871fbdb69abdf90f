"""The monthly report as a text: Markdown that anybody can read as it is."""

from supportflow.reports.monthly import MonthlyReport
from supportflow.reports.publishing import Cells, Figure
from supportflow.texts import FALLBACK, in_language, phrase

__all__ = ["monthly_text"]

_SECONDS = {"bot_answer_seconds", "wait_seconds", "reply_seconds"}
_NUMBERS = {"handovers", "rating"}


def monthly_text(report: MonthlyReport, *, language: str = "en") -> str:
    """A monthly report in words.

    Args:
        report: The report.
        language: A BCP 47 tag; English, where there are no words in it.
    """

    def said(table: str, key: str, **named: object) -> str:
        return in_language(phrase("monthly", table, key), language, FALLBACK)[1].format(**named)

    def count(value: int | None) -> str:
        return said("page", "few", smallest=report.smallest) if value is None else str(value)

    def value(figure: Figure, number: float | None) -> str:
        if number is None:
            return "-"
        if figure.name in _SECONDS:
            return said("page", "seconds", seconds=f"{number:g}")
        return f"{number:g}" if figure.name in _NUMBERS else f"{number:.0%}"

    def table(title: str, found: Cells) -> list[str]:
        rows = [f"- {cell.name or said('page', 'no_topic')}: {cell.count}" for cell in found.shown]
        if found.other != 0:
            rows.append(f"- {said('page', 'other')}: {count(found.other)}")
        return ["", f"## {title}", "", *(rows or [said("page", "none")])]

    met = {True: said("page", "met"), False: said("page", "missed"), None: ""}
    lines = [
        f"# {said('page', 'title', since=f'{report.since:%Y-%m-%d}', until=f'{report.until:%Y-%m-%d}')}",
        "",
        said("page", "contacts", contacts=count(report.contacts)),
        "",
    ]
    for figure in report.figures:
        wanted = "" if figure.target is None else said("page", "wanted", target=value(figure, figure.target))
        told = " ".join(part for part in (wanted, met[figure.met]) if part)
        lines.append(f"- {said('figure', figure.name)}: {value(figure, figure.value)}{told and f' ({told})'}")
    lines += table(said("page", "topics"), report.topics)
    lines += table(said("page", "unsolved_by_bot"), report.unsolved_by_bot)
    lines += table(said("page", "unsolved_by_articles"), report.unsolved_by_articles)
    lines += table(said("page", "stars"), report.stars)
    if report.improved:
        lines += ["", f"## {said('page', 'improved')}", ""]
        lines += [
            f"- {one.name} ({one.topic}): {value(one.before, one.before.value)} → {value(one.after, one.after.value)}"
            for one in report.improved
        ]
    return "\n".join(lines) + "\n"
